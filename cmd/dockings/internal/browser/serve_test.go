//go:build browser

package browser_test

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/serve"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// A live page is served from a copy of a service whose events change.
type live struct {
	t       *testing.T
	service *ll2test.Server
	mirror  *mirror.Mirror
	web     *httptest.Server
}

func newLive(t *testing.T, events []ll2.DockingEvent) *live {
	t.Helper()
	l := &live{t: t, service: ll2test.NewServer(events...)}
	m, err := mirror.Open(l.service.Client(), mirror.Memory())
	if err != nil {
		t.Fatal(err)
	}
	l.mirror = m
	if err := m.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.serve()
	t.Cleanup(func() { l.stop(); _ = m.Close() })
	return l
}

func (l *live) handler() *serve.Handler {
	return serve.New(serve.Config{
		Events: func(ctx context.Context) (all []*ll2.DockingEvent, err error) {
			for e, err := range l.mirror.DockingEvents.All(ctx, ll2.InMode(ll2.ModeDetailed)) {
				if err != nil {
					return nil, err
				}
				all = append(all, e)
			}
			return all, nil
		},
		Status: l.mirror.Status, API: l.mirror, Clock: text.UTC,
		Line: func(c mirror.Change) string {
			if c.Kind != mirror.Docked && c.Kind != mirror.Departed {
				return ""
			}
			return c.After.FlightVehicle.Spacecraft.Name + " " + string(c.Kind)
		},
	})
}

// serve starts the server, at any free address.
func (l *live) serve() {
	l.t.Helper()
	handler := l.handler()
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = handler.Tell(ctx, l.mirror.Changes(ctx, 0)) }()
	l.web = httptest.NewServer(handler)
	l.t.Cleanup(cancel)
}

// stop stops the server, even if pages are connected.
func (l *live) stop() {
	l.web.CloseClientConnections()
	l.web.Close()
}

// change replaces the service's events and refreshes the mirror.
func (l *live) change(events []ll2.DockingEvent) {
	l.t.Helper()
	l.service.SetEvents(events...)
	// The copy's time has a resolution of one second, so the first refresh may find
	// the same copy again.
	if err := l.mirror.Refresh(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

// next returns events in which one craft has departed and another one has docked.
func next(events []ll2.DockingEvent) []ll2.DockingEvent {
	all := append([]ll2.DockingEvent{}, events...)
	at := time.Now().UTC().Add(-time.Minute).Truncate(time.Second)
	docked := all[len(all)-1]
	for i := range all {
		if all[i].Departure == nil {
			all[i].Departure = &at
			break
		}
	}
	docked.ID, docked.Docking, docked.Departure = 9001, at, nil
	docked.FlightVehicle.ID, docked.FlightVehicle.Spacecraft.Name = 9001, "Soyuz of the day"
	return append(all, docked)
}

func TestAServedPageTellsOfADocking(t *testing.T) {
	events := ll2test.EventsAround(90, time.Now())
	l := newLive(t, events)
	b := newTab(t, 1280, 900)
	b.open(l.web.URL)
	b.until(`document.documentElement.dataset.live === "yes" && document.getElementById("count").textContent === "90 stays"`)
	open := eval[int](b, "dockings.model.stays.filter((s) => s.open).length")
	l.change(next(events))
	b.until(`document.getElementById("count").textContent === "91 stays"`)
	b.until(`dockings.plot.drawn.some((s) => s.vehicle === "Soyuz of the day" && s.open)`)
	if now := eval[int](b, "dockings.model.stays.filter((s) => s.open).length"); now != open {
		t.Errorf("%d stays are open, and %d were: one craft came and one left", now, open)
	}
	b.until(`document.getElementById("status").textContent.includes("Soyuz of the day docked")`)
	if news := eval[string](b, `document.getElementById("news").innerText`); !strings.Contains(news, "Soyuz of the day docked") {
		t.Errorf("it says %q", news)
	}
	b.accessible("with news")
}

func TestAServedPageComesBackWhenTheServerDoes(t *testing.T) {
	events := ll2test.EventsAround(90, time.Now())
	l := newLive(t, events)
	b := newTab(t, 1280, 900)
	b.open(l.web.URL)
	b.until(`document.documentElement.dataset.live === "yes"`)
	address := l.web.Listener.Addr().String()
	l.stop()
	b.until(`document.documentElement.dataset.live === "no" && document.getElementById("status").textContent.startsWith("Connection lost")`)
	b.silence() // the browser logs each failed attempt
	l.change(next(events))
	handler := l.handler()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _ = handler.Tell(ctx, l.mirror.Changes(ctx, 0)) }()
	l.web = httptest.NewUnstartedServer(handler)
	listener, err := listen(address)
	if err != nil {
		t.Fatal(err)
	}
	l.web.Listener = listener
	l.web.Start()
	// A new process does not know the changes in between, so it sends all events.
	b.until(`document.documentElement.dataset.live === "yes" && document.getElementById("count").textContent === "91 stays"`)
	b.silence()
}

func TestAServedPageLeadsToNobodyElse(t *testing.T) {
	l := newLive(t, ll2test.EventsAround(90, time.Now()))
	b := newTab(t, 1280, 900)
	b.open(l.web.URL)
	b.until(`document.documentElement.dataset.live === "yes"`)
	b.do(chromedp.Click(chromedp.CSS("#list summary")))
	if from := eval[string](b, `[...new Set(performance.getEntriesByType("resource").map((e) => new URL(e.name).origin))].join()`); from != "" && from != l.web.URL {
		t.Errorf("it asked %s", from)
	}
}

// listen listens on an address that was in use a moment ago.
func listen(address string) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", address)
}
