package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/spf13/cobra"
)

// getFlags are the flags of dockings get.
type getFlags struct {
	at    timeFlag
	print printFlags
}

func (a *App) getCommand() *cobra.Command {
	var f getFlags
	cmd := &cobra.Command{
		Use:   "get ID",
		Short: "Show one docking event",
		Long: `Get shows everything that is known about one docking event.

` + fieldsHelp(record.Fields()),
		Example: `  dockings get 191
  dockings get 191 --demo --format json
  dockings get 191 --demo --raw --jq .flight_vehicle.spacecraft.name`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("get takes one id, such as dockings get 191")
			}
			return nil
		},
		ValidArgsFunction: a.idCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.get(cmd, args[0], &f) },
	}
	atFlag(cmd, &f.at)
	f.print.register(cmd, sheet.Names(record.Fields()))
	f.print.registerRaw(cmd)
	return cmd
}

func (a *App) get(cmd *cobra.Command, arg string, f *getFlags) error {
	id, err := number(arg)
	if err != nil {
		return usagef("%q is not an id; write a positive number, such as dockings get 191", arg)
	}
	s, options, err := a.startPrinting(&f.print)
	if err != nil {
		return err
	}
	defer s.end()
	event, err := s.event(cmd, id)
	if err != nil {
		return err
	}
	now := s.at(&f.at)
	if event.Docking.After(now) && f.at.words != "" {
		clock := a.global.clock()
		return &notFoundError{fmt.Sprintf("docking event %d was after %s: at %s %s", id, f.at.words, clock.Minute(event.Docking), clock.Name)}
	}
	sheet := s.sheet(cmd.Context(), slices.DeleteFunc(sheet.Names(record.Fields()), func(name string) bool { return name == "stay_days" })...)
	sheet.Single = true
	return sheet.Print(s.out(), options, []record.Record{{DockingEvent: event, Now: now}})
}

func (s *session) event(cmd *cobra.Command, id int) (*ll2.DockingEvent, error) {
	if s.app.global.noCache {
		event, err := s.Client().DockingEvents.Get(cmd.Context(), id)
		if errors.Is(err, ll2.ErrNotFound) {
			err = &notFoundError{fmt.Sprintf("there is no docking event %d", id)}
		}
		return event, err
	}
	events, err := s.events(cmd.Context())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(events, func(e *ll2.DockingEvent) bool { return e.ID == id })
	if i < 0 {
		return nil, &notFoundError{fmt.Sprintf("there is no docking event %d; if it is new, use --refresh", id)}
	}
	return events[i], nil
}
