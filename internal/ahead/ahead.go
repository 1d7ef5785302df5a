// Package ahead fetches the pages of one walk through a list, some of them before the
// caller asks for them. It predicts the coming queries from the first page's next
// link: the same query with the offset increased by the limit, as long as more rows
// are expected. Each page's own link is compared with the prediction when the caller
// reaches the page. From the first link that differs, pages are fetched one by one. A
// page that was fetched ahead and refused is fetched again when the caller asks for
// it, and new predictions follow from there.
//
// The package does not know the content of a page or how to request it: the caller
// passes a function that fetches one.
package ahead

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"sync"
)

// A Get fetches the page of a query, a text with sorted keys. It calls admitted, unless
// that is nil, when the request counts against the quota, or with an error if it was
// refused.
type Get[P any] func(ctx context.Context, query string, admitted func(error)) (P, error)

// A Reader fetches the pages of one walk. Create it with [New] and call Stop in the
// end.
type Reader[P any] struct {
	fetch Get[P]
	ctx   context.Context //nolint:containedctx // a Reader lives as long as the range over a walk
	n     int             // number of pages that may be held, including the one that the caller reads

	group   context.Context //nolint:containedctx // of the requests under way
	cancel  context.CancelFunc
	running sync.WaitGroup
	queue   []*flight[P] // requested pages, in the order of the list
	last    *flight[P]   // the page requested last
	next    url.Values   // the query to request next; nil: not predicted
	step    int
	offset  int // of next
	count   int // number of all rows, from the latest page
}

// New returns a reader that holds at most n pages, or one if n is less than that.
func New[P any](ctx context.Context, n int, fetch Get[P]) *Reader[P] {
	r := &Reader[P]{fetch: fetch, ctx: ctx, n: max(1, n), cancel: func() {}}
	if r.n > 1 {
		r.group, r.cancel = context.WithCancel(ctx)
	}
	return r
}

// Stop cancels all requests under way and waits for them.
func (r *Reader[P]) Stop() {
	r.cancel()
	r.running.Wait()
	r.queue, r.n = nil, 1
}

// Get returns the page of the query that is next in the list.
func (r *Reader[P]) Get(query string) (P, error) {
	r.fill(r.n) // the caller has finished with the page before
	if len(r.queue) == 0 {
		return r.fetch(r.ctx, query, nil)
	}
	f := r.queue[0]
	r.queue = slices.Delete(r.queue, 0, 1) // so that the queue does not keep it either
	<-f.done
	if f.panicked != nil {
		panic(f.panicked) // at the place at which it would have come otherwise
	}
	if f.refused {
		// The page was refused ahead of time, and the quota may have capacity by now.
		// The pages behind it were not requested either: they would stay refused, and
		// so would all that are queued behind them.
		r.queue, r.last, r.next = nil, nil, nil
		return r.fetch(r.ctx, query, nil)
	}
	return f.page, f.err
}

// Follow sets the query that comes next, "" for none, and the number of rows in
// total. The queries after it can be predicted (foreseeable) if it contains the page
// size and the offset. Call it for the page that the caller is about to read. Pages
// hold at most rows rows each.
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

// foreseen reports whether query is the predicted one.
func (r *Reader[P]) foreseen(query string, rows int) bool {
	switch {
	case r.next == nil: // the first one: all predictions follow from it
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

// fill requests pages until that many are under way.
func (r *Reader[P]) fill(most int) {
	// The offset is less than 0 if a service drove it beyond the largest number.
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
