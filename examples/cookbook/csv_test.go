package cookbook_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

func ExampleToCSV() {
	client := ll2test.NewServer(ll2test.Events(515)...).Client() // in a program: ll2.New()
	since := time.Date(2025, time.September, 1, 0, 0, 0, 0, time.UTC)
	if err := cookbook.ToCSV(os.Stdout, client.DockingEvents.All(context.Background(), ll2.DockedSince(since))); err != nil {
		fmt.Println(err)
	}
	// Output:
	// id,docking,departure,craft,port,station_id,station
	// 510,2025-09-09T13:43:09Z,,Crew Dragon Freedom,Unity nadir,4,International Space Station
	// 511,2025-09-14T11:13:16Z,,Shenzhou 10,nadir,18,Tiangong
	// 512,2025-10-06T02:09:06Z,,Soyuz 168,aft,4,International Space Station
	// 513,2025-10-24T21:05:43Z,,Crew Dragon Endeavour,Prichal nadir,4,International Space Station
	// 514,2025-11-12T17:18:40Z,,Cargo Dragon 31,zenith,4,International Space Station
	// 515,2025-12-10T09:12:00Z,,Shenzhou 11,forward,18,Tiangong
}
