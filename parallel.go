package ll2

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"sync"
)

// An ahead gets the pages of one walk, some of them before their turn. What is
// to come it foresees from the first page's next link: the same with the offset
// stepped by the limit, as long as there is anything to expect. Each page's own
// link is compared when the page's turn comes; from the first that is another
// one, the walk goes on one by one.
type ahead[T any] struct {
	list listing[T]
	ctx  context.Context //nolint:containedctx // an ahead lives as long as the range over a walk
	n    int             // pages that may be held, the one that the caller reads among them

	group   context.Context //nolint:containedctx // of what is under way
	cancel  context.CancelFunc
	running sync.WaitGroup
	queue   []*flight[T] // asked for, in the order of their turns
	last    *flight[T]   // the last one that was asked for
	next    url.Values   // the one to ask for then; nil: not foreseen
	step    int
	offset  int // of next
	count   int // of all, as the latest page says
}

// A flight is a page that was asked for before its turn.
type flight[T any] struct {
	query    string
	admitted chan struct{} // closed when it has its place in the quota, or none
	refused  bool          // it has none
	done     chan struct{}
	page     *Page[T]
	err      error
	panicked any
}

// errNoEnd is of a flight that has not come to its end: it was not sent, because
// the one before was not, and will not be asked for either; or the transport
// ended its goroutine.
var errNoEnd = errors.New("ll2: the request's goroutine ended without an answer")

func newAhead[T any](ctx context.Context, list listing[T]) *ahead[T] {
	a := &ahead[T]{list: list, ctx: ctx, n: list.parallel}
	a.group, a.cancel = context.WithCancel(ctx)
	return a
}

// stop ends what is under way and waits for it.
func (a *ahead[T]) stop() {
	a.cancel()
	a.running.Wait()
	a.queue, a.n = nil, 1
}

// get returns the page of a query whose turn has come.
func (a *ahead[T]) get(query url.Values) (*Page[T], error) {
	a.fill(a.n) // the caller has done with the page before
	if len(a.queue) == 0 {
		return a.list.get(a.ctx, request{url: a.list.url(query)})
	}
	f := a.queue[0]
	a.queue = slices.Delete(a.queue, 0, 1) // which does not keep it either
	<-f.done
	if f.panicked != nil {
		panic(f.panicked) // where it would have come without being ahead
	}
	return f.page, f.err
}

// follow tells which query comes next, nil for none, and that there are count
// rows in all. It is called with the page that the caller is about to read.
func (a *ahead[T]) follow(query url.Values, foreseeable bool, count int) {
	switch {
	case a.n == 1:
		return
	case query == nil, !foreseeable, !a.foreseen(query):
		a.stop()
		return
	}
	a.count = count
	a.fill(a.n - 1)
}

// foreseen reports whether query is the one that was expected.
func (a *ahead[T]) foreseen(query url.Values) bool {
	switch {
	case a.next == nil: // the first one: what is to come follows from it
		a.next = query
		a.offset, _ = strconv.Atoi(query.Get(paramOffset))
		a.step, _ = strconv.Atoi(query.Get(paramLimit))
		return 0 < a.step && a.step <= MaxPageSize && a.offset > 0
	case len(a.queue) > 0:
		return a.queue[0].query == query.Encode()
	default:
		return a.next.Encode() == query.Encode()
	}
}

// fill asks for pages until so many are under way.
func (a *ahead[T]) fill(most int) {
	for a.n > 1 && a.next != nil && len(a.queue) < most && a.offset < a.count {
		f := &flight[T]{query: a.next.Encode(), admitted: make(chan struct{}), done: make(chan struct{}), err: errNoEnd}
		u, before := a.list.url(a.next), a.last
		a.running.Go(func() { f.fly(a.group, a.list, u, before) })
		a.queue, a.last = append(a.queue, f), f

		a.offset += a.step
		next := maps.Clone(a.next)
		next.Set(paramOffset, strconv.Itoa(a.offset))
		a.next = next
	}
}

// fly gets the page. It takes its place in the quota behind the page before:
// where that one is refused, this one is not sent, and so not for nothing.
func (f *flight[T]) fly(ctx context.Context, list listing[T], u *url.URL, before *flight[T]) {
	admitted := sync.OnceFunc(func() { close(f.admitted) })
	defer close(f.done)
	defer admitted()
	defer func() { f.panicked = recover() }()
	if before != nil {
		<-before.admitted
		if before.refused {
			f.refused = true
			return
		}
	}
	f.page, f.err = list.get(ctx, request{url: u, admitted: func(err error) {
		f.refused = err != nil
		admitted()
	}})
}
