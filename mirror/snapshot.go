package mirror

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/docking-event/ll2/internal/service"
)

// A snapshot is a copy of one generation, which does not change: a refresh makes
// another one. Queries are answered from one, and so are all pages of a walk.
type snapshot struct {
	header
	gen     uint64   // of the blob that it was read from or written as; 0: of none
	rows    []row    // by docking and id
	journal [][]byte // changes in JSON, the last one with the number header.Seq
	pending []row    // what header.Walk has read so far

	version *version
	token   *int        // of what the copy holds: one that only moves to another generation keeps it
	byID    map[int]int // index in rows
	queried func() (queried, error)
}

// A queried is what queries are answered from: rows in tables.
type queried struct {
	table *service.Table
	decoded
}

// A header is the first line of a blob, see [snapshot.encode].
type header struct {
	Format int    `json:"format"`
	Base   string `json:"base_url"` // of the service

	Refreshed time.Time `json:"refreshed,omitzero"` // the copy is of then: of the service's clock if that says less
	Asked     time.Time `json:"asked,omitzero"`     // when the last answer that was applied had been asked for
	Served    time.Time `json:"served,omitzero"`    // its Date less its Age; zero if it did not say
	Walked    time.Time `json:"walked,omitzero"`    // when the last whole walk began; zero: there was none, the copy is cold

	Owed  bool `json:"owed,omitempty"`  // a walk is
	Doubt bool `json:"doubt,omitempty"` // the last walk missed more rows than were believed to be gone
	Want  int  `json:"want"`            // the service's last count

	Moved int       `json:"moved,omitempty"` // walks since the last whole one in which rows moved
	Tried time.Time `json:"tried,omitzero"`  // when the last one of them did

	Seq     uint64  `json:"seq"`
	Events  int     `json:"events"`  // lines that follow
	Changes int     `json:"changes"` // lines behind those
	Walk    *cursor `json:"walk,omitempty"`
}

// cold reports whether nothing whole was read yet.
func (s *snapshot) cold() bool { return s.Walked.IsZero() }

// newSnapshot returns a snapshot of the rows.
func newSnapshot(v *version, h header, rows []row) *snapshot {
	s := &snapshot{version: v, header: h, token: new(int), rows: sorted(rows), byID: make(map[int]int, len(rows))}
	for i := range s.rows {
		s.byID[s.rows[i].id] = i
	}
	s.queried = sync.OnceValues(func() (queried, error) {
		table, err := v.newTable(s.rows)
		if err != nil {
			return queried{}, err
		}
		return queried{table, v.decode(table)}, nil
	})
	return s
}

// keepMade has s, which was read from the store, have all that was made of old's rows, if
// they are the same: of those who share a copy, most read what they know.
func (s *snapshot) keepMade(old *snapshot) {
	if !slices.EqualFunc(s.rows, old.rows, row.same) {
		return
	}
	s.rows, s.byID, s.queried = old.rows, old.byID, old.queried
	if s.Seq == old.Seq && len(s.journal) == len(old.journal) {
		s.journal = old.journal // or else its lines would keep all of the blob
	}
}

// row returns the row with an id.
func (s *snapshot) row(id int) (row, bool) {
	i, ok := s.byID[id]
	if !ok {
		return row{}, false
	}
	return s.rows[i], true
}

// change returns a snapshot that has these rows in place of s's, with its journal
// and what became of the rows added to it. A cold copy's first rows are no change.
func (s *snapshot) change(h header, rows []row, now time.Time) *snapshot {
	if rows = sorted(rows); !s.cold() && slices.EqualFunc(rows, s.rows, row.same) {
		next := *s // with all that was made of the rows
		next.header, next.token = h, new(int)
		return &next
	}
	next := newSnapshot(s.version, h, rows)
	next.gen, next.pending = s.gen, s.pending
	next.journal = slices.Clone(s.journal)
	if s.cold() {
		// A number that is larger than any that an earlier copy gave, should that be
		// lost: whoever asks for what came behind those is told that it is gone.
		next.Seq = max(s.Seq, uint64(max(0, now.Unix()))<<20)
		return next
	}
	for _, c := range differences(s, next, now) {
		next.Seq++
		c.Seq = next.Seq
		next.journal = append(next.journal, c.encode())
	}
	next.journal = next.journal[max(0, len(next.journal)-maxJournal):]
	return next
}

// merged returns s's rows with those of a page over them.
func (s *snapshot) merged(page []row) []row {
	rows := slices.Clone(s.rows)
	for i := range page {
		if at, ok := s.byID[page[i].id]; ok {
			rows[at] = page[i]
		} else {
			rows = append(rows, page[i])
		}
	}
	return rows
}

// missing returns s's rows that are not among others.
func (s *snapshot) missing(others []row) []row {
	there := make(map[int]bool, len(others))
	for i := range others {
		there[others[i].id] = true
	}
	gone := maps.Clone(s.byID)
	maps.DeleteFunc(gone, func(id, _ int) bool { return there[id] })
	rows := make([]row, 0, len(gone))
	for _, at := range gone {
		rows = append(rows, s.rows[at])
	}
	return rows
}
