package mirror_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

const list = "http://gateway.example/2.2.0/docking_event/"

// notFoundPage is the beginning of both answers for paths that are not served.
const notFoundPage = "<!doctype html>\n<title>Not Found</title>\n"

// serve has a handler answer a request.
func serve(t *testing.T, h http.Handler, method, link string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, link, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// bodyOf reads a body.
func bodyOf(t *testing.T, resp *http.Response) string {
	t.Helper()
	var from io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		zip, err := gzip.NewReader(from)
		if err != nil {
			t.Fatal(err)
		}
		from = zip
	}
	body, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// over returns a transport that has a handler answer, without sockets.
func over(h http.Handler) http.RoundTripper {
	return testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		r := req.Clone(req.Context())
		r.Host, r.RequestURI = req.URL.Host, req.URL.RequestURI()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if err := req.Context().Err(); err != nil {
			return nil, err
		}
		resp := w.Result()
		resp.Request = req
		return resp, nil
	})
}

// ofGateway returns a client of what a mirror serves.
func ofGateway(t *testing.T, h http.Handler, opts ...ll2.Option) *ll2.Client {
	t.Helper()
	client, err := ll2.New(append([]ll2.Option{ll2.WithBaseURL("http://gateway.example/"), ll2.WithTransport(over(h))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestServedAnswersAreTheServices(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(130)...)
	m := open(t, server.Client(), mirror.Memory())
	refresh(t, m)
	for _, link := range []string{
		"", "?limit=3", "?limit=3&offset=3", "?limit=0", "?limit=1000", "?limit=x&offset=-1", "?offset=99999999999999999999",
		"?mode=detailed&limit=2", "?mode=nonsense", "?format=json", "?format=xml", "?ordering=-departure,docking", "?ordering=nonsense,-id",
		"?space_station__id=4", "?space_station__id=x", "?space_station__id=%20", "?flight_vehicle__id=1&docking_location__id=2", "?space_station__id=x&docking__gt=y",
		"?docking__gt=2024-01-01T00:00:00Z&docking__lte=2025-01-01T00:00:00Z", "?docking__gte=2024-01-01T00:00:00%2B01:00&limit=1", "?docking__lt=soon",
		"?misspelt=1&limit=1", "?limit=1&limit=2", "?a;b", "?%zz", "?limit=2&x=%3Cscript%3E%26", "?search=", "?search=,%20,",
		"?search=soyuz&limit=3", "?search=progress&ordering=-departure&offset=4&limit=0&mode=detailed", "?search=nothing+of+this+kind", "?search=soyuz&space_station__id=x",
		"?search=x&search=dragon&mode=odd&ordering=-docking,-docking,%20id,&misspelt=1", "?search=soyuz&space_station__id=4&limit=1",
		"1/", "130/?mode=normal", "01/", "+1/", "131/", "0/", "-1/", "x/", "99999999999/", "1.5/", "1/2/", "1", "..", "1//", "?",
	} {
		for _, accept := range []string{"application/json", "text/html,*/*;q=0.8", "text/csv", ""} {
			got := serve(t, m, http.MethodGet, list+link, "Accept", accept)
			// The service has pages for browsers. The mirror sends them JSON.
			want := serve(t, server, http.MethodGet, list+link, "Accept", strings.ReplaceAll(accept, "text/html,", ""))
			gotBody, wantBody := bodyOf(t, got), bodyOf(t, want)
			if strings.HasPrefix(gotBody, notFoundPage) && strings.HasPrefix(wantBody, notFoundPage) {
				wantBody = gotBody
			}
			if got.StatusCode != want.StatusCode || gotBody != wantBody || got.Header.Get("Content-Type") != want.Header.Get("Content-Type") || got.Header.Get("Location") != want.Header.Get("Location") {
				t.Errorf("%q for %q: %d %v\n%s\nwant %d %v\n%s", link, accept, got.StatusCode, got.Header, gotBody, want.StatusCode, want.Header, wantBody)
			}
		}
	}
}

func TestAClientOfTheModuleWorksAgainstAServedCopy(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(515)...)
	m := open(t, server.Client(), mirror.Memory())
	refresh(t, m)
	before := len(server.Requests())
	client, direct := ofGateway(t, m), server.Client()
	for _, opts := range [][]ll2.ListOption{
		nil, {ll2.InMode(ll2.ModeDetailed)}, {ll2.PageSize(7)}, {ll2.OrderBy(ll2.ByDeparture.Desc()), ll2.ForSpaceStation(4)}, {ll2.Parallel(4)},
		{ll2.DockedAfter(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)), ll2.PageSize(30)},
	} {
		got, err := ll2.Collect(client.DockingEvents.All(t.Context(), opts...))
		if err != nil {
			t.Fatal(err)
		}
		want, err := ll2.Collect(direct.DockingEvents.All(t.Context(), opts...))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %d events, want the service's %d", opts, len(got), len(want))
		}
	}
	page, err := client.DockingEvents.List(t.Context())
	if err != nil || !page.Date.Equal(m.Status().Refreshed.Truncate(time.Second)) {
		t.Errorf("page of %v, %v; the copy is of %v", page.Date, err, m.Status().Refreshed)
	}
	one, err := client.DockingEvents.Get(t.Context(), 300)
	if want, _ := direct.DockingEvents.Get(t.Context(), 300); err != nil || !reflect.DeepEqual(one, want) {
		t.Errorf("Get: %v, %v", one, err)
	}
	if _, err := client.DockingEvents.Get(t.Context(), 516); !errors.Is(err, ll2.ErrNotFound) {
		t.Errorf("Get of an event that is not there: %v", err)
	}
	// A copy of the copy.
	second := open(t, client, mirror.Memory())
	if got := all(t, second); len(got) != 515 {
		t.Errorf("a mirror of the mirror has %d events", len(got))
	}
	asked := 0
	for _, r := range server.Requests()[before:] {
		if r.URL.Host == "gateway.example" {
			asked++
		}
	}
	if asked != 0 {
		t.Errorf("%d requests went past the copy", asked)
	}
}

