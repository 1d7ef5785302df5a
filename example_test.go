package ll2_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// Range over docking events with filters, ordering and mode. Page after page is
// fetched behind the range.
func Example() {
	ctx := context.Background()

	// The service in memory, so that this runs without a network. A program
	// writes: client, err := ll2.New(ll2.WithUserAgent("my-app/1.2"))
	client := ll2test.NewServer(ll2test.Recorded()...).Client()

	for event, err := range client.DockingEvents.All(ctx,
		ll2.ForSpaceStation(14), // Salyut 6
		ll2.DockedSince(time.Date(1979, 1, 1, 0, 0, 0, 0, time.UTC)),
		ll2.OrderBy(ll2.ByDocking.Desc()),
		ll2.InMode(ll2.ModeDetailed),
	) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s  %-10s  %s\n", event.Docking.Format(time.DateOnly),
			event.FlightVehicle.Spacecraft.Name, event.DockingLocation.Name)
	}
	// Output:
	// 1979-05-15  Progress 6  Salyut-6 aft
	// 1979-03-14  Progress 5  Salyut-6 aft
	// 1979-02-26  Soyuz 32    Salyut-6 forward
}

// Wrong options are an error of New, and not of the first request.
func ExampleNew() {
	client, err := ll2.New(
		ll2.WithUserAgent("my-app/1.2"),
		ll2.WithMaxWait(5*time.Minute),
	)
	if err != nil {
		log.Fatal(err)
	}
	quota := client.Quota()
	fmt.Println(quota.Limit, "requests in", quota.Window)

	_, err = ll2.New(ll2.WithRetries(-1))
	fmt.Println(err)
	// Output:
	// 15 requests in 1h0m0s
	// ll2: WithRetries: -1 is not a number of retries; use 0 for none
}

// All hides the pages: here three of them, one request each.
func ExampleDockingEventsService_All() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client() // in a program: ll2.New()

	total := time.Duration(0)
	for event, err := range client.DockingEvents.All(ctx, ll2.PageSize(4)) {
		if err != nil {
			log.Fatal(err)
		}
		total += event.Stay(time.Now())
	}
	fmt.Println("days docked, all together:", int(total.Hours()/24))
	fmt.Println("requests:", len(server.Requests()))
	// Output:
	// days docked, all together: 355
	// requests: 3
}

// A break ends the walk: nothing more is sent.
func ExampleDockingEventsService_All_break() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client() // in a program: ll2.New()

	const week = 7 * 24 * time.Hour
	for event, err := range client.DockingEvents.All(ctx, ll2.PageSize(2)) {
		if err != nil {
			log.Fatal(err)
		}
		if event.Stay(time.Now()) < week {
			fmt.Println("the first who stayed less than a week:", event.FlightVehicle.Spacecraft.Name)
			break
		}
	}
	fmt.Println("requests:", len(server.Requests()))
	// Output:
	// the first who stayed less than a week: Soyuz 30
	// requests: 1
}

// A walk page by page knows how many events there are and what is left of them.
func ExampleDockingEventsService_Pages() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	for page, err := range client.DockingEvents.Pages(ctx, ll2.PageSize(4)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Results), "of", page.Count, "events; pages left:", page.Left())
	}
	// Output:
	// 4 of 10 events; pages left: 2
	// 4 of 10 events; pages left: 1
	// 2 of 10 events; pages left: 0
}

// List sends one request: here for the last two dockings.
func ExampleDockingEventsService_List() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	page, err := client.DockingEvents.List(ctx, ll2.OrderBy(ll2.ByDocking.Desc()), ll2.PageSize(2))
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range page.Results {
		fmt.Println(event.ID, event.FlightVehicle.Spacecraft.Name)
	}
	fmt.Println("all:", page.Count)
	// Output:
	// 296 Progress 6
	// 295 Progress 5
	// all: 10
}

// Get fetches one event, in the detailed shape.
func ExampleDockingEventsService_Get() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	event, err := client.DockingEvents.Get(ctx, 191)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(event.FlightVehicle.Spacecraft.Name, "at", ll2.Value(event.SpaceStation).Name)

	_, err = client.DockingEvents.Get(ctx, 1)
	if errors.Is(err, ll2.ErrNotFound) {
		fmt.Println("no event has the id 1")
	}
	// Output:
	// Soyuz 32 at Salyut 6
	// no event has the id 1
}

// Collect makes a slice of a walk. Where the walk ends with an error, the slice
// holds what came before.
func ExampleCollect() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.Search("Progress")))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(events), "events")
	// Output: 5 events
}

// Left says what going on would cost, before it costs anything.
func ExamplePage_Left() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Events(515)...).Client() // in a program: ll2.New()

	page, err := client.DockingEvents.List(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Left(), "more requests for", page.Count-len(page.Results), "more events")
	// Output: 5 more requests for 415 more events
}
