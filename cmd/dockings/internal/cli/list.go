package cli

import (
	"errors"

	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/spf13/cobra"
)

// defaultMost is the number of events that a list shows by default.
const defaultMost = 30

// listFlags are the flags of dockings list.
type listFlags struct {
	filter filterFlags
	sort   wordsFlag
	max    countFlag
	all    bool
	at     timeFlag
	print  printFlags
}

func (a *App) listCommand() *cobra.Command {
	var f listFlags
	fields := sheet.Names(record.Fields())
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List docking events",
		Long: `List prints the newest 30 docking events that match the flags, and says how many
there are. Use --all to print all of them, or --max for another number.

A name can be the whole name, an abbreviation such as iss, a part that only one
name contains, or a pattern with * and ?. Upper and lower case are the same. An id
works too. Repeat a flag to match any of several names.

` + fieldsHelp(record.Fields()),
		Example: `  dockings list --station iss --since 2025
  dockings list --vehicle 'Soyuz*' --during 1978 --all --format csv > soyuz.csv
  dockings list --docked --sort -stay
  dockings list --since 30d --jq '.[] | "\(.vehicle) at \(.station)"'
  dockings list --demo --fields docking,stay,vehicle,port`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.list(cmd, &f) },
	}
	f.filter.register(a, cmd)
	f.filter.registerTimes(cmd)
	f.sort = wordsFlag{kind: "FIELDS", choices: fields, descending: true}
	cmd.Flags().Var(&f.sort, "sort", "sort by these `FIELDS`; - in front of a field sorts it in descending order (default -docking)")
	complete(cmd, "sort", f.sort.complete)
	cmd.Flags().Var(&f.max, "max", "print at most this many events (default 30)")
	complete(cmd, "max", cobra.NoFileCompletions)
	cmd.Flags().BoolVar(&f.all, "all", false, "print all events that match")
	atFlag(cmd, &f.at)
	f.print.register(cmd, fields)
	f.print.registerRaw(cmd)
	return cmd
}

func (a *App) list(cmd *cobra.Command, f *listFlags) error {
	if f.all && f.max > 0 {
		return usagef("--all and --max cannot be combined; leave one of them out")
	}
	s, options, err := a.startPrinting(&f.print)
	if err != nil {
		return err
	}
	defer s.end()
	most := defaultMost
	if f.max > 0 {
		most = int(f.max)
	}
	if f.all {
		most = 0
	}
	keys := f.sort.values
	if len(keys) == 0 {
		keys = newestFirst
	}
	result, err := s.find(cmd.Context(), &f.filter, s.at(&f.at), keys, most)
	if err != nil && len(result.records) == 0 {
		return err
	}
	// Print the events that came before an error.
	printErr := s.sheet(cmd.Context(), "id", "docking", "departure", "vehicle", "port", "station").Print(s.out(), options, result.records)
	if err := errors.Join(printErr, err); err != nil {
		return err
	}
	switch shown := len(result.records); {
	case shown == 0:
		s.Note("no event matches")
	case shown < result.count && f.max == 0:
		s.Note("%d of %d; use --all to show all of them", shown, result.count)
	case shown < result.count:
		s.Note("%d of %d", shown, result.count)
	}
	return nil
}
