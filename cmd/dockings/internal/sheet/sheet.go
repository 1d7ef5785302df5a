// Package sheet prints rows of one type: as a table that fits the width of the terminal,
// as one JSON document, as one JSON object per line, as CSV, or as the results of a jq
// expression.
package sheet

import (
	"encoding/csv"
	"fmt"
	"slices"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/text"
)

// The formats.
const (
	Table  = "table"
	JSON   = "json"
	NDJSON = "ndjson"
	CSV    = "csv"
)

// Formats returns all of them.
func Formats() []string { return []string{Table, JSON, NDJSON, CSV} }

// A Column is one printed field.
type Column[T any] struct {
	Name  string // in --fields, in JSON and in CSV
	Title string // in tables
	About string

	Value func(T) any            // nil is null
	Text  func(T) (string, bool) // the text of a table's cell, if it differs from the value
	Short func(T) string         // a shorter text for tables that are too wide; "": none
	Right bool                   // aligned to the right in tables, as numbers are
	Cut   bool                   // may be cut in tables that are too wide, down to least
	Time  bool                   // in tables that are too wide only the day is shown
	Spare bool                   // left out of tables that are still too wide then
}

// Options say how to print.
type Options struct {
	Format string   // "": Table on a terminal, else NDJSON
	Fields []string // "": all, or those of the table
	Raw    bool     // JSON of the rows themselves, not of the columns
	Query  *Query   // applied to the JSON; nil: none
	Clock  text.Clock
}

// A Sheet defines how rows of one type are printed.
type Sheet[T any] struct {
	Columns []Column[T]
	Table   []string    // names of a table's columns, unless Fields picks others; nil: all
	Raw     func(T) any // nil: none
	Single  bool        // there is exactly one row: an object in JSON, one line per field in tables
}

// Print prints the rows.
func (s Sheet[T]) Print(out *Stream, o Options, rows []T) error {
	if o.Clock.Zone == nil {
		o.Clock = text.UTC
	}
	if o.Query != nil {
		return s.query(out, o, rows)
	}
	format := o.Format
	if format == "" {
		format = NDJSON
		if out.Terminal && !o.Raw {
			format = Table
		}
	}
	switch format {
	case Table:
		columns := s.picked(o, s.Table)
		if s.Single {
			return printCard(out, o.Clock, columns, rows)
		}
		return printTable(out, o.Clock, columns, rows)
	case CSV:
		return printCSV(out, o.Clock, s.picked(o, nil), rows)
	case JSON:
		return s.printJSON(out, o, rows)
	default:
		for _, row := range rows {
			data, err := marshal(s.encoded(o, row), false)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(out, "%s\n", data); err != nil {
				return err
			}
		}
		return nil
	}
}

// picked returns the columns that Fields names, or otherwise those with the given names.
func (s Sheet[T]) picked(o Options, otherwise []string) []Column[T] {
	names := o.Fields
	if len(names) == 0 {
		names = otherwise
	}
	if len(names) == 0 {
		return s.Columns
	}
	asked := len(o.Fields) > 0
	picked := make([]Column[T], 0, len(names))
	for _, name := range names {
		c := s.Columns[slices.IndexFunc(s.Columns, func(c Column[T]) bool { return c.Name == name })]
		c.Spare = c.Spare && !asked
		picked = append(picked, c)
	}
	return picked
}

// Names returns the names of columns, in their order.
func Names[T any](columns []Column[T]) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Name
	}
	return all
}

// value returns the value of a row, with times in the zone of the clock.
func (c Column[T]) value(row T, clock text.Clock) any {
	v := c.Value(row)
	if t, ok := v.(time.Time); ok {
		return t.In(clock.Zone)
	}
	return v
}

func printCSV[T any](out *Stream, clock text.Clock, columns []Column[T], rows []T) error {
	w := csv.NewWriter(out)
	if err := w.Write(Names(columns)); err != nil {
		return err
	}
	record := make([]string, len(columns))
	for _, row := range rows {
		for i, c := range columns {
			record[i] = Plain(c.value(row, clock))
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// Plain formats a value for CSV: null is empty.
func Plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}
