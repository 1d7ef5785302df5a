package sheet_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
)

// A row is the type of the rows that these tests print.
type row struct {
	name, place string
	at          time.Time
	size        any
}

var rows = []row{
	{"Sojus <1> & \"more\"", "神舟神舟神舟神舟神舟", time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC), 12},
	{"b,c\nd", "here", time.Date(2025, 2, 3, 4, 5, 6, 0, time.UTC), nil},
}

var sheetOfRows = sheet.Sheet[row]{
	Columns: []sheet.Column[row]{
		{Name: "name", Title: "NAME", Cut: true, Value: func(r row) any { return r.name }},
		{Name: "place", Title: "PLACE", Cut: true, Value: func(r row) any { return r.place }, Short: func(row) string { return "" }},
		{Name: "at", Title: "AT", Time: true, Value: func(r row) any { return r.at }},
		{Name: "size", Title: "SIZE", Right: true, Spare: true, Value: func(r row) any { return r.size }},
	},
	Raw: func(r row) any { return r.name },
}

func printed(t *testing.T, width int, o sheet.Options, rows []row) string {
	t.Helper()
	var b bytes.Buffer
	if err := sheetOfRows.Print(&sheet.Stream{Writer: &b, Width: width}, o, rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFormatsSayTheSame(t *testing.T) {
	t.Parallel()
	tokyo := text.Clock{Zone: time.FixedZone("", 9*3600), Name: "Asia/Tokyo"}
	jq := func(expression string) *sheet.Query {
		query, err := sheet.ParseQuery(expression)
		if err != nil {
			t.Fatal(err)
		}
		return query
	}
	for want, o := range map[string]sheet.Options{
		"NAME                PLACE                 AT UTC            SIZE\n" +
			"Sojus <1> & \"more\"  神舟神舟神舟神舟神舟  2024-02-03 04:05    12\n" +
			"b,c d               here                  2025-02-03 04:05\n": {Format: sheet.Table},
		"AT Tokyo\n2024-02-03 13:05\n2025-02-03 13:05\n":                                                          {Format: sheet.Table, Fields: []string{"at"}, Clock: tokyo},
		"name,at\n\"Sojus <1> & \"\"more\"\"\",2024-02-03T13:05:06+09:00\n\"b,c\nd\",2025-02-03T13:05:06+09:00\n": {Format: sheet.CSV, Fields: []string{"name", "at"}, Clock: tokyo},
		"{\"size\":12,\"name\":\"Sojus <1> & \\\"more\\\"\"}\n{\"size\":null,\"name\":\"b,c\\nd\"}\n":             {Fields: []string{"size", "name"}},
		"[\n{\"size\":12},\n{\"size\":null}\n]\n":                                                                 {Format: sheet.JSON, Fields: []string{"size"}},
		"\"Sojus <1> & \\\"more\\\"\"\n\"b,c\\nd\"\n":                                                             {Raw: true},
		"12\nnull\n":             {Query: jq(".[].size")},
		"b,c\nd\n{\"a\":2}\n":    {Query: jq(".[1].name, {a: length}")},
		"Sojus <1> & \"more\"\n": {Query: jq("first"), Raw: true},
		"":                       {Query: jq("empty")},
		"2024-02-03T04:05:06Z\n": {Query: jq(".[0].at"), Format: sheet.JSON},
		"1\n":                    {Query: jq("1, halt, 2")},
	} {
		if got := printed(t, 0, o, rows); got != want {
			t.Errorf("%+v:\n%swant\n%s", o, got, want)
		}
	}
	for format, want := range map[string]string{sheet.Table: "", sheet.JSON: "[]\n", sheet.NDJSON: "", sheet.CSV: "name,place,at,size\n"} {
		if got := printed(t, 0, sheet.Options{Format: format}, nil); got != want {
			t.Errorf("%s of nothing is %q", format, got)
		}
	}
}

func TestANarrowTableSaysTheDayThenCutsThenLeavesOut(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{
		60: "NAME                 PLACE                 AT UTC      SIZE\n",
		50: "NAME            PLACE            AT UTC      SIZE\n",
		34: "NAME      PLACE       AT UTC\n",
		10: "NAME      PLACE     AT UTC\n", // the terminal breaks the lines
	} {
		got := printed(t, width, sheet.Options{Format: sheet.Table}, rows)
		for line := range strings.Lines(got) {
			if n := len([]rune(line)) - 1; n > max(width, 30) {
				t.Errorf("%d columns in %d: %s", n, width, line)
			}
		}
		titles, _, _ := strings.Cut(got, "\n")
		if strings.Join(strings.Fields(titles), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%d columns:\n%s", width, got)
		}
	}
}

func TestAQueryThatDoesNotFitIsAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	query, err := sheet.ParseQuery(".name")
	if err != nil {
		t.Fatal(err)
	}
	err = sheetOfRows.Print(&sheet.Stream{Writer: new(bytes.Buffer)}, sheet.Options{Query: query}, rows)
	var queryErr *sheet.QueryError
	if !errors.As(err, &queryErr) || !strings.HasPrefix(err.Error(), "--jq: ") {
		t.Error(err)
	}
	for _, bad := range []string{".[", "nope", "$x", ""} {
		if _, err := sheet.ParseQuery(bad); err == nil {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
