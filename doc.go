// Package ll2 is a client for the docking events of [Launch Library 2] by The Space
// Devs: every docking of a spacecraft with a space station, from Salyut to
// Tiangong.
//
// # Quick start
//
// Create one [Client] and share it. It is safe for concurrent use.
//
//	client, err := ll2.New(ll2.WithUserAgent("my-app/1.2"))
//	if err != nil {
//		return err
//	}
//	for event, err := range client.DockingEvents.All(ctx,
//		ll2.ForSpaceStation(4), // the International Space Station
//		ll2.DockedSince(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)),
//	) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(event.Docking, event.FlightVehicle.Spacecraft.Name, event.DockingLocation.Name)
//	}
//
// [Collect] turns a range into a slice. Fields that the service can send as null, or
// sends in the detailed shape only, are pointers; [Value] reads them.
//
// # Paging
//
// [DockingEventsService.All] ranges over events. [DockingEventsService.Pages] ranges
// over pages. [DockingEventsService.List] returns one page.
// [DockingEventsService.Get] returns one event. A page has 100 events by default, so
// all events take about 6 requests.
//
// Every order is made unique, so that equal times do not make paging skip or repeat
// rows. All returns each event once. It fails with an [*IncompleteError] if
// rows moved while it read and it missed some. An error ends All and Pages as a
// [*PageError]; [ResumeLink] returns the link at which [StartAt] can continue
// later, in another process too.
//
// # Quota
//
// The service grants an IP address 15 requests an hour. Without a token, the
// client never sends the production host more than 15 requests that count in any
// hour, retries included, however many goroutines share it. Redirects and the
// statuses 401, 403, 406 and 429 do not count.
//
// If the quota is used up, a call waits up to [WithMaxWait], 1 minute by default.
// If the wait would be longer, nothing is sent and the call fails at once with a
// [*RateLimitError]; [RetryAt] returns the time at which the request can go.
//
// After a 429 the client sends nothing until the time that the service named, for 24
// hours at most. Then it sends one request alone. Until one hour after the 429 it
// sends only one request at a time, because other programs use the quota too. Calls with WithMaxWait(0) are sent at once if the quota has room. With
// [WithQuotaSync] the client asks the service how much of the quota is left, and
// needs no such caution.
//
// With a token ([WithToken]) or another base URL the client does not know the
// quota and only obeys 429s: set it with [WithRateLimit], or use [WithQuotaSync].
// [WithLimiter] shares one quota between clients. [Client.Quota] returns what the
// client knows of the quota and sends nothing. [Client.Throttle] asks the service;
// that request does not count.
//
// # Errors
//
// [errors.Is] finds [ErrRateLimited], [ErrNotFound], [ErrUnauthorized],
// [ErrUnavailable], [ErrIncomplete], [ErrForeignLink] and [ErrLinkLoop].
// [errors.As] finds the types behind them: [*APIError] for every answer that is not
// 2xx, [*DecodeError] for a body that is not what the API promises,
// [*RateLimitError], [*PageError] and [*IncompleteError]. No error contains the
// token.
//
// # Retries and timeouts
//
// Transient failures are retried, by default 2 times ([WithRetries]): no
// connection, a broken connection, a truncated or damaged body, an attempt that
// timed out, and the statuses 408, 429, 499, 500, 502 to 504 and 520 to 527. The
// client waits a random time between 500 ms and 10 s ([WithBackoff]), or as long as
// Retry-After says. It does not retry other statuses, a body that is not what the API
// promises, a redirect to another origin, a bad certificate, or a context that ended.
// Every retry counts against the quota.
//
// One attempt may take 30 s, with the body ([WithTimeout]). The context bounds the call.
//
// # More
//
//   - [Parallel] fetches several pages at once. [NewResource] reads other lists.
//   - [WithLogger] and [WithTrace] show requests, waits and retries.
//   - [github.com/docking-event/ll2/ll230]: version 2.3.0 of the API.
//   - [github.com/docking-event/ll2/mirror]: a local copy of all events.
//   - [github.com/docking-event/ll2/ll2test]: the service in memory, for tests.
//   - Modules ll2redis (many machines), ll2otel (OpenTelemetry), cmd/dockings (tool).
//
// Mocks of [http.RoundTripper] such as httpmock work with [WithTransport]: their count
// must be accurate, and the last next link null. The client never contacts the host of a
// next link: it sends the query of the link to its own base URL.
//
// [Launch Library 2]: https://thespacedevs.com/llapi
package ll2

//go:generate go run ./internal/scangen -o decode.go DockingEvent
