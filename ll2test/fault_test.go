package ll2test_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/ll2test"
)

func newRequest(t testing.TB, path string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestFaultsMeetTheNextRequestsOneByOne(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	s.Fail(ll2test.Fault{Status: 502}, ll2test.Fault{})
	s.Fail(ll2test.Fault{Status: 503}, ll2test.Fault{Status: 504}, ll2test.Fault{Status: 520})
	for i, want := range []struct {
		path   string
		status int
	}{
		{"docking_event/", 502}, {"docking_event/", 200}, {"api-throttle/", 503}, {"nowhere/", 404}, {"docking_event/1/", 520}, {"docking_event/", 200},
	} {
		if r := get(t, s, want.path); r.status != want.status {
			t.Errorf("request %d: %d, want %d", i, r.status, want.status)
		}
	}
}

func TestScriptedStatusIsAnsweredAsItIs(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	for _, test := range []struct {
		fault       ll2test.Fault
		contentType string
	}{
		{ll2test.Fault{Status: 502, Body: "<h1>Bad gateway</h1>"}, "text/html; charset=utf-8"},
		{ll2test.Fault{Status: 200, Body: `{"count":`}, "application/json"},
		{ll2test.Fault{Status: 200, Body: `[]`}, "application/json"},
		{ll2test.Fault{Status: 599}, "text/html; charset=utf-8"},
		{ll2test.Fault{Status: 500, Body: "x", Header: http.Header{"content-type": {"text/plain"}, "Retry-After": {"7"}}}, "text/plain"},
	} {
		s.Fail(test.fault)
		r := get(t, s, "docking_event/")
		r.want(t, test.fault.Status, test.fault.Body)
		if r.header.Get("Content-Type") != test.contentType || r.header.Get("Retry-After") != test.fault.Header.Get("Retry-After") || r.header.Get("Date") == "" {
			t.Errorf("%+v: %v", test.fault, r.header)
		}
	}
	s.Fail(ll2test.Fault{Status: 599})
	resp, err := s.RoundTrip(newRequest(t, "docking_event/"))
	if err != nil || resp.Status != "599" {
		t.Errorf("status without a name: %+v %v", resp, err)
	}
	s.Fail(ll2test.Fault{Status: 204, Body: "x"})
	if r := get(t, s, "docking_event/"); r.body != "" || r.header.Get("Content-Length") != "" {
		t.Errorf("204 with a body: %+v", r)
	}
}

func TestFaultWithoutStatusChangesTheRealAnswer(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	plain := get(t, s, "docking_event/1/")
	header := map[string][]string{"x-cache": {"HIT"}, "Vary": {"Cookie"}, "Allow": nil}
	s.Fail(ll2test.Fault{Header: header}, ll2test.Fault{Body: "broken"}, ll2test.Fault{Header: http.Header{"X-Cache": {"MISS"}}})
	header["x-cache"][0] = "changed after Fail"

	r := get(t, s, "docking_event/1/")
	r.want(t, 200, plain.body)
	_, allow := r.header["Allow"]
	if r.header.Get("X-Cache") != "HIT" || r.header.Get("Vary") != "Cookie" || allow || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("%v", r.header)
	}
	r = get(t, s, "docking_event/1/")
	r.want(t, 200, "broken")
	if r.header.Get("Content-Length") != "6" {
		t.Errorf("%v", r.header)
	}
	if r = get(t, s, "docking_event/9/"); r.status != 404 || r.header.Get("X-Cache") != "MISS" {
		t.Errorf("%d %v", r.status, r.header)
	}
}

func TestCutAfterBreaksTheBodyOff(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	whole := get(t, s, "docking_event/1/").body
	for _, cut := range []int{1, 100, len(whole) - 1} {
		s.Fail(ll2test.Fault{CutAfter: cut})
		resp, err := s.RoundTrip(newRequest(t, "docking_event/1/"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != whole[:cut] || resp.ContentLength != int64(len(whole)) {
			t.Errorf("cut after %d: %d bytes of %d, %v", cut, len(body), resp.ContentLength, err)
		}
	}
	for _, cut := range []int{0, -1, len(whole), len(whole) + 1} {
		s.Fail(ll2test.Fault{CutAfter: cut})
		if r := get(t, s, "docking_event/1/"); r.body != whole || r.err != nil {
			t.Errorf("cut after %d: %d bytes, %v", cut, len(r.body), r.err)
		}
	}
	s.Fail(ll2test.Fault{Status: 500, Body: "0123456789", CutAfter: 4})
	if r := get(t, s, "docking_event/1/"); r.status != 500 || r.body != "0123" || !errors.Is(r.err, io.ErrUnexpectedEOF) {
		t.Errorf("%+v", r)
	}
}

func TestErrIsWhatRoundTripFailsWith(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	broken := errors.New("connection reset by peer")
	s.Fail(ll2test.Fault{Err: broken, Status: 500})
	resp, err := s.RoundTrip(newRequest(t, "docking_event/"))
	if resp != nil || err != broken {
		t.Errorf("%v, %v", resp, err)
	}
	if status := s.Requests()[0].Status; status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestDelayPassesBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.Fail(ll2test.Fault{Delay: time.Minute}, ll2test.Fault{Delay: time.Hour, Err: io.ErrClosedPipe})
		start := time.Now()
		if r := get(t, s, "docking_event/"); r.status != 200 || time.Since(start) != time.Minute {
			t.Errorf("%d after %s", r.status, time.Since(start))
		}
		if _, err := s.RoundTrip(newRequest(t, "docking_event/")); err != io.ErrClosedPipe || time.Since(start) != 61*time.Minute {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestDelayEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.Limit(5, time.Hour)
		s.Fail(ll2test.Fault{Delay: time.Hour}, ll2test.Fault{Delay: time.Hour})
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := s.RoundTrip(newRequest(t, "docking_event/").WithContext(ctx)); err != context.DeadlineExceeded || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		client := &http.Client{Transport: s, Timeout: 2 * time.Second}
		_, err := client.Get(base + "docking_event/")
		if !os.IsTimeout(err) || time.Since(start) != 5*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		for i, r := range s.Requests() {
			if r.Status != 0 {
				t.Errorf("request %d: status %d", i, r.Status)
			}
		}
		if body := get(t, s, "api-throttle/").body; !strings.Contains(body, `"current_use":0`) {
			t.Errorf("they took a place: %s", body)
		}
	})
}

func TestAnEndedContextSendsNothing(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	s.Fail(ll2test.Fault{Status: 500})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.RoundTrip(newRequest(t, "docking_event/").WithContext(ctx)); err != context.Canceled {
		t.Errorf("%v", err)
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
	if r := get(t, s, "docking_event/"); r.status != 500 {
		t.Errorf("the fault was spent: %d", r.status)
	}
}

func TestReadingTheBodyEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := s.RoundTrip(newRequest(t, "docking_event/").WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(resp.Body, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(resp.Body); err != context.Canceled {
		t.Errorf("%v", err)
	}
}
