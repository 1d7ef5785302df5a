package mirror

import (
	"maps"
	"slices"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/service"
	"github.com/docking-event/ll2/ll230"
)

// A version holds all that differs between the versions of the service.
type version struct {
	name    string         // of the copy in a store; contains the version
	path    string         // of the list below the base URL
	rules   *service.Rules // of queries
	flights []string       // keys of objects whose keys are the event's own
	running []string       // paths among those whose values grow with time
	decode  func(*service.Table) decoded
}

func v220() *version {
	return &version{
		name:    "docking_event-2.2.0",
		path:    "2.2.0/docking_event/",
		rules:   service.V220(),
		flights: []string{"flight_vehicle"},
		decode:  decoding[ll2.DockingEvent](),
	}
}

func v230() *version {
	const vehicle, target = "flight_vehicle_chaser", "flight_vehicle_target"
	v := &version{
		name:    "docking_events-2.3.0",
		path:    "2.3.0/docking_events/",
		rules:   service.V230(),
		flights: []string{vehicle, target, "payload_flight_chaser", "payload_flight_target"},
		decode:  decoding[ll230.DockingEvent](),
	}
	// While a flight lasts, its duration counts up to now. Its launch and its
	// mission_end show the final value.
	for _, flight := range []string{vehicle, target} {
		v.running = append(v.running, flight+".duration", flight+".turn_around_time")
	}
	return v
}

// filters returns the parameters of a list, without those that every list has.
func (v *version) filters() []string { return slices.Sorted(maps.Keys(v.rules.Filters)) }
