package mirror_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestOnlyTheseAddressesAreServed(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(5)...)
	m := open(t, server.Client(), mirror.Memory())
	refresh(t, m)
	for path, want := range map[string]int{
		"/2.2.0/docking_event/": 200, "/2.2.0/docking_event": 301, "/2.2.0/docking_event/5/": 200, "/2.2.0/docking_event/5": 301,
		"/any/where/2.2.0/docking_event/": 200, "/2.2.0/docking_event%2F": 200, "/2.2.0/api-throttle/": 200, "/2.2.0/api-throttle": 301, "/healthz": 200, "/a/healthz": 200,
		"/": 404, "/healthz/": 404, "/2.2.0/": 404, "/2.3.0/docking_events/": 404, "/docking_event/": 404, "/2.2.0/astronaut/": 404, "/2.2.0/docking_event/5/6/": 404,
		"/2.2.0/docking_event/5.json": 404, "//evil.example/2.2.0/docking_event": 404, "/2.2.0//docking_event/": 404, "/../2.2.0/docking_event/": 404, "/x/../2.2.0/docking_event/": 404,
		"/2.2.0/docking_event//": 404, "/12.2.0/docking_event/": 404, "/api-throttle/": 404,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://gateway.example/", nil)
		u, err := url.ParseRequestURI(path)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path, r.URL.RawPath = u.Path, u.RawPath
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
		if to := w.Header().Get("Location"); (to != "") != (want == 301) || strings.HasPrefix(to, "//") {
			t.Errorf("%s: leads to %q", path, to)
		}
	}
}

func TestCopiesOfSeveralVersionsAreServedSideBySide(t *testing.T) {
	first := open(t, ll2test.NewServer(ll2test.Events(5)...).Client(), mirror.Memory())
	server := ll2test.NewServer()
	server.SetEvents230(ll2test.Events230(7)...)
	second := open230(t, server.Client(), mirror.Memory())
	refresh(t, first)
	both := mirror.Handler(first, second)
	health := func(want int) {
		t.Helper()
		resp := serve(t, both, http.MethodGet, "http://gateway.example/healthz")
		if body := bodyOf(t, resp); resp.StatusCode != want || !strings.Contains(body, `"2.2.0/docking_event/":{"status":"ok"`) || !strings.Contains(body, `"2.3.0/docking_events/":{"status":`) {
			t.Errorf("health %d %s", resp.StatusCode, body)
		}
	}
	health(503) // of the second one
	for path, want := range map[string]string{
		"2.2.0/docking_event/?limit=1":  `{"count":5,"next":"http://gateway.example/2.2.0/docking_event/?limit=1&offset=1",`,
		"2.3.0/docking_events/?limit=1": `{"count":7,"next":"http://gateway.example/2.3.0/docking_events/?limit=1&offset=1",`,
		"2.3.0/docking_events/7/":       `{"id":7,`,
		"2.2.0/docking_event/7/":        `{"detail":`,
		"2.3.0/docking_event/":          notFoundPage,
		"2.2.0/api-throttle/":           `{"your_request_limit":10000,`,
	} {
		if body := bodyOf(t, serve(t, both, http.MethodGet, "http://gateway.example/"+path)); !strings.HasPrefix(body, want) {
			t.Errorf("%s: %.200s", path, body)
		}
	}
	health(200)
}

func TestMethodsBesideGetHeadAndOptionsAreRefused(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(5)...)
	m := open(t, server.Client(), mirror.Memory())
	for _, path := range []string{"2.2.0/docking_event/", "2.2.0/docking_event/5/", "2.2.0/api-throttle/", "healthz"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "\"", "<script>"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://gateway.example/"+path, nil)
			r.Method = method
			w := httptest.NewRecorder()
			m.ServeHTTP(w, r)
			var body struct{ Detail string }
			if err := json.Unmarshal(w.Body.Bytes(), &body); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" || err != nil || !strings.HasPrefix(body.Detail, "Method ") {
				t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
		}
		if resp := serve(t, m, http.MethodOptions, "http://gateway.example/"+path); resp.StatusCode != 204 || resp.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("OPTIONS %s: %d", path, resp.StatusCode)
		}
	}
}

