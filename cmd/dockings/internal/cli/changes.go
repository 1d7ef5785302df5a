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

// A change describes how an event changed.
type change struct {
	record.Record
	kind   mirror.Kind
	fields []string // of a correction
}

// changeSheet returns the columns of a change: its kind, then the event's record.
func changeSheet() sheet.Sheet[change] {
	columns := []sheet.Column[change]{
		{Name: "change", Title: "CHANGE", About: "docked, departed, corrected, added or removed",
			Value: func(c change) any { return string(c.kind) }},
		{Name: "changed", Title: "CHANGED", About: "names of the changed fields, separated by commas", Cut: true,
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

// own lists the fields of the event itself. The fields of a spacecraft or station change
// in all their events at once, although nothing happened to those events.
var own = []string{"docking", "departure", "vehicle_id", "port_id", "destination", "mission_end", "launch_id"}

// compared returns the changes between two readings of all events.
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

// recently separates the kinds docked and added, as the mirror does: a new event whose
// docking was longer ago is an old one that was added late.
const recently = 7 * 24 * time.Hour

// counted returns the number of changes of each kind, in words.
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

// line describes the change in one line.
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
