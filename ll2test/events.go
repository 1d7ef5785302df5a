package ll2test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/docking-event/ll2"
)

//go:embed testdata/docking_event_list_offset490.json
var recordedPage []byte

// Recorded returns ten events of the real service, in the normal shape: the dockings
// of Soyuz and Progress spacecraft at Salyut 6 from June 1978 to May 1979, the latest
// departure first. Two of them, 190 and 189, are one flight. Every call returns new
// values, which the caller may change.
func Recorded() []ll2.DockingEvent {
	// The page was recorded as for a browser, so its links have this parameter.
	plain := bytes.ReplaceAll(recordedPage, []byte(`/?format=api"`), []byte(`/"`))
	var recorded struct {
		Results []ll2.DockingEvent `json:"results"`
	}
	if err := json.Unmarshal(plain, &recorded); err != nil {
		panic(err) // the page is part of this package
	}
	return recorded.Results
}

// Events returns n made-up events in the detailed shape, with the ids 1 to n. The
// result is always the same for the same n. The events form a plausible history from
// 1975 to 2026: six stations, whose ports have the same names; spacecraft that fly
// once and spacecraft that fly again; flights that dock twice; stays of 5 to 200
// days, which do not overlap at one port; and some that are still docked, at the
// stations that still fly. More than half are with the ISS, station 4; the others are
// 12, 14, 15, 5 and 18. With thousands of events, stays get shorter to make room.
//
// The events have the irregularities of real data: several with the same time of
// docking or departure, ids that do not quite follow the dockings, null and ""
// wherever the service has them, line breaks and every alphabet in descriptions, a
// mission end before the departure. The names are those of real things. Ids, dates
// and numbers are made up.
//
// Every call returns new values, which the caller may change.
func Events(n int) []ll2.DockingEvent {
	h := newHistory(max(n, 0))
	events := make([]ll2.DockingEvent, len(h.dockings))
	for i, d := range h.dockings {
		events[i] = d.event(h.idOf(i))
	}
	return events
}

// idOf returns the id of the i-th docking. A row gets its id when it is entered,
// which is not always in time.
func (h *history) idOf(i int) int {
	switch {
	case i > 0 && i%23 == 0:
		return i
	case i%23 == 22 && i+1 < len(h.dockings):
		return i + 2
	}
	return i + 1
}

// EventsAround returns the events that [Events] returns, moved in time by whole
// seconds so that their history ends at now. Dockings, departures and mission ends
// are in the past, the last of them less than two seconds ago, and some vehicles are
// still docked. Use them in a testing/synctest bubble, whose clock starts in the year
// 2000, for a program that asks which vehicles are docked now.
func EventsAround(n int, now time.Time) []ll2.DockingEvent {
	events := Events(n)
	endAt(events, now, timesOf)
	return events
}

// endAt moves the events in time so that the last of their times is at now.
func endAt[E any](events []E, now time.Time, timesOf func(*E) []*time.Time) {
	var last time.Time
	for i := range events {
		for _, t := range timesOf(&events[i]) {
			if t.After(last) {
				last = *t
			}
		}
	}
	seconds := now.Unix() - last.Add(time.Second-1).Unix() // the last one, rounded up
	for i := range events {
		for _, t := range timesOf(&events[i]) {
			*t = time.Unix(t.Unix()+seconds, int64(t.Nanosecond())).UTC()
		}
	}
}

// timesOf returns the times of an event.
func timesOf(e *ll2.DockingEvent) []*time.Time {
	times := []*time.Time{&e.Docking}
	for _, t := range []*time.Time{e.Departure, e.FlightVehicle.MissionEnd} {
		if t != nil {
			times = append(times, t)
		}
	}
	return times
}

const site = "https://ll.thespacedevs.com/2.2.0/"

// event returns the event of a docking, as the service would send it.
func (d *docking) event(id int) ll2.DockingEvent {
	f := d.flight
	station := ll2.SpaceStation{ID: d.at.station.id, URL: address("spacestation", d.at.station.id), Name: d.at.station.name}
	e := ll2.DockingEvent{
		ID:       id,
		URL:      address("docking_event", id),
		LaunchID: f.launchID(),
		Docking:  d.docking,
		FlightVehicle: ll2.FlightVehicle{
			ID:          f.id,
			URL:         address("spacecraft/flight", f.id),
			Destination: f.destination(),
			MissionEnd:  f.missionEnd(),
			Spacecraft:  f.craft.spacecraft(),
		},
		DockingLocation: ll2.DockingLocation{ID: d.at.id, Name: d.at.name, SpaceStation: station},
	}
	if !d.departure.IsZero() {
		e.Departure = &d.departure
	}
	if d.at.station.picture != "" {
		station.ImageURL = ptr(d.at.station.picture)
	}
	e.SpaceStation = &station
	return e
}

