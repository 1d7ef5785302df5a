package testkit

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
)

// RoundTripFunc is an http.RoundTripper that is a function.
type RoundTripFunc func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f RoundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// NewMock returns a mock that fails the test for a request that has no
// responder, rather than answering it with an error that a retry hides.
func NewMock(t testing.TB) *httpmock.MockTransport {
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(func(req *http.Request) (*http.Response, error) {
		t.Errorf("unexpected request: %s %s", req.Method, req.URL)
		return httpmock.NewStringResponse(http.StatusTeapot, ""), nil
	})
	return mock
}

// SendsNothing fails the test for any request.
func SendsNothing(t testing.TB) http.RoundTripper {
	return RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent: %s", req.URL)
		return nil, errors.New("nothing should be sent")
	})
}

// RewritingPages lets edit change each page of the server before the client
// sees it; n counts the pages from 1.
func RewritingPages(edit func(n int, page map[string]any)) func(http.RoundTripper) RoundTripFunc {
	n := 0
	return func(server http.RoundTripper) RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			resp, err := server.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			var page map[string]any
			if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
				return nil, err
			}
			n++
			edit(n, page)
			body, err := json.Marshal(page)
			if err != nil {
				return nil, err
			}
			resp.Body = io.NopCloser(strings.NewReader(string(body)))
			resp.ContentLength = int64(len(body))
			return resp, nil
		}
	}
}

// Echoing is a server that sends back in a header what it was sent.
func Echoing(server http.RoundTripper) RoundTripFunc {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := server.RoundTrip(req)
		if resp != nil {
			resp.Header["X-Echo"] = req.Header["Authorization"]
		}
		return resp, err
	}
}
