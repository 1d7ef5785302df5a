// Package hint passes information between packages of this module through a context
// or an error, where the public API has no way to do so: that a request must not be
// retried, which requests belong to one walk through a list, the value that an answer
// has instead of a body, and which errors are already complete. It knows nothing
// about requests, walks or copies.
package hint

import (
	"context"
	"errors"
	"sync"
)

type onceKey struct{}

// Once returns a context whose requests are not retried.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

// IsOnce reports whether requests must not be retried.
func IsOnce(ctx context.Context) bool { return ctx.Value(onceKey{}) != nil }

type walkKey struct{}

// A walk holds the kept value of each owner.
type walk struct {
	mu   sync.Mutex
	kept map[any]any // nil as long as nothing is
}

// Walk returns a context for the requests of one walk.
func Walk(ctx context.Context) context.Context {
	return context.WithValue(ctx, walkKey{}, new(walk))
}

// Keep returns the result of choose at the first call by this owner in the walk of
// ctx, so that all requests of the walk use the same value. After an error the next
// call chooses again. Outside of a walk each call chooses. The value is kept as long
// as the walk.
func Keep[T any](ctx context.Context, owner any, choose func() (T, error)) (T, error) {
	w, ok := ctx.Value(walkKey{}).(*walk)
	if !ok {
		return choose()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if kept, ok := w.kept[owner].(T); ok {
		return kept, nil
	}
	chosen, err := choose()
	if err == nil {
		if w.kept == nil {
			w.kept = make(map[any]any)
		}
		w.kept[owner] = chosen
	}
	return chosen, err
}

type readyKey[T any] struct{}

// A Ready holds the value with which a transport answers instead of a body.
type Ready[T any] struct {
	value T
	given bool
}

// WithReady returns a context in which a transport may answer with a T, and the Ready
// that receives it. A Ready of an outer context is for other requests.
func WithReady[T any](ctx context.Context) (context.Context, *Ready[T]) {
	r := new(Ready[T])
	return context.WithValue(ctx, readyKey[T]{}, r), r
}

// ReadyOf returns the Ready that takes a T, or nil if a body is wanted.
func ReadyOf[T any](ctx context.Context) *Ready[T] {
	r, _ := ctx.Value(readyKey[T]{}).(*Ready[T])
	return r
}

// Give answers with a value.
func (r *Ready[T]) Give(value T) { r.value, r.given = value, true }

// Take returns the given value. It can be taken once.
func (r *Ready[T]) Take() (value T, given bool) {
	value, given = r.value, r.given
	*r = Ready[T]{}
	return value, given
}

// A FinalError is a complete error of a transport: its text begins with a prefix, no
// caller adds words to it, and the request is not sent again.
type FinalError struct{ Err error }

// Error returns the text of Err.
func (e *FinalError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *FinalError) Unwrap() error { return e.Err }

// FinalOf returns the FinalError that err wraps, or nil.
func FinalOf(err error) error {
	if err == nil {
		return nil // without an allocation, as for nearly every request
	}
	var final *FinalError
	if errors.As(err, &final) {
		return final
	}
	return nil
}
