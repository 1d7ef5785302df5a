package cookbook_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

func ExampleChanged() {
	dir, err := os.MkdirTemp("", "cookbook")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	server := ll2test.NewServer() // in a program: ll2.New()
	events := ll2test.Events(515)[505:]
	monday := slices.Clone(events[:9])
	tuesday := slices.Clone(events[1:])                      // the first one is removed, the last one is new
	tuesday[0].Docking = tuesday[0].Docking.Add(time.Minute) // corrected
	departure := tuesday[7].Docking.Add(24 * time.Hour)
	tuesday[7].Departure = &departure // departed
	for _, day := range [][]ll2.DockingEvent{monday, tuesday, tuesday} {
		server.SetEvents(day...)
		lines, err := cookbook.Changed(server.Client().DockingEvents.All(context.Background()), filepath.Join(dir, "events.json"))
		fmt.Printf("%d changes, error: %v\n", len(lines), err)
		for _, line := range lines {
			fmt.Println("  ", line)
		}
	}
	// Output:
	// 0 changes, error: <nil>
	// 4 changes, error: <nil>
	//    corrected: docking event 506: Progress 139 at International Space Station (nadir), docked since 2025-07-13T14:36:15Z
	//    departed: docking event 514: Cargo Dragon 31 at International Space Station (zenith), 2025-11-12T17:18:40Z to 2025-11-13T17:18:40Z
	//    new: docking event 515: Shenzhou 11 at Tiangong (forward), docked since 2025-12-10T09:12:00Z
	//    removed: docking event 507: Crew Dragon Endurance at International Space Station (Poisk zenith), docked since 2025-05-26T03:58:26Z
	// 0 changes, error: <nil>
}
