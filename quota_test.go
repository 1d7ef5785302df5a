package ll2_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestQuotaGrantsFifteenAnHourOnTheProductionHostAndIsNeverRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(15, time.Hour)
		client := testkit.Production(server, ll2.WithMaxWait(math.MaxInt64))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour-time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for ctx.Err() == nil {
					err := testkit.Get(ctx, client)
					if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ll2.ErrRateLimited) {
						t.Error(err)
					}
					if errors.Is(err, ll2.ErrRateLimited) {
						return // the next place is behind the deadline
					}
				}
			})
		}
		wg.Wait()
		if got := testkit.Statuses(server); got[http.StatusOK] < 45 || len(got) != 1 {
			t.Errorf("answers by status: %v, want 45 of status 200 and no other", got)
		}
	})
}

func TestQuotaCountsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		for range 100 {
			server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		}
		server.Limit(15, time.Hour)
		client := testkit.Production(server, ll2.WithRetries(30))
		err := testkit.Get(t.Context(), client)
		var api *ll2.APIError
		if e := testkit.Limited(t, err); !e.Local || !errors.As(err, &api) || api.StatusCode != http.StatusBadGateway {
			t.Errorf("error %v, want a local one that wraps the last 502", err)
		}
		if got := testkit.Statuses(server); got[http.StatusBadGateway] != 15 || len(got) != 1 {
			t.Errorf("answers by status: %v, want 15 of 502", got)
		}
	})
}

func TestQuotaRefusesAtOnceWhatWouldWaitLongerThanMaxWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := testkit.Production(ll2test.NewServer(ll2test.Events(1)...))
		testkit.Spend(t, client, 15)
		time.Sleep(10 * time.Minute)
		start := time.Now()
		e := testkit.Limited(t, testkit.Get(t.Context(), client))
		if e.RetryAfter != 50*time.Minute || !e.Local || e.Err != nil {
			t.Errorf("%#v, want a local one after 50m", e)
		}
		if time.Since(start) != 0 {
			t.Errorf("refused after %v", time.Since(start))
		}

		// The time that it says is exact.
		time.Sleep(e.RetryAfter - time.Nanosecond)
		if err := testkit.Get(t.Context(), testkit.Production(ll2test.NewServer(), ll2.WithMaxWait(0))); errors.Is(err, ll2.ErrRateLimited) {
			t.Errorf("another client: %v", err)
		}
		start = time.Now()
		if err := testkit.Get(t.Context(), client); err != nil || time.Since(start) != time.Nanosecond {
			t.Errorf("%v after %v, want success after 1ns", err, time.Since(start))
		}
	})
}

func TestQuotaRefusesAtOnceWhatWouldWaitPastTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := testkit.Production(ll2test.NewServer(ll2test.Events(1)...), ll2.WithMaxWait(math.MaxInt64))
		testkit.Spend(t, client, 15)
		ctx, cancel := context.WithTimeout(t.Context(), 59*time.Minute)
		defer cancel()
		start := time.Now()
		if e := testkit.Limited(t, testkit.Get(ctx, client)); e.RetryAfter != time.Hour || time.Since(start) != 0 {
			t.Errorf("%#v after %v, want 1h at once", e, time.Since(start))
		}
	})
}

func TestAWaitForTheQuotaEndsWithTheContextAndItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := testkit.Production(ll2test.NewServer(ll2test.Events(1)...), ll2.WithMaxWait(math.MaxInt64))
		testkit.Spend(t, client, 15)
		gone := errors.New("the user went home")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(gone) })
		start := time.Now()
		err := testkit.Get(ctx, client)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, gone) || time.Since(start) != time.Minute {
			t.Errorf("%v after %v, want the cause after 1m", err, time.Since(start))
		}
		// The place that it waited for is not lost.
		time.Sleep(59 * time.Minute)
		testkit.Spend(t, client, 15)
	})
}

func TestQuotaServesWaitersInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(40)...)
		client := server.Client(ll2.WithRateLimit(1, time.Minute), ll2.WithMaxWait(math.MaxInt64))
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				if _, err := client.DockingEvents.Get(t.Context(), i+1); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // so that they come in this order
		}
		wg.Wait()
		for i, req := range server.Requests() {
			if want := fmt.Sprintf("/2.2.0/docking_event/%d/", i+1); req.URL.Path != want {
				t.Errorf("request %d was %s, want %s", i, req.URL.Path, want)
			}
		}
	})
}

func TestTheWindowIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client := server.Client(ll2.WithRateLimit(3, time.Second), ll2.WithMaxWait(math.MaxInt64))
		start := time.Now()
		var at []time.Duration
		for range 9 {
			testkit.Spend(t, client, 1)
			at = append(at, time.Since(start))
			time.Sleep(100 * time.Millisecond)
		}
		want := []int64{0, 100, 200, 1000, 1100, 1200, 2000, 2100, 2200}
		for i := range want {
			if at[i] != time.Duration(want[i])*time.Millisecond {
				t.Fatalf("requests at %v, want %v ms", at, want)
			}
		}
	})
}

