package ll2otel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2otel"
	"github.com/docking-event/ll2/ll2test"
)

// A 502 is retried after a second. Then another program has used up the quota.
func walkThatMeetsA429(ctx context.Context, t *testing.T, s *sink) {
	t.Helper()
	server := ll2test.NewServer(ll2test.Events(25)...)
	server.Fail(
		ll2test.Fault{Delay: 500 * time.Millisecond},
		ll2test.Fault{Delay: 250 * time.Millisecond, Status: http.StatusBadGateway},
		ll2test.Fault{Delay: 250 * time.Millisecond, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"20"}}},
		ll2test.Fault{Delay: 500 * time.Millisecond},
		ll2test.Fault{Delay: 125 * time.Millisecond})
	client := server.Client(s.telemetry(), ll2.WithBackoff(time.Second, time.Second))
	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.PageSize(10)))
	if err != nil || len(events) != 25 {
		t.Fatal(len(events), err)
	}
}

func TestAWalkThatMeetsA429IsATraceOfCallsAttemptsAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		ctx, span := s.tracers.Tracer("test").Start(t.Context(), "import")
		walkThatMeetsA429(ctx, t, s)
		span.End()
		want(t, s.tree(), `
			0s-22.625s internal import
			  0s-500ms internal ll2 list /2.2.0/docking_event/
			    0s-500ms client GET /2.2.0/docking_event/
			  500ms-22.5s internal ll2 list /2.2.0/docking_event/
			    500ms-750ms client GET /2.2.0/docking_event/ Error:502
			    750ms-1.75s internal ll2 wait backoff
			    1.75s-2s client GET /2.2.0/docking_event/ Error:429
			    2s-22s internal ll2 wait retry-after
			    22s-22.5s client GET /2.2.0/docking_event/
			  22.5s-22.625s internal ll2 list /2.2.0/docking_event/
			    22.5s-22.625s client GET /2.2.0/docking_event/
			`)
	})
}

func TestAWalkThatMeetsA429IsCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		walkThatMeetsA429(t.Context(), t, s)
		want(t, s.metrics(""), `
			http.client.request.duration{error.type=429,http.response.status_code=429,url.template=/2.2.0/docking_event/} 1 in 0.25 s
			http.client.request.duration{error.type=502,http.response.status_code=502,url.template=/2.2.0/docking_event/} 1 in 0.25 s
			http.client.request.duration{http.response.status_code=200,url.template=/2.2.0/docking_event/} 3 in 1.125 s
			ll2.client.call.duration{ll2.kind=list,url.template=/2.2.0/docking_event/} 3 in 22.62 s
			ll2.client.refusals{ll2.refusal.source=remote} 1 {refusal}
			ll2.client.retries{error.type=429} 1 {retry}
			ll2.client.retries{error.type=502} 1 {retry}
			ll2.client.wait.duration{ll2.wait.reason=backoff} 1 in 1 s
			ll2.client.wait.duration{ll2.wait.reason=retry-after} 1 in 20 s
			`)
	})
}

