package versions_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

// tied returns 555 events of which up to seven in a row dock at the same time.
func tied() []ll230.DockingEvent {
	events := ll2test.Events230(555)
	left, size, at := 0, 0, time.Time{}
	for i := range events {
		if left == 0 {
			size = size%7 + 1
			left, at = size, events[i].Docking
		}
		events[i].Docking = at
		left--
	}
	return events
}

func byDocking(a, b *ll230.DockingEvent) int { return a.Docking.Compare(b.Docking) }

// The service does not sort by id, so that equal dockings come otherwise at every
// request. All asks for them again where it notices.
func TestAllLosesNothingThoughTiesAreShuffled(t *testing.T) {
	t.Parallel()
	want := tied()
	for _, size := range []int{7, 100} {
		for _, order := range []ll230.Order{ll230.ByDocking, ll230.ByDocking.Desc()} {
			for seed := range uint64(3) {
				t.Run(fmt.Sprintf("%s, pages of %d, seed %d", order, size, seed), func(t *testing.T) {
					t.Parallel()
					server := ll2test.NewServer()
					server.SetEvents230(want...)
					server.ShuffleTies(seed)
					server.IgnoreOrder("id", "departure")
					service := ll230.DockingEvents(server.Client())
					events, err := ll2.Collect(service.All(t.Context(), ll2.PageSize(size), ll230.OrderBy(order), ll2.Parallel(2)))
					if err != nil {
						t.Fatal(err)
					}
					forward := byDocking
					if order != ll230.ByDocking {
						forward = func(a, b *ll230.DockingEvent) int { return byDocking(b, a) }
					}
					if !slices.IsSortedFunc(events, forward) {
						t.Error("out of order")
					}
					ids := make(map[int]bool)
					for _, e := range events {
						ids[e.ID] = true
					}
					if len(events) != len(want) || len(ids) != len(want) {
						t.Errorf("%d events with %d ids, want %d", len(events), len(ids), len(want))
					}
					pages := (len(want) + size - 1) / size
					if n := len(server.Requests()); n < pages || n > 2*pages-1 || size == 7 && n == pages {
						t.Errorf("%d requests for %d pages, want some more, but one a border at most", n, pages)
					}
				})
			}
		}
	}
}

// In another order, equal rows are not next to each other. Then the walk says that it
// is not complete, and never loses anything silently.
func TestAWalkInAnOrderThatIsIgnoredIsCompleteOrSaysThatItIsNot(t *testing.T) {
	t.Parallel()
	want := tied()
	incomplete := 0
	for _, size := range []int{7, 100} {
		for seed := range uint64(4) {
			server := ll2test.NewServer()
			server.SetEvents230(want...)
			server.ShuffleTies(seed)
			server.IgnoreOrder("id", "departure")
			events, err := ll2.Collect(ll230.DockingEvents(server.Client()).All(t.Context(), ll2.PageSize(size), ll230.OrderBy(ll230.ByDeparture)))
			switch {
			case errors.Is(err, ll2.ErrIncomplete):
				incomplete++
			case err != nil || len(events) != len(want):
				t.Errorf("pages of %d, seed %d: %d events, %v", size, seed, len(events), err)
			}
		}
	}
	if incomplete == 0 {
		t.Error("no walk met a tie at a border: the test tests nothing")
	}
}

func TestFiltersOrderAndModeReachTheService(t *testing.T) {
	t.Parallel()
	server := newServer()
	service := ll230.DockingEvents(server.Client())
	all := func(opts ...ll230.ListOption) []*ll230.DockingEvent {
		t.Helper()
		events, err := ll2.Collect(service.All(t.Context(), opts...))
		if err != nil {
			t.Fatal(err)
		}
		return events
	}
	events := all()
	if len(events) != 555 || !slices.IsSortedFunc(events, byDocking) {
		t.Fatalf("%d events, sorted by docking: %t", len(events), slices.IsSortedFunc(events, byDocking))
	}
	middle := events[277]
	vehicle := events[slices.IndexFunc(events, func(e *ll230.DockingEvent) bool { return e.FlightVehicleChaser != nil })].FlightVehicleChaser.ID
	for name, tc := range map[string]struct {
		opt  ll230.ListOption
		fits func(*ll230.DockingEvent) bool
	}{
		"ForStation": {ll230.ForStation(4), func(e *ll230.DockingEvent) bool {
			return e.Target().Kind == ll230.KindSpaceStation && e.Target().ID == 4
		}},
		"ForFlightVehicle": {ll230.ForFlightVehicle(vehicle), func(e *ll230.DockingEvent) bool {
			return e.Chaser().Kind == ll230.KindFlightVehicle && e.Chaser().ID == vehicle
		}},
		"ForDockingLocation": {ll230.ForDockingLocation(middle.DockingLocation.ID), func(e *ll230.DockingEvent) bool {
			return e.DockingLocation.ID == middle.DockingLocation.ID
		}},
		"DockedAfter":  {ll230.DockedAfter(middle.Docking), func(e *ll230.DockingEvent) bool { return e.Docking.After(middle.Docking) }},
		"DockedSince":  {ll230.DockedSince(middle.Docking), func(e *ll230.DockingEvent) bool { return !e.Docking.Before(middle.Docking) }},
		"DockedBefore": {ll230.DockedBefore(middle.Docking), func(e *ll230.DockingEvent) bool { return e.Docking.Before(middle.Docking) }},
		"DockedUntil":  {ll230.DockedUntil(middle.Docking), func(e *ll230.DockingEvent) bool { return !e.Docking.After(middle.Docking) }},
	} {
		got := all(tc.opt)
		if len(got) == 0 || len(got) == len(events) || slices.ContainsFunc(got, func(e *ll230.DockingEvent) bool { return !tc.fits(e) }) {
			t.Errorf("%s: %d events, or some that do not fit", name, len(got))
		}
		if fit := slices.DeleteFunc(slices.Clone(events), func(e *ll230.DockingEvent) bool { return !tc.fits(e) }); len(fit) != len(got) {
			t.Errorf("%s: %d events, want %d", name, len(got), len(fit))
		}
	}
	name := middle.Chaser().Name
	if got := all(ll230.Search(name)); len(got) == 0 || len(got) == len(events) {
		t.Errorf("searching %q finds %d events", name, len(got))
	}
	departed := all(ll230.OrderBy(ll230.ByDeparture.Desc()))
	if first, last := departed[0], departed[len(departed)-1]; !first.Docked() || last.Docked() {
		t.Error("those still docked do not come first in descending order of departure")
	}
	page, err := service.List(t.Context(), ll2.PageSize(3), ll2.Offset(550), ll230.InMode(ll230.ModeDetailed))
	if err != nil || page.Count != 555 || len(page.Results) != 3 || page.Left() != 1 || page.Results[0].ResponseMode != "detailed" {
		t.Errorf("a page of three: %+v, %v", page, err)
	}
	rest, err := ll2.Collect(service.All(t.Context(), ll2.StartAt(page.Next)))
	if err != nil || len(rest) != 2 || rest[1].ID != events[554].ID || rest[0].ResponseMode != "detailed" {
		t.Errorf("behind it: %v, %v", rest, err)
	}
	pages, err := ll2.Collect(service.Pages(t.Context()))
	if err != nil || len(pages) != 6 || len(pages[5].Results) != 55 {
		t.Errorf("%d pages, %v", len(pages), err)
	}
	one, err := service.Get(t.Context(), middle.ID)
	if err != nil || one.ID != middle.ID || one.ResponseMode != "detailed" || one.Chaser() != middle.Chaser() {
		t.Errorf("one: %+v, %v", one, err)
	}
}
