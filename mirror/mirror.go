package mirror

import (
	"context"
	"iter"

	"github.com/docking-event/ll2"
)

// A Mirror answers queries for docking events from its own copy, which it keeps
// fresh. Create it with [Open]. It is safe for concurrent use.
type Mirror struct {
	// DockingEvents has the methods of [ll2.Client.DockingEvents] and answers from
	// the copy as the service does, with every option. All pages of one walk come
	// from the same copy. Page.Date is the time at which the copy was current. The
	// very first call waits until everything was read, as long as its context allows.
	// A call on a copy that is due for a refresh waits as [Patience] says.
	//
	// Two kinds of calls are sent to the service: a search ([ll2.Search]), since only
	// the service knows which texts it searches, and Get of an id that the copy does
	// not have.
	DockingEvents *ll2.DockingEventsService

	engine *engine // nil if Open did not create the mirror
}

// Open opens the copy in the store, or begins a new one. It sends nothing. Later
// requests go through client and use its quota, token, retries and traces, but
// refreshes are not retried and have their own context. Each base URL has its own copy,
// so a store may hold several.
//
// A store that cannot be read is not an error, since a copy in memory is better than
// none; [Mirror.Status] reports it. Open fails if client or store is nil, if an
// option is out of range, and if the store is not usable at all (its errors are
// [fs.ErrInvalid]). A copy may be opened several times, in one process or in several.
// The mirrors then share it and refresh it once for all.
func Open(client *ll2.Client, store Store, opts ...Option) (*Mirror, error) {
	e, err := openEngine(v220(), client, store, opts)
	if err != nil {
		return nil, err
	}
	return &Mirror{DockingEvents: e.inner.DockingEvents, engine: e}, nil
}

// own returns the engine, or nil if Open did not create the mirror.
func (m *Mirror) own() *engine {
	if m == nil {
		return nil
	}
	return m.engine
}

// Close stops the background work of the mirror and waits for it. Later calls fail.
// Close does not close the store.
func (m *Mirror) Close() error { return m.own().close() }

// Refresh makes the copy as fresh as possible with one request, or with 7 if a walk
// is due (for 515 events). [Status] shows what is left to do. Concurrent calls share
// one refresh, in this process and, if the store's locks work, in other processes. If
// ctx ends, Refresh returns and the refresh continues.
//
// After a failure, no request is sent before Status.Next, and Refresh returns that
// failure. With [Offline] it returns [ErrOffline].
func (m *Mirror) Refresh(ctx context.Context) error { return m.own().refresh(ctx) }

// Run refreshes the copy whenever it is due, until ctx ends or the mirror is closed.
// It returns the error of ctx. While it runs, no call waits for a refresh, unless
// there is no copy yet or it is older than [MaxStale] allows. With [Offline], Run
// returns [ErrOffline] at once. [Mirror.Status] reports failures.
func (m *Mirror) Run(ctx context.Context) error { return m.own().run(ctx) }

// Status returns the state of the copy. It sends no request.
func (m *Mirror) Status() Status { return m.own().status() }

// Changes yields the changes with numbers above after, which is the Seq of a change
// that the caller has seen, and then each new change when a refresh finds it. It goes
// on until ctx ends and yields the error of ctx last. With 0 for after, it begins
// with the next change. The events that a new copy reads first are not changes.
//
// Numbers stay valid across restarts and are the same for all programs that share a
// store. [Status] has the number of the latest change, so that a caller can begin there
// or knows where to stop. The journal keeps the last 500 changes. If older ones are requested, or
// those of a copy that was lost since, Changes yields [ErrBehind]. The caller can
// then compare its own data with [Mirror.DockingEvents] and continue with 0. A slow
// consumer does not block other callers. During the range loop, Changes refreshes the
// copy whenever it is due, so [Mirror.Run] is not needed.
func (m *Mirror) Changes(ctx context.Context, after uint64) iter.Seq2[Change, error] {
	return changes(ctx, m.own(), after, func(r record, before, after *ll2.DockingEvent) Change {
		return Change{r.Seq, r.Kind, r.Fields, before, after}
	})
}
