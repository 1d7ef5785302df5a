package values_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// recorded returns an event of the service that has departed.
func recorded(t *testing.T) *ll2.DockingEvent {
	t.Helper()
	for _, event := range ll2test.Recorded() {
		if event.ID == 191 {
			return &event
		}
	}
	t.Fatal("event 191 is not among the recorded ones")
	return nil
}

const (
	eventText  = "docking event 191: Soyuz 32 at Salyut 6 (Salyut-6 forward), 1979-02-26T13:29:55Z to 1979-06-13T09:51:00Z"
	flightText = "flight 324: Soyuz 32 to Salyut 6, mission end 1979-06-13T16:18:26Z"
	craftText  = "spacecraft 152: Soyuz 32 (Soyuz), Single Use"
)

// All yields pointers, and a Page holds values.
func TestAnEventAFlightAndACraftPrintAsOneLine(t *testing.T) {
	t.Parallel()
	event := recorded(t)
	flight := &event.FlightVehicle
	craft := &flight.Spacecraft
	for want, values := range map[string][2]any{
		eventText:  {event, *event},
		flightText: {flight, *flight},
		craftText:  {craft, *craft},
	} {
		for _, v := range values {
			for _, verb := range []string{"%v", "%s", "%+v"} {
				if got := fmt.Sprintf(verb, v); got != want {
					t.Errorf("%s of a %T:\n%s, want\n%s", verb, v, got, want)
				}
			}
		}
	}
	list := []*ll2.DockingEvent{event, nil}
	if got, want := fmt.Sprint(list), "["+eventText+" <nil>]"; got != want {
		t.Errorf("a list prints as\n%s, want\n%s", got, want)
	}
}

func TestWhatIsNotThereIsNotPrinted(t *testing.T) {
	t.Parallel()
	docking := time.Date(2026, 1, 2, 3, 4, 5, 678900000, time.UTC)
	empty, ugly := "", "a\r\n\tb \x1b[31m c"
	for name, tt := range map[string]struct {
		v    any
		want string
	}{
		"still docked": {ll2.DockingEvent{ID: 7, Docking: docking, DockingLocation: ll2.DockingLocation{ID: 2, Name: "Zvezda aft", SpaceStation: ll2.SpaceStation{ID: 4, Name: "ISS"}}},
			"docking event 7: spacecraft 0 at ISS (Zvezda aft), docked since 2026-01-02T03:04:05Z"},
		"a station beside": {ll2.DockingEvent{ID: 7, Docking: docking, SpaceStation: &ll2.SpaceStation{ID: 4}, DockingLocation: ll2.DockingLocation{ID: 2}},
			"docking event 7: spacecraft 0 at station 4 (docking location 2), docked since 2026-01-02T03:04:05Z"},
		"no station": {ll2.DockingEvent{ID: 7, Docking: docking, DockingLocation: ll2.DockingLocation{ID: 2, Name: "Zvezda aft"}},
			"docking event 7: spacecraft 0 at Zvezda aft, docked since 2026-01-02T03:04:05Z"},
		"no event":       {ll2.DockingEvent{}, "docking event 0: spacecraft 0 at docking location 0, docked since 0001-01-01T00:00:00Z"},
		"no destination": {ll2.FlightVehicle{ID: 3, Destination: &empty, Spacecraft: ll2.Spacecraft{ID: 9}}, "flight 3: spacecraft 9"},
		"no type":        {ll2.Spacecraft{ID: 9, Name: "Dragon", SpacecraftConfig: ll2.SpacecraftConfig{ID: 6}}, "spacecraft 9: Dragon (type 6)"},
		"orders to a terminal": {ll2.FlightVehicle{ID: 3, Destination: &ugly, Spacecraft: ll2.Spacecraft{Name: ugly}},
			"flight 3: a b [31m c to a b [31m c"},
	} {
		if got := fmt.Sprint(tt.v); got != tt.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, tt.want)
		}
	}
}

