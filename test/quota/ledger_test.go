package quota_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// A ledger is a Reserver that keeps account of its places. It grants them after a
// while, even to a caller that has gone meanwhile.
type ledger struct {
	testkit.LimiterFunc
	mischief *mischief

	mu      sync.Mutex
	granted int
	settled map[int]int // how often, by place
}

func (l *ledger) Reserve(context.Context, time.Duration) (func(time.Time), error) {
	time.Sleep(l.mischief.upTo(time.Second))
	l.mu.Lock()
	defer l.mu.Unlock()
	place := l.granted
	l.granted++
	return func(time.Time) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.settled[place]++
	}, nil
}

func (l *ledger) check(t *testing.T) {
	t.Helper()
	for place := range l.granted {
		if n := l.settled[place]; n != 1 {
			t.Errorf("place %d of %d was settled %d times", place, l.granted, n)
		}
	}
}

// A mischief is a service, a transport and a trace that do whatever can be done to
// a request, until it is over.
type mischief struct {
	mu     sync.Mutex
	r      *rand.Rand
	over   bool
	limit  int
	window time.Duration
}

func (m *mischief) oneIn(n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.over && m.r.IntN(n) == 0
}

func (m *mischief) upTo(most time.Duration) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over {
		return 0
	}
	return time.Duration(m.r.Int64N(int64(most)))
}

// explode ends the goroutine, or the call at least.
func (m *mischief) explode() {
	if m.oneIn(2) {
		runtime.Goexit()
	}
	panic("mischief")
}

func (m *mischief) RoundTrip(req *http.Request) (*http.Response, error) {
	const body = `{"id":1,"docking":"2024-01-31T12:00:00Z"}`
	answer := func(status int, body io.Reader, headers ...string) (*http.Response, error) {
		return testkit.NewResponse(req, status, body, headers...), nil
	}
	select {
	case <-time.After(m.upTo(5 * time.Second)):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	switch {
	case m.oneIn(12):
		m.explode()
	case m.oneIn(12):
		return nil, errReset
	case m.oneIn(12):
		return nil, &net.OpError{Op: "dial", Err: errReset}
	case m.oneIn(12):
		<-req.Context().Done()
		return nil, req.Context().Err()
	case m.oneIn(12):
		return answer(http.StatusBadGateway, strings.NewReader(""))
	case m.oneIn(12):
		return answer(http.StatusUnauthorized, strings.NewReader(""))
	case m.oneIn(12):
		return answer(http.StatusFound, strings.NewReader(""), "Location", "https://elsewhere.example/")
	case m.oneIn(12):
		return answer(http.StatusTooManyRequests, strings.NewReader(""), "Retry-After", fmt.Sprint(1+int(m.upTo(20*time.Second).Seconds())))
	case m.oneIn(12):
		return answer(http.StatusTooManyRequests, strings.NewReader(`{"detail":"Expected available in 3 seconds."}`))
	case m.oneIn(12):
		return answer(http.StatusOK, io.MultiReader(strings.NewReader(body[:20]), brokenBody{m}))
	case strings.HasSuffix(req.URL.Path, "/api-throttle/"):
		return answer(http.StatusOK, strings.NewReader(fmt.Sprintf(`{"your_request_limit":%d,"limit_frequency_secs":%v,"current_use":0,"next_use_secs":0}`,
			m.limit, m.window.Seconds())))
	}
	return answer(http.StatusOK, strings.NewReader(body))
}

// A brokenBody is the rest of a body that never comes.
type brokenBody struct{ m *mischief }

func (r brokenBody) Read([]byte) (int, error) {
	if r.m.oneIn(3) {
		r.m.explode()
	}
	return 0, io.ErrUnexpectedEOF
}

func (m *mischief) trace() *ll2.Trace {
	dare := func() {
		if m.oneIn(40) {
			m.explode()
		}
	}
	return &ll2.Trace{
		Call: func(ctx context.Context, _ ll2.Call) (context.Context, func(error)) {
			dare()
			return ctx, func(error) { dare() }
		},
		Wait:    func(context.Context, ll2.Wait) { dare() },
		Refused: func(context.Context, *ll2.RateLimitError) { dare() },
		Attempt: func(context.Context, ll2.Attempt) { dare() },
	}
}

// call makes a call that can end in any way.
func (m *mischief) call(ctx context.Context, client *ll2.Client) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	switch {
	case m.oneIn(4):
		time.AfterFunc(m.upTo(20*time.Second), cancel)
	case m.oneIn(4):
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, m.upTo(20*time.Second))
		defer end()
	}
	done := make(chan struct{})
	go func() { // which the mischief can end
		defer close(done)
		defer func() {
			if p := recover(); p != nil && p != "mischief" {
				panic(p)
			}
		}()
		_ = testkit.Get(ctx, client)
	}()
	<-done
}

