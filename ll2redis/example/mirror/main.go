// Mirror prints the vehicles that are docked now, from a copy that all its processes
// share on a Redis server, on any number of machines:
//
//	go run ./example/mirror -redis 127.0.0.1:6379
//
// The first process reads everything with 6 requests. Those that start within the
// next hour send none.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/mirror"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mirror:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("mirror", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("redis", "127.0.0.1:6379", "`address` of the Redis server")
	url := flags.String("url", ll2.DefaultBaseURL, "base `URL` of the service")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	client, err := ll2.New(ll2.WithBaseURL(*url), ll2.WithUserAgent("ll2redis-example"))
	if err != nil {
		return err
	}
	rdb := redis.NewClient(&redis.Options{Addr: *addr})
	defer rdb.Close()
	m, err := mirror.Open(client, ll2redis.NewStore(rdb))
	if err != nil {
		return err
	}
	defer m.Close()

	// Events without a departure come first.
	for event, err := range m.DockingEvents.All(ctx, ll2.OrderBy(ll2.ByDeparture.Desc())) {
		if err != nil {
			return err
		}
		if !event.Docked() {
			break
		}
		fmt.Fprintf(out, "%s has been at %s since %s\n", event.FlightVehicle.Spacecraft.Name, event.DockingLocation.Name, event.Docking.Format(time.DateOnly))
	}
	status := m.Status()
	if status.Err != nil {
		fmt.Fprintln(out, "But:", status.Err) // for example that Redis is down
	}
	_, err = fmt.Fprintf(out, "%d events, as of %s; refreshed next at %s.\n", status.Count, status.Refreshed.Format(time.TimeOnly), status.Next.Format(time.TimeOnly))
	return err
}
