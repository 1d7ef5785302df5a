package ll2

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// A DockingEvent is the docking of one flight vehicle at one docking location
// of a space station.
//
// The service has two shapes of it. Lists have the normal shape, or the detailed one with
// [ModeDetailed]; [DockingEventsService.Get] always returns the detailed shape. This
// struct serves both. Fields that only the detailed shape has are pointers, which are
// nil in the normal shape. Fields that the service sends as null are pointers too.
// [Value] returns the value of a pointer, or the zero value.
//
// Encoding with encoding/json writes the keys and values of the service. Three things
// are lost: nulls of keys that only the detailed shape has, keys without a field, and
// trailing zeros of a fraction of a second (.250000Z becomes .25Z). Decoding the result
// gives the same event.
//
// People write the data. The same thing can have different names, so compare ids. Times
// can be in the wrong order: a MissionEnd can precede the Departure and even the Docking
// of the same event.
type DockingEvent struct {
	ID       int     `json:"id"`
	URL      string  `json:"url"`
	LaunchID *string `json:"launch_id"` // UUID of the launch in the same service

	Docking   time.Time  `json:"docking"`
	Departure *time.Time `json:"departure"` // nil while docked, see [DockingEvent.Docked]

	FlightVehicle   FlightVehicle   `json:"flight_vehicle"`
	DockingLocation DockingLocation `json:"docking_location"`

	// SpaceStation is in the detailed shape only.
	// DockingLocation.SpaceStation names the station in both.
	SpaceStation *SpaceStation `json:"space_station,omitempty"`
}

// Validate returns an error if the event has no id or no docking time. The service does
// not send such events.
func (e *DockingEvent) Validate() error {
	switch {
	case e.ID == 0:
		return errors.New("ll2: docking event without an id")
	case e.Docking.IsZero():
		return errors.New("ll2: docking event without a docking time")
	}
	return nil
}

// Docked reports whether the vehicle has not departed yet.
func (e *DockingEvent) Docked() bool { return e.Departure == nil }

// DockedAt reports whether the vehicle was docked at t: from the docking, inclusive, to
// the departure, exclusive. A stay without a departure has no end. If the departure is
// not after the docking, which occurs in the data, DockedAt is always false.
func (e *DockingEvent) DockedAt(t time.Time) bool {
	return !t.Before(e.Docking) && (e.Departure == nil || t.Before(*e.Departure))
}

// Stay returns how long the vehicle stayed: from the docking to the departure, or to now
// if it is still docked. It is negative if the end is before the docking.
func (e *DockingEvent) Stay(now time.Time) time.Duration {
	if e.Departure != nil {
		now = *e.Departure
	}
	return now.Sub(e.Docking)
}

// String returns one line with the spacecraft, the place and the times.
func (e DockingEvent) String() string {
	s := fmt.Sprintf("docking event %d: %s at %s", e.ID, e.FlightVehicle.Spacecraft.name(), e.place())
	if e.Departure == nil {
		return s + ", docked since " + e.Docking.Format(time.RFC3339)
	}
	return s + ", " + e.Docking.Format(time.RFC3339) + " to " + e.Departure.Format(time.RFC3339)
}

// LogValue returns the attributes that identify the event, for log/slog: the spacecraft,
// the place and the times. log/slog calls it for pointers, including nil. An event
// that is not a pointer is logged as [DockingEvent.String], and in JSON as a whole.
func (e *DockingEvent) LogValue() slog.Value {
	if e == nil {
		return slog.Value{}
	}
	attrs := []slog.Attr{
		slog.Int("id", e.ID),
		slog.String("spacecraft", e.FlightVehicle.Spacecraft.name()),
		slog.String("station", e.station().name()),
		slog.String("location", e.DockingLocation.name()),
		slog.Time("docking", e.Docking),
	}
	if e.Departure != nil {
		attrs = append(attrs, slog.Time("departure", *e.Departure))
	}
	return slog.GroupValue(attrs...)
}

// station returns the station, which old rows have in only one of two fields.
func (e *DockingEvent) station() *SpaceStation {
	if station := &e.DockingLocation.SpaceStation; station.ID != 0 || e.SpaceStation == nil {
		return station
	}
	return e.SpaceStation
}

// place returns the names of the station and of its docking location.
func (e *DockingEvent) place() string {
	if e.station().ID == 0 {
		return e.DockingLocation.name()
	}
	return e.station().name() + " (" + e.DockingLocation.name() + ")"
}

// nameOf returns a name as one line, or the kind and the id if there is no name.
func nameOf(name, kind string, id int) string {
	if name = oneLine(name); name != "" {
		return name
	}
	return fmt.Sprintf("%s %d", kind, id)
}

