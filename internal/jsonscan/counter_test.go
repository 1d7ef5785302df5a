package jsonscan_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// many returns a list of n elements.
func many(n int, element string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]"
}

func TestARowIsCrowdedByTheElementsOfAllItsLists(t *testing.T) {
	t.Parallel()
	const most = jsonscan.MaxElements
	counter := jsonscan.NewCounter(reflect.TypeFor[shelf]())
	for row, want := range map[string]bool{
		`{}`:                                                           false,
		`{"books":` + many(most, `{}`) + `}`:                           false,
		`{"books":` + many(most+1, `{}`) + `}`:                         true,
		`{"books":` + many(most+1, `null`) + `}`:                       true,
		`{"BOOKS":` + many(most+1, `{}`) + `}`:                         true, // as encoding/json reads it
		`{"b\u006foks":` + many(most+1, `7`) + `}`:                     true,
		`{"books":` + many(1, `{"tags":`+many(most-1, `""`)+`}`) + `}`: false,
		`{"books":` + many(1, `{"tags":`+many(most, `""`)+`}`) + `}`:   true,
		`{"books":` + many(most/2, `{"tags":["a"]}`) + `}`:             false,
		`{"books":` + many(most/2, `{"tags":["a","b"]}`) + `}`:         true,
		`{"books":` + strings.TrimSuffix(strings.Repeat(`[{}],"books":`, most+1), `,"books":`) + `}`:       true, // again and again
		`{"new":` + many(2*most, `{}`) + `,"name":` + many(2*most, `7`) + `}`:                              false,
		`{"books":{"books":` + many(2*most, `{}`) + `}}`:                                                   false,
		`{"books":` + many(2, `{"pages":`+many(most, `7`)+`,"title":{"tags":`+many(most, `""`)+`}}`) + `}`: false,
		many(2*most, `{}`): false,
		`{"books":[{},`:    false,
		``:                 false,
		`7`:                false,
	} {
		if got := counter.Crowded([]byte(row)); got != want {
			t.Errorf("%.60s is crowded: %t, want %t", row, got, want)
		}
	}
}

func TestTheFirstCrowdedRowIsFound(t *testing.T) {
	t.Parallel()
	full, over := `{"books":`+many(jsonscan.MaxElements, `{}`)+`}`, `{"books":`+many(jsonscan.MaxElements+1, `{}`)+`}`
	counter := jsonscan.NewCounter(reflect.TypeFor[shelf]())
	for rows, want := range map[string]int{
		`[]`:                          0,
		`[` + full + `,` + full + `]`: 0, // each by itself
		`[` + over + `]`:              1,
		`[{},null,7,` + full + `,` + over + `,` + over + `]`: 5,
		`{}`: 0,
	} {
		if got := counter.CrowdedRow([]byte(rows)); got != want {
			t.Errorf("%.40s: row %d is crowded, want %d", rows, got, want)
		}
	}
}

// Types that read themselves see to it themselves, and so does who has no lists.
func TestOnlySlicesThatEncodingJSONFillsCount(t *testing.T) {
	t.Parallel()
	type leaf struct{ A *leafList }
	for typ, want := range map[reflect.Type]bool{
		reflect.TypeFor[struct{ A json.RawMessage }](): false,
		reflect.TypeFor[struct{ A []int }]():           true,
		reflect.TypeFor[struct{ A *[]int }]():          true,
		reflect.TypeFor[*leaf]():                       true,
		reflect.TypeFor[struct{ A string }]():          false,
		reflect.TypeFor[struct{ B []int }]():           false,
	} {
		row := fmt.Sprintf(`{"a":%s}`, many(jsonscan.MaxElements+1, `1`))
		counter := jsonscan.NewCounter(typ)
		if got, n := counter.Crowded([]byte(row)), counter.CrowdedRow([]byte("["+row+"]")); got != want || n > 0 != want {
			t.Errorf("%v is crowded: %t, %d, want %t", typ, got, n, want)
		}
	}
}

// A leafList contains itself.
type leafList []struct{ Inner leafList }
