package mirror_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestWhatAnswersIsServedAndWhatDoesNotIsA503(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(5)...)
		m := open(t, server.Client(), mirror.Memory(), mirror.MaxStale(2*time.Hour))
		server.Fail(ll2test.Fault{Status: 429, Header: http.Header{"Retry-After": {"600"}}})
		check := func(name string, wantStatus int, wantRetry, wantHealth string, wantWait time.Duration) {
			t.Helper()
			start := time.Now()
			resp := serve(t, m, http.MethodGet, list)
			if waited := time.Since(start); resp.StatusCode != wantStatus || resp.Header.Get("Retry-After") != wantRetry || waited != wantWait {
				t.Errorf("%s: %d after %v, Retry-After %q", name, resp.StatusCode, waited, resp.Header.Get("Retry-After"))
			}
			body := bodyOf(t, resp)
			if !json.Valid([]byte(body)) || strings.Contains(body, "ll2.test") {
				t.Errorf("%s: %s", name, body)
			}
			resp = serve(t, m, http.MethodGet, "http://gateway.example/healthz")
			if body := bodyOf(t, resp); resp.StatusCode != wantStatus || !strings.HasPrefix(body, `{"status":"`+wantHealth+`"`) || resp.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: health %d %s", name, resp.StatusCode, body)
			}
		}
		check("cold", 503, "600", "cold", 0)
		time.Sleep(10 * time.Minute)
		server.Fail(ll2test.Fault{Delay: 20 * time.Second})
		check("cold and slow", 503, "10", "cold", 10*time.Second)
		time.Sleep(time.Minute)
		check("warm", 200, "", "ok", 0)
		time.Sleep(2 * time.Hour)
		server.Fail(ll2test.Fault{Status: 503})
		check("stale", 503, "60", "stale", 0)
		time.Sleep(time.Minute)
		check("well again", 200, "", "ok", 0)
	})
}

func TestASearchAndAnUnknownIdAreAskedOnceAndLeaveTheRefreshItsQuota(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
		server.Limit(15, time.Hour)
		m := open(t, server.Client(ll2.WithRateLimit(15, time.Hour), ll2.WithToken("s3cr3t")), mirror.Memory())
		refresh(t, m) // two requests
		time.Sleep(time.Hour - time.Second)
		asked := func() (n int) {
			for _, r := range server.Requests() {
				if r.Header.Get("Authorization") != "Token s3cr3t" {
					t.Errorf("sent with the token of a stranger: %v", r.Header)
				}
				n++
			}
			return n - 2
		}
		var statuses []int
		for _, link := range []string{"?search=soyuz", "?search=soyuz", "999/", "999/", "0999/", "?search=a", "?search=b", "?search=c", "?search=d", "?search=e", "?search=f",
			"?search=g", "?search=h", "?search=i", "?search=j", "?search=k", "1000/", "?search=soyuz", "?search=soyuz&limit=10&x=1&mode=odd", "1/"} {
			resp := serve(t, m, http.MethodGet, list+link, "Authorization", "Token stranger")
			statuses = append(statuses, resp.StatusCode)
			if link == "?search=k" && (resp.Header.Get("Retry-After") == "" || !strings.Contains(bodyOf(t, resp), "cannot be asked now")) {
				t.Errorf("%v", resp.Header)
			}
			for _, values := range resp.Header {
				if strings.Contains(strings.Join(values, " "), "s3cr3t") {
					t.Errorf("%s: the token in %v", link, resp.Header)
				}
			}
		}
		const ok, none, no = 200, 404, 503
		want := []int{ok, ok, none, none, none, ok, ok, ok, ok, ok, ok, ok, ok, no, no, no, no, ok, ok, ok}
		if !slices.Equal(statuses, want) {
			t.Errorf("statuses %v, want %v", statuses, want)
		}
		if n := asked(); n != 10 {
			t.Errorf("%d requests, want those that a refresh and a walk of 150 events leave", n)
		}
		refresh(t, m)
		if resp := serve(t, m, http.MethodGet, list+"?search=k"); resp.StatusCode != no {
			t.Errorf("search behind the refresh: %d", resp.StatusCode)
		}
		if n := asked(); n != 11 {
			t.Errorf("%d requests with the refresh", n)
		}
	})
}

