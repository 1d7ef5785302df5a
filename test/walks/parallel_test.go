package walks_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// gauge counts the requests that are under way.
type gauge struct {
	mu        sync.Mutex
	now, most int
}

func (g *gauge) add(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now += n
	g.most = max(g.most, g.now)
}

// delaying makes each request take a while, of which g counts how many overlap.
func delaying(latency time.Duration, g *gauge) func(http.RoundTripper) testkit.RoundTripFunc {
	return func(server http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			g.add(1)
			defer g.add(-1)
			timer := time.NewTimer(latency)
			defer timer.Stop()
			select {
			case <-timer.C:
				return server.RoundTrip(req)
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		}
	}
}

func TestParallelYieldsTheSameInTheSameOrderWithTheSameRequests(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 6, 50} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ll2test.NewServer(testkit.Tied()...)
				server.ShuffleTies(1)
				var g gauge
				client := testkit.Through(delaying(200*time.Millisecond, &g), server)
				opts := []ll2.ListOption{ll2.OrderBy(ll2.ByDeparture.Desc())}
				want := testkit.All(t, client, opts...)
				sequential := server.Requests()
				g = gauge{}
				start := time.Now()
				got := testkit.All(t, client, append(opts, ll2.Parallel(n))...)
				took := time.Since(start)
				if diff := gocmp.Diff(testkit.IDs(want), testkit.IDs(got)); diff != "" {
					t.Errorf("ids (-sequential +parallel):\n%s", diff)
				}
				if parallel := server.Requests()[len(sequential):]; len(parallel) != len(sequential) {
					t.Errorf("%d requests, want %d", len(parallel), len(sequential))
				}
				if g.most > n {
					t.Errorf("%d requests at once, want no more than %d", g.most, n)
				}
				// The first page, and then the other five, n at once.
				if want := time.Duration(1+(5+n-1)/n) * 200 * time.Millisecond; took != want {
					t.Errorf("took %v, want %v", took, want)
				}
			})
		})
	}
}

func TestParallelHoldsNoMorePagesThanItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(100)...)
		pages := 0
		for _, err := range server.Client().DockingEvents.Pages(t.Context(), ll2.PageSize(5), ll2.Parallel(4)) {
			if err != nil {
				t.Fatal(err)
			}
			pages++
			synctest.Wait() // all that is asked for ahead is there
			if ahead := len(server.Requests()) - pages; ahead > 3 {
				t.Fatalf("at page %d, %d more are there, want no more than 3", pages, ahead)
			}
		}
	})
}

func TestParallelBreakCancelsWhatIsUnderWayAndWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(100)...)
		var g gauge
		client := testkit.Through(delaying(time.Second, &g), server)
		start := time.Now()
		for range client.DockingEvents.Pages(t.Context(), ll2.PageSize(10), ll2.Parallel(5)) {
			synctest.Wait()
			break
		}
		if g.now != 0 || g.most != 4 || time.Since(start) != time.Second {
			t.Errorf("%d requests under way of %d, after %v; want none of 4, at once", g.now, g.most, time.Since(start))
		}
		if n := len(server.Requests()); n != 1 {
			t.Errorf("%d requests arrived, want 1", n)
		}
	})
}

func TestParallelErrorComesAtItsPlaceAndTheWalkResumesThere(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(100)...)
	broken := func(server http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			if req.URL.Query().Get("offset") == "30" {
				return &http.Response{StatusCode: http.StatusBadRequest, Body: http.NoBody}, nil
			}
			return server.RoundTrip(req)
		}
	}
	opts := []ll2.ListOption{ll2.PageSize(10), ll2.Parallel(4)}
	first, err := ll2.Collect(testkit.Through(broken, server).DockingEvents.All(t.Context(), opts...))
	var page *ll2.PageError
	if len(first) != 30 || !errors.As(err, &page) || !strings.Contains(page.URL, "offset=30") {
		t.Fatalf("%d events, %v; want 30 and a *PageError at offset 30", len(first), err)
	}
	rest := testkit.All(t, server.Client(), append(opts, ll2.StartAt(page.URL))...)
	if len(rest) != 70 {
		t.Errorf("%d more events, want 70", len(rest))
	}
}

