package names_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/names"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/ll2test"
)

func madeUp(n int) []record.Record {
	events := ll2test.Events(n)
	all := make([]*ll2.DockingEvent, n)
	for i := range events {
		all[i] = &events[i]
	}
	return record.Of(all, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
}

func TestNamesAreFoundAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	records := madeUp(515)
	for _, tt := range []struct {
		kind names.Kind
		word string
		want int    // entities; -1: an error
		says string // names of what is found, or the error
	}{
		{names.Stations, "iss", 1, "International Space Station"},
		{names.Stations, "ISS", 1, "International Space Station"},
		{names.Stations, "international space station", 1, "International Space Station"},
		{names.Stations, "space", 1, "International Space Station"},
		{names.Stations, "MIR", 1, "Mir"},
		{names.Stations, "salyut-7", 1, "Salyut 7"},
		{names.Stations, "tiang", 1, "Tiangong"},
		{names.Stations, "gong", 1, "Tiangong"},
		{names.Stations, "salyut", -1, `"salyut" is ambiguous: Salyut 6 (14), Salyut 7 (15), Salyut 4 (12); write more of the name, an id, or a pattern such as '*salyut*'`},
		{names.Stations, "salyut*", 3, "Salyut 6"},
		{names.Stations, "Salyut ?", 3, "Salyut 6"},
		{names.Stations, "{mir,tiangong}", 2, "Mir"},
		{names.Stations, "Tiangnog", -1, "did you mean Tiangong? Known stations: International Space Station (4)"},
		{names.Stations, "skylab", -1, `"skylab" is unknown; known stations: International Space Station (4), Mir (5)`},
		{names.Stations, "*lab*", -1, `"*lab*" is unknown`},
		{names.Stations, " ", -1, "write a name or an id"},
		{names.Stations, "[", -1, "is not a pattern"},
		{names.Vehicles, "crew dragon endeavour", 4, "Crew Dragon Endeavour"}, // its flights
		{names.Vehicles, "soyuz 12", 1, "Soyuz 12"},
		{names.Vehicles, "soyuz", -1, " more; write more of the name"},
		{names.Models, "crew dragon", 1, "Crew Dragon"},
		{names.Kinds, "capsule", 1, "Capsule"},
		{names.Agencies, "nasa", 1, "National Aeronautics and Space Administration"},
		{names.Agencies, "spacex", 1, "SpaceX"},
		{names.Ports, "forward", -1, "add --station, or write an id"},
	} {
		entities := tt.kind.In(records)
		ids, err := tt.kind.Find(tt.word, entities)
		if err != nil {
			if tt.want >= 0 || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s %q: %v", tt.kind.One, tt.word, err)
			}
			continue
		}
		found := slices.IndexFunc(entities, func(e names.Entity) bool { return e.Name == tt.says && slices.Contains(ids, e.ID) })
		if len(ids) != tt.want || found < 0 {
			t.Errorf("%s %q: %d found, want %d and %s among them", tt.kind.One, tt.word, len(ids), tt.want, tt.says)
		}
	}
}

func TestAnIDNeedsNoName(t *testing.T) {
	t.Parallel()
	if ids, err := names.Ports.Find("4711", nil); err != nil || len(ids) != 1 || ids[0] != 4711 {
		t.Errorf("%v, %v", ids, err)
	}
	for _, word := range []string{"0", "-4", "4x", ""} {
		if names.IsID(word) {
			t.Errorf("%q is no id", word)
		}
	}
	if _, err := names.Stations.Find("mir", nil); err == nil || err.Error() != `"mir" is unknown: there are no stations` {
		t.Error(err)
	}
}

func TestEntitiesCountTheirDockings(t *testing.T) {
	t.Parallel()
	records := madeUp(515)
	for _, kind := range []names.Kind{names.Stations, names.Ports, names.Vehicles, names.Agencies, names.Models, names.Kinds} {
		dockings, docked := 0, 0
		for _, e := range kind.In(records) {
			dockings += e.Dockings
			docked += e.Docked
			if e.First.After(e.Last) || e.ID == 0 || e.Name == "" {
				t.Errorf("%s: %+v", kind.One, e)
			}
		}
		if all := dockings == 515 || kind.One == names.Agencies.One && dockings == 480; !all || docked != 10 { // 35 have no agency
			t.Errorf("%s have %d dockings, %d of which go on", kind.Many, dockings, docked)
		}
	}
}
