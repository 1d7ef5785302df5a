package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/serve"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// config serves the ten recorded events.
func config() serve.Config {
	return serve.Config{
		Events: func(context.Context) ([]*ll2.DockingEvent, error) {
			events := ll2test.Recorded()
			all := make([]*ll2.DockingEvent, len(events))
			for i := range events {
				all[i] = &events[i]
			}
			return all, nil
		},
		Status: func() mirror.Status { return mirror.Status{Refreshed: time.Now(), Count: 10} },
		Line:   func(c mirror.Change) string { return string(c.Kind) },
		API:    http.NotFoundHandler(), Clock: text.UTC,
	}
}

func get(h http.Handler, address string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, address, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOnlyNamesOfThisMachineAreAnswered(t *testing.T) {
	t.Parallel()
	private, public := config(), config()
	public.Public, public.Names = true, []string{"board.example.org"}
	for _, tt := range []struct {
		host            string
		private, public int
	}{
		{"127.0.0.1:8022", 200, 200}, {"127.8.0.1", 200, 200}, {"[::1]:8022", 200, 200}, {"[::1]", 200, 200},
		{"localhost:1", 200, 200}, {"LocalHost.", 200, 200},
		{"evil.example", 421, 421}, {"localhost.evil.example:8022", 421, 421}, {"127.0.0.1.evil.example", 421, 421},
		{"192.0.2.1:8022", 421, 200}, {"[2001:db8::1]:8022", 421, 200}, {"board.example.org:8022", 421, 200}, {"BOARD.example.org", 421, 200},
	} {
		for i, c := range []serve.Config{private, public} {
			for _, path := range []string{"/", "/healthz"} {
				want := []int{tt.private, tt.public}[i]
				if path != "/" && want == 200 {
					want = 404 // the answer of the API
				}
				if got := get(serve.New(c), "http://"+tt.host+path); got.Code != want {
					t.Errorf("public %t, %s%s: %d, want %d", c.Public, tt.host, path, got.Code, want)
				}
			}
		}
	}
}

func TestThePageMayDoNothingButAskItsServer(t *testing.T) {
	t.Parallel()
	got := get(serve.New(config()), "http://localhost/").Header()
	policy := got.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'; script-src 'sha256-", "; style-src 'sha256-", "; connect-src 'self'", "; frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%q is not in %q", part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", got)
	}
}

func TestWithoutACopyThereIsNoPage(t *testing.T) {
	t.Parallel()
	c := config()
	c.Events = func(context.Context) ([]*ll2.DockingEvent, error) { return nil, mirror.ErrCold }
	if got := get(serve.New(c), "http://localhost/"); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
}

// A stream has the events that a page receives.
type stream struct {
	t      *testing.T
	lines  *bufio.Reader
	cancel func() // disconnects the page
}

func listen(t *testing.T, h http.Handler, last string) *stream {
	t.Helper()
	reader, writer := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequest(http.MethodGet, "http://localhost/events", nil).WithContext(ctx)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	go func() {
		h.ServeHTTP(&pipeWriter{writer, http.Header{}}, r)
		_ = writer.Close()
	}()
	return &stream{t, bufio.NewReader(reader), func() { cancel(); _ = reader.Close() }}
}

type pipeWriter struct {
	*io.PipeWriter
	header http.Header
}

func (w *pipeWriter) Header() http.Header { return w.header }
func (w *pipeWriter) WriteHeader(int)     {}
func (w *pipeWriter) Flush()              {}

// next returns the next event, its id and its data.
func (s *stream) next() (name, id string, data map[string]any) {
	s.t.Helper()
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			s.t.Fatal(err)
		}
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch key {
		case "event":
			name = value
		case "id":
			id = value
		case "data":
			if err := json.Unmarshal([]byte(value), &data); err != nil {
				s.t.Fatal(err)
			}
		case "":
			if name != "" {
				return name, id, data
			}
		}
	}
}

