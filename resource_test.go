package ll2_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestWalkReadsTheRecordedEventsInThreeRequests(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Recorded()...)
	got := testkit.All(t, server.Client(), ll2.PageSize(4), ll2.OrderBy(ll2.ByDeparture.Desc()))

	want := ll2test.Recorded()
	slices.SortFunc(want, testkit.ByDepartureDescending)
	if diff := gocmp.Diff(testkit.IDs(want), testkit.IDs(got)); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	for i, event := range got {
		if diff := gocmp.Diff(want[i], *event); diff != "" {
			t.Errorf("event %d (-want +got):\n%s", event.ID, diff)
		}
	}
	if n := len(server.Requests()); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func TestWalkYieldsEachEventOnceAndInOrderThoughTiesAreShuffled(t *testing.T) {
	t.Parallel()
	want := testkit.Tied()
	slices.SortFunc(want, testkit.ByDepartureDescending)
	for _, size := range []int{1, 7, 100} {
		t.Run(fmt.Sprintf("page size %d", size), func(t *testing.T) {
			t.Parallel()
			server := ll2test.NewServer(testkit.Tied()...)
			server.ShuffleTies(1)
			got := testkit.All(t, server.Client(), ll2.PageSize(size), ll2.OrderBy(ll2.ByDeparture.Desc()))
			if diff := gocmp.Diff(testkit.IDs(want), testkit.IDs(got)); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
			if n, want := len(server.Requests()), (515+size-1)/size; n != want {
				t.Errorf("%d requests, want %d", n, want)
			}
		})
	}
}

// The counterpart of the test above: without docking and id as the last keys, the
// same walk over the same server loses events, and All says so.
func TestWalkWithoutTotalOrderIsIncomplete(t *testing.T) {
	t.Parallel()
	withoutLastKeys := func(server http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			query := req.URL.Query()
			query.Set("ordering", strings.TrimSuffix(query.Get("ordering"), ",docking,id"))
			req = req.Clone(req.Context())
			req.URL.RawQuery = query.Encode()
			return server.RoundTrip(req)
		}
	}
	for _, size := range []int{1, 7, 100} {
		t.Run(fmt.Sprintf("page size %d", size), func(t *testing.T) {
			t.Parallel()
			server := ll2test.NewServer(testkit.Tied()...)
			server.ShuffleTies(1)
			client := testkit.Through(withoutLastKeys, server)
			events, err := ll2.Collect(client.DockingEvents.All(t.Context(),
				ll2.PageSize(size), ll2.OrderBy(ll2.ByDeparture.Desc())))
			var incomplete *ll2.IncompleteError
			if !errors.As(err, &incomplete) || !errors.Is(err, ll2.ErrIncomplete) {
				t.Fatalf("error %v, want an *IncompleteError", err)
			}
			if incomplete.Want != 515 || incomplete.Got != len(events) || len(events) >= 515 {
				t.Errorf("want %d, got %d, with %d events yielded", incomplete.Want, incomplete.Got, len(events))
			}
		})
	}
}

func TestEveryListRequestCarriesTotalOrderAndPageSize(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(250)...)
	client := server.Client()
	testkit.All(t, client)
	if _, err := client.DockingEvents.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, req := range server.Requests() {
		query := req.URL.Query()
		if query.Get("ordering") != "docking,id" || query.Get("limit") != "100" {
			t.Errorf("%s: want ordering=docking,id and limit=100", req.URL)
		}
	}
}

func TestNothingIsSentBeforeTheRangeStarts(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(10)...)
	client := server.Client()
	client.DockingEvents.All(t.Context())
	client.DockingEvents.Pages(t.Context())
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests before any range", n)
	}
}

func TestEachRangeIsAFreshWalk(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	seq := server.Client().DockingEvents.All(t.Context(), ll2.PageSize(10))
	for round := range 2 {
		events, err := ll2.Collect(seq)
		if err != nil || len(events) != 30 {
			t.Errorf("round %d: %d events, %v", round, len(events), err)
		}
	}
	if n := len(server.Requests()); n != 6 {
		t.Errorf("%d requests, want 6", n)
	}
}

// The program may use its slice again.
func TestAWalkKeepsTheOptionsWithWhichItWasAskedFor(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	client := server.Client()
	opts := []ll2.ListOption{ll2.Offset(20)}
	all, pages := client.DockingEvents.All(t.Context(), opts...), client.DockingEvents.Pages(t.Context(), opts...)
	opts[0] = ll2.PageSize(0)
	if events, err := ll2.Collect(all); err != nil || len(events) != 10 {
		t.Errorf("All: %d events, %v; want 10", len(events), err)
	}
	if got, err := ll2.Collect(pages); err != nil || len(got) != 1 {
		t.Errorf("Pages: %d pages, %v; want 1", len(got), err)
	}
}

