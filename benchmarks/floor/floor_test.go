package floor_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/benchmarks/floor"
	"github.com/docking-event/ll2/benchmarks/model"
	"github.com/docking-event/ll2/ll2test"
)

func TestDecodeReadsWhatEncodingJSONReads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		events []ll2.DockingEvent
	}{
		{"made up", ll2test.Events(515)},
		{"recorded", ll2test.Recorded()},
		{"two centuries of times, and texts with escapes", awkward()},
		{"none", nil},
	} {
		for _, mode := range []string{"", string(ll2.ModeDetailed)} {
			t.Run(c.name+" "+mode, func(t *testing.T) {
				t.Parallel()
				server := ll2test.NewServer(c.events...)
				for offset := 0; offset <= len(c.events); offset += 100 {
					body := fetch(t, server, url.Values{
						"limit": {"100"}, "offset": {strconv.Itoa(offset)}, "mode": {mode},
					})
					wantSame(t, body)
					// As a service may write it that keeps to ASCII.
					wantSame(t, bytes.ReplaceAll(body, []byte("🛰"), []byte(`\ud83d\udef0`)))
				}
			})
		}
	}
}

func TestDecodeRefusesWhatItIsNotMadeFor(t *testing.T) {
	t.Parallel()
	body := fetch(t, ll2test.NewServer(ll2test.Events(3)...), nil)
	for end := range body {
		if _, err := floor.Decode(body[:end], 100); err == nil {
			t.Errorf("a page that ends after %d of %d bytes was taken", end, len(body))
		}
	}
	for _, other := range [][]byte{
		append(slices.Clone(body), ' '),
		bytes.Replace(body, []byte(`"in_space"`), []byte(`"in_orbit"`), 1),
		bytes.Replace(body, []byte(`"url"`), []byte(`"new":1,"url"`), 1),
	} {
		if _, err := floor.Decode(other, 100); err == nil {
			t.Errorf("taken: %s", other)
		}
	}
}

// awkward returns events whose times and texts cover what can be got wrong.
func awkward() []ll2.DockingEvent {
	events := ll2test.Events(400)
	for i := range events {
		events[i].Docking = time.Date(1899, 12, 31, 23, 59, 58, 0, time.UTC).
			Add(time.Duration(i) * (183*24*time.Hour + 7*time.Hour + 1000003*time.Microsecond))
		events[i].FlightVehicle.Spacecraft.Description = "\"\\/\b\f\n\r\t\x01\u2028\ufffd🛰" + string(rune(i+1)) + "\\"
	}
	events[0].FlightVehicle.Spacecraft.FlightsCount = new(-3)
	events[1].FlightVehicle.Spacecraft.SpacecraftConfig.Agency = nil
	events[2].FlightVehicle.Spacecraft.SpacecraftConfig.Height = new(1.25e-3)
	return events
}

func fetch(t *testing.T, server *ll2test.Server, query url.Values) []byte {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://service.test/docking_event/?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return body
}

func wantSame(t *testing.T, body []byte) {
	t.Helper()
	var page model.Page
	if err := json.Unmarshal(body, &page); err != nil {
		t.Fatal(err)
	}
	got, err := floor.Decode(body, 100)
	if err != nil {
		t.Fatal(err)
	}
	want, have := leaves(nil, "", reflect.ValueOf(page)), leaves(nil, "", reflect.ValueOf(*got))
	if !slices.Equal(want, have) {
		t.Errorf("encoding/json reads\n%q\nand floor\n%q", want, have)
	}
	var anyOrder map[string]any
	if err := json.Unmarshal(body, &anyOrder); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(anyOrder)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range [][]byte{body, sorted, bytes.ReplaceAll(body, []byte(`{"`), []byte(`{"new" : [{}, null,1.5, "\""] , "`))} {
		wantSameInAnyOrder(t, body)
	}
}

// noMethods is an event that encoding/json reads by its fields alone.
type noMethods ll2.DockingEvent

func wantSameInAnyOrder(t *testing.T, body []byte) {
	t.Helper()
	var want struct {
		Count          int
		Next, Previous *string
		Results        []noMethods
	}
	if err := json.Unmarshal(body, &want); err != nil {
		t.Fatal(err)
	}
	got, err := floor.DecodeAny(body, 100)
	if err != nil {
		t.Fatal(err)
	}
	if got.Count != want.Count || got.Next != ll2.Value(want.Next) || got.Previous != ll2.Value(want.Previous) || len(got.Results) != len(want.Results) {
		t.Errorf("encoding/json reads %+v and floor %+v", want, got)
	}
	for i := range want.Results {
		if !reflect.DeepEqual(got.Results[i], ll2.DockingEvent(want.Results[i])) {
			t.Errorf("encoding/json reads\n%+v\nand floor\n%+v", want.Results[i], got.Results[i])
		}
	}
}

// leaves appends all that v holds and that is not null, in order, each with the
// name of its field.
func leaves(all []string, name string, v reflect.Value) []string {
	if at, ok := reflect.TypeAssert[time.Time](v); ok {
		return append(all, name+" "+at.Format(time.RFC3339Nano))
	}
	switch v.Kind() {
	default:
		return append(all, fmt.Sprint(name, " ", v))
	case reflect.Pointer:
		if !v.IsNil() {
			all = leaves(all, name, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = leaves(all, name, v.Index(i))
		}
	case reflect.Struct:
		if set := v.FieldByName("Set"); set.IsValid() { // a floor.Opt
			if set.Bool() {
				all = leaves(all, name, v.FieldByName("Value"))
			}
			return all
		}
		for i := range v.NumField() {
			all = leaves(all, v.Type().Field(i).Name, v.Field(i))
		}
	}
	return all
}
