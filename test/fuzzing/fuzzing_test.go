package fuzzing_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// answering returns a client of a mirror, without retries, whose requests are
// recorded and answered by answer.
func answering(t *testing.T, answer func(*http.Request) *http.Response) (client *ll2.Client, sent *[]*url.URL) {
	t.Helper()
	sent = new([]*url.URL)
	client, err := ll2.New(ll2.WithBaseURL(mirror), ll2.WithRetries(0), ll2.WithMaxWait(0),
		ll2.WithHTTPClient(&http.Client{Transport: testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			*sent = append(*sent, req.URL)
			resp := answer(req)
			resp.Request = req
			return resp, nil
		})}))
	if err != nil {
		t.Fatal(err)
	}
	return client, sent
}

const mirror = "https://mirror.example/api/2.2.0/"

func oneLine(t *testing.T, err error) {
	t.Helper()
	if s := err.Error(); strings.ContainsAny(s, "\r\n") {
		t.Errorf("error of several lines: %q", s)
	}
}

// Every link with which a walk starts or continues is followed on the client's own
// base URL, as a list in a unique order and in JSON, or it is an error.
func FuzzLinks(f *testing.F) {
	for _, link := range []string{
		"", "docking_event/", "/docking_event/?", "?offset=100", "%", "http://[::1", "docking_event/?a;b", "/docking_event/?%zz",
		"https://ll.thespacedevs.com/2.2.0/docking_event/?format=api&limit=10&offset=500&ordering=-departure",
		"http://user:password@evil.example:8443/x/docking_event/?limit=100&offset=100&ordering=docking%2Cid#fragment",
		"//evil.example/docking_event/?%66ormat=api&Format=api&format=json", "mailto:docking_event/?limit=1",
		"https://evil.example/2.2.0/docking_event?limit=1", "https://evil.example/docking_event/191/", "/docking_event%2f?limit=1",
		"/docking_event/?limit=0", "/docking_event/?limit=1&limit=2", "/docking_event/?limit=100&offset=-1",
		"/docking_event/?ordering=", "/docking_event/?ordering=id,-id", "/docking_event/?ordering=+docking+,-departure",
		"/docking_event/?mode=detailed&search=%ff%00&space_station__id=4", "/docking_event/?docking__gte=2024-01-01T00:00:00%2B01:00",
		"/docking_event/?limit=9&unknown=1", "/docking_event/?limit=9\n\r\x00", "\xff/docking_event/",
	} {
		f.Add(link, "")
		f.Add("", link)
		f.Add(link, link)
	}
	f.Fuzz(func(t *testing.T, start, next string) {
		body, err := json.Marshal(ll2.Page[ll2.DockingEvent]{Count: 1, Next: next, Results: []ll2.DockingEvent{{ID: 1, Docking: time.Unix(0, 0)}}})
		if err != nil {
			t.Fatal(err)
		}
		client, sent := answering(t, func(*http.Request) *http.Response {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body))}
		})
		var opts []ll2.ListOption
		if start != "" {
			opts = append(opts, ll2.StartAt(start))
		}
		for _, err := range client.DockingEvents.Pages(t.Context(), opts...) {
			if err == nil {
				continue
			}
			var page *ll2.PageError
			if !errors.As(err, &page) || (page.URL == "") != (len(*sent) == 0) {
				t.Errorf("error %#v after %d requests, want a *PageError with the last one's URL", err, len(*sent))
			}
			oneLine(t, err)
		}
		if len(*sent) > 2 {
			t.Errorf("%d requests, though the second one's link is the first one's", len(*sent))
		}
		for i, u := range *sent {
			query, err := url.ParseQuery(u.RawQuery)
			terms := strings.Split(strings.ReplaceAll(query.Get("ordering"), "-", ""), ",")
			if err != nil || query.Has("format") || !query.Has("limit") || i == 0 && !slices.Contains(terms, "id") {
				t.Errorf("%q, %q: asked for %q (%v)", start, next, u.RawQuery, err)
			}
			if to := strings.TrimSuffix(u.String(), "?"+u.RawQuery); to != mirror+"docking_event/" {
				t.Errorf("%q, %q: sent to %s", start, next, to)
			}
		}
		if len(*sent) == 0 {
			return
		}
		// The first request can be sent again.
		first := (*sent)[0].String()
		if _, err := client.DockingEvents.List(t.Context(), ll2.StartAt(first)); err != nil {
			t.Errorf("%q: then StartAt(%q): %v", start, first, err)
		} else if again := (*sent)[len(*sent)-1].String(); again != first {
			t.Errorf("%q: StartAt(%q) asks for %q", start, first, again)
		}
	})
}

