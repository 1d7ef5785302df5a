package quota_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

const apart = 10 * time.Second

// A clock is a transport that notes when each request comes.
type clock struct {
	server http.RoundTripper
	start  time.Time
	mu     sync.Mutex
	at     []time.Duration
	free   int // questions for the quota, which do not count here
}

func (c *clock) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	if strings.HasSuffix(req.URL.Path, "/api-throttle/") {
		c.free++
	} else {
		c.at = append(c.at, time.Since(c.start))
	}
	c.mu.Unlock()
	return c.server.RoundTrip(req)
}

// spaced returns a client with an interval, and the clock of its requests.
func spaced(server *ll2test.Server, opts ...ll2.Option) (*ll2.Client, *clock) {
	c := &clock{server: server, start: time.Now()}
	return server.Client(append([]ll2.Option{ll2.WithMinInterval(apart), ll2.WithTransport(c)}, opts...)...), c
}

// want checks when the requests came, in units of the interval.
func (c *clock) want(t *testing.T, intervals ...float64) {
	t.Helper()
	var want []time.Duration
	for _, n := range intervals {
		want = append(want, time.Duration(n*float64(apart)))
	}
	if !slices.Equal(c.at, want) {
		t.Errorf("requests came at %v, want %v", c.at, want)
	}
}

func TestRequestsKeepTheirIntervalHoweverManyGoroutinesSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, clock := spaced(ll2test.NewServer(ll2test.Events(1)...))
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if err := testkit.Get(t.Context(), client); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		clock.want(t, 0, 1, 2, 3, 4)
		// Idle time is not saved up, and counts.
		time.Sleep(3 * apart / 2)
		testkit.Spend(t, client, 2)
		clock.want(t, 0, 1, 2, 3, 4, 5.5, 6.5)
	})
}

func TestTheIntervalIsBetweenStartsWhateverTheAnswersTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Delay: apart / 2}, ll2test.Fault{Delay: 2 * apart})
		client, clock := spaced(server)
		testkit.Spend(t, client, 3)
		clock.want(t, 0, 1, 3)
	})
}

func TestParallelPagesAndRetriesKeepTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(50)...)
		server.Fail(ll2test.Fault{}, ll2test.Fault{Status: http.StatusBadGateway}, ll2test.Fault{Err: errors.New("reset")})
		client, clock := spaced(server, ll2.WithBackoff(time.Second, time.Second), ll2.WithMaxWait(time.Hour))
		events := testkit.All(t, client, ll2.PageSize(10), ll2.Parallel(4))
		if diff := testkit.IDs(events); len(diff) != 50 {
			t.Errorf("%d events, want 50", len(diff))
		}
		clock.want(t, 0, 1, 2, 3, 4, 5, 6)
	})
}

func TestABackoffThatIsLongerThanTheIntervalIsAllTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		client, clock := spaced(server, ll2.WithBackoff(2*apart, 2*apart))
		testkit.Spend(t, client, 1)
		clock.want(t, 0, 2)
	})
}

func TestAWaitForTheIntervalIsTracedOnceWithItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var waits []ll2.Wait
		client, clock := spaced(ll2test.NewServer(ll2test.Events(1)...), ll2.WithTrace(&ll2.Trace{Wait: func(_ context.Context, w ll2.Wait) {
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, w)
		}}))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { _ = testkit.Get(t.Context(), client) })
			synctest.Wait() // in this order
		}
		wg.Wait()
		if len(waits) != 3 {
			t.Fatalf("the trace was told %+v, want one wait for each of 3", waits)
		}
		for i, w := range waits {
			d := time.Duration(i+1) * apart
			if w.Reason != ll2.WaitQuota || w.For != d || !w.Until.Equal(clock.start.Add(d)) || w.URL != "http://ll2.test/2.2.0/docking_event/1/" {
				t.Errorf("wait %d is %+v, want one of %v", i, w, d)
			}
		}
	})
}

// The first call goes first, and a call that would have to wait too long fails before
// it waits at all.
func TestAWaitForTheIntervalThatIsTooLongIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, clock := spaced(ll2test.NewServer(ll2test.Events(1)...), ll2.WithMaxWait(2*apart))
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				err := testkit.Get(t.Context(), client)
				if i < 3 {
					if err != nil || time.Since(clock.start) != time.Duration(i)*apart {
						t.Errorf("request %d: %v at %v", i, err, time.Since(clock.start))
					}
					return
				}
				if e := testkit.Limited(t, err); !e.Local || e.RetryAfter != 3*apart || time.Since(clock.start) != 0 {
					t.Errorf("request %d: %v at %v, want it refused at once for %v", i, err, time.Since(clock.start), 3*apart)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		clock.want(t, 0, 1, 2)

		// The deadline bounds it as well.
		ctx, cancel := context.WithTimeout(t.Context(), apart-1)
		defer cancel()
		start := time.Now()
		if e := testkit.Limited(t, testkit.Get(ctx, client)); e.RetryAfter != apart || time.Since(start) != 0 {
			t.Errorf("%v after %v, want it refused at once for %v", e, time.Since(start), apart)
		}
	})
}

