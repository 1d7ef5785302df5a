package ll2_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func allocations(t *testing.T, decode func([]byte, *ll2.DockingEvent) error, body []byte) float64 {
	t.Helper()
	return testing.AllocsPerRun(10, func() {
		if err := decode(body, new(ll2.DockingEvent)); err != nil {
			t.Fatal(err)
		}
	})
}

// Where the quick way of decoding meets something that it does not know, it
// leaves the event to encoding/json, which takes many times the allocations.
func TestUnknownKeysTakeNoAllocation(t *testing.T) {
	event, err := json.Marshal(ll2test.Recorded()[0])
	if err != nil {
		t.Fatal(err)
	}
	want := allocations(t, ll2.DecodeEvent, event)
	for _, value := range []string{
		`true`, `false`, `null`, `"text"`, `0`, `-12`, `1.5`, `1e9`, `2E-7`, `3.25e+2`, `[]`, `{}`,
		"[" + strings.Repeat("[],{},", 150) + "0]", `[true, false, null, "a", 1]`, `{"a_1": [], "b": {"c": [[{}], ""]}}`, " \t\r\n7 \n",
	} {
		body := slices.Concat([]byte(`{"new_key":`), []byte(value), []byte(","), event[1:])
		if got := allocations(t, ll2.DecodeEvent, body); got > want {
			t.Errorf("%v allocations with an unknown %s, %v without", got, value, want)
		}
	}
	var full ll2.DockingEvent
	fillAll(reflect.ValueOf(&full).Elem())
	if event, err = json.Marshal(full); err != nil {
		t.Fatal(err)
	}
	body := bytes.ReplaceAll(event, []byte("{"), []byte(`{"new_key":true,`))
	if got, want := allocations(t, ll2.DecodeEvent, body), allocations(t, ll2.DecodeEvent, event); got > want {
		t.Errorf("%v allocations with an unknown key in each object, %v without", got, want)
	}
}

// The first bad escape is for the fast way, the rest is encoding/json's.
func TestADamagedEscapeIsAnError(t *testing.T) {
	t.Parallel()
	for _, escape := range []string{`\u`, `\u1`, `\u12`, `\u123`, `\uZZZZ`, `\u12G4`, `\u-123`, `\x`, `\uD83D\uZZZZ`, `\uD83D\u12`, `\uD83D\u`, "\\n\x01"} {
		for _, body := range []string{`{"id":1,"url":"` + escape + `"}`, `{"id":1,"new_key":"` + escape + `"}`} {
			if !json.Valid([]byte(body)) {
				if err := ll2.DecodeEvent([]byte(body), new(ll2.DockingEvent)); err == nil {
					t.Errorf("%s was decoded", body)
				}
			} else {
				t.Errorf("%s is good JSON", body)
			}
		}
	}
}

