package service

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Table is a set of rows that does not change, prepared for fast queries. It is
// safe for concurrent use. Create it with [NewTable].
type Table struct {
	rules *Rules
	rows  []row
	byID  map[string]int
	texts func() []string // per row: the texts for search, in lower case

	columns map[string]*column // of the rules' fields, by path

	mu    sync.Mutex
	open  map[string]*column // of other fields, by path; nil if no row has one
	lists map[string][]int32 // rows, by the choice that selects them
}

// The limits of what a table keeps of queries, so that it does not grow with every
// new one.
const (
	keptLists   = 64
	keptColumns = 64
)

// NewTable returns a table of the rows. Each row is a JSON object with an id that is
// an integer or a text. Without ordering, lists have the order given here. If several
// rows have the same id, Get finds the last. The table keeps the bytes of the rows:
// do not change them.
func NewTable(rules *Rules, rows []json.RawMessage) (*Table, error) {
	t := &Table{
		rules:   rules,
		rows:    make([]row, len(rows)),
		byID:    make(map[string]int, len(rows)),
		columns: make(map[string]*column),
		open:    make(map[string]*column),
		lists:   make(map[string][]int32),
	}
	t.texts = sync.OnceValue(t.searched)
	l := newLayout(rules)
	id := l.field("id")
	values := make([][]value, len(l.fields))
	for field := range values {
		values[field] = make([]value, len(rows))
	}
	for i, raw := range rows {
		r, at, err := l.read(raw)
		if err != nil {
			return nil, fmt.Errorf("row %d %w", i, err)
		}
		t.rows[i] = r
		for field, here := range at {
			if here != (span{}) {
				values[field][i] = scalar(r.text, here)
			}
		}
		name, err := idOf(values[id][i])
		if err != nil {
			return nil, fmt.Errorf("row %d %w", i, err)
		}
		t.byID[name] = i
	}
	for path, kind := range rules.Fields {
		field := l.field(path)
		c, wrong := newColumn(path, kind, values[field])
		if c == nil {
			return nil, fmt.Errorf("row %d (id %s): %s is %q", wrong, values[id][wrong].text, path, values[field][wrong].text)
		}
		t.columns[path] = c
	}
	return t, nil
}

// idOf returns an id as it appears in a row's address.
func idOf(v value) (string, error) {
	if v.quoted && v.text != "" {
		return v.text, nil
	}
	if v.null() || v.quoted {
		return "", errors.New("has no id")
	}
	n, err := strconv.Atoi(v.text)
	if err != nil {
		return "", fmt.Errorf("has the id %s, which is neither an integer nor a text", v.text)
	}
	return strconv.Itoa(n), nil
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Get returns the row with an id, in the detailed shape. An integer id is found in
// any notation.
func (t *Table) Get(id string, q url.Values) (body []byte, found bool) {
	i, found := t.Find(id)
	if !found {
		return nil, false
	}
	return t.Row(i, Shape{true, last(q, "format")}), true
}

// Find returns the index of the row with an id.
func (t *Table) Find(id string) (i int, found bool) {
	i, found = t.byID[id]
	if n, err := strconv.Atoi(id); !found && err == nil {
		i, found = t.byID[strconv.Itoa(n)]
	}
	return i, found
}

// Row encodes the row with index i.
func (t *Table) Row(i int, s Shape) []byte {
	r := &t.rows[i]
	return r.append(make([]byte, 0, r.size(s.Detailed, s.Format)), s.Detailed, s.Format)
}

// List returns the page of the list for the address u. If parameters are not valid,
// it returns an Invalid with the reasons.
func (t *Table) List(u *url.URL, o Options) ([]byte, Invalid) {
	p, invalid := t.Page(u, o)
	if invalid != nil {
		return nil, invalid
	}
	return t.Encode(p), nil
}

// Page is like List, for callers that encode the rows themselves.
func (t *Table) Page(u *url.URL, o Options) (Page, Invalid) {
	q := u.Query()
	c, invalid := t.choose(q, o.IgnoreOrder)
	if invalid != nil {
		return Page{}, invalid
	}
	return page(u, q, t.list(c, o.Shuffle)), nil
}

// list returns the rows of a choice, in order.
func (t *Table) list(c choice, shuffle func(int, func(i, j int))) []int32 {
	if shuffle != nil {
		rows := t.find(c)
		shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		c.sort(rows)
		return rows
	}
	// The pages of one walk belong to one list. Keeping the list saves sorting it
	// again.
	key := c.key()
	t.mu.Lock()
	rows, kept := t.lists[key]
	t.mu.Unlock()
	if kept {
		return rows
	}
	rows = t.find(c)
	c.sort(rows)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lists) >= keptLists {
		t.lists = make(map[string][]int32)
	}
	t.lists[key] = rows
	return rows
}

