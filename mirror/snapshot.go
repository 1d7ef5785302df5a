package mirror

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/docking-event/ll2/internal/service"
)

// A snapshot is the copy in one generation. It does not change: a refresh makes a new
// one. Each query, and all pages of a walk, are answered from one snapshot.
type snapshot struct {
	header
	gen     uint64   // of the blob that it was read from or written as; 0: none
	rows    []row    // by docking and id
	journal [][]byte // changes in JSON; the last one has the number header.Seq
	pending []row    // rows that header.Walk has read so far

	version *version
	token   *int        // identifies the content: it stays the same if only the generation changes
	byID    map[int]int // index in rows
	queried func() (queried, error)
}

// A queried holds the tables that answer queries.
type queried struct {
	table *service.Table
	decoded
}

// A header is the first line of a blob, see [snapshot.encode].
type header struct {
	Format int    `json:"format"`
	Base   string `json:"base_url"` // of the service

	Refreshed time.Time `json:"refreshed,omitzero"` // when the copy was current: by the service's clock if that is behind
	Asked     time.Time `json:"asked,omitzero"`     // when the last answer that was applied was requested
	Served    time.Time `json:"served,omitzero"`    // its Date less its Age; zero if unknown
	Walked    time.Time `json:"walked,omitzero"`    // when the last complete walk began; zero: never, there is no copy yet

	Owed  bool `json:"owed,omitempty"`  // a walk is owed
	Doubt bool `json:"doubt,omitempty"` // the last walk missed more rows than can be believed
	Want  int  `json:"want"`            // the service's last count

	Moved int       `json:"moved,omitempty"` // walks since the last complete one in which rows moved
	Tried time.Time `json:"tried,omitzero"`  // time of the last one of them

	Seq     uint64  `json:"seq"`
	Events  int     `json:"events"`  // number of lines that follow
	Changes int     `json:"changes"` // number of lines after those
	Walk    *cursor `json:"walk,omitempty"`
}

// cold reports whether there was no complete walk yet.
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

// keepMade lets s, which was read from the store, use the values that were made from
// old's rows, if the rows are the same. Most programs that share a copy read rows
// that they already have.
func (s *snapshot) keepMade(old *snapshot) {
	if !slices.EqualFunc(s.rows, old.rows, row.same) {
		return
	}
	s.rows, s.byID, s.queried = old.rows, old.byID, old.queried
	if s.Seq == old.Seq && len(s.journal) == len(old.journal) {
		s.journal = old.journal // its own lines would keep the whole blob in memory
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

// change returns a snapshot with these rows instead of those of s. The differences
// are added to the journal. The first rows of a new copy are not changes.
func (s *snapshot) change(h header, rows []row, now time.Time) *snapshot {
	if rows = sorted(rows); !s.cold() && slices.EqualFunc(rows, s.rows, row.same) {
		next := *s // with everything that was made from the rows
		next.header, next.token = h, new(int)
		return &next
	}
	next := newSnapshot(s.version, h, rows)
	next.gen, next.pending = s.gen, s.pending
	next.journal = slices.Clone(s.journal)
	if s.cold() {
		// The number is larger than any that an earlier copy used, in case that copy
		// is lost: a caller that asks for changes after one of those numbers learns
		// that they are gone.
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

// merged returns the rows of s, replaced and completed by those of a page.
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
