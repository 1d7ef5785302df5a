package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2"
)

// A column is one field of what is printed.
type column[T any] struct {
	name  string // in --fields, in JSON and in CSV
	title string // in tables
	about string

	value    func(T) any // nil is null
	text     func(row T, width int) string
	detailed bool // is there in the detailed shape only

	// Tables are as wide as the terminal: columns that are too wide for it are
	// written shorter if they know how, then cut.
	width   int  // in which nearly everything fits
	shorter int  // of a form that says less; 0: there is none
	cut     bool // down to least
	right   bool
}

// least is the width below which a column is not cut.
const least = 8

// A row is an event, seen at a time.
type row struct {
	*ll2.DockingEvent
	now time.Time
}

func (r row) spacecraft() *ll2.Spacecraft { return &r.FlightVehicle.Spacecraft }
func (r row) config() *ll2.SpacecraftConfig {
	return &r.FlightVehicle.Spacecraft.SpacecraftConfig
}

func (r row) agency() *ll2.Agency {
	if a := r.config().Agency; a != nil {
		return a
	}
	return new(ll2.Agency)
}

// departed is nil while the vehicle is docked.
func (r row) departed() *time.Time {
	if r.Departure != nil && r.Departure.After(r.now) {
		return nil
	}
	return r.Departure
}

// stay ends with the departure, where that is not still to come.
func (r row) stay() time.Duration {
	if r.departed() == nil {
		return r.now.Sub(r.Docking)
	}
	return r.Stay(r.now)
}

// eventColumns is everything that can be asked for by --fields.
var eventColumns = []column[row]{
	{name: "id", title: "ID", about: "id of the event, for get", width: 4, right: true,
		value: func(r row) any { return r.ID }},
	{name: "docking", title: "DOCKING", about: "when it docked (UTC)", width: 16, shorter: 10,
		value: func(r row) any { return r.Docking },
		text:  func(r row, width int) string { return minutes(&r.Docking, width) }},
	{name: "departure", title: "DEPARTURE", about: "when it departed (UTC); null while it is docked", width: 16, shorter: 10,
		value: func(r row) any { return orNull(r.Departure) },
		text:  func(r row, width int) string { return minutes(r.departed(), width) }},
	{name: "stay", title: "STAY", about: "how long it stayed, or has stayed so far", width: 8, right: true,
		value: func(r row) any { return ll2.Duration{Duration: r.stay().Truncate(time.Second)} },
		text:  func(r row, _ int) string { return daysAndHours(r.stay()) }},
	{name: "stay_days", title: "DAYS", about: "the same as a number of days", width: 8, right: true,
		value: func(r row) any { return math.Round(r.stay().Hours()/24*100) / 100 },
		text:  func(r row, _ int) string { return fmt.Sprintf("%.2f", r.stay().Hours()/24) }},
	{name: "vehicle", title: "VEHICLE", about: "name of the spacecraft", width: 24, cut: true,
		value: func(r row) any { return r.spacecraft().Name }},
	{name: "vehicle_id", title: "VEHICLE ID", about: "id of its flight, for --vehicle", width: 10, right: true,
		value: func(r row) any { return r.FlightVehicle.ID }},
	{name: "model", title: "MODEL", about: "what the spacecraft is one of, such as Soyuz", width: 20, cut: true,
		value: func(r row) any { return r.config().Name }},
	{name: "kind", title: "KIND", about: "kind of spacecraft, such as Capsule", width: 14, cut: true,
		value: func(r row) any { return r.config().Type.Name }},
	{name: "agency", title: "AGENCY", about: "who operates it", width: 24, cut: true,
		value: func(r row) any { return orNone(r.agency().Name) }},
	{name: "serial_number", title: "SERIAL NUMBER", about: "of the spacecraft", width: 20, cut: true,
		value: func(r row) any { return orNull(r.spacecraft().SerialNumber) }},
	{name: "status", title: "STATUS", about: "of the spacecraft, such as Active or Retired", width: 12, cut: true,
		value: func(r row) any { return r.spacecraft().Status.Name }},
	{name: "port", title: "PORT", about: "name of the docking location", width: 18, cut: true,
		value: func(r row) any { return r.DockingLocation.Name }},
	{name: "port_id", title: "PORT ID", about: "its id, for --location", width: 7, right: true,
		value: func(r row) any { return r.DockingLocation.ID }},
	{name: "station", title: "STATION", about: "name of the space station", width: 27, cut: true,
		value: func(r row) any { return r.DockingLocation.SpaceStation.Name }},
	{name: "station_id", title: "STATION ID", about: "its id, for --station", width: 10, right: true,
		value: func(r row) any { return r.DockingLocation.SpaceStation.ID }},
	{name: "destination", title: "DESTINATION", about: "where the flight went, in the words of the data", width: 24, cut: true,
		value: func(r row) any { return orNull(r.FlightVehicle.Destination) }},
	{name: "mission_end", title: "MISSION END", about: "when the flight ended (UTC)", width: 16, shorter: 11,
		value: func(r row) any { return orNull(r.FlightVehicle.MissionEnd) },
		text:  func(r row, width int) string { return orBlank(r.FlightVehicle.MissionEnd, width) }},
	{name: "launch_id", title: "LAUNCH ID", about: "UUID of the launch", width: 36, cut: true,
		value: func(r row) any { return orNull(r.LaunchID) }},
	{name: "url", title: "URL", about: "address of the event", width: 62, cut: true,
		value: func(r row) any { return r.URL }},
	{name: "country", title: "COUNTRY", about: "codes of the agency's countries", width: 12, cut: true, detailed: true,
		value: func(r row) any { return orNull(r.agency().CountryCode) }},
	{name: "human_rated", title: "HUMAN RATED", about: "whether people can fly in it", width: 11, detailed: true,
		value: func(r row) any { return orNull(r.config().HumanRated) }},
	{name: "crew_capacity", title: "CREW", about: "how many people", width: 5, right: true, detailed: true,
		value: func(r row) any { return orNull(r.config().CrewCapacity) }},
	{name: "payload_capacity", title: "PAYLOAD", about: "how many kilograms of cargo", width: 7, right: true, detailed: true,
		value: func(r row) any { return orNull(r.config().PayloadCapacity) }},
	{name: "maiden_flight", title: "MAIDEN FLIGHT", about: "of the model", width: 13, detailed: true,
		value: func(r row) any { return orNull(r.config().MaidenFlight) }},
}

