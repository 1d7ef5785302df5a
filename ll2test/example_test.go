package ll2test_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

// A walk over ten events in pages of four, in memory. The second request meets
// a gateway that is out of order, and is sent again.
func Example() {
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Limit(15, time.Hour)
	server.Fail(ll2test.Fault{}, ll2test.Fault{Status: http.StatusBadGateway})

	client := server.Client(ll2.WithBackoff(time.Millisecond, time.Millisecond))
	events, err := ll2.Collect(client.DockingEvents.All(context.Background(), ll2.PageSize(4)))
	fmt.Println(len(events), err)
	for _, r := range server.Requests() {
		fmt.Println(r.Status, r.URL.RequestURI())
	}
	// Output:
	// 10 <nil>
	// 200 /2.2.0/docking_event/?limit=4&ordering=docking%2Cid
	// 502 /2.2.0/docking_event/?limit=4&offset=4&ordering=docking%2Cid
	// 200 /2.2.0/docking_event/?limit=4&offset=4&ordering=docking%2Cid
	// 200 /2.2.0/docking_event/?limit=4&offset=8&ordering=docking%2Cid
}

// This is a test of a program that asks which vehicles are docked now. In a bubble of
// testing/synctest now is time.Now(), which is in the year 2000.
func ExampleEventsAround() {
	now := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	server := ll2test.NewServer(ll2test.EventsAround(250, now)...)
	for event, err := range server.Client().DockingEvents.All(context.Background(), ll2.ForSpaceStation(4)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if event.DockedAt(now) {
			fmt.Println(event)
		}
	}
	// Output:
	// docking event 247: Cygnus 18 at International Space Station (nadir), docked since 1999-09-09T00:55:36Z
	// docking event 248: Crew Dragon Endurance at International Space Station (Rassvet nadir), docked since 1999-10-10T02:04:25Z
	// docking event 249: Cargo Dragon 17 at International Space Station (Poisk zenith), docked since 1999-11-20T23:42:13Z
	// docking event 250: Cargo Dragon 18 at International Space Station (forward), docked since 1999-12-31T23:59:59Z
}

// The history of version 2.3.0, in which not only vehicles dock, and not only at
// stations. It contains that of 2.2.0.
func ExampleServer_SetEvents230() {
	server := ll2test.NewServer(ll2test.Events(515)...)
	server.SetEvents230(ll2test.Events230(555)...)

	events := ll230.DockingEvents(server.Client())
	query := []ll230.ListOption{ll230.DockedAfter(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)), ll230.Search("intelsat")}
	for event, err := range events.All(context.Background(), query...) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(event.Chaser(), "at", event.Target(), event.Docked())
	}
	fmt.Println(server.Requests()[0].URL.Path)
	// Output:
	// Mission Extension Vehicle-1 at Intelsat-1 false
	// Mission Extension Vehicle-2 at Intelsat-2 false
	// Mission Extension Vehicle-3 at Intelsat-3 false
	// Mission Extension Vehicle-4 at Intelsat-4 false
	// Mission Extension Vehicle-5 at Intelsat-5 true
	// /2.3.0/docking_events/
}

// A server can serve any other list with your own rows. A row can be a struct or a
// map.
func ExampleServer_SetRows() {
	server := ll2test.NewServer()
	err := server.SetRows("2.2.0/astronaut/",
		map[string]any{"id": 1, "name": "Yuri Gagarin", "agency": map[string]any{"id": 63}},
		map[string]any{"id": 2, "name": "Sally Ride", "agency": map[string]any{"id": 44}},
		map[string]any{"id": 3, "name": "Valentina Tereshkova", "agency": map[string]any{"id": 63}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &http.Client{Transport: server}
	resp, err := client.Get("https://ll.example/2.2.0/astronaut/?agency__id=63&ordering=-id&limit=1")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(string(body), err)
	// Output:
	// {"count":2,"next":"https://ll.example/2.2.0/astronaut/?agency__id=63&limit=1&offset=1&ordering=-id","previous":null,"results":[{"agency":{"id":63},"id":3,"name":"Valentina Tereshkova"}]} <nil>
}

// Two requests an hour: the third is refused, with the time until the next one.
func ExampleServer_Limit() {
	server := ll2test.NewServer(ll2test.Events(250)...)
	server.Limit(2, time.Hour)
	events, err := ll2.Collect(server.Client(ll2.WithMaxWait(0)).DockingEvents.All(context.Background()))
	at, limited := ll2.RetryAt(err)
	fmt.Println(len(events), "events; limited:", limited)
	fmt.Println("try again in", time.Until(at).Round(time.Minute))
	// Output:
	// 200 events; limited: true
	// try again in 1h0m0s
}

// Each fault is for one request, in this order: a broken gateway, and a body that is cut
// off. The client retries both.
func ExampleServer_Fail() {
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{Status: http.StatusBadGateway}, ll2test.Fault{CutAfter: 1000})
	client := server.Client(ll2.WithBackoff(time.Millisecond, time.Millisecond))
	events, err := ll2.Collect(client.DockingEvents.All(context.Background()))
	fmt.Println(len(events), err)
	fmt.Println(len(server.Requests()), "requests")
	// Output:
	// 10 <nil>
	// 3 requests
}
