package cli

import (
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/spf13/cobra"
)

func (a *App) syncCommand() *cobra.Command {
	var f printFlags
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Refresh the copy, and print what changed",
		Long: `Sync asks the service for changes, even if the copy is new, and prints them:
dockings, departures, corrections, and events that were added late or removed. It
prints the number of events on standard error.

The first sync reads all events. If it is interrupted by Ctrl-C, or because the
quota is used up, the next one continues where it stopped.

` + fieldsHelp(changeSheet().Columns),
		Example: `  dockings sync
  dockings sync --no-wait --quiet
  dockings sync --demo --format json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.sync(cmd, &f) },
	}
	f.register(cmd, sheet.Names(changeSheet().Columns))
	return cmd
}

func (a *App) sync(cmd *cobra.Command, f *printFlags) error {
	options, err := f.options(a)
	switch {
	case err != nil:
		return err
	case a.global.offline:
		return usagef("sync asks the service, which --offline forbids; leave --offline out")
	case a.global.noCache:
		return usagef("sync keeps a copy, which --no-cache forbids; leave --no-cache out")
	}
	a.global.refresh = true
	s, err := a.start()
	if err != nil {
		return err
	}
	defer s.end()
	before, err := s.Kept(cmd.Context())
	if err != nil {
		return err
	}
	answer, err := s.Events(cmd.Context())
	if err != nil {
		return err
	}
	var changes []change
	if before != nil {
		changes = compared(before, answer.Events, time.Now())
	}
	if err := changeSheet().Print(s.out(), options, changes); err != nil {
		return err
	}
	what := "read for the first time"
	if before != nil {
		what = counted(changes)
	}
	s.Note("%s, %s; %s", text.Count(len(answer.Events), "event"), what, text.Count(s.Made(), "request"))
	return nil
}
