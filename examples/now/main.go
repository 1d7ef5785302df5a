// Now tells who is docked where at this moment, and how to stop a walk early: it
// takes one request, however long the history is.
//
// By default it serves made-up events in process, so that it works without
// network:
//
//	go run ./examples/now
//
// With -live it asks the real service, which grants 15 requests an hour; a token
// in the environment variable LL2_TOKEN has a quota of its own. With -at it goes
// back to another moment:
//
//	go run ./examples/now -live -station 4
//	go run ./examples/now -live -at 2024-06-01T12:00:00Z
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// demoEvents makes six pages.
const demoEvents = 515

// demoNow is a moment shortly after the last of the made-up events, so that the
// stays come out the same in every run.
var demoNow = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

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
	fmt.Fprintln(os.Stderr, "now:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("now", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints errors, once
	live := flags.Bool("live", false, "ask the real service in place of made-up events")
	station := flags.Int("station", 0, "only the space station of this `id` (4 is the ISS)")
	at := demoNow
	flags.Func("at", "the `moment`, such as 2024-06-01T12:00:00Z (default: now, for made-up events "+
		demoNow.Format(time.RFC3339)+")", func(s string) (err error) {
		at, err = time.Parse(time.RFC3339, s)
		return err
	})
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		flags.Usage()
		return nil
	case err != nil:
		return fmt.Errorf("%w; see -help", err)
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	given := make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if *live && !given["at"] {
		at = time.Now()
	}
	at = at.UTC()

	requests := 0
	trace := ll2.WithTrace(&ll2.Trace{
		Attempt: func(context.Context, ll2.Attempt) { requests++ },
	})
	var client *ll2.Client
	if *live {
		clientOpts := []ll2.Option{ll2.WithUserAgent("ll2-example-now/1.0"), trace}
		if token := os.Getenv("LL2_TOKEN"); token != "" {
			clientOpts = append(clientOpts, ll2.WithToken(token))
		}
		var err error
		if client, err = ll2.New(clientOpts...); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "%d made-up events, served in process; -live asks the real service.\n", demoEvents)
		client = ll2test.NewServer(ll2test.Events(demoEvents)...).Client(trace)
	}

	opts := []ll2.ListOption{
		ll2.DockedUntil(at),
		// Spacecraft that are still docked come first, then the latest departures.
		ll2.OrderBy(ll2.ByDeparture.Desc(), ll2.ByDocking),
	}
	if given["station"] {
		opts = append(opts, ll2.ForSpaceStation(*station))
	}
	var docked []*ll2.DockingEvent
	for event, err := range client.DockingEvents.All(ctx, opts...) {
		if err != nil {
			return err
		}
		if !event.DockedAt(at) {
			// All that follow departed even earlier: no further page is asked for.
			break
		}
		docked = append(docked, event)
	}

	// By id, since names vary for the same thing.
	slices.SortStableFunc(docked, func(a, b *ll2.DockingEvent) int {
		return cmp.Compare(a.DockingLocation.SpaceStation.ID, b.DockingLocation.SpaceStation.ID)
	})
	fmt.Fprintf(out, "%d docked at %s UTC (requests: %d)\n", len(docked), at.Format(time.DateTime), requests)
	if len(docked) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STATION\tPORT\tVEHICLE\tSINCE\tFOR")
	for _, event := range docked {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n",
			event.DockingLocation.SpaceStation.Name,
			event.DockingLocation.Name,
			event.FlightVehicle.Spacecraft.Name,
			event.Docking.Format(time.DateTime),
			days(at.Sub(event.Docking)))
	}
	return table.Flush()
}

func days(stay time.Duration) string {
	const day = 24 * time.Hour
	return fmt.Sprintf("%dd %02dh", stay/day, stay%day/time.Hour)
}
