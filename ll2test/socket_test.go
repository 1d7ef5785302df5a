package ll2test_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2test"
)

// listen serves s on a socket, and returns the server and its base URL.
func listen(t *testing.T, s *ll2test.Server, start func(*httptest.Server)) (*httptest.Server, string) {
	t.Helper()
	ts := httptest.NewUnstartedServer(s)
	ts.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(ts)
	t.Cleanup(ts.Close)
	return ts, ts.URL + "/2.2.0/"
}

func TestSocketsCarryTheSameAnswers(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(25)...)
	ts, address := listen(t, s, (*httptest.Server).Start)
	for _, path := range []string{
		"docking_event/?limit=5&offset=5&ordering=-docking", "docking_event/3/?format=json", "docking_event/99/", "docking_event/?docking__gt=x",
		"docking_event/3", "api-throttle/", "nowhere/",
	} {
		got := do(t, ts.Client().Transport, http.MethodGet, address+path)
		want := do(t, s, http.MethodGet, address+path)
		got.want(t, want.status, want.body)
		for _, h := range []http.Header{got.header, want.header} {
			if h.Get("Date") == "" {
				t.Errorf("%s: no Date", path)
			}
			h.Del("Date")
		}
		if len(got.header) != len(want.header) {
			t.Errorf("%s: header %v, want %v", path, got.header, want.header)
		}
		for key, values := range want.header {
			if !slices.Equal(got.header[key], values) {
				t.Errorf("%s: %s: %q, want %q", path, key, got.header[key], values)
			}
		}
	}
	for i, r := range s.Requests() {
		if !strings.HasPrefix(r.URL.String(), address) || r.Status == 0 {
			t.Errorf("request %d: %s %d", i, r.URL, r.Status)
		}
	}
}

func TestLinksOverTLSAreHTTPS(t *testing.T) {
	t.Parallel()
	ts, address := listen(t, ll2test.NewServer(ll2test.Events(25)...), (*httptest.Server).StartTLS)
	r := do(t, ts.Client().Transport, http.MethodGet, address+"docking_event/")
	if want := `"next":"` + address + `docking_event/?limit=10`; !strings.Contains(r.body, want) || !strings.HasPrefix(address, "https:") {
		t.Errorf("no %s in %.200s", want, r.body)
	}
}

func TestCutAfterBreaksTheBodyOffOverSockets(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	ts, address := listen(t, s, (*httptest.Server).Start)
	whole := do(t, s, http.MethodGet, address+"docking_event/1/").body
	s.Fail(ll2test.Fault{CutAfter: 100})
	resp, err := ts.Client().Get(address + "docking_event/1/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != whole[:100] || resp.ContentLength != int64(len(whole)) {
		t.Errorf("%d bytes of %d, %v", len(body), resp.ContentLength, err)
	}
}

// To a ResponseWriter that is no connection the panic is all that shows.
func TestCutAndErrAbortTheHandler(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	for _, fault := range []ll2test.Fault{{CutAfter: 100}, {Err: io.EOF}, {CutAfter: -1}} {
		s.Fail(fault)
		w := httptest.NewRecorder()
		aborted := func() (aborted bool) {
			defer func() { aborted = recover() == http.ErrAbortHandler }()
			s.ServeHTTP(w, httptest.NewRequest("GET", "/docking_event/1/", nil))
			return false
		}()
		if whole := fault.CutAfter < 0; aborted == whole {
			t.Errorf("%+v: aborted: %t", fault, aborted)
		}
		if n := w.Body.Len(); w.Flushed != (fault.CutAfter > 0) || fault.CutAfter >= 0 && n != fault.CutAfter || fault.CutAfter < 0 && n < 1000 {
			t.Errorf("%+v: %d bytes, flushed: %t", fault, n, w.Flushed)
		}
	}

	s.Fail(ll2test.Fault{Status: 304, Body: "x"})
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/docking_event/1/", nil))
	if w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "" {
		t.Errorf("304: %d %q %v", w.Code, w.Body, w.Header())
	}
}

func TestErrClosesTheConnectionOverSockets(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	ts, address := listen(t, s, (*httptest.Server).Start)
	s.Fail(ll2test.Fault{Err: errors.New("x")})
	resp, err := ts.Client().Get(address + "docking_event/1/")
	if !errors.Is(err, io.EOF) {
		t.Errorf("%v, %v", resp, err)
	}
}

func TestFaultsWithoutABodyOverSockets(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	ts, address := listen(t, s, (*httptest.Server).Start)
	s.Fail(ll2test.Fault{Status: 204, Body: "x"}, ll2test.Fault{Status: 503}, ll2test.Fault{Header: http.Header{"Date": nil}})
	for i, status := range []int{204, 503, 200} {
		r := do(t, ts.Client().Transport, http.MethodGet, address+"docking_event/1/")
		if r.status != status || r.err != nil || (r.body == "") != (status != 200) {
			t.Errorf("request %d: %+v", i, r)
		}
		if _, there := r.header["Date"]; there == (i == 2) {
			t.Errorf("request %d: Date is there: %t", i, there)
		}
	}
}

func TestDelayEndsWhenTheCallerHangsUp(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	ts, address := listen(t, s, (*httptest.Server).Start)
	s.Fail(ll2test.Fault{Delay: time.Hour})
	ctx, hangUp := context.WithCancel(t.Context())
	go func() {
		for len(s.Requests()) == 0 { // until it has come
			time.Sleep(time.Millisecond)
		}
		hangUp()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"docking_event/1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ts.Client().Do(req); err == nil {
		t.Error("an answer, though it takes an hour")
	}
	ts.Close() // would block for the hour
	if r := s.Requests()[0]; r.Status != 0 {
		t.Errorf("status %d", r.Status)
	}
}
