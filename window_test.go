package ll2_test

import (
	"bufio"
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

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

func TestAPlaceIsGivenBackWhereTheServiceDoesNotCount(t *testing.T) {
	for status, counts := range map[int]bool{
		http.StatusOK: true, http.StatusBadRequest: true, http.StatusNotFound: true,
		http.StatusInternalServerError: true, http.StatusServiceUnavailable: true, 524: true,
		http.StatusMovedPermanently: false, http.StatusUnauthorized: false, http.StatusForbidden: false,
		http.StatusNotAcceptable: false, http.StatusTooManyRequests: false,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ll2test.NewServer(ll2test.Events(1)...)
				fault := ll2test.Fault{Status: status}
				if status == http.StatusOK {
					fault = ll2test.Fault{}
				}
				server.Fail(fault)
				client := server.Client(ll2.WithRateLimit(2, time.Hour), ll2.WithRetries(0))
				_ = testkit.Get(t.Context(), client)
				if used := client.Quota().Used; (used == 1) != counts {
					t.Errorf("%d used after a %d", used, status)
				}
			})
		})
	}
}

func TestAConnectionThatDidNotComeAboutTakesNoPlace(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String() + "/"
	_ = listener.Close()
	client, err := ll2.New(ll2.WithBaseURL(closed), ll2.WithRateLimit(1, time.Hour), ll2.WithBackoff(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := testkit.Get(t.Context(), client); err == nil || errors.Is(err, ll2.ErrRateLimited) {
		t.Errorf("error %v, want that the connection was refused, three times", err)
	}
	if used := client.Quota().Used; used != 0 {
		t.Errorf("%d places used, want none", used)
	}
}

// The server takes the second request of a connection and closes it without an
// answer: net/http sends the request again by itself, and both may have been
// counted.
func TestARequestThatNetHTTPSentTwiceTakesTwoPlaces(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for first := true; ; first = false {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(conn)
			answer := "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\":1}"
			if _, err := http.ReadRequest(in); err == nil {
				_, _ = conn.Write([]byte(answer))
			}
			if first {
				_, _ = http.ReadRequest(in)
			}
			_ = conn.Close()
		}
	}()
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	client, err := ll2.New(ll2.WithBaseURL("http://"+listener.Addr().String()), ll2.WithRateLimit(9, time.Hour),
		ll2.WithRetries(0), ll2.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	testkit.Spend(t, client, 2)
	if used := client.Quota().Used; used != 3 {
		t.Errorf("%d places used after 2 calls, want 3", used)
	}
}

func TestARedirectTakesOnePlace(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/2.2.0/", ll2test.NewServer(ll2test.Events(1)...))
	mux.Handle("/old/", http.RedirectHandler("/2.2.0/docking_event/1/", http.StatusMovedPermanently))
	server := httptest.NewServer(mux)
	defer server.Close()
	client, err := ll2.New(ll2.WithBaseURL(server.URL+"/old/"), ll2.WithRateLimit(9, time.Hour), ll2.WithHTTPClient(server.Client()))
	if err != nil {
		t.Fatal(err)
	}
	testkit.Spend(t, client, 1)
	if used := client.Quota().Used; used != 1 {
		t.Errorf("%d places used, want 1", used)
	}
}

// Whoever stops listening does not know when the service counts: up to 30 s
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
		if took := time.Since(start); took != time.Minute {
			t.Errorf("3 of 2 a minute took %v", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := limiter.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the context's", err)
		}
	})
}

func TestQuotaTellsWhenTheNextCanGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client := server.Client(ll2.WithRateLimit(3, time.Hour))
		start := time.Now()
		testkit.Spend(t, client, 1)
		time.Sleep(10 * time.Minute)
		testkit.Spend(t, client, 1)
		time.Sleep(10 * time.Minute)
		q := client.Quota()
		if q.Limit != 3 || q.Window != time.Hour || q.Used != 2 || q.String() != "2 of 3 in 1h0m0s used" {
			t.Errorf("%+v, want 2 used of 3 an hour", q)
		}
		for n, want := range map[int]time.Duration{
			-1: 20 * time.Minute, 1: 20 * time.Minute, 2: time.Hour, 3: 70 * time.Minute,
			4: 80 * time.Minute, 5: 2 * time.Hour, 7: 140 * time.Minute,
		} {
			if got := q.Next(n).Sub(start); got != want {
				t.Errorf("the next %d can go at %v, want %v", n, got, want)
			}
		}
		if n := len(server.Requests()); n != 2 {
			t.Errorf("%d requests, want 2: asking for the quota sends none", n)
		}
		// It is a snapshot.
		testkit.Spend(t, client, 1)
		if q.Used != 2 || !q.Next(2).Equal(start.Add(time.Hour)) {
			t.Errorf("%+v changed", q)
		}
	})
}

func TestQuotaWithoutALimitIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client := server.Client()
		testkit.Spend(t, client, 20)
		if q := client.Quota(); q.Limit != 0 || q.Window != 0 || q.Used != 0 || q.Next(100).After(time.Now()) || q.String() != "no quota known" {
			t.Errorf("%+v, want nothing known and no wait", q)
		}
		server.Fail(ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"600"}}})
		testkit.Limited(t, testkit.Get(t.Context(), client))
		if got := time.Until(client.Quota().Next(1)); got != 10*time.Minute {
			t.Errorf("the next can go in %v, want 10m: the gate is shut", got)
		}
		if q := new(ll2.Client).Quota(); q.Limit != 0 || new(ll2.Client).Limiter() != nil {
			t.Errorf("%+v of a client that New did not make", q)
		}
	})
}

func TestOneWhoGivesUpHandsItsPlaceOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithRateLimit(1, time.Minute), ll2.WithMaxWait(math.MaxInt64))
		start := time.Now()
		testkit.Spend(t, client, 1)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { _ = testkit.Get(ctx, client) })
		}
		synctest.Wait()
		wg.Go(func() { testkit.Spend(t, client, 1) })
		synctest.Wait()
		cancel()
		wg.Wait()
		if took := time.Since(start); took != time.Minute {
			t.Errorf("the one behind went after %v, want 1m", took)
		}
	})
}

// After a 429 that the window did not foresee others spend the quota too, so
// that a free place can be the only one: requests go one by one.
func TestAfterA429RequestsGoOneByOneForAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(15, time.Hour)
		for range 15 {
			testkit.Spend(t, server.Client(), 1) // somebody else, all at once
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