func TestADamagedEventIsReadAsEncodingJSONReadsIt(t *testing.T) {
	t.Parallel()
	event, err := json.Marshal(ll2test.Recorded()[0])
	if err != nil {
		t.Fatal(err)
	}
	// Short, and with something of everything, so that the damage meets it.
	bodies := [][]byte{event, []byte(`{"id":-12,"url":"\u00e9\uD83D\uDE80 \"\\\/\b\f\n\r\tx","launch_id":null,"new":[true,false,null,-1.5e+7,{"a":""}],` +
		`"flight_vehicle":{"id":0,"destination":"` + "é😀" + `","spacecraft":{"flights_count":30,"in_space":true,"time_docked":"P1DT2H","spacecraft_config":` +
		`{"height":7.25E-1,"human_rated":false,"maiden_flight":"2020-01-31","agency":null}}},"docking":"2021-02-03T04:05:06.5Z"}`)}
	pieces := []string{`"`, `\`, `\u`, `\u0041`, `\uD83D`, "{", "}", "[", "]", ",", ":", "0", "9", "-", "+", ".", "e", "E", "t", "null", "true", "false",
		"x", "A", "_", " ", "\n", "\x00", "\x1f", "\x7f", "é", "\xc3", "\xff", "\ufffd", "123456789", "1e400"}
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 10_000 {
		body := slices.Clone(bodies[min(n%8, 1)])
		for range 1 + r.IntN(2) {
			at := r.IntN(len(body))
			to := min(len(body), at+r.IntN(3))
			body = slices.Replace(body, at, to, []byte(pieces[r.IntN(len(pieces))])...)
		}
		var want, got ll2.DockingEvent
		wantErr, gotErr := json.Unmarshal(body, &want), ll2.DecodeEvent(body, &got)
		if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
			t.Fatalf("%q: error %v, want %v", body, gotErr, wantErr)
		}
		if wantErr == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\n%+v, want\n%+v", body, got, want)
		}
	}
}

// fillAll sets all that v holds to something that is not zero.
func fillAll(v reflect.Value) {
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = time.Date(2024, 1, 31, 12, 0, 0, 0, time.UTC)
		return
	case *ll2.Date:
		*value = ll2.Date{Year: 2024, Month: time.January, Day: 31}
		return
	case *ll2.Duration:
		value.Duration = 26 * time.Hour
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillAll(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fillAll(v.Field(i))
		}
	case reflect.String:
		v.SetString("text")
	case reflect.Int:
		v.SetInt(-12)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("no event has a " + v.Kind().String())
	}
}

// See TestUnknownKeysTakeNoAllocation. The numbers are of the scanner alone, so no
// version of Go moves them; encoding/json takes 13 to 91, depending on its version.
func TestEveryKeyIsDecodedWithFewAllocations(t *testing.T) {
	var full ll2.DockingEvent
	fillAll(reflect.ValueOf(&full).Elem())
	want := map[int]float64{full.ID: 16}
	for _, event := range ll2test.Recorded() {
		want[event.ID] = 5
	}
	for _, event := range append(ll2test.Recorded(), full) {
		body, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		if got := allocations(t, ll2.DecodeEvent, body); got != want[event.ID] {
			t.Errorf("event %d: %v allocations, want %v", event.ID, got, want[event.ID])
		}
	}
}

// encoding/json refuses to go deeper than 10,000.
func TestNestingIsBoundedAsByEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, depth := range []int{1, 90, 100, 110, 9_000, 10_500, 100_000} {
		for _, ends := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
			body := []byte(`{"id":1,"new":` + strings.Repeat(ends[0], depth) + "1" + strings.Repeat(ends[1], depth) + `}`)
			got, want := ll2.DecodeEvent(body, new(ll2.DockingEvent)), json.Unmarshal(body, new(ll2.DockingEvent))
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%d times %s: error %v, want %v", depth, ends[0], got, want)
			}
		}
	}
}

// oddEvents are small events that encoding/json has opinions on.
var oddEvents = []string{
	`{}`, `null`, `[]`, `0`, `""`, ``, ` `, `{`, `{"id":`, `{"id":1}`, `{"id":1}x`, `{"id":null}`, `{"ID":1,"Url":"u"}`,
	`{"id":1,"id":2}`, `{"id":1e2}`, `{"id":1.5}`, `{"id":"1"}`, `{"id":9223372036854775808}`, `{"id":-0}`,
	`{"url":"\ud83d\ude80 \ud800 \u0000 \r\n <&>"}`, "{\"url\":\"\xff\xfe\"}", `{"url":["u"]}`, `{"launch_id":""}`,
	`{"docking":"2024-02-29T23:59:59.999999Z"}`, `{"docking":"2023-02-29T00:00:00Z"}`, `{"docking":"2024-01-01T00:00:00+05:30"}`,
	`{"docking":"0000-01-01T00:00:00-23:59"}`, `{"docking":"9999-12-31T23:59:59-23:59"}`, `{"docking":"2024-01-01"}`,
	`{"docking":1}`, `{"docking":null,"departure":""}`, `{"departure":"2024-01-01T00:00:00,5Z"}`,
	`{"flight_vehicle":null,"docking_location":null,"space_station":null}`, `{"space_station":{}}`, `{"space_station":[]}`,
	`{"flight_vehicle":{"spacecraft":{"serial_number":"a"}},"flight_vehicle":{"spacecraft":{"serial_number":null,"name":"b"}}}`,
	`{"flight_vehicle":{"spacecraft":{"time_docked":"-PT0.5S","flights_count":0,"spacecraft_config":{"agency":{}}}}}`,
	`{"flight_vehicle":{"spacecraft":{"spacecraft_config":{"maiden_flight":"2024-02-30","height":1e309}}}}`,
	`{"flight_vehicle":{"spacecraft":{"spacecraft_config":{"maiden_flight":"0000-01-01","height":-0.0,"human_rated":false}}}}`,
	`{"crew":[{"a":{"b":[[[[]]]]}}],"launch":{"id":7},"":0}`, `{"crew":"\q"}`, `{"crew":["\u12x4"]}`, `{"crew":"\ud800"}`,
	`{"crew":-}`, `{"crew":01}`, `{"crew":1.}`, `{"crew":.5}`, `{"crew":1e}`, `{"crew":tru}`, `{"crew":nulll}`, `{"crew":[1,]}`, `{"crew":{"a":1,}}`,
	"{\"crew\":\"\x01\"}", "{\"crew\":\"\xff\"}", `{"crew"}`, `{,}`, `{"id":1,}`, `{"\u0069d":1}`, `{"cr\u0065w":1}`,
	`{"url":"a","url":"\u0062"}`, `{"url":"\u0062","url":"a"}`, `{"launch_id":"a","launch_id":"\u0062"}`, `{"url":"a","url":null}`,
	`{"launch_id":"a","launch_id":null,"launch_id":"b"}`, `{"departure":null,"departure":"2024-01-01T00:00:00Z","departure":null}`,
	`{"space_station":{"id":1},"space_station":{"name":"\n"},"docking_location":{"id":2},"docking_location":null}`,
}

// eventSeeds returns the odd events and real ones in both shapes.
func eventSeeds(f *testing.F) [][]byte {
	f.Helper()
	var seeds [][]byte
	for _, s := range oddEvents {
		seeds = append(seeds, []byte(s))
	}
	for _, name := range []string{"testdata/detailed.json", "testdata/detailed_nulls.json"} {
		seeds = append(seeds, testkit.ReadFile(f, name))
	}
	var page struct{ Results []json.RawMessage }
	if err := json.Unmarshal(testkit.ReadFile(f, "ll2test/testdata/docking_event_list_offset490.json"), &page); err != nil {
		f.Fatal(err)
	}
	return append(seeds, page.Results[0], page.Results[9])
}

// pageSeeds returns the recorded page and odd ones.
func pageSeeds(f *testing.F) [][]byte {
	f.Helper()
	seeds := [][]byte{testkit.ReadFile(f, "ll2test/testdata/docking_event_list_offset490.json")}
	for _, s := range []string{
		`{}`, `null`, `[]`, `{"count":0,"results":[]}`, `{"count":0,"results":null}`, `{"count":null,"results":[]}`,
		`{"count":"1","results":[]}`, `{"count":1,"results":{}}`, `{"COUNT":1,"Results":[]}`, `{"count":1,"count":2,"results":[]}`,
		`{"count":1,"results":[{"id":1}],"results":[{"url":"u"},{}]}`, `{"count":1,"results":[{"id":1}],"results":null}`,
		`{"count":1,"next":"","previous":null,"results":[null,{},[]]}`, `{"count":-1,"next":1,"results":[]}`,
		`{"count":1,"next":"https://h/docking_event/?offset=1","previous":"p","results":[{"id":1}]}`,
		`{"count":1,"results":[]}{"count":2,"results":[]}`, `{"count":1,"results":[` + strings.Repeat("[", 200),
	} {
		seeds = append(seeds, []byte(s))
	}
	for _, event := range eventSeeds(f) {
		seeds = append(seeds, []byte(`{"count":1,"next":null,"previous":null,"results":[`+string(event)+`]}`))
	}
	return seeds
}

// withoutMethods returns the type as encoding/json decodes it without our methods:
// structs have none, at any depth. Types that decode a text, such as times, dates and
// durations, keep theirs.
func withoutMethods(t reflect.Type) reflect.Type {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return t
	}
	switch t.Kind() {
	case reflect.Pointer:
		return reflect.PointerTo(withoutMethods(t.Elem()))
	case reflect.Slice:
		return reflect.SliceOf(withoutMethods(t.Elem()))
	case reflect.Struct:
		fields := reflect.VisibleFields(t)
		for i := range fields {
			fields[i].Type = withoutMethods(fields[i].Type)
		}
		return reflect.StructOf(fields)
	default:
		return t
	}
}

// wirePage is a page as the service writes it.
type wirePage struct {
	Count    *int                `json:"count"`
	Next     *string             `json:"next"`
	Previous *string             `json:"previous"`
	Results  *[]ll2.DockingEvent `json:"results"`
}

var (
	plainEvent = withoutMethods(reflect.TypeFor[ll2.DockingEvent]())
	plainPage  = withoutMethods(reflect.TypeFor[wirePage]())
)

// decodePlain decodes a T as a plain type, which is T withoutMethods.
func decodePlain[T any](data []byte, plain reflect.Type) (T, error) {
	from := reflect.New(plain)
	err := json.Unmarshal(data, from.Interface())
	var v T
	fill(reflect.ValueOf(&v).Elem(), from.Elem())
	return v, err
}

func fill(to, from reflect.Value) {
	switch {
	case to.Type() == from.Type():
		to.Set(from)
	case to.Kind() == reflect.Struct:
		for i := range to.NumField() {
			fill(to.Field(i), from.Field(i))
		}
	case from.IsNil():
	case to.Kind() == reflect.Slice:
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			fill(to.Index(i), from.Index(i))
		}
	default:
		to.Set(reflect.New(to.Type().Elem()))
		fill(to.Elem(), from.Elem())
	}
}

// An event of the service is decoded as encoding/json decodes its fields.
func FuzzEvent(f *testing.F) {
	for _, seed := range eventSeeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want, wantErr := decodePlain[ll2.DockingEvent](data, plainEvent)
		var got ll2.DockingEvent
		if err := ll2.DecodeEvent(data, &got); (err == nil) != (wantErr == nil) {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		if wantErr == nil {
			testkit.WantSame(t, got, want)
		}
	})
}

// A page is decoded as encoding/json decodes its fields, and has a count that is not
// negative, and results.
func FuzzPage(f *testing.F) {
	for _, seed := range pageSeeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		wire, wantErr := decodePlain[wirePage](data, plainPage)
		broken := wantErr != nil || wire.Count == nil || *wire.Count < 0 || wire.Results == nil
		var got ll2.Page[ll2.DockingEvent]
		if err := got.UnmarshalJSON(data); (err != nil) != broken {
			t.Fatalf("error %v, want one: %t (%v)", err, broken, wantErr)
		}
		if broken {
			testkit.WantSame(t, got, ll2.Page[ll2.DockingEvent]{})
			return
		}
		testkit.WantSame(t, got, ll2.Page[ll2.DockingEvent]{
			Count: *wire.Count, Next: ll2.Value(wire.Next), Previous: ll2.Value(wire.Previous), Results: *wire.Results,
		})
		if left := got.Left(); (left == 0) != (got.Next == "") || left < 0 {
			t.Errorf("%d requests left with next %q", left, got.Next)
		}
	})
}

// A decoded value that is encoded decodes to the same value.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range append(eventSeeds(f), pageSeeds(f)...) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		comesBack[ll2.DockingEvent](t, data)
		comesBack[ll2.Page[ll2.DockingEvent]](t, data)
	})
}

func comesBack[T any](t *testing.T, data []byte) {
	t.Helper()
	var first, second T
	if json.Unmarshal(data, &first) != nil {
		return
	}
	encoded, err := json.Marshal(first)
	if err != nil {
		t.Fatalf("encoding %+v: %v", first, err)
	}
	if err := json.Unmarshal(encoded, &second); err != nil {
		t.Fatalf("decoding %s: %v", encoded, err)
	}
	testkit.WantSame(t, second, first)
	if again, err := json.Marshal(second); err != nil || string(again) != string(encoded) {
		t.Errorf("encodes as %s, then as %s (%v)", encoded, again, err)
	}
}
