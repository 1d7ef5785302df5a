package cookbook_test

import (
	"context"
	"fmt"
	"time"

	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

func ExampleDockings230() {
	server := ll2test.NewServer(ll2test.Events(515)...) // in a program: ll2.New()
	server.SetEvents230(ll2test.Events230(555)...)
	ctx, client := context.Background(), server.Client()
	since := time.Date(2025, time.September, 1, 0, 0, 0, 0, time.UTC)
	before, err := cookbook.Dockings220(ctx, client, 4, since)
	fmt.Println("2.2.0:", len(before), "dockings, error:", err)
	for _, line := range before {
		fmt.Println("  ", line)
	}
	after, err := cookbook.Dockings230(ctx, client, 4, since)
	fmt.Println("2.3.0:", len(after), "dockings, error:", err)
	for _, line := range after {
		fmt.Println("  ", line)
	}
	// Output:
	// 2.2.0: 4 dockings, error: <nil>
	//    510 Crew Dragon Freedom, Unity nadir
	//    512 Soyuz 168, aft
	//    513 Crew Dragon Endeavour, Prichal nadir
	//    514 Cargo Dragon 31, zenith
	// 2.3.0: 4 dockings, error: <nil>
	//    510 Crew Dragon Freedom, Unity nadir
	//    512 Soyuz 168, aft
	//    513 Crew Dragon Endeavour, Prichal nadir
	//    514 Cargo Dragon 31, zenith
}
