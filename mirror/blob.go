package mirror

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// format is the number of the format in which blobs are written.
const format = 1

// errNewer is the error for a blob that a later version of this package wrote. Such a
// blob is left alone.
var errNewer = errors.New("mirror: the copy in the store was written by a newer version; it is not used and not overwritten")

// encode writes the snapshot as lines of JSON: the header; the events, each as the
// service sent it, sorted by docking; the changes, oldest first; and the events that
// an unfinished walk has read. So `head -n 1` shows the state of a copy, and jq reads
// the rest.
func (s *snapshot) encode() ([]byte, error) {
	h := s.header
	h.Format, h.Events, h.Changes = format, len(s.rows), len(s.journal)
	if h.Walk != nil {
		w := *h.Walk
		w.Rows = len(s.pending)
		h.Walk = &w
	}
	first, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("mirror: %w", err)
	}
	size := len(first) + 1
	for i := range s.rows {
		size += len(s.rows[i].raw) + 1
	}
	for _, c := range s.journal {
		size += len(c) + 1
	}
	for i := range s.pending {
		size += len(s.pending[i].raw) + 1
	}
	b := make([]byte, 0, size)
	line := func(text []byte) { b = append(append(b, text...), '\n') }
	line(first)
	for i := range s.rows {
		line(s.rows[i].raw)
	}
	for _, c := range s.journal {
		line(c)
	}
	for i := range s.pending {
		line(s.pending[i].raw)
	}
	return b, nil
}

// decode reads the output of encode. The snapshot keeps data.
func decode(v *version, data []byte, gen uint64, base string) (*snapshot, error) {
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	var h header
	if err := json.Unmarshal(first, &h); err != nil {
		return nil, fmt.Errorf("mirror: the copy in the store is not valid: %w", err)
	}
	if h.Format > format {
		return nil, errNewer
	}
	if h.Format < 1 || h.Base != base {
		return nil, fmt.Errorf("mirror: the copy in the store is of %q in format %d", h.Base, h.Format)
	}
	var lines [][]byte
	for more := true; more; {
		var line []byte
		line, rest, more = bytes.Cut(rest, []byte("\n"))
		lines = append(lines, line)
	}
	walked := 0
	if h.Walk != nil {
		walked = h.Walk.Rows
	}
	if h.Events < 0 || h.Changes < 0 || walked < 0 || len(lines)-1 != h.Events+h.Changes+walked {
		return nil, errors.New("mirror: the copy in the store is incomplete")
	}
	rows, err := readRows(lines[:h.Events])
	if err != nil {
		return nil, err
	}
	s := newSnapshot(v, h, rows)
	if len(s.byID) != len(s.rows) {
		return nil, errors.New("mirror: the copy in the store has an event twice")
	}
	s.gen = gen
	s.journal = slices.Clip(lines[h.Events : h.Events+h.Changes])
	if s.pending, err = readRows(lines[h.Events+h.Changes : len(lines)-1]); err != nil {
		return nil, err
	}
	return s, nil
}

func readRows(lines [][]byte) ([]row, error) {
	rows := make([]row, 0, len(lines))
	for _, line := range lines {
		r, err := newRow(line)
		if err == nil && (r.id == 0 || r.docking.IsZero()) {
			err = errors.New("no id or no time of docking")
		}
		if err != nil {
			return nil, fmt.Errorf("mirror: the copy in the store has an event that is not valid: %w", err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}
