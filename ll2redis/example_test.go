package ll2redis_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/mirror"
)

// Processes on many machines answer from one copy, which one of them refreshes for all.
func ExampleNewStore() {
	rdb := redis.NewClient(&redis.Options{Addr: "redis.internal:6379"})
	client, err := ll2.New()
	if err != nil {
		log.Fatal(err)
	}
	m, err := mirror.Open(client, ll2redis.NewStore(rdb))
	if err != nil {
		log.Fatal(err)
	}
	for event, err := range m.DockingEvents.All(context.Background(), ll2.ForSpaceStation(4)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Docking.Format(time.DateOnly), event.FlightVehicle.Spacecraft.Name)
	}
	_ = m.Close()
	_ = rdb.Close()
}

// Processes on many machines keep to one quota of 300 requests an hour.
func ExampleNewLimiter() {
	rdb := redis.NewClient(&redis.Options{Addr: "redis.internal:6379"})
	limiter, err := ll2redis.NewLimiter(rdb, "ll2:my-token", 300, time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	client, err := ll2.New(ll2.WithToken("the key"), ll2.WithLimiter(limiter))
	if err != nil {
		log.Fatal(err)
	}
	event, err := client.DockingEvents.Get(context.Background(), 191)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(event)
	_ = limiter.Close()
	_ = rdb.Close()
}
