package ll2test_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

func TestEvents230HaveTheIdsOneToN(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0, 1, 2, 15, 16, 24, 555, 5000} {
		events := ll2test.Events230(n)
		got := ids230(events)
		slices.Sort(got)
		for i, id := range got {
			if id != i+1 {
				t.Fatalf("%d: id %d at %d", n, id, i)
			}
		}
		if len(got) != max(n, 0) {
			t.Errorf("%d: %d events", n, len(got))
		}
		for _, e := range events {
			if want := fmt.Sprintf("https://ll.thespacedevs.com/2.3.0/docking_events/%d/", e.ID); e.URL != want {
				t.Errorf("%s, want %s", e.URL, want)
			}
		}
		if n < 5000 && !reflect.DeepEqual(events, ll2test.Events230(n)) {
			t.Errorf("%d: not the same twice", n)
		}
	}
}

func TestEvents230ContainEvents(t *testing.T) {
	t.Parallel()
	for n, old := range map[int]int{1: 1, 16: 8, 24: 16, 555: 515} {
		before := make(map[int]ll2.DockingEvent)
		for _, e := range ll2test.Events(old) {
			before[e.ID] = e
		}
		kept := 0
		for _, e := range ll2test.Events230(n) {
			chaser, target := e.Chaser(), e.Target()
			b, there := before[e.ID]
			if known := chaser.Kind == ll230.KindFlightVehicle && target.Kind == ll230.KindSpaceStation; known != there {
				t.Errorf("%d: event %d, %s at %s, is among the events of 2.2.0: %t", n, e.ID, chaser.Kind, target.Kind, there)
			}
			if !there {
				continue
			}
			kept++
			f, v := e.FlightVehicleChaser, b.FlightVehicle
			if !e.Docking.Equal(b.Docking) || !reflect.DeepEqual(e.Departure, b.Departure) || target.ID != b.SpaceStation.ID || target.Name != b.SpaceStation.Name ||
				e.DockingLocation.ID != b.DockingLocation.ID || e.DockingLocation.Name != b.DockingLocation.Name ||
				e.DockingLocation.SpaceStation.ID != b.DockingLocation.SpaceStation.ID ||
				f.ID != v.ID || f.Spacecraft.ID != v.Spacecraft.ID || chaser.Name != v.Spacecraft.Name || !reflect.DeepEqual(f.MissionEnd, v.MissionEnd) ||
				!reflect.DeepEqual(f.Destination, v.Destination) || !reflect.DeepEqual(f.Spacecraft.TimeDocked, v.Spacecraft.TimeDocked) ||
				b.LaunchID != nil && f.Launch.ID != *b.LaunchID {
				t.Errorf("%d: event %d is another one:\n%+v\n%+v", n, e.ID, e, b)
			}
		}
		if kept != old {
			t.Errorf("%d: %d events of 2.2.0, want %d", n, kept, old)
		}
	}
}

