package ll2test_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

const (
	base    = "http://api.example/2.2.0/"
	base230 = "http://api.example/2.3.0/"
)

// A reply is a response with its body read.
type reply struct {
	status int
	header http.Header
	body   string
	err    error // of reading the body
}

// do sends one request into the server, without following redirects.
func do(t *testing.T, s http.RoundTripper, method, address string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := s.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return reply{status: resp.StatusCode, header: resp.Header, body: string(body), err: err}
}

// get asks for a path below base.
func get(t *testing.T, s http.RoundTripper, path string, header ...string) reply {
	t.Helper()
	return do(t, s, http.MethodGet, base+path, header...)
}

// get230 asks for a path below base230.
func get230(t *testing.T, s http.RoundTripper, path string, header ...string) reply {
	t.Helper()
	return do(t, s, http.MethodGet, base230+path, header...)
}

// server230 returns a server that has these events of 2.3.0, and none of 2.2.0.
func server230(events ...ll230.DockingEvent) *ll2test.Server {
	s := ll2test.NewServer()
	s.SetEvents230(events...)
	return s
}

// want fails the test unless status and body are these.
func (r reply) want(t *testing.T, status int, body string) {
	t.Helper()
	if r.status != status || r.body != body {
		t.Errorf("got %d %s\nwant %d %s", r.status, r.body, status, body)
	}
}

type page[E any] struct {
	Count    int
	Next     *string
	Previous *string
	Results  []E
}

// list reads a page below base, which has to be there.
func list(t *testing.T, s http.RoundTripper, query string) page[ll2.DockingEvent] {
	t.Helper()
	return pageOf[ll2.DockingEvent](t, query, get(t, s, "docking_event/"+query))
}

// list230 reads a page below base230, which has to be there.
func list230(t *testing.T, s http.RoundTripper, query string) page[ll230.DockingEvent] {
	t.Helper()
	return pageOf[ll230.DockingEvent](t, query, get230(t, s, "docking_events/"+query))
}

func pageOf[E any](t *testing.T, query string, r reply) page[E] {
	t.Helper()
	if r.status != http.StatusOK || r.err != nil {
		t.Fatalf("%s: %d %s %v", query, r.status, r.body, r.err)
	}
	var p page[E]
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return p
}

func ids(events []ll2.DockingEvent) []int {
	list := make([]int, len(events))
	for i, e := range events {
		list[i] = e.ID
	}
	return list
}

func ids230(events []ll230.DockingEvent) []int {
	list := make([]int, len(events))
	for i, e := range events {
		list[i] = e.ID
	}
	return list
}

func mustParse(t *testing.T, s *string) url.Values {
	t.Helper()
	if s == nil {
		t.Fatal("no link")
	}
	u, err := url.Parse(*s)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func indented(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(body), "", "    "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// walk reads a whole list in pages.
func walk(t *testing.T, s http.RoundTripper, query string, limit int) []ll2.DockingEvent {
	t.Helper()
	var rows []ll2.DockingEvent
	for {
		p := list(t, s, fmt.Sprintf("?limit=%d&offset=%d&%s", limit, len(rows), query))
		rows = append(rows, p.Results...)
		if p.Next == nil {
			return rows
		}
	}
}