// Wherever a redirect leads, only the base URL's origin is asked.
func FuzzRedirects(f *testing.F) {
	for _, location := range []string{
		"", "/", "?", "%", "#", "..", "https://evil.example/", "//evil.example", "https:evil.example", "http://mirror.example/", "http://mirror.example:443/",
		"https://mirror.example:8443/", "https://MIRROR.example:443/x", "https://mirror.example./", "https://mirror.example@evil.example/",
		"https://user:password@mirror.example/", "https://[::1]/", "ftp://mirror.example/", "javascript:1", "\\\\evil.example", " /\r\n",
		"https://mirror.example\x00.evil.example/", "HTTPS://mirror.example/", "https://mirror.example:/",
	} {
		f.Add(http.StatusFound, location)
		f.Add(http.StatusPermanentRedirect, location)
	}
	f.Fuzz(func(t *testing.T, status int, location string) {
		if status/100 != 3 {
			return
		}
		var sent *[]*url.URL
		client, sent := answering(t, func(*http.Request) *http.Response {
			if len(*sent) > 1 {
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"id":1,"docking":"2024-01-31T12:00:00Z"}`))}
			}
			return &http.Response{StatusCode: status, Header: http.Header{"Location": {location}}, Body: http.NoBody}
		})
		err := testkit.Get(t.Context(), client)
		for _, u := range *sent {
			if u.Scheme != "https" || !strings.EqualFold(u.Hostname(), "mirror.example") || u.Port() != "" && u.Port() != "443" {
				t.Errorf("redirected by %q to %s", location, u)
			}
		}
		if (err == nil) != (len(*sent) == 2) {
			t.Errorf("error %v after %d requests", err, len(*sent))
		}
		if err != nil {
			oneLine(t, err)
		}
	})
}

// For every answer that is not 2xx, the error is one line, and has the status and the
// start of the body.
func FuzzErrorBodies(f *testing.F) {
	for _, body := range []string{
		"", "{}", "null", "[]", "\"detail\"", `{"detail":"Not found."}`, `{"detail":"two\nlines\r\n\u2028\u001b[31m"}`,
		`{"detail":["a"],"b":["c"]}`, `{"detail":{"a":1}}`, `{"space_station__id":["Enter a number.","two\nlines"],"line\nbreak":["a"]}`,
		`{"a":[1],"b":null,"c":[],"d":[null]}`, `{"detail":"a","detail":"b"}`, `{"DETAIL":"a"}`, "<html>\r\n<h1>502 Bad Gateway</h1>",
		`{"detail":"Request was throttled. Expected available in 2429 seconds."}`, `{"detail":"Expected available in 1 second."}`,
		`{"detail":"available in 99999999999999999999 seconds"}`, `{"detail":"available in 9223372036854775807 seconds"}`,
		`{"detail":"available in -1 seconds"}`, `{"detail":"available in 0 seconds"}`, "{\"detail\":\"\xff\"}", "\xff\xfe\x00", `{"detail":`,
	} {
		for _, status := range []int{304, 400, 401, 404, 429, 502, 999} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 100 || status > 999 || status/100 == 2 {
			return
		}
		client, _ := answering(t, func(*http.Request) *http.Response {
			return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(body))}
		})
		err := testkit.Get(t.Context(), client)
		var api *ll2.APIError
		if !errors.As(err, &api) {
			t.Fatalf("error %#v, want an *APIError", err)
		}
		if api.StatusCode != status || !bytes.Equal(api.Body, body[:min(len(body), 64<<10)]) || api.Attempts != 1 {
			t.Errorf("%#v, want status %d and body %q", api, status, body)
		}
		var limited *ll2.RateLimitError
		if errors.As(err, &limited) != (status == 429) || limited != nil && (limited.Local || limited.RetryAfter < 0) {
			t.Errorf("status %d: %#v", status, limited)
		}
		if errors.Is(err, ll2.ErrNotFound) && (status != 404 || !json.Valid(body)) {
			t.Errorf("status %d with %q is ErrNotFound", status, body)
		}
		oneLine(t, err)
	})
}

// For every answer of api-throttle/, only its numbers reach the caller.
func FuzzThrottle(f *testing.F) {
	const ident = "0123456789abcdef"
	for _, body := range []string{
		`{"your_request_limit":15,"limit_frequency_secs":3600,"current_use":0,"next_use_secs":0,"ident":"` + ident + `"}`,
		`[{"your_request_limit":15,"limit_frequency_secs":3600,"current_use":7,"next_use_secs":-0.5,"ident":"` + ident + `"}]`,
		`{"your_request_limit":"` + ident + `"}`, `{"your_request_limit":1e309,"limit_frequency_secs":1}`, `[]`, `[null]`, `null`, `{}`, "",
		`{"your_request_limit":1,"limit_frequency_secs":1e308,"next_use_secs":1e308}`, `"` + ident + `"`, ident, `{"` + ident + `"`,
		`{"your_request_limit":1,"limit_frequency_secs":-1e308,"next_use_secs":-1e308}`, "<html>" + ident, "\xff" + ident, `{"ident":` + ident,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		client, _ := answering(t, func(*http.Request) *http.Response {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body))}
		})
		throttle, err := client.Throttle(t.Context())
		if err == nil {
			if throttle.NextIn < 0 {
				t.Errorf("%q: %+v", body, throttle)
			}
			return
		}
		var decode *ll2.DecodeError
		if !errors.As(err, &decode) || decode.Snippet != "" {
			t.Errorf("%q: error %#v, want a *DecodeError without a snippet", body, err)
		}
		if strings.Contains(err.Error(), ident) {
			t.Errorf("%q: error %q", body, err)
		}
		oneLine(t, err)
	})
}
