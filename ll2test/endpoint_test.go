package ll2test_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

type astronaut struct {
	ID     int    `json:"id"`
	URL    string `json:"url"`
	Name   string `json:"name"`
	Age    *int   `json:"age"`
	Status struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	} `json:"status"`
}

func astronauts(n int) []astronaut {
	list := make([]astronaut, n)
	for i := range list {
		a := &list[i]
		a.ID, a.URL, a.Name = i+1, fmt.Sprintf("%sastronaut/%d/", base, i+1), fmt.Sprintf("A & B %d", i+1)
		a.Status.ID, a.Status.Name = 1+i%2, "Active"
		if i%3 > 0 {
			a.Age = new(int)
			*a.Age = 30 + i
		}
	}
	return list
}

func set(t *testing.T, s *ll2test.Server, path string, rows ...any) {
	t.Helper()
	if err := s.SetRows(path, rows...); err != nil {
		t.Fatal(err)
	}
}

func TestSetRowsServesAnyList(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	set(t, s, "2.2.0/astronaut/", astronauts(25))
	type rows struct {
		Count          int
		Next, Previous *string
		Results        []astronaut
	}
	for query, want := range map[string]struct {
		count int
		ids   string
	}{
		"":                                  {25, "[1 2 3 4 5 6 7 8 9 10]"},
		"?limit=3&offset=5":                 {25, "[6 7 8]"},
		"?limit=3&ordering=-id":             {25, "[25 24 23]"},
		"?limit=3&ordering=-age,id":         {25, "[1 4 7]"},
		"?limit=3&ordering=name&age__gt=50": {2, "[23 24]"},
		"?status__id=2&age__lte=35":         {2, "[2 6]"},
		"?status=2&limit=2":                 {12, "[2 4]"},
		"?name=A+%26+B+7":                   {1, "[7]"},
		"?search=b+25":                      {1, "[25]"},
		"?mode=detailed&limit=1&nobody=1":   {25, "[1]"},
	} {
		r := get(t, s, "astronaut/"+query)
		var p rows
		if err := json.Unmarshal([]byte(r.body), &p); err != nil || r.status != 200 {
			t.Fatalf("%s: %d %s", query, r.status, r.body)
		}
		var got []int
		for _, a := range p.Results {
			got = append(got, a.ID)
		}
		if fmt.Sprint(got) != want.ids || p.Count != want.count {
			t.Errorf("%s: %d, %v, want %v", query, p.Count, got, want)
		}
	}
	r := get(t, s, "astronaut/?limit=10&offset=10&ordering=id&x=y")
	if want := `{"count":25,"next":"` + base + `astronaut/?limit=10&offset=20&ordering=id&x=y","previous":"` + base + `astronaut/?limit=10&ordering=id&x=y",`; !strings.HasPrefix(r.body, want) {
		t.Errorf("%.300s", r.body)
	}
	get(t, s, "astronaut/2/").want(t, 200,
		`{"id":2,"url":"`+base+`astronaut/2/","name":"A & B 2","age":31,"status":{"id":2,"name":"Active"}}`)
	if r := get(t, s, "astronaut/2/?format=json"); !strings.Contains(r.body, `astronaut/2/?format=json"`) {
		t.Errorf("%s", r.body)
	}
	get(t, s, "astronaut/26/").want(t, 404, `{"detail":"Not found."}`)
	get(t, s, "astronaut/?age__gt=old").want(t, 400, `{"age__gt":["Enter a number."]}`)
	if r := get(t, s, "astronaut"); r.status != 301 || r.header.Get("Location") != "/2.2.0/astronaut/" {
		t.Errorf("%d %v", r.status, r.header)
	}
	if r := do(t, s, http.MethodPost, base+"astronaut/"); r.status != 405 {
		t.Errorf("%d", r.status)
	}
	if got := list(t, s, "").Count; got != 3 {
		t.Errorf("%d docking events", got)
	}
}

func TestRowsShareQuotaTokensAndFaultsWithTheDockingEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		set(t, s, "2.2.0/astronaut/", astronauts(1))
		s.SetTokens("good")
		s.Limit(2, time.Hour)
		s.Fail(ll2test.Fault{Status: 503})
		for i, want := range []int{503, 200, 429} {
			if r := get(t, s, []string{"astronaut/", "docking_event/", "astronaut/1/"}[i]); r.status != want {
				t.Errorf("%d: %d, want %d", i, r.status, want)
			}
		}
		if r := get(t, s, "astronaut/", "Authorization", "Token bad"); r.status != 401 {
			t.Errorf("%d", r.status)
		}
		if r := get(t, s, "astronaut/1/", "Authorization", "Token good"); r.status != 200 {
			t.Errorf("%d", r.status)
		}
	})
}

