// Package mirror keeps a local copy of every docking event. A program can query the
// copy as often as it likes, and the copy costs about one request an hour:
//
//	client, err := ll2.New()
//	if err != nil {
//		return err
//	}
//	m, err := mirror.Open(client, mirror.Dir("/var/cache/dockings"))
//	if err != nil {
//		return err
//	}
//	for event, err := range m.DockingEvents.All(ctx, ll2.ForSpaceStation(4)) {
//		...
//	}
//
// [Mirror.DockingEvents] has the type of [ll2.Client.DockingEvents]. It answers List,
// Pages, All and Get as the service does, links included. The copy is always complete
// and always shows one moment. The values returned belong to the caller, who may
// change them.
//
// # Requests and freshness
//
// A refresh updates the copy with one request. Once a day it also reads all events
// anew; this is called a walk. With 515 events and the defaults, the first call takes
// 6 requests. After that, the refreshes take 1 request an hour and the walk takes 6 a
// day: at most 31 requests a day, of the 360 that the service grants an IP address.
//
// After every refresh these events are correct: all events that are still docked, and
// the events with the latest departures, about the last two years (they fill one page
// of 100 rows). A refresh also detects that an older event was added or removed,
// because then the service counts more or fewer events than the copy has. The same
// refresh then reads all events. Two things are not detected before the next walk, a
// day later at most: a correction of an older event, and equal numbers of older events
// added and removed between two walks.
//
// If the service is slow, refuses requests or is down, the copy answers. A call on a
// copy that is due for a refresh waits for at most 2 seconds and then uses the existing
// copy. [Mirror.Status] reports how old the copy is, the last failure, and when the
// service will be asked next. After a failure the mirror waits before it asks the
// service again: 1 minute, then 2 minutes, up to 1 hour. If the service names a time,
// the mirror waits until then. If the copy is older than [MaxStale], it does not
// answer.
//
// A call on a copy that is due starts a refresh. [Mirror.Run] starts refreshes in the
// background, so that no call waits. A program that ends soon sets a longer [Patience],
// because [Mirror.Close] ends a refresh that is in progress. [Mirror.Refresh] always
// sends a request, however young the copy is.
//
// # Sharing
//
// A [Store] holds the copy: [Memory] while the program runs, [Dir] in a folder for the
// programs of one machine, and the store of module [ll2redis] in Redis for many machines.
// Programs that share a store refresh the copy once for all of them. They also share
// the failures and the waiting times that the service reported.
//
// # Serving
//
// A Mirror is an [http.Handler] that answers with the service's JSON, so a team can
// share one copy between programs in any language. See [Mirror.ServeHTTP].
//
// # Versions
//
// [Open] keeps the docking events of version 2.2.0, and [Open230] those of version
// 2.3.0, which are described in package [ll230]. This documentation holds for both. One
// store can hold both copies. With one client, they take at most 62 requests a day
// together, which count against the same quota. [Handler] serves both.
//
// # Changes
//
// [Mirror.Changes] yields the differences that refreshes find: dockings, departures,
// corrections, events that were added late or removed, each with the event before and
// after the change.
//
// # Errors
//
// [ErrCold] means that nothing was read yet. [ErrStale] means that the copy is older
// than MaxStale allows. [ErrOffline] means that only the service knows the answer and
// [Offline] forbids requests. These errors wrap their cause, so errors.Is finds
// [ll2.ErrUnavailable] and [ll2.ErrRateLimited] in them, and [ll2.RetryAt] works. A
// search, and Get of an id that the copy does not have, are sent to the service and
// return its errors.
//
// [ll2redis]: https://pkg.go.dev/github.com/docking-event/ll2/ll2redis
package mirror
