package secrets_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

func TestRedirectWithinTheOriginIsFollowedWithTheToken(t *testing.T) {
	t.Parallel()
	for _, location := range []string{
		"/elsewhere/", "elsewhere/", "?again=1",
		"https://api.example/elsewhere/", "https://api.example:443/elsewhere/", "//api.example/elsewhere/",
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			transport := testkit.NewScript(testkit.Status(code, "", "Location", location), testkit.Status(http.StatusOK, testkit.EmptyPage))
			client := testkit.NewClient(t, transport, ll2.WithToken(testkit.Canary))
			if err := testkit.ListOnce(t, client); err != nil {
				t.Errorf("%d to %s: %v", code, location, err)
				continue
			}
			if got := transport.Requests[1].Header.Get("Authorization"); got != "Token "+testkit.Canary {
				t.Errorf("%d to %s: sent Authorization %q", code, location, got)
			}
		}
	}
}

func TestRedirectToAnotherOriginIsRefused(t *testing.T) {
	t.Parallel()
	for location, names := range map[string]string{
		"https://evil.example/2.2.0/docking_event/":     "https://evil.example",
		"https://sub.api.example/2.2.0/docking_event/":  "https://sub.api.example",
		"https://api.example:444/2.2.0/docking_event/":  "https://api.example:444",
		"http://api.example/2.2.0/docking_event/":       "http://api.example",
		"http://api.example:443/2.2.0/docking_event/":   "http://api.example:443",
		"//evil.example/2.2.0/docking_event/":           "https://evil.example",
		"https://api.example.evil.example/":             "https://api.example.evil.example",
		"https://api.example@evil.example/":             "https://evil.example",
		"ftp://api.example/2.2.0/docking_event/":        "ftp://api.example",
		"https://api.example.:443/2.2.0/docking_event/": "https://api.example.",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			for name, call := range testkit.Calls {
				transport := testkit.NewScript(testkit.Status(http.StatusFound, "<html>moved</html>", "Location", location))
				err := call.Do(t, testkit.NewClient(t, transport, ll2.WithToken(testkit.Canary)))
				testkit.WantError(t, err, "302", "redirect to "+names, "refused")
				if api := testkit.AsError[*ll2.APIError](t, err); api.StatusCode != 302 || string(api.Body) != "<html>moved</html>" || api.Attempts != 1 {
					t.Errorf("%s: the error is %+v", name, api)
				}
				if !errors.Is(err, ll2.ErrForeignLink) {
					t.Errorf("%s: %v is not ErrForeignLink", name, err)
				}
				if n := transport.Sent(); n != 1 {
					t.Errorf("%s sent %d requests, want 1: %s must not be asked, nor the redirect be retried", name, n, location)
				}
			}
		})
	}
}

// A redirect to another origin at the second step is refused as well.
func TestRedirectWithinTheOriginAndThenAwayIsRefused(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(
		testkit.Status(http.StatusFound, "", "Location", "/elsewhere/"),
		testkit.Status(http.StatusFound, "", "Location", "https://evil.example/"))
	err := testkit.ListOnce(t, testkit.NewClient(t, transport, ll2.WithToken(testkit.Canary)))
	testkit.WantError(t, err, "https://api.example/elsewhere/", "https://evil.example")
	if !errors.Is(err, ll2.ErrForeignLink) || transport.Sent() != 2 {
		t.Errorf("%v after %d requests, want ErrForeignLink after 2", err, transport.Sent())
	}
}

// The same with real sockets: nothing at all arrives at the other port.
func TestRedirectToAnotherServerNeverArrivesThere(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		if auth := r.Header.Get("Authorization"); auth != "" {
			t.Errorf("the other server was sent %q", auth)
		}
		_, _ = io.WriteString(w, testkit.EmptyPage)
	}))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.RequestURI(), http.StatusMovedPermanently)
	}))
	defer server.Close()
	client := testkit.NewClient(t, nil, ll2.WithHTTPClient(server.Client()), ll2.WithBaseURL(server.URL), ll2.WithToken(testkit.Canary))
	err := testkit.ListOnce(t, client)
	testkit.WantError(t, err, "redirect to "+other.URL+" refused")
	if !errors.Is(err, ll2.ErrForeignLink) || arrived.Load() != 0 {
		t.Errorf("%v, and %d requests arrived; want ErrForeignLink and none", err, arrived.Load())
	}
}

// The service writes the links as it saw itself: behind a proxy that can be
// http, or another host.
func TestNextLinksHostIsNeverContacted(t *testing.T) {
	t.Parallel()
	mock := testkit.NewMock(t)
	page := func(next string, id string) func(*http.Request) (*http.Response, error) {
		return testkit.Status(http.StatusOK, `{"count":3,"previous":null,"next":`+next+`,"results":[{"id":`+id+`,"docking":"2024-01-31T12:00:00Z"}]}`)
	}
	mock.RegisterResponderWithQuery(http.MethodGet, testkit.ListURL, "limit=1&ordering=docking,id",
		page(`"http://evil.example:81/2.2.0/docking_event/?format=api&limit=1&offset=1&ordering=docking%2Cid"`, "1"))
	mock.RegisterResponderWithQuery(http.MethodGet, testkit.ListURL, "limit=1&offset=1&ordering=docking,id",
		page(`"//evil.example/docking_event/?limit=1&offset=2&ordering=docking%2Cid"`, "2"))
	mock.RegisterResponderWithQuery(http.MethodGet, testkit.ListURL, "limit=1&offset=2&ordering=docking,id", page("null", "3"))
	events, err := ll2.Collect(testkit.NewClient(t, mock, ll2.WithToken(testkit.Canary)).DockingEvents.All(t.Context(), ll2.PageSize(1)))
	if err != nil || len(events) != 3 {
		t.Errorf("walked %d events, %v, want 3", len(events), err)
	}
}