func TestBreakSendsNothingMore(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	client := server.Client()
	for range client.DockingEvents.All(t.Context(), ll2.PageSize(10)) {
		break
	}
	for range client.DockingEvents.Pages(t.Context(), ll2.PageSize(10)) {
		break
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestAnErrorIsYieldedOnceAndEndsTheWalk(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	server.Fail(ll2test.Fault{}, ll2test.Fault{Status: http.StatusBadRequest})
	client := server.Client()
	events, errs := 0, 0
	for event, err := range client.DockingEvents.All(t.Context(), ll2.PageSize(10)) {
		if err == nil {
			events++
			continue
		}
		errs++
		var page *ll2.PageError
		var api *ll2.APIError
		if event != nil || !errors.As(err, &page) || !errors.As(err, &api) {
			t.Errorf("yielded (%v, %v), want (nil, *PageError of an *APIError)", event, err)
		}
	}
	if events != 10 || errs != 1 {
		t.Errorf("%d events and %d errors, want 10 and 1", events, errs)
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestStartAtResumesWhereAPageErrorCame(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(95)...)
	server.Fail(ll2test.Fault{}, ll2test.Fault{}, ll2test.Fault{Status: http.StatusBadRequest})
	client := server.Client()
	opts := []ll2.ListOption{ll2.PageSize(10), ll2.OrderBy(ll2.ByDocking.Desc()), ll2.InMode(ll2.ModeDetailed)}
	first, err := ll2.Collect(client.DockingEvents.All(t.Context(), opts...))
	var page *ll2.PageError
	if !errors.As(err, &page) || len(first) != 20 {
		t.Fatalf("%d events, %v; want 20 and a *PageError", len(first), err)
	}
	rest := testkit.All(t, client, append(opts, ll2.StartAt(page.URL))...)
	whole := testkit.All(t, client, opts...)
	if diff := gocmp.Diff(testkit.IDs(whole), testkit.IDs(append(first, rest...))); diff != "" {
		t.Errorf("ids (-whole +resumed):\n%s", diff)
	}
}

func TestAllYieldsAnEventOnceHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	// Pages of 20 hold 10 rows, twice each: no page may hold more than it was
	// asked for.
	again := func(_ int, page map[string]any) {
		results := page["results"].([]any)
		page["results"] = append(results, results...)
		if next, ok := page["next"].(string); ok {
			page["next"] = strings.Replace(next, "limit=10", "limit=20", 1)
		}
	}
	twice := func(server http.RoundTripper) testkit.RoundTripFunc {
		return testkit.RewritingPages(again)(testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			req = req.Clone(req.Context())
			req.URL.RawQuery = strings.Replace(req.URL.RawQuery, "limit=20", "limit=10", 1)
			return server.RoundTrip(req)
		}))
	}
	got := testkit.All(t, testkit.Through(twice, server), ll2.PageSize(20))
	if len(got) != 30 {
		t.Errorf("%d events, want 30", len(got))
	}
}

// One event is inserted before the walk's place and one removed from it, so
// that a row slips from an unread page onto a read one. The last count alone
// would hide that.
func TestAllComparesWithTheLargestCountOnItsWay(t *testing.T) {
	t.Parallel()
	all := ll2test.Events(31)
	server := ll2test.NewServer(all[:30]...)
	n := 0
	var got []*ll2.DockingEvent
	var last error
	for event, err := range server.Client().DockingEvents.All(t.Context(), ll2.PageSize(10), ll2.OrderBy(ll2.ByID)) {
		if err != nil {
			last = err
			break
		}
		got = append(got, event)
		if n++; n == 10 {
			server.SetEvents(all[1:30]...) // the first is gone: number 11 moves to the page just read
		}
	}
	var incomplete *ll2.IncompleteError
	if !errors.As(last, &incomplete) || incomplete.Want != 30 || incomplete.Got != 29 || len(got) != 29 {
		t.Fatalf("%d events, %v; want 29 and an *IncompleteError of 30", len(got), last)
	}
	var page *ll2.PageError
	if !errors.As(last, &page) || page.URL != server.Requests()[0].URL.String() {
		t.Errorf("%#v, want a *PageError with the walk's first request", last)
	}
}

func TestAllStartingAtAnOffsetIsCompleteWithTheRest(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	client := server.Client()
	for offset, want := range map[int]int{0: 30, 12: 18, 30: 0, 99: 0} {
		if got := testkit.All(t, client, ll2.PageSize(10), ll2.Offset(offset)); len(got) != want {
			t.Errorf("Offset(%d): %d events, want %d", offset, len(got), want)
		}
	}
}

