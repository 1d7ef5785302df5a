package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/docking-event/ll2/cmd/dockings/internal/names"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/spf13/cobra"
)

type kindOfName = names.Kind

func plainInt(n int) string { return strconv.Itoa(n) }

// printFlags are the flags of the commands that print.
type printFlags struct {
	format choiceFlag
	fields wordsFlag
	query  queryFlag
	raw    bool
}

func (f *printFlags) register(cmd *cobra.Command, fields []string) {
	f.registerFormats(cmd, fields, sheet.Formats(), "output format (default table on a terminal, ndjson elsewhere)")
}

func (f *printFlags) registerFormats(cmd *cobra.Command, fields, formats []string, about string) {
	f.format = choiceFlag{choices: formats}
	f.fields = wordsFlag{kind: "NAMES", choices: fields}
	cmd.Flags().Var(&f.format, "format", about)
	cmd.Flags().Var(&f.fields, "fields", "print these `FIELDS` in this order, separated by commas")
	cmd.Flags().Var(&f.query, "jq", "apply this jq expression to the JSON and print the result")
	complete(cmd, "format", cobra.FixedCompletions(f.format.choices, cobra.ShellCompDirectiveNoFileComp))
	complete(cmd, "fields", f.fields.complete)
	complete(cmd, "jq", cobra.NoFileCompletions)
}

// registerRaw adds --raw, which prints the JSON that the service has sent.
func (f *printFlags) registerRaw(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.raw, "raw", false, "print the JSON of the service, not these fields")
}

// options returns the options that the flags set, or an error if they contradict each
// other.
func (f *printFlags) options(a *App) (sheet.Options, error) {
	data := f.format.value == sheet.Table || f.format.value == sheet.CSV
	switch {
	case f.raw && data:
		return sheet.Options{}, usagef("--raw prints JSON, and --format %s does not; leave one of them out", f.format.value)
	case f.raw && len(f.fields.values) > 0:
		return sheet.Options{}, usagef("--raw prints everything that the service sent; leave --fields out, or select with --jq")
	case f.query.parsed != nil && f.format.value != "" && f.format.value != sheet.JSON:
		return sheet.Options{}, usagef("--jq reads JSON, and --format %s is not JSON; leave one of them out", f.format.value)
	}
	return sheet.Options{Format: f.format.value, Fields: f.fields.values, Raw: f.raw, Query: f.query.parsed, Clock: a.global.clock()}, nil
}

// sheet returns the columns of the records of a session. Raw records are printed as the
// service sent them, if that is known, and otherwise as they were decoded.
func (s *session) sheet(ctx context.Context, table ...string) sheet.Sheet[record.Record] {
	printed := record.Sheet(table...)
	printed.Raw = func(r record.Record) any {
		if sent := s.Sent(ctx, r.ID); sent != nil {
			return sent
		}
		return r.DockingEvent
	}
	return printed
}

// startPrinting is start for a command that prints.
func (a *App) startPrinting(f *printFlags) (*session, sheet.Options, error) {
	options, err := f.options(a)
	if err != nil {
		return nil, options, err
	}
	s, err := a.start()
	return s, options, err
}

// A queryFlag is a jq expression.
type queryFlag struct {
	words  string
	parsed *sheet.Query
}

func (f *queryFlag) Type() string { return "EXPR" }

func (f *queryFlag) String() string { return f.words }

func (f *queryFlag) Set(words string) (err error) {
	f.words = words
	f.parsed, err = sheet.ParseQuery(words)
	return err
}

// fieldsHelp lists the columns for the help of a command.
func fieldsHelp[T any](columns []sheet.Column[T]) string {
	var b strings.Builder
	b.WriteString("Fields:\n")
	for _, c := range columns {
		fmt.Fprintf(&b, "  %-17s %s\n", c.Name, c.About)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
