package ll2_test

import (
	"bytes"
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

// See TestUnknownKeysTakeNoAllocation.
func TestEveryKeyIsDecodedWithFewAllocations(t *testing.T) {
	var full ll2.DockingEvent
	fillAll(reflect.ValueOf(&full).Elem())
	for _, event := range append(ll2test.Recorded(), full) {
		body, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		quick := allocations(t, ll2.DecodeEvent, body)
		slow := allocations(t, func(body []byte, e *ll2.DockingEvent) error { return json.Unmarshal(body, e) }, body)
		if quick > slow/2 {
			t.Errorf("event %d: %v allocations, %v by encoding/json", event.ID, quick, slow)
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