// find returns the matching rows, in the table's order.
func (t *Table) find(c choice) []int32 {
	rows := make([]int32, 0, len(t.rows))
	for i := range t.rows {
		if c.fits(int32(i)) {
			rows = append(rows, int32(i))
		}
	}
	if len(c.terms) == 0 {
		return rows
	}
	texts := t.texts()
	found := rows[:0]
	for _, row := range rows {
		if !slices.ContainsFunc(c.terms, func(term string) bool { return !strings.Contains(texts[row], term) }) {
			found = append(found, row)
		}
	}
	return found
}

func (c *choice) fits(row int32) bool {
	for _, in := range c.conditions {
		if !in.fits(row) {
			return false
		}
	}
	return true
}

func (c *choice) sort(rows []int32) {
	if len(c.order) == 0 {
		return
	}
	sortStable(rows, func(a, b int32) int {
		for _, by := range c.order {
			order := cmp.Compare(by.column.rank[a], by.column.rank[b])
			if by.descending {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
}

// column returns the column at a path, or nil if there is none.
func (t *Table) column(path string) *column {
	if c, known := t.columns[path]; known || !t.rules.Open {
		return c
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, known := t.open[path]; known {
		return c
	}
	var p plan
	p.at(path).fields = []int{0}
	p.at(path + ".id").fields = []int{0} // an object counts as its id
	values := make([]value, len(t.rows))
	for i := range t.rows {
		text := t.rows[i].text
		scanRow(text, &p, func(_ int, here span) {
			if v := scalar(text, here); v != (value{}) {
				values[i] = v
			}
		})
	}
	if len(t.open) >= keptColumns {
		t.open = make(map[string]*column)
	}
	c := openColumn(path, values)
	t.open[path] = c
	return c
}

// searched returns for each row the texts for search, in lower case.
func (t *Table) searched() []string {
	var p plan
	for _, path := range t.rules.Search {
		p.at(path).fields = []int{0}
	}
	texts := make([]string, len(t.rows))
	for i := range t.rows {
		text := t.rows[i].text
		var b strings.Builder
		scanRow(text, &p, func(_ int, here span) {
			if v := scalar(text, here); v.quoted {
				b.WriteString(strings.ToLower(v.text))
				b.WriteByte('\n') // no term contains it
			}
		})
		texts[i] = b.String()
	}
	return texts
}

// sortStable sorts rows, and keeps the order of equal ones. It sorts pointers, since
// every program already contains the code for that.
func sortStable(rows []int32, compare func(a, b int32) int) {
	type place struct {
		row int32
		at  int
	}
	places := make([]place, len(rows))
	order := make([]*place, len(rows))
	for i, row := range rows {
		places[i] = place{row, i}
		order[i] = &places[i]
	}
	slices.SortFunc(order, func(a, b *place) int { return cmp.Or(compare(a.row, b.row), cmp.Compare(a.at, b.at)) })
	for i, p := range order {
		rows[i] = p.row
	}
}
