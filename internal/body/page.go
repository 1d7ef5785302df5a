// Package body reads the bodies of answers: a page of rows, or a single row. If a row
// type has a ScanJSON method on its pointer, that method reads the row. encoding/json
// reads the rest, and everything that ScanJSON cannot read. If a row type has a
// Validate method, it is called afterwards. A mismatch is an [Error] that says where
// it is.
//
// The package knows nothing about HTTP, requests or row types: a page has a count,
// two links and results.
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

// likely is the largest number of rows for which memory is reserved in advance.
const likely = 100

// A Page is one page of a list.
type Page[T any] struct {
	Count    int
	Next     string // "" for null
	Previous string
	Results  []T
}

// pageJSON is the JSON form of a page. Pointers distinguish a missing or null key
// from an empty one.
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

// ReadPage reads a page of at most most rows, or of any number if most is 0, and
// validates its rows. It stores them in the elements of used as far as these go,
// which must not be in use any more. It does so only for rows that it reads without
// encoding/json.
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

// placeIn returns the position of the value of a key in a page, or of its nth element
// if n is not negative. Both results are 0 if it is not found.
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

// rows are the results of a page, for encoding/json.
type rows[T any] struct {
	most    int // 0: no limit
	excess  bool
	counter *jsonscan.Counter // nil: counts nothing
	crowded int               // number of the row with too many elements, from 1; 0: none
	list    []T               // nil for null
}

// UnmarshalJSON counts first, so that no memory is allocated for rows that were not
// requested.
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

// scanPage reads a page without encoding/json, except for rows that do not have
// ScanJSON. A page of more than most rows is not ok; 0 means no limit.
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
				s.Fail() // a key that comes twice
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

// scanRows reads at most most rows. It returns nil on failure.
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
			// Reserve as many more as the rest can contain, if all are of this size.
			list = slices.Grow(list, min(most-1, likely, s.Rest()/size))
		}
	}
	return list
}
