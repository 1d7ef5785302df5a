package serve

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/page"
)

const (
	mostNews      = 500              // changes that are kept for pages that reconnect
	mostListeners = 100              // connected pages
	beatEvery     = 15 * time.Second // lets both sides notice a lost connection
	comeBack      = 2 * time.Second  // delay until a page reconnects
)

// news has the changes that pages receive, numbered from 1. The ids belong to this process: a
// page that comes from another process receives all events again.
type news struct {
	process string

	mu        sync.Mutex
	told      [][]byte
	first     int           // the number of told[0]
	more      chan struct{} // closed when there are more changes
	listeners int
}

func newNews() *news {
	return &news{process: rand.Text()[:12], first: 1, more: make(chan struct{})}
}

// last returns the id of the latest change.
func (n *news) last() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.id(n.first + len(n.told) - 1)
}

func (n *news) id(number int) string { return n.process + "-" + strconv.Itoa(number) }

// add appends a change and wakes the listeners.
func (n *news) add(c change) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, data)
	if over := len(n.told) - mostNews; over > 0 {
		n.told, n.first = n.told[over:], n.first+over
	}
	n.wake()
	return nil
}

// forget drops all changes, so every page receives all events again.
func (n *news) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.first += len(n.told) + 1
	n.told = nil
	n.wake()
}

func (n *news) wake() {
	close(n.more)
	n.more = make(chan struct{})
}

// after returns the changes after a number, and a channel that is closed when there are
// more. It is not ok if some of the changes are no longer kept.
func (n *news) after(number int) (told [][]byte, more <-chan struct{}, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if number < n.first-1 || number >= n.first+len(n.told) {
		return nil, n.more, false
	}
	return n.told[number+1-n.first:], n.more, true
}

// number returns the number of an id, or -1 if the id is not of this process.
func (n *news) number(id string) int {
	digits, ours := strings.CutPrefix(id, n.process+"-")
	number, err := strconv.Atoi(digits)
	if !ours || err != nil {
		return -1
	}
	return number
}

// enter counts a listener. It returns false if there are too many.
func (n *news) enter() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners == mostListeners {
		return false
	}
	n.listeners++
	return true
}

func (n *news) leave() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners--
}

// A beat is sent regularly. It has the time, and a text that says how old the copy is.
type beat struct {
	Now  int64  `json:"now"`
	Text string `json:"text"`
}

// events sends changes to a page as server-sent events, until the page disconnects or the
// server ends.
func (h *Handler) events(w http.ResponseWriter, r *http.Request) {
	if !h.news.enter() {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer h.news.leave()
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return // a stream has no end
	}
	to := &listener{w: w, control: http.NewResponseController(w)}
	seen := r.Header.Get("Last-Event-ID")
	if seen == "" {
		seen = r.FormValue("after")
	}
	number, known := h.news.number(seen), h.moment(r.Context())
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	to.line("retry: %d\n\n", comeBack.Milliseconds())
	for beats := true; to.err == nil; {
		told, more, ok := h.news.after(number)
		if !ok {
			number, known = h.all(to, r), h.moment(r.Context())
			continue
		}
		for _, data := range told {
			number++
			to.send("change", h.news.id(number), data)
		}
		if len(told) > 0 {
			known = h.moment(r.Context())
		}
		if beats {
			// A docking or departure whose time has come is no change of the copy.
			if m := h.moment(r.Context()); m != known {
				number, known = h.all(to, r), m
			}
			now := time.Now()
			to.json("beat", "", beat{page.Wall(h.config.Clock, now), h.notice(known.stays, now)})
		}
		to.flush()
		select {
		case <-more:
			beats = false
		case <-ticker.C:
			beats = true
		case <-r.Context().Done():
			return
		}
	}
}

// A moment counts the events whose time has come.
type moment struct{ stays, departed int }

func (h *Handler) moment(ctx context.Context) (m moment) {
	events, now, err := h.happened(ctx)
	if err != nil {
		return m // the page keeps what it has
	}
	for _, e := range events {
		if m.stays++; e.Departure != nil && !e.Departure.After(now) {
			m.departed++
		}
	}
	return m
}

// all sends all events. It returns the number of the latest change before them.
func (h *Handler) all(to *listener, r *http.Request) int {
	id := h.news.last()
	events, now, err := h.happened(r.Context())
	if err != nil {
		to.err = err // the page reconnects
		return 0
	}
	to.json("all", id, page.Data(events, page.View{Now: now, Clock: h.config.Clock}))
	return h.news.number(id)
}

// A listener is a connected page. After an error nothing more is sent to it.
type listener struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

func (l *listener) line(format string, args ...any) {
	if l.err == nil {
		_ = l.control.SetWriteDeadline(time.Now().Add(writeTime)) // not every writer has a deadline
		_, l.err = fmt.Fprintf(l.w, format, args...)
	}
}

// send sends an event. JSON has no line breaks.
func (l *listener) send(name, id string, data []byte) {
	if id != "" {
		l.line("id: %s\n", id)
	}
	l.line("event: %s\ndata: %s\n\n", name, data)
}

func (l *listener) json(name, id string, value any) {
	data, err := json.Marshal(value)
	if l.err == nil {
		l.err = err
	}
	l.send(name, id, data)
}

func (l *listener) flush() {
	if l.err == nil {
		l.err = l.control.Flush()
	}
}
