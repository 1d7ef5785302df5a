package ll2_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

const (
	craftPath  = "flight_vehicle.spacecraft"
	configPath = craftPath + ".spacecraft_config"
	agencyPath = configPath + ".agency"
)

func pathsUnder(object string, keys ...string) []string {
	for i, key := range keys {
		keys[i] = object + "." + key
	}
	return keys
}

// Every path of an event in the detailed shape: those that are never null
// wherever their object is, those that the normal shape can have as null, and
// those that only the detailed shape has.
var (
	valuePaths = slices.Concat(
		[]string{"id", "url", "docking", "flight_vehicle", "docking_location"},
		pathsUnder("flight_vehicle", "id", "url", "spacecraft"),
		pathsUnder(craftPath, "id", "url", "name", "description", "is_placeholder", "in_space", "status", "status.id",
			"status.name", "spacecraft_config"),
		pathsUnder(configPath, "id", "url", "name", "in_use", "type", "type.id", "type.name"),
		pathsUnder(agencyPath, "id", "url", "name"),
		pathsUnder("docking_location", "id", "name", "spacestation", "spacestation.id", "spacestation.url", "spacestation.name"),
		pathsUnder("space_station", "id", "url", "name"),
	)
	nullablePaths = slices.Concat(
		[]string{"launch_id", "departure"},
		pathsUnder("flight_vehicle", "destination", "mission_end"),
		pathsUnder(craftPath, "serial_number", "time_in_space", "time_docked", "flights_count", "mission_ends_count"),
		pathsUnder(configPath, "image_url", "agency"),
		pathsUnder(agencyPath, "type"),
	)
	detailedPaths = slices.Concat(
		pathsUnder(agencyPath, "featured", "country_code", "abbrev", "launchers", "spacecraft", "description",
			"administrator", "founding_year", "parent", "image_url", "logo_url"),
		pathsUnder(configPath, "capability", "history", "details", "maiden_flight", "height", "diameter", "human_rated",
			"crew_capacity", "payload_capacity", "payload_return_capacity", "flight_life", "nation_url",
			"wiki_link", "info_link"),
		[]string{"space_station"},
		pathsUnder("space_station", "image_url"),
	)
	allPaths = slices.Concat(valuePaths, nullablePaths, detailedPaths)
)

func decodeJSON[T any](t *testing.T, data []byte) T {
	t.Helper()
	var v T
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("decoding %.200s: %v", data, err)
	}
	return v
}

func encodeJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("encoding %+v: %v", v, err)
	}
	return data
}

// pathsOf returns every value in the document by its path, objects and lists
// too; elements of a list have their index as key.
func pathsOf(t *testing.T, data []byte) map[string]any {
	t.Helper()
	paths := make(map[string]any)
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, child := range v {
				paths[prefix+key] = child
				walk(prefix+key+".", child)
			}
		case []any:
			for i, child := range v {
				paths[fmt.Sprint(prefix, i)] = child
				walk(fmt.Sprint(prefix, i, "."), child)
			}
		}
	}
	walk("", decodeJSON[any](t, data))
	return paths
}

// sameJSON reports whether two values at the same path are the same: times are
// instants, and an object or a list is any other, for its children are
// compared by themselves.
func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case map[string]any, []any:
		return reflect.TypeOf(a) == reflect.TypeOf(b)
	case string:
		x, errX := time.Parse(time.RFC3339, a)
		if b, ok := b.(string); ok && errX == nil {
			y, errY := time.Parse(time.RFC3339, b)
			return errY == nil && x.Equal(y)
		}
	}
	return a == b
}

