package ll230

import (
	"fmt"
	"strings"
	"unicode"
)

// A Kind is the kind of a [Party].
type Kind string

// The kinds of parties to a docking.
const (
	KindFlightVehicle Kind = "flight vehicle"
	KindSpaceStation  Kind = "space station"
	KindPayload       Kind = "payload"
)

// A Party is the chaser or the target of a docking, of any kind.
type Party struct {
	Kind Kind   // "" if the event has none
	ID   int    // of the [FlightVehicle], [SpaceStation] or [PayloadFlight]
	Name string // of the spacecraft, the station or the payload
}

// String returns the name in one line. If there is no name, it returns the kind and
// the id. For the zero Party it returns "unknown".
func (p Party) String() string {
	if p == (Party{}) {
		return "unknown"
	}
	if name := oneLine(p.Name); name != "" {
		return name
	}
	return fmt.Sprintf("%s %d", p.Kind, p.ID)
}

// oneLine removes control characters from texts of the service, so that they cannot
// control a terminal.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// Chaser returns the party that came to dock: the first of flight vehicle, space
// station and payload that is set, or the zero Party if none is. [ForFlightVehicle]
// takes the ID of a flight vehicle.
func (e *DockingEvent) Chaser() Party {
	return party(e.FlightVehicleChaser, e.SpaceStationChaser, e.PayloadFlightChaser)
}

// Target returns the party that was docked with: the first of flight vehicle, space
// station and payload that is set, or the zero Party if none is. [ForStation] takes
// the ID of a station.
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
