package ll2_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestATokenBucketIsALimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		bucket := rate.NewLimiter(rate.Every(10*time.Minute), 1)
		client := server.Client(ll2.WithLimiter(bucket))
		testkit.Spend(t, client, 1)
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != 10*time.Minute || !e.Local {
			t.Errorf("%#v, want a local one, 10m", e)
		}
		time.Sleep(9*time.Minute + 30*time.Second)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		// The bucket counts in floats.
		if e := testkit.Limited(t, testkit.Get(ctx, client)); e.RetryAfter.Round(time.Microsecond) != 30*time.Second || time.Since(start) != 0 {
			t.Errorf("%#v after %v, want 30s at once", e, time.Since(start))
		}
		// The refused request took nothing from the bucket.
		testkit.Spend(t, client, 1)
		if took := time.Since(start).Round(time.Microsecond); took != 30*time.Second {
			t.Errorf("after %v, want 30s", took)
		}
	})
}

// A reservation is given back to the bucket, however the wait for it ends.
func TestATraceThatPanicsCostsABucketNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket := rate.NewLimiter(rate.Every(10*time.Second), 1)
		panics := true
		client := testkit.NewClient(t, testkit.NewScript(testkit.Status(200, testkit.AnEvent)), ll2.WithLimiter(bucket),
			ll2.WithTrace(&ll2.Trace{Wait: func(context.Context, ll2.Wait) {
				if panics {
					panic("trace")
				}
			}}))
		start := time.Now()
		testkit.Spend(t, client, 1)
		func() {
			defer func() { _ = recover() }()
			_ = testkit.Get(t.Context(), client)
		}()
		panics = false
		testkit.Spend(t, client, 1)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("the second request went after %v, want 10s", took)
		}
	})
}

func TestALimitersErrorIsARateLimitError(t *testing.T) {
	t.Parallel()
	broken := errors.New("store is down")
	for name, test := range map[string]struct {
		err  error
		want ll2.RateLimitError
	}{
		"with the time":          {&ll2.RateLimitError{RetryAfter: time.Minute}, ll2.RateLimitError{RetryAfter: time.Minute, Local: true}},
		"with the time, wrapped": {fmt.Errorf("shared: %w", &ll2.RateLimitError{RetryAfter: time.Minute}), ll2.RateLimitError{RetryAfter: time.Minute, Local: true}},
		"with a negative time":   {&ll2.RateLimitError{RetryAfter: -1}, ll2.RateLimitError{Local: true}},
		"of another type":        {broken, ll2.RateLimitError{Local: true, Err: broken}},
		"nil of the type":        {(*ll2.RateLimitError)(nil), ll2.RateLimitError{Local: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := ll2test.NewServer(ll2test.Events(1)...)
			client := server.Client(ll2.WithLimiter(testkit.LimiterFunc(func(context.Context) error { return test.err })))
			e := testkit.Limited(t, testkit.Get(t.Context(), client))
			if e.RetryAfter != test.want.RetryAfter || !e.Local || test.want.Err != nil && !errors.Is(e, test.want.Err) {
				t.Errorf("%#v, want %#v", e, test.want)
			}
			if n := len(server.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestALimitersErrorKeepsTheFailureThatWasToBeRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		down, asked := errors.New("store is down"), 0
		client := server.Client(ll2.WithLimiter(testkit.LimiterFunc(func(context.Context) error {
			if asked++; asked > 1 {
				return down
			}
			return nil
		})))
		err := testkit.Get(t.Context(), client)
		var api *ll2.APIError
		if testkit.Limited(t, err); !errors.Is(err, down) || !errors.As(err, &api) || api.StatusCode != http.StatusBadGateway {
			t.Errorf("%v, want both the limiter's error and the 502", err)
		}
	})
}

func TestARefusedRetryTellsTheFailureThatItWasFor(t *testing.T) {
	t.Parallel()
	asked := 0
	client := testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusBadGateway, "")), ll2.WithLimiter(testkit.LimiterFunc(func(context.Context) error {
		if asked++; asked == 1 {
			return nil
		}
		return &ll2.RateLimitError{RetryAfter: time.Hour}
	})))
	err := testkit.ListOnce(t, client)
	limit := testkit.AsError[*ll2.RateLimitError](t, err)
	if failure := testkit.AsError[*ll2.APIError](t, err); !limit.Local || limit.RetryAfter != time.Hour || failure.StatusCode != http.StatusBadGateway {
		t.Errorf("%v", err)
	}
}

