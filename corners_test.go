package ll2_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

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

// Callers with little time each do not keep the client from ever asking.
func TestSyncGetsItsAnswerThoughNoCallerHasTheTimeForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Delay: time.Hour})
		client := server.Client(ll2.WithQuotaSync())
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			err := testkit.Get(ctx, client)
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		if q := client.Quota(); q.Limit != 15 || questions(server) != 1 {
			t.Errorf("quota %v after %d questions, want 15 an hour after one of 5s", q, questions(server))
		}
	})
}

// What is under way while the service is asked is in its answer, and in the
// client's own window: it is not to count twice.
func TestSyncDoesNotCountRequestsUnderWayTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(6, time.Hour)
		// The service counts early, and answers late.
		slow := false
		client := testkit.Through(func(server http.RoundTripper) testkit.RoundTripFunc {
			return func(req *http.Request) (*http.Response, error) {
				late := slow && !strings.HasSuffix(req.URL.Path, "/api-throttle/")
				resp, err := server.RoundTrip(req)
				if late {
					time.Sleep(time.Second)
				}
				return resp, err
			}
		}, server, ll2.WithQuotaSync())
		testkit.Spend(t, client, 3)
		time.Sleep(10 * time.Minute)
		slow = true
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { testkit.Spend(t, client, 1) })
		}
		synctest.Wait()
		testkit.Limited(t, testkit.Get(t.Context(), client)) // asks meanwhile
		wg.Wait()
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter.Round(time.Minute) != 50*time.Minute {
			t.Errorf("free in %v, want 50m", e.RetryAfter)
		}
		if q := client.Quota(); q.Used != 6 {
			t.Errorf("%v, want 6 of 6", q)
		}
	})
}

// nosy asks the client about itself when it is told of a request's end.
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

func TestALimitersOwnTimeoutIsNotTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := testkit.LimiterFunc(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		err := testkit.Get(t.Context(), ll2test.NewServer().Client(ll2.WithLimiter(stuck)))
		if testkit.Limited(t, err); errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v is the end of a context that has not ended", err)
		}
	})
}

func TestParallelLetsGoOfPagesThatWereRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 6
		server := ll2test.NewServer(ll2test.Events(100)...)
		var read []weak.Pointer[ll2.Page[ll2.DockingEvent]]
		for page, err := range server.Client().DockingEvents.Pages(t.Context(), ll2.PageSize(2), ll2.Parallel(n)) {
			if err != nil {
				t.Fatal(err)
			}
			read = append(read, weak.Make(page))
			synctest.Wait()
			runtime.GC()
			alive := 0
			for _, page := range read {
				if page.Value() != nil {
					alive++
				}
			}
			if alive > 2 { // this one, and what a register may still hold
				t.Fatalf("at page %d, %d pages that were read are in memory", len(read), alive)
			}
		}
	})
}

func TestAWaitThatIsTooLongToTellIsNotOver(t *testing.T) {
	t.Parallel()
	client := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithRateLimit(1, 24*time.Hour))
	testkit.Spend(t, client, 1)
	if next := client.Quota().Next(200_000); time.Until(next) < 100*365*24*time.Hour {
		t.Errorf("the next 200,000 can go at %v", next)
	}
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

func TestADamagedOrderInALinkIsReplacedByTheWalks(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	damaged := func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			page["next"] = strings.Replace(next, "ordering=departure%2Cid", "ordering=nonsense", 1)
		}
	}
	testkit.All(t, testkit.Through(testkit.RewritingPages(damaged), server), ll2.PageSize(10), ll2.OrderBy(ll2.ByDeparture))
	for _, req := range server.Requests() {
		if got := req.URL.Query().Get("ordering"); got != "departure,id" {
			t.Errorf("ordering=%s, want departure,id", got)
		}
	}
}

func TestARedirectThatTheCallerRefusesTakesNoPlace(t *testing.T) {
	t.Parallel()
	away := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"/login"}}, Body: http.NoBody, Request: req}, nil
	})
	refuse := func(*http.Request, []*http.Request) error { return errors.New("no redirects here") }
	client, err := ll2.New(ll2.WithHTTPClient(&http.Client{Transport: away, CheckRedirect: refuse}))
	if err != nil {
		t.Fatal(err)
	}
	if err := testkit.Get(t.Context(), client); err == nil || client.Quota().Used != 0 {
		t.Errorf("%v, %v; want an error and no place used", err, client.Quota())
	}
}

// Nobody's page is that large: stepping by it would ask for offsets that a walk
// along the links does not.
func TestParallelForeseesNothingFromANonsensicalLimit(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	var mu sync.Mutex
	vast := testkit.RewritingPages(func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			page["next"] = strings.Replace(next, "limit=10", "limit=9223372036854775807", 1)
		}
	})(server)
	locked := func(http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			return vast(req)
		}
	}
	if got := testkit.All(t, testkit.Through(locked, server), ll2.PageSize(10), ll2.Parallel(4)); len(got) != 30 {
		t.Errorf("%d events, want 30", len(got))
	}
	for _, req := range server.Requests() {
		if strings.HasPrefix(req.URL.Query().Get("offset"), "-") {
			t.Errorf("asked %s", req.URL)
		}
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests, want 2: the first page, and the rest", n)
	}
}