func (f *flight) launchID() *string {
	if f.id%13 == 0 {
		return nil
	}
	return ptr(uuid(f.id, 0))
}

// uuid returns the same UUID for the same numbers.
func uuid(id, kind int) string {
	r := rand.New(rand.NewPCG(uint64(id), uint64(kind)))
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

func (f *flight) destination() *string {
	switch {
	case f.id%17 == 0:
		return nil
	case f.id%19 == 0:
		return ptr("")
	case f.id%7 == 0 && f.station.id != 0:
		return ptr(f.station.name + " Space Station") // names vary in the real data
	}
	return ptr(f.station.name)
}

// missionEnd is hours after the last departure, except for a few flights, as in the
// real data.
func (f *flight) missionEnd() *time.Time {
	switch {
	case f.inSpace() || f.id%37 == 0:
		return nil
	case f.id%29 == 0:
		return ptr(f.last.departure.Add(-90 * time.Minute))
	}
	return ptr(f.last.departure.Add(3*time.Hour + time.Duration(f.id%50)*time.Minute))
}

func (c *craft) spacecraft() ll2.Spacecraft {
	s := ll2.Spacecraft{
		ID:            c.id,
		URL:           address("spacecraft", c.id),
		Name:          c.name,
		SerialNumber:  ptr(fmt.Sprintf("%s No.%d", c.model.name, 100+c.id)),
		IsPlaceholder: c.id%97 == 0,
		InSpace:       c.inSpace(),
		Status:        c.status(),
		Description:   c.description(),

		SpacecraftConfig: c.model.config(),
	}
	switch c.id % 9 {
	case 4:
		s.SerialNumber = nil
	case 7:
		s.SerialNumber = ptr("")
	}
	// Fields that were added late are not filled in for every spacecraft.
	if c.id%31 != 0 {
		s.TimeDocked = &ll2.Duration{Duration: c.docked}
		s.TimeInSpace = &ll2.Duration{Duration: c.docked + time.Duration(len(c.flights))*51*time.Hour}
		s.FlightsCount = ptr(len(c.flights))
		s.MissionEndsCount = ptr(len(c.flights))
		if s.InSpace {
			*s.MissionEndsCount--
		}
	}
	return s
}

func (c *craft) status() ll2.SpacecraftStatus {
	switch {
	case c.model.inUse && len(c.model.fleet) > 0, c.inSpace():
		return ll2.SpacecraftStatus{ID: 1, Name: "Active"}
	case len(c.model.fleet) > 0:
		return ll2.SpacecraftStatus{ID: 2, Name: "Retired"}
	case c.model.crew == 0:
		return ll2.SpacecraftStatus{ID: 3, Name: "Destroyed"}
	}
	return ll2.SpacecraftStatus{ID: 4, Name: "Single Use"}
}

func (c *craft) description() string {
	first := c.flights[0]
	task := fmt.Sprintf("brought %d kg of food, water, fuel and experiments to", 1800+c.id*37%1500)
	if c.model.crew > 0 {
		task = fmt.Sprintf("carried a crew of %d to", 1+c.id%c.model.crew)
	}
	text := fmt.Sprintf("%s (%s) is a spacecraft of the type %s, which %s the %s. Its first docking there was on %s.",
		c.name, c.model.native, c.model.name, task, first.station.name, first.first.docking.Format("2 January 2006 at 15:04 UTC"))
	switch c.id % 5 {
	case 1:
		text += "\r\n\r\nThe approach was automatic; the last 20 m took 4½ minutes at 0.1 m/s – “slow & steady”, as the log has it."
	case 3:
		text += "  After departure it was used for tests of attitude control <±0.5°> before it left its orbit over the Pacific. 🛰"
	}
	return text
}

func address(path string, id int) string { return fmt.Sprintf("%s%s/%d/", site, path, id) }

func ptr[T any](v T) *T { return &v }

// ptrUnlessZero is for tables, in which zero stands for null.
func ptrUnlessZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