// 1/per is not exact for most windows; the window is, to the nanosecond.
func TestTheWindowIsExactForAnyLength(t *testing.T) {
	for _, per := range []time.Duration{1, 3, time.Millisecond, 7 * time.Second, 3333333333, time.Hour, 49 * time.Hour, 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			client := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithRateLimit(1, per), ll2.WithMaxWait(0))
			testkit.Spend(t, client, 1)
			if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != per {
				t.Errorf("window of %v: free again in %v", per, e.RetryAfter)
			}
			time.Sleep(per)
			testkit.Spend(t, client, 1)
		})
	}
}

func TestOnlyTheProductionHostWithoutATokenIsLimitedByItself(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		opts    []ll2.Option
		limited bool
	}{
		"production":                 {[]ll2.Option{ll2.WithBaseURL(ll2.DefaultBaseURL)}, true},
		"production, other spelling": {[]ll2.Option{ll2.WithBaseURL("http://LL.thespacedevs.com.:80/2.2.0")}, true},
		"production with a token":    {[]ll2.Option{ll2.WithBaseURL(ll2.DefaultBaseURL), ll2.WithToken("key")}, false},
		"without a limit":            {[]ll2.Option{ll2.WithBaseURL(ll2.DefaultBaseURL), ll2.WithoutRateLimit()}, false},
		"development":                {[]ll2.Option{ll2.WithBaseURL(ll2.DevelopmentBaseURL)}, false},
		"another host":               {nil, false},
		"another host with a limit":  {[]ll2.Option{ll2.WithRateLimit(15, time.Hour)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := ll2test.NewServer(ll2test.Events(1)...).Client(test.opts...)
			testkit.Spend(t, client, 15)
			if err := testkit.Get(t.Context(), client); errors.Is(err, ll2.ErrRateLimited) != test.limited {
				t.Errorf("the 16th request: %v, want limited %v", err, test.limited)
			}
		})
	}
}

func TestTheGateHoldsForAllAfterA429AndThenOneGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(
			ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"30"}}},
			ll2test.Fault{Delay: 5 * time.Second}, // the one that goes first
		)
		client := server.Client(ll2.WithToken("key"))
		start := time.Now()
		var mu sync.Mutex
		done := make(map[time.Duration]int)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				time.Sleep(time.Millisecond) // behind the first
				testkit.Spend(t, client, 1)
				mu.Lock()
				done[time.Since(start)]++
				mu.Unlock()
			})
		}
		testkit.Spend(t, client, 1)
		first := time.Since(start)
		wg.Wait()
		if first != 35*time.Second {
			t.Errorf("the refused request succeeded after %v, want 35s", first)
		}
		if n := done[35*time.Second]; n != 8 {
			t.Errorf("the others succeeded at %v, want all at 35s", done)
		}
		if got := testkit.Statuses(server); got[http.StatusTooManyRequests] != 1 {
			t.Errorf("answers by status: %v, want one 429", got)
		}
	})
}

func TestA429IsRefusedAtOnceWhereItsTimeIsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(1, time.Hour)
		client := server.Client()
		testkit.Spend(t, client, 1)
		time.Sleep(20 * time.Minute)
		err := testkit.Get(t.Context(), client)
		e := testkit.Limited(t, err)
		var api *ll2.APIError
		if e.Local || e.RetryAfter != 40*time.Minute || !errors.As(err, &api) {
			t.Errorf("%#v, want the service's own, 40m, with its *APIError", e)
		}
		// The gate is shut: nothing more is sent but api-throttle/.
		time.Sleep(10 * time.Minute)
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); !e.Local || e.RetryAfter != 30*time.Minute {
			t.Errorf("%#v, want a local one, 30m", e)
		}
		throttle, err := client.Throttle(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := (ll2.Throttle{Limit: 1, Window: time.Hour, Used: 1, NextIn: 30 * time.Minute}); *throttle != want {
			t.Errorf("%+v, want %+v", *throttle, want)
		}
		if n := len(server.Requests()); n != 3 {
			t.Errorf("%d requests, want 3", n)
		}
	})
}

func TestWaitersAreRefusedWhenTheGateClosesForTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(
			ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"30"}}},
			ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3000"}}},
		)
		client := server.Client()
		start := time.Now()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				err := testkit.Get(t.Context(), client)
				if e := testkit.Limited(t, err); e.RetryAfter != 3000*time.Second || time.Since(start) != 30*time.Second {
					t.Errorf("%v after %v, want 50m after 30s", err, time.Since(start))
				}
			})
			synctest.Wait()
		}
		wg.Wait()
	})
}

func TestAPanickingTransportGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		first := true
		client := testkit.Through(func(server http.RoundTripper) testkit.RoundTripFunc {
			return func(req *http.Request) (*http.Response, error) {
				if first {
					first = false
					panic("transport")
				}
				return server.RoundTrip(req)
			}
		}, server, ll2.WithRateLimit(1, time.Second), ll2.WithMaxWait(math.MaxInt64))
		func() {
			defer func() { _ = recover() }()
			_ = testkit.Get(t.Context(), client)
		}()
		testkit.Spend(t, client, 1)
	})
}

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
		// What was refused took nothing from the bucket.
		testkit.Spend(t, client, 1)
		if took := time.Since(start).Round(time.Microsecond); took != 30*time.Second {
			t.Errorf("after %v, want 30s", took)
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

// reserver grants every place and notes what it is told of each.
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
