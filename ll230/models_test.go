package ll230_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2/ll230"
)

// structs returns the types of this package that an event consists of.
func structs(typ reflect.Type, found map[reflect.Type]bool) map[reflect.Type]bool {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() == reflect.Struct && typ.PkgPath() == reflect.TypeFor[ll230.DockingEvent]().PkgPath() && !found[typ] {
		found[typ] = true
		for _, f := range reflect.VisibleFields(typ) {
			structs(f.Type, found)
		}
	}
	return found
}

// A field that the fixture has not, or has as zero, could get lost unseen.
func TestEveryFieldHasAValueInTheFixtureAndIsNamedAsItsKey(t *testing.T) {
	t.Parallel()
	valued := make(map[string]bool)
	for _, p := range places(t, fixture(t, "detailed")) {
		if text := fmt.Sprint(p.json); !slices.Contains([]string{"<nil>", "", "0", "false", "map[]", "[]"}, text) {
			valued[p.of.String()+"."+p.field.Name] = true
		}
	}
	for typ := range structs(reflect.TypeFor[ll230.DockingEvent](), map[reflect.Type]bool{}) {
		for _, f := range reflect.VisibleFields(typ) {
			if !valued[typ.String()+"."+f.Name] {
				t.Errorf("%v.%s has no value in the fixture", typ, f.Name)
			}
			// Two fields with swapped keys would still come back equal.
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !strings.EqualFold(f.Name, strings.ReplaceAll(key, "_", "")) {
				t.Errorf("%v.%s has the key %q", typ, f.Name, key)
			}
		}
	}
}

func TestEveryEventComesBackLetterByLetter(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures {
		data := fixture(t, name)
		if diff := gocmp.Diff(plain(t, data), string(encode(t, decode(t, data)))); diff != "" {
			t.Errorf("%s (-fixture +encoded):\n%s", name, diff)
		}
	}
}

// The fixtures are read in one pass: what a null or a missing key does is the same
// for encoding/json, which the fuzz targets see to.
func TestNullAndMissingAreZeroAndTouchNothingElse(t *testing.T) {
	t.Parallel()
	data := sorted(t, fixture(t, "detailed"))
	for _, p := range oneOfEach(places(t, data)) {
		t.Run(p.path, func(t *testing.T) {
			t.Parallel()
			want := decode(t, data)
			field := at(t, &want, p.path)
			field.SetZero()
			wantSame(t, "without the key", decode(t, edit(t, data, p.path, withoutKey)), want)
			if p.raw() {
				field.SetBytes([]byte("null"))
			}
			withNull := edit(t, data, p.path, withNull)
			got := decode(t, withNull)
			wantSame(t, "with a null", got, want)
			encoded := document(t, encode(t, got))
			wanted := document(t, withNull)
			switch kind := p.field.Type.Kind(); {
			case p.optional() && !p.raw():
				wanted = document(t, edit(t, data, p.path, withoutKey))
			case kind != reflect.Pointer && kind != reflect.Slice:
				// A value of its own, which stands for the null.
				zero := encode(t, reflect.Zero(p.field.Type).Interface())
				wanted = document(t, edit(t, data, p.path, func(object map[string]any, key string) { object[key] = json.RawMessage(zero) }))
			}
			wantSame(t, "encoded", encoded, wanted)
		})
	}
}

func TestUnknownKeysAreIgnoredEverywhere(t *testing.T) {
	t.Parallel()
	const unknown = `{"owners": [{"id": 44, "name": "An agency"}], "active_expeditions": [], "docked": true, "new_1": null, "": {},
		"docking_events": [{"id": 573, "docking": "not a time"}], "crew": {"a": [[{}], 1.5e7, "text"]}}`
	data := sorted(t, fixture(t, "detailed"))
	want := decode(t, data)
	for _, p := range oneOfEach(places(t, data)) {
		got := decode(t, edit(t, data, p.path, func(object map[string]any, _ string) {
			maps.Copy(object, document(t, []byte(unknown)))
		}))
		wantSame(t, "beside "+p.path, got, want)
	}
}

func wantSame[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s (-want +got):\n%s", what, gocmp.Diff(want, got))
	}
}

// Values on which API documents and recordings disagree are accepted.
func TestOddEventsAreNoErrors(t *testing.T) {
	t.Parallel()
	data := fixture(t, "normal")
	const family = "flight_vehicle_chaser.spacecraft.spacecraft_config.family"
	for name, change := range map[string]func() []byte{
		"no chaser":           func() []byte { return edit(t, data, "flight_vehicle_chaser", withNull) },
		"no target":           func() []byte { return edit(t, data, "space_station_target", withNull) },
		"no docking location": func() []byte { return edit(t, data, "docking_location", withNull) },
		"an empty family":     func() []byte { return edit(t, data, family, func(o map[string]any, key string) { o[key] = []any{} }) },
		"a family of null":    func() []byte { return edit(t, data, family, withNull) },
		"a mode of any text": func() []byte {
			return edit(t, data, "response_mode", func(o map[string]any, key string) { o[key] = "a\n \x00" })
		},
		"no mode":         func() []byte { return edit(t, data, "response_mode", withoutKey) },
		"next to nothing": func() []byte { return []byte(`{"id":1,"docking":"2024-01-31T12:00:00Z"}`) },
	} {
		event := decode(t, change())
		if err := event.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if again := decode(t, encode(t, event)); !reflect.DeepEqual(again, event) {
			t.Errorf("%s: comes back as\n%+v, was\n%+v", name, again, event)
		}
	}
}