// changes passes changes on, one by one.
func changes(from <-chan mirror.Change) iter.Seq2[mirror.Change, error] {
	return func(yield func(mirror.Change, error) bool) {
		for c := range from {
			if c.Kind == "" {
				yield(c, mirror.ErrBehind)
				return
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

func TestPagesAreToldOfChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve.New(config())
		from := make(chan mirror.Change)
		told := make(chan error, 1)
		go func() { told <- h.Tell(t.Context(), changes(from)) }()

		page := listen(t, h, "")
		name, first, data := page.next()
		if stays, _ := data["stays"].([]any); name != "all" || len(stays) != 10 {
			t.Errorf("who knows nothing gets %s with %d stays", name, len(stays))
		}
		if name, id, data := page.next(); name != "beat" || id != "" || !strings.HasPrefix(data["text"].(string), "10 stays, as of 00:00 UTC") {
			t.Errorf("%s %s %v", name, id, data)
		}
		event := ll2test.Recorded()[3]
		from <- mirror.Change{Kind: mirror.Docked, After: &event}
		from <- mirror.Change{Kind: mirror.Removed, Before: &event}
		name, second, data := page.next()
		if name != "change" || data["kind"] != "docked" || data["text"] != "docked" || len(data["data"].(map[string]any)["stays"].([]any)) != 1 {
			t.Errorf("%s %v", name, data)
		}
		if name, _, data := page.next(); name != "change" || data["removed"].([]any)[0] != float64(event.ID) {
			t.Errorf("%s %v", name, data)
		}
		began := time.Now()
		if name, _, _ := page.next(); name != "beat" || time.Since(began) != 15*time.Second {
			t.Errorf("%s after %v", name, time.Since(began))
		}
		page.cancel()

		// A page that reconnects receives the changes that it missed, once.
		back := listen(t, h, second)
		if name, _, data := back.next(); name != "change" || data["kind"] != "removed" {
			t.Errorf("who knows the first is told %s %v", name, data)
		}
		back.cancel()
		// Ids of another process are unknown, and so are ids of future changes.
		for _, last := range []string{"ANOTHERONE-1", first + "99", "nonsense"} {
			other := listen(t, h, last)
			if name, _, _ := other.next(); name != "all" {
				t.Errorf("who knows %s is told %s", last, name)
			}
			other.cancel()
		}
		// A page also receives all events after changes were lost.
		from <- mirror.Change{}
		synctest.Wait()
		lost := listen(t, h, second)
		if name, _, _ := lost.next(); name != "all" {
			t.Errorf("after a loss: %s", name)
		}
		lost.cancel()
		close(from)
		if err := <-told; err != nil {
			t.Error(err)
		}
	})
}

func TestOfTooManyPagesTheLastHasToWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve.New(config())
		pages := make([]*stream, 100)
		for i := range pages {
			pages[i] = listen(t, h, "")
			pages[i].next()
		}
		if got := get(h, "http://localhost/events"); got.Code != http.StatusServiceUnavailable {
			t.Errorf("%d", got.Code)
		}
		for _, page := range pages {
			page.cancel()
		}
		synctest.Wait()
		again := listen(t, h, "")
		if name, _, _ := again.next(); name != "all" {
			t.Error(name)
		}
		again.cancel()
	})
}

// A departure that was announced for a later time is not a change of the copy.
func TestAPageLearnsThatAnAnnouncedDepartureHasHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		event := ll2test.Recorded()[3]
		event.Docking = time.Now().Add(-time.Hour)
		departs := time.Now().Add(20 * time.Second)
		event.Departure = &departs
		c := config()
		c.Events = func(context.Context) ([]*ll2.DockingEvent, error) { return []*ll2.DockingEvent{&event}, nil }
		page := listen(t, serve.New(c), "")
		for _, want := range []string{"all", "beat", "beat", "all", "beat"} {
			if name, _, _ := page.next(); name != want {
				t.Fatalf("%s, want %s", name, want)
			}
		}
		page.cancel()
	})
}

func TestTheHeadOfTheStreamEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := httptest.NewRecorder()
		serve.New(config()).ServeHTTP(w, httptest.NewRequest(http.MethodHead, "http://localhost/events", nil))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/event-stream" || w.Body.Len() != 0 {
			t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
		}
	})
}
