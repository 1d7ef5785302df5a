package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// The bad days: callers who always want more, of a service and a network that
// often fail them.
const (
	badDays    = 25
	badSeeds   = 2
	badCallers = 6
)

// A badService is the throttle behind a network on which a good part of the
// requests goes wrong. Each caller brings its randomness, so that a run does not
// depend on who comes first.
type badService struct {
	slidingService

	both      bool       // a request can be cancelled, late and more at once
	questions *rand.Rand // guarded by mu; there is one at a time
}

// A badCaller sends one call after the other.
type badCaller struct {
	r      *rand.Rand
	cancel context.CancelFunc // of the call under way
}

type badCallerKey struct{}

// RoundTrip answers after up to 5 s, and the service counts the request somewhere
// before that: a tenth of them late, up to 5 s after sending, the others within half
// a second. A request that was sent arrives, even if its caller has gone.
func (s *badService) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, "/api-throttle/") {
		return s.question(req)
	}
	c := req.Context().Value(badCallerKey{}).(*badCaller)
	r := c.r
	// Of a fate in twentieths: two are cancelled, two are late, and one each goes
	// wrong in one of five ways; see answer.
	fate := r.IntN(20)
	cancelled, late := fate < 2, fate == 2 || fate == 3
	if cancelled {
		late = oneIn(r, 2)
	}
	if s.both {
		cancelled, late = oneIn(r, 10), oneIn(r, 10)
	}
	counted := upTo(r, 500*time.Millisecond)
	if late {
		counted = upTo(r, 5*time.Second)
	}
	answered := counted + upTo(r, 5*time.Second-counted)
	if cancelled {
		answered += 2 * time.Second // too late
		defer time.AfterFunc(upTo(r, 2*time.Second), c.cancel).Stop()
	}
	answer := make(chan *http.Response, 1)
	time.AfterFunc(counted, func() {
		resp := s.answer(req, fate)
		time.Sleep(answered - counted)
		answer <- resp
	})
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case resp := <-answer:
		return resp, nil
	}
}

// answer returns the answer to a request when it arrives: a twentieth each are
// answered by 401, by 406 and by a redirect to another origin, which do not count,
// and by 502 and by a body that is cut off, which do.
func (s *badService) answer(req *http.Request, fate int) *http.Response {
	const body = `{"id":1,"docking":"2024-01-31T12:00:00Z"}`
	switch fate {
	case 4:
		return testkit.NewResponse(req, http.StatusUnauthorized, strings.NewReader(`{"detail":"Invalid token."}`))
	case 5:
		return testkit.NewResponse(req, http.StatusNotAcceptable, strings.NewReader(`{"detail":"Not acceptable."}`))
	case 6:
		return testkit.NewResponse(req, http.StatusFound, strings.NewReader(""), "Location", "https://elsewhere.example/")
	}
	if wait := s.accept(true); wait > 0 {
		return testkit.NewResponse(req, http.StatusTooManyRequests, strings.NewReader(`{"detail":"Request was throttled."}`),
			"Retry-After", fmt.Sprint(wholeSeconds(wait)))
	}
	switch fate {
	case 7:
		return testkit.NewResponse(req, http.StatusBadGateway, strings.NewReader("<html>"))
	case 8:
		return testkit.NewResponse(req, http.StatusOK, io.MultiReader(strings.NewReader(body[:20]), cutOff{}))
	}
	return testkit.NewResponse(req, http.StatusOK, strings.NewReader(body))
}

type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// question answers one of api-throttle/, which is free, but for one in twenty, to
// which there is a 502.
func (s *badService) question(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	before, after, fails := upTo(s.questions, 2500*time.Millisecond), upTo(s.questions, 2500*time.Millisecond), oneIn(s.questions, 20)
	s.asked++
	s.mu.Unlock()
	time.Sleep(before)
	s.mu.Lock()
	now := time.Now()
	s.forget(now)
	body := fmt.Sprintf(`{"your_request_limit":%d,"limit_frequency_secs":%d,"current_use":%d,"next_use_secs":%d}`,
		simulatedLimit, int(simulatedWindow.Seconds()), len(s.accepted), wholeSeconds(s.next(now)))
	s.mu.Unlock()
	time.Sleep(after)
	if fails {
		return testkit.NewResponse(req, http.StatusBadGateway, strings.NewReader("<html>")), nil
	}
	return testkit.NewResponse(req, http.StatusOK, strings.NewReader(body)), nil
}