// OrderKey returns the sort key in which few events are equal, for [Resource].
func (e *DockingEvent) OrderKey() (key string, value time.Time) { return "docking", e.Docking }

// A FlightVehicle is one flight of one [Spacecraft]. A flight can dock several
// times, so that several events share its ID.
type FlightVehicle struct {
	ID          int        `json:"id"`
	URL         string     `json:"url"`
	Destination *string    `json:"destination"` // free text; nil and "" both occur
	MissionEnd  *time.Time `json:"mission_end"`
	Spacecraft  Spacecraft `json:"spacecraft"`
}

// String returns one line with the flight, the spacecraft and the destination.
func (f FlightVehicle) String() string {
	s := fmt.Sprintf("flight %d: %s", f.ID, f.Spacecraft.name())
	if to := oneLine(Value(f.Destination)); to != "" {
		s += " to " + to
	}
	if f.MissionEnd != nil {
		s += ", mission end " + f.MissionEnd.Format(time.RFC3339)
	}
	return s
}

// LogValue returns the attributes that identify the flight; see
// [DockingEvent.LogValue].
func (f *FlightVehicle) LogValue() slog.Value {
	if f == nil {
		return slog.Value{}
	}
	attrs := []slog.Attr{slog.Int("id", f.ID), slog.String("spacecraft", f.Spacecraft.name())}
	if to := Value(f.Destination); to != "" {
		attrs = append(attrs, slog.String("destination", to))
	}
	if f.MissionEnd != nil {
		attrs = append(attrs, slog.Time("mission_end", *f.MissionEnd))
	}
	return slog.GroupValue(attrs...)
}

// A Spacecraft is a single vehicle, such as Soyuz 32 or the Crew Dragon
// Endeavour.
//
// TimeInSpace and TimeDocked are totals of all its flights. They grow while it flies, so
// the Spacecraft of a past event changes from request to request.
type Spacecraft struct {
	ID               int              `json:"id"`
	URL              string           `json:"url"`
	Name             string           `json:"name"`
	SerialNumber     *string          `json:"serial_number"` // nil and "" both occur
	IsPlaceholder    bool             `json:"is_placeholder"`
	InSpace          bool             `json:"in_space"`
	TimeInSpace      *Duration        `json:"time_in_space"`
	TimeDocked       *Duration        `json:"time_docked"`
	FlightsCount     *int             `json:"flights_count"`
	MissionEndsCount *int             `json:"mission_ends_count"`
	Status           SpacecraftStatus `json:"status"`
	Description      string           `json:"description"`
	SpacecraftConfig SpacecraftConfig `json:"spacecraft_config"`
}

// String returns one line with the spacecraft, its type and its status.
func (s Spacecraft) String() string {
	text := fmt.Sprintf("spacecraft %d: %s (%s)", s.ID, s.name(), s.SpacecraftConfig.name())
	if status := oneLine(s.Status.Name); status != "" {
		text += ", " + status
	}
	return text
}

// LogValue returns the attributes that identify the spacecraft, its type and its status;
// see [DockingEvent.LogValue].
func (s *Spacecraft) LogValue() slog.Value {
	if s == nil {
		return slog.Value{}
	}
	return slog.GroupValue(slog.Int("id", s.ID), slog.String("name", s.name()),
		slog.String("type", s.SpacecraftConfig.name()), slog.String("status", s.Status.Name))
}

func (s *Spacecraft) name() string { return nameOf(s.Name, "spacecraft", s.ID) }

// A SpacecraftStatus is the state of a spacecraft. Known ids are 1 Active, 2 Retired,
// 3 Destroyed and 4 Single Use. The service has more, and can add more.
type SpacecraftStatus struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A SpacecraftConfig is the type of a [Spacecraft], such as Soyuz or Crew Dragon.
//
// Only the detailed shape has Capability and the fields after it, which can be nil there
// too.
type SpacecraftConfig struct {
	ID       int                  `json:"id"`
	URL      string               `json:"url"`
	Name     string               `json:"name"`
	Type     SpacecraftConfigType `json:"type"`
	Agency   *Agency              `json:"agency"`
	InUse    bool                 `json:"in_use"`
	ImageURL *string              `json:"image_url"`

	Capability            *string  `json:"capability,omitempty"`
	History               *string  `json:"history,omitempty"`
	Details               *string  `json:"details,omitempty"`
	MaidenFlight          *Date    `json:"maiden_flight,omitempty"`
	Height                *float64 `json:"height,omitempty"`
	Diameter              *float64 `json:"diameter,omitempty"`
	HumanRated            *bool    `json:"human_rated,omitempty"`
	CrewCapacity          *int     `json:"crew_capacity,omitempty"`
	PayloadCapacity       *int     `json:"payload_capacity,omitempty"`
	PayloadReturnCapacity *int     `json:"payload_return_capacity,omitempty"`
	FlightLife            *string  `json:"flight_life,omitempty"`
	NationURL             *string  `json:"nation_url,omitempty"`
	WikiLink              *string  `json:"wiki_link,omitempty"`
	InfoLink              *string  `json:"info_link,omitempty"`
}

