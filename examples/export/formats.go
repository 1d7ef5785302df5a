package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/docking-event/ll2"
)

// A writer writes events in one format. Until flush it may hold some back.
type writer struct {
	write func(*ll2.DockingEvent) error
	flush func() error
}

func newWriter(format string, out io.Writer) (writer, error) {
	switch format {
	case "csv":
		return csvWriter(out)
	case "ndjson":
		return ndjsonWriter(out), nil
	}
	return writer{}, fmt.Errorf("unknown format %q; use csv or ndjson", format)
}

// ndjsonWriter leaves <, > and & as the service writes them: encoding/json would
// escape them for use in HTML.
func ndjsonWriter(out io.Writer) writer {
	buffer := bufio.NewWriter(out)
	enc := json.NewEncoder(buffer)
	enc.SetEscapeHTML(false)
	return writer{
		write: func(event *ll2.DockingEvent) error { return enc.Encode(event) },
		flush: buffer.Flush,
	}
}

// A column is one field of an event. A null of the service is an empty cell, and
// so is an empty text.
type column struct {
	name string
	cell func(*ll2.DockingEvent) string
}

func columns() []column {
	return []column{
		{"id", func(e *ll2.DockingEvent) string { return strconv.Itoa(e.ID) }},
		{"docking", func(e *ll2.DockingEvent) string { return instant(&e.Docking) }},
		{"departure", func(e *ll2.DockingEvent) string { return instant(e.Departure) }},
		{"station_id", func(e *ll2.DockingEvent) string { return strconv.Itoa(e.DockingLocation.SpaceStation.ID) }},
		{"station", func(e *ll2.DockingEvent) string { return e.DockingLocation.SpaceStation.Name }},
		{"port_id", func(e *ll2.DockingEvent) string { return strconv.Itoa(e.DockingLocation.ID) }},
		{"port", func(e *ll2.DockingEvent) string { return e.DockingLocation.Name }},
		{"flight_id", func(e *ll2.DockingEvent) string { return strconv.Itoa(e.FlightVehicle.ID) }},
		{"mission_end", func(e *ll2.DockingEvent) string { return instant(e.FlightVehicle.MissionEnd) }},
		{"spacecraft_id", func(e *ll2.DockingEvent) string { return strconv.Itoa(e.FlightVehicle.Spacecraft.ID) }},
		{"spacecraft", func(e *ll2.DockingEvent) string { return e.FlightVehicle.Spacecraft.Name }},
		{"serial_number", func(e *ll2.DockingEvent) string { return ll2.Value(e.FlightVehicle.Spacecraft.SerialNumber) }},
		{"flights", func(e *ll2.DockingEvent) string { return number(e.FlightVehicle.Spacecraft.FlightsCount) }},
		{"agency", func(e *ll2.DockingEvent) string {
			return ll2.Value(e.FlightVehicle.Spacecraft.SpacecraftConfig.Agency).Name
		}},
		{"launch_id", func(e *ll2.DockingEvent) string { return ll2.Value(e.LaunchID) }},
	}
}

func csvWriter(out io.Writer) (writer, error) {
	table := csv.NewWriter(out)
	columns := columns()
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	return writer{
		write: func(event *ll2.DockingEvent) error {
			for i, c := range columns {
				row[i] = c.cell(event)
			}
			return table.Write(row)
		},
		flush: func() error {
			table.Flush()
			return table.Error()
		},
	}, table.Write(row)
}

// instant writes a time as the service does.
func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

func number(n *int) string {
	if n == nil {
		return "" // where ll2.Value would say 0
	}
	return strconv.Itoa(*n)
}
