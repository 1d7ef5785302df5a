package cookbook

import (
	"context"
	"fmt"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
)

// Dockings220 returns a line for each docking at a station since a time, from version
// 2.2.0 of the service.
func Dockings220(ctx context.Context, client *ll2.Client, station int, since time.Time) (lines []string, err error) {
	for event, err := range client.DockingEvents.All(ctx, ll2.ForSpaceStation(station), ll2.DockedSince(since)) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprint(event.ID, " ", event.FlightVehicle.Spacecraft.Name, ", ", event.DockingLocation.Name))
	}
	return lines, nil
}

// Dockings230 does the same with version 2.3.0.
func Dockings230(ctx context.Context, client *ll2.Client, station int, since time.Time) (lines []string, err error) {
	for event, err := range ll230.DockingEvents(client).All(ctx, ll230.ForStation(station), ll230.DockedSince(since)) {
		if err != nil {
			return nil, err
		}
		// FlightVehicleChaser is nil if a module of a station docked. Chaser names either.
		lines = append(lines, fmt.Sprint(event.ID, " ", event.Chaser().Name, ", ", event.DockingLocation.Name))
	}
	return lines, nil
}
