package ll2otel

import (
	"errors"
	"runtime/debug"
	"slices"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// scope is the name of what makes the spans and the metrics.
const scope = "github.com/docking-event/ll2/ll2otel"

// An Option changes what [New], [ObserveClient] and [ObserveMirror] report, and to
// whom. Nil options are skipped, and a later one of the same kind wins, except
// [WithAttributes], which adds.
type Option func(*config) error

type config struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
	attrs   []attribute.KeyValue
}

func newConfig(opts []Option) (config, error) {
	c := config{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider()}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&c); err != nil {
			return config{}, err
		}
	}
	return c, nil
}

// WithTracerProvider sends the spans to provider. The default is the global one,
// otel.GetTracerProvider(); package go.opentelemetry.io/otel/trace/noop has one for no
// spans. It has no effect on ObserveClient and ObserveMirror. A nil provider is an error.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return func(c *config) error {
		if provider == nil {
			return errors.New("ll2otel: WithTracerProvider: nil provider; leave the option out for the global one")
		}
		c.tracers = provider
		return nil
	}
}

// WithMeterProvider sends the metrics to provider. The default is the global one,
// otel.GetMeterProvider(); package go.opentelemetry.io/otel/metric/noop has one for no
// metrics. A nil provider is an error.
func WithMeterProvider(provider metric.MeterProvider) Option {
	return func(c *config) error {
		if provider == nil {
			return errors.New("ll2otel: WithMeterProvider: nil provider; leave the option out for the global one")
		}
		c.meters = provider
		return nil
	}
}

// WithAttributes adds attributes to all spans and metrics, for example to tell two
// clients or two mirrors apart: of gauges with equal attributes only one is kept. The
// default is none. An attribute without a key is an error.
func WithAttributes(attrs ...attribute.KeyValue) Option {
	return func(c *config) error {
		for _, a := range attrs {
			if !a.Valid() {
				return errors.New("ll2otel: WithAttributes: an attribute without a key")
			}
		}
		c.attrs = append(c.attrs, attrs...)
		return nil
	}
}

func (c config) tracer() trace.Tracer {
	return c.tracers.Tracer(scope, trace.WithInstrumentationVersion(version()), trace.WithSchemaURL(semconv.SchemaURL))
}

func (c config) meter() metric.Meter {
	return c.meters.Meter(scope, metric.WithInstrumentationVersion(version()), metric.WithSchemaURL(semconv.SchemaURL))
}

// with returns the attributes and those of WithAttributes.
func (c config) with(attrs ...attribute.KeyValue) []attribute.KeyValue {
	return slices.Concat(c.attrs, attrs)
}

// version is that of this module, "" in a program that was not built of a release.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == scope && m.Replace == nil && m.Version != "(devel)" {
			return m.Version
		}
	}
	return ""
}
