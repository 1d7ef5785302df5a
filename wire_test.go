package ll2_test

import (
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
)

const anEvent = `{"id":7}`

// calls are all that a client can ask, with the path below the base URL that it
// asks and an answer.
var calls = map[string]struct {
	path, body string
	do         func(*testing.T, *ll2.Client) error
}{
	"List": {"docking_event/", emptyPage, func(t *testing.T, c *ll2.Client) error {
		return listers["List"](t.Context(), c)
	}},
	"Pages": {"docking_event/", emptyPage, func(t *testing.T, c *ll2.Client) error {
		return listers["Pages"](t.Context(), c)
	}},
	"All": {"docking_event/", emptyPage, func(t *testing.T, c *ll2.Client) error {
		return listers["All"](t.Context(), c)
	}},
	"Get": {"docking_event/7/", anEvent, func(t *testing.T, c *ll2.Client) error {
		_, err := c.DockingEvents.Get(t.Context(), 7)
		return err
	}},
	"Throttle": {"api-throttle/", `{"your_request_limit":15,"limit_frequency_secs":3600}`, func(t *testing.T, c *ll2.Client) error {
		_, err := c.Throttle(t.Context())
		return err
	}},
}

// oneRequest makes a call and returns the one request that it sent.
func oneRequest(t *testing.T, call string, opts ...ll2.Option) *http.Request {
	t.Helper()
	transport := newScript(status(http.StatusOK, calls[call].body))
	if err := calls[call].do(t, newWireClient(t, transport, opts...)); err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	if n := transport.sent(); n != 1 {
		t.Fatalf("%s sent %d requests, want 1", call, n)
	}
	return transport.requests[0]
}