// wantSameJSON fails for each path that is not the same in both documents.
func wantSameJSON(t *testing.T, got, want []byte) {
	t.Helper()
	gotPaths, wantPaths := pathsOf(t, got), pathsOf(t, want)
	for _, path := range slices.Sorted(maps.Keys(wantPaths)) {
		if v, ok := gotPaths[path]; !ok || !sameJSON(v, wantPaths[path]) {
			t.Errorf("%s = %#v (written: %v), want %#v", path, v, ok, wantPaths[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(gotPaths)) {
		if _, ok := wantPaths[path]; !ok {
			t.Errorf("%s = %#v comes from nowhere", path, gotPaths[path])
		}
	}
}

// fieldAt returns the field of the struct v that a JSON path names.
func fieldAt(t *testing.T, v reflect.Value, path string) reflect.Value {
	t.Helper()
	for key := range strings.SplitSeq(path, ".") {
		v = reflect.Indirect(v).FieldByNameFunc(func(name string) bool { return spells(name, key) })
		if !v.IsValid() {
			t.Fatalf("%s: no field for %s", path, key)
		}
	}
	return v
}

// spells reports whether a field's name is the key in Go spelling.
func spells(name, key string) bool {
	return strings.EqualFold(name, strings.ReplaceAll(key, "_", ""))
}

// editJSON returns the document after change was at the object that holds the path.
func editJSON(t *testing.T, data []byte, path string, change func(object map[string]any, last string)) []byte {
	t.Helper()
	document := decodeJSON[map[string]any](t, data)
	keys := strings.Split(path, ".")
	object, last := document, len(keys)-1
	for _, key := range keys[:last] {
		object = object[key].(map[string]any)
	}
	change(object, keys[last])
	return encodeJSON(t, document)
}

func withNull(object map[string]any, key string) { object[key] = nil }

func withoutKey(object map[string]any, key string) { delete(object, key) }

func isZeroJSON(v any) bool {
	return slices.Contains([]string{"<nil>", "", "0", "0.0", "false", "map[]", "[]"}, fmt.Sprint(v))
}

func TestDetailedFixtureHasEveryPathWithAValue(t *testing.T) {
	t.Parallel()
	paths := pathsOf(t, testkit.ReadFile(t, "testdata/detailed.json"))
	for _, path := range allPaths {
		if v := paths[path]; isZeroJSON(v) {
			t.Errorf("%s is missing or zero (%#v), which a lost field would give too", path, v)
		}
	}
	if len(paths) != len(allPaths) {
		t.Errorf("the fixture has %d paths, the service %d", len(paths), len(allPaths))
	}
}

func TestEveryFieldIsInTheDetailedFixtureAndNamedAsItsKey(t *testing.T) {
	t.Parallel()
	paths := pathsOf(t, testkit.ReadFile(t, "testdata/detailed.json"))
	var walk func(prefix string, typ reflect.Type)
	walk = func(prefix string, typ reflect.Type) {
		for _, f := range reflect.VisibleFields(typ) {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			// The type of spacestation is that of space_station, which alone has an image.
			if v := paths[prefix+key]; isZeroJSON(v) && prefix+key != "docking_location.spacestation.image_url" {
				t.Errorf("%v.%s: the fixture has no value at %s%s", typ, f.Name, prefix, key)
			}
			// A round trip does not notice two fields that swap their keys.
			if !spells(f.Name, key) {
				t.Errorf("%v.%s has the key %q", typ, f.Name, key)
			}
			if _, object := paths[prefix+key].(map[string]any); object && f.Type.Kind() == reflect.Pointer {
				walk(prefix+key+".", f.Type.Elem())
			} else if object {
				walk(prefix+key+".", f.Type)
			}
		}
	}
	walk("", reflect.TypeFor[ll2.DockingEvent]())
}

func TestEveryPathOfADetailedEventComesBack(t *testing.T) {
	t.Parallel()
	data := testkit.ReadFile(t, "testdata/detailed.json")
	wantSameJSON(t, encodeJSON(t, decodeJSON[ll2.DockingEvent](t, data)), data)
}

func TestNullsFixtureIsTheDetailedEventWithEveryNullablePathNull(t *testing.T) {
	t.Parallel()
	want := testkit.ReadFile(t, "testdata/detailed.json")
	for _, path := range slices.Concat(nullablePaths, detailedPaths) {
		if path != agencyPath && path != "space_station" { // their keys would go with them
			want = editJSON(t, want, path, withNull)
		}
	}
	wantSameJSON(t, testkit.ReadFile(t, "testdata/detailed_nulls.json"), want)
}

func TestNullIsANilPointerAndEncodesAsTheShapeHasIt(t *testing.T) {
	t.Parallel()
	data := testkit.ReadFile(t, "testdata/detailed_nulls.json")
	event := decodeJSON[ll2.DockingEvent](t, data)
	want := data
	for path, v := range pathsOf(t, data) {
		if v != nil {
			continue
		}
		if field := fieldAt(t, reflect.ValueOf(event), path); field.Kind() != reflect.Pointer || !field.IsNil() {
			t.Errorf("%s: a null gives the %v %v, want a nil pointer", path, field.Type(), field)
		}
		if slices.Contains(detailedPaths, path) {
			want = editJSON(t, want, path, withoutKey)
		}
	}
	wantSameJSON(t, encodeJSON(t, event), want)
}

// One path at a time, so that objects are among them, and values that the
// service is not known to leave out.
func TestNullAndMissingAreZeroAndTouchNothingElse(t *testing.T) {
	t.Parallel()
	data := testkit.ReadFile(t, "testdata/detailed.json")
	for _, path := range allPaths {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			want := decodeJSON[ll2.DockingEvent](t, data)
			fieldAt(t, reflect.ValueOf(&want), path).SetZero()
			for _, change := range []func(map[string]any, string){withNull, withoutKey} {
				got := decodeJSON[ll2.DockingEvent](t, editJSON(t, data, path, change))
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got\n%s\nwant\n%s", encodeJSON(t, got), encodeJSON(t, want))
				}
			}
			v, written := pathsOf(t, encodeJSON(t, want))[path]
			if written == slices.Contains(detailedPaths, path) || (v != nil) != slices.Contains(valuePaths, path) {
				t.Errorf("zero encodes as %v (written: %v)", v, written)
			}
		})
	}
}

