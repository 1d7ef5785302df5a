package mirror

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/hint"
)

// What one page proves
//
// A refresh requests
//
//	limit=100&ordering=-departure,docking,id&mode=detailed
//
// With -departure, null departures come first, then the latest ones. Let d be the
// last departure on the page, and suppose that the page is in that order and has no
// row twice. Then:
//
//  1. A row on the page is current. It replaces the row of the copy.
//  2. Every row of the service that is open or left after d is on the page: the
//     service would have listed it before the row that left at d. Some of the rows that
//     left exactly at d may come after the end of the page. So the page proves nothing
//     about rows with that departure that are not on it.
//  3. So a row of the copy that is open or left after d, and is not on the page, is
//     wrong: it was removed, or its departure was corrected to d or before. The page
//     cannot show which. The row is kept, and a walk is owed.
//  4. Let n be the number of rows that the copy has afterwards. If the service counts
//     another number, rows were added or removed after the end of the page, and a walk
//     is owed. If it counts n, and there is no row as in 3, the copy has the rows of the
//     service, unless as many older ones were added as removed since the last walk.
//  5. If no row on the page has departed (100 and more open stays), there is no d. If
//     the page is not in order or has a row twice, 2 does not hold. Then the page
//     proves nothing about rows that are not on it, and a walk is owed.
//  6. If the service counts as many rows as the page has, all different, the page is
//     the whole list, and as good as a walk.
//
// A walk stays owed until one was made: a row kept by 3 may come after the end of the
// next page. A page cannot show a correction of a row that is not on it; the next
// walk does.
//
// All of this is true for the moment at which the service made the page. A page that
// is older than the copy, by its Date less its Age, is not applied; see also
// [engine.commit].

type page = ll2.Page[row]

// skew is the difference that clocks of different machines may have. A time that is
// further in the future is not believed.
const skew = 5 * time.Minute

// ask requests a page from the service, once. Rows that are equal to those of the
// copy s are shared with it.
func (m *engine) ask(ctx context.Context, s *snapshot, ordering string, offset int) (*page, error) {
	filters := url.Values{"ordering": {ordering}, "mode": {"detailed"}}
	p, err := m.events.List(hint.Once(ctx), filters, ll2.PageSize(ll2.MaxPageSize), ll2.Offset(offset))
	if err != nil {
		return nil, err
	}
	if p.Date.After(time.Now().Add(skew)) {
		p.Date = time.Time{}
	}
	var unknown []row
	for i := range p.Results {
		r := &p.Results[i]
		if old, ok := s.row(r.id); ok && bytes.Equal(old.raw, r.raw) {
			*r = old
		} else {
			unknown = append(unknown, *r)
		}
	}
	_, err = m.version.newTable(unknown)
	return p, err
}

// fresh returns an error if a page is older than the copy.
func (s *snapshot) fresh(p *page) error {
	if !p.Date.IsZero() && p.Date.Before(s.Served) {
		return fmt.Errorf("mirror: the service, or a cache before it, answered with a page of %s; the copy is of %s",
			p.Date.Format(time.RFC3339), s.Served.Format(time.RFC3339))
	}
	return nil
}

// apply returns the copy with a page applied that was requested at the time began.
func (s *snapshot) apply(p *page, began, now time.Time) (*snapshot, error) {
	if err := s.fresh(p); err != nil {
		return nil, err
	}
	h := s.header
	h.Asked, h.Refreshed, h.Want = began, began, p.Count
	if !p.Date.IsZero() {
		h.Served = p.Date
		if p.Date.Before(began) {
			h.Refreshed = p.Date
		}
	}
	if p.Count == len(p.Results) && distinct(p.Results) {
		return s.complete(h, p.Results, began, now), nil
	}
	proof := proofOf(p.Results)
	pending := renewed(s.pending, p.Results)
	if s.Walk != nil && !proof.upholds(*s.Walk, pending) {
		h.Walk, pending = nil, nil
	}
	if s.cold() {
		// There is a walk to continue, but no copy yet.
		next := newSnapshot(s.version, h, nil)
		next.gen, next.pending = s.gen, pending
		return next, nil
	}
	rows := s.merged(p.Results)
	h.Owed = s.Owed || len(rows) != p.Count || !proof.shows(s.rows)
	next := s.change(h, rows, now)
	next.pending = pending
	return next, nil
}

// A proof holds the conclusions from a page about rows that are not on it.
type proof struct {
	page   []row
	onPage map[int]bool
	holds  bool      // if false, there are none
	d      time.Time // the last departure
}

func proofOf(page []row) proof {
	p := proof{page: page, onPage: make(map[int]bool, len(page))}
	for i := range page {
		if p.onPage[page[i].id] || i > 0 && before(&page[i], &page[i-1]) {
			return p
		}
		p.onPage[page[i].id] = true
	}
	if n := len(page); n > 0 && !page[n-1].open() {
		p.holds, p.d = true, page[n-1].departure
	}
	return p
}

// shows reports whether all of the rows that are open or left after d are on the
// page.
func (p proof) shows(rows []row) bool {
	if !p.holds {
		return false
	}
	for i := range rows {
		if (rows[i].open() || rows[i].departure.After(p.d)) && !p.onPage[rows[i].id] {
			return false
		}
	}
	return true
}

// upholds reports whether a walk that has read these rows can continue. As far as the
// page shows, no row may have been removed since, and none may have been added before
// the position of the walk. The count alone can be the same by chance if a walk rests
// for an hour.
func (p proof) upholds(at cursor, read []row) bool {
	if p.holds && !p.shows(read) {
		return false
	}
	has := make(map[int]bool, len(read))
	for i := range read {
		has[read[i].id] = true
	}
	for i := range p.page {
		if !p.page[i].docking.After(at.At) && !has[p.page[i].id] {
			return false
		}
	}
	return true
}

// before reports whether a comes before b in the order -departure, whatever the order
// of equal ones is.
func before(a, b *row) bool {
	if a.open() || b.open() {
		return a.open() && !b.open()
	}
	return a.departure.After(b.departure)
}

// complete returns the copy with all rows that the service has. If more than a tenth
// of the copy's rows are gone, they are kept until a second walk confirms it.
func (s *snapshot) complete(h header, rows []row, began, now time.Time) *snapshot {
	gone := s.missing(rows)
	h.Walk, h.Owed, h.Doubt = nil, false, false
	if 10*len(gone) > len(s.rows) && !s.Doubt {
		h.Owed, h.Doubt = true, true
		rows = append(slices.Clip(rows), gone...)
	} else {
		h.Walked, h.Moved, h.Tried = began, 0, time.Time{}
	}
	next := s.change(h, rows, now)
	next.pending = nil
	return next
}

// renewed returns the rows, replaced by those of a later page if that has them.
func renewed(rows, page []row) []row {
	if len(rows) == 0 {
		return rows
	}
	later := make(map[int]*row, len(page))
	for i := range page {
		later[page[i].id] = &page[i]
	}
	all := make([]row, len(rows))
	for i := range rows {
		all[i] = rows[i]
		if r := later[rows[i].id]; r != nil {
			all[i] = *r
		}
	}
	return all
}
