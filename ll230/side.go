package ll230

import (
	"fmt"
	"strings"
	"unicode"
)

// A Kind says what a [Party] is.
type Kind string

// The kinds of parties to a docking.
const (
	KindFlightVehicle Kind = "flight vehicle"
	KindSpaceStation  Kind = "space station"
	KindPayload       Kind = "payload"
)

// A Party is a chaser or a target, whichever kind it is of.
type Party struct {
	Kind Kind   // "" if the event names none
	ID   int    // of the [FlightVehicle], [SpaceStation] or [PayloadFlight]
	Name string // of the spacecraft, the station or the payload
}

// String returns the name in one line, or the kind and the id if there is none, or
// "unknown" for the zero Party.
func (p Party) String() string {
	if p == (Party{}) {
		return "unknown"
	}
	if name := oneLine(p.Name); name != "" {
		return name
	}
	return fmt.Sprintf("%s %d", p.Kind, p.ID)
}

// oneLine is for texts of the service's: a terminal is to take no orders from them.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// Chaser returns who came to dock: the first of flight vehicle, space station and
// payload that is set; the zero Party if none is. [ForFlightVehicle] takes the ID of
// a flight vehicle.
func (e *DockingEvent) Chaser() Party {
	return party(e.FlightVehicleChaser, e.SpaceStationChaser, e.PayloadFlightChaser)
}

// Target returns who was docked with: the first of flight vehicle, space station and
// payload that is set; the zero Party if none is. [ForStation] takes the ID of a
// station.
func (e *DockingEvent) Target() Party {
	return party(e.FlightVehicleTarget, e.SpaceStationTarget, e.PayloadFlightTarget)
}

func party(v *FlightVehicle, s *SpaceStation, p *PayloadFlight) Party {
	switch {
	case v != nil:
		return Party{KindFlightVehicle, v.ID, v.Spacecraft.Name}
	case s != nil:
		return Party{KindSpaceStation, s.ID, s.Name}
	case p != nil:
		return Party{KindPayload, p.ID, p.Payload.Name}
	}
	return Party{}
}
