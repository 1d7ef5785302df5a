package ll2otel_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2otel"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// A client and a mirror that report to the global providers.
func Example() {
	telemetry, err := ll2otel.New()
	if err != nil {
		log.Fatal(err)
	}
	client, err := ll2.New(telemetry)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := ll2otel.ObserveClient(client); err != nil {
		log.Fatal(err)
	}
	m, err := mirror.Open(client, mirror.Dir("/var/cache/dockings"))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := ll2otel.ObserveMirror(m); err != nil {
		log.Fatal(err)
	}
}

// The spans of one call that is retried.
func ExampleNew() {
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	telemetry, err := ll2otel.New(ll2otel.WithTracerProvider(provider))
	if err != nil {
		log.Fatal(err)
	}
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
	client := server.Client(telemetry, ll2.WithBackoff(1, 1))
	if _, err := client.DockingEvents.Get(context.Background(), 191); err != nil {
		log.Fatal(err)
	}
	for _, span := range spans.GetSpans() {
		fmt.Println(span.SpanKind, span.Name, span.Status.Code)
	}
	// Output:
	// client GET /2.2.0/docking_event/{id}/ Error
	// internal ll2 wait backoff Unset
	// client GET /2.2.0/docking_event/{id}/ Unset
	// internal ll2 one /2.2.0/docking_event/{id}/ Unset
}

// injector sends the trace context with each request.
type injector struct{ base http.RoundTripper }

func (t injector) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	propagation.TraceContext{}.Inject(req.Context(), propagation.HeaderCarrier(req.Header))
	return t.base.RoundTrip(req)
}

// A gateway of your own can go on with the trace. The public service is sent nothing of
// it unless a program does this.
func Example_propagation() {
	telemetry, err := ll2otel.New(ll2otel.WithTracerProvider(sdktrace.NewTracerProvider()))
	if err != nil {
		log.Fatal(err)
	}
	gateway := ll2test.NewServer(ll2test.Recorded()...)
	client := gateway.Client(telemetry, ll2.WithTransport(injector{gateway}))
	if _, err := client.DockingEvents.Get(context.Background(), 191); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(gateway.Requests()[0].Header.Get("Traceparent")), "characters of traceparent")
	// Output: 55 characters of traceparent
}

// A reader of metrics sees how much of the quota is left.
func ExampleObserveClient() {
	reader := sdkmetric.NewManualReader()
	client, err := ll2.New()
	if err != nil {
		log.Fatal(err)
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	registration, err := ll2otel.ObserveClient(client, ll2otel.WithMeterProvider(provider))
	if err != nil {
		log.Fatal(err)
	}

	var data metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &data); err != nil {
		log.Fatal(err)
	}
	for _, m := range data.ScopeMetrics[0].Metrics {
		if gauge, ok := m.Data.(metricdata.Gauge[int64]); ok {
			fmt.Println(m.Name, gauge.DataPoints[0].Value)
		}
	}
	if err := registration.Unregister(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// ll2.client.quota.limit 15
	// ll2.client.quota.used 0
	// ll2.client.quota.left 15
}