func TestALimitersContextEndsWithMaxWaitOrTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := ll2.WithLimiter(testkit.LimiterFunc(func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}))
		server := ll2test.NewServer(ll2test.Events(1)...)
		start := time.Now()
		if e := testkit.Limited(t, testkit.Get(t.Context(), server.Client(stuck, ll2.WithMaxWait(20*time.Second)))); e.RetryAfter != 0 || time.Since(start) != 20*time.Second {
			t.Errorf("%#v after %v, want an unknown time after 20s", e, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := testkit.Get(ctx, server.Client(stuck)); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ll2.ErrRateLimited) {
			t.Errorf("%v, want the context's end", err)
		}
	})
}

func TestALimitersOwnTimeoutIsNotTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := testkit.LimiterFunc(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		err := testkit.Get(t.Context(), ll2test.NewServer().Client(ll2.WithLimiter(stuck)))
		if testkit.Limited(t, err); errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v is the end of a context that has not ended", err)
		}
	})
}

func TestALimiterIsAskedForEveryAttemptButNotWhileTheGateIsShut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(
			ll2test.Fault{Status: http.StatusBadGateway},
			ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3000"}}},
		)
		client := server.Client(ll2.WithLimiter(testkit.LimiterFunc(func(context.Context) error { asked++; return nil })))
		testkit.Limited(t, testkit.Get(t.Context(), client))
		testkit.Limited(t, testkit.Get(t.Context(), client))
		if asked != 2 || len(server.Requests()) != 2 {
			t.Errorf("asked %d times for %d requests, want 2 for 2", asked, len(server.Requests()))
		}
	})
}

func TestAWaitForALimiterOfTheCallersIsTracedWithItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var waits []ll2.Wait
		client := testkit.NewClient(t, testkit.NewScript(testkit.Status(200, testkit.EmptyPage)),
			ll2.WithLimiter(rate.NewLimiter(rate.Every(10*time.Second), 1)),
			ll2.WithTrace(&ll2.Trace{Wait: func(_ context.Context, w ll2.Wait) { waits = append(waits, w) }}))
		start := time.Now()
		for range 2 {
			if err := testkit.ListOnce(t, client); err != nil {
				t.Fatal(err)
			}
		}
		if len(waits) != 1 || waits[0].Reason != "quota" || waits[0].For != 10*time.Second || !waits[0].Until.Equal(start.Add(10*time.Second)) {
			t.Errorf("the waits are %v, want one of 10s for the quota until %v", waits, start.Add(10*time.Second))
		}
	})
}

// reserver grants every place and records what happens to each.
type reserver struct {
	testkit.LimiterFunc
	waits []time.Duration
	told  []time.Time
}

func (r *reserver) Reserve(_ context.Context, maxWait time.Duration) (func(time.Time), error) {
	r.waits = append(r.waits, maxWait)
	return func(counted time.Time) { r.told = append(r.told, counted) }, nil
}

func TestAReserverIsToldWhenEachRequestWasCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(
			ll2test.Fault{Delay: 7 * time.Second},
			ll2test.Fault{Status: http.StatusUnauthorized},
			ll2test.Fault{Delay: time.Hour},
			ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3000"}}},
		)
		r := new(reserver)
		client := server.Client(ll2.WithLimiter(r), ll2.WithMaxWait(42*time.Second), ll2.WithRetries(0))
		start := time.Now()
		_ = testkit.Get(t.Context(), client) // counted when the answer is in
		_ = testkit.Get(t.Context(), client) // not counted
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_ = testkit.Get(ctx, client)         // counted 30s after sending at the latest
		_ = testkit.Get(t.Context(), client) // refused
		_ = testkit.Get(t.Context(), client) // not asked for: the gate is shut
		want := []time.Time{start.Add(7 * time.Second), {}, start.Add(37 * time.Second), {}}
		if len(r.told) != len(want) || r.waits[0] != 42*time.Second {
			t.Fatalf("told %v, want %v; may wait %v, want 42s", r.told, want, r.waits)
		}
		for i := range want {
			if !r.told[i].Equal(want[i]) {
				t.Errorf("request %d: told %v, want %v", i, r.told[i], want[i])
			}
		}
	})
}

