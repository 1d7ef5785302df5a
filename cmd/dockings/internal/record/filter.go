package record

import (
	"slices"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/when"
)

// A Filter chooses events. The zero value matches all events. A nil list of ids is not a
// condition.
type Filter struct {
	Stations, Vehicles, Ports, Agencies, Models, Kinds []int
	Search                                             string
	Docked                                             bool
	Since, Until                                       *when.Span // of the docking
	During                                             *when.Span // that the stay overlaps
}

// Has reports whether an event matches.
func (f *Filter) Has(r Record) bool {
	config := r.config()
	for _, ids := range []struct {
		want []int
		is   int
	}{
		{f.Stations, r.Station().ID}, {f.Vehicles, r.FlightVehicle.ID}, {f.Ports, r.DockingLocation.ID},
		{f.Agencies, r.Agency().ID}, {f.Models, config.ID}, {f.Kinds, config.Type.ID},
	} {
		if ids.want != nil && !slices.Contains(ids.want, ids.is) {
			return false
		}
	}
	left := r.Left()
	switch {
	case f.Docked && left != nil:
		return false
	case f.Since != nil && r.Docking.Before(f.Since.From):
		return false
	case f.Until != nil && !r.Docking.Before(f.Until.End) && !f.Until.Has(r.Docking):
		return false
	case f.During != nil && !r.Docking.Before(f.During.End) && !f.During.Has(r.Docking):
		return false
	case f.During != nil && left != nil && left.Before(f.During.From):
		return false
	}
	return f.Search == "" || r.Contains(f.Search)
}

// Apply returns the records that match.
func (f *Filter) Apply(records []Record) []Record {
	return slices.DeleteFunc(slices.Clone(records), func(r Record) bool { return !f.Has(r) })
}

// Events returns the events of the records.
func Events(records []Record) []*ll2.DockingEvent {
	events := make([]*ll2.DockingEvent, len(records))
	for i, r := range records {
		events[i] = r.DockingEvent
	}
	return events
}