func TestRowsAreAnythingThatHasJSON(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer()
	first := map[string]any{"id": "e3df-1", "n": 1}
	second := &astronaut{ID: 2}
	set(t, s, "a/b/", first, second, json.RawMessage(` { "id" : 3, "z": 1.0, "a": null } `),
		json.RawMessage(`[ {"id":4}, {"id":5} ]`), []map[string]int{{"id": 6}}, []int{})
	first["n"], second.ID = 2, 7
	do(t, s, http.MethodGet, "http://h/a/b/?limit=100").want(t, 200, `{"count":6,"next":null,"previous":null,"results":[`+
		`{"id":"e3df-1","n":1},{"id":2,"url":"","name":"","age":null,"status":{"id":0,"name":""}},{"id":3,"z":1.0,"a":null},{"id":4},{"id":5},{"id":6}]}`)
	do(t, s, http.MethodGet, "http://h/a/b/e3df-1/").want(t, 200, `{"id":"e3df-1","n":1}`)

	set(t, s, "/a/b", map[string]int{"id": 8})
	do(t, s, http.MethodGet, "http://h/a/b/").want(t, 200, `{"count":1,"next":null,"previous":null,"results":[{"id":8}]}`)
	set(t, s, "a/b/")
	do(t, s, http.MethodGet, "http://h/a/b/").want(t, 200, `{"count":0,"next":null,"previous":null,"results":[]}`)
}

func TestSetRowsSaysWhatItCannotServe(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer()
	set(t, s, "x/", map[string]int{"id": 1})
	row := map[string]int{"id": 2}
	for _, test := range []struct {
		path string
		rows []any
		want string
	}{
		{"", []any{row}, `ll2test: "" is not the path of a list, such as 2.2.0/astronaut/`},
		{"/", []any{row}, `ll2test: "/" is not the path of a list, such as 2.2.0/astronaut/`},
		{"a//b", []any{row}, `ll2test: "a//b" is not the path`},
		{"x/?limit=1", []any{row}, `ll2test: "x/?limit=1" is not the path`},
		{"https://h/x/", []any{row}, `ll2test: "https://h/x/" is not the path`},
		{"2.2.0/api-throttle/", []any{row}, `ll2test: 2.2.0/api-throttle/ has no rows: Limit sets what it shows`},
		{"x/", []any{row, nil}, `ll2test: x/: row 1 is not a JSON object`},
		{"x/", []any{row, 5}, `ll2test: x/: row 1 is not a JSON object`},
		{"x/", []any{row, []byte(`{"id":1}`)}, `ll2test: x/: row 1 is not a JSON object`},
		{"x/", []any{row, struct{}{}}, `ll2test: x/: row 1 has no id`},
		{"x/", []any{row, make(chan int)}, `ll2test: x/: row 1: json: unsupported type: chan int`},
		{"x/", []any{row, json.RawMessage(`{"id"`)}, `ll2test: x/: row 1: `},
		{"2.2.0/docking_event/", []any{json.RawMessage(`{"id":1,"docking":"x"}`)}, `ll2test: 2.2.0/docking_event/: row 0 (id 1): docking is "x"`},
	} {
		err := s.SetRows(test.path, test.rows...)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.path, err, test.want)
		}
	}
	do(t, s, http.MethodGet, "http://h/x/").want(t, 200, `{"count":1,"next":null,"previous":null,"results":[{"id":1}]}`)
}

