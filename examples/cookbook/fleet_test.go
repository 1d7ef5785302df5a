package cookbook_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

// startRedis returns a client of a Redis server in memory, for as long as the test runs.
func startRedis() (rdb *redis.Client, stop func(), err error) {
	server, err := miniredis.Run()
	if err != nil {
		return nil, nil, err
	}
	rdb = redis.NewClient(&redis.Options{Addr: server.Addr()})
	return rdb, func() { rdb.Close(); server.Close() }, nil
}

func ExampleNewFleetClient() {
	rdb, stop, err := startRedis() // in a program: redis.NewClient
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	server := ll2test.NewServer(ll2test.Events(515)...)
	ctx := context.Background()
	for machine := range 3 {
		client, stop, err := cookbook.NewFleetClient(rdb, ll2.WithTransport(server), ll2.WithMaxWait(0))
		if err != nil {
			fmt.Println(err)
			return
		}
		events, err := ll2.Collect(client.DockingEvents.All(ctx))
		_, limited := ll2.RetryAt(err)
		fmt.Printf("machine %d: %d events, limited: %v\n", machine+1, len(events), limited)
		if err := stop(); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(len(server.Requests()), "requests,", refused(server), "refused by the service")
	// Output:
	// machine 1: 515 events, limited: false
	// machine 2: 515 events, limited: false
	// machine 3: 300 events, limited: true
	// 15 requests, 0 refused by the service
}

func ExampleOpenFleetCopy() {
	rdb, stop, err := startRedis() // in a program: redis.NewClient
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	server := ll2test.NewServer(ll2test.Events(515)...)
	for machine := range 3 {
		m, err := cookbook.OpenFleetCopy(rdb, server.Client()) // in a program: the client of NewFleetClient
		if err != nil {
			fmt.Println(err)
			return
		}
		events, err := ll2.Collect(m.DockingEvents.All(context.Background()))
		fmt.Printf("machine %d: %d events, error: %v\n", machine+1, len(events), err)
		m.Close()
	}
	fmt.Println(len(server.Requests()), "requests")
	// Output:
	// machine 1: 515 events, error: <nil>
	// machine 2: 515 events, error: <nil>
	// machine 3: 515 events, error: <nil>
	// 6 requests
}

// refused counts the requests that the server answered with a 429.
func refused(server *ll2test.Server) (n int) {
	for _, r := range server.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}
