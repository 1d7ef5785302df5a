package testkit

import (
	"context"
	"net/http"

	"github.com/docking-event/ll2/ll2test"
)

// Statuses counts the answers of the server by status.
func Statuses(server *ll2test.Server) map[int]int {
	count := make(map[int]int)
	for _, req := range server.Requests() {
		count[req.Status]++
	}
	return count
}

// LimiterFunc is a Limiter that is a function.
type LimiterFunc func(context.Context) error

// Wait calls f.
func (f LimiterFunc) Wait(ctx context.Context) error { return f(ctx) }

// RetryAfter is an answer with a Retry-After header.
func RetryAfter(status int, value string) ll2test.Fault {
	return ll2test.Fault{Status: status, Header: http.Header{"Retry-After": {value}}}
}
