package main

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/docking-event/ll2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// listFlags are the flags of dockings list.
type listFlags struct {
	filter   filterFlags
	span     spanFlag
	order    wordsFlag
	detailed bool
	max      countFlag
	startAt  string
	at       timeFlag
	print    printFlags
}

var orders = []string{
	string(ll2.ByDocking), string(ll2.ByDocking.Desc()),
	string(ll2.ByDeparture), string(ll2.ByDeparture.Desc()),
	string(ll2.ByID), string(ll2.ByID.Desc()),
}

func (a *app) listCommand() *cobra.Command {
	var f listFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List docking events",
		Long: `List prints docking events as they come, all of them unless flags say otherwise.

Ctrl-C stops it: what was printed stays, and the last line says how to go on.
Output in ndjson and csv can then be appended to what is there.

` + fieldsHelp(eventColumns, true),
		Example: `  dockings list --station 4 --since 2025 --order -docking
  dockings list --since 1978 --search Soyuz --format csv > soyuz.csv
  dockings list --max 5 --detailed --fields vehicle,agency,country,crew_capacity
  dockings list --demo --fields docking,stay,vehicle,port`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.list(cmd, &f) },
	}
	f.filter.register(cmd)
	f.span.register(cmd, "only dockings at this time or later: 2024, 2024-12, 2024-12-31 or 2024-12-31T18:00Z",
		"only dockings up to the end of this time")
	f.order = wordsFlag{kind: "KEYS", choices: orders}
	cmd.Flags().Var(&f.order, "order", "sort by docking, departure or id, descending with - in front, or by several with commas between (default docking)")
	cmd.Flags().BoolVar(&f.detailed, "detailed", false, "ask for all that the service knows of each event")
	cmd.Flags().Var(&f.max, "max", "stop after so many events")
	cmd.Flags().StringVar(&f.startAt, "start-at", "", "go on from a `LINK` that an interrupted list has printed; csv then has no header")
	atFlag(cmd, &f.at)
	f.print.register(cmd, names(eventColumns))
	complete(cmd, "order", f.order.complete)
	for _, flag := range []string{"since", "until", "max", "start-at"} {
		complete(cmd, flag, cobra.NoFileCompletions)
	}
	return cmd
}

func (a *app) list(cmd *cobra.Command, f *listFlags) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	p := startProgress(a.stderr, int(f.max))
	defer p.stop()
	client, err := a.client(p)
	if err != nil {
		return err
	}
	now := f.at.now()
	out := sheet[row]{
		columns: eventColumns,
		table:   []string{"id", "docking", "departure", "vehicle", "port", "station"},
		csv:     inShape(eventColumns, f.detailed),
		whole:   func(r row) any { return r.DockingEvent },
		append:  f.startAt != "",
	}.printer(p.guard(a.stdout), &f.print)

	// An interrupt ends the request or the wait that is under way. What is
	// already here is printed to its end, so that the next page's link is where
	// to go on.
	printed := 0
	for event, err := range walk(cmd.Context(), client, p, opts...) {
		if err != nil {
			return errors.Join(out.close(), resumable(cmd, err, f, printed))
		}
		if err := out.print(row{event, now}); err != nil {
			return err
		}
		if printed++; printed == int(f.max) {
			break
		}
	}
	if err := out.close(); err != nil {
		return err
	}
	if printed == 0 {
		p.note("no event fits")
	}
	return nil
}

func (f *listFlags) options() ([]ll2.ListOption, error) {
	if err := f.span.check(); err != nil {
		return nil, err
	}
	opts := f.filter.options()
	if f.span.since.given() {
		opts = append(opts, ll2.DockedSince(f.span.since.start))
	}
	if f.span.until.given() {
		opts = append(opts, f.span.until.until())
	}
	if len(f.order.values) > 0 {
		order := make([]ll2.Order, len(f.order.values))
		named := make(map[string]bool)
		for i, key := range f.order.values {
			order[i] = ll2.Order(key)
			if name := strings.TrimPrefix(key, "-"); named[name] {
				return nil, usagef("--order %s names %s twice; name it once", f.order.String(), name)
			} else {
				named[name] = true
			}
		}
		opts = append(opts, ll2.OrderBy(order...))
	}
	if f.detailed {
		opts = append(opts, ll2.InMode(ll2.ModeDetailed))
	} else {
		for _, c := range pick(eventColumns, f.print.fields.values) {
			if c.detailed {
				return nil, usagef("the field %s needs --detailed; add it", c.name)
			}
		}
	}
	if f.startAt != "" {
		opts = append(opts, ll2.StartAt(f.startAt))
	} else if 0 < f.max && f.max < ll2.MaxPageSize {
		opts = append(opts, ll2.PageSize(int(f.max)))
	}
	return opts, nil
}

// A resumeError is a list that ended early, with the command that goes on.
type resumeError struct {
	error
	command string
}

func (e *resumeError) Unwrap() error { return e.error }

// resumable adds the command that goes on where a walk ended, if one can.
// Before anything was printed that is the command as it was given.
func resumable(cmd *cobra.Command, err error, f *listFlags, printed int) error {
	var page *ll2.PageError
	if !errors.As(err, &page) {
		return err
	}
	if page.URL == "" {
		return usageError{err} // wrong options, which nothing was sent for
	}
	if printed == 0 {
		return err
	}
	words := []string{cmd.CommandPath()}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Name != "start-at" && flag.Name != "max" {
			words = append(words, quoted("--"+flag.Name+"="+flag.Value.String()))
		}
	})
	if f.max > 0 {
		words = append(words, "--max="+strconv.Itoa(int(f.max)-printed))
	}
	words = append(words, quoted("--start-at="+page.URL))
	return &resumeError{err, strings.Join(words, " ")}
}

var shellSafe = regexp.MustCompile(`^[A-Za-z0-9_./:,=@%+-]+$`)

// quoted writes a word so that a shell reads it as it is.
func quoted(word string) string {
	if shellSafe.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
