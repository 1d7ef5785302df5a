package ll230_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/test/testkit"
)

// fixtures are events of both shapes, written by hand. The first has every side and
// every key with a value, which no event of the service has.
var fixtures = []string{"detailed", "normal", "apollo", "servicing"}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	return testkit.ReadFile(t, "testdata/"+name+".json")
}

// decode reads an event as answers are read.
func decode(t testing.TB, data []byte) ll230.DockingEvent {
	t.Helper()
	var event ll230.DockingEvent
	if err := body.DecodeRow(data, &event); err != nil {
		t.Fatalf("decoding %.200s: %v", data, err)
	}
	return event
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("encoding %+v: %v", v, err)
	}
	return data
}

// plain returns a document as encoding/json writes it: without white space, and with
// escapes for what HTML knows.
func plain(t testing.TB, data []byte) string {
	t.Helper()
	var compact, escaped bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		t.Fatal(err)
	}
	json.HTMLEscape(&escaped, compact.Bytes())
	return escaped.String()
}

// sorted returns a document without white space and with its keys in order.
func sorted(t testing.TB, data []byte) []byte {
	t.Helper()
	return encode(t, document(t, data))
}

// page returns a page of n events like the first one of the fixtures named, each with
// an id of its own.
func page(t testing.TB, n int, names ...string) []byte {
	t.Helper()
	rows := make([]string, n)
	for i := range rows {
		row := plain(t, fixture(t, names[i%len(names)]))
		_, rest, _ := strings.Cut(row, ",")
		rows[i] = `{"id":` + strconv.Itoa(i+1) + "," + rest
	}
	return []byte(`{"count":555,"next":null,"previous":null,"results":[` + strings.Join(rows, ",") + `]}`)
}

// A place is a value in an event, and the field that it is read into.
type place struct {
	path  string // of keys and numbers, with dots between them
	field reflect.StructField
	of    reflect.Type // the struct that has the field
	json  any
}

// raw reports whether the value is kept as JSON.
func (p place) raw() bool { return p.field.Type == reflect.TypeFor[json.RawMessage]() }

// optional reports whether the key is left out if there is no value.
func (p place) optional() bool { return strings.Contains(p.field.Tag.Get("json"), ",omit") }

// places returns every value of an event, but for what lies in lists beyond their
// first element and in what is kept as JSON. It fails for a key without a field.
func places(t testing.TB, data []byte) []place {
	t.Helper()
	var all []place
	var walk func(prefix string, typ reflect.Type, v any)
	walk = func(prefix string, typ reflect.Type, v any) {
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if list, ok := v.([]any); ok && len(list) > 0 {
			walk(prefix+"0.", typ.Elem(), list[0])
		}
		object, ok := v.(map[string]any)
		if !ok {
			return
		}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			field, ok := fieldOf(typ, key)
			if !ok {
				t.Errorf("%s%s: %v has no field for it", prefix, key, typ)
				continue
			}
			p := place{prefix + key, field, typ, object[key]}
			all = append(all, p)
			if !p.raw() {
				walk(prefix+key+".", field.Type, object[key])
			}
		}
	}
	walk("", reflect.TypeFor[ll230.DockingEvent](), document(t, data))
	return all
}

// document returns what a JSON document holds.
func document(t testing.TB, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func fieldOf(typ reflect.Type, key string) (reflect.StructField, bool) {
	return typ.FieldByNameFunc(func(name string) bool {
		f, _ := typ.FieldByName(name)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return tag == key
	})
}

// oneOfEach returns the first place of each field, with a value.
func oneOfEach(all []place) []place {
	seen := make(map[string]bool)
	return slices.DeleteFunc(slices.Clone(all), func(p place) bool {
		name := p.of.String() + "." + p.field.Name
		defer func() { seen[name] = true }()
		return p.json == nil || seen[name]
	})
}

// edit returns the document after change was at the object that holds the path.
func edit(t testing.TB, data []byte, path string, change func(object map[string]any, key string)) []byte {
	t.Helper()
	root := document(t, data)
	keys := strings.Split(path, ".")
	var at any = root
	for _, key := range keys[:len(keys)-1] {
		at = child(at, key)
	}
	change(at.(map[string]any), keys[len(keys)-1])
	return encode(t, root)
}

func child(v any, key string) any {
	if list, ok := v.([]any); ok {
		i, _ := strconv.Atoi(key)
		return list[i]
	}
	return v.(map[string]any)[key]
}

func withNull(object map[string]any, key string) { object[key] = nil }

func withoutKey(object map[string]any, key string) { delete(object, key) }

// at returns the field of an event that a path leads to.
func at(t testing.TB, event *ll230.DockingEvent, path string) reflect.Value {
	t.Helper()
	v := reflect.ValueOf(event).Elem()
	for key := range strings.SplitSeq(path, ".") {
		v = reflect.Indirect(v)
		if v.Kind() == reflect.Slice {
			i, err := strconv.Atoi(key)
			if err != nil {
				t.Fatal(err)
			}
			v = v.Index(i)
			continue
		}
		field, ok := fieldOf(v.Type(), key)
		if !ok {
			t.Fatalf("%s: no field for %s", path, key)
		}
		v = v.FieldByIndex(field.Index)
	}
	return v
}
