// Package record defines the fields of a docking event as the tool prints them: one flat
// record, the same in every format.
package record

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
)

// A Record is an event as seen at a time.
type Record struct {
	*ll2.DockingEvent
	Now time.Time
}

// Of returns records of the events that had happened by now.
func Of(events []*ll2.DockingEvent, now time.Time) []Record {
	records := make([]Record, 0, len(events))
	for _, e := range events {
		if !e.Docking.After(now) {
			records = append(records, Record{e, now})
		}
	}
	return records
}

// Left returns when the vehicle departed. It is nil while the vehicle is docked, even if
// the event has a departure in the future.
func (r Record) Left() *time.Time {
	if r.Departure != nil && r.Departure.After(r.Now) {
		return nil
	}
	return r.Departure
}

// Stayed returns how long the vehicle stayed, or has stayed so far.
func (r Record) Stayed() time.Duration {
	if left := r.Left(); left != nil {
		return left.Sub(r.Docking)
	}
	return r.Now.Sub(r.Docking)
}

func (r Record) craft() *ll2.Spacecraft { return &r.FlightVehicle.Spacecraft }

func (r Record) config() *ll2.SpacecraftConfig {
	return &r.FlightVehicle.Spacecraft.SpacecraftConfig
}

// Agency returns the agency that operates the vehicle, with the id 0 if it is unknown.
func (r Record) Agency() *ll2.Agency {
	if a := r.config().Agency; a != nil {
		return a
	}
	return new(ll2.Agency)
}

// Station returns the station that the vehicle docked with.
func (r Record) Station() *ll2.SpaceStation {
	if station := &r.DockingLocation.SpaceStation; station.ID != 0 || r.SpaceStation == nil {
		return station
	}
	return r.SpaceStation
}

type column = sheet.Column[Record]

// Fields returns all fields of a record.
func Fields() []sheet.Column[Record] {
	return []column{
		{Name: "id", Title: "ID", About: "id of the event, for dockings get", Right: true,
			Value: func(r Record) any { return r.ID }},
		{Name: "docking", Title: "DOCKED", About: "when the vehicle docked", Time: true,
			Value: func(r Record) any { return r.Docking }},
		{Name: "departure", Title: "DEPARTED", About: "when the vehicle departed; null while it is docked", Time: true,
			Value: func(r Record) any { return orNull(r.Left()) },
			Text:  func(r Record) (string, bool) { return sheet.Docked, r.Left() == nil }},
		{Name: "stay", Title: "STAY", About: "length of the stay, so far if it is docked", Right: true,
			Value: func(r Record) any { return ll2.Duration{Duration: r.Stayed().Truncate(time.Second)} },
			Text:  func(r Record) (string, bool) { return text.DaysAndHours(r.Stayed()), true }},
		{Name: "stay_days", Title: "DAYS", About: "length of the stay in days", Right: true,
			Value: func(r Record) any { return math.Round(r.Stayed().Hours()/24*100) / 100 }},
		{Name: "vehicle", Title: "VEHICLE", About: "name of the spacecraft", Cut: true,
			Value: func(r Record) any { return r.craft().Name }},
		{Name: "vehicle_id", Title: "VEHICLE ID", About: "id of the flight of the spacecraft", Right: true,
			Value: func(r Record) any { return r.FlightVehicle.ID }},
		{Name: "model", Title: "MODEL", About: "model of the spacecraft, such as Soyuz", Cut: true,
			Value: func(r Record) any { return r.config().Name }},
		{Name: "model_id", Title: "MODEL ID", About: "id of the model", Right: true,
			Value: func(r Record) any { return r.config().ID }},
		{Name: "kind", Title: "KIND", About: "kind of spacecraft, such as Capsule", Cut: true,
			Value: func(r Record) any { return r.config().Type.Name }},
		{Name: "agency", Title: "AGENCY", About: "agency that operates the spacecraft", Cut: true,
			Value: func(r Record) any { return orNone(r.Agency().Name) }},
		{Name: "agency_id", Title: "AGENCY ID", About: "id of the agency", Right: true,
			Value: func(r Record) any { return orZero(r.Agency().ID) }},
		{Name: "country", Title: "COUNTRY", About: "country codes of the agency", Cut: true,
			Value: func(r Record) any { return orNull(r.Agency().CountryCode) }},
		{Name: "serial_number", Title: "SERIAL NUMBER", About: "serial number of the spacecraft", Cut: true,
			Value: func(r Record) any { return orNull(r.craft().SerialNumber) }},
		{Name: "status", Title: "STATUS", About: "status of the spacecraft, such as Active or Retired", Cut: true,
			Value: func(r Record) any { return r.craft().Status.Name }},
		{Name: "port", Title: "PORT", About: "name of the docking port", Cut: true,
			Value: func(r Record) any { return r.DockingLocation.Name }},
		{Name: "port_id", Title: "PORT ID", About: "id of the docking port", Right: true,
			Value: func(r Record) any { return r.DockingLocation.ID }},
		{Name: "station", Title: "STATION", About: "name of the space station", Cut: true,
			Value: func(r Record) any { return r.Station().Name },
			Short: func(r Record) string { return text.Initials(r.Station().Name) }},
		{Name: "station_id", Title: "STATION ID", About: "id of the space station", Right: true,
			Value: func(r Record) any { return r.Station().ID }},
		{Name: "destination", Title: "DESTINATION", About: "destination of the flight, as the service names it", Cut: true,
			Value: func(r Record) any { return orNull(r.FlightVehicle.Destination) }},
		{Name: "mission_end", Title: "MISSION END", About: "when the flight ended", Time: true,
			Value: func(r Record) any { return orNull(r.FlightVehicle.MissionEnd) }},
		{Name: "human_rated", Title: "HUMAN RATED", About: "whether the model can carry people",
			Value: func(r Record) any { return orNull(r.config().HumanRated) }},
		{Name: "crew_capacity", Title: "CREW", About: "maximum number of people in the model", Right: true,
			Value: func(r Record) any { return orNull(r.config().CrewCapacity) }},
		{Name: "payload_capacity", Title: "PAYLOAD KG", About: "maximum cargo of the model in kilograms", Right: true,
			Value: func(r Record) any { return orNull(r.config().PayloadCapacity) }},
		{Name: "maiden_flight", Title: "MAIDEN FLIGHT", About: "date of the first flight of the model",
			Value: func(r Record) any { return orNull(r.config().MaidenFlight) }},
		{Name: "launch_id", Title: "LAUNCH ID", About: "UUID of the launch", Cut: true,
			Value: func(r Record) any { return orNull(r.LaunchID) }},
		{Name: "url", Title: "URL", About: "URL of the event", Cut: true,
			Value: func(r Record) any { return r.URL }},
		{Name: "description", Title: "DESCRIPTION", About: "description of the spacecraft", Cut: true,
			Value: func(r Record) any { return orNone(r.craft().Description) }},
	}
}

