package floor

import "time"

// An Opt is a value that can be null or left out.
type Opt[T any] struct {
	Value T
	Set   bool
}

func some[T any](v T) Opt[T] { return Opt[T]{v, true} }

// A Page is one page of a list.
type Page struct {
	Count          int
	Next, Previous Opt[string]
	Results        []DockingEvent
}

// A DockingEvent is one docking, in either shape.
type DockingEvent struct {
	ID              int
	URL             string
	LaunchID        Opt[string]
	Docking         time.Time
	Departure       Opt[time.Time]
	FlightVehicle   FlightVehicle
	DockingLocation DockingLocation
	SpaceStation    *SpaceStation // in the detailed shape only
}

// A FlightVehicle is one flight of a spacecraft.
type FlightVehicle struct {
	ID          int
	URL         string
	Destination Opt[string]
	MissionEnd  Opt[time.Time]
	Spacecraft  Spacecraft
}

// A Spacecraft is a single vehicle.
type Spacecraft struct {
	ID                             int
	URL, Name                      string
	SerialNumber                   Opt[string]
	IsPlaceholder, InSpace         bool
	TimeInSpace, TimeDocked        Opt[string]
	FlightsCount, MissionEndsCount Opt[int]
	Status                         Named
	Description                    string
	Config                         Config
}

// A Named is an id with its name.
type Named struct {
	ID   int
	Name string
}

// A Config is a type of vehicle.
type Config struct {
	ID        int
	URL, Name string
	Type      Named
	Agency    Opt[Agency]
	InUse     bool
	ImageURL  Opt[string]
	Details   *ConfigDetails // in the detailed shape only
}

// ConfigDetails holds the fields of a spacecraft model that only the detailed shape has.
type ConfigDetails struct {
	Capability, History, Details                         Opt[string]
	MaidenFlight                                         Opt[string]
	Height, Diameter                                     Opt[float64]
	HumanRated                                           Opt[bool]
	CrewCapacity, PayloadCapacity, PayloadReturnCapacity Opt[int]
	FlightLife, NationURL, WikiLink, InfoLink            Opt[string]
}

// An Agency operates vehicles.
type Agency struct {
	ID        int
	URL, Name string
	Type      Opt[string]
	Details   *AgencyDetails // in the detailed shape only
}

// AgencyDetails holds the fields of an agency that only the detailed shape has.
type AgencyDetails struct {
	Featured                                         Opt[bool]
	CountryCode, Abbrev, Description                 Opt[string]
	Administrator, FoundingYear                      Opt[string]
	Launchers, Spacecraft, Parent, ImageURL, LogoURL Opt[string]
}

// A DockingLocation is a port of a station.
type DockingLocation struct {
	ID           int
	Name         string
	SpaceStation SpaceStation
}

// A SpaceStation is the station with which a vehicle docked.
type SpaceStation struct {
	ID        int
	URL, Name string
	ImageURL  Opt[string] // in the detailed shape only
}
