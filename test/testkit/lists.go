package testkit

import (
	"cmp"
	"context"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// Listers are the ways to ask for a list; each returns its first error.
var Listers = map[string]func(context.Context, *ll2.Client, ...ll2.ListOption) error{
	"List": func(ctx context.Context, c *ll2.Client, opts ...ll2.ListOption) error {
		_, err := c.DockingEvents.List(ctx, opts...)
		return err
	},
	"Pages": func(ctx context.Context, c *ll2.Client, opts ...ll2.ListOption) error {
		_, err := ll2.Collect(c.DockingEvents.Pages(ctx, opts...))
		return err
	},
	"All": func(ctx context.Context, c *ll2.Client, opts ...ll2.ListOption) error {
		_, err := ll2.Collect(c.DockingEvents.All(ctx, opts...))
		return err
	},
}

// ListOnce asks for a page and returns the error.
func ListOnce(t testing.TB, client *ll2.Client, opts ...ll2.ListOption) error {
	t.Helper()
	_, err := client.DockingEvents.List(t.Context(), opts...)
	return err
}

// All returns all events. The walk must succeed.
func All(t *testing.T, client *ll2.Client, opts ...ll2.ListOption) []*ll2.DockingEvent {
	t.Helper()
	events, err := ll2.Collect(client.DockingEvents.All(t.Context(), opts...))
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// IDs returns the ids of the events in order.
func IDs[E ll2.DockingEvent | *ll2.DockingEvent](events []E) []int {
	all := make([]int, len(events))
	for i := range events {
		switch e := any(events[i]).(type) {
		case ll2.DockingEvent:
			all[i] = e.ID
		case *ll2.DockingEvent:
			all[i] = e.ID
		}
	}
	return all
}

// Range returns the ids from one to the other, both included.
func Range(from, to int) []int {
	var all []int
	for id := from; id <= to; id++ {
		all = append(all, id)
	}
	return all
}

// ByDepartureDescending sorts as the service is asked to by
// OrderBy(ByDeparture.Desc()): those still docked first, ties by id.
func ByDepartureDescending(a, b ll2.DockingEvent) int {
	switch {
	case a.Docked() != b.Docked():
		if a.Docked() {
			return -1
		}
		return 1
	case !a.Docked() && !a.Departure.Equal(*b.Departure):
		return b.Departure.Compare(*a.Departure)
	}
	return cmp.Or(a.Docking.Compare(b.Docking), cmp.Compare(a.ID, b.ID))
}

// Tied returns 515 events of which many depart at the same time, so that ties lie
// across the pages of every size.
func Tied() []ll2.DockingEvent {
	events := ll2test.Events(515)
	for i := range events {
		if d := events[i].Departure; d != nil {
			year := time.Date(d.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
			events[i].Departure = &year
		}
	}
	return events
}
