package mirror_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// A still service has rows without counters, which run by themselves.
func still(t *testing.T, server *ll2test.Server, destinations ...string) {
	t.Helper()
	rows := make([]any, 0, len(destinations))
	for i, destination := range destinations {
		s := stay{id: i + 1, docking: time.Date(2020, 1, 1+i, 0, 0, 0, 0, time.UTC), departure: time.Date(2021, 1, 1+i, 0, 0, 0, 0, time.UTC), destination: destination}
		rows = append(rows, json.RawMessage(s.json(v220, 0)))
	}
	if err := server.SetRows("2.2.0/docking_event/", rows...); err != nil {
		t.Fatal(err)
	}
}

func TestHeadersTellHowOldTheCopyIsAndWhenItsContentChanged(t *testing.T) {
	in(t, func(t *testing.T) {
		server, store := ll2test.NewServer(), mirror.Memory()
		still(t, server, "ISS", "Mir")
		m := open(t, server.Client(), store)
		refresh(t, m)
		began := time.Now()
		var etags []string
		check := func(m *mirror.Mirror, age int, modified time.Time) {
			t.Helper()
			resp := serve(t, m, http.MethodGet, list+"?limit=1")
			h := resp.Header
			etags = append(etags, h.Get("ETag"))
			if resp.StatusCode != 200 || h.Get("Age") != fmt.Sprint(age) || h.Get("Date") != time.Now().UTC().Format(http.TimeFormat) ||
				h.Get("Cache-Control") != "max-age=3600" || h.Get("Content-Type") != "application/json" || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%d %v, want age %d", resp.StatusCode, h, age)
			}
			want := modified.UTC().Format(http.TimeFormat)
			if modified.IsZero() {
				want = ""
			}
			if got := h.Get("Last-Modified"); got != want {
				t.Errorf("last modified %q, want %q", got, want)
			}
		}
		check(m, 0, began)
		time.Sleep(40 * time.Minute)
		check(m, 40*60, began)
		refresh(t, m) // nothing new
		check(m, 0, began)
		time.Sleep(10 * time.Minute)
		still(t, server, "ISS", "Tiangong") // not on the first page
		refresh(t, m)
		check(m, 0, began.Add(50*time.Minute))
		still(t, server, "Moon", "Tiangong")
		refresh(t, m) // within the same second
		check(m, 0, time.Time{})
		time.Sleep(time.Second)
		check(m, 1, began.Add(50*time.Minute+time.Second))
		// A program that opens the copy later only knows that it is not younger.
		check(open(t, server.Client(), store), 1, began.Add(50*time.Minute))
		if etags[0] == "" || etags[1] != etags[0] || etags[2] != etags[0] || etags[3] != etags[0] || etags[4] == etags[0] || etags[5] != etags[4] || etags[6] != etags[4] {
			t.Errorf("entity tags %q", etags)
		}
	})
}

