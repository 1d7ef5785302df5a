package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/mirror"
	"github.com/spf13/cobra"
)

// watchFlags are the flags of dockings watch.
type watchFlags struct {
	filter filterFlags
	print  printFlags
	exec   string
	all    bool
}

func (a *App) watchCommand() *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Wait for dockings and departures, and print each",
		Long: `Watch prints a line when a vehicle docks or departs, until you press Ctrl-C. It
asks the service once an hour, or as often as --max-age says. This takes one
request each time, even if other commands use the same copy.

With --exec, the shell runs CMD for each event, one after the other. CMD gets the
event as one JSON object on its standard input. The environment variable
DOCKINGS_CHANGE says what happened: docked or departed. If CMD fails, watch
reports it and continues.

` + fieldsHelp(changeSheet().Columns),
		Example: `  dockings watch
  dockings watch --station iss --exec 'jq -r .vehicle | xargs notify-send'
  dockings watch --vehicle 'Crew Dragon*' --format ndjson >> dragons.ndjson`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.watch(cmd, &f) },
	}
	f.filter.register(a, cmd)
	f.print.registerFormats(cmd, sheet.Names(changeSheet().Columns), []string{textFormat, sheet.NDJSON}, "output format (default text)")
	cmd.Flags().StringVar(&f.exec, "exec", "", "run this `CMD` for each event, with the event as JSON on its standard input")
	complete(cmd, "exec", cobra.NoFileCompletions)
	cmd.Flags().BoolVar(&f.all, "all", false, "also print corrections, additions and removals")
	return cmd
}

// textFormat prints one sentence per line.
const textFormat = "text"

func (a *App) watch(cmd *cobra.Command, f *watchFlags) error {
	switch {
	case a.global.offline:
		return usagef("watch asks the service, which --offline forbids; leave --offline out")
	case a.global.noCache:
		return usagef("watch needs a copy to compare with, which --no-cache forbids; leave --no-cache out")
	case a.global.maxAge.Duration < time.Minute:
		return usagef("watch --max-age %s: this would ask the service too often; write 1m or more", a.global.maxAge.words)
	}
	format := f.print.format.value
	switch picked := len(f.print.fields.values) > 0; {
	case format == textFormat && (picked || f.print.query.parsed != nil):
		return usagef("--format text has no fields; write --format ndjson with --fields or --jq")
	case format == "" && picked:
		format = sheet.NDJSON
	case format == textFormat:
		format = ""
	}
	options := sheet.Options{Format: format, Fields: f.print.fields.values, Query: f.print.query.parsed, Clock: a.global.clock()}
	s, err := a.start()
	if err != nil {
		return err
	}
	defer s.end()
	ctx := cmd.Context()
	events, err := s.events(ctx)
	if err != nil {
		return err
	}
	if err := f.filter.check(s, s.now); err != nil {
		return err
	}
	if _, err := f.filter.filter(s, record.Of(events, s.now), s.now); err != nil && !f.filter.patterns() {
		return err
	}
	s.Stop()
	s.Note("%d events, watching; Ctrl-C ends it", len(events))
	failed := func(err error, next time.Time) {
		s.Note("%s; next attempt at %s", a.explain(err, time.Now()), a.global.clock().At(next, time.Now()))
	}
	for c, err := range s.Changes(ctx, failed) {
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		}
		if err := s.report(ctx, f, options, c); err != nil {
			return err
		}
	}
	return nil
}

// patterns reports whether the names are patterns, which future events can match.
func (f *filterFlags) patterns() bool {
	return !slices.ContainsFunc(f.names(), func(flag *nameFlag) bool {
		return slices.ContainsFunc(flag.words, func(word string) bool { return !strings.ContainsAny(word, "*?") })
	})
}

// report prints a change, if it matches the flags, and runs the command.
func (s *session) report(ctx context.Context, f *watchFlags, options sheet.Options, m mirror.Change) error {
	if !f.all && m.Kind != mirror.Docked && m.Kind != mirror.Departed {
		return nil
	}
	c := change{kind: m.Kind, Record: record.Record{DockingEvent: m.After, Now: time.Now()}}
	if m.After == nil {
		c.DockingEvent = m.Before
	}
	if m.After != nil && m.Before != nil {
		if differ := compared([]*ll2.DockingEvent{m.Before}, []*ll2.DockingEvent{m.After}, c.Now); len(differ) > 0 {
			c.fields = differ[0].fields
		}
	}
	// Names are looked up again: the new event may be the first one with its name.
	answer, err := s.Events(ctx)
	if err != nil {
		return err
	}
	all := append(record.Of(answer.Events, c.Now), c.Record)
	if filter, err := f.filter.filter(s, all, c.Now); err != nil || !filter.Has(c.Record) {
		return nil //nolint:nilerr // nothing has that name yet
	}
	out := s.app.Stdout
	if options.Format == "" && options.Query == nil {
		_, err = fmt.Fprintln(out, c.line(s.app.global.clock()))
	} else {
		one := changeSheet()
		one.Single = options.Query != nil
		err = one.Print(out, options, []change{c})
	}
	if err != nil || f.exec == "" {
		return err
	}
	return s.execute(ctx, f.exec, c)
}

// execute runs the command with a change on its standard input.
func (s *session) execute(ctx context.Context, command string, c change) error {
	shell := []string{"sh", "-c", command}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C", command}
	}
	var input bytes.Buffer
	if err := changeSheet().Print(&sheet.Stream{Writer: &input}, sheet.Options{Format: sheet.NDJSON, Clock: s.app.global.clock()}, []change{c}); err != nil {
		return err
	}
	run := exec.CommandContext(ctx, shell[0], shell[1:]...)
	run.Stdin, run.Stdout, run.Stderr = &input, s.app.Stdout.Writer, s.app.Stderr.Writer
	run.Env = append(run.Environ(), "DOCKINGS_CHANGE="+string(c.kind))
	// A failure of the command does not end watch.
	s.reportCommand(ctx, run.Run())
	return nil
}

// reportCommand prints the failure of a command, unless Ctrl-C has ended it.
func (s *session) reportCommand(ctx context.Context, err error) {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &exit):
		s.Note("--exec: %v", exit)
	case err != nil:
		s.Note("--exec: %s", cause(err))
	}
}
