package ll230_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

// newClient returns a client of a server in memory, which has 55 made-up events.
func newClient() *ll2.Client {
	server := ll2test.NewServer()
	server.SetEvents230(ll2test.Events230(55)...)
	return server.Client()
}

// The chaser and the target of a docking are a flight, a station or a payload each.
func Example() {
	server := ll2test.NewServer()
	server.SetEvents230(ll2test.Events230(55)...)
	client := server.Client() // in a program: ll2.New()
	for event, err := range ll230.DockingEvents(client).All(context.Background(), ll230.OrderBy(ll230.ByDocking)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Docking.Format(time.DateOnly), event.Chaser(), "docked with", event.Target())
		break // sends nothing more
	}
	// Output:
	// 1966-04-09 Gemini 1 docked with Agena Target Vehicle-1
}

// list prints the first three events that the options ask for, and how many there are.
func list(opts ...ll230.ListOption) {
	page, err := ll230.DockingEvents(newClient()).List(context.Background(), append(opts, ll2.PageSize(3))...)
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range page.Results {
		fmt.Println(event)
	}
	fmt.Println(page.Count, "in all")
}

// One client serves both versions, within one quota.
func ExampleDockingEvents() {
	server := ll2test.NewServer(ll2test.Events(515)...)
	server.SetEvents230(ll2test.Events230(555)...)
	client := server.Client(ll2.WithRateLimit(15, time.Hour))

	older, err := ll2.Collect(client.DockingEvents.All(context.Background()))
	if err != nil {
		log.Fatal(err)
	}
	newer, err := ll2.Collect(ll230.DockingEvents(client).All(context.Background()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(older), len(newer))
	fmt.Println(client.Quota())
	// Output:
	// 515 555
	// 12 of 15 in 1h0m0s used
}

func ExampleDockingEventsService_All() {
	service := ll230.DockingEvents(newClient())
	for event, err := range service.All(context.Background(),
		ll230.ForStation(4),
		ll230.DockedSince(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)),
		ll230.OrderBy(ll230.ByDocking.Desc()),
	) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Docking.Format(time.DateOnly), event.Chaser(), "at", event.Target())
	}
	// Output:
	// 2025-12-10 Crew Dragon Endeavour at International Space Station
	// 2024-06-17 Cygnus 4 at International Space Station
	// 2024-06-17 Progress 10 at International Space Station
	// 2024-02-26 Soyuz 20 at International Space Station
	// 2023-05-09 Cygnus 3 at International Space Station
	// 2020-04-29 H-II Transfer Vehicle 4 at International Space Station
	// 2020-02-01 Progress 9 at International Space Station
}

func ExampleDockingEventsService_Pages() {
	service := ll230.DockingEvents(newClient())
	for page, err := range service.Pages(context.Background(), ll2.PageSize(20)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Results), "events,", page.Left(), "requests left")
	}
	// Output:
	// 20 events, 2 requests left
	// 20 events, 1 requests left
	// 15 events, 0 requests left
}

func ExampleDockingEventsService_List() {
	page, err := ll230.DockingEvents(newClient()).List(context.Background(), ll2.PageSize(2), ll2.Offset(50))
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range page.Results {
		fmt.Println(event)
	}
	fmt.Println(page.Count, "in all")
	// Output:
	// docking event 44: Soyuz 20 at International Space Station (forward), 2024-02-26T01:21:12Z to 2024-04-17T15:29:09Z
	// docking event 55: Tiangong at Xuntian-1 (Xuntian-1), 2024-04-21T15:58:24Z to 2024-05-06T09:21:48Z
	// 55 in all
}

// A single event comes in the detailed shape: of its chaser and the launch there is
// all.
func ExampleDockingEventsService_Get() {
	event, err := ll230.DockingEvents(newClient()).Get(context.Background(), 2)
	if err != nil {
		log.Fatal(err)
	}
	launch := event.FlightVehicleChaser.Launch
	var mission struct{ Name string }
	if err := json.Unmarshal(launch.Mission, &mission); err != nil {
		log.Fatal(err)
	}
	fmt.Println(launch.Name, "at", launch.NET.Format(time.RFC3339), "for", mission.Name)
	// Output:
	// Soyuz-U | Soyuz 2 at 1977-02-26T09:18:38Z for Soyuz 2
}

// A chaser and a target are of three kinds.
func ExampleDockingEvent_Chaser() {
	kinds := make(map[string]int)
	for event, err := range ll230.DockingEvents(newClient()).All(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		kinds[fmt.Sprintf("%s at %s", event.Chaser().Kind, event.Target().Kind)]++
	}
	for kinds, n := range kinds {
		fmt.Println(n, kinds)
	}
	// Unordered output:
	// 47 flight vehicle at space station
	// 1 payload at flight vehicle
	// 1 payload at payload
	// 1 space station at space station
	// 1 flight vehicle at payload
	// 1 flight vehicle at flight vehicle
	// 1 space station at flight vehicle
	// 1 payload at space station
	// 1 space station at payload
}

func ExampleQuery() {
	query, err := ll230.Query(ll230.ForStation(4), ll230.OrderBy(ll230.ByDeparture), ll2.PageSize(50))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(query.Encode())
	// Output:
	// limit=50&ordering=departure%2Cdocking%2Cid&space_station_target__id=4
}

