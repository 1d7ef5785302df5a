package ll2test_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

func TestOneEventIsAnsweredInTheDetailedShape(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(3)
	s := ll2test.NewServer(events...)
	for _, query := range []string{"", "?mode=normal"} {
		r := get(t, s, "docking_event/2/"+query)
		var e ll2.DockingEvent
		if err := json.Unmarshal([]byte(r.body), &e); err != nil {
			t.Fatalf("%d %s: %v", r.status, r.body, err)
		}
		if !reflect.DeepEqual(e, events[1]) {
			t.Errorf("got  %+v\nwant %+v", e, events[1])
		}
	}
}

func TestUnknownEventIs404(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	for _, id := range []string{"4", "0", "-1", "one", "99999999999999999999"} {
		get(t, s, "docking_event/"+id+"/").want(t, http.StatusNotFound, `{"detail":"Not found."}`)
	}
	s.SetEvents(ll2.DockingEvent{}) // whose id is 0, which "one" is not
	if r := get(t, s, "docking_event/one/"); r.status != http.StatusNotFound {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestUnknownPathIsAnHTML404(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	for _, path := range []string{"", "docking_events/", "launch/1/", "docking_event/1/2/", "docking_event//", "docking_event/1.json/", "launch/"} {
		r := get(t, s, path)
		if r.status != http.StatusNotFound || r.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(r.body, "<h1>Not Found</h1>") {
			t.Errorf("%s: %d %s %s", path, r.status, r.header.Get("Content-Type"), r.body)
		}
	}
}

func TestAnyPrefixOfThePathIsServed(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	for _, prefix := range []string{"http://h/", "https://h:8080/mirror/ll2/", "http://h/docking_event/1/", "http://h/v2/", "http://h/2.2.0/"} {
		for _, path := range []string{"docking_event/", "docking_event/1/", "api-throttle/"} {
			if r := do(t, s, http.MethodGet, prefix+path); r.status != http.StatusOK {
				t.Errorf("%s%s: %d", prefix, path, r.status)
			}
		}
	}
}

// As where a base URL names the endpoint already.
func TestBelowTheDockingEventsThereAreOnlyThey(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	for path, contentType := range map[string]string{
		"docking_event/docking_event/":   "application/json", // an event with a strange id
		"docking_event/api-throttle/":    "application/json",
		"docking_event/docking_event/1/": "text/html; charset=utf-8",
	} {
		r := get(t, s, path)
		if r.status != http.StatusNotFound || r.header.Get("Content-Type") != contentType {
			t.Errorf("%s: %d %s", path, r.status, r.header.Get("Content-Type"))
		}
	}
}

func TestOtherVersionsHaveNoDockingEventsOfThisForm(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	for path, status := range map[string]int{
		"http://h/2.2.0/docking_event/":         200,
		"http://h/2.3.0/docking_event/":         404,
		"http://h/2.3.0/docking_event/1/":       404,
		"http://h/10.0.12/docking_event/":       404,
		"http://h/2.3.0/2.2.0/docking_event/1/": 200,
		"http://h/2.3/docking_event/1/":         200, // is no version
		"http://h/2.3.x/docking_event/1/":       200,
		"http://h/2.3.0/api-throttle/":          200, // one quota for all versions
	} {
		if r := do(t, s, http.MethodGet, path); r.status != status {
			t.Errorf("%s: %d, want %d", path, r.status, status)
		}
	}
}

func TestMissingSlashIsRedirectedWithItsQuery(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	for path, location := range map[string]string{
		"docking_event?ordering=-docking&limit=2": "/2.2.0/docking_event/?ordering=-docking&limit=2",
		"docking_event/2":                         "/2.2.0/docking_event/2/",
		"api-throttle":                            "/2.2.0/api-throttle/",
	} {
		r := get(t, s, path)
		if r.status != http.StatusMovedPermanently || r.header.Get("Location") != location || r.body != "" {
			t.Errorf("%s: %d %q %q", path, r.status, r.header.Get("Location"), r.body)
		}
	}
	resp, err := (&http.Client{Transport: s}).Get(base + "docking_event/2")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("behind the redirect: %s", resp.Status)
	}
}

func TestOnlyGETIsAllowed(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		for _, path := range []string{"docking_event/", "docking_event/1/", "api-throttle/"} {
			r := do(t, s, method, base+path)
			r.want(t, http.StatusMethodNotAllowed, `{"detail":"Method \"`+method+`\" not allowed."}`)
			if r.header.Get("Allow") != "GET" {
				t.Errorf("Allow: %q", r.header.Get("Allow"))
			}
		}
	}
	if r := do(t, s, "HEAD", base+"docking_event/"); r.status != http.StatusMethodNotAllowed || r.body != "" || r.header.Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d %q %v", r.status, r.body, r.header)
	}
}

