package ll2test_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

// The keys of the answers are those of the fields of package ll230: in the normal
// shape those that every shape has, in the detailed one also those that only a
// chaser has, and these only there.
func TestShapesOf230HaveTheKeysOfTheirFields(t *testing.T) {
	t.Parallel()
	s := server230(ll2test.Events230(555)...)
	for _, mode := range []string{"", "normal", "list", "Detailed", "detailed"} {
		details := 0
		for offset := 0; offset < 555; offset += 100 {
			var page struct{ Results []map[string]any }
			r := get230(t, s, fmt.Sprintf("docking_events/?limit=100&offset=%d&mode=%s", offset, mode))
			if err := json.Unmarshal([]byte(r.body), &page); err != nil {
				t.Fatal(err)
			}
			for _, event := range page.Results {
				details += checkKeys(t, "", event, reflect.TypeFor[ll230.DockingEvent](), mode == "detailed")
			}
		}
		if (details > 0) != (mode == "detailed") {
			t.Errorf("mode %q: %d keys of the detailed shape", mode, details)
		}
	}
}

// checkKeys returns how many keys an object has that only detailed chasers have.
func checkKeys(t *testing.T, path string, object map[string]any, of reflect.Type, detailed bool) (details int) {
	t.Helper()
	fields := 0
	for i := range of.NumField() {
		field := of.Field(i)
		key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		value, there := object[key]
		if options == "" && !there {
			t.Errorf("%s has no %s", path, key)
		}
		if there {
			fields++
		}
		if there && options != "" {
			details++
			if !detailed || !strings.Contains(path, "_chaser") {
				t.Errorf("%s has a %s", path, key)
			}
		}
		inner := field.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() != reflect.Struct {
			continue
		}
		switch value := value.(type) {
		case map[string]any:
			details += checkKeys(t, path+"."+key, value, inner, detailed)
		case []any:
			for _, element := range value {
				details += checkKeys(t, path+"."+key, element.(map[string]any), inner, detailed)
			}
		}
	}
	if fields != len(object) {
		t.Errorf("%s has keys that are no fields: %v", path, object)
	}
	return details
}

func TestResponseModeSaysTheShape(t *testing.T) {
	t.Parallel()
	s := server230(ll2test.Events230(16)...)
	for _, test := range []struct{ query, event, payload, agency string }{
		{"", "normal", "list", "list"},
		{"&mode=normal", "normal", "list", "list"},
		{"&mode=detailed", "detailed", "normal", "normal"},
	} {
		for _, e := range list230(t, s, "?limit=100"+test.query).Results {
			if e.ResponseMode != test.event {
				t.Errorf("%s: event %d is %q", test.query, e.ID, e.ResponseMode)
			}
			if v := e.FlightVehicleChaser; v != nil && (v.ResponseMode != nil) != (test.event == "detailed") {
				t.Errorf("%s: the chaser of event %d says %v", test.query, e.ID, v.ResponseMode)
			}
			if p := e.PayloadFlightChaser; p != nil {
				if p.ResponseMode != test.payload || p.Payload.ResponseMode != test.payload || p.Payload.Manufacturer.ResponseMode != test.agency {
					t.Errorf("%s: the chaser of event %d says %q, %q and %q", test.query, e.ID, p.ResponseMode, p.Payload.ResponseMode, p.Payload.Manufacturer.ResponseMode)
				}
			}
			if p := e.PayloadFlightTarget; p != nil && (p.ResponseMode != "list" || p.Payload.ResponseMode != "list") {
				t.Errorf("%s: the target of event %d says %q and %q", test.query, e.ID, p.ResponseMode, p.Payload.ResponseMode)
			}
		}
	}
	for _, e := range ll2test.Events230(16) {
		if one := get230(t, s, fmt.Sprintf("docking_events/%d/?mode=normal", e.ID)); !strings.Contains(one.body, `"response_mode":"detailed"`) {
			t.Errorf("event %d alone is not detailed: %s", e.ID, one.body)
		}
	}
}

func TestDetailedAnswersSayDetailedOfWhateverTheyWereMadeFrom(t *testing.T) {
	t.Parallel()
	s := server230(
		ll230.DockingEvent{ID: 1, ResponseMode: ""},
		ll230.DockingEvent{ID: 2, ResponseMode: "normal"},
		ll230.DockingEvent{ID: 3, ResponseMode: "detailed"},
		ll230.DockingEvent{ID: 4, ResponseMode: "of another time"})
	for query, want := range map[string][]string{
		"":               {"normal", "normal", "normal", "normal"},
		"?mode=detailed": {"detailed", "detailed", "detailed", "of another time"},
	} {
		var got []string
		for _, e := range list230(t, s, query).Results {
			got = append(got, e.ResponseMode)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}

func TestDetailedAnswersOf230AreTheEvents(t *testing.T) {
	t.Parallel()
	events := ll2test.Events230(24)
	s := server230(events...)
	list230(t, s, "?limit=24&format=json")
	if got := list230(t, s, "?limit=24&mode=detailed").Results; !reflect.DeepEqual(got, events) {
		t.Error("the server's events changed")
	}
	for i := range events {
		spoil(reflect.ValueOf(&events[i]).Elem())
	}
	if got := list230(t, s, "?limit=24&mode=detailed").Results; !reflect.DeepEqual(got, ll2test.Events230(24)) {
		t.Error("what was done to the events behind the server's back shows")
	}
}

func TestFormatIsCopiedIntoEveryLinkOf230(t *testing.T) {
	t.Parallel()
	s := server230(ll2test.Events230(24)...)
	for _, query := range []string{"?limit=24&format=json", "?limit=24&mode=detailed&format=json"} {
		body := get230(t, s, "docking_events/"+query).body
		links := strings.Count(body, `"url":"https://ll.thespacedevs.com/2.3.0/`)
		if got := strings.Count(body, `/?format=json"`); links < 24*4 || got != links {
			t.Errorf("%s: %d of %d links have the format", query, got, links)
		}
		if plain := get230(t, s, "docking_events/"+strings.TrimSuffix(query, "&format=json")).body; plain != strings.ReplaceAll(body, "?format=json", "") {
			t.Errorf("%s: the format changes more than the links", query)
		}
	}
	one := get230(t, s, "docking_events/1/?format=json").body
	if !strings.Contains(one, `"url":"https://ll.thespacedevs.com/2.3.0/docking_events/1/?format=json"`) {
		t.Errorf("%s", one)
	}
	if !strings.Contains(get230(t, s, "docking_events/?limit=1&format=json").body, `"next":"`+base230+`docking_events/?format=json&limit=1&offset=1"`) {
		t.Error("the link to the next page lacks it")
	}
}

func TestAnEventOf230WithoutJSONBreaksItsEndpointAlone(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	s.SetEvents230(ll230.DockingEvent{ID: 2, Docking: time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC)})
	for path, status := range map[string]int{"2.3.0/docking_events/": 500, "2.3.0/docking_events/2/": 500, "2.2.0/docking_event/": 200, "2.3.0/api-throttle/": 200} {
		if r := do(t, s, "GET", "http://h/"+path); r.status != status {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}
