package service_test

import (
	"net/url"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

// rulesFor returns rules with one field and a parameter for each comparison.
func rulesFor(kind service.Kind) *service.Rules {
	return &service.Rules{
		Fields: map[string]service.Kind{"v": kind},
		Filters: map[string]service.Filter{
			"eq": {Path: "v", Compare: service.Equal}, "gt": {Path: "v", Compare: service.Greater}, "gte": {Path: "v", Compare: service.GreaterOrEqual},
			"lt": {Path: "v", Compare: service.Less}, "lte": {Path: "v", Compare: service.LessOrEqual},
		},
		Orders: map[string]string{"by": "v"},
	}
}

func TestEveryKindIsComparedInItsOwnWay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind    service.Kind
		values  []string // of the rows 1, 2, ...
		order   string
		filters map[string]string
	}{
		{service.Number, []string{`10`, `9`, `null`, `-1.5`, `1e1`, `9.0`}, "4 2 6 1 5 3", map[string]string{
			"eq=9": "2 6", "eq=9.0": "2 6", "eq=90e-1": "2 6", "eq=9.5": "", "gt=9": "1 5", "gte=9": "2 6 1 5", "lt=9": "4", "lte=9": "4 2 6",
			"gt=-9": "4 2 6 1 5", "gt=10": "", "lt=-1.5": "", "gte=9.5": "1 5", "lte=9.5": "4 2 6", "gt=0&lt=10": "2 6", "gt=10&lt=0": "",
		}},
		{service.Time, []string{
			`"2024-01-01T10:00:00Z"`, `"2024-01-01T09:00:00-02:00"`, `null`, `"2024-01-01T10:00:00.000001Z"`, `"0001-01-01T00:00:00Z"`, `"2024-01-01T13:00:00+03:00"`,
		}, "5 1 6 4 2 3", map[string]string{
			"eq=2024-01-01T10:00:00Z": "1 6", "eq=2024-01-01T11:00:00%2B01:00": "1 6", "gt=2024-01-01T10:00:00Z": "4 2", "gte=2024-01-01T10:00:00Z": "1 6 4 2",
			"lt=2024-01-01T10:00:00Z": "5", "lte=2024-01-01T10:00:00Z": "5 1 6",
			"gte=2024-01-01T10:00:00.000001999Z": "4 2", "gt=2024-01-01T10:00:00.000001999Z": "2", "eq=2024-01-01T10:00:00.0000019Z": "4",
		}},
		{service.Day, []string{`"1961-04-12"`, `"1961-04-12T00:00:00Z"`, `"1960-02-29"`, `"1961-04-12T06:07:00Z"`, `null`}, "3 1 2 4 5", map[string]string{
			"eq=1961-04-12": "1 2", "gt=1961-04-12": "4", "lte=1961-04-12T00:00:00Z": "3 1 2", "lt=1961-01-01": "3",
		}},
		{service.Bool, []string{`true`, `false`, `null`, `true`}, "2 1 4 3", map[string]string{
			"eq=true": "1 4", "eq=True": "1 4", "eq=1": "1 4", "eq=false": "2", "eq=0": "2", "eq=maybe": "2 1 4 3", "gt=false": "1 4",
		}},
		{service.Text, []string{`"b"`, `"B"`, `"a\u0062"`, `null`, `""`, `7`, `true`}, "5 6 2 3 1 7 4", map[string]string{
			"eq=b": "1", "eq=ab": "3", "eq=true": "7", "eq=7": "6", "gt=a": "3 1 7", "lte=B": "5 6 2",
		}},
	} {
		var rows []string
		for i, value := range test.values {
			rows = append(rows, `{"id":`+string(rune('1'+i))+`,"v":`+value+`}`)
		}
		table := newTable(t, rulesFor(test.kind), rows...)
		if got := ids(t, list(t, table, "?ordering=by")); got != test.order {
			t.Errorf("kind %d: order %s, want %s", test.kind, got, test.order)
		}
		for filter, want := range test.filters {
			if got := ids(t, list(t, table, "?ordering=by&"+filter)); got != want {
				t.Errorf("kind %d: %s: %s, want %s", test.kind, filter, got, want)
			}
		}
	}
}

func TestValuesOfAnotherKindAreInvalid(t *testing.T) {
	t.Parallel()
	const number, date = "Enter a number.", "Enter a valid date/time."
	for _, test := range []struct {
		kind  service.Kind
		value string
		want  string
	}{
		{service.Number, "x", number},
		{service.Number, "NaN", number},
		{service.Number, "-Inf", number},
		{service.Number, "1e999", number},
		{service.Number, "null", number},
		{service.Number, "1 2", number},
		{service.Time, "2024-01-01", date},
		{service.Time, "2024-02-30T00:00:00Z", date},
		{service.Time, "2024-01-01T00:00:00", date},
		{service.Time, "1704067200", date},
		{service.Day, "2024-02-30", date},
		{service.Day, "2024-01-01T00:00", date},
	} {
		table := newTable(t, rulesFor(test.kind), `{"id":1,"v":null}`)
		body, invalid := table.List(parse(t, base+"?eq="+url.QueryEscape(test.value)), service.Options{})
		if body != nil || len(invalid) != 1 || len(invalid["eq"]) != 1 || invalid["eq"][0] != test.want {
			t.Errorf("kind %d, %s: %v %s", test.kind, test.value, invalid, body)
		}
	}
}

func TestRowsOfAnotherKindAreErrors(t *testing.T) {
	t.Parallel()
	for kind, values := range map[service.Kind][]string{
		service.Number: {`"1"`, `true`, `"x"`},
		service.Time:   {`1`, `"2024-01-01"`, `false`},
		service.Day:    {`20240101`, `"x"`},
		service.Bool:   {`1`, `"x"`, `0`},
	} {
		for _, value := range values {
			if _, err := service.NewTable(rulesFor(kind), raw(`{"id":1,"v":`+value+`}`)); err == nil {
				t.Errorf("kind %d takes %s", kind, value)
			}
		}
	}
}
