package ll2_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// oneRequest makes a call and returns the one request that it sent.
func oneRequest(t *testing.T, call string, opts ...ll2.Option) *http.Request {
	t.Helper()
	transport := testkit.NewScript(testkit.Status(http.StatusOK, testkit.Calls[call].Body))
	if err := testkit.Calls[call].Do(t, testkit.NewClient(t, transport, opts...)); err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	if n := transport.Sent(); n != 1 {
		t.Fatalf("%s sent %d requests, want 1", call, n)
	}
	return transport.Requests[0]
}

func TestRequestIsGETOfAPathWithTrailingSlash(t *testing.T) {
	t.Parallel()
	for name, call := range testkit.Calls {
		req := oneRequest(t, name)
		if got, want := req.Method+" "+req.URL.Path, "GET /2.2.0/"+call.Path; got != want {
			t.Errorf("%s sent %s, want %s", name, got, want)
		}
		if req.Body != nil && req.Body != http.NoBody || req.ContentLength != 0 {
			t.Errorf("%s sent a body", name)
		}
		if req.URL.Fragment != "" || req.URL.User != nil {
			t.Errorf("%s asked %s", name, req.URL)
		}
	}
}

// With a format in the query, the links of the answer lead to HTML.
func TestRequestNamesNoFormat(t *testing.T) {
	t.Parallel()
	for name := range testkit.Calls {
		if req := oneRequest(t, name); req.URL.Query().Has("format") {
			t.Errorf("%s asked %s", name, req.URL)
		}
	}
}

func TestOnlyListsHaveAQuery(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Get", "Throttle"} {
		if req := oneRequest(t, name); req.URL.RawQuery != "" || req.URL.ForceQuery {
			t.Errorf("%s asked %s", name, req.URL)
		}
	}
}

// These and no others: net/http asks for gzip by itself, and takes it off again
// only where it has asked itself.
func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	for name := range testkit.Calls {
		got := oneRequest(t, name).Header
		want := http.Header{"Accept": {"application/json"}, "User-Agent": {"ll2-go/" + ll2.Version}}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestUserAgentNamesTheAppFirst(t *testing.T) {
	t.Parallel()
	for app, want := range map[string]string{
		"my-app/1.2":            "my-app/1.2 ll2-go/" + ll2.Version,
		"  my-app ":             "my-app ll2-go/" + ll2.Version,
		"my app/1 (+https://x)": "my app/1 (+https://x) ll2-go/" + ll2.Version,
	} {
		for name := range testkit.Calls {
			if got := oneRequest(t, name, ll2.WithUserAgent(app)).Header["User-Agent"]; !slices.Equal(got, []string{want}) {
				t.Errorf("%s sent User-Agent %q, want %q", name, got, want)
			}
		}
	}
}

func TestTokenIsSentAsToken(t *testing.T) {
	t.Parallel()
	for name := range testkit.Calls {
		want := []string{"Token " + testkit.Canary}
		if got := oneRequest(t, name, ll2.WithToken(testkit.Canary)).Header["Authorization"]; !slices.Equal(got, want) {
			t.Errorf("%s sent Authorization %q, want %q", name, got, want)
		}
	}
}

func TestBaseURLIsWhatPathsAreAppendedTo(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://api.example":                "https://api.example/2.2.0/",
		"https://api.example/":               "https://api.example/2.2.0/",
		"https://api.example/2.3.0":          "https://api.example/2.2.0/",
		"http://api.example:8080":            "http://api.example:8080/2.2.0/",
		"http://[::1]:8080/2.2.0":            "http://[::1]:8080/2.2.0/",
		"https://proxy.example/ll2/v/2.2.0":  "https://proxy.example/ll2/v/2.2.0/",
		"https://proxy.example/ll2/v/2.2.0/": "https://proxy.example/ll2/v/2.2.0/",
		"https://proxy.example/a%20b%2Fc":    "https://proxy.example/a%20b%2Fc/2.2.0/",
		ll2.DefaultBaseURL:                   "https://ll.thespacedevs.com/2.2.0/",
		ll2.DevelopmentBaseURL:               "https://lldev.thespacedevs.com/2.2.0/",
	} {
		for name, call := range testkit.Calls {
			u := *oneRequest(t, name, ll2.WithBaseURL(base)).URL
			u.RawQuery = ""
			if got := u.String(); got != want+call.Path {
				t.Errorf("%s with base URL %s asked %s, want %s", name, base, got, want+call.Path)
			}
		}
	}
}

func TestGzipIsDecoded(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("Accept-Encoding is %q, want gzip", r.Header["Accept-Encoding"])
		}
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		_, _ = io.WriteString(zip, testkit.AnEvent)
		_ = zip.Close()
	}))
	defer server.Close()
	client := testkit.NewClient(t, nil, ll2.WithHTTPClient(server.Client()), ll2.WithBaseURL(server.URL))
	event, err := client.DockingEvents.Get(t.Context(), 7)
	if err != nil || event.ID != 7 {
		t.Errorf("got %+v, %v", event, err)
	}
}

