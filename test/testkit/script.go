package testkit

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Answer answers one request.
type Answer func(*http.Request) (*http.Response, error)

// Status answers with a status, a body, and headers as alternating keys and
// values.
func Status(code int, body string, headers ...string) Answer {
	return func(req *http.Request) (*http.Response, error) {
		return NewResponse(req, code, strings.NewReader(body), headers...), nil
	}
}

// Breaks is a request that comes to nothing.
func Breaks(err error) Answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// BreaksOff is a 200 whose body ends in an error.
func BreaksOff(body string, err error) Answer {
	return func(req *http.Request) (*http.Response, error) {
		return NewResponse(req, http.StatusOK, io.MultiReader(strings.NewReader(body), errReader{err})), nil
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// Hangs answers when the request's context ends.
func Hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// hangingBody is a body that stops coming and breaks off with its request.
type hangingBody struct {
	ctx context.Context //nolint:containedctx // a body ends with its request's
}

func (b hangingBody) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

// HangsInTheBody is a 200 whose body never comes: reading it blocks until the
// request's context ends.
func HangsInTheBody(req *http.Request) (*http.Response, error) {
	return NewResponse(req, http.StatusOK, hangingBody{req.Context()}), nil
}

// NewResponse returns an answer to the request as net/http would, with headers as
// alternating keys and values.
func NewResponse(req *http.Request, code int, body io.Reader, headers ...string) *http.Response {
	header := make(http.Header)
	for pair := range slices.Chunk(headers, 2) {
		header.Add(pair[0], pair[1])
	}
	return &http.Response{
		StatusCode: code, Status: fmt.Sprintf("%d %s", code, http.StatusText(code)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(body), ContentLength: -1, Request: req,
	}
}

// A Script answers its first request with its first answer, and so on; the last
// answer is for all that follow. It records when each request came.
type Script struct {
	mu       sync.Mutex
	answers  []Answer
	Requests []*http.Request // in the order in which they came; to be read when none is under way
	at       []time.Time
}

// NewScript returns a script with at least one answer.
func NewScript(answers ...Answer) *Script { return &Script{answers: answers} }

// RoundTrip gives the next answer.
func (s *Script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.Requests, s.at = append(s.Requests, req), append(s.at, time.Now())
	next := s.answers[min(len(s.Requests), len(s.answers))-1]
	s.mu.Unlock()
	return next(req)
}

// Sent returns how many requests came.
func (s *Script) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.Requests)
}

// Gaps returns how long after the one before each request came.
func (s *Script) Gaps() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var gaps []time.Duration
	for i := 1; i < len(s.at); i++ {
		gaps = append(gaps, s.at[i].Sub(s.at[i-1]))
	}
	return gaps
}
