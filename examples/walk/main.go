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
//
// It speaks versions 2.2.0 and 2.3.0 of the service: with -api 2.3.0 the other one,
// in process with made-up events, since none of that version are recorded as a whole.
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
	api := flags.String("api", "2.2.0", "`version` of the service: 2.2.0 or 2.3.0")
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

	w := walk{
		live: *live, detailed: *detailed, order: strings.Split(*order, ","),
		table: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0),
		given: make(map[string]int),
	}
	// A flag that was given is passed on whatever its value is: the SDK says what
	// is wrong with -station 0.
	ids := map[string]*int{"station": station, "vehicle": vehicle, "location": location}
	flags.Visit(func(f *flag.Flag) {
		if id, ok := ids[f.Name]; ok {
			w.given[f.Name] = *id
		}
	})
	versions := map[string]func(context.Context, io.Writer) error{"2.2.0": w.walk220, "2.3.0": w.walk230}
	version, ok := versions[*api]
	if !ok {
		return fmt.Errorf("unknown version %q; -api is 2.2.0 or 2.3.0", *api)
	}
	err := version(ctx, out)
	if flushed := w.table.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d events in %d requests\n", w.events, w.requests)
	return err
}

// A walk holds the values of the flags, and the result.
type walk struct {
	live, detailed bool
	order          []string
	given          map[string]int // ids, by the flag

	table            *tabwriter.Writer
	events, requests int
}

// client returns a client of the real service, or else of the server in process.
func (w *walk) client(server *ll2test.Server) (*ll2.Client, error) {
	// Attempts are counted to say at the end what the walk cost.
	trace := ll2.WithTrace(&ll2.Trace{
		Attempt: func(context.Context, ll2.Attempt) { w.requests++ },
	})
	if !w.live {
		return server.Client(trace), nil
	}
	opts := []ll2.Option{ll2.WithUserAgent("ll2-example-walk/1.0"), trace}
	if token := os.Getenv("LL2_TOKEN"); token != "" {
		opts = append(opts, ll2.WithToken(token))
	}
	return ll2.New(opts...)
}

// row prints an event.
func (w *walk) row(docking time.Time, departure *time.Time, who, port, where string) {
	w.events++
	left, stayed := "docked", time.Since(docking)
	if departure != nil {
		left, stayed = departure.Format(time.DateTime), departure.Sub(docking)
	}
	fmt.Fprintf(w.table, "%s\t%s\t%s\t%s\t%s\t%s\n", docking.Format(time.DateTime), left, who, port, where, days(stayed))
}

func days(stay time.Duration) string {
	const day = 24 * time.Hour
	return fmt.Sprintf("%dd %02dh", stay/day, stay%day/time.Hour)
}