func TestEvents230TellAPlausibleHistory(t *testing.T) {
	t.Parallel()
	for _, n := range []int{16, 24, 555, 5000} {
		events := ll2test.Events230(n)
		combinations, ports, open := map[string]int{}, map[string]int{}, map[string]int{}
		latest := map[int]ll230.DockingEvent{}
		for i, e := range events {
			if i > 0 && e.Docking.Before(events[i-1].Docking) {
				t.Fatalf("%d: event %d docks before event %d", n, e.ID, events[i-1].ID)
			}
			if e.Docking.Year() < 1966 || e.Docking.Year() > 2025 {
				t.Errorf("%d: event %d docks in %s", n, e.ID, e.Docking)
			}
			if e.Departure != nil && e.Stay(time.Time{}) <= 0 {
				t.Errorf("%d: event %d departs before it docks", n, e.ID)
			}
			if before, used := latest[e.DockingLocation.ID]; used && (before.Docked() || before.Departure.After(e.Docking)) {
				t.Errorf("%d: event %d docks where event %d still is", n, e.ID, before.ID)
			}
			latest[e.DockingLocation.ID] = e
			if sides(e.FlightVehicleChaser, e.SpaceStationChaser, e.PayloadFlightChaser) != 1 ||
				sides(e.FlightVehicleTarget, e.SpaceStationTarget, e.PayloadFlightTarget) != 1 {
				t.Errorf("%d: event %d has not one chaser and one target", n, e.ID)
			}
			if err := e.Validate(); err != nil {
				t.Errorf("%d: %v", n, err)
			}
			combination := fmt.Sprint(e.Chaser().Kind, " at ", e.Target().Kind)
			combinations[combination]++
			if e.Docked() {
				open[combination]++
			}
			switch at := e.DockingLocation; {
			case sides230(at) != 1:
				t.Errorf("%d: event %d is at a port of several things, or none", n, e.ID)
			case at.SpaceStation != nil:
				ports["station"]++
				if at.SpaceStation.ID != e.Target().ID {
					t.Errorf("%d: event %d is at a port of another station", n, e.ID)
				}
			case at.Spacecraft != nil:
				ports["spacecraft"]++
				if e.FlightVehicleTarget == nil || at.Spacecraft.ID != e.FlightVehicleTarget.Spacecraft.SpacecraftConfig.ID {
					t.Errorf("%d: event %d is at a port of another type", n, e.ID)
				}
			default:
				ports["payload"]++
				if e.PayloadFlightTarget == nil || at.Payload.ID != e.PayloadFlightTarget.Payload.ID {
					t.Errorf("%d: event %d is at a port of another payload", n, e.ID)
				}
			}
			for _, l := range launches(&e) {
				if l.NET != nil && !l.NET.Before(e.Docking) {
					t.Errorf("%d: event %d docks before its launch", n, e.ID)
				}
			}
		}
		if len(combinations) != 9 || len(ports) != 3 {
			t.Errorf("%d: %v at ports of %v", n, combinations, ports)
		}
		if len(open) < 3 || open["payload at payload"] == 0 {
			t.Errorf("%d: still docked are %v", n, open)
		}
	}
}

func sides(vehicle *ll230.FlightVehicle, station *ll230.SpaceStation, payload *ll230.PayloadFlight) (n int) {
	for _, set := range []bool{vehicle != nil, station != nil, payload != nil} {
		if set {
			n++
		}
	}
	return n
}

func sides230(at ll230.DockingLocation) (n int) {
	for _, set := range []bool{at.SpaceStation != nil, at.Spacecraft != nil, at.Payload != nil} {
		if set {
			n++
		}
	}
	return n
}

func launches(e *ll230.DockingEvent) (list []*ll230.Launch) {
	for _, v := range []*ll230.FlightVehicle{e.FlightVehicleChaser, e.FlightVehicleTarget} {
		if v != nil {
			list = append(list, &v.Launch)
		}
	}
	for _, p := range []*ll230.PayloadFlight{e.PayloadFlightChaser, e.PayloadFlightTarget} {
		if p != nil {
			list = append(list, &p.Launch)
		}
	}
	return list
}

func TestEventsAround230EndNow(t *testing.T) {
	t.Parallel()
	times := func(e ll230.DockingEvent) (all []time.Time) {
		visit(reflect.ValueOf(e), "", func(path string, v reflect.Value) {
			if at, ok := reflect.TypeAssert[time.Time](v); ok {
				all = append(all, at)
			}
		})
		return all
	}
	for _, now := range []time.Time{
		time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), // when a bubble begins
		time.Date(2031, 5, 6, 7, 8, 9, 999_999_999, time.FixedZone("", 3*3600)),
	} {
		for _, n := range []int{0, 1, 16, 555} {
			events, plain := ll2test.EventsAround230(n, now), ll2test.Events230(n)
			var latest time.Time
			docked := 0
			for i, e := range events {
				shift := e.Docking.Unix() - plain[i].Docking.Unix()
				if e.Docked() {
					docked++
				}
				moved, from := times(e), times(plain[i])
				for j := range from {
					if moved[j].Unix()-from[j].Unix() != shift || moved[j].Nanosecond() != from[j].Nanosecond() || moved[j].Location() != time.UTC {
						t.Fatalf("%d: event %d: %s became %s", n, e.ID, from[j], moved[j])
					}
					if moved[j].After(latest) {
						latest = moved[j]
					}
				}
			}
			if n > 0 && (docked == 0 || latest.After(now) || now.Sub(latest) >= 2*time.Second) {
				t.Errorf("%d events around %s: %d are docked, and it ends at %s", n, now, docked, latest)
			}
		}
		moved := make(map[int]ll230.DockingEvent)
		for _, e := range ll2test.EventsAround230(555, now) {
			moved[e.ID] = e
		}
		for _, e := range ll2test.EventsAround(515, now) {
			if !moved[e.ID].Docking.Equal(e.Docking) {
				t.Fatalf("event %d docks at %s, in 2.2.0 at %s", e.ID, moved[e.ID].Docking, e.Docking)
			}
		}
	}
}

