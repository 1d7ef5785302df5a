package mirror

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/jsonscan"
)

// maxJournal is the number of changes that a copy keeps, about four years of them.
const maxJournal = 500

// recently is the time after its docking for which a new event counts as a docking,
// and not as an older one that was added late.
const recently = 7 * 24 * time.Hour

// looksEvery is the interval at which Changes looks for changes by other processes.
const looksEvery = 10 * time.Second

// A Kind is the kind of a [Change].
type Kind string

// The kinds of changes.
const (
	Docked    Kind = "docked"    // new event that is still docked, or docked within the last 7 days
	Departed  Kind = "departed"  // the event has a departure now
	Corrected Kind = "corrected" // the event's own fields changed
	Added     Kind = "added"     // new event that departed already and docked more than 7 days ago
	Removed   Kind = "removed"   // the service does not have the event any more
)

// A Change is a difference that a refresh found between the old copy and the new one.
type Change struct {
	Seq  uint64 // grows with each change, but not always by one
	Kind Kind

	// Fields are the JSON paths that differ, sorted, for Departed and Corrected
	// events. Only the event's own fields count: its keys and those of
	// flight_vehicle. Of a spacecraft, port, station or another object in them, only
	// the id counts: names, status and counters of these change on all their events
	// at once, although nothing happened to the events. Addresses (url) do not count.
	Fields []string

	Before *ll2.DockingEvent // nil if the event is new
	After  *ll2.DockingEvent // nil if the event was removed
}

// A record is a change as it is stored in the journal.
type record struct {
	Seq    uint64          `json:"seq"`
	Kind   Kind            `json:"kind"`
	Fields []string        `json:"fields,omitempty"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

func (r record) encode() []byte {
	text, err := json.Marshal(r)
	if err != nil { // This cannot happen for rows, which were valid JSON when they came.
		return []byte(`{}`)
	}
	return text
}

// eventOf decodes the event of a change for each caller, so that none can change the
// copy.
func eventOf[T any](raw json.RawMessage) (*T, error) {
	if len(raw) == 0 {
		return nil, nil //nolint:nilnil // there is no event before, or none after
	}
	event := new(T)
	if err := body.ReadRow(raw, event); err != nil {
		return nil, err
	}
	return event, nil
}

// changes yields the changes of an engine, with events of type T, as values of type
// C.
func changes[T, C any](ctx context.Context, m *engine, after uint64, tell func(r record, before, after *T) C) iter.Seq2[C, error] {
	return func(yield func(C, error) bool) {
		for r, err := range m.changes(ctx, after) {
			var was, is *T
			if err == nil {
				was, err = eventOf[T](r.Before)
			}
			if err == nil {
				is, err = eventOf[T](r.After)
			}
			var c C
			if err == nil {
				c = tell(r, was, is)
			} else if r.Seq > 0 {
				err = fmt.Errorf("mirror: change %d: %w", r.Seq, err)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// differences returns the changes from one snapshot to the next.
func differences(before, after *snapshot, now time.Time) []record {
	var all []record
	for i := range before.rows {
		old := &before.rows[i]
		if _, there := after.byID[old.id]; !there {
			all = append(all, record{Kind: Removed, Before: old.raw})
		}
	}
	for i := range after.rows {
		r := &after.rows[i]
		old, known := before.row(r.id)
		switch {
		case !known && (r.open() || now.Sub(r.docking) <= recently):
			all = append(all, record{Kind: Docked, After: r.raw})
		case !known:
			all = append(all, record{Kind: Added, After: r.raw})
		case string(old.raw) != string(r.raw):
			fields := differ(after.version.own(old.raw), after.version.own(r.raw))
			kind := Corrected
			if old.open() && !r.open() {
				kind = Departed
			}
			if len(fields) > 0 {
				all = append(all, record{Kind: kind, Fields: fields, Before: old.raw, After: r.raw})
			}
		}
	}
	return all
}

// own returns the values of an event's own keys, by path.
func (v *version) own(raw json.RawMessage) map[string]json.RawMessage {
	values := make(map[string]json.RawMessage)
	members(values, "", raw)
	for _, flight := range v.flights {
		if members(values, flight+".", values[flight]) {
			delete(values, flight)
		}
	}
	for _, path := range v.running {
		delete(values, path)
	}
	return values
}

// members adds the values of an object's keys, and reports whether it is an object.
func members(values map[string]json.RawMessage, prefix string, object json.RawMessage) bool {
	if len(object) == 0 || object[0] != '{' {
		return false
	}
	s := jsonscan.New(object)
	for key := range s.Object {
		if bytes.IndexByte(key, '\\') >= 0 {
			s.Fail() // encoding/json must read its escapes
		}
		values[prefix+string(key)] = s.Raw()
	}
	if s.Done() {
		return true
	}
	var slow map[string]json.RawMessage
	if json.Unmarshal(object, &slow) != nil { // cannot happen, since it was valid when it came
		return false
	}
	for key, value := range slow {
		values[prefix+key] = value
	}
	return true
}

// differ returns the paths of the fields that differ, sorted. Null and a missing key
// are equal.
func differ(before, after map[string]json.RawMessage) []string {
	var fields []string
	compare := func(path string) {
		a, b := before[path], after[path]
		if bytes.Equal(a, b) || path == "url" || strings.HasSuffix(path, ".url") {
			return
		}
		was, wasIn := meaning(a, path)
		is, isIn := meaning(b, path)
		if was == is && wasIn == isIn {
			return
		}
		for _, field := range []string{wasIn, isIn} {
			if field != "" {
				fields = append(fields, field)
			}
		}
	}
	for path := range before {
		compare(path)
	}
	for path := range after {
		if _, done := before[path]; !done {
			compare(path)
		}
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// meaning returns the content of a value and the field that has it, or "" if it has
// none: an object counts as its id, and a time is the same in any notation.
func meaning(value json.RawMessage, path string) (text, field string) {
	switch {
	case len(value) == 0, string(value) == "null", value[0] == '[':
		return "", ""
	case value[0] == '{':
		var object struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(value, &object) != nil || object.ID == nil {
			return "", ""
		}
		return string(object.ID), path + ".id"
	case value[0] == '"':
		_ = json.Unmarshal(value, &text)
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			text = at.UTC().Format(time.RFC3339Nano)
		}
		return `"` + text, path
	default:
		return string(value), path
	}
}