func TestEmptyObjectIsTheZeroEventAndEncodesEveryKeyOfTheNormalShape(t *testing.T) {
	t.Parallel()
	event := decodeJSON[ll2.DockingEvent](t, []byte(`{}`))
	if !reflect.DeepEqual(event, ll2.DockingEvent{}) {
		t.Errorf("decoded %+v, want zero", event)
	}
	want := slices.DeleteFunc(slices.Concat(valuePaths, nullablePaths), func(path string) bool {
		return strings.HasPrefix(path, agencyPath+".") || strings.HasPrefix(path, "space_station.")
	})
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(pathsOf(t, encodeJSON(t, event)))); !slices.Equal(got, want) {
		t.Errorf("encoded the keys\n%q\nwant\n%q", got, want)
	}
}

func TestUnknownKeysAreIgnored(t *testing.T) {
	t.Parallel()
	const unknown = `{"launch": {"id": "49a4d5c1-0d2c-4a6b-9a4c-7b1d9c1f8e52", "name": "Falcon 9 | Crew-8", "status": {"id": 3}},
		"launch_crew": [{"id": 2113, "role": {"id": 3, "role": "Commander"}, "astronaut": {"id": 595}}],
		"onboard_crew": [], "landing_crew": null, "docking_events": [{"id": 733, "docking": "not a time"}],
		"landing": {"id": 2580, "attempt": true, "success": null, "location": {"id": 20, "name": "Gulf"}}, "": {}}`
	data := testkit.ReadFile(t, "testdata/detailed.json")
	for _, path := range allPaths {
		got := decodeJSON[ll2.DockingEvent](t, editJSON(t, data, path, func(object map[string]any, _ string) {
			maps.Copy(object, decodeJSON[map[string]any](t, []byte(unknown)))
		}))
		wantSameJSON(t, encodeJSON(t, got), data)
	}
}

func TestValueReadsNilAsZero(t *testing.T) {
	t.Parallel()
	text := "Mir"
	if got, none := ll2.Value(&text), ll2.Value[string](nil); got != "Mir" || none != "" {
		t.Errorf("Value of a text = %q, of nil %q", got, none)
	}
	if got := ll2.Value[ll2.Agency](nil); got != (ll2.Agency{}) {
		t.Errorf("Value of a nil agency = %+v", got)
	}
}

func TestRecordedPageComesBackAsItWas(t *testing.T) {
	t.Parallel()
	data := testkit.ReadFile(t, "ll2test/testdata/docking_event_list_offset490.json")
	page := decodeJSON[ll2.Page[ll2.DockingEvent]](t, data)
	if page.Count != 515 || len(page.Results) != 10 || page.Results[0].ID != 191 ||
		!strings.Contains(page.Next, "offset=500") || !strings.Contains(page.Previous, "offset=480") {
		t.Errorf("page = %d, %q, %q, %d results", page.Count, page.Next, page.Previous, len(page.Results))
	}
	encoded := encodeJSON(t, page)
	wantSameJSON(t, encoded, data)

	// The order of keys, and every time letter by letter.
	var compact, escaped bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		t.Fatal(err)
	}
	json.HTMLEscape(&escaped, compact.Bytes())
	if !bytes.Equal(encoded, escaped.Bytes()) {
		t.Errorf("encoded\n%s\nrecorded\n%s", encoded, escaped.Bytes())
	}
}

func TestRecordedPageIsWhatTheBrowserShowed(t *testing.T) {
	t.Parallel()
	shown := testkit.ReadFile(t, "testdata/docking_event_browsable_page.txt")
	recorded := testkit.ReadFile(t, "ll2test/testdata/docking_event_list_offset490.json")
	_, block, _ := bytes.Cut(shown, []byte("\n\n{\n"))
	if got := append([]byte("{\n"), block...); !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(recorded)) {
		t.Error("the JSON that the page shows is not the recorded JSON")
	}
}

func TestEncodingLosesNoMoreThanTheCommentSays(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"detailed", "detailed_nulls"} {
		data := editJSON(t, testkit.ReadFile(t, "testdata/"+name+".json"), "docking", func(object map[string]any, key string) {
			object[key] = "2021-02-03T04:05:06.250000Z"
			object["new_key"] = 1
		})
		event := decodeJSON[ll2.DockingEvent](t, data)
		encoded := encodeJSON(t, event)
		got, want := pathsOf(t, encoded), pathsOf(t, data)
		for path, value := range want {
			switch written, ok := got[path]; {
			case path == "new_key", value == nil && slices.Contains(detailedPaths, path):
				if ok {
					t.Errorf("%s: %s is %v, want it left out", name, path, written)
				}
			case path == "docking":
				if written != "2021-02-03T04:05:06.25Z" {
					t.Errorf("%s: docking is %v", name, written)
				}
			case isObject(value) && isObject(written): // their keys are compared by themselves
			case !ok || written != value:
				t.Errorf("%s: %s is %v, want %v", name, path, written, value)
			}
		}
		if again := decodeJSON[ll2.DockingEvent](t, encoded); !reflect.DeepEqual(again, event) {
			t.Errorf("%s: decoded again it is %+v, want %+v", name, again, event)
		}
	}
}

func isObject(value any) bool {
	_, ok := value.(map[string]any)
	return ok
}
