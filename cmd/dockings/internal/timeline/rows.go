package timeline

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
)

// A stay is a bar of the picture.
type stay struct {
	from, to time.Time
	open     bool // still docked at to
	begun    bool // the stay begins before the picture: from is not its beginning
	ended    bool // the stay ends after the picture: to is not its end
	vehicle  string
	group    int
	title    string
	event    *ll2.DockingEvent
}

// A stationRows is a station with a row for each of its ports.
type stationRows struct {
	name  string
	ports []portRow
}

// A portRow has lanes for stays that do not overlap. Most ports need one lane.
type portRow struct {
	name  string
	lanes [][]stay
}

// A chart has the contents of a timeline, before it has a size.
type chart struct {
	from, to    time.Time
	first, last time.Time // the span without the margins on both sides
	now         time.Time // zero if it is not in the picture
	stations    []stationRows
	groups      *group.Groups
	stays       int
	ports       int
	empty       int  // ports without a stay
	open        bool // some stays go on
	cut         bool // some stays go on outside the picture
}

// newChart sorts events into rows: stations by their first docking, their ports by id.
func newChart(events []*ll2.DockingEvent, o Options) chart {
	c := chart{from: o.From, to: o.To}
	if len(events) == 0 {
		return c
	}
	c.span(events, o.View)
	type port struct {
		ll2.DockingLocation
		stays []stay
	}
	ports := make(map[int]*port)
	first := make(map[int]time.Time) // the first docking with each station
	var shown []*ll2.DockingEvent
	for _, e := range events {
		s, ok := c.stay(e, o.Now)
		if !ok {
			continue
		}
		location, station := e.DockingLocation, e.DockingLocation.SpaceStation.ID
		if ports[location.ID] == nil {
			ports[location.ID] = &port{DockingLocation: location}
		}
		ports[location.ID].stays = append(ports[location.ID].stays, s)
		if at, ok := first[station]; !ok || e.Docking.Before(at) {
			first[station] = e.Docking
		}
		shown = append(shown, e)
		c.open = c.open || s.open
		c.cut = c.cut || s.begun || s.ended
		c.stays++
	}
	c.groups = group.Of(o.ColorBy, shown)
	for _, p := range ports {
		for i, s := range p.stays {
			p.stays[i].group = c.groups.Index(s.event)
		}
	}
	for _, e := range o.Ports {
		location := e.DockingLocation
		if _, ok := first[location.SpaceStation.ID]; ok && ports[location.ID] == nil {
			ports[location.ID] = &port{DockingLocation: location}
		}
	}
	sorted := slices.SortedFunc(maps.Values(ports), func(a, b *port) int {
		return cmp.Or(
			first[a.SpaceStation.ID].Compare(first[b.SpaceStation.ID]),
			cmp.Compare(a.SpaceStation.ID, b.SpaceStation.ID),
			cmp.Compare(a.ID, b.ID))
	})
	for i, p := range sorted {
		if i == 0 || p.SpaceStation.ID != sorted[i-1].SpaceStation.ID {
			c.stations = append(c.stations, stationRows{name: p.SpaceStation.Name})
		}
		rows := &c.stations[len(c.stations)-1].ports
		*rows = append(*rows, portRow{p.Name, lanes(p.stays)})
		if len(p.stays) == 0 {
			c.empty++
		}
	}
	c.ports = len(sorted)
	return c
}

// span sets from and to if the view leaves them open, with a margin on both sides, and
// sets now if it is in between.
func (c *chart) span(events []*ll2.DockingEvent, v View) {
	c.first, c.last = events[0].Docking, events[0].Docking
	for _, e := range events {
		end := v.Now
		if left := (record.Record{DockingEvent: e, Now: v.Now}).Left(); left != nil {
			end = *left
		}
		if end.Before(e.Docking) {
			end = e.Docking
		}
		for _, t := range []time.Time{e.Docking, end} {
			if t.Before(c.first) {
				c.first = t
			}
			if t.After(c.last) {
				c.last = t
			}
		}
	}
	if !c.from.IsZero() {
		c.first = c.from
	}
	if !c.to.IsZero() {
		c.last = c.to.Add(-1) // the title shows the last day of the span, not the first day after it
	}
	air := max(c.last.Sub(c.first)/50, time.Hour)
	if c.from.IsZero() {
		c.from = c.first.Add(-air)
	}
	if c.to.IsZero() {
		c.to = c.last.Add(air)
	}
	if !v.Now.Before(c.from) && !v.Now.After(c.to) {
		c.now = v.Now
	}
}

// stay makes a bar of an event, cut to the span of the chart. It is not ok if no part
// of the stay is in the span.
func (c *chart) stay(e *ll2.DockingEvent, now time.Time) (s stay, ok bool) {
	s = stay{
		from:    e.Docking,
		vehicle: e.FlightVehicle.Spacecraft.Name,
		event:   e,
		title:   titleOf(e, now),
	}
	if left := (record.Record{DockingEvent: e, Now: now}).Left(); left != nil {
		s.to = *left
	} else {
		s.to, s.open = now, true
	}
	if s.to.Before(s.from) {
		s.to = s.from // the data is not always in order
	}
	if s.to.Before(c.from) || s.from.After(c.to) {
		return s, false
	}
	if s.from.Before(c.from) {
		s.from, s.begun = c.from, true
	}
	if s.to.After(c.to) {
		s.to, s.open, s.ended = c.to, false, true
	}
	return s, true
}

// titleOf describes a stay with the facts for which a bar has no room.
func titleOf(e *ll2.DockingEvent, now time.Time) string {
	const layout = "2006-01-02 15:04"
	r := record.Record{DockingEvent: e, Now: now}
	end := "still docked"
	if left := r.Left(); left != nil {
		end = left.Format(layout)
	}
	return draw.Line(fmt.Sprintf("%s at %s, %s: %s to %s (%s)", cmp.Or(e.FlightVehicle.Spacecraft.Name, "a vehicle without a name"),
		e.DockingLocation.Name, e.DockingLocation.SpaceStation.Name, e.Docking.Format(layout), end, text.DaysAndHours(r.Stayed())))
}

// lanes spreads stays over lanes, so that stays in a lane do not overlap.
func lanes(stays []stay) [][]stay {
	slices.SortFunc(stays, func(a, b stay) int {
		return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to), cmp.Compare(a.vehicle, b.vehicle))
	})
	var all [][]stay
next:
	for _, s := range stays {
		for i := range all {
			if last := all[i][len(all[i])-1]; !last.open && !last.to.After(s.from) {
				all[i] = append(all[i], s)
				continue next
			}
		}
		all = append(all, []stay{s})
	}
	if len(all) == 0 {
		return make([][]stay, 1)
	}
	return all
}

// title returns the title that the user gave, or else describes the contents.
func (c *chart) title(said string) (title, subtitle string) {
	title = "Dockings: " + c.stations[0].name
	if n := len(c.stations); n > 1 {
		title = fmt.Sprintf("Dockings: %d space stations", n)
	}
	ports := text.Count(c.ports, "port")
	if c.empty > 0 {
		ports = fmt.Sprintf("%d of %s", c.ports-c.empty, ports)
	}
	return cmp.Or(draw.Line(said), title), fmt.Sprintf("%s at %s, %s to %s (UTC)", text.Count(c.stays, "stay"), ports,
		c.first.Format(time.DateOnly), c.last.Format(time.DateOnly))
}
