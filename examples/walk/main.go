// Walk is the main job of the SDK: it ranges over docking events and prints them
// as a table.
//
// By default it serves the ten recorded events in process, so that it works
// without network:
//
//	go run ./examples/walk
//
// With -live it walks the real service, which grants 15 requests an hour; a
// token in the environment variable LL2_TOKEN has a quota of its own:
//
//	go run ./examples/walk -live -station 4 -order -docking
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// demoPageSize makes three pages of the ten recorded events.
const demoPageSize = 4

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch at, limited := ll2.RetryAt(err); {
	case err == nil:
		return
	case limited && errors.Is(err, ll2.ErrRateLimited):
		err = fmt.Errorf("the quota is spent; come back in %v, at %s", time.Until(at).Round(time.Second), at.Format(time.TimeOnly))
	case errors.Is(err, ll2.ErrUnauthorized):
		err = errors.New("the service does not take the token in LL2_TOKEN")
	case errors.Is(err, ll2.ErrUnavailable):
		err = fmt.Errorf("cannot reach the service; come back when there is a network: %w", err)
	}
	fmt.Fprintln(os.Stderr, "walk:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("walk", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	live := flags.Bool("live", false, "walk the real service in place of the recorded events")
	station := flags.Int("station", 0, "only dockings with the space station of this `id` (4 is the ISS)")
	vehicle := flags.Int("vehicle", 0, "only dockings of the flight vehicle of this `id`")
	location := flags.Int("location", 0, "only dockings at the docking location of this `id`")
	order := flags.String("order", "docking", "sort by these `keys`: id, docking, departure, with - for descending, joined by commas")
	detailed := flags.Bool("detailed", false, "ask for the detailed shape")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		flags.Usage()
		return nil
	case err != nil:
		return fmt.Errorf("%w; see -help", err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}

	// A flag that was given is passed on whatever its value is: the SDK says what
	// is wrong with -station 0.
	var opts []ll2.ListOption
	flags.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "station":
			opts = append(opts, ll2.ForSpaceStation(*station))
		case "vehicle":
			opts = append(opts, ll2.ForFlightVehicle(*vehicle))
		case "location":
			opts = append(opts, ll2.ForDockingLocation(*location))
		}
	})
	opts = append(opts, ll2.OrderBy(orders(*order)...))
	if *detailed {
		opts = append(opts, ll2.InMode(ll2.ModeDetailed))
	}

	// Attempts are counted to say at the end what the walk cost.
	requests := 0
	trace := ll2.WithTrace(&ll2.Trace{
		Attempt: func(context.Context, ll2.Attempt) { requests++ },
	})
	var client *ll2.Client
	if *live {
		clientOpts := []ll2.Option{ll2.WithUserAgent("ll2-example-walk/1.0"), trace}
		if token := os.Getenv("LL2_TOKEN"); token != "" {
			clientOpts = append(clientOpts, ll2.WithToken(token))
		}
		var err error
		if client, err = ll2.New(clientOpts...); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(out, "Ten recorded events, served in process in pages of 4; -live walks the real service.")
		client = ll2test.NewServer(ll2test.Recorded()...).Client(trace)
		opts = append(opts, ll2.PageSize(demoPageSize))
	}

	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	events := 0
	for event, err := range client.DockingEvents.All(ctx, opts...) {
		if err != nil {
			return errors.Join(table.Flush(), err)
		}
		if events++; events == 1 {
			fmt.Fprintln(table, "DOCKING\tDEPARTURE\tVEHICLE\tPORT\tSTATION\tSTAY")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			event.Docking.Format(time.DateTime),
			departure(event),
			event.FlightVehicle.Spacecraft.Name,
			event.DockingLocation.Name,
			event.DockingLocation.SpaceStation.Name,
			days(event.Stay(time.Now())))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%d events in %d requests\n", events, requests)
	return err
}

func orders(list string) []ll2.Order {
	var keys []ll2.Order
	for key := range strings.SplitSeq(list, ",") {
		keys = append(keys, ll2.Order(strings.TrimSpace(key)))
	}
	return keys
}

func departure(event *ll2.DockingEvent) string {
	if event.Docked() {
		return "docked"
	}
	return event.Departure.Format(time.DateTime)
}

func days(stay time.Duration) string {
	const day = 24 * time.Hour
	return fmt.Sprintf("%dd %02dh", stay/day, stay%day/time.Hour)
}