func TestSpansHaveTheAttributesOfTheConventions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		server := ll2test.NewServer(ll2test.Events(3)...)
		server.Fail(ll2test.Fault{Status: http.StatusServiceUnavailable})
		client := server.Client(s.telemetry(ll2otel.WithAttributes(attribute.String("team", "orbit"))), ll2.WithBackoff(time.Second, time.Second))
		if _, err := client.DockingEvents.Get(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		const host = "server.address=ll2.test,server.port=80,team=orbit,"
		var got strings.Builder
		for _, span := range s.exporter.GetSpans() {
			fmt.Fprintf(&got, "%s: %s; %s %q\n", span.Name, all(span.Attributes), span.Status.Code, span.Status.Description)
			if scope := span.InstrumentationScope; scope.Name != "github.com/docking-event/ll2/ll2otel" || !strings.HasPrefix(scope.SchemaURL, "https://opentelemetry.io/schemas/1.") {
				t.Errorf("%s is of scope %+v", span.Name, scope)
			}
		}
		want(t, got.String(), `
			GET /2.2.0/docking_event/{id}/: error.type=503,http.request.method=GET,http.response.status_code=503,`+host+`url.full=http://ll2.test/2.2.0/docking_event/2/,url.template=/2.2.0/docking_event/{id}/; Error ""
			ll2 wait backoff: ll2.wait.planned=1,ll2.wait.reason=backoff,`+strings.TrimSuffix(host, ",")+`; Unset ""
			GET /2.2.0/docking_event/{id}/: http.request.method=GET,http.request.resend_count=1,http.response.status_code=200,`+host+`url.full=http://ll2.test/2.2.0/docking_event/2/,url.template=/2.2.0/docking_event/{id}/; Unset ""
			ll2 one /2.2.0/docking_event/{id}/: ll2.attempts=2,ll2.kind=one,`+host+`url.template=/2.2.0/docking_event/{id}/; Unset ""
			`)
	})
}

func TestAFailureIsToldByItsType(t *testing.T) {
	t.Parallel()
	status := func(status int, body string) ll2test.Fault { return ll2test.Fault{Status: status, Body: body} }
	for name, test := range map[string]struct {
		fault         ll2test.Fault
		id            int
		attempt, call string
	}{
		"not found":    {id: 99, attempt: "404", call: "not_found"},
		"no API":       {fault: status(404, "<h1>gone</h1>"), attempt: "404", call: "404"},
		"bad request":  {fault: status(400, `{"x":["Bad."]}`), attempt: "400", call: "400"},
		"bad token":    {fault: status(401, `{"detail":"Bad."}`), attempt: "401", call: "unauthorized"},
		"refused":      {fault: status(429, ""), attempt: "429", call: "rate_limited"},
		"down":         {fault: status(503, ""), attempt: "503", call: "unavailable"},
		"redirect":     {fault: ll2test.Fault{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/"}}}, attempt: "foreign_link", call: "foreign_link"},
		"not JSON":     {fault: status(200, "<html>"), attempt: "decode", call: "decode"},
		"cut off":      {fault: ll2test.Fault{CutAfter: 10}, attempt: "unavailable", call: "unavailable"},
		"no network":   {fault: ll2test.Fault{Err: errors.New("no network")}, attempt: "unavailable", call: "unavailable"},
		"too slow":     {fault: ll2test.Fault{Delay: time.Minute}, attempt: "timeout", call: "timeout"},
		"success":      {},
		"other status": {fault: status(304, ""), attempt: "304", call: "304"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSink(t)
				server := ll2test.NewServer(ll2test.Events(3)...)
				server.Fail(test.fault)
				_, err := server.Client(s.telemetry(), ll2.WithRetries(0)).DockingEvents.Get(t.Context(), max(1, test.id))
				attempt, call := s.span("GET /2.2.0/docking_event/{id}/"), s.span("ll2 one /2.2.0/docking_event/{id}/")
				if a, c := value(attempt.Attributes, "error.type"), value(call.Attributes, "error.type"); a != test.attempt || c != test.call {
					t.Errorf("the attempt failed with %q and the call with %q (%v), want %q and %q", a, c, err, test.attempt, test.call)
				}
				wantCode, exceptions := codes.Unset, 0
				if err != nil {
					wantCode, exceptions = codes.Error, 1
				}
				if attempt.Status.Code != wantCode || call.Status.Code != wantCode || len(call.Events) != exceptions || len(attempt.Events) != 0 {
					t.Errorf("the states are %v and %v, with %d events", attempt.Status, call.Status, len(call.Events))
				}
				if err != nil && (call.Status.Description != err.Error() || call.Events[0].Name != "exception" || value(call.Events[0].Attributes, "exception.message") != err.Error()) {
					t.Errorf("the call says %+v of %v", call.Events[0], err)
				}
			})
		})
	}
}

