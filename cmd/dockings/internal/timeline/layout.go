package timeline

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/docking-event/ll2"
)

// A stay is a bar of the picture.
type stay struct {
	from, to time.Time
	open     bool // to is not the end
	vehicle  string
	kind     ll2.SpacecraftConfigType
}

// A stationRows is a station with a row for each of its ports.
type stationRows struct {
	name  string
	ports []portRow
}

// A portRow has a lane, most often one, for stays that do not overlap.
type portRow struct {
	name  string
	lanes [][]stay
}

// A chart is what a timeline shows, before it has a size.
type chart struct {
	from, to    time.Time
	first, last time.Time // of what is shown, without the air on either side
	now         time.Time // zero where it is not in the picture
	stations    []stationRows
	kinds       []ll2.SpacecraftConfigType
	stays       int
	ports       int
	open        bool // some are
}

// newChart sorts events into rows: stations in the order in which they were
// first docked with, their ports by id.
func newChart(events []*ll2.DockingEvent, v View) chart {
	c := chart{from: v.From, to: v.To}
	if len(events) == 0 {
		return c
	}
	c.span(events, v)
	type port struct {
		ll2.DockingLocation
		stays []stay
	}
	ports := make(map[int]*port)
	first := make(map[int]time.Time) // docking with each station
	kinds := make(map[int]ll2.SpacecraftConfigType)
	for _, e := range events {
		s, ok := c.stay(e, v.Now)
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
		kinds[s.kind.ID] = s.kind
		c.open = c.open || s.open
		c.stays++
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
	}
	c.ports = len(sorted)
	c.kinds = slices.SortedFunc(maps.Values(kinds), func(a, b ll2.SpacecraftConfigType) int { return cmp.Compare(a.ID, b.ID) })
	return c
}

// span sets from and to where the view leaves them open, with some air on
// either side, and now where it is in between.
func (c *chart) span(events []*ll2.DockingEvent, v View) {
	c.first, c.last = events[0].Docking, events[0].Docking
	for _, e := range events {
		end := v.Now
		if e.Departure != nil {
			end = *e.Departure
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
		c.last = c.to.Add(-1) // a month ends on its last day, not as the next one begins
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

// stay makes a bar of an event, cut to what the chart shows; not ok where that
// is nothing.
func (c *chart) stay(e *ll2.DockingEvent, now time.Time) (s stay, ok bool) {
	s = stay{
		from:    e.Docking,
		vehicle: e.FlightVehicle.Spacecraft.Name,
		kind:    e.FlightVehicle.Spacecraft.SpacecraftConfig.Type,
	}
	if e.Departure != nil {
		s.to = *e.Departure
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
		s.from = c.from
	}
	if s.to.After(c.to) {
		s.to, s.open = c.to, false
	}
	return s, true
}

// lanes spreads stays so that none overlaps another one in its lane.
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
	return all
}

// title says what the picture shows.
func (c *chart) title() (title, subtitle string) {
	title = "Dockings: " + c.stations[0].name
	if n := len(c.stations); n > 1 {
		title = fmt.Sprintf("Dockings: %d space stations", n)
	}
	return title, fmt.Sprintf("%s at %s, %s to %s (UTC)", counted(c.stays, "stay"), counted(c.ports, "port"),
		c.first.Format(time.DateOnly), c.last.Format(time.DateOnly))
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// A tick is a mark on the time axis.
type tick struct {
	at    time.Time
	label string
}

// ticks returns marks at least as far apart as the narrowest step that keeps
// their number under most.
func ticks(from, to time.Time, most int) []tick {
	for _, step := range []struct {
		hours, days, months int
		layout              string
	}{
		{1, 0, 0, "2 Jan 15:04"}, {3, 0, 0, "2 Jan 15:04"}, {6, 0, 0, "2 Jan 15:04"}, {12, 0, 0, "2 Jan 15:04"},
		{0, 1, 0, "2 Jan 2006"}, {0, 2, 0, "2 Jan 2006"}, {0, 5, 0, "2 Jan 2006"}, {0, 10, 0, "2 Jan 2006"},
		{0, 0, 1, "Jan 2006"}, {0, 0, 2, "Jan 2006"}, {0, 0, 3, "Jan 2006"}, {0, 0, 6, "Jan 2006"},
		{0, 0, 12, "2006"}, {0, 0, 24, "2006"}, {0, 0, 60, "2006"}, {0, 0, 120, "2006"}, {0, 0, 600, "2006"},
	} {
		var all []tick
		at := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		if step.months >= 12 {
			at = at.AddDate(-from.Year()%(step.months/12), 0, 0)
		}
		for ; !at.After(to) && len(all) <= most; at = nextTick(at, step.hours, step.days, step.months) {
			if !at.Before(from) {
				all = append(all, tick{at, at.Format(step.layout)})
			}
		}
		if len(all) <= most {
			return all
		}
	}
	return nil
}

// nextTick goes on by a step. Days begin anew with every month, so that the
// first of it is among them and no two are nearer to each other than a step.
func nextTick(at time.Time, hours, days, months int) time.Time {
	next := at.Add(time.Duration(hours)*time.Hour).AddDate(0, months, days)
	if days > 1 && (next.Month() != at.Month() || next.AddDate(0, 0, days-1).Month() != at.Month()) {
		return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	}
	return next
}
