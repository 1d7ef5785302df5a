package cookbook

import (
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/mirror"
)

// NewFleetClient returns a client that shares 15 requests an hour with the clients of
// all machines that use the same Redis server and the same key. Call stop when the
// program ends.
func NewFleetClient(rdb redis.UniversalClient, opts ...ll2.Option) (client *ll2.Client, stop func() error, err error) {
	limiter, err := ll2redis.NewLimiter(rdb, "ll2:quota", 15, time.Hour)
	if err != nil {
		return nil, nil, err
	}
	client, err = ll2.New(append(opts, ll2.WithLimiter(limiter))...)
	if err != nil {
		return nil, nil, err
	}
	return client, limiter.Close, nil
}

// OpenFleetCopy returns a copy of all events that all machines share. One of them
// refreshes it, about once an hour; the others only read it from Redis.
func OpenFleetCopy(rdb redis.UniversalClient, client *ll2.Client) (*mirror.Mirror, error) {
	return mirror.Open(client, ll2redis.NewStore(rdb))
}
