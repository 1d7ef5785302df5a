package ll2test_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/docking-event/ll2"
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

// Any other list of the service, with rows of one's own. A struct works as well
// as a map.
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
