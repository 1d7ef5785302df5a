package service_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

// FuzzRow looks for a row that a table spoils or that breaks it.
func FuzzRow(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"docking":"2024-01-01T00:00:00Z","departure":null}`,
		`{"id":1,"space_station":{"id":1,"url":"http://h/"},"url":"http://h/","flight_vehicle":{"spacecraft":{"spacecraft_config":{"history":"\"","agency":{"parent":null}}}}}`,
		` { "id" : "x" , "flight_vehicle" : { "spacecraft" : { "spacecraft_config" : { "height" : 1.5e-3 , "details" : [ { } , [ ] ] } } } } `,
		`{"docking_location":{"spacestation":{"url":"?"}},"id":-0,"\u0075rl":"\\","":"","id":7}`,
		`{"id":1,"flight_vehicle":{"spacecraft":{"spacecraft_config":{"details":1,"details":2,"x":3,"height":4}}}}`,
	} {
		f.Add(seed, "json")
	}
	f.Fuzz(func(t *testing.T, text, format string) {
		for _, rules := range []*service.Rules{service.V220(), service.Anything()} {
			rules.Fields = nil // whose kinds are errors
			rules.Filters, rules.Orders = nil, nil
			table, err := service.NewTable(rules, []json.RawMessage{json.RawMessage(text)})
			if err != nil {
				if json.Valid([]byte(text)) && strings.Contains(err.Error(), "not valid") {
					t.Fatalf("%q: %v", text, err)
				}
				continue
			}
			normal, detailed := shapes(t, table, "")
			whole, cut := decode(t, text), decode(t, normal)
			for _, path := range rules.Details {
				remove(whole, strings.Split(path, "."))
			}
			if !reflect.DeepEqual(cut, whole) {
				t.Errorf("%s\nin the normal shape is\n%s", text, normal)
			}
			if !strings.HasPrefix(detailed, strings.TrimSuffix(string(bytes.TrimSpace([]byte(text))), "}")) {
				t.Errorf("%s\nin the detailed shape is\n%s", text, detailed)
			}
			decode(t, detailed)
			for range 2 {
				normal, detailed = shapes(t, table, format)
				decode(t, normal)
				decode(t, detailed)
			}
			_ = list(t, table, "?search=x&ordering=a__b,id&a__b=x")
		}
	})
}

func decode(t *testing.T, text string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// remove takes the value at a path out of v.
func remove(v any, path []string) {
	object, _ := v.(map[string]any)
	if len(path) > 1 {
		remove(object[path[0]], path[1:])
		return
	}
	delete(object, path[0])
}
