// Prometheus keeps a mirror of all docking events fresh and serves the metrics of it, and
// of the client that it uses, for Prometheus to scrape.
//
// By default it mirrors made-up events that it serves in process, so that it works
// without network. Then http://127.0.0.1:9464/metrics has the page:
//
//	go run ./examples/prometheus
//	go run ./examples/prometheus -once
//
// With -once it refreshes the mirror, prints the page and ends. With -live it mirrors
// the real service.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2otel"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "prometheus:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("prometheus", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:9464", "address to serve /metrics on")
	once := flags.Bool("once", false, "refresh the mirror, print the page of metrics and end")
	live := flags.Bool("live", false, "mirror the real service in place of made-up events")
	flags.SetOutput(io.Discard) // main prints errors, once
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		flags.Usage()
		return nil
	case err != nil:
		return fmt.Errorf("%w; see -help", err)
	}

	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo())
	if err != nil {
		return err
	}
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	defer func() { _ = meters.Shutdown(context.WithoutCancel(ctx)) }()

	m, err := observed(ll2otel.WithMeterProvider(meters), *live)
	if err != nil {
		return err
	}
	defer func() { _ = m.Close() }()
	if *once {
		return errors.Join(m.Refresh(ctx), write(out, registry))
	}
	return serve(ctx, *listen, registry, m, out)
}

// observed returns a mirror whose metrics, and those of its client, go to a provider.
func observed(meters ll2otel.Option, live bool) (*mirror.Mirror, error) {
	telemetry, err := ll2otel.New(meters)
	if err != nil {
		return nil, err
	}
	opts := []ll2.Option{ll2.WithUserAgent("ll2-example-prometheus/1.0"), telemetry}
	if !live {
		server := ll2test.NewServer(ll2test.EventsAround(250, time.Now())...)
		server.Fail(ll2test.Fault{}, ll2test.Fault{Delay: 40 * time.Millisecond})
		opts = append(opts, ll2.WithTransport(server))
	}
	client, err := ll2.New(opts...)
	if err != nil {
		return nil, err
	}
	if _, err := ll2otel.ObserveClient(client, meters); err != nil {
		return nil, err
	}
	m, err := mirror.Open(client, mirror.Memory())
	if err != nil {
		return nil, err
	}
	if _, err := ll2otel.ObserveMirror(m, meters); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// serve serves the page until ctx ends, and keeps the mirror fresh meanwhile.
func serve(ctx context.Context, listen string, registry *prometheus.Registry, m *mirror.Mirror, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	fmt.Fprintf(out, "http://%s/metrics\n", listener.Addr())

	err = m.Run(ctx) // until ctx ends; failures are in the metrics
	if ctx.Err() != nil {
		err = nil
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = errors.Join(err, server.Shutdown(closing))
	if err2 := <-served; !errors.Is(err2, http.ErrServerClosed) {
		err = errors.Join(err, err2)
	}
	return err
}

// write writes the page as Prometheus reads it, but for what the SDK says of itself.
func write(out io.Writer, registry *prometheus.Registry) error {
	families, err := registry.Gather()
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "target_") {
			if _, err := expfmt.MetricFamilyToText(out, family); err != nil {
				return err
			}
		}
	}
	return err
}
