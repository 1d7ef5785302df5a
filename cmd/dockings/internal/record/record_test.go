package record_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/when"
	"github.com/docking-event/ll2/ll2test"
)

func at(year int, month time.Month) time.Time { return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) }

func events() []*ll2.DockingEvent {
	events := ll2test.Events(515)
	all := make([]*ll2.DockingEvent, len(events))
	for i := range events {
		all[i] = &events[i]
	}
	return all
}

func TestNothingIsThereThatHadNotHappened(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{at(1970, 1), at(1980, 5), at(2005, 5), at(2026, 1)} {
		docked := 0
		for _, r := range record.Of(events(), now) {
			if r.Stayed() < 0 || r.Docking.After(now) || r.Left() != nil && r.Left().After(now) {
				t.Errorf("%v: %v stayed %v", now, r, r.Stayed())
			}
			if r.Left() == nil {
				docked++
			}
		}
		if want := len(slices.DeleteFunc(events(), func(e *ll2.DockingEvent) bool { return !e.DockedAt(now) })); docked != want {
			t.Errorf("%v: %d are docked, want %d", now, docked, want)
		}
	}
}

func TestEveryFieldSorts(t *testing.T) {
	t.Parallel()
	all := record.Of(events(), at(2026, 1))
	for _, f := range record.Fields() {
		for _, sign := range []string{"", "-"} {
			sorted := slices.Clone(all)
			record.Sort(sorted, []string{sign + f.Name})
			null := false
			seen := make(map[string]bool)
			last := ""
			for _, r := range sorted {
				value := f.Value(r)
				if value == nil {
					null = true
				} else if null {
					t.Fatalf("%s%s: %v comes behind a null", sign, f.Name, value)
				}
				// Equal values stand together.
				word := fmt.Sprint(value == nil, sheet.Plain(value)) // "" is no null
				if word != last && seen[word] {
					t.Fatalf("%s%s: %s is in two places", sign, f.Name, word)
				}
				seen[word], last = true, word
			}
		}
	}
	record.Sort(all, []string{"station", "-stay"})
	if !slices.IsSortedFunc(all, func(a, b record.Record) int {
		if a.Station().ID != b.Station().ID {
			return 0
		}
		return int(b.Stayed()/time.Second - a.Stayed()/time.Second)
	}) {
		t.Error("the second key does not count")
	}
}

func TestFiltersLetInWhatTheySay(t *testing.T) {
	t.Parallel()
	now := at(2026, 1)
	span := func(words string) *when.Span {
		s, err := when.ParseRange(words, now, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return &s
	}
	for name, tt := range map[string]struct {
		filter record.Filter
		has    func(e *ll2.DockingEvent) bool
	}{
		"nothing":  {record.Filter{}, func(*ll2.DockingEvent) bool { return true }},
		"no ids":   {record.Filter{Stations: []int{}}, func(*ll2.DockingEvent) bool { return false }},
		"stations": {record.Filter{Stations: []int{4, 5}}, func(e *ll2.DockingEvent) bool { id := e.DockingLocation.SpaceStation.ID; return id == 4 || id == 5 }},
		"flight":   {record.Filter{Vehicles: []int{1005}}, func(e *ll2.DockingEvent) bool { return e.FlightVehicle.ID == 1005 }},
		"port":     {record.Filter{Ports: []int{111}}, func(e *ll2.DockingEvent) bool { return e.DockingLocation.ID == 111 }},
		"agency": {record.Filter{Agencies: []int{44}}, func(e *ll2.DockingEvent) bool {
			a := e.FlightVehicle.Spacecraft.SpacecraftConfig.Agency
			return a != nil && a.ID == 44
		}},
		"docked": {record.Filter{Docked: true}, func(e *ll2.DockingEvent) bool { return e.Docked() }},
		"since and until": {record.Filter{Since: span("2003-05"), Until: span("2003-07-15")}, func(e *ll2.DockingEvent) bool {
			return !e.Docking.Before(at(2003, 5)) && e.Docking.Before(time.Date(2003, 7, 16, 0, 0, 0, 0, time.UTC))
		}},
		"during": {record.Filter{During: span("2003")}, func(e *ll2.DockingEvent) bool {
			return e.Docking.Before(at(2004, 1)) && (e.Departure == nil || !e.Departure.Before(at(2003, 1)))
		}},
		"during an instant": {record.Filter{During: span("2003-06-01T12:00")}, func(e *ll2.DockingEvent) bool {
			noon := time.Date(2003, 6, 1, 12, 0, 0, 0, time.UTC)
			return e.DockedAt(noon) || e.Departure != nil && e.Departure.Equal(noon)
		}},
		"search": {record.Filter{Search: "sOYuz 12"}, func(e *ll2.DockingEvent) bool {
			return len(e.FlightVehicle.Spacecraft.Name) >= 8 && e.FlightVehicle.Spacecraft.Name[:8] == "Soyuz 12"
		}},
	} {
		got := record.Events(tt.filter.Apply(record.Of(events(), now)))
		want := slices.DeleteFunc(events(), func(e *ll2.DockingEvent) bool { return !tt.has(e) })
		id := func(e *ll2.DockingEvent) int { return e.ID }
		if len(want) == 0 != (name == "no ids") || !slices.EqualFunc(got, want, func(a, b *ll2.DockingEvent) bool { return id(a) == id(b) }) {
			t.Errorf("%s: %d events, want %d", name, len(got), len(want))
		}
	}
}
