// Package hint is what packages of this module tell one another through a context or
// an error, where the public surface has no word for it: that a request is not to be
// repeated, which requests are of one walk, what an answer holds without a body, and
// which errors are complete as they are. It knows nothing of requests, walks or copies.
package hint

import (
	"context"
	"errors"
	"sync"
)

type onceKey struct{}

// Once returns a context whose requests are not retried.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

// IsOnce reports whether requests are not to be retried.
func IsOnce(ctx context.Context) bool { return ctx.Value(onceKey{}) != nil }

type walkKey struct{}

// A walk holds what was kept for each owner.
type walk struct {
	mu   sync.Mutex
	kept map[any]any // nil as long as nothing is
}

// Walk returns a context for the requests of one walk.
func Walk(ctx context.Context) context.Context {
	return context.WithValue(ctx, walkKey{}, new(walk))
}

// Keep returns what choose returned at the first call by this owner within the walk
// that ctx is of, so that all requests of the walk see the same. After an error the
// next call chooses again. Outside of a walk each call chooses. What is kept goes
// with the walk.
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

// A Ready is what a transport answers with besides a body that need not be read then.
type Ready[T any] struct {
	value T
	given bool
}

// WithReady returns a context under which a transport may answer with a T, and where to
// look for that. An outer one is for other requests.
func WithReady[T any](ctx context.Context) (context.Context, *Ready[T]) {
	r := new(Ready[T])
	return context.WithValue(ctx, readyKey[T]{}, r), r
}

// ReadyOf returns where to put a T, nil if a body is wanted.
func ReadyOf[T any](ctx context.Context) *Ready[T] {
	r, _ := ctx.Value(readyKey[T]{}).(*Ready[T])
	return r
}

// Give answers with a value.
func (r *Ready[T]) Give(value T) { r.value, r.given = value, true }

// Take returns what was given, once.
func (r *Ready[T]) Take() (value T, given bool) {
	value, given = r.value, r.given
	*r = Ready[T]{}
	return value, given
}

// A FinalError is an error of a transport that says all there is to say: its text begins
// with a prefix, and nobody puts words before it or sends the request again.
type FinalError struct{ Err error }

// Error is that of Err.
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