func upTo(r *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(most) + 1))
}

func oneIn(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

// granted returns how many requests the service granted on each day from start.
func (s *badService) granted(start time.Time) []int {
	days := make([]int, badDays)
	for _, at := range s.own {
		days[at.Sub(start)/simulatedDay]++
	}
	return days
}

// run runs the callers until the days are over.
func (s badSimulation) run(t *testing.T, seed uint64) (service *badService, days []int) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		service = &badService{both: s.both, questions: rand.New(rand.NewPCG(seed, 99))}
		service.end = start.Add(badDays * simulatedDay)
		client, err := ll2.New(append(s.opts(),
			ll2.WithTransport(service),
			ll2.WithMaxWait(math.MaxInt64),
			ll2.WithBackoff(time.Second, time.Second))...) // without chance
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithDeadline(t.Context(), service.end)
		defer end()
		var wg sync.WaitGroup
		for i := range badCallers {
			c := &badCaller{r: rand.New(rand.NewPCG(seed, uint64(i)))}
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond) // in this order
				for c.call(ctx, client) {
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Minute) // until the last requests have arrived
		synctest.Wait()
		days = service.granted(start)
	})
	return service, days
}

// call gets an event, and reports whether there may be time for another one. One
// in ten callers has less patience than the quota asks for, and leaves the queue.
func (c *badCaller) call(ctx context.Context, client *ll2.Client) bool {
	ctx, c.cancel = context.WithCancel(context.WithValue(ctx, badCallerKey{}, c))
	defer c.cancel()
	if oneIn(c.r, 10) {
		defer time.AfterFunc(upTo(c.r, 20*time.Minute), c.cancel).Stop()
	}
	_, err := client.DockingEvents.Get(ctx, 1)
	var limited *ll2.RateLimitError
	return !errors.Is(context.Cause(ctx), context.DeadlineExceeded) && (!errors.As(err, &limited) || !limited.Local)
}

// A badSimulation is one row of the table.
type badSimulation struct {
	name    string
	opts    func() []ll2.Option
	both    bool
	refused bool // what is refused is no error
	least   int  // granted on each day
}

var badSimulations = []badSimulation{
	{name: "this client, place stamped at sending", refused: true, opts: func() []ll2.Option {
		return []ll2.Option{ll2.WithLimiter(new(stampedAtSending))}
	}},
	{name: "**this client**", opts: options(), least: 350},
	{name: "**this client, WithQuotaSync**", opts: options(ll2.WithQuotaSync()), least: 345},
	{name: "this client, also several at once", opts: options(), both: true, least: 340},
	{name: "this client, WithQuotaSync, also several at once", opts: options(ll2.WithQuotaSync()), both: true, least: 345},
}

// A badSum holds the results of the runs of a badSimulation.
type badSum struct{ granted, worst, refused, asked int }

func (s badSimulation) sum(t *testing.T) badSum {
	sum := badSum{worst: mostGranted}
	for seed := range uint64(badSeeds) {
		service, days := s.run(t, seed)
		for d, n := range days {
			if n < s.least {
				t.Errorf("seed %d, day %d: %d granted, want %d of %d", seed, d, n, s.least, mostGranted)
			}
			sum.granted += n
			sum.worst = min(sum.worst, n)
		}
		if service.refused > 0 && !s.refused {
			t.Errorf("seed %d: %d refused, want none", seed, service.refused)
		}
		sum.refused += service.refused
		sum.asked += service.asked
	}
	return sum
}

func TestQuotaSimulationOfBadDays(t *testing.T) {
	rows := make([]badSum, len(badSimulations))
	t.Run("days", func(t *testing.T) {
		for i, s := range badSimulations {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				rows[i] = s.sum(t)
			})
		}
	})
	if t.Failed() {
		return
	}
	if rows[0].refused == 0 {
		t.Error("a place stamped at sending is never refused: the simulation proves nothing")
	}
	var b strings.Builder
	b.WriteString("| limiter | granted | worst day | refused | asked |\n")
	b.WriteString("| --- | ---: | ---: | ---: | ---: |\n")
	perDay := func(sum int) float64 { return float64(sum) / (badDays * badSeeds) }
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s | %.1f | %d | %.1f | %.1f |\n", badSimulations[i].name,
			perDay(row.granted), row.worst, perDay(row.refused), perDay(row.asked))
	}
	testkit.Golden(t, "../../doc/quota.md", "bad days", b.String())
}
