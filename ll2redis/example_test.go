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

// Processes on many machines share one copy and, should they ask the service for more,
// one quota.
func ExampleNewStore() {
	rdb := redis.NewClient(&redis.Options{Addr: "redis.internal:6379"})
	defer rdb.Close()
	limiter, err := ll2redis.NewLimiter(rdb, "ll2:quota", 15, time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	defer limiter.Close()
	client, err := ll2.New(ll2.WithLimiter(limiter))
	if err != nil {
		log.Fatal(err)
	}
	m, err := mirror.Open(client, ll2redis.NewStore(rdb))
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	for event, err := range m.DockingEvents.All(context.Background(), ll2.ForSpaceStation(4)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Docking.Format(time.DateOnly), event.FlightVehicle.Spacecraft.Name)
	}
}
