package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// The simulation: a day in virtual time, in which callers always want more, of a
// service that grants 15 requests an hour in a sliding window.
const (
	simulatedDay    = 24 * time.Hour
	simulatedLimit  = 15
	simulatedWindow = time.Hour
	simulatedSeeds  = 40
	mostGranted     = simulatedLimit * int(simulatedDay/simulatedWindow)
)

// slidingService is the service's throttle: the times of the requests that it
// accepted in the last window. It shares nothing with the client's.
type slidingService struct {
	mu       sync.Mutex
	end      time.Time // later requests are not recorded
	accepted []time.Time
	own      []time.Time // accepted from the client
	refused  int         // of the client
	asked    int         // questions of api-throttle/
}

func (s *slidingService) forget(now time.Time) {
	for len(s.accepted) > 0 && now.Sub(s.accepted[0]) >= simulatedWindow {
		s.accepted = s.accepted[1:]
	}
}

// next returns when the next request is accepted.
func (s *slidingService) next(now time.Time) time.Duration {
	if len(s.accepted) < simulatedLimit {
		return 0
	}
	return s.accepted[0].Add(simulatedWindow).Sub(now)
}

func (s *slidingService) accept(client bool) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if !now.Before(s.end) {
		return 0
	}
	s.forget(now)
	if wait := s.next(now); wait > 0 {
		if client {
			s.refused++
		}
		return wait
	}
	s.accepted = append(s.accepted, now)
	if client {
		s.own = append(s.own, now)
	}
	return 0
}

// wholeSeconds rounds up, as the service does.
func wholeSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// latency is how long a request takes, and after how much of that it is counted.
func latency(r *rand.Rand) (total, counted time.Duration) {
	total = 50*time.Millisecond + time.Duration(r.Int64N(int64(4950*time.Millisecond)))
	if r.IntN(50) == 0 {
		total = 25 * time.Second
	}
	return total, time.Duration(r.Int64N(int64(total)))
}

type randKey struct{}

// RoundTrip answers as the service would. Each caller brings its own randomness
// in its context, so that a run does not depend on who comes first.
func (s *slidingService) RoundTrip(req *http.Request) (*http.Response, error) {
	total, counted := latency(req.Context().Value(randKey{}).(*rand.Rand))
	time.Sleep(counted)
	resp := &http.Response{StatusCode: http.StatusOK, Header: make(http.Header), Request: req}
	body := `{"id":1,"docking":"2024-01-31T12:00:00Z"}`
	if strings.HasSuffix(req.URL.Path, "/api-throttle/") {
		s.mu.Lock()
		now := time.Now()
		s.forget(now)
		s.asked++
		body = fmt.Sprintf(`{"your_request_limit":%d,"limit_frequency_secs":%d,"current_use":%d,"next_use_secs":%d}`,
			simulatedLimit, int(simulatedWindow.Seconds()), len(s.accepted), wholeSeconds(s.next(now)))
		s.mu.Unlock()
	} else if wait := s.accept(true); wait > 0 {
		resp.StatusCode = http.StatusTooManyRequests
		resp.Header.Set("Retry-After", fmt.Sprint(wholeSeconds(wait)))
		body = `{"detail":"Request was throttled."}`
	}
	time.Sleep(total - counted)
	resp.Body = io.NopCloser(strings.NewReader(body))
	return resp, nil
}

// stampedAtSending is the client's window, but for the moment from which a place
// counts.
type stampedAtSending struct {
	mu     sync.Mutex
	places [simulatedLimit]*rate.Limiter
	next   int
}

func (l *stampedAtSending) Wait(ctx context.Context) error {
	l.mu.Lock()
	place := l.places[l.next]
	if place == nil {
		place = rate.NewLimiter(rate.Every(simulatedWindow), 1)
		l.places[l.next] = place
	}
	l.next = (l.next + 1) % simulatedLimit
	l.mu.Unlock()
	return place.Wait(ctx)
}

// A simulation is one row of the table.
type simulation struct {
	name    string
	opts    func() []ll2.Option // of a client
	callers int                 // goroutines; 1 unless said otherwise
	clients int                 // that share the first one's limiter
	restart bool                // a new client, which knows nothing, at noon
	other   bool                // another process spends about five requests an hour
	alone   bool                // the promise of no refusal and 99 % holds
}

var simulations = []simulation{
	{name: "no limiter", opts: options(ll2.WithoutRateLimit())},
	{name: "token bucket, 15/h, burst 15", opts: bucket(4*time.Minute, 15)},
	{name: "token bucket, 15/h, burst 1", opts: bucket(4*time.Minute, 1)},
	{name: "token bucket, 9/h, burst 6", opts: bucket(time.Hour/9, 6)},
	{name: "this client, place stamped at sending", opts: func() []ll2.Option {
		return []ll2.Option{ll2.WithLimiter(new(stampedAtSending))}
	}},
	{name: "**this client**", opts: options(), alone: true},
	{name: "this client, 8 goroutines", opts: options(), callers: 8, alone: true},
	{name: "this client, two that share a limiter", opts: options(), callers: 2, clients: 2, alone: true},
	{name: "this client, restarted at noon", opts: options(), restart: true},
	{name: "this client, restarted at noon, WithQuotaSync", opts: options(ll2.WithQuotaSync()), restart: true, alone: true},
	{name: "this client, beside another process", opts: options(), other: true},
	{name: "this client, 8 goroutines, beside another process", opts: options(), callers: 8, other: true},
	{name: "this client, beside another process, WithQuotaSync", opts: options(ll2.WithQuotaSync()), other: true},
}

