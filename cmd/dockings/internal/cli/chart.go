package cli

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/docking-event/ll2/cmd/dockings/internal/chart"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/spf13/cobra"
)

// chartFlags are the flags of a chart.
type chartFlags struct {
	spanFlags
	output outputFlags
	by     choiceFlag
}

// A chartKind has the help of one of the charts.
type chartKind struct{ name, short, long, example string }

var chartKinds = []chartKind{
	{
		chart.PerYear, "Draw the number of dockings per year",
		`Per-year draws a bar for each year. Its height is the number of dockings. Its colours
show the agencies, or the models, kinds or stations with --by.`,
		`  dockings chart per-year -o years.png
  dockings chart per-year --station iss --by model -o iss-years.svg`,
	},
	{
		chart.Occupancy, "Draw the number of docked craft over time",
		`Occupancy draws the number of docked craft over time, as a stack of areas with one
area per station. The line at the top is the sum. If there are more changes than a
picture can show, it shows means, and the subtitle says over how many days.`,
		`  dockings chart occupancy -o docked.png
  dockings chart occupancy --station iss --since 2020 -o iss-docked.html`,
	},
	{
		chart.Stays, "Draw the lengths of stays by model",
		`Stays draws a box for each model of spacecraft. The box spans the middle half of the
stays, the line in it is the median, and points are stays far from the others. A model
with fewer than five stays has only points. The scale is logarithmic if the longest
stay is at least twenty times as long as the shortest one. Stays that have not ended
are left out.`,
		`  dockings chart stays -o stays.svg
  dockings chart stays --agency spacex -o spacex.png`,
	},
	{
		chart.Ports, "Draw the share of the time that each docking port was taken",
		`Ports draws a bar for each docking port. Its length is the share of the time that the
port was taken. The time runs from the first docking at the port's station to the last
departure, or to now. --since and --until limit it.`,
		`  dockings chart ports --station iss -o iss-ports.svg
  dockings chart ports --since 2020 --size 1280x720 -o ports.png`,
	},
}

func (a *App) chartCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "chart",
		Short: "Draw charts of dockings, docked craft, stays and ports",
		Long: `Chart counts docking events and draws the numbers. The output is a picture (.svg, .png
or .pdf) or a page (.html) that also has the numbers as a table.`,
		Example: `  dockings chart per-year --by agency -o years.png
  dockings chart ports --station iss -o ports.html`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, kind := range chartKinds {
		cmd.AddCommand(a.oneChart(kind))
	}
	return cmd
}

func (a *App) oneChart(kind chartKind) *cobra.Command {
	var f chartFlags
	cmd := &cobra.Command{
		Use:     kind.name + " -o FILE",
		Short:   kind.short,
		Long:    kind.long,
		Example: kind.example,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.chart(cmd, kind.name, &f) },
	}
	f.output.register(cmd, append(slices.Clone(pictureFormats), formatHTML)...)
	if kind.name == chart.PerYear {
		_, words := group.Words()
		f.by = choiceFlag{value: group.Agency, choices: words}
		cmd.Flags().Var(&f.by, "by", "what the colours show")
		complete(cmd, "by", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	f.register(a, cmd)
	return cmd
}

func (a *App) chart(cmd *cobra.Command, name string, f *chartFlags) error {
	format, err := f.output.kind(cmd, a.Stdout.Terminal)
	if err != nil {
		return err
	}
	return a.draw(cmd, &f.spanFlags, &f.output, format, func(out *output, of subject) error {
		c, err := chart.New(name, of.events, chart.Options{
			From: of.view.From, To: of.view.To, Now: of.view.Now, By: f.by.value, Known: of.known, Title: f.output.title,
		})
		if err != nil {
			return err
		}
		shown := text.Count(c.Events, "event")
		if format == formatHTML {
			var data bytes.Buffer
			if err := page.WriteCharts(&data, cmp.Or(f.output.title, "Docking events"), "", c.Chart); err != nil {
				return err
			}
			return out.write(data.Bytes(), "", shown)
		}
		picture, err := c.Picture(f.output.size.Size, f.output.dark)
		if err != nil {
			return err
		}
		return out.picture(picture, shown)
	})
}
