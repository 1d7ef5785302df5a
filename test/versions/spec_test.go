//go:build shared

package versions_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/jsonscan"
	"github.com/docking-event/ll2/ll230"
)

// shared reads a file of the folder that holds the provider's documents. It is beside
// the checkout, or where LL2_SHARED says.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	folder := os.Getenv("LL2_SHARED")
	if folder == "" {
		folder = "../../../shared"
	}
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A schema is one of the provider's OpenAPI document.
type schema struct {
	Ref        string            `json:"$ref"`
	AllOf      []schema          `json:"allOf"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Nullable   bool              `json:"nullable"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
}

// A specification makes documents that have every property of a schema.
type specification struct {
	t       *testing.T
	schemas map[string]schema
	reached map[string]bool
	numbers int
	nulls   bool // where the specification or its errata have null
}

func newSpecification(t *testing.T) *specification {
	t.Helper()
	var document struct {
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(shared(t, "spec/docking_events_2.3.1.openapi.json"), &document); err != nil {
		t.Fatal(err)
	}
	return &specification{t: t, schemas: document.Components.Schemas, reached: make(map[string]bool)}
}

// durations are texts that the specification does not know to be durations.
var durations = []string{"duration", "turn_around_time", "time_in_space", "time_docked", "fastest_turnaround"}

// example returns a value of a schema, unlike any other, with every property.
func (s *specification) example(name, key string, of schema) any {
	s.numbers++
	n := s.numbers
	for len(of.AllOf) > 0 {
		of = of.AllOf[0]
	}
	if of.Ref != "" {
		name = of.Ref[strings.LastIndex(of.Ref, "/")+1:]
		s.reached[name] = true
		of = s.schemas[name]
	}
	switch {
	case of.Type == "object" || of.Properties != nil:
		object := make(map[string]any)
		for key, property := range of.Properties {
			if object[key] = s.example(name+"."+key, key, property); s.nulls && s.isNullable(name, key, property) {
				object[key] = nil
			}
		}
		return object
	case of.Type == "array":
		return []any{s.example(name, key, *of.Items), s.example(name, key, *of.Items)}
	case of.Type == "integer":
		return n
	case of.Type == "number":
		return float64(n) + .25
	case of.Type == "boolean":
		return true
	case of.Format == "date-time":
		return fmt.Sprintf("2021-04-12T%02d:%02d:%02d.5Z", n/3600%24, n/60%60, n%60)
	case of.Format == "date":
		return fmt.Sprintf("%04d-11-20", 1900+n)
	case slices.Contains(durations, key):
		return fmt.Sprintf("P%dDT7H1M26S", n)
	case of.Type == "string":
		return fmt.Sprintf("%s <%d> & more", name, n)
	}
	s.t.Errorf("%s: no example of %+v", name, of)
	return nil
}

// isNullable reports whether a property is null somewhere: by the specification, or
// by the table, which has the errata.
func (s *specification) isNullable(name, key string, property schema) bool {
	row, ok := table(s.t)[name+"."+key]
	return property.Nullable || ok && row.pointer
}

// A row is one of the table of fields.
type row struct {
	schema, field string
	pointer       bool
}

func table(t *testing.T) map[string]row {
	t.Helper()
	rows := make(map[string]row)
	lines := strings.Split(strings.TrimSpace(string(shared(t, "spec/docking_events_2.3.0_fields.tsv"))), "\n")
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		r := row{cells[0], cells[1], cells[len(cells)-1] == "True"}
		rows[r.schema+"."+r.field] = r
	}
	return rows
}

// events returns an event of each shape.
func (s *specification) events() map[string][]byte {
	all := make(map[string][]byte)
	for _, name := range []string{"DockingEventEndpointNormal", "DockingEventEndpointDetailed"} {
		data, err := json.Marshal(s.example(name, "", schema{Ref: "#/" + name}))
		if err != nil {
			s.t.Fatal(err)
		}
		all[name] = data
	}
	return all
}

