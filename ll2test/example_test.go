package ll2test_test

import (
	"context"
	"fmt"
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
