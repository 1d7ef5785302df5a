// Package body reads the bodies of answers: a page of rows, or a single row. A row
// type that has ScanJSON on its pointer is read by it, and encoding/json reads
// whatever else comes; Validate, if a row type has it, runs after. What does not fit
// is an [Error] that says where.
//
// It knows nothing of HTTP, of requests or of any row type: a page has a count, two
// links and results, and that is all.
package body

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/docking-event/ll2/internal/jsonscan"
)

// likely is how many rows a page is taken to have at most when memory is made ready.
const likely = 100

// A Page is one page of a list.
type Page[T any] struct {
	Count    int
	Next     string // "" for null
	Previous string
	Results  []T
}

// pageJSON is the form of a page. Pointers tell a missing or null key from an empty
// one.
type pageJSON[R any] struct {
	Count    *int    `json:"count"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Results  R       `json:"results"`
}

// Encode encodes the page, with null for "".
func (p Page[T]) Encode() ([]byte, error) {
	results := p.Results
	if results == nil {
		results = []T{}
	}
	return json.Marshal(pageJSON[[]T]{&p.Count, orNull(p.Next), orNull(p.Previous), results})
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// ReadPage reads a page of no more than most rows, without a bound if that is 0, and
// validates its rows. They are put in the place of used ones, which nobody may have any
// more, as far as there are some and it reads them itself.
func ReadPage[T any](data []byte, most int, used []T) (Page[T], error) {
	page, err := decodePage(data, most, used)
	if err != nil {
		return Page[T]{}, err
	}
	for i := range page.Results {
		if err := validate(&page.Results[i]); err != nil {
			start, end := placeIn(data, "results", i)
			return Page[T]{}, &Error{End: end, Field: fmt.Sprintf("results[%d]", i), ID: rowID(data[start:end]), Err: err}
		}
	}
	return page, nil
}

// DecodePage reads a page without validation.
func DecodePage[T any](data []byte) (Page[T], error) { return decodePage[T](data, 0, nil) }

func decodePage[T any](data []byte, most int, used []T) (Page[T], error) {
	if page, ok := scanPage(data, most, used); ok {
		return page, nil
	}
	wire := pageJSON[rows[T]]{Results: rows[T]{most: most, counter: newCounter[T]()}}
	err := json.Unmarshal(data, &wire)
	switch {
	case wire.Results.excess:
		_, end := placeIn(data, "results", most)
		err = &Error{End: end, Field: "results", Err: fmt.Errorf("more than the %d rows that were asked for", most)}
	case wire.Results.crowded > 0:
		row := wire.Results.crowded - 1
		start, end := placeIn(data, "results", row)
		err = &Error{End: end, Field: fmt.Sprintf("results[%d]", row), ID: rowID(data[start:end]), Err: errCrowded}
	case err != nil:
		err = explain(data, reflect.TypeFor[pageJSON[[]T]](), "results[", err)
	case wire.Count == nil:
		err = errors.New("page without a count")
	case *wire.Count < 0:
		_, end := placeIn(data, "count", -1)
		err = &Error{End: end, Field: "count", Err: fmt.Errorf("%d is negative", *wire.Count)}
	case wire.Results.list == nil:
		err = errors.New("page without a results list")
	default:
		return Page[T]{*wire.Count, orEmpty(wire.Next), orEmpty(wire.Previous), wire.Results.list}, nil
	}
	return Page[T]{}, err
}

// placeIn returns where in a page the value of a key is, or its nth element if n
// is not negative. Both are 0 if it is not found.
func placeIn(page []byte, key string, n int) (start, end int) {
	s := jsonscan.New(page)
	for k := range s.Object {
		switch {
		case string(k) != key:
			s.Skip()
		case n < 0:
			raw := s.Raw()
			end = len(page) - s.Rest()
			return end - len(raw), end
		default:
			for range s.Array {
				raw := s.Raw()
				if end = len(page) - s.Rest(); n == 0 {
					return end - len(raw), end
				}
				n--
			}
		}
	}
	return 0, 0
}

// rows are the results of a page, which encoding/json reads.
type rows[T any] struct {
	most    int // 0: no bound
	excess  bool
	counter *jsonscan.Counter // nil: of nothing
	crowded int               // the number of the row that is, from 1; 0: none
	list    []T               // nil after a null
}

// UnmarshalJSON counts first, so that no memory is taken for rows that nobody
// asked for.
func (r *rows[T]) UnmarshalJSON(data []byte) error {
	if r.excess = r.excess || r.most > 0 && jsonscan.Longer(data, r.most); r.excess {
		return nil
	}
	if r.crowded == 0 && r.counter != nil {
		r.crowded = r.counter.CrowdedRow(data)
	}
	if r.crowded > 0 {
		return nil
	}
	return json.Unmarshal(data, &r.list)
}

// scanPage reads a page without encoding/json, but for rows that do not scan
// themselves. A page of more than most rows is not ok; 0: no bound.
func scanPage[T any](data []byte, most int, used []T) (page Page[T], ok bool) {
	if most == 0 {
		most = math.MaxInt
	}
	s := jsonscan.New(data)
	counted := false
	for key := range s.Object {
		switch string(key) {
		case "count":
			if counted = !s.Null(); counted {
				s.Int(&page.Count)
			}
			if page.Count < 0 {
				s.Fail()
			}
		case "next":
			page.Next = s.CopyText()
		case "previous":
			page.Previous = s.CopyText()
		case "results":
			if page.Results != nil {
				s.Fail() // twice
			}
			if page.Results = scanRows(s, most, used); page.Results == nil {
				s.Fail()
			}
		default:
			s.Unknown(key)
		}
	}
	return page, s.Done() && counted && page.Results != nil
}

// scanRows reads no more than most rows, nil if that does not succeed.
func scanRows[T any](s *jsonscan.Scanner, most int, used []T) []T {
	if _, ok := any(new(T)).(jsonscan.Row); !ok {
		var list []T
		if raw := s.RawArray(most); raw == nil || json.Unmarshal(raw, &list) != nil {
			return nil
		}
		return list
	}
	clear(used)
	list := used[:0]
	if list == nil {
		list = []T{}
	}
	for range s.Array {
		n, rest := len(list), s.Rest()
		if n == most {
			return nil
		}
		list = slices.Grow(list, 1)[:n+1]
		s.Record(any(&list[n]).(jsonscan.Row))
		if size := rest - s.Rest(); n == 0 && size > 0 {
			// As many more as go into the rest, if they are alike.
			list = slices.Grow(list, min(most-1, likely, s.Rest()/size))
		}
	}
	return list
}