func TestARepeatedLinkIsALoop(t *testing.T) {
	t.Parallel()
	for back := range 3 { // to itself, to the page before, to the first of three
		t.Run(fmt.Sprintf("%d pages back", back), func(t *testing.T) {
			t.Parallel()
			server := ll2test.NewServer(ll2test.Events(50)...)
			links := []string{"http://ll2.test/2.2.0/docking_event/?limit=10&ordering=docking%2Cid"}
			loop := func(n int, page map[string]any) {
				if n == 3 {
					page["next"] = links[n-1-back]
				}
				links = append(links, page["next"].(string))
			}
			client := testkit.Through(testkit.RewritingPages(loop), server)
			events, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(10)))
			if !errors.Is(err, ll2.ErrLinkLoop) || len(events) != 30 {
				t.Errorf("%d events, %v; want 30 and ErrLinkLoop", len(events), err)
			}
			var page *ll2.PageError
			if last := server.Requests()[2].URL.String(); !errors.As(err, &page) || page.URL != last {
				t.Errorf("%#v, want a *PageError at %s", err, last)
			}
		})
	}
}

func TestAnEmptyPageWithANextDoesNotEndTheWalk(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	empty := func(n int, page map[string]any) {
		page["count"] = 20
		if n == 2 {
			page["results"] = []any{}
		}
	}
	got := testkit.All(t, testkit.Through(testkit.RewritingPages(empty), server), ll2.PageSize(10))
	if len(got) != 20 || len(server.Requests()) != 3 {
		t.Errorf("%d events in %d requests, want 20 in 3", len(got), len(server.Requests()))
	}
}

func TestLinksAreFollowedOnTheClientsOwnBaseURL(t *testing.T) {
	t.Parallel()
	for name, base := range map[string]string{
		"another host":   "https://elsewhere.example/2.2.0/docking_event/",
		"plain http":     "http://ll.thespacedevs.com/2.2.0/docking_event/",
		"another port":   "https://ll.thespacedevs.com:8443/2.2.0/docking_event/",
		"another prefix": "https://ll.thespacedevs.com/mirror/docking_event/",
		"no host":        "/2.2.0/docking_event/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := ll2test.NewServer(ll2test.Events(30)...)
			moved := func(_ int, page map[string]any) {
				if next, ok := page["next"].(string); ok {
					_, query, _ := strings.Cut(next, "?")
					page["next"] = base + "?format=api&" + query
				}
			}
			client := testkit.Through(testkit.RewritingPages(moved), server,
				ll2.WithBaseURL(ll2.DefaultBaseURL), ll2.WithoutRateLimit())
			if got := testkit.All(t, client, ll2.PageSize(10)); len(got) != 30 {
				t.Errorf("%d events, want 30", len(got))
			}
			for _, req := range server.Requests() {
				if !strings.HasPrefix(req.URL.String(), ll2.DefaultBaseURL+"2.2.0/docking_event/?") || req.URL.Query().Has("format") {
					t.Errorf("asked %s", req.URL)
				}
			}
		})
	}
}

func TestALinkToAnotherPathIsForeign(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		"https://ll.thespacedevs.com/2.2.0/launch/?offset=10",
		"https://ll.thespacedevs.com/2.2.0/docking_event/5/",
		"https://ll.thespacedevs.com/2.2.0/not_docking_event/?offset=10",
		"https://ll.thespacedevs.com/2.2.0/docking_event/?offset=%zz",
		"://",
	} {
		t.Run(next, func(t *testing.T) {
			t.Parallel()
			server := ll2test.NewServer(ll2test.Events(30)...)
			foreign := func(_ int, page map[string]any) { page["next"] = next }
			events, err := ll2.Collect(testkit.Through(testkit.RewritingPages(foreign), server).DockingEvents.All(t.Context(), ll2.PageSize(10)))
			if !errors.Is(err, ll2.ErrForeignLink) || len(events) != 10 || len(server.Requests()) != 1 {
				t.Errorf("%d events in %d requests, %v; want 10 in 1, ErrForeignLink", len(events), len(server.Requests()), err)
			}
		})
	}
}

// A mirror that drops the order from its links does not make the walk lose it.
func TestALinkWithoutOrderOrLimitGetsTheWalksOwn(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	bare := func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			u, _ := url.Parse(next)
			page["next"] = "/docking_event/?offset=" + u.Query().Get("offset")
		}
	}
	testkit.All(t, testkit.Through(testkit.RewritingPages(bare), server), ll2.PageSize(10), ll2.OrderBy(ll2.ByDeparture))
	for _, req := range server.Requests() {
		if q := req.URL.Query(); q.Get("limit") != "10" || q.Get("ordering") != "departure,docking,id" {
			t.Errorf("asked %s, want limit=10 and ordering=departure,docking,id", req.URL)
		}
	}
}

func TestADamagedOrderInALinkIsReplacedByTheWalks(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	damaged := func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			page["next"] = strings.Replace(next, "ordering=departure%2Cdocking%2Cid", "ordering=nonsense", 1)
		}
	}
	testkit.All(t, testkit.Through(testkit.RewritingPages(damaged), server), ll2.PageSize(10), ll2.OrderBy(ll2.ByDeparture))
	for _, req := range server.Requests() {
		if got := req.URL.Query().Get("ordering"); got != "departure,docking,id" {
			t.Errorf("ordering=%s, want departure,docking,id", got)
		}
	}
}
