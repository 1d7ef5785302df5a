package ll2otel

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/docking-event/ll2"
)

// New returns an option for [ll2.New], with which a client reports its calls, attempts
// and waits: see the package comment for the spans and the metrics. One option can serve
// several clients. The error is that of the first option that is not right, or of a
// meter provider that refuses an instrument.
func New(opts ...Option) (ll2.Option, error) {
	config, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	instruments, err := newInstruments(config.meter())
	if err != nil {
		return nil, fmt.Errorf("ll2otel: New: %w", err)
	}
	r := &reporter{config: config, instruments: instruments, tracing: config.tracer()}
	return ll2.WithTrace(&ll2.Trace{Call: r.begin, Wait: r.wait, Refused: r.refused, Attempt: r.attempt}), nil
}

// A reporter reports what clients do.
type reporter struct {
	config
	instruments
	tracing trace.Tracer
}

// A call is one that is under way. Its reporter is the key for it in the context, so that
// several can report the same client.
type call struct {
	kind     ll2.Kind
	template string
	server   []attribute.KeyValue
	span     trace.Span
	began    time.Time

	mu       sync.Mutex
	attempts int
	failure  string     // the error.type of the last attempt
	waiting  trace.Span // nil if it does not wait
	reason   ll2.WaitReason
	since    time.Time
}

// begin begins the span of a call.
func (r *reporter) begin(ctx context.Context, what ll2.Call) (context.Context, func(error)) {
	c := &call{kind: what.Kind, began: time.Now()}
	if u, err := url.Parse(what.URL); err == nil { // a URL that was sent can be parsed
		c.template, c.server = template(what.Kind, u), server(u)
	}
	attrs := append(r.with(c.server...), kindKey.String(string(c.kind)), semconv.URLTemplate(c.template))
	ctx, c.span = r.tracing.Start(ctx, "ll2 "+string(c.kind)+" "+c.template,
		trace.WithTimestamp(c.began), trace.WithAttributes(attrs...))
	ctx = context.WithValue(ctx, r, c)
	return ctx, func(err error) { r.end(ctx, c, err) }
}

// end ends the span of a call.
func (r *reporter) end(ctx context.Context, c *call, err error) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	r.awake(ctx, c, now)
	failure := callError(ctx, err)
	c.span.SetAttributes(withError([]attribute.KeyValue{attemptsKey.Int(c.attempts)}, failure)...)
	if err != nil {
		c.span.RecordError(err, trace.WithTimestamp(now))
		c.span.SetStatus(codes.Error, err.Error())
	}
	c.span.End(trace.WithTimestamp(now))
	attrs := append(r.with(c.server...), kindKey.String(string(c.kind)), semconv.URLTemplate(c.template))
	r.calls.Record(ctx, now.Sub(c.began).Seconds(), metric.WithAttributes(withError(attrs, failure)...))
}

// of returns the call that a context belongs to, nil if another trace has put a
// context of its own in its place.
func (r *reporter) of(ctx context.Context) *call {
	c, _ := ctx.Value(r).(*call)
	return c
}

// wait begins the span of a wait.
func (r *reporter) wait(ctx context.Context, w ll2.Wait) {
	c := r.of(ctx)
	if c == nil {
		return
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	r.awake(ctx, c, now)
	attrs := append(r.with(c.server...), waitReasonKey.String(string(w.Reason)))
	if w.For > 0 {
		attrs = append(attrs, waitPlannedKey.Float64(w.For.Seconds()))
	}
	c.reason, c.since = w.Reason, now
	_, c.waiting = r.tracing.Start(trace.ContextWithSpan(ctx, c.span), "ll2 wait "+string(w.Reason),
		trace.WithTimestamp(now), trace.WithAttributes(attrs...))
}

// awake ends the wait in progress, if there is one. A trace does not report the end of a
// wait, so it is assumed to last until the next event.
func (r *reporter) awake(ctx context.Context, c *call, at time.Time) {
	if c.waiting == nil {
		return
	}
	c.waiting.End(trace.WithTimestamp(at))
	c.waiting = nil
	attrs := append(r.with(c.server...), waitReasonKey.String(string(c.reason)))
	r.waits.Record(ctx, at.Sub(c.since).Seconds(), metric.WithAttributes(attrs...))
}

// refused notes an attempt that was not sent.
func (r *reporter) refused(ctx context.Context, e *ll2.RateLimitError) {
	c := r.of(ctx)
	if c == nil {
		return
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	r.awake(ctx, c, now)
	var attrs []attribute.KeyValue
	if e.RetryAfter > 0 {
		attrs = append(attrs, retryAfterKey.Float64(e.RetryAfter.Seconds()))
	}
	c.span.AddEvent("ll2.refused", trace.WithTimestamp(now), trace.WithAttributes(attrs...))
	r.refuse(ctx, c, "local")
}

func (r *reporter) refuse(ctx context.Context, c *call, source string) {
	r.refusals.Add(ctx, 1, metric.WithAttributes(append(r.with(c.server...), refusalSourceKey.String(source))...))
}

// attempt makes the span of an attempt that is over.
func (r *reporter) attempt(ctx context.Context, a ll2.Attempt) {
	c := r.of(ctx)
	if c == nil {
		return
	}
	now := time.Now()
	began := now.Add(-a.Took)
	c.mu.Lock()
	defer c.mu.Unlock()
	r.awake(ctx, c, began)
	if c.attempts++; a.Number > 1 {
		r.retries.Add(ctx, 1, metric.WithAttributes(withError(r.with(c.server...), c.failure)...))
	}
	c.failure = attemptError(a)

	common := append(r.with(c.server...), semconv.HTTPRequestMethodGet, semconv.URLTemplate(c.template))
	if a.StatusCode > 0 {
		common = append(common, semconv.HTTPResponseStatusCode(a.StatusCode))
	}
	common = withError(common, c.failure)
	attrs := slices.Concat(common, []attribute.KeyValue{semconv.URLFull(a.URL)})
	if a.Number > 1 {
		attrs = append(attrs, semconv.HTTPRequestResendCount(a.Number-1))
	}
	ctx, span := r.tracing.Start(trace.ContextWithSpan(ctx, c.span), http.MethodGet+" "+c.template,
		trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(began), trace.WithAttributes(attrs...))
	switch {
	case a.Err == nil:
	case a.StatusCode >= 400:
		span.SetStatus(codes.Error, "") // the status code says it
	default:
		span.SetStatus(codes.Error, a.Err.Error())
	}
	span.End(trace.WithTimestamp(now))

	// With the span in the context, so that an exemplar leads to it.
	r.requests.Record(ctx, a.Took.Seconds(), metric.WithAttributes(common...))
	if a.StatusCode == http.StatusTooManyRequests {
		r.refuse(ctx, c, "remote")
	}
}