func options(opts ...ll2.Option) func() []ll2.Option {
	return func() []ll2.Option { return opts }
}

func bucket(every time.Duration, burst int) func() []ll2.Option {
	return func() []ll2.Option {
		return []ll2.Option{ll2.WithLimiter(rate.NewLimiter(rate.Every(every), burst))}
	}
}

// A simulated day, or the sum of several.
type day struct {
	granted, others, refused, asked int
	least                           int           // granted to client and others on the worst day
	firstSix                        time.Duration // the longest
	silence                         time.Duration // the longest time without a granted request
}

func (s simulation) run(t *testing.T, seed uint64) (d day) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		service := &slidingService{end: start.Add(simulatedDay)}
		ctx, cancel := context.WithTimeout(t.Context(), simulatedDay)
		defer cancel()
		newClient := func(extra ...ll2.Option) *ll2.Client {
			client, err := ll2.New(append(append(s.opts(), extra...),
				ll2.WithHTTPClient(&http.Client{Transport: service, Timeout: 30 * time.Second}),
				ll2.WithMaxWait(math.MaxInt64))...)
			if err != nil {
				t.Fatal(err)
			}
			return client
		}
		first := newClient()
		second := first
		if s.clients == 2 {
			second = newClient(ll2.WithLimiter(first.Limiter()))
		}
		if s.restart {
			second = newClient()
		}
		others := 0
		var wg sync.WaitGroup
		if s.other {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(seed, 99))
				for {
					time.Sleep(time.Duration(r.ExpFloat64() * float64(12*time.Minute)))
					if time.Since(start) >= simulatedDay {
						return
					}
					if service.accept(false) == 0 {
						others++
					}
				}
			})
		}
		for i := range max(1, s.callers) {
			wg.Go(func() {
				ctx := context.WithValue(ctx, randKey{}, rand.New(rand.NewPCG(seed, uint64(i))))
				time.Sleep(time.Duration(i) * time.Millisecond) // in this order
				for {
					client := first
					if s.restart && time.Since(start) >= simulatedDay/2 || s.clients == 2 && i == 1 {
						client = second
					}
					_, err := client.DockingEvents.Get(ctx, 1)
					var limited *ll2.RateLimitError
					if ctx.Err() != nil || errors.As(err, &limited) && limited.Local {
						return // the next place is behind the end of the day
					}
				}
			})
		}
		wg.Wait()
		d = day{granted: len(service.own), others: others, refused: service.refused, asked: service.asked}
		d.least = d.granted + others
		d.firstSix = service.own[5].Sub(start)
		last := start
		for _, at := range append(slices.Clone(service.own), start.Add(simulatedDay)) {
			d.silence = max(d.silence, at.Sub(last))
			last = at
		}
	})
	return d
}

func TestQuotaSimulation(t *testing.T) {
	rows := make([]day, len(simulations))
	t.Run("days", func(t *testing.T) {
		for i, s := range simulations {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				sum := day{least: math.MaxInt}
				for seed := range uint64(simulatedSeeds) {
					d := s.run(t, seed)
					if s.alone && d.refused > 0 {
						t.Errorf("seed %d: %d refused, want none", seed, d.refused)
					}
					sum.granted += d.granted
					sum.others += d.others
					sum.refused += d.refused
					sum.asked += d.asked
					sum.least = min(sum.least, d.least)
					sum.firstSix = max(sum.firstSix, d.firstSix)
					sum.silence = max(sum.silence, d.silence)
				}
				if worst := mostGranted * 99 / 100; s.alone && sum.least < worst {
					t.Errorf("%d granted on the worst day, want %d of %d", sum.least, worst, mostGranted)
				}
				rows[i] = sum
			})
		}
	})
	if t.Failed() {
		return
	}
	if rows[4].refused == 0 {
		t.Error("a place stamped at sending is never refused: the simulation proves nothing")
	}
	testkit.Golden(t, "../../doc/quota.md", "simulation", simulationTable(rows))
}

func simulationTable(rows []day) string {
	var b strings.Builder
	b.WriteString("| limiter | granted | to others | worst day | refused | asked | first 6 | longest silence |\n")
	b.WriteString("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s | %.1f | %.1f | %d | %.1f | %.1f | %v | %v |\n", simulations[i].name,
			perDay(row.granted), perDay(row.others), row.least, perDay(row.refused), perDay(row.asked),
			row.firstSix.Round(time.Second), row.silence.Round(time.Second))
	}
	return b.String()
}

func perDay(sum int) float64 { return float64(sum) / simulatedSeeds }
