package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// The values of --format.
const (
	formatTable  = "table"
	formatJSON   = "json"
	formatNDJSON = "ndjson"
	formatCSV    = "csv"
)

var formats = []string{formatTable, formatJSON, formatNDJSON, formatCSV}

// printFlags are the flags of the commands that print.
type printFlags struct {
	format choiceFlag
	fields wordsFlag
}

func (f *printFlags) register(cmd *cobra.Command, fields []string) {
	f.format = choiceFlag{choices: formats}
	cmd.Flags().Var(&f.format, "format", "how to print (default table on a terminal, ndjson elsewhere)")
	complete(cmd, "format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	if fields != nil {
		f.fields = wordsFlag{kind: "NAMES", choices: fields}
		cmd.Flags().Var(&f.fields, "fields", "which `FIELDS` to print, in this order, with commas between")
		complete(cmd, "fields", f.fields.complete)
	}
}

// complete adds what completes the values of a flag. It fails for a flag that
// the command does not have, which the tests would see.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}

// A sheet says how rows of one type are printed.
type sheet[T any] struct {
	columns []column[T]
	table   []string    // fields of a table, where none are picked
	csv     []string    // the same of CSV
	whole   func(T) any // the same of JSON; nil: all columns
	rows    []T         // all of them, where they are known: for the widths of a table
	single  bool        // there is but one row: JSON is an object and not a list
	append  bool        // goes on behind other output: CSV without a header
}

// A printer prints rows as they come.
type printer[T any] interface {
	print(T) error
	close() error // also where the rows end with an error, so that JSON stays whole
}

func (s sheet[T]) printer(out *stream, flags *printFlags) printer[T] {
	format := flags.format.value
	if format == "" {
		format = formatNDJSON
		if out.terminal {
			format = formatTable
		}
	}
	picked := func(otherwise []string) []column[T] {
		if len(flags.fields.values) > 0 {
			return pick(s.columns, flags.fields.values)
		}
		return pick(s.columns, otherwise)
	}
	switch format {
	case formatTable:
		if s.single {
			return &cardPrinter[T]{out: out, columns: picked(s.table)}
		}
		return &tablePrinter[T]{out: out, columns: fitting(picked(s.table), s.rows)}
	case formatCSV:
		return &csvPrinter[T]{out: out, w: csv.NewWriter(out), columns: picked(s.csv), begun: s.append}
	}
	encode := s.whole
	if encode == nil || len(flags.fields.values) > 0 {
		columns := picked(names(s.columns))
		encode = func(row T) any { return object[T]{columns, row} }
	}
	p := &jsonPrinter[T]{out: out, encode: encode, after: "\n"}
	if format == formatJSON {
		p.indent = s.single
		if !s.single {
			p.before, p.between, p.after, p.end, p.empty = "[\n", ",\n", "", "\n]\n", "[]\n"
		}
	}
	return p
}

// printOne prints the only row.
func printOne[T any](p printer[T], row T) error {
	if err := p.print(row); err != nil {
		return err
	}
	return p.close()
}

// An object is a row as JSON, with its columns in order.
type object[T any] struct {
	columns []column[T]
	row     T
}

func (o object[T]) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range o.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := marshal(c.value(o.row), false)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", c.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal leaves <, > and & as they are: this is no HTML.
func marshal(v any, indent bool) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

type jsonPrinter[T any] struct {
	out                                *stream
	encode                             func(T) any
	indent                             bool
	before, between, after, end, empty string
	begun                              bool
}

func (p *jsonPrinter[T]) print(row T) error {
	data, err := marshal(p.encode(row), p.indent)
	if err != nil {
		return err
	}
	lead := p.before
	if p.begun {
		lead = p.between
	}
	p.begun = true
	_, err = fmt.Fprintf(p.out, "%s%s%s", lead, data, p.after)
	return err
}

func (p *jsonPrinter[T]) close() error {
	end := p.end
	if !p.begun {
		end = p.empty
	}
	if end == "" {
		return nil
	}
	_, err := io.WriteString(p.out, end)
	return err
}

type csvPrinter[T any] struct {
	out     *stream
	w       *csv.Writer
	columns []column[T]
	begun   bool
}

func (p *csvPrinter[T]) header() error {
	if p.begun {
		return nil
	}
	p.begun = true
	return p.w.Write(names(p.columns))
}

func (p *csvPrinter[T]) print(row T) error {
	if err := p.header(); err != nil {
		return err
	}
	record := make([]string, len(p.columns))
	for i, c := range p.columns {
		record[i] = plain(c.value(row))
	}
	if err := p.w.Write(record); err != nil {
		return err
	}
	p.w.Flush()
	return p.w.Error()
}

func (p *csvPrinter[T]) close() error {
	if err := p.header(); err != nil {
		return err
	}
	p.w.Flush()
	return p.w.Error()
}

// fieldsHelp lists the columns for the help of a command.
func fieldsHelp[T any](columns []column[T], withDetailed bool) string {
	var b strings.Builder
	b.WriteString("Fields:\n")
	for _, c := range columns {
		about := c.about
		if c.detailed && withDetailed {
			about += " (with --detailed)"
		}
		fmt.Fprintf(&b, "  %-17s %s\n", c.name, about)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// inShape returns the names of the columns that a shape has.
func inShape[T any](columns []column[T], detailed bool) []string {
	return names(slices.DeleteFunc(slices.Clone(columns), func(c column[T]) bool { return c.detailed && !detailed }))
}