// Every field that can be nil is so somewhere, and elsewhere is not.
func TestEvents230HaveEveryNull(t *testing.T) {
	t.Parallel()
	null, set := map[string]bool{}, map[string]bool{}
	empty := map[string]bool{}
	for _, e := range ll2test.Events230(555) {
		visit(reflect.ValueOf(e), "", func(_ string, v reflect.Value) {
			if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
				return
			}
			for i := range v.NumField() {
				name := v.Type().Name() + "." + v.Type().Field(i).Name
				switch f := v.Field(i); {
				case f.Kind() == reflect.Pointer:
					null[name] = null[name] || f.IsNil()
					set[name] = set[name] || !f.IsNil()
				case f.Kind() == reflect.Slice:
					raw, isRaw := reflect.TypeAssert[json.RawMessage](f)
					isNull := f.IsNil() || isRaw && string(raw) == "null"
					null[name] = null[name] || isNull
					set[name] = set[name] || !isNull && f.Len() > 0
					empty[name] = empty[name] || !isNull && (f.Len() == 0 || string(raw) == "[]")
				case f.Kind() == reflect.String:
					empty[name] = empty[name] || f.Len() == 0
				}
			}
		})
	}
	for name, is := range null {
		if not := name == "Image.Variants" || name == "CelestialBody.Image"; is == not {
			t.Errorf("%s is null somewhere: %t", name, is)
		}
		if !set[name] {
			t.Errorf("%s is always null", name)
		}
	}
	for _, name := range []string{"SpacecraftConfig.Family", "Image.Variants", "Launch.Program", "Payload.Program", "Agency.Abbrev"} {
		if !empty[name] {
			t.Errorf("%s is never empty", name)
		}
	}
	for _, name := range []string{"DockingEvent.Departure", "CelestialBody.Mass", "Launch.Pad", "Agency.SocialLogo", "SpacecraftConfigFamily.MaidenFlight"} {
		if _, seen := null[name]; !seen {
			t.Errorf("%s was not looked at", name)
		}
	}
}

func TestPagesOfAHundredOf230WeighWhatRealOnesDo(t *testing.T) {
	t.Parallel()
	s := server230(ll2test.Events230(555)...)
	for query, about := range map[string]int{"": 600_000, "&mode=detailed": 1_200_000} {
		if n := len(get230(t, s, "docking_events/?limit=100"+query).body); n < about*2/3 || n > about*3/2 {
			t.Errorf("%q: %d bytes, want about %d", query, n, about)
		}
	}
}

func TestEvents230SurviveTheirJSON(t *testing.T) {
	t.Parallel()
	events := ll2test.Events230(555)
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // in the launch, too, which is kept as it is
	if err := enc.Encode(events); err != nil {
		t.Fatal(err)
	}
	var again []ll230.DockingEvent
	if err := json.Unmarshal(text.Bytes(), &again); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, events) {
		t.Error("the events changed on the way")
	}
	for _, part := range []string{`\r\n`, "–", "Союз", "神舟", "🛰", "<", "&"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("no %q", part)
		}
	}
}
