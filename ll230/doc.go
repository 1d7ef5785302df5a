// Package ll230 lists the docking events of version 2.3.0 of Launch Library 2. The
// provider recommends this version. It has all events of version 2.2.0, and about
// forty more that version 2.2.0 cannot express: those of Apollo, of satellites and of
// servicing vehicles.
//
// A client of package [ll2] serves both versions. [DockingEvents] returns the service
// for this one. Its requests count against the client's quota and use the client's
// token, retries and traces:
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
// The chaser is the vehicle that came to dock, the target is the one that it docked
// with. Each can be a flight vehicle, a space station or a payload. So an event has
// three fields for the chaser and three for the target. In each group one field is set,
// and the other two are nil. [DockingEvent.Chaser] and [DockingEvent.Target] return the
// one that is set, as a [Party].
//
// # Options
//
// Filters, ordering and mode are options of this package. Options that control how a
// list is read, such as [ll2.PageSize], [ll2.StartAt] and [ll2.Parallel], are options
// of package [ll2] and work with every version. A filter of version 2.2.0 does not
// compile here, because this version of the service would silently ignore it.
//
// # Errors
//
// All errors are those of package [ll2] and begin with "ll2: ".
//
// The document [versions.md] compares the versions field by field. It also names the
// fields that are known only from the specification, because no recorded answer has
// them.
//
// [versions.md]: https://github.com/docking-event/ll2/blob/main/doc/versions.md
package ll230

//go:generate go run ../internal/scangen -o decode_gen.go DockingEvent
