// Package mirror keeps a copy of every docking event, so that a program can ask
// whatever it likes, as often as it likes, for about one request an hour:
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
// [Mirror.DockingEvents] has the type of [ll2.Client.DockingEvents], and answers List,
// Pages, All and Get as the service does, links included, from a copy that is always
// complete and always of one moment. Each answer is the caller's own.
//
// # The promise
//
// With 515 events and the defaults, the first call takes 6 requests. From then on a
// refresh takes 1 an hour, and a walk over everything 6 a day: 31 requests a day, of
// the 360 that the service grants an IP address.
//
// After every refresh, all events that are open are right, and so are those that
// departed after the hundredth latest departure, for about two years back. What came
// or went before that is noticed too, since the service's count differs from the
// copy's, and is read within the same refresh. Two things cannot be seen until the
// next walk, a day later at most: a correction of an event that is older, and as many
// older ones added as removed in between.
//
// If the service is slow, refuses or is gone, the copy answers. A call on a copy that
// is overdue waits for 2 seconds at most; then it is answered from what there is.
// [Mirror.Status] says how old that is, what went wrong, and when the service is asked
// next. After a failure that is a minute, then two, up to an hour, or what the service
// says; nobody asks before. [MaxStale] sets an age at which answers end.
//
// A refresh begins with a call on a copy that is overdue. [Mirror.Run] has it begin by
// itself: then no call waits.
//
// # Sharing
//
// A [Store] holds the copy: [Memory] for as long as the program runs, [Dir] in a
// folder for the programs of a machine, and that of module [ll2redis] on Redis for many
// machines. All who share one refresh once for all, and know what the others were told.
//
// # Serving
//
// A Mirror is an [http.Handler] that answers as the service does, in its JSON, so that a
// team shares one copy whatever its programs are written in. See [Mirror.ServeHTTP].
//
// # Versions
//
// [Open] keeps the docking events of version 2.2.0, and [Open230] those of version 2.3.0,
// as package [ll230] has them. All that is said here holds for both. Their copies can be in
// one store, and with one client they take 62 requests a day at most, out of one quota.
// [Handler] serves both.
//
// # Changes
//
// [Mirror.Changes] tells what a refresh found: dockings, departures, corrections,
// events that came late or were removed, with the event before and after.
//
// # Errors
//
// [ErrCold] is the error of a call if nothing was read yet, [ErrStale] if the copy is
// older than MaxStale, and [ErrOffline] if only the service knows the answer and
// [Offline] forbids to ask it. They wrap their cause, so that [ll2.ErrUnavailable],
// [ll2.ErrRateLimited] and [ll2.RetryAt] work as ever. A search and Get of an id that
// the copy does not have go to the service, with its errors.
//
// [ll2redis]: https://pkg.go.dev/github.com/docking-event/ll2/ll2redis
package mirror
