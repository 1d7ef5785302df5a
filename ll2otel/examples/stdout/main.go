// Stdout prints the traces and the metrics of one walk as JSON, by OpenTelemetry's stdout
// exporters. To send them to a collector in place of that, take otlptracehttp and
// otlpmetrichttp instead of stdouttrace and stdoutmetric.
//
// By default it serves made-up events in process, so that it works without network. A
// bad gateway and a 429 make sure that there is something to see:
//
//	go run ./examples/stdout
//
// With -live it walks the real service, which grants 15 requests an hour and takes about
// 6 for everything; a token in the environment variable LL2_TOKEN has a quota of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"

	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2otel"
	"github.com/docking-event/ll2/ll2test"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	live := flag.Bool("live", false, "walk the real service in place of made-up events")
	flag.Parse()
	err := run(ctx, *live, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "stdout:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, live bool, out io.Writer) (err error) {
	spans, err := stdouttrace.New(stdouttrace.WithWriter(out))
	if err != nil {
		return err
	}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))
	metrics, err := stdoutmetric.New(stdoutmetric.WithWriter(out))
	if err != nil {
		return err
	}
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics)))
	defer func() { // what is not exported yet is exported now
		err = errors.Join(err, tracers.Shutdown(context.WithoutCancel(ctx)), meters.Shutdown(context.WithoutCancel(ctx)))
	}()

	providers := []ll2otel.Option{ll2otel.WithTracerProvider(tracers), ll2otel.WithMeterProvider(meters)}
	telemetry, err := ll2otel.New(providers...)
	if err != nil {
		return err
	}
	opts := []ll2.Option{ll2.WithUserAgent("ll2-example-stdout/1.0"), telemetry}
	if token := os.Getenv("LL2_TOKEN"); live && token != "" {
		opts = append(opts, ll2.WithToken(token)) // which is in no span and no metric
	}
	if !live {
		opts = append(opts, demo()...)
	}
	client, err := ll2.New(opts...)
	if err != nil {
		return err
	}
	if _, err := ll2otel.ObserveClient(client, providers...); err != nil {
		return err
	}

	// All calls of the walk belong to the trace of this span.
	ctx, span := tracers.Tracer("ll2-example").Start(ctx, "nightly import")
	defer span.End()
	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.PageSize(pageSize(live))))
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d events\n", len(events))
	return nil
}

// demo has the client ask a service in process, whose second answer is a bad gateway and
// whose third one says that the quota is spent.
func demo() []ll2.Option {
	server := ll2test.NewServer(ll2test.Events(25)...)
	server.Fail(
		ll2test.Fault{}, // the first request is answered as ever
		ll2test.Fault{Status: http.StatusBadGateway},
		ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}}})
	return []ll2.Option{ll2.WithTransport(server), ll2.WithBackoff(100*time.Millisecond, 200*time.Millisecond)}
}

func pageSize(live bool) int {
	if live {
		return ll2.MaxPageSize
	}
	return 10
}
