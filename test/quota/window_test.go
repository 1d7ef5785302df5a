package quota_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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

func TestAPlaceIsFreeOneWindowAfterTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Delay: 7 * time.Second})
		client := server.Client(ll2.WithRateLimit(1, time.Minute), ll2.WithMaxWait(0))
		testkit.Spend(t, client, 1)
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != time.Minute {
			t.Errorf("free in %v, want 1m from the answer", e.RetryAfter)
		}
	})
}

// A client that stops listening does not know when the service counts: up to 30 s
// after sending, as long as an answer may take.
func TestAnAbandonedRequestHoldsItsPlaceForLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Delay: time.Hour})
		client := server.Client(ll2.WithRateLimit(1, time.Minute), ll2.WithMaxWait(0))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := testkit.Get(ctx, client); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != time.Minute+20*time.Second {
			t.Errorf("free in %v, want 30s and 1m after sending", e.RetryAfter)
		}
	})
}

// The guess is bounded by the window: with a short one it is not to cost more.
func TestAnAbandonedRequestCostsNoMoreThanAWindowMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Delay: time.Hour})
		client := server.Client(ll2.WithRateLimit(1, time.Second), ll2.WithMaxWait(0))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_ = testkit.Get(ctx, client)
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != 2*time.Second {
			t.Errorf("free in %v, want 2s", e.RetryAfter)
		}
	})
}
