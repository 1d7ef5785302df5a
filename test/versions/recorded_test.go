//go:build shared

package versions_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/test/testkit"
)

// cutMark is the key that stands for what a recording has lost.
const cutMark = "..."

// A recording is a recorded value, and what reads it.
type recording struct {
	name  string
	value any
	into  any // a pointer
}

// recordings returns every recorded answer of 2.3.0, as a whole and in its parts of
// which docking events have the type.
func recordings(t *testing.T) []recording {
	t.Helper()
	var all []recording
	add := func(name string, value, into any) {
		if value != nil {
			all = append(all, recording{name, value, into})
		}
	}
	for _, page := range read(t, "excerpts.json")["pages"].([]any) {
		page := page.(map[string]any)
		name, answer := page["url"].(string), page["body"].(map[string]any)
		switch {
		case !strings.Contains(name, "/2.3.0/"):
		case strings.Contains(name, "/docking_locations/"):
			for _, location := range list(answer["results"]) {
				add(name, location, new(ll230.DockingLocation))
			}
		case answer["results"] == nil:
			add(name, answer, new(ll230.DockingEvent))
		default:
			for _, event := range list(answer["results"]) {
				add(name, event, new(ll230.DockingEvent))
			}
		}
	}
	launches := append(list(read(t, "launch_list.json")["results"]), any(read(t, "launch_detail.json")))
	for i, launch := range launches {
		launch := launch.(map[string]any)
		name := fmt.Sprint("launch ", i)
		add(name, launch, new(ll230.Launch))
		add(name+" image", launch["image"], new(ll230.Image))
		add(name+" provider", launch["launch_service_provider"], new(ll230.Agency))
		place := launch["pad"].(map[string]any)["location"].(map[string]any)
		add(name+" location", place, new(ll230.Location))
		add(name+" celestial body", place["celestial_body"], new(ll230.CelestialBody))
	}
	station := read(t, "space_station_iss.json")
	add("station", station, new(ll230.SpaceStation))
	for _, owner := range list(station["owners"]) {
		add("owner", owner, new(ll230.Agency))
	}
	return all
}

