package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/docking-event/ll2"
	"github.com/spf13/cobra"
)

// getFlags are the flags of dockings get.
type getFlags struct {
	at    timeFlag
	print printFlags
}

func (a *app) getCommand() *cobra.Command {
	var f getFlags
	cmd := &cobra.Command{
		Use:   "get ID",
		Short: "Show one docking event",
		Long: `Get shows one docking event, with all that the service knows of it. It takes
one request.

` + fieldsHelp(eventColumns, false),
		Example: `  dockings get 191
  dockings get 191 --demo --format json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("get takes one id, such as dockings get 191")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.get(cmd, args[0], &f) },
	}
	atFlag(cmd, &f.at)
	f.print.register(cmd, names(eventColumns))
	return cmd
}

func (a *app) get(cmd *cobra.Command, arg string, f *getFlags) error {
	id, err := parseID(arg)
	if err != nil {
		return usagef("%q is no id; write a number from 1 on, such as dockings get 191", arg)
	}
	p := startProgress(a.stderr, 0)
	defer p.stop()
	client, err := a.client(p)
	if err != nil {
		return err
	}
	event, err := client.DockingEvents.Get(cmd.Context(), id)
	if errors.Is(err, ll2.ErrNotFound) {
		return fmt.Errorf("there is no docking event %d%w", id, silently{err})
	}
	if err != nil {
		return err
	}
	out := sheet[row]{
		columns: eventColumns,
		table:   slices.DeleteFunc(names(eventColumns), func(name string) bool { return name == "stay_days" }),
		csv:     names(eventColumns),
		whole:   func(r row) any { return r.DockingEvent },
		single:  true,
	}.printer(p.guard(a.stdout), &f.print)
	return printOne(out, row{event, f.at.now()})
}

// silently is an error that is there for its kind, not for its text.
type silently struct{ error }

func (silently) Error() string   { return "" }
func (e silently) Unwrap() error { return e.error }
