package ahead

import (
	"context"
	"errors"
	"sync"
)

// ErrNoEnd is of a page whose goroutine was ended by what got it.
var ErrNoEnd = errors.New("the request's goroutine ended without an answer")

// A flight is a page that was asked for before its turn.
type flight[P any] struct {
	query    string
	admitted chan struct{} // closed when it has its place in the quota, or none
	refused  bool          // it has none
	done     chan struct{}
	page     P
	err      error
	panicked any
}

// fly gets the page. It takes its place in the quota behind the page before:
// where that one is refused, this one is not sent, and so not for nothing.
func (f *flight[P]) fly(ctx context.Context, fetch Get[P], before *flight[P]) {
	var once sync.Once
	settle := func(refused bool) {
		once.Do(func() {
			f.refused = refused
			close(f.admitted)
		})
	}
	defer close(f.done)
	defer settle(false)
	defer func() { f.panicked = recover() }()
	if before != nil {
		<-before.admitted
		if before.refused {
			settle(true)
			return
		}
	}
	f.page, f.err = fetch(ctx, f.query, func(err error) { settle(err != nil) })
}
