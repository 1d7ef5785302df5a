package ll2otel_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2otel"
)

// A sink keeps all that is reported.
type sink struct {
	t        *testing.T
	start    time.Time
	exporter *tracetest.InMemoryExporter
	tracers  *sdktrace.TracerProvider
	reader   *sdkmetric.ManualReader
	meters   *sdkmetric.MeterProvider
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{t: t, start: time.Now(), exporter: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	s.tracers = sdktrace.NewTracerProvider(sdktrace.WithSyncer(s.exporter))
	s.meters = sdkmetric.NewMeterProvider(sdkmetric.WithReader(s.reader))
	return s
}

func (s *sink) options() []ll2otel.Option {
	return []ll2otel.Option{ll2otel.WithTracerProvider(s.tracers), ll2otel.WithMeterProvider(s.meters)}
}

// telemetry is the option for a client.
func (s *sink) telemetry(opts ...ll2otel.Option) ll2.Option {
	s.t.Helper()
	option, err := ll2otel.New(append(s.options(), opts...)...)
	if err != nil {
		s.t.Fatal(err)
	}
	return option
}

// tree is the spans in words, each below its parent, in the order of their beginnings.
func (s *sink) tree() string {
	spans := s.exporter.GetSpans()
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int {
		return cmp.Or(a.StartTime.Compare(b.StartTime), a.EndTime.Compare(b.EndTime))
	})
	var b strings.Builder
	var write func(parent trace.SpanID, indent string)
	write = func(parent trace.SpanID, indent string) {
		for _, span := range spans {
			if span.Parent.SpanID() == parent {
				fmt.Fprintf(&b, "%s%v-%v %s %s", indent, span.StartTime.Sub(s.start), span.EndTime.Sub(s.start), span.SpanKind, span.Name)
				if errorType := value(span.Attributes, "error.type"); errorType != "" {
					fmt.Fprintf(&b, " %s:%s", span.Status.Code, errorType)
				}
				b.WriteString("\n")
				write(span.SpanContext.SpanID(), indent+"  ")
			}
		}
	}
	write(trace.SpanID{}, "")
	return b.String()
}

// span returns the only span of a name.
func (s *sink) span(name string) tracetest.SpanStub {
	s.t.Helper()
	var found []tracetest.SpanStub
	for _, span := range s.exporter.GetSpans() {
		if span.Name == name {
			found = append(found, span)
		}
	}
	if len(found) != 1 {
		s.t.Fatalf("%d spans %q in\n%s", len(found), name, s.tree())
	}
	return found[0]
}

func value(attrs []attribute.KeyValue, key attribute.Key) string {
	for _, a := range attrs {
		if a.Key == key {
			return a.Value.String()
		}
	}
	return ""
}

// all is the attributes in words.
func all(attrs []attribute.KeyValue) string {
	set := attribute.NewSet(attrs...)
	return set.Encoded(attribute.DefaultEncoder())
}

// parent returns the parent of a span.
func (s *sink) parent(of trace.SpanID) trace.SpanID {
	for _, span := range s.exporter.GetSpans() {
		if span.SpanContext.SpanID() == of {
			return span.Parent.SpanID()
		}
	}
	return trace.SpanID{}
}

// collect returns the current metrics.
func (s *sink) collect() (all []metricdata.Metrics) {
	s.t.Helper()
	var data metricdata.ResourceMetrics
	if err := s.reader.Collect(context.Background(), &data); err != nil {
		s.t.Fatal(err)
	}
	for _, scope := range data.ScopeMetrics {
		all = append(all, scope.Metrics...)
	}
	return all
}

// metrics describes the metrics in words: one line for each series, without the part that
// is the same in all.
func (s *sink) metrics(prefix string) string {
	s.t.Helper()
	var lines []string
	for _, m := range s.collect() {
		if strings.HasPrefix(m.Name, prefix) {
			lines = append(lines, series(m)...)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func series(m metricdata.Metrics) (lines []string) {
	add := func(attrs attribute.Set, format string, args ...any) {
		kept, _ := attrs.Filter(attribute.NewDenyKeysFilter("server.address", "server.port", "http.request.method"))
		lines = append(lines, m.Name+"{"+kept.Encoded(attribute.DefaultEncoder())+"} "+fmt.Sprintf(format, args...)+" "+m.Unit)
	}
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			add(p.Attributes, "%d", p.Value)
		}
	case metricdata.Gauge[int64]:
		for _, p := range data.DataPoints {
			add(p.Attributes, "%d", p.Value)
		}
	case metricdata.Gauge[float64]:
		for _, p := range data.DataPoints {
			add(p.Attributes, "%g", p.Value)
		}
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			add(p.Attributes, "%d in %.4g", p.Count, p.Sum)
		}
	default:
		lines = append(lines, fmt.Sprintf("%s: %T", m.Name, data))
	}
	return lines
}

// want compares texts that are written with tabs before each line.
func want(t *testing.T, got, want string) {
	t.Helper()
	want = strings.ReplaceAll(strings.TrimPrefix(want, "\n"), "\t", "")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
