package mirror

import (
	"context"
	"iter"

	"github.com/docking-event/ll2"
)

// A Mirror answers questions for docking events from a copy of its own, which it
// keeps fresh. Make it with [Open]; it is safe for concurrent use.
type Mirror struct {
	// DockingEvents is as [ll2.Client.DockingEvents], and answers as the service does,
	// with every option, from the copy. A walk sees one copy from its first page to
	// its last. Page.Date is the time that the copy is of. The first call ever waits
	// until everything was read, as long as its context allows; a call on a copy that
	// is overdue waits as [Patience] says.
	//
	// A search ([ll2.Search]) is sent to the service, since nobody else knows where it
	// searches, and so is Get of an id that the copy does not have.
	DockingEvents *ll2.DockingEventsService

	engine *engine // nil of a mirror that Open did not make
}

// Open opens the copy that the store has, or begins one. It sends nothing, and what it
// does later goes through client, with its quota, token, retries and traces: refreshes
// are not retried, and have a context of their own. The copy of each base URL is one
// of its own, so a store may hold several.
//
// A store that cannot be read is no error, since a copy in memory is better than none:
// [Mirror.Status] tells. One that is not usable at all (its errors are
// [fs.ErrInvalid]), a nil client or store, and an option out of range are. To open a
// copy twice, in one process or in several, is no different from sharing it among
// machines: they refresh once for all.
func Open(client *ll2.Client, store Store, opts ...Option) (*Mirror, error) {
	e, err := openEngine(v220(), client, store, opts)
	if err != nil {
		return nil, err
	}
	return &Mirror{DockingEvents: e.inner.DockingEvents, engine: e}, nil
}

// own returns what the methods are about, nil of a mirror that Open did not make.
func (m *Mirror) own() *engine {
	if m == nil {
		return nil
	}
	return m.engine
}

// Close ends what the mirror does by itself, and waits for it. Calls fail from then
// on. The store stays the caller's.
func (m *Mirror) Close() error { return m.own().close() }

// Refresh makes the copy as fresh as it can be now, by one request, or 7 if a walk is
// due (for 515 events); see [Status] for what it left to do. Calls share one refresh,
// with each other and, as far as the store's lock works, with other processes. If ctx
// ends, Refresh returns and the refresh goes on.
//
// After a failure nobody asks the service again before Status.Next: Refresh returns
// that failure. With [Offline] it is [ErrOffline].
func (m *Mirror) Refresh(ctx context.Context) error { return m.own().refresh(ctx) }

// Run refreshes the copy whenever it is due, until ctx ends, whose error it returns, or
// the mirror is closed. Meanwhile no call waits for a refresh, unless the copy is cold
// or older than [MaxStale] allows. With [Offline] it returns [ErrOffline] at once.
// Failures are in [Mirror.Status].
func (m *Mirror) Run(ctx context.Context) error { return m.own().run(ctx) }

// Status returns how the copy is, without asking the service.
func (m *Mirror) Status() Status { return m.own().status() }

// Changes yields what changed, from the first change behind the number after, which
// is the Seq of one that was seen, and then each change when a refresh finds it, until
// ctx ends, whose error is the last thing that it yields. With after 0 it yields what
// changes from now on; what a cold copy reads first is no change.
//
// Numbers hold across restarts, and for all who share a store. The journal keeps the
// last 500 changes: whoever asks for older ones, or for those of a copy that was lost
// since, gets [ErrBehind], and can compare what he knows with [Mirror.DockingEvents]
// himself, and go on with after 0. A slow consumer holds nobody up. While it ranges, Changes
// refreshes the copy whenever it is due, so [Mirror.Run] need not run beside it.
func (m *Mirror) Changes(ctx context.Context, after uint64) iter.Seq2[Change, error] {
	return changes(ctx, m.own(), after, func(r record, before, after *ll2.DockingEvent) Change {
		return Change{r.Seq, r.Kind, r.Fields, before, after}
	})
}
