package service_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

const base = "https://ll.example/2.2.0/docking_event/"

func raw(rows ...string) []json.RawMessage {
	list := make([]json.RawMessage, len(rows))
	for i, row := range rows {
		list[i] = json.RawMessage(row)
	}
	return list
}

// newTable makes a table of rows, which have to be good.
func newTable(t testing.TB, rules *service.Rules, rows ...string) *service.Table {
	t.Helper()
	table, err := service.NewTable(rules, raw(rows...))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func parse(t testing.TB, link string) *url.URL {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// list returns the body of a list.
func list(t testing.TB, table *service.Table, query string, options ...service.Options) string {
	t.Helper()
	body, invalid := table.List(parse(t, base+query), slices.Concat(options, make([]service.Options, 1))[0])
	if invalid != nil {
		t.Fatalf("%s: %v", query, invalid)
	}
	return string(body)
}

// ids returns the ids on a page, as they stand in the rows.
func ids(t testing.TB, body string) string {
	t.Helper()
	var page struct {
		Results []struct {
			ID json.RawMessage `json:"id"`
		} `json:"results"`
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	list := make([]string, len(page.Results))
	for i, row := range page.Results {
		list[i] = string(row.ID)
	}
	return strings.Join(list, " ")
}

func TestNewTableSaysWhichRowIsWrong(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{
		``:                                     "row 1 is not valid JSON",
		`{"id":1`:                              "row 1 is not valid JSON",
		`{"id":1}}`:                            "row 1 is not valid JSON",
		"\u00a0{\"id\":1}":                     "row 1 is not valid JSON", // white space, but not of JSON
		`[1]`:                                  "row 1 is not a JSON object",
		`null`:                                 "row 1 is not a JSON object",
		`{}`:                                   "row 1 has no id",
		`{"id":null}`:                          "row 1 has no id",
		`{"id":""}`:                            "row 1 has no id",
		`{"id":{"id":1}}`:                      "row 1 has no id",
		`{"id":1.5}`:                           "row 1 has the id 1.5, which is neither an integer nor a text",
		`{"id":true}`:                          "row 1 has the id true, which is neither an integer nor a text",
		`{"id":1e400}`:                         "row 1 has the id 1e400, which is neither an integer nor a text",
		`{"id":"x"}`:                           `row 1 (id x): id is "x"`,
		`{"id":1,"docking":5}`:                 `row 1 (id 1): docking is "5"`,
		`{"id":1,"docking":"yesterday"}`:       `row 1 (id 1): docking is "yesterday"`,
		`{"id":1,"docking":true}`:              `row 1 (id 1): docking is "true"`,
		`{"id":1,"flight_vehicle":{"id":"4"}}`: `row 1 (id 1): flight_vehicle.id is "4"`,
		`{"id":1,"departure":"2024-01-01 00:00:00Z"}`: `row 1 (id 1): departure is "2024-01-01 00:00:00Z"`,
	} {
		table, err := service.NewTable(service.V220(), raw(`{"id":7}`, row))
		if table != nil || err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", row, err, want)
		}
	}
}

func TestRowsMayLackWhatTheyAreFilteredBy(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(),
		`{"id":1}`,
		`{"id":2,"flight_vehicle":null,"docking_location":null,"docking":null,"departure":null}`,
		`{"id":3,"flight_vehicle":5,"docking_location":[{"id":1}],"docking":{"x":1}}`,
		`{"id":4,"docking":"2024-01-01T00:00:00Z","docking_location":{"id":1,"spacestation":{"id":0}},"flight_vehicle":{"id":0}}`)
	if table.Len() != 4 {
		t.Errorf("%d rows", table.Len())
	}
	for query, want := range map[string]string{
		"":                                   "1 2 3 4",
		"?docking__gte=0001-01-01T00:00:00Z": "4",
		"?docking__lte=9999-01-01T00:00:00Z": "4",
		"?docking_location__id=1":            "4",
		"?space_station__id=0":               "4",
		"?flight_vehicle__id=0":              "4",
		"?flight_vehicle__id=5":              "",
		"?ordering=docking":                  "4 1 2 3",
		"?ordering=-docking":                 "1 2 3 4",
	} {
		if got := ids(t, list(t, table, query)); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestGetFindsIntegersInAnyNotationAndTextsAsTheyAre(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.Anything(), `{"id":7,"n":1}`, `{"id":-3}`, `{"id":"e3df2ecd"}`, `{"id":"007","n":2}`, `{"id":7,"n":3}`, `{"id":-0}`)
	for id, want := range map[string]string{
		"7":                    `{"id":7,"n":3}`, // the last one
		"+7":                   `{"id":7,"n":3}`,
		"07":                   `{"id":7,"n":3}`,
		"007":                  `{"id":"007","n":2}`,
		"-3":                   `{"id":-3}`,
		"0":                    `{"id":-0}`,
		"e3df2ecd":             `{"id":"e3df2ecd"}`,
		"E3DF2ECD":             "",
		"7.0":                  "",
		"8":                    "",
		"":                     "",
		"99999999999999999999": "",
	} {
		got, found := table.Get(id, nil)
		if string(got) != want || found != (want != "") {
			t.Errorf("%q: %s %t, want %s", id, got, found, want)
		}
	}
}

func TestTiesComeInTheTablesOrder(t *testing.T) {
	t.Parallel()
	var rows, want []string
	for i := range 60 {
		rows = append(rows, fmt.Sprintf(`{"id":%d,"docking":"2024-01-0%dT00:00:00Z"}`, 60-i, 1+i%3))
	}
	for tie := range 3 {
		for i := tie; i < 60; i += 3 {
			want = append(want, fmt.Sprint(60-i))
		}
	}
	table := newTable(t, service.V220(), rows...)
	for range 2 { // the second list is kept
		if got := ids(t, list(t, table, "?limit=60&ordering=docking")); got != strings.Join(want, " ") {
			t.Errorf("%s, want %s", got, want)
		}
	}
	slices.Reverse(rows)
	slices.Reverse(want)
	table = newTable(t, service.V220(), rows...)
	if got := ids(t, list(t, table, "?limit=60&ordering=-docking")); got != strings.Join(want, " ") {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestShuffleMovesRowsWithEqualKeysAlone(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(), `{"id":1}`, `{"id":2,"docking":"2024-01-01T00:00:00Z"}`, `{"id":3}`, `{"id":4}`)
	sizes := []int{}
	backwards := service.Options{Shuffle: func(n int, swap func(i, j int)) {
		sizes = append(sizes, n)
		for i := range n / 2 {
			swap(i, n-1-i)
		}
	}}
	for query, want := range map[string][2]string{
		"":                     {"1 2 3 4", "4 3 2 1"},
		"?ordering=docking":    {"2 1 3 4", "2 4 3 1"},
		"?ordering=docking,id": {"2 1 3 4", "2 1 3 4"},
	} {
		for range 2 {
			plain, shuffled := ids(t, list(t, table, query)), ids(t, list(t, table, query, backwards))
			if plain != want[0] || shuffled != want[1] {
				t.Errorf("%s: %s and %s, want %s", query, plain, shuffled, want)
			}
		}
	}
	if !slices.Equal(sizes, []int{4, 4, 4, 4, 4, 4}) {
		t.Errorf("sizes %v", sizes)
	}
}

func TestManyListsDoNotPushTheRightOneOut(t *testing.T) {
	t.Parallel()
	var rows []string
	for i := range 200 {
		rows = append(rows, fmt.Sprintf(`{"id":%d,"flight_vehicle":{"id":%d},"k%d":"v"}`, i, 1000+i, i))
	}
	for _, rules := range []*service.Rules{service.V220(), service.Anything()} {
		table := newTable(t, rules, rows...)
		for range 2 {
			for i := range 200 {
				if got := ids(t, list(t, table, fmt.Sprintf("?flight_vehicle__id=%d", 1000+i))); got != fmt.Sprint(i) {
					t.Fatalf("%d: %s", i, got)
				}
				if !rules.Open {
					continue
				}
				if got := ids(t, list(t, table, fmt.Sprintf("?k%d=v", i))); got != fmt.Sprint(i) {
					t.Fatalf("%d: %s", i, got)
				}
			}
		}
	}
}

func TestTableIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	made := make([]string, 150)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range made {
		made[i] = newRow220(r, i).text(true, "")
	}
	for _, rules := range []*service.Rules{service.V220(), service.Anything()} {
		table := newTable(t, rules, made...)
		queries := []string{"?ordering=-docking,id", "?search=soyuz", "?docking__gt=2024-01-01T00:00:00Z", "?flight_vehicle__id=3&format=json"}
		var want []string
		for _, query := range queries {
			want = append(want, list(t, newTable(t, rules, made...), query))
		}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for range 20 {
					if got := list(t, table, queries[i%4]); got != want[i%4] {
						t.Errorf("%s: another answer", queries[i%4])
					}
					table.Get("3", nil)
				}
			})
		}
		wg.Wait()
	}
}

