// Package model has the structs that a programmer writes to decode docking events with a
// JSON library: the fields of both shapes, times as time.Time, and durations and dates as
// the service writes them.
package model

import "time"

// A Page is one page of a list.
type Page struct {
	Count    int            `json:"count"`
	Next     *string        `json:"next"`
	Previous *string        `json:"previous"`
	Results  []DockingEvent `json:"results"`
}

// A DockingEvent is one docking, in either shape.
type DockingEvent struct {
	ID              int             `json:"id"`
	URL             string          `json:"url"`
	LaunchID        *string         `json:"launch_id"`
	Docking         time.Time       `json:"docking"`
	Departure       *time.Time      `json:"departure"`
	FlightVehicle   FlightVehicle   `json:"flight_vehicle"`
	DockingLocation DockingLocation `json:"docking_location"`
	SpaceStation    *SpaceStation   `json:"space_station"`
}

// A FlightVehicle is one flight of a spacecraft.
type FlightVehicle struct {
	ID          int        `json:"id"`
	URL         string     `json:"url"`
	Destination *string    `json:"destination"`
	MissionEnd  *time.Time `json:"mission_end"`
	Spacecraft  Spacecraft `json:"spacecraft"`
}

// A Spacecraft is a single vehicle.
type Spacecraft struct {
	ID               int     `json:"id"`
	URL              string  `json:"url"`
	Name             string  `json:"name"`
	SerialNumber     *string `json:"serial_number"`
	IsPlaceholder    bool    `json:"is_placeholder"`
	InSpace          bool    `json:"in_space"`
	TimeInSpace      *string `json:"time_in_space"`
	TimeDocked       *string `json:"time_docked"`
	FlightsCount     *int    `json:"flights_count"`
	MissionEndsCount *int    `json:"mission_ends_count"`
	Status           Named   `json:"status"`
	Description      string  `json:"description"`
	Config           Config  `json:"spacecraft_config"`
}

// A Named is an id with its name.
type Named struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A Config is a type of vehicle. From Capability on its fields are in the
// detailed shape only.
type Config struct {
	ID       int     `json:"id"`
	URL      string  `json:"url"`
	Name     string  `json:"name"`
	Type     Named   `json:"type"`
	Agency   *Agency `json:"agency"`
	InUse    bool    `json:"in_use"`
	ImageURL *string `json:"image_url"`

	Capability            *string  `json:"capability"`
	History               *string  `json:"history"`
	Details               *string  `json:"details"`
	MaidenFlight          *string  `json:"maiden_flight"`
	Height                *float64 `json:"height"`
	Diameter              *float64 `json:"diameter"`
	HumanRated            *bool    `json:"human_rated"`
	CrewCapacity          *int     `json:"crew_capacity"`
	PayloadCapacity       *int     `json:"payload_capacity"`
	PayloadReturnCapacity *int     `json:"payload_return_capacity"`
	FlightLife            *string  `json:"flight_life"`
	NationURL             *string  `json:"nation_url"`
	WikiLink              *string  `json:"wiki_link"`
	InfoLink              *string  `json:"info_link"`
}

// An Agency operates vehicles. From Featured on its fields are in the detailed
// shape only.
type Agency struct {
	ID   int     `json:"id"`
	URL  string  `json:"url"`
	Name string  `json:"name"`
	Type *string `json:"type"`

	Featured      *bool   `json:"featured"`
	CountryCode   *string `json:"country_code"`
	Abbrev        *string `json:"abbrev"`
	Description   *string `json:"description"`
	Administrator *string `json:"administrator"`
	FoundingYear  *string `json:"founding_year"`
	Launchers     *string `json:"launchers"`
	Spacecraft    *string `json:"spacecraft"`
	Parent        *string `json:"parent"`
	ImageURL      *string `json:"image_url"`
	LogoURL       *string `json:"logo_url"`
}

// A DockingLocation is a port of a station.
type DockingLocation struct {
	ID           int          `json:"id"`
	Name         string       `json:"name"`
	SpaceStation SpaceStation `json:"spacestation"`
}

// A SpaceStation is the station with which a vehicle docked. Only the detailed shape has
// its picture.
type SpaceStation struct {
	ID       int     `json:"id"`
	URL      string  `json:"url"`
	Name     string  `json:"name"`
	ImageURL *string `json:"image_url"`
}
