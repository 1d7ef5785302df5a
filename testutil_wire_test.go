package ll2_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/docking-event/ll2"
)

const (
	// wireBase is an address of nobody's: not the production host, so that no
	// quota holds but the one a test asks for.
	wireBase = "https://api.example/2.2.0/"
	wireList = wireBase + "docking_event/"

	emptyPage = `{"count":0,"next":null,"previous":null,"results":[]}`

	canary = "canary-token-0123456789"
)

// newWireClient returns a client that sends through rt and does not wait between
// attempts, unless the options say otherwise.
func newWireClient(t testing.TB, rt http.RoundTripper, opts ...ll2.Option) *ll2.Client {
	t.Helper()
	client, err := ll2.New(slices.Concat([]ll2.Option{
		ll2.WithBaseURL(wireBase),
		ll2.WithHTTPClient(&http.Client{Transport: rt}),
		ll2.WithBackoff(0, 0),
	}, opts)...)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return client
}

// newWireMock returns a mock that fails the test for a request that has no
// responder, rather than answering it with an error that a retry hides.
func newWireMock(t testing.TB) *httpmock.MockTransport {
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(func(req *http.Request) (*http.Response, error) {
		t.Errorf("unexpected request: %s %s", req.Method, req.URL)
		return httpmock.NewStringResponse(http.StatusTeapot, ""), nil
	})
	return mock
}

// A roundTripFunc is an http.RoundTripper.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// sendsNothing fails the test for any request.
func sendsNothing(t testing.TB) http.RoundTripper {
	return roundTripFunc(func(req *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent: %s", req.URL)
		return nil, errors.New("nothing should be sent")
	})
}

// An answer is what becomes of one request.
type answer func(*http.Request) (*http.Response, error)

// status answers with a status, a body, and headers as alternating keys and
// values.
func status(code int, body string, headers ...string) answer {
	return func(req *http.Request) (*http.Response, error) {
		return newResponse(req, code, strings.NewReader(body), headers...), nil
	}
}

// breaks is a request that comes to nothing.
func breaks(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// breaksOff is a 200 whose body ends in an error.
func breaksOff(body string, err error) answer {
	return func(req *http.Request) (*http.Response, error) {
		return newResponse(req, http.StatusOK, io.MultiReader(strings.NewReader(body), errReader{err})), nil
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// hangs answers when the request's context ends.
func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func newResponse(req *http.Request, code int, body io.Reader, headers ...string) *http.Response {
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

// A script answers its first request with its first answer, and so on; the last
// answer is for all that follow. It records when each request came.
type script struct {
	mu       sync.Mutex
	answers  []answer
	requests []*http.Request
	at       []time.Time
}

func newScript(answers ...answer) *script { return &script{answers: answers} }

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.requests, s.at = append(s.requests, req), append(s.at, time.Now())
	next := s.answers[min(len(s.requests), len(s.answers))-1]
	s.mu.Unlock()
	return next(req)
}

// sent returns how many requests came.
func (s *script) sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// gaps returns how long after the one before each request came.
func (s *script) gaps() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var gaps []time.Duration
	for i := 1; i < len(s.at); i++ {
		gaps = append(gaps, s.at[i].Sub(s.at[i-1]))
	}
	return gaps
}

// listers are the ways to ask for a list; each returns its first error.
var listers = map[string]func(context.Context, *ll2.Client, ...ll2.ListOption) error{
	"List": func(ctx context.Context, c *ll2.Client, opts ...ll2.ListOption) error {
		_, err := c.DockingEvents.List(ctx, opts...)
		return err
	},
	"Pages": func(ctx context.Context, c *ll2.Client, opts ...ll2.ListOption) error {
		_, err := ll2.Collect(c.DockingEvents.Pages(ctx, opts...))
		return err
	},
	"All": func(ctx context.Context, c *ll2.Client, opts ...ll2.ListOption) error {
		_, err := ll2.Collect(c.DockingEvents.All(ctx, opts...))
		return err
	},
}

// listOnce asks for a page and returns the error.
func listOnce(t testing.TB, client *ll2.Client, opts ...ll2.ListOption) error {
	t.Helper()
	_, err := client.DockingEvents.List(t.Context(), opts...)
	return err
}

// wantError checks that err is there and that its text holds each of the parts.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	if text := err.Error(); !strings.HasPrefix(text, "ll2: ") || strings.ContainsAny(text, "\r\n") {
		t.Errorf("error %q is not one line that begins with \"ll2: \"", text)
	} else if strings.Count(text, "ll2: ") > 1 {
		t.Errorf("error %q says \"ll2: \" more than once", text)
	}
}

// asError returns the error of type T in err, and fails the test without one.
func asError[T error](t testing.TB, err error) T {
	t.Helper()
	var target T
	if !errors.As(err, &target) {
		t.Fatalf("error %v (%T) is not a %T", err, err, target)
	}
	return target
}
