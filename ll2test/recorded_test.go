package ll2test_test

import (
	"html"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

// around returns a server of 515 events in which the recorded ten stand at 490
// to 499 when ordered by departure, the latest first.
func around(t *testing.T) *ll2test.Server {
	t.Helper()
	events := ll2test.Events(505)
	recorded := ll2test.Recorded()
	for i := range events {
		events[i].ID = 1000 + i
		departure := recorded[0].Departure.Add(time.Duration(i+1) * time.Hour)
		if i >= 490 {
			departure = recorded[9].Departure.Add(-time.Duration(i) * time.Hour)
		}
		if events[i].Departure != nil || i >= 490 {
			events[i].Departure = &departure
		}
	}
	return ll2test.NewServer(slices.Concat(recorded, events)...)
}

func TestPageIsTheRecordedOneByteForByte(t *testing.T) {
	t.Parallel()
	const address = "https://ll.thespacedevs.com/2.2.0/docking_event/?format=api&offset=490&ordering=-departure"
	r := do(t, around(t), http.MethodGet, address)
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %v", r.status, r.header)
	}
	_, rest, _ := strings.Cut(r.body, "<pre>")
	shown, _, _ := strings.Cut(rest, "</pre>")
	shown = html.UnescapeString(shown)

	text, err := os.ReadFile("../testdata/docking_event_browsable_page.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, want, found := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\nGET /2.2.0/")
	if !found {
		t.Fatal("the recorded page has no request in it")
	}
	same(t, shown, "GET /2.2.0/"+want)

	document, err := os.ReadFile("testdata/docking_event_list_offset490.json")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(shown, "{")
	same(t, "{"+page, strings.TrimSpace(string(document)))
}

// A program asks for JSON: all is the same but for the format in the links.
func TestJSONIsTheRecordedPageWithoutFormat(t *testing.T) {
	t.Parallel()
	const address = "https://ll.thespacedevs.com/2.2.0/docking_event/?offset=490&ordering=-departure"
	r := do(t, around(t), http.MethodGet, address, "Accept", "application/json")
	document, err := os.ReadFile("testdata/docking_event_list_offset490.json")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("?format=api&", "?", "?format=api", "").Replace(string(document))
	same(t, indented(t, r.body), strings.TrimSpace(want))
}

// same fails the test at the first line that differs.
func same(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d:\ngot  %s\nwant %s", i+1, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Fatalf("%d lines, want %d", len(g), len(w))
	}
}

func TestRecordedAreTheTenOfThePageWithPlainLinks(t *testing.T) {
	t.Parallel()
	events := ll2test.Recorded()
	if got := ids(events); !slices.Equal(got, []int{191, 296, 295, 190, 294, 189, 187, 293, 292, 188}) {
		t.Errorf("%v", got)
	}
	for _, e := range events {
		visit(reflect.ValueOf(e), "", func(path string, v reflect.Value) {
			if v.Kind() == reflect.String && strings.Contains(v.String(), "format=") {
				t.Errorf("event %d%s: %s", e.ID, path, v)
			}
		})
		if !strings.HasPrefix(e.URL, "https://ll.thespacedevs.com/2.2.0/docking_event/") {
			t.Errorf("event %d: %s", e.ID, e.URL)
		}
	}
}

func TestEventsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	checkOwn(t, "Recorded", ll2test.Recorded)
	checkOwn(t, "Events", func() []ll2.DockingEvent { return ll2test.Events(200) })
	checkOwn(t, "Events230", func() []ll230.DockingEvent { return ll2test.Events230(200) })
}

func checkOwn[E any](t *testing.T, name string, events func() []E) {
	t.Helper()
	spoilt := events()
	for i := range spoilt {
		spoil(reflect.ValueOf(&spoilt[i]).Elem())
	}
	again := events()
	fresh := events()
	if !reflect.DeepEqual(again, fresh) || reflect.DeepEqual(again, spoilt) {
		t.Errorf("%s: a second call shows what was done to the first one's events", name)
	}
	// Nor do the events of one call share anything.
	for i := 1; i < len(again); i++ {
		spoil(reflect.ValueOf(&again[i]).Elem())
	}
	if !reflect.DeepEqual(again[0], fresh[0]) {
		t.Errorf("%s: an event shares something with another", name)
	}
}

// spoil sets every text and number behind v's pointers.
func spoil(v reflect.Value) {
	visit(v, "", func(_ string, v reflect.Value) {
		switch {
		case !v.CanSet():
		case v.Kind() == reflect.String:
			v.SetString("spoilt")
		case v.Kind() == reflect.Int:
			v.SetInt(-1)
		case v.Kind() == reflect.Float64:
			v.SetFloat(-1)
		case v.Kind() == reflect.Uint8:
			v.SetUint('?')
		}
	})
}

// visit calls f for v and all below it, with the path to it.
func visit(v reflect.Value, path string, f func(string, reflect.Value)) {
	f(path, v)
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		visit(v.Elem(), path, f)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), path, f)
		}
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			visit(v.Field(i), path+"."+v.Type().Field(i).Name, f)
		}
	}
}
