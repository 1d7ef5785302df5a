package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/docking-event/ll2/cmd/dockings/internal/names"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/spf13/cobra"
)

// entityFlags are the flags of dockings stations, ports, vehicles and agencies.
type entityFlags struct {
	filter filterFlags
	at     timeFlag
	print  printFlags
}

// entityCommands returns the commands that list stations, ports, vehicles and agencies.
func (a *App) entityCommands() []*cobra.Command {
	return []*cobra.Command{
		a.entityCommand(names.Stations, "", `  dockings stations
  dockings stations --agency nasa --fields id,name,dockings`),
		a.entityCommand(names.Ports, "station", `  dockings ports --station iss
  dockings ports --demo=515 --station iss --format csv`),
		a.entityCommand(names.Vehicles, "model", `  dockings vehicles --model '*dragon*'
  dockings vehicles --demo=515 --vehicle 'Soyuz 1*' --since 2020`),
		a.entityCommand(names.Agencies, "country", `  dockings agencies
  dockings agencies --demo=515 --jq '.[].name'`),
	}
}

// entityColumns returns the fields of entities. Of is the name of the field for
// [names.Entity.Of].
func entityColumns(kind names.Kind, of string) []sheet.Column[names.Entity] {
	type column = sheet.Column[names.Entity]
	columns := []column{
		{Name: "id", Title: "ID", About: "id of the " + kind.One + "; --" + kind.One + " accepts it", Right: true,
			Value: func(e names.Entity) any { return e.ID }},
		{Name: "name", Title: strings.ToUpper(kind.One), About: "name of the " + kind.One, Cut: true,
			Value: func(e names.Entity) any { return e.Name }},
	}
	if kind.One == names.Stations.One || kind.One == names.Agencies.One {
		columns = append(columns, column{Name: "short", Title: "SHORT", Spare: true, About: "abbreviation of the name",
			Value: func(e names.Entity) any { return orNil(e.Short) }})
	}
	if of != "" {
		columns = append(columns, column{Name: of, Title: strings.ToUpper(of), Spare: of == "country", About: map[string]string{
			"station": "name of the space station", "model": "model of the spacecraft, such as Soyuz", "country": "country codes of the agency"}[of], Cut: true,
			Value: func(e names.Entity) any { return orNil(e.Of) },
			Short: func(e names.Entity) string {
				if of != "station" {
					return ""
				}
				return text.Initials(e.Of)
			}})
	}
	return append(columns,
		column{Name: "dockings", Title: "DOCKINGS", About: "number of dockings", Right: true,
			Value: func(e names.Entity) any { return e.Dockings }},
		column{Name: "docked", Title: "DOCKED", Spare: true, About: "number of vehicles that are docked now", Right: true,
			Value: func(e names.Entity) any { return e.Docked }},
		column{Name: "first", Title: "FIRST", Spare: true, About: "time of the first docking", Time: true,
			Value: func(e names.Entity) any { return e.First }},
		column{Name: "last", Title: "LAST", Spare: true, About: "time of the last docking", Time: true,
			Value: func(e names.Entity) any { return e.Last }})
}

func orNil(words string) any {
	if words == "" {
		return nil
	}
	return words
}

func (a *App) entityCommand(kind names.Kind, of, example string) *cobra.Command {
	var f entityFlags
	columns := entityColumns(kind, of)
	title := strings.ToUpper(kind.Many[:1]) + kind.Many[1:]
	extra := ""
	if kind.One == names.Vehicles.One {
		extra = "\nAn id stands for one flight: a spacecraft that flew twice is listed twice.\n"
	}
	cmd := &cobra.Command{
		Use:   kind.Many,
		Short: "List the " + kind.Many + " with their ids and numbers of dockings",
		Long: title + " lists the " + kind.Many + ` of the docking events that match the flags, with
their ids and numbers of dockings.
` + extra + "\n" + fieldsHelp(columns),
		Example: example,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.entities(cmd, &f, kind, columns) },
	}
	f.filter.register(a, cmd)
	f.filter.registerTimes(cmd)
	atFlag(cmd, &f.at)
	f.print.register(cmd, sheet.Names(columns))
	return cmd
}

func (a *App) entities(cmd *cobra.Command, f *entityFlags, kind names.Kind, columns []sheet.Column[names.Entity]) error {
	s, options, err := a.startPrinting(&f.print)
	if err != nil {
		return err
	}
	defer s.end()
	result, err := s.find(cmd.Context(), &f.filter, s.at(&f.at), newestFirst, 0)
	if err != nil {
		return err
	}
	entities := kind.In(result.records)
	if kind.One == names.Ports.One || kind.One == names.Vehicles.One {
		// Ports are sorted by station, flights by time, the newest first.
		slices.SortStableFunc(entities, func(a, b names.Entity) int {
			if kind.One == names.Vehicles.One {
				return b.Last.Compare(a.Last)
			}
			return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.ID, b.ID))
		})
	}
	if err := (sheet.Sheet[names.Entity]{Columns: columns}).Print(s.out(), options, entities); err != nil {
		return err
	}
	if len(entities) == 0 {
		s.Note("no event matches")
	}
	return nil
}
