package service_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

func TestEveryWrongParameterIsNamed(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(), `{"id":1}`)
	const number, date = `["Enter a number."]`, `["Enter a valid date/time."]`
	for query, want := range map[string]string{
		"space_station__id=iss":                         `{"space_station__id":` + number + `}`,
		"flight_vehicle__id=1,2":                        `{"flight_vehicle__id":` + number + `}`,
		"docking_location__id=1&docking_location__id=x": `{"docking_location__id":` + number + `}`,
		"docking__gt=yesterday":                         `{"docking__gt":` + date + `}`,
		"docking__gte=2024-13-01T00:00:00Z":             `{"docking__gte":` + date + `}`,
		"docking__lt=2024-01-01T00:00:00+03:00":         `{"docking__lt":` + date + `}`, // the + is a space
		"docking__lte=x&space_station__id=x&id=x":       `{"docking__lte":` + date + `,"space_station__id":` + number + `}`,
	} {
		body, invalid := table.List(parse(t, base+"?"+query), service.Options{})
		if got, _ := json.Marshal(invalid); string(got) != want || body != nil {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestLastValueCountsAndEmptyOnesDoNot(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(),
		`{"id":1,"flight_vehicle":{"id":1,"destination":"Mir"}}`, `{"id":2,"flight_vehicle":{"id":2,"destination":"ISS"}}`)
	for query, want := range map[string]string{
		"flight_vehicle__id=1&flight_vehicle__id=2": "2",
		"flight_vehicle__id=x&flight_vehicle__id=2": "2",
		"flight_vehicle__id=1&flight_vehicle__id=":  "1 2",
		"flight_vehicle__id=+2+":                    "2",
		"flight_vehicle__id=+":                      "1 2",
		"search=mir&search=iss":                     "2",
		"search=mir&search=":                        "1 2",
		"ordering=id&ordering=-id":                  "2 1",
		"Flight_Vehicle__id=1&flight_vehicle=1":     "1 2", // unknown
	} {
		if got := ids(t, list(t, table, "?"+query)); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestSearchFindsRowsWithEveryTermInAnyText(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(),
		`{"id":1,"flight_vehicle":{"destination":"Salyut 6","spacecraft":{"name":"Soyuz 32","description":"Progress"}},"docking_location":{"name":"Forward"}}`,
		`{"id":2,"flight_vehicle":{"destination":null,"spacecraft":{"name":"Союз 31","serial_number":"No.47"}},"space_station":{"name":"Salyut 6"}}`,
		`{"id":3,"flight_vehicle":{"destination":5,"spacecraft":{"name":"Progress \"6\""}},"docking_location":{"spacestation":{"name":"Mir"}}}`)
	for search, want := range map[string]string{
		"":               "1 2 3",
		" , ":            "1 2 3",
		"soyuz":          "1",
		"SALYUT":         "1 2",
		"salyut 47":      "2",
		"salyut,forward": "1",
		"СОЮЗ":           "2",
		"mir":            "3",
		`"6"`:            "3",
		"5":              "",
		"6":              "1 2 3",
		"32salyut":       "", // in no single text
		"6 mir nothing":  "",
		"progress":       "3",
	} {
		if got := ids(t, list(t, table, "?search="+url.QueryEscape(search))); got != want {
			t.Errorf("%q: %s, want %s", search, got, want)
		}
	}
}

func TestTermsOfOrderingThatAreUnknownOrIgnoredDropOut(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.V220(),
		`{"id":3,"docking":"2024-01-01T01:00:00Z","departure":"2024-01-01T09:00:00Z"}`,
		`{"id":1,"docking":"2024-01-01T02:00:00Z","departure":null}`,
		`{"id":4,"docking":"2024-01-01T01:00:00Z","departure":"2024-01-01T08:00:00Z"}`,
		`{"id":2,"docking":"2024-01-01T00:00:00Z","departure":"2024-01-01T09:00:00Z"}`,
		`{"id":5,"docking":"2024-01-01T03:00:00Z"}`)
	for _, test := range []struct{ ordering, want, withoutID string }{
		{"", "3 1 4 2 5", "3 1 4 2 5"},
		{"name", "3 1 4 2 5", "3 1 4 2 5"},
		{"--id", "3 1 4 2 5", "3 1 4 2 5"},
		{"id", "1 2 3 4 5", "3 1 4 2 5"},
		{"-id", "5 4 3 2 1", "3 1 4 2 5"},
		{"docking,-id", "2 4 3 1 5", "2 3 4 1 5"},
		{"departure", "4 3 2 1 5", "4 3 2 1 5"},  // null last
		{"-departure", "1 5 3 2 4", "1 5 3 2 4"}, // null first
		{"-departure,-id", "5 1 3 2 4", "1 5 3 2 4"},
		{" name , -id ,docking", "5 4 3 2 1", "2 3 4 1 5"},
	} {
		query := "?ordering=" + url.QueryEscape(test.ordering)
		if got := ids(t, list(t, table, query)); got != test.want {
			t.Errorf("%q: %s, want %s", test.ordering, got, test.want)
		}
		if got := ids(t, list(t, table, query, service.Options{IgnoreOrder: []string{"name", "id"}})); got != test.withoutID {
			t.Errorf("%q without id: %s, want %s", test.ordering, got, test.withoutID)
		}
	}
}
