package body_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/body"
)

// manyRows returns a page of n rows, all alike.
func manyRows(n int, row string) string {
	return `{"count":1,"next":null,"previous":null,"results":[` + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + `]}`
}

// odd makes encoding/json read a page that could be read faster.
func odd(page string) string { return strings.Replace(page, `"next"`, `"NEXT"`, 1) }

// row is a type that encoding/json reads.
type row struct {
	ID   int    `json:"id"`
	Name string `json:"fullName"`
}

func TestRowsOfAnyTypeAreReadAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		manyRows(3, `{"id":1,"fullName":"a","Other":{"B":[1,2,{"\u0041":null}]}}`),
		manyRows(0, ``),
		manyRows(2, `null`),
		manyRows(1, `{"ID":7,"FULLNAME":"b"}`),
		`{"results":[{"id":1,"fullName":"a"},{"id":2}],"results":[{"id":3}],"count":2}`,
		`{"results":[{"id":1,"fullName":"a"}],"results":null,"results":[{"id":3},{"id":4}],"count":2}`,
		`{"count":1,"results":[{"id":1,"deep":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}]}`,
	} {
		for _, data := range []string{data, odd(data)} {
			var want struct {
				Results []row `json:"results"`
			}
			if err := json.Unmarshal([]byte(data), &want); err != nil {
				t.Fatal(err)
			}
			page, err := body.ReadPage[row]([]byte(data), 100)
			if err != nil || !reflect.DeepEqual(page.Results, want.Results) {
				t.Errorf("%.200s: %+v, %v, want %+v", data, page, err, want.Results)
			}
		}
	}
	if page, err := body.ReadPage[string]([]byte(manyRows(2, `"a"`)), 2); err != nil || !slices.Equal(page.Results, []string{"a", "a"}) {
		t.Errorf("%+v, %v", page, err)
	}
	for _, data := range []string{manyRows(2, `1`), odd(manyRows(2, `{"id":"1"}`)), manyRows(1, `[]`)} {
		if page, err := body.ReadPage[row]([]byte(data), 2); err == nil {
			t.Errorf("%s: %+v", data, page)
		}
	}
}

func TestAPageOfAnyTypeIsBounded(t *testing.T) {
	t.Parallel()
	for _, data := range []string{manyRows(3, `{}`), odd(manyRows(3, `{}`)), `{"results":[{},{}],"results":[{},{},{}],"count":2}`} {
		if page, err := body.ReadPage[row]([]byte(data), 2); err == nil || !strings.Contains(err.Error(), "more than the 2 rows") {
			t.Errorf("%s: %+v, %v", data, page, err)
		}
	}
}
