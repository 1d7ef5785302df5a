package ll2test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/service"
)

// An endpoint is a list that the server has.
type endpoint struct {
	path    []string       // its elements, such as 2.2.0 and astronaut
	version string         // the only one that may precede the path; "": any
	table   *service.Table // nil if there is an err
	err     error          // with which every answer fails
}

// The docking events, and the version of the service that has them in the form
// of package ll2.
const (
	dockingEvent = "docking_event"
	version      = "2.2.0"
)

// SetEvents replaces the server's events from the next request on. Without
// ordering they are listed in the order given here. The server encodes them at
// once, so that it does not see later changes to them.
//
// Fields of the detailed shape are left out of normal answers, so one set of
// events serves both shapes. A detailed answer takes its space_station from the
// port's station if an event has none.
//
// If there is no JSON for an event, for example because it is of the year
// 10000, all answers with events are a 500 that says so.
func (s *Server) SetEvents(events ...ll2.DockingEvent) {
	rows := make([]json.RawMessage, len(events))
	var err error
	for i := range events {
		if rows[i], err = encodeEvent(events[i]); err != nil {
			break
		}
	}
	var table *service.Table
	if err == nil {
		table, err = service.NewTable(service.V220(), rows)
	}
	s.put(endpoint{path: []string{dockingEvent}, version: version, table: table, err: err})
}

// encodeEvent writes an event as the service does in the detailed shape. There
// space_station can have a picture, but not the port's station.
func encodeEvent(e ll2.DockingEvent) (json.RawMessage, error) {
	station := e.DockingLocation.SpaceStation
	if e.SpaceStation == nil {
		e.SpaceStation = &station
	}
	e.DockingLocation.SpaceStation.ImageURL = nil
	return encode(e)
}

// SetRows serves another list of the service at path, such as
// "2.2.0/astronaut/", for tests of programs that read it with ll2.NewResource.
// A row is anything that encoding/json encodes as an object with an id, which is
// an integer or a text. If it encodes as an array, as a slice does or a
// json.RawMessage of recorded results, each element is a row. Rows that were at
// the path before are replaced. Rows are encoded at once, so the server does not
// see later changes to them. Without ordering they are listed in the order given
// here.
//
// The list, and path followed by an id, have the same paging, links, quota and
// faults as the docking events. Which parameters an endpoint of the real service
// has is not known to the server, so it takes these:
//
//   - A parameter a__b compares a.b in each row with its value: a__b=x takes the
//     rows in which they are equal, and a__b__gt, a__b__gte, a__b__lt and
//     a__b__lte those in which a.b is greater, and so on. Numbers are compared as
//     numbers, times and dates as times, true and false as such, anything else as
//     text. An object counts as its id. Null matches nothing. A parameter that
//     names no such value in any row is ignored, as the service ignores
//     parameters that it does not know.
//   - ordering takes the same names, such as "-a__b,id". Null comes last, or
//     first if descending.
//   - search finds the rows that have each of its terms in a text at their top
//     level.
//   - mode is ignored: rows have one shape.
//
// At "docking_event/" or "2.2.0/docking_event/" the rows replace the events of
// [Server.SetEvents] and are served by the rules for those. Use it for events
// with keys or values that an [ll2.DockingEvent] cannot have. They should be of
// the detailed shape.
//
// SetRows fails if path is empty, has a query, or is that of api-throttle/, and
// if a row is not as described. The server then keeps the rows it had.
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
	if slices.Equal(elements, []string{dockingEvent}) || slices.Equal(elements, []string{version, dockingEvent}) {
		e = endpoint{path: []string{dockingEvent}, version: version}
		rules = service.V220()
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
	// A request belongs to the longest path that fits.
	slices.SortStableFunc(s.endpoints, func(a, b endpoint) int { return len(b.path) - len(a.path) })
}

// encode writes v as the service does: without white space, and with <, > and &
// as they are.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