func read(t *testing.T, name string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(shared(t, "recordings/2.3.0/"+name), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// notOurs are keys that only the endpoints of launches, agencies, stations and bodies
// have: shapes that are larger than any in a docking event.
var notOurs = map[string][]string{
	"Launch":        {"flightclub_url", "updates", "info_urls", "vid_urls", "timeline", "pad_turnaround", "mission_patches"},
	"SpaceStation":  {"owners", "active_expeditions", "response_mode"},
	"Location":      {"celestial_body"},
	"CelestialBody": {"total_attempted_launches", "successful_launches", "failed_launches", "total_attempted_landings", "successful_landings", "failed_landings"},
	"Agency": {"total_launch_count", "consecutive_successful_launches", "successful_launches", "failed_launches", "pending_launches",
		"consecutive_successful_landings", "successful_landings", "failed_landings", "attempted_landings", "successful_landings_spacecraft",
		"failed_landings_spacecraft", "attempted_landings_spacecraft", "successful_landings_payload", "failed_landings_payload",
		"attempted_landings_payload", "info_url", "wiki_url", "social_media_links"},
}

// A sighting says in which form a field was recorded.
type sighting int

const (
	never sighting = iota
	asNull
	withValue
)

// A witness notes which fields of which structs recordings have.
type witness struct {
	t    *testing.T
	seen map[string]sighting // by type and field
}

// look walks over a recorded value and what it was encoded as after it was read. It
// fails for a difference.
func (w *witness) look(path string, typ reflect.Type, recorded, encoded any) {
	w.t.Helper()
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch recorded := recorded.(type) {
	case map[string]any:
		if typ.Kind() != reflect.Struct { // JSON that is kept as it is
			if !reflect.DeepEqual(recorded, encoded) {
				w.t.Errorf("%s: encoded as %v, recorded %v", path, encoded, recorded)
			}
			return
		}
		for key, value := range recorded {
			w.member(path+"."+key, typ, key, value, encoded.(map[string]any))
		}
	case []any:
		if encoded := list(encoded); len(encoded) != len(recorded) {
			w.t.Errorf("%s: %d elements, recorded %d", path, len(encoded), len(recorded))
			return
		}
		for i := range recorded {
			if typ.Kind() == reflect.Slice {
				w.look(fmt.Sprint(path, ".", i), typ.Elem(), recorded[i], list(encoded)[i])
			}
		}
	default:
		if !reflect.DeepEqual(recorded, encoded) {
			w.t.Errorf("%s: encoded as %v, recorded %v", path, encoded, recorded)
		}
	}
}

func (w *witness) member(path string, typ reflect.Type, key string, value any, encoded map[string]any) {
	w.t.Helper()
	field, known := typ.FieldByNameFunc(func(name string) bool {
		f, _ := typ.FieldByName(name)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return tag == key
	})
	switch {
	case key == cutMark || !known && slices.Contains(notOurs[typ.Name()], key):
		return
	case !known:
		w.t.Errorf("%s: %v has no field for it", path, typ)
		return
	}
	name := typ.Name() + "." + field.Name
	written, isWritten := encoded[key]
	if value == nil {
		w.seen[name] = max(w.seen[name], asNull)
		if optional := strings.Contains(field.Tag.Get("json"), ",omit"); written != nil || isWritten == optional && field.Type != reflect.TypeFor[json.RawMessage]() {
			w.t.Errorf("%s: a null is encoded as %v (%t)", path, written, isWritten)
		}
		return
	}
	w.seen[name] = withValue
	w.look(path, field.Type, value, written)
}

func TestEveryRecordingIsReadWithoutLoss(t *testing.T) {
	w := witness{t, make(map[string]sighting)}
	all := recordings(t)
	for _, r := range all {
		data, err := json.Marshal(r.value)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, r.into); err != nil {
			t.Errorf("%s: %v", r.name, err)
			continue
		}
		if event, ok := r.into.(*ll230.DockingEvent); ok {
			var quick ll230.DockingEvent
			if err := body.DecodeRow(data, &quick); err != nil || !reflect.DeepEqual(quick, *event) {
				t.Errorf("%s: read as %+v, %v, and by encoding/json as %+v", r.name, quick, err, *event)
			}
		}
		if encoded, err := json.Marshal(r.into); err != nil {
			t.Errorf("%s: %v", r.name, err)
		} else {
			var v any
			if err := json.Unmarshal(encoded, &v); err != nil {
				t.Fatal(err)
			}
			w.look(r.name, reflect.TypeOf(r.into), r.value, v)
		}
	}
	if len(all) < 20 {
		t.Errorf("%d recordings, which is few", len(all))
	}
	testkit.Golden(t, "../../doc/versions.md", "unrecorded", w.unrecorded())
}

// unrecorded returns a table of what no recording shows.
func (w *witness) unrecorded() string {
	types := make(map[string]reflect.Type)
	var find func(reflect.Type)
	find = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || types[typ.Name()] != nil || typ.PkgPath() != reflect.TypeFor[ll230.DockingEvent]().PkgPath() {
			return
		}
		types[typ.Name()] = typ
		for _, f := range reflect.VisibleFields(typ) {
			find(f.Type)
		}
	}
	find(reflect.TypeFor[ll230.DockingEvent]())
	var b strings.Builder
	b.WriteString("| type | never recorded | recorded as null only |\n| --- | --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(types)) {
		fields := make(map[sighting][]string)
		all := reflect.VisibleFields(types[name])
		for _, f := range all {
			how := w.seen[name+"."+f.Name]
			fields[how] = append(fields[how], "`"+f.Name+"`")
		}
		missing := strings.Join(fields[never], ", ")
		if len(fields[never]) == len(all) {
			missing = "all of it"
		}
		if missing != "" || len(fields[asNull]) > 0 {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, missing, strings.Join(fields[asNull], ", "))
		}
	}
	return b.String()
}

// A page of what was recorded is a page.
func TestARecordedPageIsAPage(t *testing.T) {
	for _, page := range read(t, "excerpts.json")["pages"].([]any) {
		page := page.(map[string]any)
		answer := page["body"].(map[string]any)
		if answer["results"] == nil || !strings.Contains(page["url"].(string), "/docking_events/") {
			continue
		}
		data, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		var got ll2.Page[ll230.DockingEvent]
		if err := json.Unmarshal(data, &got); err != nil || float64(got.Count) != answer["count"] || len(got.Results) != len(list(answer["results"])) {
			t.Errorf("%s: %+v, %v", page["url"], got, err)
		}
	}
}
