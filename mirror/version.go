package mirror

import (
	"maps"
	"slices"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/service"
)

// A version is what a copy of one version of the service has of its own.
type version struct {
	name    string         // of the copy in a store, with the version in it
	path    string         // of the list below the base URL
	rules   *service.Rules // of queries
	flights []string       // keys of objects whose keys are the event's own
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

// filters returns the parameters of a list, besides those that every list has.
func (v *version) filters() []string { return slices.Sorted(maps.Keys(v.rules.Filters)) }