// A page that has no place in the quota ends the walk; those behind it are not
// sent, or they would take a place for nothing.
func TestParallelTakesItsPlacesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(100)...)
		client := server.Client(ll2.WithRateLimit(4, time.Hour))
		events, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(10), ll2.Parallel(8)))
		var page *ll2.PageError
		if len(events) != 40 || !errors.As(err, &page) || !errors.Is(err, ll2.ErrRateLimited) || !strings.Contains(page.URL, "offset=40") {
			t.Errorf("%d events, %v; want 40 and a *PageError at offset 40", len(events), err)
		}
		if n := len(server.Requests()); n != 4 {
			t.Errorf("%d requests, want 4", n)
		}
	})
}

func TestParallelEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(100)...)
		var g gauge
		gone := errors.New("the user went home")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(1500*time.Millisecond, func() { cancel(gone) })
		events, err := ll2.Collect(testkit.Through(delaying(time.Second, &g), server).DockingEvents.All(ctx, ll2.PageSize(10), ll2.Parallel(3)))
		if len(events) != 10 || !errors.Is(err, context.Canceled) || !errors.Is(err, gone) || g.now != 0 {
			t.Errorf("%d events, %v, %d requests under way; want 10, the cause, none", len(events), err, g.now)
		}
	})
}

func TestParallelPanicsWhereTheTransportWouldHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(100)...)
		panicking := func(server http.RoundTripper) testkit.RoundTripFunc {
			return func(req *http.Request) (*http.Response, error) {
				if req.URL.Query().Get("offset") == "20" {
					panic("transport")
				}
				return server.RoundTrip(req)
			}
		}
		events := 0
		defer func() {
			if r := recover(); r != "transport" || events != 20 {
				t.Errorf("recovered %v after %d events, want the transport's panic after 20", r, events)
			}
		}()
		for range testkit.Through(panicking, server).DockingEvents.All(t.Context(), ll2.PageSize(10), ll2.Parallel(4)) {
			events++
		}
	})
}

func TestOnPageIsToldOfEachPageBeforeItsEvents(t *testing.T) {
	for _, n := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			server := ll2test.NewServer(ll2test.Events(25)...)
			var told []string
			note := ll2.OnPage(func(page ll2.PageInfo) {
				told = append(told, fmt.Sprintf("page of %d of %d, %d left", page.Results, page.Count, page.Left))
			})
			opts := []ll2.ListOption{ll2.PageSize(10), ll2.Parallel(n), note}
			events := 0
			for _, err := range server.Client().DockingEvents.All(t.Context(), opts...) {
				if err != nil {
					t.Fatal(err)
				}
				if events++; events%10 == 1 {
					told = append(told, fmt.Sprintf("event %d", events))
				}
			}
			want := []string{
				"page of 10 of 25, 2 left", "event 1", "page of 10 of 25, 1 left", "event 11", "page of 5 of 25, 0 left", "event 21",
			}
			if diff := gocmp.Diff(want, told); diff != "" {
				t.Errorf("Parallel(%d) (-want +told):\n%s", n, diff)
			}
		})
	}
}

func TestParallelMeansNothingToList(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(100)...)
	if _, err := server.Client().DockingEvents.List(t.Context(), ll2.Parallel(5), ll2.PageSize(10)); err != nil {
		t.Fatal(err)
	}
	if n := len(server.Requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if _, err := server.Client().DockingEvents.List(t.Context(), ll2.Parallel(0)); err == nil || !strings.Contains(err.Error(), "1 or more") {
		t.Errorf("Parallel(0): %v", err)
	}
}
