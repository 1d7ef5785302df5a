package mirror

import (
	"context"
	"iter"
	"net/http"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
)

// A Mirror230 is a [Mirror] of the docking events of version 2.3.0, see package
// ll230. Create it with [Open230]. It is safe for concurrent use.
type Mirror230 struct {
	// DockingEvents has the methods of [ll230.DockingEvents] and answers from the
	// copy, as Mirror.DockingEvents does.
	DockingEvents *ll230.DockingEventsService

	engine *engine // nil if Open230 did not create the mirror
}

// Open230 is [Open] for version 2.3.0. One store can hold the copies of both
// versions, which do not depend on each other. With one client, they take at most 62
// requests a day together, which count against its one quota.
func Open230(client *ll2.Client, store Store, opts ...Option) (*Mirror230, error) {
	e, err := openEngine(v230(), client, store, opts)
	if err != nil {
		return nil, err
	}
	return &Mirror230{DockingEvents: ll230.DockingEvents(e.inner), engine: e}, nil
}

// own is [Mirror.own].
func (m *Mirror230) own() *engine {
	if m == nil {
		return nil
	}
	return m.engine
}

// Close stops the background work of the mirror, as [Mirror.Close] does.
func (m *Mirror230) Close() error { return m.own().close() }

// Refresh makes the copy as fresh as possible, as [Mirror.Refresh] does.
func (m *Mirror230) Refresh(ctx context.Context) error { return m.own().refresh(ctx) }

// Run refreshes the copy whenever it is due, as [Mirror.Run] does.
func (m *Mirror230) Run(ctx context.Context) error { return m.own().run(ctx) }

// Status returns the state of the copy. It sends no request.
func (m *Mirror230) Status() Status { return m.own().status() }

// ServeHTTP answers as the service does, from the copy, as [Mirror.ServeHTTP] does, with
// 2.3.0/docking_events/ in place of 2.2.0/docking_event/. [Handler] serves both.
func (m *Mirror230) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.own().serveHTTP(w, r) }

// A Change230 is a [Change] of an event of version 2.3.0. The event's own fields are
// its keys and those of its flight vehicles and payload flights. The duration and
// turn_around_time of a vehicle do not count, since they grow with time.
type Change230 struct {
	Seq    uint64 // grows with each change, but not always by one
	Kind   Kind
	Fields []string // that differ, of a Departed or Corrected event, as in [Change]

	Before *ll230.DockingEvent // nil if the event is new
	After  *ll230.DockingEvent // nil if the event was removed
}

// Changes yields the changes of the copy, as [Mirror.Changes] does. Each version has
// its own numbers.
func (m *Mirror230) Changes(ctx context.Context, after uint64) iter.Seq2[Change230, error] {
	return changes(ctx, m.own(), after, func(r record, before, after *ll230.DockingEvent) Change230 {
		return Change230{r.Seq, r.Kind, r.Fields, before, after}
	})
}

// Handler serves both versions as [Mirror.ServeHTTP] serves one, each below its own
// path. It has one api-throttle/ and one healthz, which reports both copies and
// returns 503 if either does not answer. [AllowOrigins] and [BehindProxy] of m are
// used for both versions; those of m230 are ignored.
func Handler(m *Mirror, m230 *Mirror230) http.Handler {
	e, e230 := m.own(), m230.own()
	if e.usable() != nil || e230.usable() != nil {
		return http.HandlerFunc((*engine)(nil).serveHTTP)
	}
	return newServer(e.config, e, e230)
}
