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
		Short: "Wait for dockings and departures, and tell of each",
		Long: `Watch prints a line when something docks or departs, until Ctrl-C. It looks once
an hour, or as often as --max-age says; each look takes a request, whatever else
uses the copy.

With --exec, CMD is run by the shell for each of them, one after the other. It
gets the event as one JSON object on its standard input, and what happened in the
environment variable DOCKINGS_CHANGE: docked or departed. If it fails, watch says
so and goes on.

` + fieldsHelp(changeSheet().Columns),
		Example: `  dockings watch
  dockings watch --station iss --exec 'jq -r .vehicle | xargs notify-send'
  dockings watch --vehicle 'Crew Dragon*' --format ndjson >> dragons.ndjson`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.watch(cmd, &f) },
	}
	f.filter.register(a, cmd)
	f.print.registerFormats(cmd, sheet.Names(changeSheet().Columns), []string{textFormat, sheet.NDJSON}, "how to print (default text)")
	cmd.Flags().StringVar(&f.exec, "exec", "", "run this `CMD` for each, with the event as JSON on its standard input")
	complete(cmd, "exec", cobra.NoFileCompletions)
	cmd.Flags().BoolVar(&f.all, "all", false, "tell of corrections, additions and removals, too")
	return cmd
}

// textFormat is a sentence a line.
const textFormat = "text"

func (a *App) watch(cmd *cobra.Command, f *watchFlags) error {
	switch {
	case a.global.offline:
		return usagef("watch asks the service, which --offline forbids; leave that out")
	case a.global.noCache:
		return usagef("watch needs a copy to compare with, which --no-cache forbids; leave that out")
	case a.global.maxAge.Duration < time.Minute:
		return usagef("watch --max-age %s: the service would be asked too often; write 1m or more", a.global.maxAge.words)
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
		s.Note("%s; asking again at %s", a.explain(err, time.Now()), a.global.clock().At(next, time.Now()))
	}
	for c, err := range s.Changes(ctx, failed) {
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		}
		if err := s.tellOf(ctx, f, options, c); err != nil {
			return err
		}
	}
	return nil
}

// patterns reports whether names are patterns, which what is still to come can fit.
func (f *filterFlags) patterns() bool {
	return !slices.ContainsFunc(f.names(), func(flag *nameFlag) bool {
		return slices.ContainsFunc(flag.words, func(word string) bool { return !strings.ContainsAny(word, "*?") })
	})
}

// tellOf prints a change, if it is one that was asked for, and runs the command.
func (s *session) tellOf(ctx context.Context, f *watchFlags, options sheet.Options, m mirror.Change) error {
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
	// Names are looked up anew: what has just docked may be the first of its name.
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
	// What goes wrong with it is not watch's failure.
	s.tellOfCommand(ctx, run.Run())
	return nil
}

// tellOfCommand says if a command went wrong, unless Ctrl-C has ended it.
func (s *session) tellOfCommand(ctx context.Context, err error) {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &exit):
		s.Note("--exec: %v", exit)
	case err != nil:
		s.Note("--exec: %s", cause(err))
	}
}
