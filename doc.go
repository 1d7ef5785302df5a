// Package ll2 is a client for the docking events of Launch Library 2, the
// spaceflight data of The Space Devs: every docking of a spacecraft with a space
// station, from Salyut to Tiangong.
//
// # Quick start
//
//	client, err := ll2.New(ll2.WithUserAgent("my-app/1.2"))
//	if err != nil {
//		return err
//	}
//	for event, err := range client.DockingEvents.All(ctx,
//		ll2.ForSpaceStation(4),
//		ll2.DockedSince(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)),
//		ll2.OrderBy(ll2.ByDocking.Desc()),
//		ll2.InMode(ll2.ModeDetailed),
//	) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(event.Docking, event.FlightVehicle.Spacecraft.Name, event.DockingLocation.Name)
//	}
//
// Build one [Client] and share it: it is safe for concurrent use, and what it
// knows of the quota is known to all that use it. [Collect] makes a slice of a
// range. Fields that the service can send as null, or in the detailed shape only,
// are pointers; [Value] reads them. [DockingEvent.Stay] says how long a stay
// was, or is.
//
// # Quota
//
// The service grants 15 requests an hour to an IP address. To the production
// host, without a token, the client never sends more than that in any hour,
// retries included, however many goroutines share it. What the service does not
// count (a redirect, 401, 403, 406, 429) does not count here either. A walk over
// all events takes about 6 requests at the default of 100 events a page.
//
// A request that has to wait for its place waits up to [WithMaxWait], 1 minute
// by default. If that is not enough, nothing is sent, and the error is a
// [*RateLimitError] that says when the request can go:
//
//	var limited *ll2.RateLimitError
//	if errors.As(err, &limited) {
//		fmt.Println("come back in", limited.RetryAfter)
//	}
//
// [Client.Quota] tells beforehand, without a request, how much is used and when
// the next request can go.
//
// After a 429 nothing is sent until the service's time is up, but for 24 hours at
// most; then one request goes first. Once it is accepted, callers who can wait go one
// by one until one window after the 429, because others spend the quota, too, unless
// [WithQuotaSync] tells how much is left; callers with WithMaxWait(0) go beside them if
// a place is free. With [WithToken], whose quota depends on the account, and for
// other base URLs, that is all: [WithRateLimit] sets a limit there, and
// [WithQuotaSync] learns it from the service, with what others have used.
// [WithLimiter] shares one quota between clients. [Client.Throttle] asks the
// service how much is left, which is free.
//
// # Retries and timeouts
//
// What can pass is tried again, by default 2 times ([WithRetries]) after a random
// wait of 500 ms to 10 s ([WithBackoff]) or what Retry-After says: no connection,
// one that broke, a body that was cut off or damaged, an attempt that timed out,
// and the statuses 408, 429, 499, 500, 502 to 504 and 520 to 527. Anything else
// is not: other statuses, a body that is not what the API promises, a redirect
// to another origin, a bad certificate, the end of the context. Every retry
// takes a place in the quota.
//
// An attempt may take 30 s, its body included; the Timeout of [WithHTTPClient]
// changes that. The context bounds a call as a whole, waits included.
//
// # Paging
//
// [DockingEventsService.All] yields events, [DockingEventsService.Pages] pages,
// [DockingEventsService.List] is a single page. Every request has a total order,
// so that the service cannot shuffle equal events between pages; All yields an
// event once, and ends with an [*IncompleteError] where rows moved so that it
// missed some. Both end with a [*PageError] where they cannot go on; [ResumeLink]
// says where another walk can, by [StartAt], in another process too. With
// [Parallel] several pages are asked for at once.
//
// [NewResource] walks any other list of the service in the same way, within the
// same quota, into a struct of yours.
//
// The host of a next link is never contacted: the link's query is sent to the
// client's own base URL, so mirrors and proxies work, and a token goes nowhere
// else.
//
// # Errors
//
// [errors.Is] tells [ErrNotFound], [ErrUnauthorized], [ErrRateLimited],
// [ErrUnavailable], [ErrForeignLink], [ErrLinkLoop] and [ErrIncomplete]; [RetryAt]
// says when a request can go again. [errors.As] finds what is
// behind them: [*APIError] for every answer that is not 2xx, [*DecodeError] for a
// body that is not what the API promises, [*RateLimitError], [*PageError] and
// [*IncompleteError]. No error holds the token.
//
// # Testing
//
// Package [github.com/docking-event/ll2/ll2test] is the service in memory, for
// the tests of programs that use this package. Mocks of http.RoundTripper, such
// as httpmock, work as well: see [WithHTTPClient]. A mock's count must be true
// and its last next link null, or All ends with ErrIncomplete or ErrLinkLoop.
package ll2

//go:generate go run ./internal/scangen -o decode.go DockingEvent
