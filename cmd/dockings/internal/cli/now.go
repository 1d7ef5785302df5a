package cli

import (
	"strings"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/spf13/cobra"
)

// nowFlags are the flags of dockings now.
type nowFlags struct {
	filter filterFlags
	at     timeFlag
	print  printFlags
}

func (a *App) nowCommand() *cobra.Command {
	var f nowFlags
	cmd := &cobra.Command{
		Use:   "now",
		Short: "Show which vehicles are docked now",
		Long: `Now shows which vehicles are docked now, where, and for how long, grouped by
station. With --at it shows which vehicles were docked at another time.

` + fieldsHelp(record.Fields()),
		Example: `  dockings now
  dockings now --station iss --format json
  dockings now --demo --at 1978-07-01`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.nowDocked(cmd, &f) },
	}
	f.filter.register(a, cmd)
	atFlag(cmd, &f.at)
	f.print.register(cmd, sheet.Names(record.Fields()))
	f.print.registerRaw(cmd)
	return cmd
}

func (a *App) nowDocked(cmd *cobra.Command, f *nowFlags) error {
	s, options, err := a.startPrinting(&f.print)
	if err != nil {
		return err
	}
	defer s.end()
	now := s.at(&f.at)
	result, err := s.dockedAt(cmd, f)
	if err != nil {
		return err
	}
	if err := s.sheet(cmd.Context(), "station", "port", "vehicle", "docking", "stay").Print(s.out(), options, result); err != nil {
		return err
	}
	if len(result) == 0 {
		where := ""
		if words := f.filter.station.words; len(words) > 0 {
			where = " at " + strings.Join(words, " or ")
		}
		clock := a.global.clock()
		s.Note("no vehicle was docked%s at %s %s", where, clock.Minute(now), clock.Name)
	}
	return nil
}

// dockedAt returns the vehicles that are docked, in the order of stations and ports.
func (s *session) dockedAt(cmd *cobra.Command, f *nowFlags) ([]record.Record, error) {
	now := s.at(&f.at)
	keys := []string{"station_id", "port_id", "docking"}
	opts, chosen := f.filter.pushed(s, now)
	if s.app.global.noCache && chosen {
		if err := f.filter.check(s, now); err != nil {
			return nil, err
		}
		// The service lists vehicles that have not departed first, then the latest departures.
		docked := func(e *ll2.DockingEvent) bool { return e.Departure == nil || e.Departure.After(now) }
		events, _, err := s.Ask(cmd.Context(), 0, docked, append(opts, ll2.OrderBy(ll2.ByDeparture.Desc()))...)
		records := record.Of(events, now)
		record.Sort(records, keys)
		return records, err
	}
	f.filter.docked = true
	result, err := s.find(cmd.Context(), &f.filter, now, keys, 0)
	return result.records, err
}