func TestRequestIsGETOfAPathWithTrailingSlash(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		req := oneRequest(t, name)
		if got, want := req.Method+" "+req.URL.Path, "GET /2.2.0/"+call.path; got != want {
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

// Whoever asks for a format gets links that answer in HTML.
func TestRequestNamesNoFormat(t *testing.T) {
	t.Parallel()
	for name := range calls {
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
	for name := range calls {
		got := oneRequest(t, name).Header
		want := http.Header{"Accept": {"application/json"}, "User-Agent": {"ll2-go/" + ll2.Version}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestUserAgentNamesTheAppFirst(t *testing.T) {
	t.Parallel()
	for app, want := range map[string]string{
		"my-app/1.2":            "my-app/1.2 ll2-go/0.1.0",
		"  my-app ":             "my-app ll2-go/0.1.0",
		"my app/1 (+https://x)": "my app/1 (+https://x) ll2-go/0.1.0",
	} {
		for name := range calls {
			if got := oneRequest(t, name, ll2.WithUserAgent(app)).Header["User-Agent"]; !slices.Equal(got, []string{want}) {
				t.Errorf("%s sent User-Agent %q, want %q", name, got, want)
			}
		}
	}
}

func TestTokenIsSentAsToken(t *testing.T) {
	t.Parallel()
	for name := range calls {
		want := []string{"Token " + canary}
		if got := oneRequest(t, name, ll2.WithToken(canary)).Header["Authorization"]; !slices.Equal(got, want) {
			t.Errorf("%s sent Authorization %q, want %q", name, got, want)
		}
	}
}

// A retry is the same request again.
func TestRetryRepeatsTheRequest(t *testing.T) {
	t.Parallel()
	transport := newScript(status(http.StatusBadGateway, ""), breaks(io.ErrUnexpectedEOF), status(http.StatusOK, emptyPage))
	if err := listOnce(t, newWireClient(t, transport, ll2.WithToken(canary)), ll2.ForSpaceStation(4)); err != nil {
		t.Fatal(err)
	}
	first := transport.requests[0]
	for _, again := range transport.requests[1:] {
		if again.Method != first.Method || again.URL.String() != first.URL.String() {
			t.Errorf("retried %s %s as %s %s", first.Method, first.URL, again.Method, again.URL)
		}
		if diff := cmp.Diff(first.Header, again.Header); diff != "" {
			t.Errorf("a retry's headers differ (-first +again):\n%s", diff)
		}
	}
}

func TestBaseURLIsWhatPathsAreAppendedTo(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://api.example":                "https://api.example/",
		"https://api.example/":               "https://api.example/",
		"http://api.example:8080":            "http://api.example:8080/",
		"http://[::1]:8080/2.2.0":            "http://[::1]:8080/2.2.0/",
		"https://proxy.example/ll2/v/2.2.0":  "https://proxy.example/ll2/v/2.2.0/",
		"https://proxy.example/ll2/v/2.2.0/": "https://proxy.example/ll2/v/2.2.0/",
		"https://proxy.example/a%20b%2Fc":    "https://proxy.example/a%20b%2Fc/",
		ll2.DefaultBaseURL:                   "https://ll.thespacedevs.com/2.2.0/",
		ll2.DevelopmentBaseURL:               "https://lldev.thespacedevs.com/2.2.0/",
	} {
		for name, call := range calls {
			u := *oneRequest(t, name, ll2.WithBaseURL(base)).URL
			u.RawQuery = ""
			if got := u.String(); got != want+call.path {
				t.Errorf("%s with base URL %s asked %s, want %s", name, base, got, want+call.path)
			}
		}
	}
}

func TestDefaultIsTheProductionService(t *testing.T) {
	t.Parallel()
	transport := newScript(status(http.StatusOK, anEvent))
	client, err := ll2.New(ll2.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DockingEvents.Get(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if got, want := transport.requests[0].URL.String(), "https://ll.thespacedevs.com/2.2.0/docking_event/7/"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

// The service writes the links as it saw itself: behind a proxy that can be
// http, or another host.
func TestNextLinksHostIsNeverContacted(t *testing.T) {
	t.Parallel()
	mock := newWireMock(t)
	page := func(next string, id string) func(*http.Request) (*http.Response, error) {
		return status(http.StatusOK, `{"count":3,"previous":null,"next":`+next+`,"results":[{"id":`+id+`}]}`)
	}
	mock.RegisterResponderWithQuery(http.MethodGet, wireList, "limit=1&ordering=docking,id",
		page(`"http://evil.example:81/2.2.0/docking_event/?format=api&limit=1&offset=1&ordering=docking%2Cid"`, "1"))
	mock.RegisterResponderWithQuery(http.MethodGet, wireList, "limit=1&offset=1&ordering=docking,id",
		page(`"//evil.example/docking_event/?limit=1&offset=2&ordering=docking%2Cid"`, "2"))
	mock.RegisterResponderWithQuery(http.MethodGet, wireList, "limit=1&offset=2&ordering=docking,id", page("null", "3"))
	events, err := ll2.Collect(newWireClient(t, mock, ll2.WithToken(canary)).DockingEvents.All(t.Context(), ll2.PageSize(1)))
	if err != nil || len(events) != 3 {
		t.Errorf("walked %d events, %v, want 3", len(events), err)
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
		_, _ = io.WriteString(zip, anEvent)
		_ = zip.Close()
	}))
	defer server.Close()
	client := newWireClient(t, nil, ll2.WithHTTPClient(server.Client()), ll2.WithBaseURL(server.URL))
	event, err := client.DockingEvents.Get(t.Context(), 7)
	if err != nil || event.ID != 7 {
		t.Errorf("got %+v, %v", event, err)
	}
}

// Bodies are read to their end, of failures too, so that one connection serves
// them all. The filler is more than net/http reads on by itself when a body is
// closed too early.
func TestConnectionIsReusedAfterFailures(t *testing.T) {
	t.Parallel()
	answers := []struct {
		status int
		body   string
	}{
		{http.StatusServiceUnavailable, strings.Repeat("x", 1<<20)},
		{http.StatusTooManyRequests, strings.Repeat("x", 1<<20)},
		{http.StatusOK, emptyPage + strings.Repeat(" ", 1<<20)},
		{http.StatusNotFound, strings.Repeat("x", 1<<20)},
		{http.StatusOK, `[` + strings.Repeat("1,", 1<<19) + `1]`},
		{http.StatusOK, emptyPage},
	}
	var n atomic.Int32
	addresses := make(chan string, len(answers))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addresses <- r.RemoteAddr
		a := answers[n.Add(1)-1]
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	defer server.Close()
	client := newWireClient(t, nil, ll2.WithHTTPClient(server.Client()), ll2.WithBaseURL(server.URL))
	for _, fails := range []bool{false, true, true, false} {
		if err := listOnce(t, client); (err != nil) != fails {
			t.Errorf("List: %v, want an error: %t", err, fails)
		}
	}
	close(addresses)
	seen := make(map[string]bool)
	for address := range addresses {
		seen[address] = true
	}
	if len(seen) != 1 || int(n.Load()) != len(answers) {
		t.Errorf("%d requests came on the connections %q, want %d on one", n.Load(), slices.Collect(maps.Keys(seen)), len(answers))
	}
}

// Transports that are not net/http's may leave out what net/http never does.
func TestAnswerWithoutHeaderOrRequestDoesNotPanic(t *testing.T) {
	t.Parallel()
	for _, code := range []int{200, 204, 302, 401, 404, 429, 503} {
		for name, call := range calls {
			client := newWireClient(t, roundTripFunc(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader(call.body))}, nil
			}), ll2.WithToken(canary))
			if err := call.do(t, client); (err == nil) != (code/100 == 2) {
				t.Errorf("%s answered with a bare %d: %v", name, code, err)
			}
			client = newWireClient(t, roundTripFunc(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: code}, nil
			}))
			if err := call.do(t, client); err == nil {
				t.Errorf("%s took a %d without a body for an answer", name, code)
			}
		}
	}
}

// A transport can be broken in ways of its own.
func TestBrokenRoundTripperDoesNotPanic(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		client := newWireClient(t, roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, nil }))
		if err := call.do(t, client); err == nil {
			t.Errorf("%s took nothing for an answer", name)
		}
	}
}
