package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/docking-event/ll2"
	"github.com/spf13/cobra"
)

// nowFlags are the flags of dockings now.
type nowFlags struct {
	station idFlag
	at      timeFlag
	print   printFlags
}

func (a *app) nowCommand() *cobra.Command {
	var f nowFlags
	cmd := &cobra.Command{
		Use:   "now",
		Short: "Show who is docked where at this moment",
		Long: `Now shows which vehicles are docked at this moment, where, and for how long,
station by station. It takes one request. With --at it shows who was docked at
another time, which takes a request more for every 100 dockings since.

` + fieldsHelp(normalColumns(), false),
		Example: `  dockings now
  dockings now --station 4 --format json
  dockings now --demo --at 1978-07-01`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.now(cmd, &f) },
	}
	cmd.Flags().Var(&f.station, "station", "only at the space station with this id; 4 is the ISS")
	complete(cmd, "station", stationCompletions)
	atFlag(cmd, &f.at)
	f.print.register(cmd, inShape(eventColumns, false))
	return cmd
}

func (a *app) now(cmd *cobra.Command, f *nowFlags) error {
	p := startProgress(a.stderr, 0)
	defer p.stop()
	client, err := a.client(p)
	if err != nil {
		return err
	}
	now := f.at.now()
	opts := []ll2.ListOption{
		ll2.DockedUntil(now),
		// Those who have not departed come first, then those who departed last.
		ll2.OrderBy(ll2.ByDeparture.Desc()),
	}
	if f.station > 0 {
		opts = append(opts, ll2.ForSpaceStation(int(f.station)))
	}
	var rows []row
	for event, err := range walk(cmd.Context(), client, p, opts...) {
		if err != nil {
			return err
		}
		r := row{event, now}
		if r.departed() != nil {
			break
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(
			cmp.Compare(a.DockingLocation.SpaceStation.ID, b.DockingLocation.SpaceStation.ID),
			cmp.Compare(a.DockingLocation.ID, b.DockingLocation.ID),
			a.Docking.Compare(b.Docking))
	})
	columns := []string{"station", "port", "vehicle", "docking", "stay"}
	out := sheet[row]{
		columns: eventColumns,
		table:   columns,
		csv:     columns,
		rows:    rows,
		whole:   func(r row) any { return r.DockingEvent },
	}.printer(p.guard(a.stdout), &f.print)
	for _, r := range rows {
		if err := out.print(r); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		where := ""
		if f.station > 0 {
			where = fmt.Sprintf(" at station %d", int(f.station))
		}
		p.note("nobody was docked%s at %s UTC", where, now.Format("2006-01-02 15:04"))
	}
	return out.close()
}
