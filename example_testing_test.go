package ll2_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// A proxy and another timeout.
func ExampleWithHTTPClient() {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = http.ProxyFromEnvironment
	_, err := ll2.New(ll2.WithHTTPClient(&http.Client{
		Transport: transport,
		Timeout:   10 * time.Second, // an attempt, not a call
	}))
	fmt.Println(err)
	// Output: <nil>
}

// A mock for tests, of github.com/jarcoal/httpmock. It answers the one query that
// is registered and fails any other, so that a wrong filter shows. The count is
// true and next is null, or All would go on, or miss events.
func ExampleWithHTTPClient_httpmock() {
	transport := httpmock.NewMockTransport()
	transport.RegisterResponderWithQuery(http.MethodGet, ll2.DefaultBaseURL+"2.2.0/docking_event/",
		map[string]string{"space_station__id": "4", "ordering": "docking,id", "limit": "100"},
		httpmock.NewStringResponder(http.StatusOK, `{
			"count": 1, "next": null, "previous": null,
			"results": [{
				"id": 584, "docking": "2024-03-05T07:28:00Z", "departure": null,
				"flight_vehicle": {"spacecraft": {"name": "Crew Dragon Endeavour"}}
			}]
		}`))
	client, err := ll2.New(ll2.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		log.Fatal(err)
	}

	for event, err := range client.DockingEvents.All(context.Background(), ll2.ForSpaceStation(4)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.FlightVehicle.Spacecraft.Name, event.Docked())
	}
	// Output: Crew Dragon Endeavour true
}

// Without a mock to write: package ll2test is the whole service, with pages,
// filters and a quota, in memory.
func Example_testing() {
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client() // give it to what is to be tested

	page, err := client.DockingEvents.List(context.Background(), ll2.Search("Progress"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Count)
	fmt.Println(server.Requests()[0].URL.RawQuery)
	// Output:
	// 5
	// limit=100&ordering=docking%2Cid&search=Progress
}