func TestRequestsBelongToTheLongestPathThatFits(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(2)...)
	for _, path := range []string{"spacecraft/", "2.3.0/spacecraft/", "spacecraft/flight/", "2.3.0/docking_event/", "astronaut/"} {
		set(t, s, path, map[string]string{"id": "1", "path": path})
	}
	for path, want := range map[string]string{
		"2.2.0/spacecraft/1/":         `{"id":"1","path":"spacecraft/"}`,
		"spacecraft/1/":               `{"id":"1","path":"spacecraft/"}`,
		"2.3.0/spacecraft/1/":         `{"id":"1","path":"2.3.0/spacecraft/"}`,
		"x/2.3.0/spacecraft/1/":       `{"id":"1","path":"2.3.0/spacecraft/"}`,
		"2.2.0/spacecraft/flight/1/":  `{"id":"1","path":"spacecraft/flight/"}`,
		"2.3.0/docking_event/1/":      `{"id":"1","path":"2.3.0/docking_event/"}`,
		"2.2.0/spacecraft/flight/":    `{"count":1,"next":null,"previous":null,"results":[{"id":"1","path":"spacecraft/flight/"}]}`,
		"2.2.0/spacecraft/astronaut/": `{"detail":"Not found."}`,
		"astronaut/spacecraft/":       `{"detail":"Not found."}`,
		"astronaut/docking_event/":    `{"detail":"Not found."}`,
		"docking_event/astronaut/":    `{"detail":"Not found."}`,
		"astronaut/api-throttle/":     `{"detail":"Not found."}`,
	} {
		if r := do(t, s, http.MethodGet, "http://h/"+path); r.body != want {
			t.Errorf("%s: %d %s, want %s", path, r.status, r.body, want)
		}
	}
	for _, path := range []string{"astronaut/1.json/", "astronaut//", "astronaut/astronaut/1/", "2.2.0/docking_event/1/x/", "2.4.0/docking_event/1/"} {
		if r := do(t, s, http.MethodGet, "http://h/"+path); r.status != 404 || !strings.Contains(r.body, "<h1>") {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	if got := list(t, s, "").Count; got != 2 {
		t.Errorf("%d docking events", got)
	}
}

func TestRowsAtDockingEventAreEvents(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(5)...)
	const row = `{"id":7,"new":{"key":null},"docking":"2024-01-01T00:00:00Z","departure":null,"docking_location":{"id":3,"spacestation":{"id":4,"zone":1}}}`
	for _, path := range []string{"docking_event/", "2.2.0/docking_event/"} {
		set(t, s, path, json.RawMessage(row))
		get(t, s, "docking_event/?space_station__id=4&new=1").want(t, 200, `{"count":1,"next":null,"previous":null,"results":[`+row+`]}`)
		get(t, s, "docking_event/7/").want(t, 200, strings.TrimSuffix(row, "}")+`,"space_station":{"id":4,"zone":1}}`)
		if r := do(t, s, http.MethodGet, "http://h/2.3.0/docking_event/7/"); r.status != 404 {
			t.Errorf("%s: %s", path, r.body)
		}
		s.SetEvents(ll2test.Events(2)...)
		if got := list(t, s, "").Count; got != 2 {
			t.Errorf("%s: %d events", path, got)
		}
	}
}

func TestChangesBehindTheServersBackChangeNoAnswer(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(20)
	s := ll2test.NewServer(events...)
	before := list(t, s, "?limit=20&mode=detailed").Results
	for i := range events {
		spoil(reflect.ValueOf(&events[i]).Elem())
	}
	after := list(t, s, "?limit=20&mode=detailed").Results
	if !reflect.DeepEqual(before, after) || !reflect.DeepEqual(after, ll2test.Events(20)) {
		t.Error("the server's events changed")
	}
	if reflect.DeepEqual(after, events) {
		t.Error("the events are not spoilt")
	}
}

func TestAnEventWithoutJSONBreaksTheEndpointUntilItIsGone(t *testing.T) {
	t.Parallel()
	bad := ll2.DockingEvent{ID: 2, Docking: time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := ll2test.NewServer(ll2.DockingEvent{ID: 1}, bad)
	set(t, s, "astronaut/", map[string]int{"id": 1})
	for path, status := range map[string]int{"docking_event/": 500, "docking_event/1/": 500, "astronaut/": 200, "api-throttle/": 200} {
		if r := get(t, s, path); r.status != status {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	s.SetEvents(ll2.DockingEvent{ID: 1})
	if r := get(t, s, "docking_event/1/"); r.status != 200 {
		t.Errorf("%d", r.status)
	}
}

func TestIgnoreOrderDropsTermsSilently(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2024, 1, 1, hour, 0, 0, 0, time.UTC) }
	s := ll2test.NewServer(ll2.DockingEvent{ID: 2, Docking: at(5)}, ll2.DockingEvent{ID: 1, Docking: at(5)}, ll2.DockingEvent{ID: 3, Docking: at(4)})
	order := func(ordering string) string { return fmt.Sprint(ids(list(t, s, "?ordering="+ordering).Results)) }
	check := func(state string, want ...string) {
		t.Helper()
		for i, ordering := range []string{"id", "-id", "docking,id", "id,docking"} {
			if got := order(ordering); got != want[i] {
				t.Errorf("%s: %s: %s, want %s", state, ordering, got, want[i])
			}
		}
	}
	total := []string{"[1 2 3]", "[3 2 1]", "[3 1 2]", "[1 2 3]"}
	check("as ever", total...)
	terms := []string{"id"}
	s.IgnoreOrder(terms...)
	terms[0] = "docking"
	check("without id", "[2 1 3]", "[2 1 3]", "[3 2 1]", "[3 2 1]")
	s.IgnoreOrder("id", "docking")
	check("without either", "[2 1 3]", "[2 1 3]", "[2 1 3]", "[2 1 3]")
	s.IgnoreOrder()
	check("again", total...)

	// With ties that move, a walk by id alone loses rows.
	s.SetEvents(ll2test.Events(100)...)
	s.IgnoreOrder("id")
	s.ShuffleTies(1)
	seen := map[int]bool{}
	for _, e := range walk(t, s, "ordering=id", 7) {
		seen[e.ID] = true
	}
	if len(seen) == 100 {
		t.Error("no row is lost")
	}
}