// normalColumns is what the normal shape has of them.
func normalColumns() []column[row] { return pick(eventColumns, inShape(eventColumns, false)) }

// names returns what --fields can be given.
func names[T any](columns []column[T]) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.name
	}
	return all
}

// pick returns the columns of these names, in their order.
func pick[T any](columns []column[T], names []string) []column[T] {
	picked := make([]column[T], 0, len(names))
	for _, name := range names {
		i := slices.IndexFunc(columns, func(c column[T]) bool { return c.name == name })
		picked = append(picked, columns[i])
	}
	return picked
}

// cell is a value as a table shows it. What servers send is not to move the
// cursor.
func (c column[T]) cell(row T, width int) string {
	if c.text != nil {
		return c.text(row, width)
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, plain(c.value(row)))
}

// plain is a value as CSV shows it: null is empty.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
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

// docked is what tables show for a departure that is still to come.
const docked = "docked"

// minutes writes a time for people, by day only where there is no room.
func minutes(t *time.Time, width int) string {
	if t == nil {
		return docked
	}
	return orBlank(t, width)
}

func orBlank(t *time.Time, width int) string {
	const day, minute = time.DateOnly, "2006-01-02 15:04"
	switch {
	case t == nil:
		return ""
	case width < len(minute):
		return t.UTC().Format(day)
	}
	return t.UTC().Format(minute)
}

// daysAndHours writes a stay: 106d 20h.
func daysAndHours(d time.Duration) string {
	const day = 24 * time.Hour
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Sprintf("%s%dd %02dh", sign, d/day, d%day/time.Hour)
}

// isControl reports characters that would act on a terminal or end a line,
// line and paragraph separators and those that turn the direction too.
func isControl(r rune) bool {
	return r < 0x20 || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}