func ExampleForStation() {
	list(ll230.ForStation(18))
	// Output:
	// docking event 40: Shenzhou 1 at Tiangong (aft), 2021-05-16T08:29:49Z to 2021-09-21T23:12:03Z
	// docking event 41: Shenzhou 2 at Tiangong (forward), 2022-03-07T23:15:58Z to 2022-06-19T04:23:37Z
	// docking event 42: Tianzhou 1 at Tiangong (nadir), 2022-07-17T02:20:11Z to 2022-07-29T03:41:34Z
	// 4 in all
}

// A chaser that is a flight vehicle has the id that this takes.
func ExampleForFlightVehicle() {
	event, err := ll230.DockingEvents(newClient()).Get(context.Background(), 25)
	if err != nil {
		log.Fatal(err)
	}
	if chaser := event.Chaser(); chaser.Kind == ll230.KindFlightVehicle {
		list(ll230.ForFlightVehicle(chaser.ID))
	}
	// Output:
	// docking event 25: Soyuz 18 at International Space Station (Prichal nadir), 2007-10-24T14:32:58Z to 2008-05-05T12:48:44Z
	// 1 in all
}

func ExampleForDockingLocation() {
	list(ll230.ForDockingLocation(143))
	// Output:
	// docking event 48: Apollo Lunar Module 1 at Apollo Command/Service Module 1 (Apollo Command/Service Module), 1969-09-18T14:52:36Z to 1969-09-21T04:45:48Z
	// 1 in all
}

func ExampleDockedAfter() {
	list(ll230.DockedAfter(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)))
	// Output:
	// docking event 38: Progress 9 at International Space Station (nadir), 2020-02-01T06:04:17Z to 2020-07-19T09:19:19Z
	// docking event 39: H-II Transfer Vehicle 4 at International Space Station (Rassvet nadir), 2020-04-29T04:35:39Z to 2020-07-19T09:19:19Z
	// docking event 49: Mission Extension Vehicle-1 at Intelsat-1 (Intelsat-1), docked since 2020-12-28T21:33:37Z
	// 13 in all
}

func ExampleDockedSince() {
	list(ll230.DockedSince(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)), ll230.DockedBefore(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)))
	// Output:
	// docking event 44: Soyuz 20 at International Space Station (forward), 2024-02-26T01:21:12Z to 2024-04-17T15:29:09Z
	// docking event 55: Tiangong at Xuntian-1 (Xuntian-1), 2024-04-21T15:58:24Z to 2024-05-06T09:21:48Z
	// docking event 45: Cygnus 4 at International Space Station (zenith), 2024-06-17T12:49:07Z to 2024-11-03T09:29:11Z
	// 4 in all
}

func ExampleDockedBefore() {
	list(ll230.DockedBefore(time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)))
	// Output:
	// docking event 50: Gemini 1 at Agena Target Vehicle-1 (Agena Target Vehicle-1), 1966-04-09T09:43:01Z to 1966-04-10T16:39:53Z
	// docking event 48: Apollo Lunar Module 1 at Apollo Command/Service Module 1 (Apollo Command/Service Module), 1969-09-18T14:52:36Z to 1969-09-21T04:45:48Z
	// docking event 1: Soyuz 1 at Salyut 4 (forward), 1975-04-07T23:45:18Z to 1975-08-04T10:45:05Z
	// 5 in all
}

func ExampleDockedUntil() {
	list(ll230.DockedUntil(time.Date(1979, 12, 31, 23, 59, 59, 0, time.UTC)), ll230.OrderBy(ll230.ByDocking.Desc()))
	// Output:
	// docking event 3: Soyuz 3 at Salyut 6 (forward), 1979-02-01T00:08:13Z to 1979-05-06T21:11:57Z
	// docking event 2: Soyuz 2 at Salyut 4 (aft), 1977-02-28T10:18:38Z to 1977-08-22T18:17:16Z
	// docking event 1: Soyuz 1 at Salyut 4 (forward), 1975-04-07T23:45:18Z to 1975-08-04T10:45:05Z
	// 5 in all
}

func ExampleSearch() {
	list(ll230.Search("Intelsat"))
	// Output:
	// docking event 49: Mission Extension Vehicle-1 at Intelsat-1 (Intelsat-1), docked since 2020-12-28T21:33:37Z
	// 1 in all
}

func ExampleOrderBy() {
	list(ll230.OrderBy(ll230.ByDeparture.Desc()))
	// Output:
	// docking event 51: Expandable Activity Module-1 at International Space Station (Tranquility aft), docked since 2018-07-26T17:37:25Z
	// docking event 49: Mission Extension Vehicle-1 at Intelsat-1 (Intelsat-1), docked since 2020-12-28T21:33:37Z
	// docking event 52: Wentian at Tiangong (Tianhe starboard), docked since 2022-08-04T06:37:32Z
	// 55 in all
}

func ExampleInMode() {
	page, err := ll230.DockingEvents(newClient()).List(context.Background(), ll230.InMode(ll230.ModeDetailed))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Results), page.Results[0].ResponseMode)
	// Output:
	// 55 detailed
}
