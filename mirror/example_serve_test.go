package mirror_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func ExampleMirror_ServeHTTP() {
	server := ll2test.NewServer(ll2test.Recorded()...) // in a program: ll2.New()
	m, err := mirror.Open(server.Client(), mirror.Memory(), mirror.AllowOrigins("*"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	gateway := httptest.NewServer(m) // in a program: an http.Server with m as its Handler
	defer gateway.Close()

	// Any program can ask, in any language.
	resp, err := http.Get(gateway.URL + "/2.2.0/docking_event/?ordering=-docking&limit=1")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	var page struct {
		Count   int `json:"count"`
		Results []struct {
			ID int `json:"id"`
		} `json:"results"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
		fmt.Println(err)
		return
	}
	// As of resp.Header.Get("Age") seconds ago.
	fmt.Println(page.Count, "events, the latest is", page.Results[0].ID)

	// So can a client of this module, without a quota.
	client, err := ll2.New(ll2.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	event, err := client.DockingEvents.Get(context.Background(), 189)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(event.FlightVehicle.Spacecraft.Name, "docked on", event.Docking.Format("2 January 2006"))
	fmt.Println(len(server.Requests()), "request to the service")
	// Output:
	// 10 events, the latest is 296
	// Soyuz 31 docked on 28 August 1978
	// 1 request to the service
}
