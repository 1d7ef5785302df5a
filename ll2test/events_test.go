package ll2test_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

func TestEventsHaveTheIdsOneToN(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0, 1, 2, 10, 515, 5000} {
		got := ids(ll2test.Events(n))
		inOrder := slices.IsSorted(got)
		slices.Sort(got)
		for i, id := range got {
			if id != i+1 {
				t.Fatalf("%d: id %d at %d", n, id, i)
			}
		}
		if len(got) != max(n, 0) {
			t.Errorf("%d: %d events", n, len(got))
		}
		if n == 515 && inOrder {
			t.Error("ids follow the dockings exactly")
		}
	}
}

func TestEventsTellAPlausibleHistory(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 515, 5000, 20000} {
		events := ll2test.Events(n)
		dockings, departures, stations, models, flights := map[time.Time]int{}, map[time.Time]int{}, map[int]int{}, map[int]int{}, map[int]int{}
		latest := map[int]ll2.DockingEvent{}
		docked := 0
		for i, e := range events {
			dockings[e.Docking]++
			stations[e.SpaceStation.ID]++
			models[e.FlightVehicle.Spacecraft.SpacecraftConfig.ID]++
			flights[e.FlightVehicle.ID]++
			if i > 0 && e.Docking.Before(events[i-1].Docking) {
				t.Fatalf("%d: event %d docks before event %d", n, e.ID, events[i-1].ID)
			}
			if e.Docking.Year() < 1971 || e.Docking.Year() > 2026 {
				t.Fatalf("%d: event %d docks in %s", n, e.ID, e.Docking)
			}
			if before, used := latest[e.DockingLocation.ID]; used && (before.Docked() || before.Departure.After(e.Docking)) {
				t.Fatalf("%d: event %d docks where event %d still is", n, e.ID, before.ID)
			}
			latest[e.DockingLocation.ID] = e
			if e.Docked() {
				docked++
				if !e.FlightVehicle.Spacecraft.InSpace {
					t.Errorf("%d: event %d is docked but not in space", n, e.ID)
				}
				continue
			}
			departures[*e.Departure]++
			stay := e.Departure.Sub(e.Docking)
			if stay < 0 || stay > 200*24*time.Hour || n <= 515 && stay < 5*24*time.Hour-time.Second {
				t.Errorf("%d: event %d stays %s", n, e.ID, stay)
			}
		}
		twice := func(counts map[time.Time]int) (n int) {
			for _, c := range counts {
				if c > 1 {
					n++
				}
			}
			return n
		}
		if docked == 0 || docked > len(latest) || n == 515 && docked < 8 {
			t.Errorf("%d: %d still docked", n, docked)
		}
		if len(stations) < 4 {
			t.Errorf("%d: stations %v", n, stations)
		}
		if twice(dockings) < n/10-1 || n >= 515 && twice(departures) < n/20 {
			t.Errorf("%d: %d ties in docking, %d in departure", n, twice(dockings), twice(departures))
		}
		if n >= 515 && (len(models) != 10 || len(flights) > n-n/40) {
			t.Errorf("%d: %d models, %d flights", n, len(models), len(flights))
		}
		if span := events[n-1].Docking.Year() - events[0].Docking.Year(); n >= 515 && span != 50 {
			t.Errorf("%d: %d years", n, span)
		}
	}
}

func TestEventsAroundEndNow(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{
		time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), // when a bubble begins
		time.Date(2031, 5, 6, 7, 8, 9, 999_999_999, time.FixedZone("", 3*3600)),
		time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		for _, n := range []int{0, 1, 10, 515} {
			events, plain := ll2test.EventsAround(n, now), ll2test.Events(n)
			var latest time.Time
			docked := 0
			for i, e := range events {
				if e.Docked() {
					docked++
				}
				shift := e.Docking.Unix() - plain[i].Docking.Unix()
				moved := func(to, from *time.Time) {
					if (to == nil) != (from == nil) {
						t.Fatalf("%d: event %d lost a time or got one", n, e.ID)
					}
					if to == nil {
						return
					}
					if to.After(latest) {
						latest = *to
					}
					if to.Unix()-from.Unix() != shift || to.Nanosecond() != from.Nanosecond() || to.Location() != time.UTC {
						t.Errorf("%d: event %d: %s became %s", n, e.ID, from, to)
					}
				}
				moved(&e.Docking, &plain[i].Docking)
				moved(e.Departure, plain[i].Departure)
				moved(e.FlightVehicle.MissionEnd, plain[i].FlightVehicle.MissionEnd)
			}
			if n > 0 && (docked == 0 || latest.After(now) || now.Sub(latest) >= 2*time.Second) {
				t.Errorf("%d events around %s: %d are docked, and it ends at %s", n, now, docked, latest)
			}
		}
	}
}

