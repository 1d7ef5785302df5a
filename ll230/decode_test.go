package ll230_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/jsonscan"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/test/testkit"
)

// inOnePass reads an event without encoding/json, if that can be.
func inOnePass(data []byte, event *ll230.DockingEvent) bool {
	s := jsonscan.New(data)
	s.Record(event)
	return s.Done()
}

func TestEventsAreReadInOnePassAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	check := func(name string, data []byte) {
		t.Helper()
		var got, want ll230.DockingEvent
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		if !inOnePass(data, &got) {
			t.Errorf("%s is left to encoding/json", name)
		}
		wantSame(t, name, got, want)
	}
	for _, name := range fixtures {
		data := fixture(t, name)
		check(name, data)
		check(name+", plain", []byte(plain(t, data)))
		check(name+", with an unknown key in each object", bytes.ReplaceAll([]byte(plain(t, data)), []byte("{"), []byte(`{"new_key":1,`)))
		for _, p := range oneOfEach(places(t, data)) {
			nullable := p.field.Type.Kind() == reflect.Pointer || p.field.Type.Kind() == reflect.Slice
			if nullable || p.path == "docking_location" {
				check(name+" with null at "+p.path, edit(t, data, p.path, withNull))
			}
		}
	}
}

// An event of the kind that most are, a spacecraft at a station, takes one for itself,
// one for its texts, one each for flight and landing, and five for the parts of its
// family and for pictures. encoding/json makes 15 times as many.
func TestAPageTakesFewAllocations(t *testing.T) {
	for _, tc := range []struct {
		name string
		want float64
	}{{"normal", 9}, {"apollo", 27}, {"servicing", 31}, {"detailed", 161}} {
		const rows = 100
		allocations := func(n int) float64 {
			data := page(t, n, tc.name)
			return testing.AllocsPerRun(10, func() {
				if p, err := body.ReadPage[ll230.DockingEvent](data, rows, nil); err != nil || len(p.Results) != n {
					t.Fatal(err, len(p.Results))
				}
			})
		}
		// The allocations of the page itself are the same for both.
		if got := (allocations(rows) - allocations(rows/2)) / (rows / 2); got != tc.want {
			t.Errorf("%s: %v allocations an event, want %v", tc.name, got, tc.want)
		}
	}
}

