// Package steps lets a test follow a piece of work step by step, as net/http/httptrace
// lets one follow a request: to end the process before a step, or to make it fail.
package steps

import "context"

type key struct{}

// With returns a context under which [At] calls before with the name of each step,
// before the step is made. An error from before is the step's own.
func With(ctx context.Context, before func(step string) error) context.Context {
	return context.WithValue(ctx, key{}, before)
}

// At says that a step comes next. It returns an error only under [With].
func At(ctx context.Context, step string) error {
	if before, ok := ctx.Value(key{}).(func(step string) error); ok {
		return before(step)
	}
	return nil
}