func (c *SpacecraftConfig) name() string { return nameOf(c.Name, "type", c.ID) }

// A SpacecraftConfigType is the kind of a [SpacecraftConfig]. Known ids are 1 Unknown,
// 2 Capsule and 4 Cargo Resupply. The service has more, and can add more.
type SpacecraftConfigType struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// An Agency is the organization that operates a [SpacecraftConfig].
//
// Only the detailed shape has Featured and the fields after it, which can be nil there
// too.
type Agency struct {
	ID   int     `json:"id"`
	URL  string  `json:"url"`
	Name string  `json:"name"`
	Type *string `json:"type"`

	Featured      *bool   `json:"featured,omitempty"`
	CountryCode   *string `json:"country_code,omitempty"` // one code, or several with commas
	Abbrev        *string `json:"abbrev,omitempty"`
	Description   *string `json:"description,omitempty"`
	Administrator *string `json:"administrator,omitempty"`
	FoundingYear  *string `json:"founding_year,omitempty"` // a text, such as "1958"
	Launchers     *string `json:"launchers,omitempty"`
	Spacecraft    *string `json:"spacecraft,omitempty"`
	Parent        *string `json:"parent,omitempty"`
	ImageURL      *string `json:"image_url,omitempty"`
	LogoURL       *string `json:"logo_url,omitempty"`
}

// A DockingLocation is a port of a [SpaceStation]. Names are not unique:
// several stations have a "forward".
type DockingLocation struct {
	ID           int          `json:"id"`
	Name         string       `json:"name"`
	SpaceStation SpaceStation `json:"spacestation"`
}

func (l *DockingLocation) name() string { return nameOf(l.Name, "docking location", l.ID) }

// A SpaceStation is the station that vehicles dock with.
type SpaceStation struct {
	ID       int     `json:"id"`
	URL      string  `json:"url"`
	Name     string  `json:"name"`
	ImageURL *string `json:"image_url,omitempty"` // in DockingEvent.SpaceStation only
}

func (s *SpaceStation) name() string { return nameOf(s.Name, "station", s.ID) }

// A Date is a day in the calendar, without time or place. The service sends it as
// "2006-01-02". database/sql stores it as the same text, and a nil *Date as NULL.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// String returns the date as the service writes it: "2006-01-02".
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Time returns the first instant of the date in UTC.
func (d Date) Time() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// MarshalText encodes the date as [Date.String]. It fails if the calendar has no such
// date or the year is not 0 to 9999.
func (d Date) MarshalText() ([]byte, error) {
	s := d.String()
	if err := new(Date).UnmarshalText([]byte(s)); err != nil {
		return nil, err
	}
	return []byte(s), nil
}

// UnmarshalText decodes "2006-01-02". Anything else, such as 30 February, is an error.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("ll2: date %q is not of the form 2006-01-02", text)
	}
	d.Year, d.Month, d.Day = t.Date()
	return nil
}

// Value returns the text of [Date.MarshalText], for database/sql.
func (d Date) Value() (driver.Value, error) {
	text, err := d.MarshalText()
	if err != nil {
		return nil, err
	}
	return string(text), nil
}

// Scan reads a date from a database: a text like "2006-01-02", or a time, whose day in
// its own location it takes. NULL is an error: if the column can be NULL, scan into a
// *Date or a [database/sql.Null] of Date.
func (d *Date) Scan(src any) error {
	switch src := src.(type) {
	case string:
		return d.UnmarshalText([]byte(src))
	case []byte:
		return d.UnmarshalText(src)
	case time.Time:
		d.Year, d.Month, d.Day = src.Date()
		return nil
	case nil:
		return errors.New("ll2: date: NULL cannot be scanned into a Date; use *Date or sql.Null[ll2.Date]")
	}
	return fmt.Errorf("ll2: date: %T cannot be scanned into a Date; it takes a text like 2006-01-02 and a time", src)
}

// Value returns *p, or the zero value if p is nil. Use it for the nullable fields of
// this package:
//
//	ll2.Value(event.FlightVehicle.Destination) // "" if the service has none
func Value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// blocks hold the values that the pointers of one event point to, in addition to the
// blocks of the scanner.
type blocks struct {
	durations jsonscan.Block[Duration]
	agencies  jsonscan.Block[Agency]
}
