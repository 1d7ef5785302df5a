package page

import (
	"fmt"
	"io"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
)

// A View says which stays a page shows, and how.
type View struct {
	Now      time.Time // the end of stays that go on
	From, To time.Time // the span of the page; if zero, the span of the events
	Clock    text.Clock
	Title    string // "": the title names the stations

	// Live is the address, relative to the page's, from which the page receives changes;
	// "" for a page that is a file. Notice is the text about the events below the title
	// of a live page.
	Live, Notice string
}

// WriteTimeline writes a self-contained page of the stays of the events. The events
// can be in any order. There may be none.
func WriteTimeline(w io.Writer, events []*ll2.DockingEvent, v View) error {
	s := timeline(events, v)
	return s.write(w)
}

// Policy returns the Content-Security-Policy of a live page.
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

// Stays are events in the form that the script reads.
type Stays struct {
	Zone string `json:"zone"`
	Now  int64  `json:"now"`
	From *int64 `json:"from"`
	To   *int64 `json:"to"`
	Live string `json:"live,omitempty"`

	// Texts has every text of the stays once, since craft, ports and their descriptions
	// repeat often.
	Texts []string `json:"texts"`
	Stays [][]any  `json:"stays"`
}

// Data converts events to the form that the page's script reads. Its times are seconds of
// the wall clock in the view's zone, so that the browser need not know the zone.
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
		// In the order of the fields in script/model.js.
		d.Stays = append(d.Stays, []any{
			e.ID, Wall(v.Clock, e.Docking), left, int64(r.Stayed() / time.Second),
			number(text.Clean(craft.Name)), number(text.Clean(craft.SpacecraftConfig.Name)), number(text.Clean(craft.SpacecraftConfig.Type.Name)),
			number(text.Clean(r.Agency().Name)), port.ID, number(text.Clean(port.Name)), station.ID, number(text.Clean(station.Name)),
			number(text.Clean(craft.Description)),
		})
	}
	return d
}

// Wall returns a time as the Unix seconds at which a UTC clock shows the same date and time as
// the given clock shows at that time.
func Wall(c text.Clock, t time.Time) int64 {
	_, offset := t.In(c.Zone).Zone()
	return t.Unix() + int64(offset)
}
