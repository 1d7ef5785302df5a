// Observe shows the three places where one can watch the SDK at work: its log
// (slog), its Trace, to count attempts and waits, and an http.RoundTripper, where
// a tracing transport such as otelhttp goes. It needs the standard library only; for
// traces and metrics in OpenTelemetry the module ll2otel does all of it, see
// ll2otel/examples.
//
// By default it serves made-up events in process, so that it works without
// network. A bad gateway and a quota of 2 requests in 700 ms make sure that there
// is something to see. What differs from run to run is left out of the log:
//
//	go run ./examples/observe
//
// With -live it watches a walk over the real service, which grants 15 requests
// an hour and takes about 6 for everything; a token in the environment variable
// LL2_TOKEN has a quota of its own:
//
//	go run ./examples/observe -live
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

const (
	demoEvents   = 20
	demoPageSize = 10
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
	fmt.Fprintln(os.Stderr, "observe:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("observe", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // an error is told once, by main
	live := flags.Bool("live", false, "walk the real service in place of made-up events")
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

	// The log goes to stdout here, because it is what this program is about.
	// Waits are logged at Info, retries at Warn, attempts at Debug.
	logOpts := &slog.HandlerOptions{Level: slog.LevelDebug}
	meter := newMeter(out)
	opts := []ll2.Option{
		ll2.WithUserAgent("ll2-example-observe/1.0"),
		ll2.WithTrace(meter.trace()),
	}
	var transport http.RoundTripper
	var list []ll2.ListOption
	if *live {
		transport = http.DefaultTransport
		if token := os.Getenv("LL2_TOKEN"); token != "" {
			opts = append(opts, ll2.WithToken(token)) // which nothing here prints
		}
	} else {
		fmt.Fprintf(out, "%d made-up events, served in process in pages of %d; -live walks the real service.\n",
			demoEvents, demoPageSize)
		server := ll2test.NewServer(ll2test.Events(demoEvents)...)
		server.Fail(
			ll2test.Fault{}, // the first request is answered as ever
			ll2test.Fault{Status: http.StatusBadGateway, Body: "<h1>Bad gateway</h1>"},
		)
		transport = server
		opts = append(opts,
			ll2.WithRateLimit(2, 700*time.Millisecond),
			ll2.WithBackoff(time.Millisecond, 2*time.Millisecond))
		list = append(list, ll2.PageSize(demoPageSize))
		logOpts.ReplaceAttr = leaveOut(slog.TimeKey, "took", "for", "until")
	}
	opts = append(opts,
		ll2.WithLogger(slog.New(slog.NewTextHandler(out, logOpts))),
		// Here goes otelhttp.NewTransport(transport). An http.Client of one's own
		// has no timeout unless one is set.
		ll2.WithHTTPClient(&http.Client{
			Transport: spans{base: transport, out: out},
			Timeout:   30 * time.Second,
		}))
	client, err := ll2.New(opts...)
	if err != nil {
		return err
	}

	// The context of the call is that of its requests, so that a span which began
	// here is the parent of theirs.
	ctx = withSpan(ctx, "nightly-import")
	events, err := ll2.Collect(client.DockingEvents.All(ctx, list...))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d events\n", len(events))
	return meter.report(out)
}

// leaveOut drops attributes from a log by their keys.
func leaveOut(keys ...string) func([]string, slog.Attr) slog.Attr {
	drop := make(map[string]bool)
	for _, key := range keys {
		drop[key] = true
	}
	return func(_ []string, a slog.Attr) slog.Attr {
		if drop[a.Key] {
			return slog.Attr{}
		}
		return a
	}
}