func TestADamagedEventIsReadAsEncodingJSONReadsIt(t *testing.T) {
	t.Parallel()
	// Short, and with something of everything, so that the damage meets it.
	bodies := [][]byte{[]byte(plain(t, fixture(t, "normal"))), []byte(`{"id":-12,"url":"\u00e9\uD83D\uDE80 \"\\\/\b\f\n\r\tx","departure":null,"new":[true,{"a":""}],` +
		`"docking_location":{"id":0,"spacecraft":{"family":[{"id":1,"name":"\n"},null,{"maiden_flight":"2020-01-31"}],"in_use":true,"image":{"variants":[]}}},` +
		`"payload_flight_chaser":{"amount":1,"payload":{"cost":-7,"mass":7.25E-1,"program":[{"id":1}],"manufacturer":{"founding_year":1958,"country":[{"name":"` + "é😀" + `"}]}},` +
		`"launch":{"status":{"id":3},"pad":null,"net":"2021-02-03T04:05:06.5Z","webcast_live":false}},"docking":"2021-02-03T04:05:06.5Z"}`)}
	pieces := []string{`"`, `\`, `\u`, `\u0041`, `\uD83D`, "{", "}", "[", "]", ",", ":", "0", "9", "-", "+", ".", "e", "E", "t", "null", "true", "false",
		"x", "A", "_", " ", "\n", "\x00", "\x1f", "\x7f", "é", "\xc3", "\xff", "\ufffd", "123456789", "1e400"}
	r := rand.New(rand.NewPCG(2, 3))
	for n := range 6_000 {
		data := slices.Clone(bodies[min(n%8, 1)])
		for range 1 + r.IntN(2) {
			at := r.IntN(len(data))
			to := min(len(data), at+r.IntN(3))
			data = slices.Replace(data, at, to, []byte(pieces[r.IntN(len(pieces))])...)
		}
		var want, got ll230.DockingEvent
		wantErr, gotErr := json.Unmarshal(data, &want), body.DecodeRow(data, &got)
		if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
			t.Fatalf("%q: error %v, want %v", data, gotErr, wantErr)
		}
		if wantErr == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\n%+v, want\n%+v", data, got, want)
		}
	}
}

func TestWhatALaunchKeepsIsNoPartOfTheBodyAndOfNoOther(t *testing.T) {
	t.Parallel()
	data := fixture(t, "detailed")
	want, event := decode(t, data), decode(t, data)
	launch := &event.FlightVehicleChaser.Launch
	for i := range data {
		data[i] = 'x'
	}
	wantSame(t, "after the body changed", event, want)
	for _, raw := range []*json.RawMessage{&launch.Status, &launch.NetPrecision, &launch.Image, &launch.Rocket} {
		*raw = append(*raw, "xxxxxxxxxxxx"...)
	}
	if after, before := launch.Mission, want.FlightVehicleChaser.Launch.Mission; !bytes.Equal(after, before) {
		t.Errorf("appending to one changed another one: %s, was %s", after, before)
	}
}

// A few bytes for an element take a few hundred of memory.
func TestAnEventWithListsWithoutEndIsADecodeError(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{1000: true, 1001: false, 100_000: false} {
		body := `{"count":1,"results":[{"id":7,"docking":"2024-01-31T12:00:00Z","docking_location":{"spacecraft":{"family":[` +
			strings.Repeat("{},", n-1) + `{}]}}}]}`
		service := ll230.DockingEvents(testkit.NewClient(t, testkit.NewScript(testkit.Status(200, body))))
		page, err := service.List(t.Context())
		if want {
			if err != nil || len(page.Results[0].DockingLocation.Spacecraft.Family) != n {
				t.Errorf("%d elements: %v", n, err)
			}
			continue
		}
		if e := testkit.AsError[*ll2.DecodeError](t, err); e.ID != "7" || e.Field != "results[0]" {
			t.Errorf("%d elements: %v, of %s %s", n, e, e.Field, e.ID)
		}
		testkit.WantError(t, err, "more than 1000 elements")
	}
}

// oddEvents are small events that encoding/json has opinions on.
var oddEvents = []string{
	`{}`, `null`, `[]`, `0`, `""`, ``, `{`, `{"id":1}x`, `{"id":null}`, `{"ID":1,"Url":"u"}`, `{"id":1,"id":2}`, `{"id":1e2}`, `{"id":01}`,
	`{"docking":"2024-02-29T23:59:59.999999Z"}`, `{"docking":"2023-02-29T00:00:00Z"}`, `{"docking":null,"departure":""}`,
	`{"docking_location":null}`, `{"docking_location":{"spacestation":{},"spacecraft":{},"payload":{}}}`, `{"docking_location":[]}`,
	`{"docking_location":{"id":1},"docking_location":null,"docking_location":{"name":"a"}}`,
	`{"docking_location":{"spacecraft":{"family":null}}}`, `{"docking_location":{"spacecraft":{"family":[]}}}`,
	`{"docking_location":{"spacecraft":{"family":[{}, null,{"name":"\n"}]}}}`, `{"docking_location":{"spacecraft":{"family":[[]]}}}`,
	`{"docking_location":{"spacecraft":{"family":[{"id":1,"name":"a"}],"family":[{"name":"b"}]}}}`,
	`{"docking_location":{"spacecraft":{"family":[{"id":1},{"id":2}],"family":[{"name":"b"},{},{}]}}}`,
	`{"docking_location":{"spacecraft":{"family":[],"family":null,"family":[{}],"agency":null}}}`,
	`{"flight_vehicle_chaser":{"id":1,"launch":{"id":"a","rocket":{},"rocket":[1, 2],"pad":null}},"flight_vehicle_chaser":{"launch":{"pad":1e1}}}`,
	`{"flight_vehicle_chaser":{"launch":{"net":"x"}}}`, `{"flight_vehicle_chaser":{"launch":{"status":{"a":"` + "\xff" + `"}}}}`,
	`{"flight_vehicle_chaser":{"duration":"P29DT7H1M26S","turn_around_time":null,"spacecraft":{"fastest_turnaround":"PT21H36M20S"}}}`,
	`{"flight_vehicle_chaser":{"duration":"P1Y"}}`, `{"flight_vehicle_chaser":null,"flight_vehicle_chaser":{},"flight_vehicle_chaser":null}`,
	`{"flight_vehicle_target":{"landing":{"id":1,"success":true}},"flight_vehicle_target":{"landing":{"success":null}},"payload_flight_target":{"landing":{"id":2}}}`,
	`{"flight_vehicle_target":{"landing":{"landing_location":{"celestial_body":{"mass":5.972168e+24,"length_of_day":"1 00:00:00"}}}}}`,
	`{"space_station_chaser":{"founded":"1998-11-20","deorbited":"1998-02-30"}}`, `{"space_station_chaser":{"image":{"variants":[{"type":{}}],"license":{}}}}`,
	`{"payload_flight_chaser":{"payload":{"program":[],"cost":1.5}}}`, `{"payload_flight_chaser":{"payload":{"program":[],"mass":-0.0,"operator":{"country":[]}}}}`,
	`{"crew":[{"a":{"b":[[[[]]]]}}],"":0}`, `{"crew":"\q"}`, `{"crew":[1,]}`, `{,}`, `{"\u0069d":1}`, `{"url":"a","url":"\u0062"}`, `{"response_mode":"list"}`,
}

func seeds(f *testing.F) [][]byte {
	f.Helper()
	var all [][]byte
	for _, s := range oddEvents {
		all = append(all, []byte(s))
	}
	for _, name := range fixtures {
		all = append(all, fixture(f, name), []byte(plain(f, fixture(f, name))))
	}
	return all
}

// An event is decoded as encoding/json decodes its fields.
func FuzzEvent(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want, got ll230.DockingEvent
		wantErr := json.Unmarshal(data, &want)
		if err := body.DecodeRow(data, &got); (err == nil) != (wantErr == nil) {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		if wantErr == nil {
			testkit.WantSame(t, got, want)
		}
	})
}

// A page is decoded as encoding/json decodes its fields, and has a count and
// results.
func FuzzPage(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(slices.Concat([]byte(`{"count":1,"next":null,"previous":"p","results":[`), seed, []byte(`]}`)))
	}
	f.Add([]byte(`{"count":1,"results":[{"id":1}],"results":[{"url":"u"},{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var wire struct {
			Count    *int                  `json:"count"`
			Next     *string               `json:"next"`
			Previous *string               `json:"previous"`
			Results  *[]ll230.DockingEvent `json:"results"`
		}
		err := json.Unmarshal(data, &wire)
		broken := err != nil || wire.Count == nil || *wire.Count < 0 || wire.Results == nil
		var got ll2.Page[ll230.DockingEvent]
		if err := got.UnmarshalJSON(data); (err != nil) != broken {
			t.Fatalf("error %v, want one: %t", err, broken)
		}
		if !broken {
			testkit.WantSame(t, got, ll2.Page[ll230.DockingEvent]{
				Count: *wire.Count, Next: ll2.Value(wire.Next), Previous: ll2.Value(wire.Previous), Results: *wire.Results,
			})
		}
	})
}

// An event that was decoded and encoded decodes to the same event, apart from white
// space in the values that launches keep as JSON.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second, third ll230.DockingEvent
		if json.Unmarshal(data, &first) != nil {
			return
		}
		encoded, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("encoding %+v: %v", first, err)
		}
		if err := body.DecodeRow(encoded, &second); err != nil {
			t.Fatalf("decoding %s: %v", encoded, err)
		}
		again, err := json.Marshal(second)
		if err != nil || string(again) != string(encoded) {
			t.Fatalf("encodes as %s, then as %s (%v)", encoded, again, err)
		}
		if err := body.DecodeRow(again, &third); err != nil {
			t.Fatal(err)
		}
		testkit.WantSame(t, third, second)
		if !strings.ContainsAny(string(data), " \t\r\n\\<>&\u2028\u2029") {
			testkit.WantSame(t, second, first)
		}
	})
}