// Sheet returns the columns of records; table names those that a table shows.
func Sheet(table ...string) sheet.Sheet[Record] {
	return sheet.Sheet[Record]{Columns: Fields(), Table: table, Raw: func(r Record) any { return r.DockingEvent }}
}

func orNull[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func orNone(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orZero(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// Contains reports whether a text occurs in any field of the record. It ignores case.
func (r Record) Contains(words string) bool {
	words = strings.ToLower(words)
	return slices.ContainsFunc(Fields(), func(c column) bool {
		value, isText := c.Value(r).(string)
		return isText && strings.Contains(strings.ToLower(value), words)
	})
}

// Sort sorts by the fields with these names, in descending order if a name begins with -.
// Nulls come last. Equal records are sorted by docking, the newest first.
func Sort(records []Record, keys []string) {
	fields := Fields()
	type key struct {
		value func(Record) any
		sign  int
	}
	var by []key
	for _, k := range keys {
		name, descending := strings.CutPrefix(k, "-")
		i := slices.IndexFunc(fields, func(c column) bool { return c.Name == name })
		sign := 1
		if descending {
			sign = -1
		}
		by = append(by, key{fields[i].Value, sign})
	}
	slices.SortStableFunc(records, func(a, b Record) int {
		for _, k := range by {
			if c := compare(k.value(a), k.value(b), k.sign); c != 0 {
				return c
			}
		}
		return cmp.Or(b.Docking.Compare(a.Docking), cmp.Compare(b.ID, a.ID))
	})
}

// compare compares two values of one field.
func compare(a, b any, sign int) int {
	if a == nil || b == nil {
		return cmp.Compare(boolean(a == nil), boolean(b == nil))
	}
	switch a := a.(type) {
	case int:
		return sign * cmp.Compare(a, b.(int))
	case float64:
		return sign * cmp.Compare(a, b.(float64))
	case bool:
		return sign * cmp.Compare(boolean(a), boolean(b.(bool)))
	case time.Time:
		return sign * a.Compare(b.(time.Time))
	case ll2.Duration:
		return sign * cmp.Compare(a.Duration, b.(ll2.Duration).Duration)
	default:
		return sign * strings.Compare(strings.ToLower(sheet.Plain(a)), strings.ToLower(sheet.Plain(b)))
	}
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
