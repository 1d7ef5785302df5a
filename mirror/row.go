package mirror

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/docking-event/ll2/internal/jsonscan"
	"github.com/docking-event/ll2/internal/service"
)

// A row is an event, which does not change.
type row struct{ *event }

// An event holds the bytes that the service sent, and the values that the mirror
// needs.
type event struct {
	raw       json.RawMessage // on one line
	id        int
	docking   time.Time
	departure time.Time // zero: still docked
}

func (r *row) open() bool { return r.departure.IsZero() }

// same reports whether both have the same bytes.
func (r row) same(other row) bool { return bytes.Equal(r.raw, other.raw) }

// OrderKey sorts by docking before id, since the service probably cannot sort by id.
func (r *row) OrderKey() (key string, value time.Time) {
	if r.event != nil {
		value = r.docking
	}
	return "docking", value
}

// Validate refuses rows that cannot be sorted.
func (r *row) Validate() error {
	if r.docking.IsZero() {
		return errors.New("event without docking")
	}
	return nil
}

// ScanJSON does the same as UnmarshalJSON, but faster.
func (r *row) ScanJSON(s *jsonscan.Scanner) {
	if raw := s.Raw(); raw == nil || r.UnmarshalJSON(raw) != nil {
		s.Fail()
	}
}

// UnmarshalJSON keeps the bytes of the row. A line break in JSON is white space; it
// becomes a space, since a row is a line of the store's blob.
func (r *row) UnmarshalJSON(data []byte) error {
	raw := slices.Clone(data)
	for i, c := range raw {
		if c == '\n' || c == '\r' {
			raw[i] = ' '
		}
	}
	read, err := newRow(raw)
	*r = read
	return err
}

// newRow reads a row. The row keeps raw.
func newRow(raw json.RawMessage) (row, error) {
	r := row{&event{raw: raw}}
	var departure *time.Time
	s := jsonscan.New(raw)
	for key := range s.Object {
		switch string(key) {
		case "id":
			s.Int(&r.id)
		case "docking":
			s.Time(&r.docking)
		case "departure":
			s.TimePointer(&departure)
		default:
			s.Skip()
		}
	}
	if !s.Done() {
		var slow struct {
			ID        int        `json:"id"`
			Docking   time.Time  `json:"docking"`
			Departure *time.Time `json:"departure"`
		}
		if err := json.Unmarshal(raw, &slow); err != nil {
			return row{}, err
		}
		r.id, r.docking, departure = slow.ID, slow.Docking, slow.Departure
	}
	if departure != nil {
		r.departure = *departure
	}
	return r, nil
}

// sorted returns rows by docking and then by id, which is the order of a query
// without an order.
func sorted(rows []row) []row {
	// Pointers are sorted, since every program already contains the code for that.
	order := make([]*row, len(rows))
	for i := range rows {
		order[i] = &rows[i]
	}
	slices.SortFunc(order, func(a, b *row) int { return cmp.Or(a.docking.Compare(b.docking), cmp.Compare(a.id, b.id)) })
	all := make([]row, len(rows))
	for i, r := range order {
		all[i] = *r
	}
	return all
}

// distinct reports whether no row comes twice.
func distinct(rows []row) bool {
	seen := make(map[int]bool, len(rows))
	for i := range rows {
		seen[rows[i].id] = true
	}
	return len(seen) == len(rows)
}

// newTable makes rows ready for queries. It fails if a row does not fit queries.
func (v *version) newTable(rows []row) (*service.Table, error) {
	raw := make([]json.RawMessage, len(rows))
	for i := range rows {
		raw[i] = rows[i].raw
	}
	table, err := service.NewTable(v.rules, raw)
	if err != nil {
		return nil, fmt.Errorf("mirror: the service sent an event that is not valid: %w", err)
	}
	return table, nil
}