// Every request gets the service's answer or a 4xx, the same for HEAD and with gzip,
// and never causes a panic.
func FuzzServed(f *testing.F) {
	for _, seed := range []struct{ method, path, query, name, value, body string }{
		{"GET", "/2.2.0/docking_event/", "limit=3&offset=2&ordering=-departure", "Accept", "*/*", ""},
		{"GET", "/2.2.0/docking_event/5/", "format=json", "Accept-Encoding", "gzip;q=0.5,*;q=0", "{}"},
		{"HEAD", "/2.2.0/docking_event", "a=b", "If-None-Match", "W/\"x\", *", ""},
		{"POST", "/x/2.2.0/docking_event/", "space_station__id=x", "X-Forwarded-Host", "evil.example", "a=b"},
		{"OPTIONS", "/2.2.0/api-throttle/", "%zz;&=", "Origin", "null", ""},
		{"GET", "/healthz", "format=api", "If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", ""},
		{"GET", "//2.2.0/docking_event/%2e%2e/", "docking__gt=2024-01-01T00:00:00%2B01:00", "Host", "a b", ""},
		{"GET", "/2.2.0/docking_event/", "search=soyuz&limit=2&mode=detailed&ordering=,-id,,x", "Accept", "text/html", ""},
		{"GET", "/2.2.0/docking_event/99/", "", "Range", "bytes=0-10", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.name, seed.value, seed.body)
	}
	f.Add("GET", "/2.2.0/docking_event/", strings.Repeat("limit=1&", 1<<17), "Accept", strings.Repeat("*/*,", 5000), strings.Repeat("x", 1<<16))
	events := ll2test.Events(12)
	server := ll2test.NewServer(events...)
	m, err := mirror.Open(server.Client(), mirror.Memory(), mirror.AllowOrigins("https://a.example"), mirror.RefreshEvery(1000*time.Hour), mirror.WalkEvery(1000*time.Hour))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { m.Close() })
	if err := m.Refresh(f.Context()); err != nil {
		f.Fatal(err)
	}
	asks := func(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	var second *ll2test.Server
	n := 0
	f.Fuzz(func(t *testing.T, method, path, query, name, value, body string) {
		if n++; n%1000 == 1 {
			second = ll2test.NewServer(events...) // one remembers every request
		}
		request := func(method, accept string) *http.Request {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, list, strings.NewReader(body))
			r.Method, r.URL.Path, r.URL.RawQuery = method, path, query
			r.Header[http.CanonicalHeaderKey(name)] = []string{value}
			if http.CanonicalHeaderKey(name) == "Host" {
				r.Host = value
			}
			if accept != "" {
				r.Header.Set("Accept-Encoding", accept)
			}
			return r
		}
		got := asks(m, request(method, ""))
		if got.Code >= 500 || got.Code < 200 || got.Code >= 400 && got.Header().Get("ETag") != "" {
			t.Fatalf("%d %v", got.Code, got.Header())
		}
		if kind := got.Header().Get("Content-Type"); kind == "application/json" && method != http.MethodHead && !json.Valid(unzipped(t, got)) {
			t.Errorf("%s is not JSON", unzipped(t, got))
		}
		if to := got.Header().Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, ":") && !strings.HasPrefix(to, "/") {
			t.Errorf("leads away to %q", to)
		}
		if method != http.MethodGet {
			return
		}
		head, zipped := asks(m, request(http.MethodHead, "")), asks(m, request(method, "gzip"))
		if head.Code != got.Code || head.Body.Len() != 0 || head.Header().Get("Content-Length") != got.Header().Get("Content-Length") {
			t.Errorf("HEAD %d %v; GET %d %v", head.Code, head.Header(), got.Code, got.Header())
		}
		if !strings.HasPrefix(name, "If-") && !bytes.Equal(unzipped(t, zipped), unzipped(t, got)) {
			t.Errorf("%s, compressed %s", unzipped(t, got), unzipped(t, zipped))
		}
		// Both must agree where the address is one of the copy's, and nothing asks for
		// what the service does not have: conditions, other forms, bounds.
		want := asks(second, request(method, ""))
		if got.Code == http.StatusNotModified || got.Code == http.StatusRequestURITooLong || got.Code == http.StatusRequestHeaderFieldsTooLarge ||
			got.Code == http.StatusBadRequest && strings.EqualFold(name, "Host") ||
			want.Header().Get("Content-Type") != "application/json" || got.Header().Get("Content-Type") != "application/json" || strings.HasSuffix(path, "api-throttle/") {
			return
		}
		if got.Code != want.Code || !bytes.Equal(unzipped(t, got), want.Body.Bytes()) {
			t.Errorf("%q ? %q: %d %s\nwant %d %s", path, query, got.Code, unzipped(t, got), want.Code, want.Body)
		}
	})
}

// unzipped returns the body of a response as it was before it was compressed.
func unzipped(t *testing.T, w *httptest.ResponseRecorder) []byte {
	t.Helper()
	return []byte(bodyOf(t, &http.Response{Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes()))}))
}
