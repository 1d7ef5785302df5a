// Export writes all docking events, oldest first, as CSV or as NDJSON: one JSON
// object a line, as the service writes it. Each event is written as it comes, so
// that memory does not grow with the history.
//
// By default it serves made-up events in process, so that it works without
// network. It says so on stderr, because stdout is data:
//
//	go run ./examples/export
//	go run ./examples/export -format ndjson
//
// With -live it exports from the real service, which grants 15 requests an hour
// and takes about 6 for everything; a token in the environment variable
// LL2_TOKEN has a quota of its own:
//
//	go run ./examples/export -live > dockings.csv
//
// Where it exits with 1, the output is not whole.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

const (
	demoEvents   = 8
	demoPageSize = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
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
	fmt.Fprintln(os.Stderr, "export:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string, out, notes io.Writer) error {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints errors, once
	live := flags.Bool("live", false, "export from the real service in place of made-up events")
	format := flags.String("format", "csv", "write this `format`: csv or ndjson")
	station := flags.Int("station", 0, "only dockings with the space station of this `id` (4 is the ISS)")
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
	events, err := newWriter(*format, out)
	if err != nil {
		return err
	}

	var opts []ll2.ListOption
	flags.Visit(func(f *flag.Flag) {
		if f.Name == "station" {
			opts = append(opts, ll2.ForSpaceStation(*station))
		}
	})
	var client *ll2.Client
	if *live {
		clientOpts := []ll2.Option{ll2.WithUserAgent("ll2-example-export/1.0")}
		if token := os.Getenv("LL2_TOKEN"); token != "" {
			clientOpts = append(clientOpts, ll2.WithToken(token))
		}
		if client, err = ll2.New(clientOpts...); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(notes, "%d made-up events, served in process; -live exports from the real service.\n", demoEvents)
		client = ll2test.NewServer(ll2test.Events(demoEvents)...).Client()
		opts = append(opts, ll2.PageSize(demoPageSize))
	}

	err = copyAll(client.DockingEvents.All(ctx, opts...), events)
	// The events before an error are good, so they are written too.
	if flushErr := events.flush(); err == nil {
		err = flushErr
	}
	return err
}

func copyAll(events iter.Seq2[*ll2.DockingEvent, error], to writer) error {
	for event, err := range events {
		if err != nil {
			return err
		}
		if err := to.write(event); err != nil {
			return err
		}
	}
	return nil
}