func TestAClientThatAsksForItsQuotaIsNotLimited(t *testing.T) {
	in(t, func(t *testing.T) {
		m, server := warm(t)
		client := ofGateway(t, m, ll2.WithQuotaSync())
		before, start := len(server.Requests()), time.Now()
		for range 1000 {
			if _, err := client.DockingEvents.List(t.Context(), ll2.PageSize(1)); err != nil {
				t.Fatal(err)
			}
		}
		if waited, asked := time.Since(start), len(server.Requests())-before; waited != 0 || asked != 0 {
			t.Errorf("1000 calls waited %v and sent the service %d requests", waited, asked)
		}
		throttle, err := client.Throttle(t.Context())
		if err != nil || throttle.Limit != 10_000 || throttle.Used != 0 || throttle.Window != time.Second {
			t.Errorf("throttle %+v, %v", throttle, err)
		}
	})
}

func TestLinksLeadToTheHostThatTheCallerUsed(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(30)...)
	plain := open(t, server.Client(), mirror.Memory())
	proxied := open(t, server.Client(), mirror.Memory(), mirror.BehindProxy())
	forwarded := []string{"X-Forwarded-Host", "public.example, inner.example", "X-Forwarded-Proto", "HTTPS"}
	for _, test := range []struct {
		m      *mirror.Mirror
		path   string
		header []string
		want   string
	}{
		{plain, "http://gateway.example:8080/", nil, "http://gateway.example:8080/"},
		{plain, "https://gateway.example/", nil, "https://gateway.example/"},
		{plain, "http://gateway.example/a/b/", nil, "http://gateway.example/a/b/"},
		{plain, "http://gateway.example/", forwarded, "http://gateway.example/"},
		{proxied, "http://gateway.example/", forwarded, "https://public.example/"},
		{proxied, "http://gateway.example/", nil, "http://gateway.example/"},
		{proxied, "https://gateway.example/", []string{"X-Forwarded-Proto", "gopher"}, "https://gateway.example/"},
	} {
		for _, search := range []string{"", "&search=soyuz"} {
			var page struct{ Next string }
			body := bodyOf(t, serve(t, test.m, http.MethodGet, test.path+"2.2.0/docking_event/?limit=1"+search, test.header...))
			want := test.want + "2.2.0/docking_event/?limit=1&offset=1" + search
			if err := json.Unmarshal([]byte(body), &page); err != nil || page.Next != want {
				t.Errorf("%s: next is %q, %v; want %q", test.path, page.Next, err, want)
			}
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, list, nil)
	r.Host = "" // HTTP/1.0 needs none
	w := httptest.NewRecorder()
	plain.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"http://localhost/2.2.0/docking_event/?`) {
		t.Errorf("without a host: %d %.100s", w.Code, w.Body)
	}
	if resp := serve(t, proxied, http.MethodGet, list, "X-Forwarded-Host", `"><script>`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a host that is none: %d", resp.StatusCode)
	}
}