func TestWhateverHappensEveryPlaceIsGivenBackOnce(t *testing.T) {
	const limit, window = 5, time.Minute
	for name, opts := range map[string]func(*ledger) []ll2.Option{
		"no limit":   func(*ledger) []ll2.Option { return nil },
		"a window":   func(*ledger) []ll2.Option { return []ll2.Option{ll2.WithRateLimit(limit, window)} },
		"a Reserver": func(l *ledger) []ll2.Option { return []ll2.Option{ll2.WithLimiter(l)} },
		"a bucket": func(*ledger) []ll2.Option {
			return []ll2.Option{ll2.WithLimiter(rate.NewLimiter(rate.Every(window/limit), limit))}
		},
		"an interval": func(*ledger) []ll2.Option {
			return []ll2.Option{ll2.WithRateLimit(limit, window), ll2.WithMinInterval(time.Second)}
		},
		"a question": func(*ledger) []ll2.Option { return []ll2.Option{ll2.WithQuotaSync()} },
		"a question, a window and an interval": func(*ledger) []ll2.Option {
			return []ll2.Option{ll2.WithQuotaSync(), ll2.WithRateLimit(limit, window), ll2.WithMinInterval(time.Second)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(10) {
				synctest.Test(t, func(t *testing.T) {
					m := &mischief{r: rand.New(rand.NewPCG(seed, 0)), limit: limit, window: window}
					l := &ledger{mischief: m, settled: make(map[int]int)}
					transport := &http.Client{Transport: m, Timeout: 10 * time.Second}
					client := testkit.NewClient(t, nil, append(opts(l), ll2.WithHTTPClient(transport), ll2.WithTrace(m.trace()),
						ll2.WithMaxWait(30*time.Second))...)
					// Another one shares what the first one has, and adds an interval.
					other := testkit.NewClient(t, nil, ll2.WithLimiter(client.Limiter()), ll2.WithHTTPClient(transport), ll2.WithTrace(m.trace()),
						ll2.WithMaxWait(0))
					var wg sync.WaitGroup
					for i := range 12 {
						wg.Go(func() {
							for range 20 {
								client := client
								if i%3 == 0 {
									client = other
								}
								m.call(t.Context(), client)
								time.Sleep(m.upTo(5 * time.Second))
							}
						})
					}
					wg.Wait()
					m.mu.Lock()
					m.over = true
					m.mu.Unlock()
					time.Sleep(time.Hour)
					synctest.Wait()
					l.check(t)
					if used := client.Quota().Used; used != 0 {
						t.Errorf("seed %d: %d places are taken after an hour of peace", seed, used)
					}
					for n := range limit {
						if err := testkit.Get(t.Context(), client); err != nil {
							t.Errorf("seed %d: request %d after an hour of peace: %v", seed, n, err)
						}
					}
					var limited *ll2.RateLimitError
					if err := testkit.Get(t.Context(), other); name != "no limit" && name != "a Reserver" && !errors.As(err, &limited) {
						t.Errorf("seed %d: %v after %d more, want a refusal", seed, err, limit)
					}
				})
			}
		})
	}
}
