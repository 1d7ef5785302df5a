package ll2

import (
	"errors"
	"fmt"
	"time"
)

// A DockingEvent is the docking of one flight vehicle at one docking location
// of a space station.
//
// The service knows two shapes of it. Lists carry the normal one unless
// [ModeDetailed] is asked for; [DockingEventsService.Get] always answers with
// the detailed one. One struct serves both: fields that only the detailed
// shape has are pointers and nil in the normal one, and so are the fields that
// the service is known to send as null. [Value] reads a pointer as its value or
// the zero value.
//
// Encoding with encoding/json writes the service's own keys and values. Three
// things are lost: nulls of keys that only the detailed shape has, keys that are
// not among the fields, and zeros at the end of a fraction of a second (.250000Z
// becomes .25Z). Decoding the result gives the same event.
//
// The data is free text written by people. Names vary for the same thing, so
// compare ids, and chronology is not guaranteed: a MissionEnd can precede the
// Departure and even the Docking of the same event.
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

// Validate reports an event without an id or a docking time, which is none that
// the service sends: it would have docked in the year 1.
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

// Stay returns how long the vehicle stayed: from docking to departure, or to
// now where it is still docked. It is negative where the times in the data, or
// now, are in that order.
func (e *DockingEvent) Stay(now time.Time) time.Duration {
	if e.Departure != nil {
		now = *e.Departure
	}
	return now.Sub(e.Docking)
}

// OrderKey returns the key by which few events are equal, for [Resource].
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

// A Spacecraft is a single vehicle, such as Soyuz 32 or the Crew Dragon
// Endeavour.
//
// The totals TimeInSpace and TimeDocked run over all of its flights and grow
// while it flies, so a past event's Spacecraft changes from request to request.
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

// A SpacecraftStatus is the state of a spacecraft. Ids seen are 1 Active,
// 2 Retired, 3 Destroyed and 4 Single Use; there are more, and more can come.
type SpacecraftStatus struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A SpacecraftConfig is the type of vehicle that a [Spacecraft] is one of,
// such as Soyuz or Crew Dragon.
//
// Fields from Capability on are in the detailed shape only, where they can be
// nil too.
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

// A SpacecraftConfigType is the kind of a [SpacecraftConfig]. Ids seen are
// 1 Unknown, 2 Capsule and 4 Cargo Resupply; there are more, and more can come.
type SpacecraftConfigType struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// An Agency is who operates a [SpacecraftConfig].
//
// Fields from Featured on are in the detailed shape only, where they can be nil
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

// A SpaceStation is what vehicles dock with.
type SpaceStation struct {
	ID       int     `json:"id"`
	URL      string  `json:"url"`
	Name     string  `json:"name"`
	ImageURL *string `json:"image_url,omitempty"` // in DockingEvent.SpaceStation only
}

// A Date is a day in the calendar, without time or place: what the service
// sends as "2006-01-02".
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

// MarshalText encodes the date as [Date.String] writes it. It fails for a date
// that the calendar or the service's format (years 0 to 9999) does not have.
func (d Date) MarshalText() ([]byte, error) {
	s := d.String()
	if err := new(Date).UnmarshalText([]byte(s)); err != nil {
		return nil, err
	}
	return []byte(s), nil
}

// UnmarshalText decodes "2006-01-02". Anything else, a 30 February too, is an
// error.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("ll2: date %q is not of the form 2006-01-02", text)
	}
	d.Year, d.Month, d.Day = t.Date()
	return nil
}

// Value returns what p points to, or the zero value where p is nil. It reads
// the nullable fields of this package:
//
//	ll2.Value(event.FlightVehicle.Destination) // "" where the service has none
func Value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
