package ahead

import (
	"context"
	"errors"
	"sync"
)

// ErrNoEnd is the error of a page whose goroutine was ended by the Get function.
var ErrNoEnd = errors.New("the request's goroutine ended without an answer")

// A flight is a page that was requested ahead of time.
type flight[P any] struct {
	query    string
	admitted chan struct{} // closed when the request counts against the quota, or was refused
	refused  bool          // it was refused
	done     chan struct{}
	page     P
	err      error
	panicked any
}

// fly fetches the page. It enters the quota after the page before. If that one is
// refused, this one is not sent, since it would be useless.
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
