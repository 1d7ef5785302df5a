// Package serve serves a live page of all stays: dockings and departures appear without a
// reload. It also answers the requests of the service's API from a local copy.
package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/mirror"
)

// A Config says what a Handler serves, and to whom.
type Config struct {
	Events func(context.Context) ([]*ll2.DockingEvent, error) // returns all events
	Status func() mirror.Status                               // returns the state of their copy
	Line   func(mirror.Change) string                         // describes a change; "" shows nothing
	API    http.Handler                                       // serves all other paths
	Clock  text.Clock

	// Public accepts requests whose Host is any IP address. Otherwise the Host must be a
	// loopback address, localhost, or one of Names. So a page of another site cannot read
	// the copy through its own name that resolves to this address (DNS rebinding).
	Public bool
	Names  []string
}

// A Handler serves the live page and the API. Create it with [New].
type Handler struct {
	config Config
	news   *news
	mux    *http.ServeMux
}

// New returns a handler. [Handler.Tell] passes changes to it.
func New(c Config) *Handler {
	h := &Handler{config: c, news: newNews(), mux: http.NewServeMux()}
	h.mux.HandleFunc("GET /{$}", h.page)
	h.mux.HandleFunc("GET /events", h.events)
	h.mux.Handle("/", c.API)
	return h
}

// ServeHTTP answers requests whose Host the config allows.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.trusts(r.Host) {
		http.Error(w, "dockings serve does not go by the name "+text.Clean(r.Host)+"; --allow-host can name it", http.StatusMisdirectedRequest)
		return
	}
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.mux.ServeHTTP(w, r)
}

// trusts reports whether a request with this Host can be meant for this server.
func (h *Handler) trusts(host string) bool {
	name := host
	if only, _, err := net.SplitHostPort(host); err == nil {
		name = only
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	if ip := net.ParseIP(name); ip != nil {
		return h.config.Public || ip.IsLoopback()
	}
	return name == "localhost" || slices.ContainsFunc(h.config.Names, func(n string) bool { return strings.EqualFold(n, name) })
}

// writeTime bounds a write to a slow reader.
const writeTime = 30 * time.Second

// page answers with the current page. The page asks for later changes itself.
func (h *Handler) page(w http.ResponseWriter, r *http.Request) {
	// Read before the events: a change that arrives twice does no harm, a missed one does.
	after := h.news.last()
	events, now, err := h.happened(r.Context())
	if err != nil {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "there is no copy to show: "+text.Clean(err.Error()), http.StatusServiceUnavailable)
		return
	}
	var whole bytes.Buffer
	err = page.WriteTimeline(&whole, events, page.View{Now: now, Clock: h.config.Clock, Live: "events?after=" + after, Notice: h.notice(len(events), now)})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(whole.Len()))
	header.Set("Content-Security-Policy", page.Policy()+"; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime)) // not every writer has a deadline
	_, _ = w.Write(whole.Bytes())                                                 // the reader may have disconnected
}

// happened returns the events until now, without those in the future.
func (h *Handler) happened(ctx context.Context) (events []*ll2.DockingEvent, now time.Time, err error) {
	all, err := h.config.Events(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	now = time.Now()
	return slices.DeleteFunc(all, func(e *ll2.DockingEvent) bool { return e.Docking.After(now) }), now, nil
}

// notice says how many stays there are and how old the copy is.
func (h *Handler) notice(stays int, now time.Time) string {
	status := h.config.Status()
	words := fmt.Sprintf("%s, as of %s", text.Count(stays, "stay"), h.config.Clock.At(status.Refreshed, now))
	if status.Err != nil && status.Next.After(now) {
		words += ", since the service could not be asked; again at " + h.config.Clock.At(status.Next, now)
	}
	return words
}

// Tell sends changes to all pages, until there are no more. It returns the error of the
// changes. If some changes are lost, pages receive all events again.
func (h *Handler) Tell(ctx context.Context, changes func(yield func(mirror.Change, error) bool)) error {
	for {
		var failed error
		for c, err := range changes {
			if err != nil {
				failed = err
				break
			}
			if err := h.tell(c); err != nil {
				return err
			}
		}
		if ctx.Err() != nil || !errors.Is(failed, mirror.ErrBehind) {
			return failed
		}
		h.news.forget()
	}
}

// A change is the message to a page about a [mirror.Change].
type change struct {
	Kind    mirror.Kind `json:"kind"`
	Text    string      `json:"text,omitempty"`
	Removed []int       `json:"removed,omitempty"`
	Data    *page.Stays `json:"data"`
}

func (h *Handler) tell(m mirror.Change) error {
	now := time.Now()
	c := change{Kind: m.Kind, Text: h.config.Line(m)}
	var events []*ll2.DockingEvent
	switch {
	case m.After != nil && !m.After.Docking.After(now):
		events = append(events, m.After)
	case m.Before != nil:
		c.Removed = []int{m.Before.ID}
	}
	c.Data = page.Data(events, page.View{Now: now, Clock: h.config.Clock})
	return h.news.add(c)
}
