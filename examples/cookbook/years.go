package cookbook

import (
	"context"

	"github.com/docking-event/ll2"
)

// PerYear counts dockings by the year, in UTC. The service is client.DockingEvents,
// or DockingEvents of a mirror.
func PerYear(ctx context.Context, service *ll2.DockingEventsService, opts ...ll2.ListOption) (map[int]int, error) {
	years := make(map[int]int)
	for event, err := range service.All(ctx, opts...) {
		if err != nil {
			return nil, err
		}
		years[event.Docking.UTC().Year()]++
	}
	return years, nil
}
