package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// spans stands for a tracing transport such as otelhttp's: it sees every
// attempt, retries too, with the context that the caller gave.
type spans struct {
	base http.RoundTripper
	out  io.Writer
}

// RoundTrip prints a span when the headers of the answer are in. It prints the
// path and the query, never the headers of the request, one of which can be the
// token.
func (s spans) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.base.RoundTrip(req)
	result := "no answer"
	if err == nil {
		result = resp.Status
	}
	fmt.Fprintf(s.out, "span: %v > %s %s: %s\n", req.Context().Value(spanKey{}), req.Method, req.URL.RequestURI(), result)
	return resp, err
}

type spanKey struct{}

// withSpan stands for the Start of a tracer.
func withSpan(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, spanKey{}, name)
}
