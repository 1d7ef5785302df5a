// Resume is a walk over all docking events that meets the quota half-way, keeps
// what it has in a file, and goes on later where it stopped, in a new process.
//
// By default it serves made-up events in process, so that it works without
// network, with a quota that is spent half-way. The first run stops and exits
// with 1, the second one goes on and completes, a third one would have nothing
// to do:
//
//	go run ./examples/resume
//	go run ./examples/resume
//	rm resume.state
//
// With -live it walks the real service, which grants 15 requests an hour and
// takes about 6 for everything; a token in the environment variable LL2_TOKEN
// has a quota of its own. A walk that is interrupted goes on, too:
//
//	go run ./examples/resume -live -state dockings.state
//
// It exits with 0 only when the file has all events. The first line of the file
// is where the walk stands, each other line is an event:
//
//	tail -n +2 dockings.state
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

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// With five pages and a quota of three the demo takes two runs. Each has a
// server of its own, whose quota is whole.
const (
	demoEvents   = 100
	demoPageSize = 20
	demoQuota    = 3
)

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
	fmt.Fprintln(os.Stderr, "resume:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("resume", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints errors, once
	live := flags.Bool("live", false, "walk the real service in place of made-up events")
	file := flags.String("state", "resume.state", "keep what the walk has in this `file`")
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

	// Without waiting, a used-up quota is an error and stops the walk. A program that
	// may wait needs only a longer WithMaxWait.
	clientOpts := []ll2.Option{ll2.WithMaxWait(0)}
	var list []ll2.ListOption
	var client *ll2.Client
	if *live {
		clientOpts = append(clientOpts,
			ll2.WithUserAgent("ll2-example-resume/1.0"),
			// Only the service knows how much of the quota earlier processes used.
			ll2.WithQuotaSync())
		if token := os.Getenv("LL2_TOKEN"); token != "" {
			clientOpts = append(clientOpts, ll2.WithToken(token))
		}
		var err error
		if client, err = ll2.New(clientOpts...); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "%d made-up events, served in process in pages of %d, with a quota of %d requests an hour; -live walks the real service.\n",
			demoEvents, demoPageSize, demoQuota)
		server := ll2test.NewServer(ll2test.Events(demoEvents)...)
		server.Limit(demoQuota, time.Hour)
		client = server.Client(clientOpts...)
		list = append(list, ll2.PageSize(demoPageSize))
	}

	w, err := load(*file, *live)
	if err != nil {
		return err
	}
	if !w.Done {
		if err := w.walk(ctx, client, list, out); err != nil {
			return err
		}
	}
	if len(w.events) < w.Count {
		return fmt.Errorf("%w; remove %s to do so", &ll2.IncompleteError{Want: w.Count, Got: len(w.events)}, w.file)
	}
	_, err = fmt.Fprintf(out, "complete: %d events in %s\n", len(w.events), w.file)
	return err
}

// walk goes on where w stands, and saves w after every page.
func (w *walk) walk(ctx context.Context, client *ll2.Client, list []ll2.ListOption, out io.Writer) error {
	if w.Next != "" {
		fmt.Fprintf(out, "going on behind %d of %d events in %s\n", len(w.events), w.Count, w.file)
		list = append(list, ll2.StartAt(w.Next))
	}
	for page, err := range client.DockingEvents.Pages(ctx, list...) {
		if err != nil {
			if len(w.events) > 0 {
				fmt.Fprintf(out, "stopped: %d of %d events are in %s; run this again to go on\n", len(w.events), w.Count, w.file)
			}
			return err
		}
		w.add(page)
		if err := w.save(); err != nil {
			return err
		}
		fmt.Fprintf(out, "%d of %d events\n", len(w.events), w.Count)
	}
	return nil
}