func TestACallThatItsContextEndsIsCanceledOrTimedOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		want string
	}{
		"canceled": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(3*time.Second, cancel)
			return ctx, cancel
		}, "canceled"},
		"timeout": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 12*time.Second)
		}, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSink(t)
				server := ll2test.NewServer(ll2test.Events(3)...)
				server.Fail(ll2test.Fault{Status: 429, Header: http.Header{"Retry-After": {"10"}}}, ll2test.Fault{Delay: 20 * time.Second})
				ctx, cancel := test.ctx(t.Context())
				defer cancel()
				_, err := server.Client(s.telemetry()).DockingEvents.Get(ctx, 1)
				if !errors.Is(err, ctx.Err()) {
					t.Fatal(err)
				}
				if got := value(s.span("ll2 one /2.2.0/docking_event/{id}/").Attributes, "error.type"); got != test.want {
					t.Errorf("error.type %q of %v, want %q", got, err, test.want)
				}
				// The call is still counted, and the wait is not left open.
				if got := s.metrics("ll2.client.call.duration"); !strings.Contains(got, "error.type="+test.want) {
					t.Error(got)
				}
				if got := s.metrics("ll2.client.wait.duration"); !strings.HasPrefix(got, "ll2.client.wait.duration{ll2.wait.reason=retry-after} 1 in ") {
					t.Error(got)
				}
			})
		})
	}
}

func TestAnAttemptThatIsNotSentIsAnEventAndARefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		client := ll2test.NewServer(ll2test.Events(3)...).Client(s.telemetry(), ll2.WithRateLimit(1, time.Hour))
		client.DockingEvents.Get(t.Context(), 1)
		s.exporter.Reset()
		if _, err := client.DockingEvents.Get(t.Context(), 1); !errors.Is(err, ll2.ErrRateLimited) {
			t.Fatal(err)
		}
		want(t, s.tree(), "0s-0s internal ll2 one /2.2.0/docking_event/{id}/ Error:rate_limited\n")
		events := s.span("ll2 one /2.2.0/docking_event/{id}/").Events
		if len(events) != 2 || events[0].Name != "ll2.refused" || all(events[0].Attributes) != "ll2.retry_after=3600" {
			t.Errorf("%+v", events)
		}
		want(t, s.metrics("ll2.client.refusals"), "ll2.client.refusals{ll2.refusal.source=local} 1 {refusal}\n")
	})
}

const canary = "canary-otel-5f1d9c"

// The service may send the token back.
func TestTheTokenIsInNoSpanAndNoMetric(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		for _, status := range []int{200, 302, 400, 401, 404, 429, 503} {
			client, err := ll2.New(ll2.WithToken(canary), s.telemetry(), ll2.WithRetries(1), ll2.WithTransport(transport(func(req *http.Request) (*http.Response, error) {
				if req.Header.Get("Authorization") != "Token "+canary {
					t.Error("the token was not sent")
				}
				return &http.Response{StatusCode: status, Request: req, Body: io.NopCloser(strings.NewReader(`{"detail":"Bad key ` + canary + `."}`)),
					Header: http.Header{"Location": {"https://elsewhere.test/" + canary}, "X-Echo": {canary}}}, nil
			})))
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.DockingEvents.Get(t.Context(), 1)
			_, err2 := client.DockingEvents.List(t.Context(), ll2.Search(canary))
			_, err3 := client.Throttle(t.Context())
			if err == nil || err2 == nil || err3 == nil {
				t.Error("a call did not fail")
			}
		}
		spans := s.exporter.GetSpans()
		if text := fmt.Sprintf("%+v", spans) + s.metrics(""); len(spans) < 21 || strings.Contains(text, canary) {
			t.Errorf("the token is in one of %d spans or in a metric", len(spans))
		}
		for _, span := range spans {
			text := all(span.Attributes) + span.Status.Description + span.Name
			for _, event := range span.Events {
				text += event.Name + all(event.Attributes)
			}
			if strings.Contains(text, canary) {
				t.Errorf("the token is in %s", span.Name)
			}
		}
	})
}