func TestASearchThatIsSlowIsSharedAndEndsIn10Seconds(t *testing.T) {
	in(t, func(t *testing.T) {
		m, server := warm(t)
		before := len(server.Requests())
		server.Fail(ll2test.Fault{Delay: 5 * time.Second}, ll2test.Fault{Delay: time.Hour})
		status := make(chan int)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { // who asks first and hangs up
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, list+"?search=soyuz", nil)
			m.ServeHTTP(httptest.NewRecorder(), r)
			status <- 0
		}()
		time.Sleep(time.Second)
		cancel()
		for range 20 {
			go func() { status <- serve(t, m, http.MethodGet, list+"?search=soyuz").StatusCode }()
		}
		got := make(map[int]int)
		for range 21 {
			got[<-status]++
		}
		if n := len(server.Requests()) - before; got[200] != 20 || n != 1 {
			t.Errorf("%v after %d requests", got, n)
		}
		start := time.Now()
		if resp := serve(t, m, http.MethodGet, list+"?search=dragon"); resp.StatusCode != 503 || time.Since(start) != 10*time.Second {
			t.Errorf("%d after %v", resp.StatusCode, time.Since(start))
		}
		before = len(server.Requests())
		server.Fail(ll2test.Fault{Status: 502}, ll2test.Fault{Status: 429, Header: http.Header{"Retry-After": {"90"}}})
		for _, retry := range []string{"10", "90"} {
			if resp := serve(t, m, http.MethodGet, list+"?search=dragon"); resp.StatusCode != 503 || resp.Header.Get("Retry-After") != retry {
				t.Errorf("%d %v", resp.StatusCode, resp.Header)
			}
		}
		if n := len(server.Requests()) - before; n != 2 {
			t.Errorf("%d requests for two questions: they are retried by who asks", n)
		}
	})
}

func TestOneWhoHangsUpTakesTheAnswerFromNobodyWhoWaitsWithHim(t *testing.T) {
	for name, of := range map[string]struct{ link, accept string }{
		"in another form":      {list + "?search=soyuz", "gzip"},
		"with other parameter": {list + "?search=soyuz&utm=1", ""},
	} {
		in(t, func(t *testing.T) {
			m, server := warm(t)
			server.Fail(ll2test.Fault{Delay: 5 * time.Second})
			status := make(chan int)
			ask := func(ctx context.Context, link, accept string) {
				r, w := httptest.NewRequestWithContext(ctx, http.MethodGet, link, nil), httptest.NewRecorder()
				r.Header.Set("Accept-Encoding", accept)
				m.ServeHTTP(w, r)
				status <- w.Code
			}
			go ask(t.Context(), list+"?search=soyuz", "")
			time.Sleep(time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			go ask(ctx, of.link, of.accept) // waits for the first one, and hangs up
			time.Sleep(time.Second)
			go ask(t.Context(), of.link, of.accept) // waits for him
			got := []int{<-status, <-status, <-status}
			if slices.Sort(got); got[1] != 200 {
				t.Errorf("%s: %v", name, got)
			}
		})
	}
}

func TestWhatTheServiceEchoesDoesNotTellTheToken(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(5)...)
	m := open(t, server.Client(ll2.WithToken("s3cr3t")), mirror.Memory())
	refresh(t, m)
	const echo = "Authorization: Token s3cr3t"
	for i, f := range []ll2test.Fault{
		{Status: 400, Body: `{"search":["` + echo + `"],"x":"` + echo + `"}`, Header: http.Header{"X-Echo": {echo}}},
		{Status: 400, Body: echo},
		{Status: 404, Body: `{"detail":"` + echo + `"}`},
		{Status: 401, Body: `{"detail":"` + echo + `"}`},
		{Status: 500, Body: echo},
	} {
		for _, link := range []string{fmt.Sprintf("?search=%d", i), fmt.Sprintf("%d/", 90+i)} {
			server.Fail(f)
			resp := serve(t, m, http.MethodGet, list+link)
			var all strings.Builder
			if err := resp.Write(&all); err != nil || strings.Contains(all.String(), "s3cr3t") {
				t.Errorf("%d for %s: %s", f.Status, link, &all)
			}
			want := f.Status
			if f.Status != 404 && f.Status != 400 || !strings.HasPrefix(f.Body, "{") || f.Status == 404 && link[0] == '?' {
				want = 503
			}
			if resp.StatusCode != want {
				t.Errorf("%d for %s: %d", f.Status, link, resp.StatusCode)
			}
		}
	}
}

func TestAnOfflineOrClosedOrForgottenMirrorServesWhatItCan(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(5)...)
	store := mirror.Memory()
	m := open(t, server.Client(), store)
	refresh(t, m)
	offline := open(t, server.Client(), store, mirror.Offline())
	for link, want := range map[string]int{"": 200, "5/": 200, "6/": 503, "?search=x": 503, "x/": 404} {
		if resp := serve(t, offline, http.MethodGet, list+link); resp.StatusCode != want || resp.Header.Get("Retry-After") != "" {
			t.Errorf("offline, %q: %d %v", link, resp.StatusCode, resp.Header)
		}
	}
	if err := offline.Close(); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{list, list + "6/", "http://gateway.example/healthz"} {
		if resp := serve(t, offline, http.MethodGet, link); resp.StatusCode != 503 {
			t.Errorf("closed, %q: %d", link, resp.StatusCode)
		}
	}
	var none *mirror.Mirror
	for _, m := range []*mirror.Mirror{none, new(mirror.Mirror)} {
		if resp := serve(t, m, http.MethodGet, list); resp.StatusCode != 503 {
			t.Errorf("not opened: %d", resp.StatusCode)
		}
	}
}
