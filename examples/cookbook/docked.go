package cookbook

import (
	"context"
	"time"

	"github.com/docking-event/ll2"
)

// DockedAt returns the events of all spacecraft that are docked at t, which is
// time.Now() or a time in the past. The service is client.DockingEvents, or
// DockingEvents of a mirror.
func DockedAt(
	ctx context.Context, service *ll2.DockingEventsService, t time.Time, opts ...ll2.ListOption,
) ([]*ll2.DockingEvent, error) {
	// Events without a departure come first, then the latest departures.
	opts = append(opts, ll2.DockedUntil(t), ll2.OrderBy(ll2.ByDeparture.Desc(), ll2.ByDocking))
	var docked []*ll2.DockingEvent
	for event, err := range service.All(ctx, opts...) {
		if err != nil {
			return nil, err
		}
		if !event.DockedAt(t) {
			break // all others departed even earlier: do not fetch the next page
		}
		docked = append(docked, event)
	}
	return docked, nil
}
