package main

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/docking-event/ll2"
)

// eventSource is all that this program needs of the SDK. The SDK declares no
// interface of its methods: whoever uses some of them names those, as small as
// the need is, and *ll2.DockingEventsService is one without knowing it.
type eventSource interface {
	All(ctx context.Context, opts ...ll2.ListOption) iter.Seq2[*ll2.DockingEvent, error]
}

type station struct {
	id       int
	name     string
	dockings int
	docked   int // of these, not departed yet
}

// busiest counts the dockings of each station, the most first: of all times, or
// from since on where it is not zero. It returns nothing where it cannot count
// all.
func busiest(ctx context.Context, source eventSource, since time.Time) ([]station, error) {
	var opts []ll2.ListOption
	if !since.IsZero() {
		opts = append(opts, ll2.DockedSince(since))
	}
	byID := make(map[int]*station) // names vary for the same station
	for event, err := range source.All(ctx, opts...) {
		if err != nil {
			return nil, err
		}
		at := event.DockingLocation.SpaceStation
		s := byID[at.ID]
		if s == nil {
			s = &station{id: at.ID}
			byID[at.ID] = s
		}
		s.name = at.Name // the latest
		s.dockings++
		if event.Docked() {
			s.docked++
		}
	}
	stations := make([]station, 0, len(byID))
	for _, s := range byID {
		stations = append(stations, *s)
	}
	slices.SortFunc(stations, func(a, b station) int {
		return cmp.Or(cmp.Compare(b.dockings, a.dockings), cmp.Compare(a.id, b.id))
	})
	return stations, nil
}
