package ll2test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/service"
	"github.com/docking-event/ll2/ll230"
)

// An endpoint is a list that the server serves.
type endpoint struct {
	path    []string       // its elements, such as 2.2.0 and astronaut
	version string         // the only version that may precede the path; "": any
	table   *service.Table // nil if err is set
	err     error          // the error of every answer
}

// dockingEvents describes the docking events of a version: where they are, and how
// they are served.
type dockingEvents struct {
	version, path string
	rules         func() *service.Rules
}

var (
	v220 = dockingEvents{"2.2.0", "docking_event", service.V220}
	v230 = dockingEvents{"2.3.0", "docking_events", service.V230}
)

// are reports whether the elements of a path are those of the docking events, with or
// without their version.
func (d dockingEvents) are(elements []string) bool {
	return slices.Equal(elements, []string{d.path}) || slices.Equal(elements, []string{d.version, d.path})
}

func (d dockingEvents) endpoint(table *service.Table, err error) endpoint {
	return endpoint{path: []string{d.path}, version: d.version, table: table, err: err}
}

// SetEvents replaces the server's events of 2.2.0 from the next request on. Those of
// 2.3.0 stay. Without ordering they are listed in the given order. The server encodes
// them at once, so later changes to them have no effect.
//
// Fields of the detailed shape are left out of normal answers, so one set of events
// serves both shapes. If an event has no space_station, a detailed answer takes that
// of the port.
//
// If an event cannot be encoded as JSON, for example because its year is 10000, all
// answers with events are a 500 that says so.
func (s *Server) SetEvents(events ...ll2.DockingEvent) {
	s.put(v220.endpoint(tableOf(v220, events, encodeEvent)))
}

// SetEvents230 replaces the server's events of 2.3.0 from the next request on, as
// [Server.SetEvents] does for those of 2.2.0, which stay. The test decides whether
// the two versions have the same dockings. A new server has no events of 2.3.0.
//
// Fields that only a detailed chaser has are left out of normal answers. In these,
// response_mode is "normal", or "list" in a payload. In a detailed answer, the event's
// own response_mode is "detailed", unless ResponseMode has a value other than "" and
// "normal".
func (s *Server) SetEvents230(events ...ll230.DockingEvent) {
	s.put(v230.endpoint(tableOf(v230, events, encodeEvent230)))
}

func tableOf[E any](d dockingEvents, events []E, encode func(E) (json.RawMessage, error)) (*service.Table, error) {
	rows := make([]json.RawMessage, len(events))
	for i := range events {
		var err error
		if rows[i], err = encode(events[i]); err != nil {
			return nil, err
		}
	}
	return service.NewTable(d.rules(), rows)
}

// encodeEvent encodes an event as the service does in the detailed shape. There
// space_station can have a picture, but the port's station cannot.
func encodeEvent(e ll2.DockingEvent) (json.RawMessage, error) {
	station := e.DockingLocation.SpaceStation
	if e.SpaceStation == nil {
		e.SpaceStation = &station
	}
	e.DockingLocation.SpaceStation.ImageURL = nil
	return encode(e)
}

// encodeEvent230 encodes an event as the service does in the detailed shape.
func encodeEvent230(e ll230.DockingEvent) (json.RawMessage, error) {
	if e.ResponseMode == "" || e.ResponseMode == "normal" {
		e.ResponseMode = "detailed"
	}
	return encode(e)
}

// SetRows serves another list of the service at path, such as "2.2.0/astronaut/", for
// tests of programs that read it with [ll2.NewResource]. A row is any value that
// encoding/json encodes as an object with an id, which is an integer or a text. If a
// value is encoded as an array, for example a slice or a json.RawMessage of recorded
// results, each element is a row. The rows replace earlier ones at the path. They are
// encoded at once, so later changes to them have no effect. Without ordering they are
// listed in the given order.
//
// The list, and path followed by an id, have the same paging, links, quota and faults
// as the docking events. The server does not know which parameters the endpoint has
// in the real service, so it accepts these:
//
//   - A parameter a__b compares a.b in each row with its value: a__b=x selects the
//     rows in which they are equal, and a__b__gt, a__b__gte, a__b__lt and
//     a__b__lte those in which a.b is greater, and so on. Numbers are compared as
//     numbers, times and dates as times, true and false as such, anything else as
//     text. An object counts as its id. Null matches nothing. A parameter that
//     names no such value in any row is ignored, as the service ignores unknown
//     parameters.
//   - ordering takes the same names, such as "-a__b,id". Null comes last, or
//     first if descending.
//   - search selects the rows that have each of its terms in a text at their top
//     level.
//   - mode is ignored: rows have one shape.
//
// At "docking_event/" or "2.2.0/docking_event/" the rows replace the events of
// [Server.SetEvents] and are served by the rules for those. At "docking_events/" or
// "2.3.0/docking_events/" they replace those of [Server.SetEvents230] in the same
// way. Use this for events with keys or values that an [ll2.DockingEvent] or an
// [ll230.DockingEvent] cannot have. Such rows should have the detailed shape.
//
// SetRows fails if path is empty, has a query, or is that of api-throttle/, and if a
// row is not as described. The server then keeps the rows that it had.
func (s *Server) SetRows(path string, rows ...any) error {
	elements, err := elementsOf(path)
	if err != nil {
		return err
	}
	var encoded []json.RawMessage
	for i, row := range rows {
		text, err := encode(row)
		if err != nil {
			return fmt.Errorf("ll2test: %s: row %d: %w", path, i, err)
		}
		if !bytes.HasPrefix(text, []byte("[")) {
			encoded = append(encoded, text)
			continue
		}
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			return fmt.Errorf("ll2test: %s: row %d: %w", path, i, err)
		}
		encoded = append(encoded, list...)
	}
	e := endpoint{path: elements}
	rules := service.Anything()
	for _, d := range []dockingEvents{v220, v230} {
		if d.are(elements) {
			e = d.endpoint(nil, nil)
			rules = d.rules()
		}
	}
	if e.table, err = service.NewTable(rules, encoded); err != nil {
		return fmt.Errorf("ll2test: %s: %w", path, err)
	}
	s.put(e)
	return nil
}

func elementsOf(path string) ([]string, error) {
	elements := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case slices.Contains(elements, "") || strings.ContainsAny(path, "?#%"):
		return nil, fmt.Errorf("ll2test: %q is not the path of a list, such as 2.2.0/astronaut/", path)
	case elements[len(elements)-1] == apiThrottle:
		return nil, fmt.Errorf("ll2test: %s has no rows: Limit sets what it shows", path)
	}
	return elements, nil
}

// put adds an endpoint or replaces the one at its path.
func (s *Server) put(e endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoints = slices.DeleteFunc(slices.Clone(s.endpoints), func(o endpoint) bool { return slices.Equal(o.path, e.path) })
	s.endpoints = append(s.endpoints, e)
	// The longest path that matches serves a request.
	slices.SortStableFunc(s.endpoints, func(a, b endpoint) int { return len(b.path) - len(a.path) })
}

// encode encodes v as the service does: without white space, and without escaping <,
// > and &.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
