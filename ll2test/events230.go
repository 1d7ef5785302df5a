package ll2test

import (
	"slices"
	"time"

	"github.com/docking-event/ll2/ll230"
)

// Events230 returns n made-up events of version 2.3.0, in the detailed shape, with
// the ids 1 to n, sorted by time of docking. The result is always the same for the
// same n. The events are arguments for [Server.SetEvents230].
//
// They have the history of [Events] and some more dockings, as in the real service:
// Events230(555) has the dockings of Events(515), with the same ids, times, flights,
// ports and stations, and another 40 with the highest ids. For other n the proportion
// is the same, with at least eight new events if n is sixteen or more.
//
// The new ones have every other combination of flight vehicle, space station and
// payload as chaser and target: landers at capsules, capsules at satellites,
// servicing vehicles at satellites, modules at stations. Their ports are those of a
// station, of a type of spacecraft or of a payload. Some are still docked.
//
// In addition to the irregularities of Events there are pictures with and without a
// credit, families that are null, empty and filled, and null wherever the service may
// have it. The nulls that only a detailed chaser can have are left out when the
// events are encoded; [Server.SetRows] can serve these as well.
//
// Every call returns new values, which the caller may change.
func Events230(n int) []ll230.DockingEvent {
	n = max(n, 0)
	more := meetingsOf(n)
	h := newHistory(n - more)
	events := make([]ll230.DockingEvent, 0, n)
	for i, d := range h.dockings {
		events = append(events, d.event230(h.idOf(i)))
	}
	for i, m := range h.meet(more) {
		events = append(events, m.event(n-more+1+i))
	}
	slices.SortStableFunc(events, func(a, b ll230.DockingEvent) int { return a.Docking.Compare(b.Docking) })
	return events
}

// EventsAround230 returns the events that [Events230] returns, moved in time as
// [EventsAround] does, launches included. So EventsAround230(555, now) has the
// dockings of EventsAround(515, now), at the same times, and forty more.
func EventsAround230(n int, now time.Time) []ll230.DockingEvent {
	events := Events230(n)
	endAt(events, now, timesOf230)
	return events
}

// timesOf230 returns the times of an event.
func timesOf230(e *ll230.DockingEvent) []*time.Time {
	times := []*time.Time{&e.Docking, e.Departure}
	for _, v := range []*ll230.FlightVehicle{e.FlightVehicleChaser, e.FlightVehicleTarget} {
		if v != nil {
			times = append(times, v.MissionEnd)
			times = append(times, timesOfLaunch(&v.Launch)...)
		}
	}
	for _, p := range []*ll230.PayloadFlight{e.PayloadFlightChaser, e.PayloadFlightTarget} {
		if p != nil {
			times = append(times, timesOfLaunch(&p.Launch)...)
		}
	}
	return slices.DeleteFunc(times, func(t *time.Time) bool { return t == nil })
}

func timesOfLaunch(l *ll230.Launch) []*time.Time {
	return []*time.Time{l.NET, l.WindowStart, l.WindowEnd, l.LastUpdated}
}

// event230 returns the event of a docking, as version 2.3.0 would send it.
func (d *docking) event230(id int) ll230.DockingEvent {
	e := newEvent230(id, d.docking, d.departure)
	e.DockingLocation = ll230.DockingLocation{ID: d.at.id, Name: d.at.name, SpaceStation: d.at.station.mini()}
	e.SpaceStationTarget = d.at.station.mini()
	e.FlightVehicleChaser = d.flight.vehicle(true)
	return e
}

func newEvent230(id int, docking, departure time.Time) ll230.DockingEvent {
	e := ll230.DockingEvent{
		ID:           id,
		URL:          address230("docking_events", id),
		Docking:      docking,
		ResponseMode: labelDetailed,
	}
	if !departure.IsZero() {
		e.Departure = &departure
	}
	return e
}