// behind returns the changes with numbers above after, or false if some of them are
// no longer in the journal.
func (s *snapshot) behind(after uint64) (changes [][]byte, ok bool) {
	first := s.Seq - uint64(len(s.journal)) // the last number that is no longer there
	if after < first || after > s.Seq {
		return nil, false
	}
	return s.journal[after-first:], true
}

// changes is [Mirror.Changes], with records of the journal.
func (m *engine) changes(ctx context.Context, after uint64) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		if err := m.check(ctx); err != nil {
			yield(record{}, err)
			return
		}
		seen, started := after, after > 0
		for {
			s, changed := m.watch()
			if !s.cold() {
				if !started {
					seen, started = s.Seq, true
				}
				changes, ok := s.behind(seen)
				if !ok {
					yield(record{}, fmt.Errorf("%w: it has changes %d to %d, and those after %d were requested",
						ErrBehind, s.Seq-uint64(len(s.journal))+1, s.Seq, seen))
					return
				}
				for _, line := range changes {
					var r record
					err := json.Unmarshal(line, &r)
					seen++
					if !yield(r, err) || err != nil {
						return
					}
				}
				if len(changes) > 0 {
					continue
				}
			}
			if err := m.waitForChange(ctx, changed); err != nil {
				yield(record{}, err)
				return
			}
		}
	}
}

// waitForChange waits until there may be another snapshot.
func (m *engine) waitForChange(ctx context.Context, changed <-chan struct{}) error {
	timer := time.NewTimer(looksEvery)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("mirror: Changes: %w", context.Cause(ctx))
	case <-m.ctx.Done():
		return errClosed
	case <-changed:
		return nil
	case <-timer.C:
	}
	m.look(ctx)
	m.kick()
	return nil
}
