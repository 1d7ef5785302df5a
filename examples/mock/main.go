// Mock counts the dockings of each space station. It is here for its tests: they
// show three ways to test a program that uses the SDK without a network. See
// stations.go for the interface that this program declares for what it needs, and
// stations_test.go for the tests.
//
// By default it serves made-up events in process, so that it works without
// network:
//
//	go run ./examples/mock
//	go test -v ./examples/mock
//
// With -live it asks the real service, which grants 15 requests an hour and
// takes about 6 for everything; a token in the environment variable LL2_TOKEN
// has a quota of its own:
//
//	go run ./examples/mock -live -since 2024-01-01T00:00:00Z
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"text/tabwriter"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

const demoEvents = 300

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
	fmt.Fprintln(os.Stderr, "mock:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("mock", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints errors, once
	live := flags.Bool("live", false, "ask the real service in place of made-up events")
	var since time.Time
	flags.Func("since", "count from this `moment` on, such as 2024-01-01T00:00:00Z", func(s string) (err error) {
		since, err = time.Parse(time.RFC3339, s)
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

	var client *ll2.Client
	if *live {
		clientOpts := []ll2.Option{ll2.WithUserAgent("ll2-example-mock/1.0")}
		if token := os.Getenv("LL2_TOKEN"); token != "" {
			clientOpts = append(clientOpts, ll2.WithToken(token))
		}
		var err error
		if client, err = ll2.New(clientOpts...); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "%d made-up events, served in process; -live asks the real service.\n", demoEvents)
		client = ll2test.NewServer(ll2test.Events(demoEvents)...).Client()
	}

	stations, err := busiest(ctx, client.DockingEvents, since)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STATION\tDOCKINGS\tDOCKED")
	for _, s := range stations {
		fmt.Fprintf(table, "%s\t%d\t%d\n", s.name, s.dockings, s.docked)
	}
	return table.Flush()
}
