// Package steps lets a test follow work step by step, as net/http/httptrace does for
// a request. The test can end the process before a step, or make the step fail.
package steps

import "context"

type key struct{}

// With returns a context under which [At] calls before with the name of each step,
// before the step is made. An error from before becomes the error of the step.
func With(ctx context.Context, before func(step string) error) context.Context {
	return context.WithValue(ctx, key{}, before)
}

// At announces the next step. It returns an error only under [With].
func At(ctx context.Context, step string) error {
	if before, ok := ctx.Value(key{}).(func(step string) error); ok {
		return before(step)
	}
	return nil
}
