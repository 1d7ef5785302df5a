package ll2otel

import (
	"errors"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
)

// instruments record the metrics of a client.
type instruments struct {
	requests metric.Float64Histogram
	calls    metric.Float64Histogram
	waits    metric.Float64Histogram
	retries  metric.Int64Counter
	refusals metric.Int64Counter
}

func newInstruments(m metric.Meter) (i instruments, err error) {
	var errs [5]error
	var requests httpconv.ClientRequestDuration
	requests, errs[0] = httpconv.NewClientRequestDuration(m)
	i.requests = requests.Inst()
	i.calls, errs[1] = m.Float64Histogram("ll2.client.call.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of calls, which are one request each with all of its attempts and waits."),
		metric.WithExplicitBucketBoundaries(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600))
	i.waits, errs[2] = m.Float64Histogram("ll2.client.wait.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of waits for the quota, for a Retry-After, and before a retry."),
		metric.WithExplicitBucketBoundaries(0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600))
	i.retries, errs[3] = m.Int64Counter("ll2.client.retries", metric.WithUnit("{retry}"),
		metric.WithDescription("Number of attempts that repeat a failed one."))
	i.refusals, errs[4] = m.Int64Counter("ll2.client.refusals", metric.WithUnit("{refusal}"),
		metric.WithDescription("Number of attempts that the quota did not allow: by the client, which did not send them, or by the service (429)."))
	return i, errors.Join(errs[:]...)
}