// As a program asks that is tested in a bubble.
func TestSomebodyIsDockedNowInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.EventsAround(250, time.Now())...)
		docked := func() (ids []int) {
			now := time.Now()
			for event, err := range server.Client().DockingEvents.All(t.Context(), ll2.DockedUntil(now)) {
				if err != nil {
					t.Fatal(err)
				}
				if event.DockedAt(now) {
					ids = append(ids, event.ID)
				}
			}
			return ids
		}
		atFirst := docked()
		time.Sleep(1000 * 24 * time.Hour) // no vehicle departs later
		if later := docked(); len(atFirst) == 0 || !slices.Equal(later, atFirst) {
			t.Errorf("docked are %v, and 1000 days later %v; want the same, and some", atFirst, later)
		}
	})
}

// The service sends some values as null, and others as "".
func TestEventsHaveEveryNullAndEmptyText(t *testing.T) {
	t.Parallel()
	neverNull := []string{
		".SpaceStation", ".Agency.Featured", ".Agency.CountryCode", ".Agency.Abbrev", ".Agency.Launchers", ".Agency.Spacecraft",
		".Capability", ".History", ".Details", ".HumanRated", ".WikiLink", ".InfoLink", ".DockingLocation.SpaceStation.ImageURL",
	}
	var null, set, empty []string
	for _, e := range ll2test.Events(515) {
		visit(reflect.ValueOf(e), "", func(path string, v reflect.Value) {
			note := func(list *[]string) {
				if !slices.Contains(*list, path) {
					*list = append(*list, path)
				}
			}
			switch {
			case v.Kind() == reflect.Pointer && v.IsNil():
				note(&null)
			case v.Kind() == reflect.Pointer:
				note(&set)
			case v.Kind() == reflect.String && v.Len() == 0:
				note(&empty)
			}
		})
	}
	visit(reflect.ValueOf(filled()).Elem(), "", func(path string, v reflect.Value) {
		if v.Kind() != reflect.Pointer {
			return
		}
		always := slices.ContainsFunc(neverNull, func(suffix string) bool { return strings.HasSuffix(path, suffix) })
		if port := path == ".DockingLocation.SpaceStation.ImageURL"; slices.Contains(set, path) == port {
			t.Errorf("%s: set somewhere: %t", path, !port)
		}
		if !always && !slices.Contains(null, path) || always && !strings.HasPrefix(path, ".Docking") && slices.Contains(null, path) {
			t.Errorf("%s: null somewhere: %t", path, always)
		}
	})
	for _, path := range []string{".FlightVehicle.Destination", ".FlightVehicle.Spacecraft.SerialNumber",
		".FlightVehicle.Spacecraft.SpacecraftConfig.WikiLink", ".FlightVehicle.Spacecraft.SpacecraftConfig.Agency.Abbrev"} {
		if !slices.Contains(empty, path) {
			t.Errorf(`%s is never ""`, path)
		}
	}
}

// filled returns an event without a nil pointer.
func filled() *ll2.DockingEvent {
	e := new(ll2.DockingEvent)
	fill(reflect.ValueOf(e).Elem())
	return e
}

func fill(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

func TestDescriptionsHaveLineBreaksAndEveryAlphabet(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, e := range ll2test.Events(515) {
		all.WriteString(e.FlightVehicle.Spacecraft.Description)
	}
	for _, part := range []string{"\r\n", "–", "Союз", "神舟", "🛰", "<", "&", `½`} {
		if !strings.Contains(all.String(), part) {
			t.Errorf("no %q", part)
		}
	}
	if !utf8.ValidString(all.String()) {
		t.Error("broken text")
	}
}

func TestPagesOfAHundredWeighWhatRealOnesDo(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(515)...)
	normal := len(get(t, s, "docking_event/?limit=100").body)
	if normal < 120_000 || normal > 180_000 {
		t.Errorf("%d bytes", normal)
	}
}

func TestEventsSurviveTheirJSON(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(515)
	text, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	var again []ll2.DockingEvent
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, events) {
		t.Error("the events changed on the way")
	}
}

func BenchmarkPageOfManyEvents(b *testing.B) {
	s := ll2test.NewServer(ll2test.Events(100_000)...)
	req := newRequest(b, "docking_event/?limit=100&offset=50000&ordering=-docking,id")
	for b.Loop() {
		resp, err := s.RoundTrip(req)
		if err != nil || resp.StatusCode != 200 {
			b.Fatal(resp, err)
		}
	}
}