// decodeStrictly reads an event in one pass, and without a key that is no field.
func decodeStrictly(t *testing.T, data []byte) ll230.DockingEvent {
	t.Helper()
	var quick, strict ll230.DockingEvent
	s := jsonscan.New(data)
	if s.Record(&quick); !s.Done() {
		t.Error("the event is left to encoding/json")
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&strict); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(quick, strict) {
		t.Error("the event is not what encoding/json makes of it")
	}
	return quick
}

func TestEveryPropertyOfTheSpecificationComesBack(t *testing.T) {
	spec := newSpecification(t)
	for name, data := range spec.events() {
		encoded, err := json.Marshal(decodeStrictly(t, data))
		if err != nil {
			t.Fatal(err)
		}
		var got, want any
		for data, v := range map[*any][]byte{&got: encoded, &want: data} {
			if err := json.Unmarshal(v, data); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: encoded\n%s\nwant\n%s", name, encoded, data)
		}
	}
	t.Logf("%d schemas, those inside of launches too: %s", len(spec.reached), strings.Join(slices.Sorted(maps.Keys(spec.reached)), " "))
	if len(spec.reached) < 40 {
		t.Error("few schemas were reached: the test tests little")
	}
}

func TestEveryNullOfTheSpecificationIsTaken(t *testing.T) {
	spec := newSpecification(t)
	spec.nulls = true
	for name, data := range spec.events() {
		if !strings.Contains(string(data), "null") {
			t.Errorf("%s has no null", name)
		}
		var again ll230.DockingEvent
		event := decodeStrictly(t, data)
		encoded, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		if err := body.DecodeRow(encoded, &again); err != nil || !reflect.DeepEqual(again, event) {
			t.Errorf("%s comes back as %+v, %v", name, again, err)
		}
	}
}

// The table is true for the struct that reads a field: a field that can be null has a
// pointer, and no other field has one, except for those that only one shape has. Only
// objects and lists may stay JSON.
func TestPointersAreWhereTheTableHasThem(t *testing.T) {
	spec, rows := newSpecification(t), table(t)
	seen := make(map[string]bool)
	var walk func(name string, typ reflect.Type)
	walk = func(name string, typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		for _, f := range reflect.VisibleFields(typ) {
			key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			r, ok := rows[name+"."+key]
			property, inSpec := spec.schemas[name].Properties[key]
			if !ok && !inSpec || seen[name+"."+key] {
				continue // what only the other shape has
			}
			seen[name+"."+key] = true
			pointer := ok && r.pointer || !ok && property.Nullable
			kind := f.Type.Kind()
			nullable := kind == reflect.Pointer || kind == reflect.Slice
			// Launches keep objects as they are, and a picture may be missing anywhere.
			if pointer && !nullable || !pointer && kind == reflect.Pointer && options == "" && f.Type != reflect.TypeFor[*ll230.Image]() {
				t.Errorf("%s.%s is nullable (%t), and read into %v.%s, a %v", name, key, pointer, typ, f.Name, f.Type)
			}
			scalar := property.Ref == "" && property.AllOf == nil && property.Items == nil && property.Properties == nil
			if scalar && inSpec && f.Type == reflect.TypeFor[json.RawMessage]() {
				t.Errorf("%s.%s is %s, and %v.%s keeps it as JSON", name, key, property.Type, typ, f.Name)
			}
			for len(property.AllOf) > 0 {
				property = property.AllOf[0]
			}
			if property.Items != nil {
				property = *property.Items
			}
			if property.Ref != "" && f.Type != reflect.TypeFor[json.RawMessage]() {
				walk(property.Ref[strings.LastIndex(property.Ref, "/")+1:], f.Type)
			}
		}
	}
	walk("DockingEventEndpointNormal", reflect.TypeFor[ll230.DockingEvent]())
	walk("DockingEventEndpointDetailed", reflect.TypeFor[ll230.DockingEvent]())
	for name, r := range rows {
		if !seen[name] {
			t.Errorf("nothing reads %s.%s of the table", r.schema, r.field)
		}
	}
}
