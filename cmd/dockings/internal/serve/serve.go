// Package serve shows all stays on a page that is live: what docks or departs appears
// without a reload. Behind the page it answers as the service does, from a copy.
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

// A Config says what is served to whom.
type Config struct {
	Events func(context.Context) ([]*ll2.DockingEvent, error) // all that there are
	Status func() mirror.Status                               // of the copy that they are from
	Line   func(mirror.Change) string                         // what is said of a change; "" for nothing
	API    http.Handler                                       // for all but the page
	Clock  text.Clock

	// Public lets requests in whose Host is any IP address. Else it has to be one of this
	// machine, or localhost, or one of Names, so that no page of another site gets here by
	// a name of its own that leads to this address.
	Public bool
	Names  []string
}

// A Handler serves. Make it with New.
type Handler struct {
	config Config
	news   *news
	mux    *http.ServeMux
}

// New returns a handler that is told of changes by [Handler.Tell].
func New(c Config) *Handler {
	h := &Handler{config: c, news: newNews(), mux: http.NewServeMux()}
	h.mux.HandleFunc("GET /{$}", h.page)
	h.mux.HandleFunc("GET /events", h.events)
	h.mux.Handle("/", c.API)
	return h
}

// ServeHTTP answers requests from this machine, and from those who may.
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

// writeTime is how long a reader has for what is sent at once.
const writeTime = 30 * time.Second

// page answers with the page as it is now. What changes later, it asks for itself.
func (h *Handler) page(w http.ResponseWriter, r *http.Request) {
	// Before the events are read: what is told twice does no harm.
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
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime)) // not every writer has one
	_, _ = w.Write(whole.Bytes())                                                 // who has gone needs no answer
}

// happened are the events that had happened by now.
func (h *Handler) happened(ctx context.Context) (events []*ll2.DockingEvent, now time.Time, err error) {
	all, err := h.config.Events(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	now = time.Now()
	return slices.DeleteFunc(all, func(e *ll2.DockingEvent) bool { return e.Docking.After(now) }), now, nil
}

// notice says how many stays there are, and how old the copy is.
func (h *Handler) notice(stays int, now time.Time) string {
	status := h.config.Status()
	words := fmt.Sprintf("%s, as of %s", text.Count(stays, "stay"), h.config.Clock.At(status.Refreshed, now))
	if status.Err != nil && status.Next.After(now) {
		words += ", since the service could not be asked; again at " + h.config.Clock.At(status.Next, now)
	}
	return words
}

// Tell tells all pages of changes, until there are no more. An error is that of the
// changes. If some are lost, pages get everything anew.
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

// A change is what a page is told of one.
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