// Transports that are not net/http's may leave out what net/http never does.
func TestAnswerWithoutHeaderOrRequestDoesNotPanic(t *testing.T) {
	t.Parallel()
	for _, code := range []int{200, 204, 302, 401, 404, 429, 503} {
		for name, call := range testkit.Calls {
			client := testkit.NewClient(t, testkit.RoundTripFunc(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader(call.Body))}, nil
			}), ll2.WithToken(testkit.Canary))
			if err := call.Do(t, client); (err == nil) != (code/100 == 2) {
				t.Errorf("%s answered with a bare %d: %v", name, code, err)
			}
			client = testkit.NewClient(t, testkit.RoundTripFunc(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: code}, nil
			}))
			if err := call.Do(t, client); err == nil {
				t.Errorf("%s took a %d without a body for an answer", name, code)
			}
		}
	}
}

// A transport can be broken in ways of its own.
func TestBrokenRoundTripperDoesNotPanic(t *testing.T) {
	t.Parallel()
	for name, call := range testkit.Calls {
		client := testkit.NewClient(t, testkit.RoundTripFunc(func(*http.Request) (*http.Response, error) { return nil, nil }))
		if err := call.Do(t, client); err == nil {
			t.Errorf("%s took nothing for an answer", name)
		}
	}
}

func TestTooManyRedirectsAreNotRetried(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(http.StatusFound, "", "Location", testkit.ListURL))
	err := testkit.ListOnce(t, testkit.NewClient(t, transport))
	testkit.WantError(t, err, "10 redirects")
	if n := transport.Sent(); n != 10 {
		t.Errorf("sent %d requests, want 10", n)
	}
}

func TestCallersCheckRedirect(t *testing.T) {
	t.Parallel()
	refusal := errors.New("not this one")
	for name, tc := range map[string]struct {
		err      error
		location string
		sent     int
		check    func(error) bool
	}{
		"refuses":            {refusal, "/elsewhere/", 1, func(err error) bool { return errors.Is(err, refusal) }},
		"takes the redirect": {http.ErrUseLastResponse, "/elsewhere/", 1, testkit.IsStatus(302)},
		"cannot allow more":  {nil, "https://evil.example/", 1, func(err error) bool { return errors.Is(err, ll2.ErrForeignLink) }},
	} {
		transport := testkit.NewScript(testkit.Status(http.StatusFound, "", "Location", tc.location))
		client := testkit.NewClient(t, nil, ll2.WithHTTPClient(&http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return tc.err },
		}))
		err := testkit.ListOnce(t, client)
		testkit.WantError(t, err)
		if !tc.check(err) || transport.Sent() != tc.sent {
			t.Errorf("%s: %v after %d requests, want %d", name, err, transport.Sent(), tc.sent)
		}
	}
}

// There is no redirect where there is no place to go: the answer is one like
// any other that is not 2xx.
func TestRedirectThatNamesNoPlaceIsAnAPIError(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]string{
		"no Location":      nil,
		"damaged Location": {"Location", "https://api example/%zz"},
		"not a redirect":   {"Location", "/elsewhere/", "ETag", "x"},
	} {
		code := http.StatusFound
		if name == "not a redirect" {
			code = http.StatusNotModified
		}
		transport := testkit.NewScript(testkit.Status(code, "gone somewhere", headers...))
		err := testkit.ListOnce(t, testkit.NewClient(t, transport))
		testkit.WantError(t, err)
		if !testkit.IsStatus(code)(err) || errors.Is(err, ll2.ErrForeignLink) || transport.Sent() != 1 {
			t.Errorf("%s: %v (%T) after %d requests, want an *APIError after 1", name, err, err, transport.Sent())
		}
	}
}

// A RoundTripper must not change the request that it is given, but some do.
func TestWhatATransportDoesToItsRequestReachesNoOtherAttempt(t *testing.T) {
	t.Parallel()
	var asked []string
	transport := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		asked = append(asked, req.URL.String()+" "+req.Host+" "+strings.Join(req.Header["Accept"], "")+strings.Join(req.Header["User-Agent"], "")+req.Header.Get("Mine"))
		req.Header["Accept"][0], req.Header["User-Agent"][0] = "text/html", "mine"
		req.Header.Set("Mine", "mine")
		req.URL.RawQuery, req.URL.Host, req.Host = "mine", "mine.example", "mine.example"
		return testkit.NewResponse(req, http.StatusBadGateway, strings.NewReader("")), nil
	})
	client := testkit.NewClient(t, transport, ll2.WithRetries(2), ll2.WithBackoff(0, 0))
	for range 2 {
		if err := testkit.ListOnce(t, client); !errors.Is(err, ll2.ErrUnavailable) {
			t.Error(err)
		}
	}
	if len(asked) != 6 || len(slices.Compact(slices.Clone(asked))) != 1 || strings.Contains(asked[0], "mine") {
		t.Errorf("asked %q, want six times the same", asked)
	}
}