func TestWhatIsTooLongIsRefused(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(5)...)
	m := open(t, server.Client(), mirror.Memory())
	long := strings.Repeat("x", 1<<20)
	for name, test := range map[string]struct {
		link   string
		header []string
		want   int
	}{
		"a query of 1 MB":   {list + "?search=" + long, nil, http.StatusRequestURITooLong},
		"a path of 1 MB":    {list + long, nil, http.StatusRequestURITooLong},
		"a header of 1 MB":  {list, []string{"Accept", long}, http.StatusRequestHeaderFieldsTooLarge},
		"a name of 1 MB":    {list, []string{long, ""}, http.StatusRequestHeaderFieldsTooLarge},
		"a query of 8 kB":   {list + "?x=" + long[:8000], nil, http.StatusOK},
		"a header of 16 kB": {list, []string{"X", long[:16000]}, http.StatusOK},
	} {
		if resp := serve(t, m, http.MethodGet, test.link, test.header...); resp.StatusCode != test.want || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
}

// overSockets serves a mirror over loopback.
func overSockets(t *testing.T, m *mirror.Mirror) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	return server
}

func TestNetHTTPGetsCompressedAnswersAndAsksConditionally(t *testing.T) {
	m := open(t, ll2test.NewServer(ll2test.Events(30)...).Client(), mirror.Memory())
	server := overSockets(t, m)
	get := func(name, value string) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/2.2.0/docking_event/?limit=20", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(name, value)
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	first := get("User-Agent", "a program")
	var page ll2.Page[ll2.DockingEvent]
	if err := json.NewDecoder(first.Body).Decode(&page); err != nil || !first.Uncompressed || len(page.Results) != 20 || !strings.HasPrefix(page.Next, server.URL) {
		t.Errorf("%v, %v, %d events", err, first.Header, len(page.Results))
	}
	if resp := get("If-None-Match", first.Header.Get("ETag")); resp.StatusCode != http.StatusNotModified || bodyOf(t, resp) != "" {
		t.Errorf("the same entity tag: %s", resp.Status)
	}
	if resp := get("If-Modified-Since", first.Header.Get("Last-Modified")); resp.StatusCode != http.StatusNotModified {
		t.Errorf("not modified since: %s", resp.Status)
	}
	if resp := get("If-None-Match", `"another"`); resp.StatusCode != http.StatusOK {
		t.Errorf("another entity tag: %s", resp.Status)
	}
}

func TestABodyThatNeverComesKeepsNoAnswer(t *testing.T) {
	m := open(t, ll2test.NewServer(ll2test.Events(5)...).Client(), mirror.Memory())
	server := overSockets(t, m)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /2.2.0/docking_event/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != 200 || !resp.Close {
		t.Fatalf("%v, %v", resp, err)
	}
	if body := bodyOf(t, resp); !json.Valid([]byte(body)) {
		t.Error(body)
	}
}

func TestReadersWhoDoNotReadHoldNobodyUp(t *testing.T) {
	m := open(t, ll2test.NewServer(ll2test.Events(515)...).Client(), mirror.Memory())
	server := overSockets(t, m)
	const slow = 50
	for i := range slow {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.(*net.TCPConn).SetReadBuffer(1 << 10); err != nil {
			t.Fatal(err)
		}
		// More than the buffers of the sockets take.
		for range 20 {
			fmt.Fprintf(conn, "GET /2.2.0/docking_event/?limit=100&mode=detailed&x=%d HTTP/1.1\r\nHost: a\r\n\r\n", i)
		}
	}
	client := server.Client()
	for range 200 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/2.2.0/docking_event/?limit=100&mode=detailed", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, resp.Body); err != nil || n < 100_000 || resp.StatusCode != 200 {
			t.Fatalf("%d, %d bytes, %v", resp.StatusCode, n, err)
		}
		resp.Body.Close()
	}
	server.CloseClientConnections()
}
