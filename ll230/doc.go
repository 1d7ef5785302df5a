// Package ll230 lists the docking events of version 2.3.0 of Launch Library 2: all
// that version 2.2.0 has, and some forty more that it cannot tell, of Apollo,
// satellites and servicing vehicles. It is the version that the provider recommends.
//
// A client of package [ll2] serves both versions. [DockingEvents] makes the service of
// this one, which spends the client's quota and has its token, retries and traces:
//
//	client, err := ll2.New(ll2.WithUserAgent("my-app/1.2"))
//	if err != nil {
//		return err
//	}
//	for event, err := range ll230.DockingEvents(client).All(ctx,
//		ll230.ForStation(4),
//		ll230.DockedSince(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)),
//		ll2.PageSize(50),
//	) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(event.Docking, event.Chaser(), "at", event.Target())
//	}
//
// # Chaser and target
//
// The chaser of a docking came to the target. Each is a flight vehicle, a space
// station or a payload, and an event has a field for each: [DockingEvent.Chaser] and
// [DockingEvent.Target] return a [Party], whichever of the three is set.
//
// # Options
//
// Filters, ordering and mode are options of this package. How a list is walked is an
// option of package [ll2], such as [ll2.PageSize], [ll2.StartAt] and [ll2.Parallel],
// that every version takes. A filter of version 2.2.0 does not compile here, since the
// service would silently ignore it.
//
// # Errors
//
// Errors are those of package [ll2], and begin with "ll2: ", like all that a client
// returns.
//
// The document [versions.md] compares the versions, field by field, and names the
// fields that no recorded answer shows: the specification alone knows those.
//
// [versions.md]: https://github.com/docking-event/ll2/blob/main/doc/versions.md
package ll230

//go:generate go run ../internal/scangen -o decode_gen.go DockingEvent
