package quota_test

import (
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

// both returns a client that keeps to 2 a minute and to what the service grants.
func both(server *ll2test.Server, opts ...ll2.Option) *ll2.Client {
	return server.Client(append([]ll2.Option{ll2.WithQuotaSync(), ll2.WithRateLimit(2, time.Minute), ll2.WithRetries(0)}, opts...)...)
}

func TestOfTwoQuotasARequestIsToldTheTimeOfBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(2, time.Hour)
		client := both(server)
		testkit.Spend(t, client, 2)
		time.Sleep(10 * time.Second)
		// Of the limit a place is free in 50 s, for which the request may wait; but
		// for nothing.
		start := time.Now()
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != time.Hour-10*time.Second || time.Since(start) != 0 {
			t.Errorf("%v after %v, want 59m50s at once", e, time.Since(start))
		}
	})
}

func TestNobodyHoldsAPlaceOfOneQuotaWhileWaitingForTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(1, time.Hour)
		client := both(server, ll2.WithMaxWait(math.MaxInt64))
		testkit.Spend(t, client, 1)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { testkit.Spend(t, client, 1) })
		}
		time.Sleep(2 * time.Minute)
		hasty := server.Client(ll2.WithLimiter(client.Limiter()), ll2.WithMaxWait(0))
		if e := testkit.Limited(t, testkit.Get(t.Context(), hasty)); e.RetryAfter != 3*time.Hour-2*time.Minute {
			t.Errorf("%v, want 2h58m: two are ahead", e)
		}
		wg.Wait()
	})
}

func TestA429EndsTheWaitForTheOtherQuotaToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(15, time.Hour)
		client := both(server)
		testkit.Spend(t, client, 1)
		late := testkit.RetryAfter(http.StatusTooManyRequests, "3000")
		late.Delay = 5 * time.Second
		server.Fail(late)
		start := time.Now()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != 3000*time.Second || time.Since(start) != 5*time.Second {
					t.Errorf("%v after %v, want 50m after 5s", e, time.Since(start))
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		// Nor does anybody wait for the interval, only to hear the same.
		patient := server.Client(ll2.WithLimiter(client.Limiter()), ll2.WithMinInterval(20*time.Second))
		start = time.Now()
		if testkit.Limited(t, testkit.Get(t.Context(), patient)); time.Since(start) != 0 {
			t.Errorf("refused after %v, want at once", time.Since(start))
		}
	})
}