// logged returns what handlers make of a value, one as text and one as JSON.
func logged(v any) (text, json string) {
	var texts, jsons bytes.Buffer
	options := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key != "v" {
			return slog.Attr{}
		}
		return a
	}}
	slog.New(slog.NewTextHandler(&texts, options)).Info("", "v", v)
	slog.New(slog.NewJSONHandler(&jsons, options)).Info("", "v", v)
	return strings.TrimSpace(texts.String()), strings.TrimSpace(jsons.String())
}

func TestAnEventAFlightAndACraftAreLoggedAsTheFewThingsThatTellThemApart(t *testing.T) {
	t.Parallel()
	event := recorded(t)
	docked := *event
	docked.Departure = nil
	for name, tt := range map[string]struct {
		v          any
		text, json string
	}{
		"event": {event,
			`v.id=191 v.spacecraft="Soyuz 32" v.station="Salyut 6" v.location="Salyut-6 forward" v.docking=1979-02-26T13:29:55.000Z v.departure=1979-06-13T09:51:00.000Z`,
			`{"v":{"id":191,"spacecraft":"Soyuz 32","station":"Salyut 6","location":"Salyut-6 forward","docking":"1979-02-26T13:29:55Z","departure":"1979-06-13T09:51:00Z"}}`},
		"event that is docked": {&docked,
			`v.id=191 v.spacecraft="Soyuz 32" v.station="Salyut 6" v.location="Salyut-6 forward" v.docking=1979-02-26T13:29:55.000Z`,
			`{"v":{"id":191,"spacecraft":"Soyuz 32","station":"Salyut 6","location":"Salyut-6 forward","docking":"1979-02-26T13:29:55Z"}}`},
		"flight": {&event.FlightVehicle,
			`v.id=324 v.spacecraft="Soyuz 32" v.destination="Salyut 6" v.mission_end=1979-06-13T16:18:26.000Z`,
			`{"v":{"id":324,"spacecraft":"Soyuz 32","destination":"Salyut 6","mission_end":"1979-06-13T16:18:26Z"}}`},
		"flight that is under way": {&ll2.FlightVehicle{ID: 3}, `v.id=3 v.spacecraft="spacecraft 0"`, `{"v":{"id":3,"spacecraft":"spacecraft 0"}}`},
		"craft": {&event.FlightVehicle.Spacecraft,
			`v.id=152 v.name="Soyuz 32" v.type=Soyuz v.status="Single Use"`,
			`{"v":{"id":152,"name":"Soyuz 32","type":"Soyuz","status":"Single Use"}}`},
	} {
		if text, json := logged(tt.v); text != tt.text || json != tt.json {
			t.Errorf("%s is logged as\n%s\n%s, want\n%s\n%s", name, text, json, tt.text, tt.json)
		}
	}
}

// By value they have no LogValue, which would have to panic for a nil pointer.
func TestByValueTheyAreLoggedAsTheyPrint(t *testing.T) {
	t.Parallel()
	event := recorded(t)
	for want, v := range map[string]any{eventText: *event, flightText: event.FlightVehicle, craftText: event.FlightVehicle.Spacecraft} {
		text, json := logged(v)
		if text != "v="+fmt.Sprintf("%q", want) || !strings.HasPrefix(json, `{"v":{"id":`) {
			t.Errorf("logged as\n%s\n%s, want\n%s", text, json, want)
		}
	}
}

// A nil pointer comes with an error.
func TestANilPointerIsPrintedAndLoggedAsNil(t *testing.T) {
	t.Parallel()
	for _, v := range []any{(*ll2.DockingEvent)(nil), (*ll2.FlightVehicle)(nil), (*ll2.Spacecraft)(nil)} {
		if got := fmt.Sprint(v); got != "<nil>" {
			t.Errorf("a nil %T prints as %s", v, got)
		}
		if text, json := logged(v); text != "v=<nil>" || json != `{"v":null}` {
			t.Errorf("a nil %T is logged as\n%s\n%s", v, text, json)
		}
	}
}
