package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// How a walk proves that it read everything
//
// The mirror reads all rows sorted by docking, which is almost unique, in pages of
// 100. Rows with equal docking times are a tie here. A page begins at the first row
// of the last tie of the page before, so neighbours overlap by the rows of that tie,
// at least one. The walk is good if
//
//   - the count is the same on every page,
//   - each page is in order and begins with the tie of the page before: with no row
//     before it, and with all of its rows,
//   - the number of different rows is the count.
//
// If a row was added or removed before the border of two pages while the walk read,
// the rows there have moved, and the page does not begin with the tie. The service
// may shuffle a tie without harm, since the whole tie is on one page. If a check
// fails, the walk starts again, once. It cannot see equal numbers of rows added and
// removed, before the same border, between two of its pages; the next walk does.
//
// If a request fails, the store keeps the rows of the walk. The walk continues with
// the next refresh, in whichever process, after the page of that refresh has been
// read. Rows of that page replace those of the walk, since the later reading of a row
// counts.

// A cursor is the position of a walk.
type cursor struct {
	Began  time.Time `json:"began"`           // when its first page was requested
	Served time.Time `json:"served,omitzero"` // no page is older
	Count  int       `json:"count"`           // the same on every page
	Offset int       `json:"offset"`          // of the next page
	Tie    []int     `json:"tie,omitempty"`   // ids of the rows with which the next page begins
	At     time.Time `json:"at,omitzero"`     // the docking time of the tie
	Rows   int       `json:"rows"`            // number of lines at the end of the blob, which the walk has read
}

// errMoved means that rows moved between the pages of a walk.
var errMoved = errors.New("mirror: events were added or removed while they were read")

// A walk is a cursor and the rows before it.
type walk struct {
	cursor
	rows []row
	at   map[int]int // index of an id in rows
}

// newWalk returns the unfinished walk of s, or a new one.
func newWalk(s *snapshot) *walk {
	w := &walk{at: make(map[int]int)}
	w.Served = s.Served
	if s.Walk != nil {
		w.cursor, w.rows = *s.Walk, slices.Clone(s.pending)
		for i := range w.rows {
			w.at[w.rows[i].id] = i
		}
		if s.Served.After(w.Served) {
			w.Served = s.Served
		}
	}
	return w
}

// fresh reports whether nothing was read yet.
func (w *walk) fresh() bool { return w.Offset == 0 }

// again starts the walk again.
func (w *walk) again() { *w = walk{cursor: cursor{Served: w.Served}, at: make(map[int]int)} }

// add adds the next page, and reports whether it was the last one.
func (w *walk) add(p *page, began time.Time) (done bool, err error) {
	switch {
	case !p.Date.IsZero() && p.Date.Before(w.Served):
		return false, fmt.Errorf("mirror: the service, or a cache before it, answered with a page of %s in a walk of %s",
			p.Date.Format(time.RFC3339), w.Served.Format(time.RFC3339))
	case w.fresh():
		w.Began, w.Count = began, p.Count
		if w.Served.IsZero() {
			w.Served = p.Date
		}
	case p.Count != w.Count || !w.overlaps(p.Results):
		return false, errMoved
	}
	if !slices.IsSortedFunc(p.Results, func(a, b row) int { return a.docking.Compare(b.docking) }) {
		return false, errMoved
	}
	for _, r := range p.Results {
		if i, again := w.at[r.id]; again {
			w.rows[i] = r
			continue
		}
		w.at[r.id] = len(w.rows)
		w.rows = append(w.rows, r)
	}
	n := len(p.Results)
	switch {
	case p.Next == "" || w.Offset+n >= w.Count:
		if len(w.rows) != w.Count {
			return false, errMoved
		}
		return true, nil
	case n == 0:
		return false, errMoved
	}
	w.At = p.Results[n-1].docking
	first := slices.IndexFunc(p.Results, func(r row) bool { return r.docking.Equal(w.At) })
	w.Tie = nil
	if first == 0 {
		first = n // one tie fills the page, so the next one cannot begin with a whole tie
	}
	for _, r := range p.Results[first:] {
		w.Tie = append(w.Tie, r.id)
	}
	w.Offset += first
	return false, nil
}

// overlaps reports whether the rows begin with the tie of the page before.
func (w *walk) overlaps(rows []row) bool {
	if len(w.Tie) == 0 {
		return true
	}
	there := make(map[int]bool)
	for i := range rows {
		if !rows[i].docking.Equal(w.At) {
			break
		}
		there[rows[i].id] = true
	}
	return !slices.ContainsFunc(w.Tie, func(id int) bool { return !there[id] })
}

// walk reads all rows, and continues an earlier walk that was interrupted. The rows
// that came before an error are kept.
func (m *engine) walk(ctx context.Context, s *snapshot) error {
	w, second := newWalk(s), false
	for {
		began := time.Now()
		p, err := m.ask(ctx, s, "docking", w.Offset)
		done := false
		if err == nil {
			done, err = w.add(p, began)
		}
		switch {
		case errors.Is(err, errMoved) && !second:
			second = true
			w.again()
		case err != nil:
			m.keep(ctx, s, w, errors.Is(err, errMoved), began)
			return err
		case done:
			_, err := m.commit(ctx, s, func(s *snapshot) (*snapshot, error) { return s.walked(w), nil }, nil)
			return err
		}
	}
}

// walked returns the copy with the result of a walk.
func (s *snapshot) walked(w *walk) *snapshot {
	h := s.header
	h.Want = w.Count
	if s.cold() && s.Asked.Before(w.Began) {
		h.Asked, h.Refreshed, h.Served = w.Began, w.Began, w.Served
		if !w.Served.IsZero() && w.Served.Before(w.Began) {
			h.Refreshed = w.Served
		}
	}
	return s.complete(h, w.rows, w.Began, time.Now())
}

// keep saves an unfinished walk in the store, or records that its rows moved.
func (m *engine) keep(ctx context.Context, s *snapshot, w *walk, moved bool, tried time.Time) {
	if w.fresh() && s.Walk == nil && !moved {
		return // nothing to keep, and nothing was kept before
	}
	_, _ = m.commit(ctx, s, func(s *snapshot) (*snapshot, error) {
		next := *s
		next.Walk, next.pending = nil, nil
		switch {
		case moved:
			next.Moved, next.Tried = s.Moved+1, tried
		case !w.fresh():
			next.Walk, next.pending = &w.cursor, w.rows
		}
		return &next, nil
	}, nil)
}

// owes reports whether a refresh must read everything. After a walk in which rows
// moved, twice, the next one comes after the time between refreshes, then after twice
// that time and so on, up to the time between walks. So a count of the service that
// stays wrong does not use up the whole quota.
func (s *snapshot) owes(now time.Time, c config) bool {
	pause := c.every
	for range min(s.Moved-1, 20) {
		pause = min(2*pause, c.walks)
	}
	switch {
	case s.cold(), s.Walk != nil, s.Walked.After(now.Add(skew)):
		return true
	case s.Moved > 0 && now.Before(s.Tried.Add(pause-c.every/2)) && !s.Tried.After(now.Add(skew)):
		return false
	}
	// Refreshes are not punctual, so the one that comes a little before WalkEvery
	// counts as well.
	return s.Owed || !now.Before(s.Walked.Add(c.walks-min(c.every, c.walks)/2))
}
