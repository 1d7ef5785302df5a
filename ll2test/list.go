package ll2test

import (
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/docking-event/ll2"
)

const (
	defaultLimit = 10
	maxLimit     = 100
)

// A table is a set of events, which does not change, and the lists that were
// asked of it so far, for which the server's mutex is.
type table struct {
	rows  []ll2.DockingEvent
	byID  map[int]int
	lists map[string][]int // rows by the parameters that chose and ordered them
}

func newTable(events []ll2.DockingEvent) *table {
	t := &table{
		rows:  slices.Clone(events),
		byID:  make(map[int]int, len(events)),
		lists: make(map[string][]int),
	}
	for row := range t.rows {
		t.byID[t.rows[row].ID] = row
	}
	return t
}

// A page is the service's envelope, its keys in the service's order.
type page struct {
	Count    int                `json:"count"`
	Next     *string            `json:"next"`
	Previous *string            `json:"previous"`
	Results  []ll2.DockingEvent `json:"results"`
}

// list is the answer of docking_event/.
func (s *Server) list(u *url.URL, q url.Values) *answer {
	s.mu.Lock()
	events := s.events
	chosen, errs := events.choose(q, s.ties)
	s.mu.Unlock()
	if len(errs) > 0 {
		return jsonAnswer(http.StatusBadRequest, errs)
	}
	limit, offset := limitOf(q), offsetOf(q)
	p := page{Count: len(chosen), Results: []ll2.DockingEvent{}}
	if offset+limit < len(chosen) {
		p.Next = link(u, q, limit, offset+limit)
	}
	if offset > 0 {
		p.Previous = link(u, q, limit, offset-limit)
	}
	detailed, format := last(q, "mode") == "detailed", last(q, "format")
	start := min(offset, len(chosen))
	for _, row := range chosen[start:min(start+limit, len(chosen))] {
		p.Results = append(p.Results, shaped(events.rows[row], detailed, format))
	}
	return jsonAnswer(http.StatusOK, p)
}

// choose returns the rows that the parameters ask for, in order, or what is
// wrong with which parameter. Rows that are equal in order come as ties puts
// them, or as they are stored where it is nil.
func (t *table) choose(q url.Values, ties *rand.Rand) ([]int, map[string][]string) {
	// Pages of one walk differ in limit and offset alone: kept lists spare them
	// the sorting. Orders that change from query to query are not to be kept.
	choice := make(url.Values)
	for name := range filters {
		choice.Set(name, last(q, name))
	}
	choice.Set("search", last(q, "search"))
	choice.Set("ordering", last(q, "ordering"))
	key := choice.Encode()
	if ties == nil {
		if rows, ok := t.lists[key]; ok {
			return rows, nil
		}
	}

	conditions, errs := conditionsOf(q)
	if len(errs) > 0 {
		return nil, errs
	}
	rows := make([]int, 0, len(t.rows))
	for row := range t.rows {
		if meetsAll(&t.rows[row], conditions) {
			rows = append(rows, row)
		}
	}
	if ties != nil {
		ties.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	if order := orderOf(last(q, "ordering")); len(order) > 0 {
		slices.SortStableFunc(rows, func(i, j int) int {
			for _, compare := range order {
				if c := compare(&t.rows[i], &t.rows[j]); c != 0 {
					return c
				}
			}
			return 0
		})
	}
	if ties == nil {
		const keptLists = 64 // a test that asks for ever new lists is not to fill the memory
		if len(t.lists) >= keptLists {
			clear(t.lists)
		}
		t.lists[key] = rows
	}
	return rows, nil
}

// last returns the value that counts of a parameter given several times.
func last(q url.Values, name string) string {
	values := q[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// limitOf reads the page size. Nothing that is wrong with it is an error.
func limitOf(q url.Values) int {
	n, ok := wholeNumber(last(q, "limit"))
	if !ok || n <= 0 {
		return defaultLimit
	}
	return min(n, maxLimit)
}

func offsetOf(q url.Values) int {
	n, ok := wholeNumber(last(q, "offset"))
	if !ok || n < 0 {
		return 0
	}
	return min(n, math.MaxInt-maxLimit) // so that a page further is a number, too
}

// wholeNumber reads an integer of any length: one that is too long for an int
// is the nearest that is not.
func wholeNumber(s string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

// link returns the address of another page of the same list: all parameters as
// they were, known or not, sorted by name, with limit spelt out. The first page
// is the one without an offset.
func link(u *url.URL, q url.Values, limit, offset int) *string {
	params := make(url.Values, len(q)+2)
	maps.Copy(params, q)
	params.Set("limit", strconv.Itoa(limit))
	params.Del("offset")
	if offset > 0 {
		params.Set("offset", strconv.Itoa(offset))
	}
	next := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath, RawQuery: params.Encode()}
	s := next.String()
	return &s
}
