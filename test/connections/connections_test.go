package connections_test

import (
	"compress/gzip"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestASequentialWalkTakesOneConnection(t *testing.T) {
	t.Parallel()
	pages := ll2test.NewServer(ll2test.Events(60)...)
	for name, serve := range map[string]http.HandlerFunc{
		"as ever": pages.ServeHTTP,
		"answers that end late": func(w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			pages.ServeHTTP(recorder, r)
			body := recorder.Body.Bytes()
			_, _ = w.Write(body[:len(body)-1])
			_ = http.NewResponseController(w).Flush()
			time.Sleep(3 * time.Millisecond) // over a real connection
			_, _ = w.Write(body[len(body)-1:])
		},
		"an error before each answer": func() http.HandlerFunc {
			var n atomic.Int32
			return func(w http.ResponseWriter, r *http.Request) {
				if n.Add(1)%2 == 1 {
					http.Error(w, "<h1>Bad gateway</h1>", http.StatusBadGateway)
					return
				}
				pages.ServeHTTP(w, r)
			}
		}(),
		"compressed": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "gzip" {
				http.Error(w, "gzip was not asked for", http.StatusBadRequest)
				return
			}
			recorder := httptest.NewRecorder()
			pages.ServeHTTP(recorder, r)
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(recorder.Body.Bytes())
			_ = z.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var connections atomic.Int32
			server := httptest.NewUnstartedServer(serve)
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			server.Start()
			defer server.Close()
			client, err := ll2.New(ll2.WithBaseURL(server.URL), ll2.WithBackoff(0, 0), ll2.WithHTTPClient(server.Client()))
			if err != nil {
				t.Fatal(err)
			}
			if got := testkit.All(t, client, ll2.PageSize(10)); len(got) != 60 {
				t.Errorf("%d events, want 60", len(got))
			}
			if n := connections.Load(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
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
		{http.StatusOK, testkit.EmptyPage + strings.Repeat(" ", 1<<20)},
		{http.StatusNotFound, strings.Repeat("x", 1<<20)},
		{http.StatusOK, `[` + strings.Repeat("1,", 1<<19) + `1]`},
		{http.StatusOK, testkit.EmptyPage},
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
	client := testkit.NewClient(t, nil, ll2.WithHTTPClient(server.Client()), ll2.WithBaseURL(server.URL))
	for _, fails := range []bool{false, true, true, false} {
		if err := testkit.ListOnce(t, client); (err != nil) != fails {
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

// A sharedTransport counts who closes the connections of everybody.
type sharedTransport struct {
	http.RoundTripper
	closed atomic.Int32
}

func (s *sharedTransport) CloseIdleConnections() { s.closed.Add(1) }

func TestFailuresDoNotCloseOtherUsersConnections(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]testkit.Answer{
		"status": testkit.Status(500, ""), "status not retried": testkit.Status(404, ""), "no answer": testkit.Breaks(syscall.ECONNRESET),
		"body": testkit.BreaksOff(`{`, io.ErrUnexpectedEOF), "429": testkit.Status(429, "", "Retry-After", "3600"),
		"redirect": testkit.Status(302, "", "Location", "https://evil.example/"), "not JSON": testkit.Status(200, "<html>"),
	} {
		shared := &sharedTransport{RoundTripper: testkit.NewScript(fails)}
		if err := testkit.ListOnce(t, testkit.NewClient(t, shared)); err == nil {
			t.Errorf("%s: no error", name)
		}
		if n := shared.closed.Load(); n != 0 {
			t.Errorf("%s: closed the idle connections %d times", name, n)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(time.Second, cancel)
		shared := &sharedTransport{RoundTripper: testkit.NewScript(testkit.Status(500, ""))}
		client := testkit.NewClient(t, shared, ll2.WithBackoff(time.Minute, time.Minute))
		if _, err := client.DockingEvents.Get(ctx, 7); err == nil || shared.closed.Load() != 0 {
			t.Errorf("%v, and closed the idle connections %d times", err, shared.closed.Load())
		}
	})
}

// The same with real connections: the other user's is still there afterwards.
func TestOtherUsersConnectionSurvivesFailures(t *testing.T) {
	t.Parallel()
	var addresses []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/other" {
			addresses = append(addresses, r.RemoteAddr) // one request at a time
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	other := func() {
		resp, err := (&http.Client{Transport: transport}).Get(server.URL + "/other")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	other()
	if err := testkit.ListOnce(t, testkit.NewClient(t, transport, ll2.WithBaseURL(server.URL))); err == nil {
		t.Error("no error")
	}
	other()
	if len(addresses) != 2 || addresses[0] != addresses[1] {
		t.Errorf("the other user came from %q, want one connection", addresses)
	}
}
