package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/mirror"
)

// A change is what happened to an event.
type change struct {
	record.Record
	kind   mirror.Kind
	fields []string // of a correction
}

// changeSheet is how changes are printed: the kind, and then the event's record.
func changeSheet() sheet.Sheet[change] {
	columns := []sheet.Column[change]{
		{Name: "change", Title: "CHANGE", About: "docked, departed, corrected, added or removed",
			Value: func(c change) any { return string(c.kind) }},
		{Name: "changed", Title: "CHANGED", About: "the fields that are others, with commas between", Cut: true,
			Value: func(c change) any { return orNil(strings.Join(c.fields, ",")) }},
	}
	for _, of := range record.Fields() {
		column := sheet.Column[change]{Name: of.Name, Title: of.Title, About: of.About, Right: of.Right, Cut: of.Cut, Time: of.Time,
			Value: func(c change) any { return of.Value(c.Record) }}
		if of.Short != nil {
			column.Short = func(c change) string { return of.Short(c.Record) }
		}
		if of.Text != nil {
			column.Text = func(c change) (string, bool) { return of.Text(c.Record) }
		}
		columns = append(columns, column)
	}
	return sheet.Sheet[change]{Columns: columns, Table: []string{"change", "id", "docking", "departure", "vehicle", "port", "station", "changed"}}
}

// own are the fields that are an event's own. Those of its craft or its station change on
// all their events at once, without anything having happened to these.
var own = []string{"docking", "departure", "vehicle_id", "port_id", "destination", "mission_end", "launch_id"}

// compared returns what became of the events from one reading to the next.
func compared(before, after []*ll2.DockingEvent, now time.Time) []change {
	was := make(map[int]record.Record, len(before))
	for _, e := range before {
		was[e.ID] = record.Record{DockingEvent: e, Now: now}
	}
	fields := slices.DeleteFunc(record.Fields(), func(c sheet.Column[record.Record]) bool { return !slices.Contains(own, c.Name) })
	var all []change
	for _, e := range after {
		is := record.Record{DockingEvent: e, Now: now}
		old, known := was[e.ID]
		delete(was, e.ID)
		if !known {
			kind := mirror.Added
			if e.Departure == nil || now.Sub(e.Docking) < recently {
				kind = mirror.Docked
			}
			all = append(all, change{is, kind, nil})
			continue
		}
		var differ []string
		for _, f := range fields {
			if sheet.Plain(f.Value(old)) != sheet.Plain(f.Value(is)) {
				differ = append(differ, f.Name)
			}
		}
		switch {
		case old.Departure == nil && e.Departure != nil:
			all = append(all, change{is, mirror.Departed, differ})
		case len(differ) > 0:
			all = append(all, change{is, mirror.Corrected, differ})
		}
	}
	for _, e := range before {
		if gone, ok := was[e.ID]; ok {
			all = append(all, change{gone, mirror.Removed, nil})
		}
	}
	return all
}

// recently is how long after its docking an event that is new is a docking, and not an
// older one that came late: as the mirror has it.
const recently = 7 * 24 * time.Hour

// counted writes how many changes of each kind there are.
func counted(changes []change) string {
	var words []string
	for _, kind := range []mirror.Kind{mirror.Docked, mirror.Departed, mirror.Corrected, mirror.Added, mirror.Removed} {
		n := 0
		for _, c := range changes {
			if c.kind == kind {
				n++
			}
		}
		if n > 0 {
			words = append(words, plainInt(n)+" "+string(kind))
		}
	}
	if words == nil {
		return "nothing changed"
	}
	return strings.Join(words, ", ")
}

// line says in words what happened.
func (c change) line(clock text.Clock) string {
	at := c.Docking
	if c.kind == mirror.Departed && c.Departure != nil {
		at = *c.Departure
	}
	where := " at "
	if c.kind == mirror.Departed {
		where = " from "
	}
	return text.Clean(clock.Minute(at) + " " + clock.Name + "  " + c.FlightVehicle.Spacecraft.Name + " " + string(c.kind) + where +
		c.Station().Name + ", " + c.DockingLocation.Name)
}
