package body_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/jsonscan"
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
			page, err := body.ReadPage[row]([]byte(data), 100, nil)
			if err != nil || !reflect.DeepEqual(page.Results, want.Results) {
				t.Errorf("%.200s: %+v, %v, want %+v", data, page, err, want.Results)
			}
		}
	}
	if page, err := body.ReadPage[string]([]byte(manyRows(2, `"a"`)), 2, nil); err != nil || !slices.Equal(page.Results, []string{"a", "a"}) {
		t.Errorf("%+v, %v", page, err)
	}
	for _, data := range []string{manyRows(2, `1`), odd(manyRows(2, `{"id":"1"}`)), manyRows(1, `[]`)} {
		if page, err := body.ReadPage[row]([]byte(data), 2, nil); err == nil {
			t.Errorf("%s: %+v", data, page)
		}
	}
}

func TestAPageOfAnyTypeIsBounded(t *testing.T) {
	t.Parallel()
	for _, data := range []string{manyRows(3, `{}`), odd(manyRows(3, `{}`)), `{"results":[{},{}],"results":[{},{},{}],"count":2}`} {
		if page, err := body.ReadPage[row]([]byte(data), 2, nil); err == nil || !strings.Contains(err.Error(), "more than the 2 rows") {
			t.Errorf("%s: %+v, %v", data, page, err)
		}
	}
}

// shelf is a row that scans itself, and has a list.
type shelf struct {
	ID    int   `json:"id"`
	Books []int `json:"books"`
}

func (r *shelf) ScanJSON(s *jsonscan.Scanner) {
	for key := range s.Object {
		switch string(key) {
		case "id":
			s.Int(&r.ID)
		case "books":
			jsonscan.Slice(s, &r.Books, s.Int)
		default:
			s.Unknown(key)
		}
	}
}

func TestRowsThatScanThemselvesHaveBoundedLists(t *testing.T) {
	t.Parallel()
	books := func(n int) string {
		return `{"id":7,"books":[` + strings.TrimSuffix(strings.Repeat("1,", n), ",") + `]}`
	}
	for _, change := range []func(string) string{
		func(s string) string { return s },
		odd,
		func(s string) string { return strings.ReplaceAll(s, `"id"`, `"ID"`) },
		func(s string) string { return strings.ReplaceAll(s, `"books"`, `"Books"`) },
	} {
		page, err := body.ReadPage[shelf]([]byte(change(manyRows(2, books(1000)))), 100, nil)
		if err != nil || len(page.Results) != 2 || len(page.Results[1].Books) != 1000 {
			t.Errorf("a full row: %d rows, %v", len(page.Results), err)
		}
		data := change(`{"count":1,"next":null,"results":[` + books(3) + `,` + books(1001) + `]}`)
		page, err = body.ReadPage[shelf]([]byte(data), 100, nil)
		var e *body.Error
		if page.Results != nil || !errors.As(err, &e) || e.Field != "results[1]" || e.ID != "7" && !strings.Contains(data, "ID") || e.End != len(data)-2 ||
			!strings.Contains(err.Error(), "more than 1000 elements in the lists of one row") {
			t.Errorf("a crowded row: %+v, %v", page, err)
		}
		var row shelf
		data = change(books(1001))
		if err := body.ReadRow([]byte(data), &row); !errors.As(err, &e) || e.End != len(data) || !strings.Contains(err.Error(), "more than 1000") || row.Books != nil {
			t.Errorf("a crowded row alone: %+v, %v", row, err)
		}
		if err := body.ReadRow([]byte(data[:len(data)-1]), &row); err == nil || strings.Contains(err.Error(), "more than 1000") {
			t.Errorf("a crowded row, cut: %v, want that it is cut", err)
		}
	}
	// Other types are the caller's.
	type own struct{ Books []int }
	page, err := body.ReadPage[own]([]byte(manyRows(1, books(1001))), 1, nil)
	if err != nil || len(page.Results[0].Books) != 1001 {
		t.Errorf("a type of the caller's: %v", err)
	}
}

// A selfRead row reads itself.
type selfRead struct {
	ID   int     `json:"id"`
	Name *string `json:"name"`
}

func (r *selfRead) ScanJSON(s *jsonscan.Scanner) {
	for key := range s.Object {
		switch string(key) {
		case "id":
			s.Int(&r.ID)
		case "name":
			s.TextPointer(&r.Name)
		default:
			s.Unknown(key)
		}
	}
}

func TestRowsTakeThePlaceOfUsedOnesAndNothingFromThem(t *testing.T) {
	t.Parallel()
	old := "old"
	used := make([]selfRead, 3, 4)
	for i := range used {
		used[i] = selfRead{9, &old}
	}
	page, err := body.ReadPage([]byte(manyRows(2, `{"id":1}`)), 5, used)
	if err != nil || !slices.Equal(page.Results, []selfRead{{ID: 1}, {ID: 1}}) {
		t.Fatal(page, err)
	}
	if &page.Results[0] != &used[0] {
		t.Error("the rows are in another place")
	}
	page, err = body.ReadPage([]byte(manyRows(5, `{"id":2}`)), 5, page.Results)
	if err != nil || len(page.Results) != 5 || page.Results[4] != (selfRead{ID: 2}) {
		t.Fatal(page, err)
	}
	// encoding/json would leave what is there.
	page, err = body.ReadPage([]byte(manyRows(2, `{"ID":3}`)), 5, []selfRead{{9, &old}})
	if err != nil || !slices.Equal(page.Results, []selfRead{{ID: 3}, {ID: 3}}) {
		t.Fatal(page, err)
	}
	page, err = body.ReadPage[selfRead]([]byte(manyRows(0, "")), 5, used)
	if err != nil || page.Results == nil || len(page.Results) != 0 {
		t.Fatal(page, err)
	}
}
