// Package ll2otel reports the work of a client of package [ll2] to OpenTelemetry: a trace of
// every call, and metrics of requests, retries, waits, the quota and a mirror.
//
//	telemetry, err := ll2otel.New()
//	if err != nil {
//		return err
//	}
//	client, err := ll2.New(telemetry)
//	if err != nil {
//		return err
//	}
//	if _, err := ll2otel.ObserveClient(client); err != nil {
//		return err
//	}
//
// Without options it uses the global providers of package [otel], which may be set
// later. The package itself needs only the API of OpenTelemetry; the program chooses the
// SDK and the exporters.
//
// # Traces
//
// Each call, which is one request with all of its attempts, is a span of kind internal,
// such as "ll2 list /2.2.0/docking_event/". Its parent is the span in the context that
// the caller gave. Its children are
//
//   - one span of kind client for each attempt, such as "GET /2.2.0/docking_event/", as
//     the semantic conventions for HTTP client spans (version 1.43.0) ask for;
//   - one span of kind internal for each wait: "ll2 wait quota", "ll2 wait retry-after",
//     "ll2 wait backoff".
//
// An attempt that was not sent, because it would have had to wait too long, is an event
// "ll2.refused" of the call's span. A span that failed has the status Error and an
// error.type; the span of the call also has the error as an exception event.
//
// An attempt's span is made when the attempt is over, with its true start and end. So
// a span that the transport makes, such as otelhttp's, is a child of the call's span, and
// a sibling of the attempt's.
//
// # Metrics
//
// The client option records:
//
//	http.client.request.duration   s          attempts, as the conventions have it
//	ll2.client.call.duration       s          calls, with all attempts and waits
//	ll2.client.wait.duration       s          waits, by ll2.wait.reason
//	ll2.client.retries             {retry}    by the error.type of the failed attempt
//	ll2.client.refusals            {refusal}  by ll2.refusal.source, local or remote
//
// A duration without error.type is that of a success, so the counts of the first two are
// the numbers of attempts and of calls by outcome. [ObserveClient] adds:
//
//	ll2.client.quota.limit         {request}  that a window has room for
//	ll2.client.quota.used          {request}  that the client counts in the window
//	ll2.client.quota.left          {request}  that can go now
//	ll2.client.quota.blocked       s          until the end of a block that a 429 began
//
// and [ObserveMirror]:
//
//	ll2.mirror.age                 s          of the copy
//	ll2.mirror.walk.age            s          of the last reading of all events
//	ll2.mirror.events              {event}    in the copy
//	ll2.mirror.refreshes           {refresh}  by ll2.mirror.outcome, ok or error
//	ll2.mirror.failing             {failure}  1 if the last refresh failed, else 0
//
// # The values of error.type
//
// For an attempt that was answered with an error it is the status, such as "429". For
// other attempts, and for calls, it is one of
//
//	canceled       the context was canceled
//	timeout        the context's deadline or the timeout of an attempt passed
//	rate_limited   ll2.ErrRateLimited
//	not_found      ll2.ErrNotFound
//	unauthorized   ll2.ErrUnauthorized
//	foreign_link   ll2.ErrForeignLink
//	decode         ll2.DecodeError
//	unavailable    ll2.ErrUnavailable
//	400, ...       the status of any other answer that is not 2xx
//	_OTHER         anything else
//
// # What is not sent
//
// The token of [ll2.WithToken] is in no span and in no metric. The text of
// [ll2.Search] is: it is part of url.full.
//
// No trace context is sent to the service. To pass it on, for example to a gateway of
// your own, give [ll2.WithTransport] a transport that injects it; the context of each
// request holds the span of its call.
package ll2otel