// A retry that would have to wait too long for the interval is known not to come.
func TestARetryThatTheIntervalForbidsIsRefusedBeforeTheBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		var attempts []ll2.Attempt
		client, clock := spaced(server, ll2.WithMaxWait(apart/2), ll2.WithBackoff(time.Second, time.Second),
			ll2.WithTrace(&ll2.Trace{Attempt: func(_ context.Context, a ll2.Attempt) { attempts = append(attempts, a) }}))
		err := testkit.Get(t.Context(), client)
		if e := testkit.Limited(t, err); e.RetryAfter != apart || time.Since(clock.start) != 0 || !testkit.IsStatus(http.StatusBadGateway)(err) {
			t.Errorf("%v after %v, want it refused at once for %v", err, time.Since(clock.start), apart)
		}
		if len(attempts) != 1 || attempts[0].Retrying {
			t.Errorf("attempts %+v, want one that is not retried", attempts)
		}
	})
}

func TestThrottleDoesNotWaitForTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, clock := spaced(ll2test.NewServer(ll2test.Events(1)...), ll2.WithQuotaSync())
		for range 3 {
			if _, err := client.Throttle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		testkit.Spend(t, client, 1)
		if _, err := client.Throttle(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.want(t, 0)
		if clock.free != 5 || time.Since(clock.start) != 0 { // and the client's own question
			t.Errorf("%d questions in %v, want 5 at once", clock.free, time.Since(clock.start))
		}
	})
}

func TestNobodyHoldsAPlaceWhileWaitingForTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := spaced(ll2test.NewServer(ll2test.Events(1)...), ll2.WithRateLimit(5, time.Hour))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { _ = testkit.Get(t.Context(), client) })
		}
		for n := 1; n <= 4; n++ {
			synctest.Wait()
			if used := client.Quota().Used; used != n {
				t.Errorf("%d places are taken at request %d", used, n)
			}
			time.Sleep(apart)
		}
		wg.Wait()
	})
}

func TestA429ThatComesDuringTheWaitForTheIntervalStopsThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		refusal := testkit.RetryAfter(http.StatusTooManyRequests, "3000")
		refusal.Delay = apart / 4
		server.Fail(refusal)
		client, clock := spaced(server)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if e := testkit.Limited(t, testkit.Get(t.Context(), client)); time.Since(clock.start) != apart/4 || e.RetryAfter != 3000*time.Second {
					t.Errorf("%v at %v, want that the next can go in 50m, when the 429 came", e, time.Since(clock.start))
				}
			})
		}
		wg.Wait()
		clock.want(t, 0)
	})
}

// When the quota has places again, they are not taken all at once.
func TestTheIntervalHoldsAfterAWaitForTheQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client, clock := spaced(server, ll2.WithRateLimit(3, 6*apart), ll2.WithMaxWait(time.Hour))
		var wg sync.WaitGroup
		for range 7 {
			wg.Go(func() {
				if err := testkit.Get(t.Context(), client); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		clock.want(t, 0, 1, 2, 6, 7, 8, 12)
		// Nor after a 429, for which all wait together.
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "25"))
		time.Sleep(6*apart - time.Since(clock.start)%apart)
		began := len(clock.at)
		for range 3 {
			wg.Go(func() { _ = testkit.Get(t.Context(), client) })
		}
		wg.Wait()
		for i := began + 1; i < len(clock.at); i++ {
			if gap := clock.at[i] - clock.at[i-1]; gap < apart {
				t.Errorf("requests %v apart: %v", gap, clock.at)
			}
		}
		if len(clock.at) != began+4 {
			t.Errorf("%d requests for 3 calls and a 429", len(clock.at)-began)
		}
	})
}

// A limiter of the caller's is asked once for a request, however it waits.
func TestALimiterIsAskedOnceForARequestThatWaitsForTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bucket := rate.NewLimiter(rate.Every(24*time.Hour), 5)
		asked := 0
		counting := testkit.LimiterFunc(func(context.Context) error { asked++; return nil })
		for _, limiter := range []ll2.Limiter{bucket, counting} {
			client, clock := spaced(ll2test.NewServer(ll2test.Events(1)...), ll2.WithLimiter(limiter))
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					if err := testkit.Get(t.Context(), client); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			clock.want(t, 0, 1, 2, 3, 4)
		}
		if asked != 5 {
			t.Errorf("the limiter was asked %d times for 5 requests", asked)
		}
	})
}

func TestAQuotaKnowsTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, opts := range [][]ll2.Option{{}, {ll2.WithRateLimit(100, time.Hour)}} {
			client, _ := spaced(ll2test.NewServer(ll2test.Events(1)...), opts...)
			testkit.Spend(t, client, 1)
			start := time.Now()
			for n, want := range map[int]time.Duration{1: apart, 2: 2 * apart, 6: 6 * apart} {
				if got := client.Quota().Next(n).Sub(start); got != want {
					t.Errorf("the next %d can have gone in %v, want %v", n, got, want)
				}
			}
		}
	})
}

func TestClientsThatShareAQuotaShareTheLongerInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		first, clock := spaced(server)
		testkit.Spend(t, first, 1)
		for _, opts := range [][]ll2.Option{{}, {ll2.WithMinInterval(time.Second)}, {ll2.WithMinInterval(2 * apart)}} {
			opts = append(opts, ll2.WithTransport(clock), ll2.WithLimiter(first.Limiter()))
			testkit.Spend(t, server.Client(opts...), 1)
			testkit.Spend(t, first, 1)
		}
		clock.want(t, 0, 1, 2, 3, 4, 6, 8)
	})
}
