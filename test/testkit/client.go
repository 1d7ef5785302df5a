// Package testkit holds the helpers that several test packages share: clients and
// calls, transports with scripted answers, and checks of errors and documents.
package testkit

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

const (
	// BaseURL is an address that does not exist. It is not the production host, so
	// that the only quota is the one that a test sets.
	BaseURL = "https://api.example/2.2.0/"

	// ListURL is the list of docking events there.
	ListURL = BaseURL + "docking_event/"

	// EventURL is event 7 there.
	EventURL = ListURL + "7/"

	// EmptyPage is a page of a list that has no events.
	EmptyPage = `{"count":0,"next":null,"previous":null,"results":[]}`

	// AnEvent is the smallest body of event 7.
	AnEvent = `{"id":7,"docking":"2024-01-31T12:00:00Z"}`

	// Canary is the token that tests use. CI searches all output of the tests
	// for it.
	Canary = "canary-token-0123456789"
)

// NewClient returns a client that sends through rt and does not wait between
// attempts, unless the options say otherwise.
func NewClient(t testing.TB, rt http.RoundTripper, opts ...ll2.Option) *ll2.Client {
	t.Helper()
	client, err := ll2.New(slices.Concat([]ll2.Option{
		ll2.WithBaseURL(BaseURL),
		ll2.WithHTTPClient(&http.Client{Transport: rt}),
		ll2.WithBackoff(0, 0),
	}, opts)...)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return client
}

// Production returns a client of the server that believes that it is talking to
// the production host.
func Production(server *ll2test.Server, opts ...ll2.Option) *ll2.Client {
	return server.Client(append([]ll2.Option{ll2.WithBaseURL(ll2.DefaultBaseURL)}, opts...)...)
}

// Through puts a transport between the client and the server.
func Through(transport func(server http.RoundTripper) RoundTripFunc, server *ll2test.Server, opts ...ll2.Option) *ll2.Client {
	return server.Client(append([]ll2.Option{
		ll2.WithHTTPClient(&http.Client{Transport: transport(server)}),
	}, opts...)...)
}

// Get gets event 1 and returns the error.
func Get(ctx context.Context, client *ll2.Client) error {
	_, err := client.DockingEvents.Get(ctx, 1)
	return err
}

// Spend gets event 1 n times. Each call must succeed.
func Spend(t *testing.T, client *ll2.Client, n int) {
	t.Helper()
	for range n {
		if err := Get(t.Context(), client); err != nil {
			t.Fatal(err)
		}
	}
}

// A Call is one kind of request: the path below the base URL, an answer, and the
// call that sends it.
type Call struct {
	Path, Body string
	Do         func(*testing.T, *ll2.Client) error
}

// Calls are all calls that send requests, by the name of the method.
var Calls = map[string]Call{
	"List": {"docking_event/", EmptyPage, func(t *testing.T, c *ll2.Client) error {
		return Listers["List"](t.Context(), c)
	}},
	"Pages": {"docking_event/", EmptyPage, func(t *testing.T, c *ll2.Client) error {
		return Listers["Pages"](t.Context(), c)
	}},
	"All": {"docking_event/", EmptyPage, func(t *testing.T, c *ll2.Client) error {
		return Listers["All"](t.Context(), c)
	}},
	"Get": {"docking_event/7/", AnEvent, func(t *testing.T, c *ll2.Client) error {
		_, err := c.DockingEvents.Get(t.Context(), 7)
		return err
	}},
	"Throttle": {"api-throttle/", `{"your_request_limit":15,"limit_frequency_secs":3600}`, func(t *testing.T, c *ll2.Client) error {
		_, err := c.Throttle(t.Context())
		return err
	}},
}