func TestHeadersAreThoseOfTheService(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	before := time.Now().Truncate(time.Second)
	for _, path := range []string{"docking_event/", "docking_event/1/", "docking_event/9/", "docking_event/?docking__gt=x", "api-throttle/"} {
		r := get(t, s, path)
		for key, want := range map[string]string{"Content-Type": "application/json", "Allow": "GET", "Vary": "Accept"} {
			if got := r.header.Get(key); got != want {
				t.Errorf("%s: %s: %q, want %q", path, key, got, want)
			}
		}
		date, err := http.ParseTime(r.header.Get("Date"))
		if err != nil || date.Before(before) || date.After(time.Now()) {
			t.Errorf("%s: Date: %q", path, r.header.Get("Date"))
		}
	}
}

func TestAKeyThatTheServerDoesNotKnowIs401(t *testing.T) {
	t.Parallel()
	const (
		invalid = `{"detail":"Invalid token."}`
		noKey   = `{"detail":"Invalid token header. No credentials provided."}`
		spaces  = `{"detail":"Invalid token header. Token string should not contain spaces."}`
	)
	s := ll2test.NewServer(ll2test.Events(1)...)
	s.SetTokens("good", "better")
	for _, test := range []struct{ authorization, refusal string }{
		{"Token good", ""},
		{"token better", ""},
		{"Token bad", invalid},
		{"token bad", invalid},
		{"Token Good", invalid},
		{"Token", noKey},
		{"Token good good", spaces},
		{"Bearer bad", ""},
		{"bad", ""},
		{"", ""},
	} {
		for _, path := range []string{"docking_event/1/", "api-throttle/"} {
			r := get(t, s, path, "Authorization", test.authorization)
			if test.refusal == "" && r.status != http.StatusOK {
				t.Errorf("%q: %d %s", test.authorization, r.status, r.body)
			}
			if test.refusal != "" {
				r.want(t, http.StatusUnauthorized, test.refusal)
				if r.header.Get("WWW-Authenticate") != "Token" {
					t.Errorf("WWW-Authenticate: %q", r.header.Get("WWW-Authenticate"))
				}
			}
		}
	}
	s.SetTokens()
	if r := get(t, s, "docking_event/1/", "Authorization", "Token bad"); r.status != http.StatusOK {
		t.Errorf("without keys: %d", r.status)
	}
}

func TestFormatAndAcceptAreNegotiated(t *testing.T) {
	t.Parallel()
	const (
		asJSON = "application/json"
		asHTML = "text/html; charset=utf-8"
	)
	s := ll2test.NewServer(ll2test.Events(1)...)
	for _, test := range []struct {
		format, accept string
		status         int
		contentType    string
	}{
		{"", "", 200, asJSON},
		{"", "*/*", 200, asJSON},
		{"", "application/json", 200, asJSON},
		{"", "application/*;q=0.3", 200, asJSON},
		{"", "text/html,application/xhtml+xml,*/*;q=0.8", 200, asHTML},
		{"", "image/png", 406, asJSON},
		{"json", "application/json", 200, asJSON},
		{"json", "text/html", 406, asJSON},
		{"api", "", 200, asHTML},
		{"api", "text/html", 200, asHTML},
		{"api", "application/json", 406, asJSON},
		{"xml", "", 404, asJSON},
	} {
		var header []string
		if test.accept != "" {
			header = []string{"Accept", test.accept}
		}
		r := get(t, s, "docking_event/1/?format="+test.format, header...)
		if r.status != test.status || r.header.Get("Content-Type") != test.contentType {
			t.Errorf("format %q, Accept %q: %d %s", test.format, test.accept, r.status, r.header.Get("Content-Type"))
		}
		switch r.status {
		case 406:
			r.want(t, 406, `{"detail":"Could not satisfy the request Accept header."}`)
		case 404:
			r.want(t, 404, `{"detail":"Not found."}`)
		}
	}
}

