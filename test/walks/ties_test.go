package walks_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// tiedDockings returns n events of which size in a row dock at the same time.
func tiedDockings(n, size int) []ll2.DockingEvent {
	events := ll2test.Events(n)
	start := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range events {
		events[i].Docking = start.Add(time.Duration(i/size) * time.Hour)
	}
	return events
}

// byDocking sorts as a walk does whose order ends in docking: what stands within
// a tie is the service's to say.
func dockings(events []*ll2.DockingEvent) []time.Time {
	times := make([]time.Time, len(events))
	for i, e := range events {
		times[i] = e.Docking
	}
	return times
}

// The service probably ignores the id in an order, so that equal dockings come
// otherwise at every request. All asks for them again where it notices.
func TestAllLosesNothingThoughTiesAreShuffledAndTheIDIsIgnored(t *testing.T) {
	t.Parallel()
	for _, order := range []ll2.Order{ll2.ByDocking, ll2.ByDocking.Desc()} {
		for _, tie := range []int{2, 5, 11} {
			for _, size := range []int{2, 7, 100} {
				t.Run(fmt.Sprintf("%s, ties of %d, pages of %d", order, tie, size), func(t *testing.T) {
					t.Parallel()
					again := 0
					for seed := range uint64(3) {
						server := ll2test.NewServer(tiedDockings(103, tie)...)
						server.ShuffleTies(seed)
						server.IgnoreOrder("id")
						for _, n := range []int{1, 3} {
							before := len(server.Requests())
							events := testkit.All(t, server.Client(), ll2.PageSize(size), ll2.OrderBy(order), ll2.Parallel(n))
							if len(events) != 103 {
								t.Fatalf("seed %d: %d events, want 103", seed, len(events))
							}
							forward := func(a, b time.Time) int { return a.Compare(b) }
							if order != ll2.ByDocking {
								forward = func(a, b time.Time) int { return b.Compare(a) }
							}
							if !slices.IsSortedFunc(dockings(events), forward) {
								t.Errorf("seed %d: out of order", seed)
							}
							pages := (103 + size - 1) / size
							more := len(server.Requests()) - before - pages
							if again += more; more > pages-1 {
								t.Errorf("seed %d: %d requests more, want one for each of %d borders at most", seed, more, pages-1)
							}
						}
					}
					if size < 100 && size%tie != 0 && again == 0 {
						t.Error("nothing was asked for again: the ties were not at the borders")
					}
				})
			}
		}
	}
}

// Without a tie, and without the id's being ignored, nothing is asked twice.
func TestAllAsksForNoTieWithoutNeed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*ll2test.Server){
		"nothing is shuffled":        func(*ll2test.Server) {},
		"the id decides":             func(s *ll2test.Server) { s.ShuffleTies(1) },
		"in the order of departures": func(s *ll2test.Server) { s.ShuffleTies(1) },
	} {
		server := ll2test.NewServer(tiedDockings(50, 4)...)
		change(server)
		opts := []ll2.ListOption{ll2.PageSize(7)}
		if name == "in the order of departures" {
			opts = append(opts, ll2.OrderBy(ll2.ByDeparture))
		}
		if events := testkit.All(t, server.Client(), opts...); len(events) != 50 || len(server.Requests()) != 8 {
			t.Errorf("%s: %d events in %d requests, want 50 in 8", name, len(events), len(server.Requests()))
		}
	}
}

func TestAnOrderByDepartureThatLosesEventsIsIncomplete(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(testkit.Tied()...)
	server.ShuffleTies(1)
	server.IgnoreOrder("id", "docking")
	_, err := ll2.Collect(server.Client().DockingEvents.All(t.Context(), ll2.PageSize(10), ll2.OrderBy(ll2.ByDeparture)))
	if !errors.Is(err, ll2.ErrIncomplete) {
		t.Errorf("%v, want ErrIncomplete", err)
	}
}

// Only the tie is requested again, within the filters of the walk.
func TestATieIsAskedForWithTheFiltersOfTheWalk(t *testing.T) {
	t.Parallel()
	at := time.Date(2020, 5, 1, 12, 0, 0, 123456000, time.UTC)
	events := ll2test.Events(3)
	for i := range events {
		events[i].Docking = at
	}
	page := func(count int, next string, rows ...ll2.DockingEvent) testkit.Answer {
		body, err := ll2.Page[ll2.DockingEvent]{Count: count, Next: next, Results: rows}.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		return testkit.Status(http.StatusOK, string(body))
	}
	const filters = "docking__lt=2021-01-01T00%3A00%3A00Z&mode=detailed&ordering=docking%2Cid&space_station__id=4"
	next := testkit.ListURL + "?limit=2&offset=2&" + filters
	transport := testkit.NewScript(
		page(3, next, events[0], events[1]),
		page(3, "", events[1]),
		page(3, "", events[0], events[2], events[1]))
	got := testkit.All(t, testkit.NewClient(t, transport), ll2.PageSize(2), ll2.ForSpaceStation(4), ll2.InMode(ll2.ModeDetailed),
		ll2.DockedBefore(time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)))
	if diff := gocmp.Diff([]int{events[0].ID, events[1].ID, events[2].ID}, testkit.IDs(got)); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	want := "docking__gte=2020-05-01T12%3A00%3A00.123456Z&docking__lt=2021-01-01T00%3A00%3A00Z" +
		"&docking__lte=2020-05-01T12%3A00%3A00.123456Z&limit=100&mode=detailed&ordering=docking%2Cid&space_station__id=4"
	if query := transport.Requests[2].URL.RawQuery; query != want {
		t.Errorf("asked for\n%s, want\n%s", query, want)
	}
}

// A program that resumes begins at the page before the border, so that it reads the
// tie there again.
func TestATieThatCannotBeReadEndsTheWalkAtThePageBefore(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(tiedDockings(20, 20)...)
	server.IgnoreOrder("id")
	var failed bool
	for seed := range uint64(20) {
		server.ShuffleTies(seed)
		client := testkit.Through(func(next http.RoundTripper) testkit.RoundTripFunc {
			return func(req *http.Request) (*http.Response, error) {
				if req.URL.Query().Has("docking__gte") {
					return testkit.Status(http.StatusNotFound, "gone")(req)
				}
				return next.RoundTrip(req)
			}
		}, server)
		events, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(5)))
		var page *ll2.PageError
		var api *ll2.APIError
		if !errors.As(err, &page) || !errors.As(err, &api) {
			continue
		}
		failed = true
		rest := testkit.All(t, server.Client(), ll2.PageSize(5), ll2.StartAt(page.URL))
		seen := make(map[int]bool)
		for _, e := range slices.Concat(events, rest) {
			seen[e.ID] = true
		}
		if len(rest) <= 20-len(events) {
			t.Errorf("seed %d: %d events after %d: the page before did not come again", seed, len(rest), len(events))
		}
	}
	if !failed {
		t.Error("no tie was asked for")
	}
}
