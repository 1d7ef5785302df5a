package quota_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

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

// They wait for a place in the window, and learn meanwhile that it is no good.
func TestA429EndsAtOnceTheWaitsThatItMakesTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		late := func(req *http.Request) (*http.Response, error) {
			time.Sleep(5 * time.Second)
			return testkit.Status(http.StatusTooManyRequests, "", "Retry-After", "50")(req)
		}
		client := testkit.NewClient(t, testkit.NewScript(testkit.Status(200, testkit.EmptyPage), testkit.Status(200, testkit.EmptyPage), late, testkit.Status(200, testkit.EmptyPage)),
			ll2.WithRateLimit(3, 30*time.Second), ll2.WithRetries(0))
		var calls sync.WaitGroup
		defer calls.Wait()
		for range 2 {
			if err := testkit.ListOnce(t, client); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		calls.Go(func() { _ = testkit.ListOnce(t, client) })
		synctest.Wait()
		calls.Go(func() { // the next in the queue, who has the time
			if err := testkit.ListOnce(t, client); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
		defer cancel()
		_, err := client.DockingEvents.List(ctx)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("refused after %v, want 5s", took)
		}
		if limit := testkit.AsError[*ll2.RateLimitError](t, err); limit.RetryAfter != 50*time.Second {
			t.Errorf("%v, want 50s", limit)
		}
	})
}

// One that was sent before the gate closed is refused for much longer, while the
// one that goes first through the gate is under way: its success opens nothing.
func TestTheGateStaysShutWhenALater429ClosedItForLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		late := testkit.RetryAfter(http.StatusTooManyRequests, "3000")
		late.Delay = 3 * time.Second
		server.Fail(
			late, // under way since before
			testkit.RetryAfter(http.StatusTooManyRequests, "1"),
			ll2test.Fault{Delay: 3 * time.Second}, // on trial from 1 s to 4 s
		)
		client := server.Client(ll2.WithRetries(0))
		var wg sync.WaitGroup
		wg.Go(func() { testkit.Limited(t, testkit.Get(t.Context(), client)) })
		synctest.Wait()
		testkit.Limited(t, testkit.Get(t.Context(), client))
		testkit.Spend(t, client, 1)
		wg.Wait()
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); !e.Local || e.RetryAfter != 2999*time.Second {
			t.Errorf("%#v, want a local one until the later 429's time is up", e)
		}
	})
}

func TestAPlaceThatWasHandedOutOpensNoGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "1"), ll2test.Fault{Delay: 5 * time.Second})
		client := server.Client(ll2.WithRetries(0))
		testkit.Limited(t, testkit.Get(t.Context(), client))
		if err := client.Limiter().Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { testkit.Spend(t, client, 1) })
		}
		synctest.Wait()
		if n := len(server.Requests()); n != 2 || time.Since(start) != 0 {
			t.Errorf("%d requests arrived, want 2: the 429, and the one on trial", n)
		}
		wg.Wait()
	})
}

// After a 429 that the window did not foresee others spend the quota too, so
// that a free place can be the only one: requests go one by one.
func TestAfterA429RequestsGoOneByOneForAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(15, time.Hour)
		for range 15 {
			testkit.Spend(t, server.Client(), 1) // another program, all at once
			time.Sleep(time.Minute)
		}
		client := testkit.Production(server, ll2.WithMaxWait(math.MaxInt64), ll2.WithRetries(30))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { testkit.Spend(t, client, 2) })
		}
		wg.Wait()
		// Each place of the others' costs a refusal at the most, and the first
		// eight, who could not know, one each.
		if got := testkit.Statuses(server); got[http.StatusOK] != 15+16 || got[http.StatusTooManyRequests] > 8+15 {
			t.Errorf("answers by status: %v", got)
		}
	})
}

// Calls that begin before the body of a 429 has arrived wait like all others.
func TestThe429sHeadersShutTheGateBeforeItsBodyHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent int
		client := testkit.NewClient(t, testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				body := io.MultiReader(slow(time.Minute), strings.NewReader(`{"detail":"Expected available in 600 seconds."}`))
				return testkit.NewResponse(req, http.StatusTooManyRequests, body), nil
			}
			return testkit.Status(200, testkit.AnEvent)(req)
		}), ll2.WithTimeout(0), ll2.WithRetries(0), ll2.WithBackoff(2*time.Minute, 2*time.Minute))
		var wg sync.WaitGroup
		wg.Go(func() {
			err := testkit.Get(t.Context(), client)
			if at, ok := ll2.RetryAt(err); !ok || time.Until(at) != 10*time.Minute {
				t.Errorf("%v, want one that says 10m", err)
			}
		})
		synctest.Wait() // the headers are in
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if err := testkit.Get(ctx, client); !errors.Is(err, ll2.ErrRateLimited) {
				t.Errorf("%v, want ErrRateLimited", err)
			}
			cancel()
		}
		if sent != 1 {
			t.Errorf("%d requests were sent, want the one that was refused", sent)
		}
		wg.Wait()
		if until := client.Quota().BlockedUntil; time.Until(until) != 10*time.Minute {
			t.Errorf("blocked for %v, want the 10m of the words", time.Until(until))
		}
	})
}

// A slow reader ends after a while, with nothing.
type slow time.Duration

func (s slow) Read([]byte) (int, error) {
	time.Sleep(time.Duration(s))
	return 0, io.EOF
}

// Another request's refusal may have said more.
func TestAFinal429SaysWhatTheGateKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		late := testkit.RetryAfter(http.StatusTooManyRequests, "1")
		late.Delay = time.Minute
		silent := ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": nil}, Body: "later", Delay: 2 * time.Minute}
		server.Fail(late, silent, testkit.RetryAfter(http.StatusTooManyRequests, "3000"))
		client := server.Client(ll2.WithRetries(0), ll2.WithTimeout(0))
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				err := testkit.Get(t.Context(), client)
				var limited *ll2.RateLimitError
				if !errors.As(err, &limited) || limited.Local || time.Until(limited.RetryAt) != limited.RetryAfter ||
					time.Until(limited.RetryAt).Round(time.Minute) < 48*time.Minute {
					t.Errorf("%v, want a 429 that says 48 or 49 minutes", err)
				}
			})
		}
		synctest.Wait()
		_ = testkit.Get(t.Context(), client)
		wg.Wait()
	})
}

// A time of years, which a broken proxy can name, does not shut a client for good.
func TestARetryAfterOfYearsIsObeyedForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "999999999"))
		client := server.Client(ll2.WithRetries(0), ll2.WithMaxWait(0))
		_ = testkit.Get(t.Context(), client)
		time.Sleep(24*time.Hour - time.Second)
		if err := testkit.Get(t.Context(), client); !errors.Is(err, ll2.ErrRateLimited) {
			t.Errorf("before a day is over: %v", err)
		}
		time.Sleep(time.Second)
		testkit.Spend(t, client, 1)
	})
}
