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

// A filter that no event fits gives no events, and no error.
func ExampleForSpaceStation() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	const salyut6, iss = 14, 4
	for _, station := range []int{salyut6, iss} {
		page, err := client.DockingEvents.List(ctx, ll2.ForSpaceStation(station))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(station, page.Count)
	}
	// Output:
	// 14 10
	// 4 0
}

// One flight can dock several times.
func ExampleForFlightVehicle() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	for event, err := range client.DockingEvents.All(ctx, ll2.ForFlightVehicle(325)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.FlightVehicle.Spacecraft.Name, "at", event.DockingLocation.Name)
	}
	// Output:
	// Soyuz 31 at Salyut-6 aft
	// Soyuz 31 at Salyut-6 forward
}

// Filters of different kinds hold together. Here: who was at the forward port of
// Salyut 6 in 1978?
func ExampleForDockingLocation() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	for event, err := range client.DockingEvents.All(ctx,
		ll2.ForDockingLocation(4),
		ll2.DockedBefore(time.Date(1979, 1, 1, 0, 0, 0, 0, time.UTC)),
	) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.FlightVehicle.Spacecraft.Name)
	}
	// Output:
	// Soyuz 29
	// Soyuz 31
}

// The event that comes after a known one.
func ExampleDockedAfter() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	event, err := client.DockingEvents.Get(ctx, 189)
	if err != nil {
		log.Fatal(err)
	}
	later, err := client.DockingEvents.List(ctx, ll2.DockedAfter(event.Docking), ll2.PageSize(1))
	if err != nil {
		log.Fatal(err)
	}
	for _, next := range later.Results {
		fmt.Println(event.ID, "was followed by", next.ID)
	}
	// Output: 189 was followed by 190
}

// The dockings of a month: from its first instant on, before that of the next.
func ExampleDockedSince() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	august := time.Date(1978, time.August, 1, 0, 0, 0, 0, time.UTC)
	for event, err := range client.DockingEvents.All(ctx,
		ll2.DockedSince(august),
		ll2.DockedBefore(august.AddDate(0, 1, 0)),
	) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Docking.Format(time.DateTime), event.FlightVehicle.Spacecraft.Name)
	}
	// Output:
	// 1978-08-09 23:59:30 Progress 3
	// 1978-08-28 16:37:37 Soyuz 31
}

// Times can be in any zone.
func ExampleDockedBefore() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	moscow := time.FixedZone("MSK", 3*60*60)
	page, err := client.DockingEvents.List(ctx, ll2.DockedBefore(time.Date(1978, 7, 1, 0, 0, 0, 0, moscow)))
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range page.Results {
		fmt.Println(event.Docking.In(moscow).Format(time.DateTime), event.FlightVehicle.Spacecraft.Name)
	}
	// Output:
	// 1978-06-17 00:58:14 Soyuz 29
	// 1978-06-28 20:07:50 Soyuz 30
}

// Who was docked at a given moment? Those who came until then and left later.
func ExampleDockedUntil() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	moment := time.Date(1978, time.July, 20, 12, 0, 0, 0, time.UTC)
	for event, err := range client.DockingEvents.All(ctx, ll2.DockedUntil(moment)) {
		if err != nil {
			log.Fatal(err)
		}
		if event.Docked() || event.Departure.After(moment) {
			fmt.Println(event.FlightVehicle.Spacecraft.Name)
		}
	}
	// Output:
	// Soyuz 29
	// Progress 2
}

func ExampleSearch() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	for event, err := range client.DockingEvents.All(ctx, ll2.Search("Progress")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.ID, event.FlightVehicle.Spacecraft.Name)
	}
	// Output:
	// 292 Progress 2
	// 293 Progress 3
	// 294 Progress 4
	// 295 Progress 5
	// 296 Progress 6
}

// Events that are still docked come first, then the latest departures.
func ExampleOrderBy() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	page, err := client.DockingEvents.List(ctx, ll2.OrderBy(ll2.ByDeparture.Desc(), ll2.ByID), ll2.PageSize(3))
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range page.Results {
		if event.Docked() {
			fmt.Println("still docked:", event.FlightVehicle.Spacecraft.Name)
			continue
		}
		fmt.Println(event.Departure.Format(time.DateOnly), event.FlightVehicle.Spacecraft.Name)
	}
	// Output:
	// 1979-06-13 Soyuz 32
	// 1979-06-08 Progress 6
	// 1979-04-03 Progress 5
}

// The detailed shape fills the fields that are nil in the normal one.
func ExampleInMode() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Events(12)...).Client() // in a program: ll2.New()

	for _, mode := range []ll2.Mode{ll2.ModeNormal, ll2.ModeDetailed} {
		page, err := client.DockingEvents.List(ctx, ll2.InMode(mode), ll2.PageSize(1))
		if err != nil {
			log.Fatal(err)
		}
		for _, event := range page.Results {
			config := event.FlightVehicle.Spacecraft.SpacecraftConfig
			fmt.Println(mode, config.Name, config.MaidenFlight)
		}
	}
	// Output:
	// normal Soyuz <nil>
	// detailed Soyuz 1967-04-23
}

// The default of 100 costs the fewest requests; a smaller first page comes
// sooner.
func ExamplePageSize() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client() // in a program: ll2.New()

	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.PageSize(3)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(events), "events in", len(server.Requests()), "requests")
	// Output: 10 events in 4 requests
}

func ExampleOffset() {
	ctx := context.Background()
	client := ll2test.NewServer(ll2test.Recorded()...).Client() // in a program: ll2.New()

	for event, err := range client.DockingEvents.All(ctx, ll2.Offset(8)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.FlightVehicle.Spacecraft.Name)
	}
	// Output:
	// Progress 5
	// Progress 6
}

// A walk meets the quota half-way, keeps what it has and the link at which it
// stopped, and goes on later. Filters, ordering and mode are in the link: the
// options need not be given again.
func ExampleStartAt() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Limit(2, time.Hour)
	client := server.Client() // in a program: ll2.New()

	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.PageSize(4)))
	var limited *ll2.RateLimitError
	var stopped *ll2.PageError
	if !errors.As(err, &limited) || !errors.As(err, &stopped) {
		log.Fatal("expected to meet the quota, got: ", err)
	}
	fmt.Println(len(events), "events; go on in", limited.RetryAfter.Round(time.Minute))
	link := stopped.URL // a text: it can be kept in a file

	// An hour later, in another process.
	server.Limit(0, 0)
	client = server.Client()
	rest, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.StartAt(link)))
	if err != nil {
		log.Fatal(err)
	}
	events = append(events, rest...)
	fmt.Println(len(events), "events")
	// Output:
	// 8 events; go on in 1h0m0s
	// 10 events
}

// The query for a mock, or the key of a cache: equal options have equal queries.
func ExampleQuery() {
	query, err := ll2.Query(ll2.ForSpaceStation(4), ll2.OrderBy(ll2.ByDeparture.Desc()), ll2.PageSize(10))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(query.Encode())
	// Output: limit=10&ordering=-departure%2Cdocking%2Cid&space_station__id=4
}