func TestConditionalRequestsAreAnsweredIfTheBodyChanged(t *testing.T) {
	in(t, func(t *testing.T) {
		m, _ := warm(t)
		link := list + "?limit=5"
		first := serve(t, m, http.MethodGet, link).Header
		tag, at := first.Get("ETag"), first.Get("Last-Modified")
		zipped := serve(t, m, http.MethodGet, link, "Accept-Encoding", "gzip").Header.Get("ETag")
		if tag == zipped || !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(zipped, `-gzip"`) {
			t.Errorf("%s and, compressed, %s", tag, zipped)
		}
		before := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
		after := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
		for _, test := range []struct {
			want   int
			header []string
		}{
			{304, []string{"If-None-Match", tag}},
			{304, []string{"If-None-Match", "W/" + tag}},
			{304, []string{"If-None-Match", "*"}},
			{304, []string{"If-None-Match", `"a", W/"b" ,` + tag}},
			{304, []string{"If-None-Match", `"a"`, "If-None-Match", tag}},
			{304, []string{"If-None-Match", zipped, "Accept-Encoding", "gzip"}},
			{304, []string{"If-Modified-Since", at}},
			{304, []string{"If-Modified-Since", after}},
			{304, []string{"If-None-Match", tag, "If-Modified-Since", before}},
			{200, []string{"If-None-Match", zipped}},
			{200, []string{"If-None-Match", tag, "Accept-Encoding", "gzip"}},
			{200, []string{"If-None-Match", strings.Trim(tag, `"`)}},
			{200, []string{"If-None-Match", ""}},
			{200, []string{"If-None-Match", `"a"`, "If-Modified-Since", after}},
			{200, []string{"If-Modified-Since", before}},
			{200, []string{"If-Modified-Since", "yesterday"}},
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				resp := serve(t, m, method, link, test.header...)
				body := bodyOf(t, &http.Response{Body: resp.Body})
				if resp.StatusCode != test.want || (body != "") != (test.want == 200 && method == http.MethodGet) {
					t.Errorf("%s %v: %d, %d bytes", method, test.header, resp.StatusCode, len(body))
				}
				h := resp.Header
				for _, name := range []string{"ETag", "Last-Modified", "Age", "Date", "Vary", "Cache-Control"} {
					if h.Get(name) == "" {
						t.Errorf("%s %v: no %s in %v", method, test.header, name, h)
					}
				}
				if test.want == 304 && (h.Get("Content-Length") != "" || h.Get("Content-Type") != "" || h.Get("Content-Encoding") != "") {
					t.Errorf("%v", h)
				}
			}
		}
		if resp := serve(t, m, http.MethodGet, list+"x/", "If-None-Match", "*"); resp.StatusCode != 404 {
			t.Errorf("a condition of what is not there: %d", resp.StatusCode)
		}
	})
}

// A slow writer writes when the test lets it.
type slow struct {
	discarder
	deadline time.Time
	status   int
	went     chan bool
}

func newSlow() *slow { return &slow{discarder: discarder{make(http.Header)}, went: make(chan bool)} }

func (w *slow) WriteHeader(status int) { w.status = status }

func (w *slow) Write(p []byte) (int, error) {
	w.went <- true
	<-w.went
	return len(p), nil
}

func (w *slow) SetWriteDeadline(t time.Time) error {
	w.deadline = t
	return nil
}

func TestBodiesThatNobodyReadsAreBounded(t *testing.T) {
	m := open(t, ll2test.NewServer(ll2test.Events(30)...).Client(), mirror.Memory())
	length := len(bodyOf(t, serve(t, m, http.MethodGet, list)))
	mirror.SetRoom(m, length+length/2)
	begin := func() (w *slow, done chan bool) {
		w, done = newSlow(), make(chan bool)
		go func() {
			m.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, list, nil))
			done <- true
		}()
		<-w.went
		return w, done
	}
	first, firstDone := begin()
	second, secondDone := begin() // of the same body
	another := list + "?limit=9"
	if resp := serve(t, m, http.MethodGet, another); resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "1" || resp.Header.Get("ETag") != "" {
		t.Errorf("another body beside it: %d %v", resp.StatusCode, resp.Header)
	}
	first.went <- true
	<-firstDone
	if resp := serve(t, m, http.MethodGet, another); resp.StatusCode != 503 {
		t.Errorf("when one of two readers is done: %d", resp.StatusCode)
	}
	second.went <- true
	<-secondDone
	if resp := serve(t, m, http.MethodGet, another); resp.StatusCode != 200 {
		t.Errorf("when both are done: %d", resp.StatusCode)
	}
}

func TestAReaderHasAMinuteIfTheServerSetsNoTime(t *testing.T) {
	in(t, func(t *testing.T) {
		m, _ := warm(t)
		for timeout, want := range map[time.Duration]time.Time{0: time.Now().Add(time.Minute), time.Hour: {}} {
			w := newSlow()
			ctx := context.WithValue(t.Context(), http.ServerContextKey, &http.Server{WriteTimeout: timeout})
			go func() { <-w.went; w.went <- true }()
			m.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, list, nil))
			if w.status != 200 || !w.deadline.Equal(want) {
				t.Errorf("with %v: %d until %v, want %v", timeout, w.status, w.deadline, want)
			}
		}
	})
}