func TestEncodingLosesNoMoreThanTheCommentSays(t *testing.T) {
	t.Parallel()
	data := fixture(t, "normal")
	for _, change := range []struct{ path, sent, comes string }{
		{"docking", `"2021-02-03T04:05:06.250000Z"`, `"2021-02-03T04:05:06.25Z"`},
		{"departure", `"2021-02-03T06:05:06+02:00"`, `"2021-02-03T06:05:06+02:00"`},
		{"flight_vehicle_chaser.landing.downrange_distance", `8.0`, `8`},
		{"flight_vehicle_chaser.duration", `"P1DT0H"`, `"P1D"`},
		{"flight_vehicle_chaser.launch.rocket", `{"id" : 1, "a":[ ]}`, `{"id":1,"a":[]}`},
		{"flight_vehicle_chaser.launch.mission", `null`, `null`},
		{"flight_vehicle_chaser.launch.slug", `null`, ``},
		{"new_key", `1`, ``},
	} {
		with := func(value string) []byte {
			text := edit(t, data, change.path, func(object map[string]any, key string) {
				if delete(object, key); value != "" {
					object[key] = "the mark"
				}
			})
			return []byte(strings.Replace(string(text), `"the mark"`, value, 1))
		}
		got := encode(t, decode(t, with(change.sent)))
		wantSame(t, change.path, string(sorted(t, got)), string(sorted(t, with(change.comes))))
	}
}

func TestAnEventNeedsAnIDAndADockingTime(t *testing.T) {
	t.Parallel()
	docking := time.Date(2021, 4, 12, 17, 34, 0, 0, time.UTC)
	for want, event := range map[string]ll230.DockingEvent{
		"":                        {ID: 597, Docking: docking},
		"without an id":           {Docking: docking},
		"without a docking time":  {ID: 597},
		"ll2: docking event with": {},
	} {
		err := event.Validate()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", event, err, want)
		}
	}
}

func TestAStayIsFromDockingToDeparture(t *testing.T) {
	t.Parallel()
	docking := time.Date(2021, 4, 12, 17, 34, 0, 0, time.UTC)
	departure := docking.Add(time.Hour)
	open, closed := ll230.DockingEvent{Docking: docking}, ll230.DockingEvent{Docking: docking, Departure: &departure}
	if !open.Docked() || closed.Docked() {
		t.Error("docked is who has not departed")
	}
	for _, tc := range []struct {
		after        time.Duration
		open, closed bool
		stayed       time.Duration // of the open one
	}{
		{-time.Nanosecond, false, false, -time.Nanosecond},
		{0, true, true, 0},
		{time.Hour - time.Nanosecond, true, true, time.Hour - time.Nanosecond},
		{time.Hour, true, false, time.Hour},
		{1000 * time.Hour, true, false, 1000 * time.Hour},
	} {
		now := docking.Add(tc.after)
		if got := open.DockedAt(now); got != tc.open {
			t.Errorf("%v after the docking the open one is docked: %t", tc.after, got)
		}
		if got := closed.DockedAt(now); got != tc.closed {
			t.Errorf("%v after the docking the closed one is docked: %t", tc.after, got)
		}
		if got := open.Stay(now); got != tc.stayed {
			t.Errorf("the open one stayed %v, want %v", got, tc.stayed)
		}
		if got := closed.Stay(now); got != time.Hour {
			t.Errorf("the closed one stayed %v, want an hour", got)
		}
	}
	backward := ll230.DockingEvent{Docking: departure, Departure: &docking}
	if backward.DockedAt(docking) || backward.DockedAt(departure) || backward.Stay(departure) != -time.Hour {
		t.Error("who departed before the docking was docked")
	}
}

func TestFewEventsAreEqualInTheirDocking(t *testing.T) {
	t.Parallel()
	event := decode(t, fixture(t, "servicing"))
	if key, value := event.OrderKey(); key != "docking" || !value.Equal(event.Docking) {
		t.Errorf("the key is %s, %v", key, value)
	}
}

func TestAnEventPrintsAndIsLoggedAsOneLine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"normal":    "docking event 733: Crew Dragon Endeavour at International Space Station (Harmony zenith), 2024-03-05T07:28:12Z to 2024-10-23T21:05:00Z",
		"servicing": "docking event 597: MEV-2 at Intelsat 10-02 (Intelsat 10-02), docked since 2021-04-12T17:34:00Z",
	} {
		event := decode(t, fixture(t, name))
		if got := fmt.Sprint(event); got != want || fmt.Sprint(&event) != want {
			t.Errorf("%s is printed as\n%s, want\n%s", name, got, want)
		}
	}
	odd := ll230.DockingEvent{ID: 7, DockingLocation: ll230.DockingLocation{Name: "a\nb"}}
	if got, want := odd.String(), "docking event 7: unknown at unknown (a b), docked since 0001-01-01T00:00:00Z"; got != want {
		t.Errorf("printed as %s, want %s", got, want)
	}
	event := decode(t, fixture(t, "normal"))
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key != "event" {
			return slog.Attr{}
		}
		return a
	}}))
	logger.Info("docked", "event", &event)
	event.Departure = nil
	logger.Info("docked", "event", &event)
	logger.Info("docked", "event", (*ll230.DockingEvent)(nil))
	const want = `event.id=733 event.chaser="Crew Dragon Endeavour" event.target="International Space Station" event.location="Harmony zenith" ` +
		"event.docking=2024-03-05T07:28:12.250Z"
	if got := log.String(); got != want+" event.departure=2024-10-23T21:05:00.000Z\n"+want+"\nevent=<nil>\n" {
		t.Errorf("logged\n%s", got)
	}
}
