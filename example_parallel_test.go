package ll2_test

import (
	"context"
	"fmt"
	"log"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// All events in the time of two requests: the first page, and then the other
// five at once. They come in the same order as ever.
func ExampleParallel() {
	server := ll2test.NewServer(ll2test.Events(515)...)
	client := server.Client() // ll2.New() in a program

	events, err := ll2.Collect(client.DockingEvents.All(context.Background(), ll2.OrderBy(ll2.ByID), ll2.Parallel(5)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(events), "events in", len(server.Requests()), "requests, from", events[0].ID, "to", events[514].ID)
	// Output: 515 events in 6 requests, from 1 to 515
}

// Progress of a long walk: how much there is, and how many requests it still
// takes.
func ExampleOnPage() {
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client() // ll2.New() in a program

	progress := ll2.OnPage(func(page ll2.PageInfo) {
		fmt.Println(page.Results, "of", page.Count, "events, requests left:", page.Left)
	})
	events, err := ll2.Collect(client.DockingEvents.All(context.Background(), ll2.PageSize(4), progress))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(events))
	// Output:
	// 4 of 10 events, requests left: 2
	// 4 of 10 events, requests left: 1
	// 2 of 10 events, requests left: 0
	// 10
}
