package ll2test

import (
	"net/url"
	"strings"

	"github.com/docking-event/ll2"
)

// shaped returns the event as an answer shows it: in the detailed shape or the
// normal one, with format, unless it is "", in every link to the service. The
// event that is stored stays as it is.
func shaped(e ll2.DockingEvent, detailed bool, format string) ll2.DockingEvent {
	config := &e.FlightVehicle.Spacecraft.SpacecraftConfig
	if config.Agency != nil {
		agency := *config.Agency
		config.Agency = &agency
	}
	station := stationOf(&e)
	e.SpaceStation = nil
	if detailed {
		e.SpaceStation = &station
	} else {
		*config = normalConfig(*config)
	}
	// The port's station has no picture in either shape.
	e.DockingLocation.SpaceStation.ImageURL = nil

	if format == "" {
		return e
	}
	links := []*string{
		&e.URL, &e.FlightVehicle.URL, &e.FlightVehicle.Spacecraft.URL, &config.URL,
		&e.DockingLocation.SpaceStation.URL,
	}
	if config.Agency != nil {
		links = append(links, &config.Agency.URL)
	}
	if e.SpaceStation != nil {
		links = append(links, &e.SpaceStation.URL)
	}
	for _, link := range links {
		*link = withFormat(*link, format)
	}
	return e
}

// stationOf returns the station of an event: its own, or else its port's.
func stationOf(e *ll2.DockingEvent) ll2.SpaceStation {
	if e.SpaceStation != nil {
		return *e.SpaceStation
	}
	return e.DockingLocation.SpaceStation
}

// normalConfig keeps what lists show.
func normalConfig(c ll2.SpacecraftConfig) ll2.SpacecraftConfig {
	normal := ll2.SpacecraftConfig{
		ID: c.ID, URL: c.URL, Name: c.Name, Type: c.Type, InUse: c.InUse, ImageURL: c.ImageURL,
	}
	if c.Agency != nil {
		normal.Agency = &ll2.Agency{ID: c.Agency.ID, URL: c.Agency.URL, Name: c.Agency.Name, Type: c.Agency.Type}
	}
	return normal
}

func withFormat(link, format string) string {
	if link == "" {
		return ""
	}
	mark := "?"
	if strings.Contains(link, "?") {
		mark = "&"
	}
	return link + mark + "format=" + url.QueryEscape(format)
}
