// Package ahead gets the pages of one walk, some of them before their turn. What
// is to come it foresees from the first page's next link: the same with the offset
// stepped by the limit, as long as there is anything to expect. Each page's own
// link is compared when the page's turn comes; from the first that is another one,
// the walk goes on one by one. A page that was refused before its turn is asked for
// again when its turn comes, and what follows is foreseen anew.
//
// It knows nothing of what a page holds or how it is sent for: whoever walks gives
// it a func that gets one.
package ahead

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"sync"
)

// A Get gets the page of a query, which is text with its keys in order. It tells admitted, unless that is nil, when it
// has its place in the quota, or with an error that it has none.
type Get[P any] func(ctx context.Context, query string, admitted func(error)) (P, error)

// A Reader gets the pages of one walk. Make it with [New], and Stop it.
type Reader[P any] struct {
	fetch Get[P]
	ctx   context.Context //nolint:containedctx // a Reader lives as long as the range over a walk
	n     int             // pages that may be held, the one that the caller reads among them

	group   context.Context //nolint:containedctx // of what is under way
	cancel  context.CancelFunc
	running sync.WaitGroup
	queue   []*flight[P] // asked for, in the order of their turns
	last    *flight[P]   // the last one that was asked for
	next    url.Values   // the one to ask for then; nil: not foreseen
	step    int
	offset  int // of next
	count   int // of all rows, as the latest page says
}

// New returns a reader that holds at most n pages, and one if n is less than that.
func New[P any](ctx context.Context, n int, fetch Get[P]) *Reader[P] {
	r := &Reader[P]{fetch: fetch, ctx: ctx, n: max(1, n), cancel: func() {}}
	if r.n > 1 {
		r.group, r.cancel = context.WithCancel(ctx)
	}
	return r
}

// Stop ends what is under way and waits for it.
func (r *Reader[P]) Stop() {
	r.cancel()
	r.running.Wait()
	r.queue, r.n = nil, 1
}

// Get returns the page of a query whose turn has come.
func (r *Reader[P]) Get(query string) (P, error) {
	r.fill(r.n) // the caller has done with the page before
	if len(r.queue) == 0 {
		return r.fetch(r.ctx, query, nil)
	}
	f := r.queue[0]
	r.queue = slices.Delete(r.queue, 0, 1) // which does not keep it either
	<-f.done
	if f.panicked != nil {
		panic(f.panicked) // where it would have come without being ahead
	}
	if f.refused {
		// That was before its turn, and the quota may have a place by now. Those
		// behind it were not sent for either: they would stay refused, and so would
		// all that is put behind them.
		r.queue, r.last, r.next = nil, nil, nil
		return r.fetch(r.ctx, query, nil)
	}
	return f.page, f.err
}

// Follow tells which query comes next, "" for none, and that there are count
// rows in all. What comes behind it is foreseeable if it says how large a page is
// and where it begins. Call it with the page that the caller is about to read;
// pages hold at most rows each.
func (r *Reader[P]) Follow(query string, foreseeable bool, count, rows int) {
	switch {
	case r.n == 1:
		return
	case query == "", !foreseeable, !r.foreseen(query, rows):
		r.Stop()
		return
	}
	r.count = count
	r.fill(r.n - 1)
}

// foreseen reports whether query is the one that was expected.
func (r *Reader[P]) foreseen(query string, rows int) bool {
	switch {
	case r.next == nil: // the first one: what is to come follows from it
		next, err := url.ParseQuery(query)
		r.next = next
		r.offset, _ = strconv.Atoi(next.Get("offset"))
		r.step, _ = strconv.Atoi(next.Get("limit"))
		return err == nil && 0 < r.step && r.step <= rows && r.offset > 0
	case len(r.queue) > 0:
		return r.queue[0].query == query
	default:
		return r.next.Encode() == query
	}
}

// fill asks for pages until so many are under way.
func (r *Reader[P]) fill(most int) {
	// Less than 0 is an offset that a service drove beyond all numbers.
	for r.n > 1 && r.next != nil && len(r.queue) < most && 0 < r.offset && r.offset < r.count {
		f := &flight[P]{query: r.next.Encode(), admitted: make(chan struct{}), done: make(chan struct{}), err: ErrNoEnd}
		before := r.last
		r.running.Go(func() { f.fly(r.group, r.fetch, before) })
		r.queue, r.last = append(r.queue, f), f

		r.offset += r.step
		next := maps.Clone(r.next)
		next.Set("offset", strconv.Itoa(r.offset))
		r.next = next
	}
}