// benchmarkRows returns as many rows as the service has, of the size that its
// rows have in the detailed shape.
func benchmarkRows() []json.RawMessage {
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]json.RawMessage, 515)
	for i := range rows {
		row := strings.TrimSuffix(newRow220(r, i).text(true, ""), "}")
		rows[i] = json.RawMessage(row + `,"padding":"` + strings.Repeat("x", 4000-len(row)) + `"}`)
	}
	return rows
}

func BenchmarkNewTable(b *testing.B) {
	rows := benchmarkRows()
	for b.Loop() {
		if _, err := service.NewTable(service.V220(), rows); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkList(b *testing.B) {
	for name, query := range map[string]string{
		"ordered":           "?limit=100&offset=100&ordering=-departure,docking,id",
		"ordered/detailed":  "?limit=100&offset=100&ordering=-departure,docking,id&mode=detailed",
		"filtered":          "?limit=100&ordering=docking,id&space_station__id=2",
		"filtered/detailed": "?limit=100&ordering=docking,id&space_station__id=2&mode=detailed",
		"searched":          "?limit=100&ordering=docking,id&search=soyuz",
		"format":            "?limit=100&ordering=docking,id&format=json",
	} {
		table, err := service.NewTable(service.V220(), benchmarkRows())
		if err != nil {
			b.Fatal(err)
		}
		u := parse(b, base+query)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, invalid := table.List(u, service.Options{}); invalid != nil {
					b.Fatal(invalid)
				}
			}
		})
		b.Run(name+"/first", func(b *testing.B) { // that is, unlike all before
			shuffle := service.Options{Shuffle: func(int, func(i, j int)) {}}
			for b.Loop() {
				if _, invalid := table.List(u, shuffle); invalid != nil {
					b.Fatal(invalid)
				}
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	table, err := service.NewTable(service.V220(), benchmarkRows())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, found := table.Get("400", nil); !found {
			b.Fatal("not found")
		}
	}
}