// late grants a place to a caller that has gone meanwhile, as a limiter on the network may.
type late struct {
	reserver
	leave context.CancelFunc
}

func (l *late) Reserve(ctx context.Context, maxWait time.Duration) (func(time.Time), error) {
	l.leave()
	return l.reserver.Reserve(ctx, maxWait)
}

func TestAReserverIsToldOfAPlaceThatCameAfterTheContextEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	l := &late{leave: cancel}
	client := testkit.NewClient(t, testkit.SendsNothing(t), ll2.WithLimiter(l))
	if err := testkit.Get(ctx, client); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	if len(l.told) != 1 || !l.told[0].IsZero() {
		t.Errorf("told %v, want once that nothing was counted", l.told)
	}
}

// nosy queries the client when a request ends.
type nosy struct {
	testkit.LimiterFunc
	client *ll2.Client
}

func (n *nosy) Reserve(context.Context, time.Duration) (func(time.Time), error) {
	return func(time.Time) { _ = n.client.Quota() }, nil
}

func TestAReserverMayUseTheClient(t *testing.T) {
	t.Parallel()
	n := new(nosy)
	n.client = ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithLimiter(n))
	testkit.Spend(t, n.client, 2)
}

// clumsy panics when a request ends.
type clumsy struct{ testkit.LimiterFunc }

func (clumsy) Reserve(context.Context, time.Duration) (func(time.Time), error) {
	return func(time.Time) { panic("settle") }, nil
}

// A server that recovers from the panic of one request must not lose connections.
func TestAReserverThatPanicsLeavesNoBodyOpen(t *testing.T) {
	t.Parallel()
	body := &closing{Reader: strings.NewReader(testkit.AnEvent)}
	client := testkit.NewClient(t, testkit.NewScript(func(req *http.Request) (*http.Response, error) {
		resp := testkit.NewResponse(req, http.StatusOK, nil)
		resp.Body = body
		return resp, nil
	}), ll2.WithLimiter(clumsy{}))
	func() {
		defer func() { _ = recover() }()
		_ = testkit.Get(t.Context(), client)
	}()
	if !body.closed {
		t.Error("the body is open")
	}
}

// closing is a body that notes its end.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

// A program can hand the quota to something that is no client of this package.
func TestTheLimiterOfAClientTakesPlacesByWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithRateLimit(2, time.Minute))
		limiter := client.Limiter()
		start := time.Now()
		for range 3 {
			if err := limiter.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		// The caller sends after Wait returned: half a minute later at the latest.
		if took := time.Since(start); took != 90*time.Second {
			t.Errorf("3 of 2 a minute took %v, want 1m30s", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := limiter.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the context's", err)
		}
	})
}

func TestTwoClientsShareWindowAndGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		first := server.Client(ll2.WithRateLimit(3, time.Hour))
		second := server.Client(ll2.WithLimiter(first.Limiter()))
		testkit.Spend(t, first, 1)
		server.Fail(ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"600"}}})
		testkit.Limited(t, testkit.Get(t.Context(), second))
		if e := testkit.Limited(t, testkit.Get(t.Context(), first)); e.RetryAfter != 10*time.Minute || !e.Local {
			t.Errorf("%#v, want a local one: the gate is shut for both", e)
		}
		time.Sleep(10 * time.Minute)
		testkit.Spend(t, second, 1)
		testkit.Spend(t, first, 1)
		for _, client := range []*ll2.Client{first, second} {
			if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != 50*time.Minute {
				t.Errorf("%#v, want 50m: the window is spent for both", e)
			}
		}
		third := server.Client(ll2.WithLimiter(second.Limiter()))
		if a, b := first.Quota(), third.Quota(); a.Used != 3 || b.Used != 3 {
			t.Errorf("quotas %+v, %+v, want 3 used in both", a, b)
		}
	})
}