// Not even if a program has set a propagator for what it sends to its own services.
func TestNoTraceContextIsSent(t *testing.T) {
	otel.SetTextMapPropagator(propagation.TraceContext{})
	s := newSink(t)
	server := ll2test.NewServer(ll2test.Events(3)...)
	if _, err := server.Client(s.telemetry()).DockingEvents.Get(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for key := range server.Requests()[0].Header {
		if key != "Accept" && key != "User-Agent" && key != "Accept-Encoding" {
			t.Errorf("the header %s was sent", key)
		}
	}
}

func TestTheContextOfARequestHoldsTheSpanOfItsCall(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	server := ll2test.NewServer(ll2test.Events(3)...)
	var seen trace.SpanContext
	client := server.Client(s.telemetry(), ll2.WithTransport(transport(func(req *http.Request) (*http.Response, error) {
		seen = trace.SpanContextFromContext(req.Context())
		return server.RoundTrip(req)
	})))
	if _, err := client.DockingEvents.Get(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if call := s.span("ll2 one /2.2.0/docking_event/{id}/"); !seen.IsValid() || seen.SpanID() != call.SpanContext.SpanID() {
		t.Errorf("the request's span is %v, want that of %v", seen.SpanID(), call.SpanContext.SpanID())
	}
}

func TestSeveralCanReportOneClientAndOneSeveral(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, other := newSink(t), newSink(t)
		option := s.telemetry()
		server := ll2test.NewServer(ll2test.Events(40)...)
		server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		for range 2 {
			client := server.Client(option, other.telemetry())
			for _, err := range client.DockingEvents.All(t.Context(), ll2.PageSize(10), ll2.Parallel(4)) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, s := range []*sink{s, other} {
			if got := s.metrics("http.client.request.duration"); len(s.exporter.GetSpans()) != 2*2*4+2 || !strings.Contains(got, "} 8 in ") {
				t.Errorf("%d spans\n%s", len(s.exporter.GetSpans()), got)
			}
			calls := make(map[trace.SpanID]bool)
			for _, span := range s.exporter.GetSpans() {
				calls[span.SpanContext.SpanID()] = strings.HasPrefix(span.Name, "ll2 list")
			}
			for id, isCall := range calls {
				if parent := s.parent(id); !isCall && !calls[parent] {
					t.Errorf("the parent of an attempt or a wait is %v, which is no call of its own", parent)
				}
			}
		}
	})
}

// An exemplar leads from a bucket to the trace of an attempt in it.
func TestTheExemplarsOfAttemptsAreTheirSpans(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	if _, err := ll2test.NewServer(ll2test.Events(3)...).Client(s.telemetry()).DockingEvents.Get(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.collect() {
		histogram, ok := m.Data.(metricdata.Histogram[float64])
		if !ok || m.Name != "http.client.request.duration" {
			continue
		}
		want := s.span("GET /2.2.0/docking_event/{id}/").SpanContext.SpanID()
		if exemplars := histogram.DataPoints[0].Exemplars; len(exemplars) != 1 || trace.SpanID(exemplars[0].SpanID) != want {
			t.Errorf("the exemplars are %v, want %v", exemplars, want)
		}
		return
	}
	t.Error("no such histogram")
}

// A trace that puts a context of its own in place of the call's loses the rest of it.
func TestACallWhoseContextIsLostStillEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSink(t)
		server := ll2test.NewServer(ll2test.Events(3)...)
		server.Fail(ll2test.Fault{Status: 503})
		client := server.Client(s.telemetry(), ll2.WithRateLimit(2, time.Hour), ll2.WithTrace(&ll2.Trace{
			Call: func(context.Context, ll2.Call) (context.Context, func(error)) { return context.Background(), nil },
		}))
		client.DockingEvents.Get(t.Context(), 1)
		client.DockingEvents.Get(t.Context(), 1)
		if got := len(s.exporter.GetSpans()); got != 2 {
			t.Errorf("%d spans, want two of calls\n%s", got, s.tree())
		}
	})
}