func TestRequestsAreKeptInOrderOfArrival(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	s.Fail(ll2test.Fault{}, ll2test.Fault{Err: errors.New("no route")})
	get(t, s, "docking_event/1/", "X-Number", "1")
	req, _ := http.NewRequest("GET", base+"docking_event/?limit=5", nil)
	if _, err := s.RoundTrip(req); err == nil {
		t.Fatal("the scripted error did not come")
	}
	do(t, s, "POST", base+"docking_event/")

	requests := s.Requests()
	var got []string
	for _, r := range requests {
		got = append(got, r.Method+" "+r.URL.String()+" "+http.StatusText(r.Status))
	}
	want := []string{
		"GET " + base + "docking_event/1/ OK",
		"GET " + base + "docking_event/?limit=5 ",
		"POST " + base + "docking_event/ Method Not Allowed",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if requests[0].Header.Get("X-Number") != "1" {
		t.Errorf("header: %v", requests[0].Header)
	}

	requests[0].URL.Path = "/"
	requests[0].Header.Set("X-Number", "2")
	requests[0].Status = 0
	if r := s.Requests()[0]; r.URL.Path == "/" || r.Header.Get("X-Number") != "1" || r.Status == 0 {
		t.Errorf("a caller can change what the server remembers: %+v", r)
	}
}

type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

func TestResponseIsCompleteAndRequestBodyClosed(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	sent := &closer{Reader: strings.NewReader("x")}
	req, _ := http.NewRequest("GET", base+"docking_event/1/", sent)
	resp, err := s.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	if resp.Status != "200 OK" || resp.Proto != "HTTP/1.1" || resp.ProtoMajor != 1 || resp.ProtoMinor != 1 ||
		resp.Request != req || resp.ContentLength != int64(len(body)) || !sent.closed {
		t.Errorf("%+v, body %d bytes, closed %t", resp, len(body), sent.closed)
	}
	resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Errorf("reading behind Close: %v", err)
	}

	sent.closed = false
	s.Fail(ll2test.Fault{Err: io.ErrClosedPipe})
	if _, err := s.RoundTrip(req); err != io.ErrClosedPipe || !sent.closed {
		t.Errorf("scripted error: %v, closed %t", err, sent.closed)
	}
	req.Method = ""
	if resp, err := s.RoundTrip(req); err != nil || resp.StatusCode != 200 {
		t.Errorf("without a method, which is a GET: %v %v", resp, err)
	}
	if _, err := s.RoundTrip(&http.Request{Method: "GET"}); err == nil {
		t.Error("a request without a URL got an answer")
	}
}

func TestEventsThatHaveNoJSONAre500(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2.DockingEvent{ID: 1, Docking: time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC)})
	if r := get(t, s, "docking_event/1/"); r.status != 500 || !strings.Contains(r.body, "year") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestServerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(50)...)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				switch i % 4 {
				case 0:
					s.SetEvents(ll2test.Recorded()...)
					s.ShuffleTies(uint64(i))
				case 1:
					s.Fail(ll2test.Fault{Header: http.Header{"X": {"y"}}})
					s.SetTokens("a", "b")
				case 2:
					s.Limit(10, time.Hour)
					_ = s.Requests()
				}
				for _, path := range []string{"docking_event/?ordering=docking&format=json&mode=detailed", "docking_event/187/", "api-throttle/"} {
					req, _ := http.NewRequest("GET", base+path, nil)
					resp, err := s.RoundTrip(req)
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
				}
			}
		})
	}
	wg.Wait()
	if got := len(s.Requests()); got != 8*20*3 {
		t.Errorf("%d requests", got)
	}
}
