package cookbook_test

import (
	"context"
	"fmt"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

func ExampleDockedAt() {
	server := ll2test.NewServer(ll2test.Events(515)...) // in a program: ll2.New()
	now := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	docked, err := cookbook.DockedAt(context.Background(), server.Client().DockingEvents, now, ll2.ForSpaceStation(4))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, event := range docked {
		fmt.Printf("%-21s  %-13s  since %s\n", event.FlightVehicle.Spacecraft.Name, event.DockingLocation.Name, event.Docking.Format(time.DateOnly))
	}
	fmt.Println(len(server.Requests()), "request")
	// Output:
	// Crew Dragon Endurance  Poisk zenith   since 2025-05-26
	// Progress 139           nadir          since 2025-07-13
	// Progress 140           forward        since 2025-08-02
	// Crew Dragon Freedom    Unity nadir    since 2025-09-09
	// Soyuz 168              aft            since 2025-10-06
	// Crew Dragon Endeavour  Prichal nadir  since 2025-10-24
	// Cargo Dragon 31        zenith         since 2025-11-12
	// 1 request
}
