package page

import (
	"fmt"
	"io"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
)

// A View says how stays are seen.
type View struct {
	Now      time.Time // until when stays last that go on
	From, To time.Time // that the page shows; if zero, the events decide
	Clock    text.Clock
	Title    string // "": after the stations

	// Live is the address that tells the page of changes, relative to its own; "" if
	// nobody does. Notice is said of the events below the title of such a page.
	Live, Notice string
}

// WriteTimeline writes a self-contained page of the stays of the events. The events
// can be in any order; none is fine, too.
func WriteTimeline(w io.Writer, events []*ll2.DockingEvent, v View) error {
	s := timeline(events, v)
	return s.write(w)
}

// Policy is the Content-Security-Policy of a page of stays that is served.
func Policy() string {
	s := shell{script: timelineScript, live: true}
	return s.policy()
}

func timeline(events []*ll2.DockingEvent, v View) *shell {
	s := &shell{title: v.Title, summary: v.Notice, body: timelineBody, script: timelineScript, live: v.Live != ""}
	names := make(map[string]bool)
	for _, e := range events {
		names[record.Record{DockingEvent: e}.Station().Name] = true
	}
	if s.title == "" {
		s.title = fmt.Sprintf("Dockings: %d space stations", len(names))
		for name := range names {
			if len(names) == 1 && name != "" {
				s.title = "Dockings: " + name
			}
		}
	}
	if s.summary == "" {
		s.summary = fmt.Sprintf("%s, as of %s %s", text.Count(len(events), "stay"), v.Clock.Minute(v.Now), v.Clock.Name)
	}
	s.data = Data(events, v)
	return s
}

// A Stays is events as the script reads them.
type Stays struct {
	Zone string `json:"zone"`
	Now  int64  `json:"now"`
	From *int64 `json:"from"`
	To   *int64 `json:"to"`
	Live string `json:"live,omitempty"`

	// Texts are those of the stays, each once: craft, ports and their descriptions come
	// again and again.
	Texts []string `json:"texts"`
	Stays [][]any  `json:"stays"`
}

// Data makes of events what the page's script reads. Its times are the seconds of the
// clock on the wall of the view's zone, so that no browser has to know the zone.
func Data(events []*ll2.DockingEvent, v View) *Stays {
	d := &Stays{Zone: v.Clock.Name, Now: Wall(v.Clock, v.Now), Live: v.Live, Texts: []string{}, Stays: make([][]any, 0, len(events))}
	if !v.From.IsZero() {
		d.From = new(int64)
		*d.From = Wall(v.Clock, v.From)
	}
	if !v.To.IsZero() {
		d.To = new(int64)
		*d.To = Wall(v.Clock, v.To)
	}
	numbers := make(map[string]int)
	number := func(s string) int {
		n, ok := numbers[s]
		if !ok {
			n = len(d.Texts)
			numbers[s] = n
			d.Texts = append(d.Texts, s)
		}
		return n
	}
	for _, e := range events {
		r := record.Record{DockingEvent: e, Now: v.Now}
		craft, port, station := &e.FlightVehicle.Spacecraft, &e.DockingLocation, r.Station()
		var left any
		if at := r.Left(); at != nil {
			left = Wall(v.Clock, *at)
		}
		// The order is that of the fields in script/model.js.
		d.Stays = append(d.Stays, []any{
			e.ID, Wall(v.Clock, e.Docking), left, int64(r.Stayed() / time.Second),
			number(text.Clean(craft.Name)), number(text.Clean(craft.SpacecraftConfig.Name)), number(text.Clean(craft.SpacecraftConfig.Type.Name)),
			number(text.Clean(r.Agency().Name)), port.ID, number(text.Clean(port.Name)), station.ID, number(text.Clean(station.Name)),
			number(text.Clean(craft.Description)),
		})
	}
	return d
}

// Wall is a time as the seconds that a clock in UTC would have to read as this one does.
func Wall(c text.Clock, t time.Time) int64 {
	_, offset := t.In(c.Zone).Zone()
	return t.Unix() + int64(offset)
}
