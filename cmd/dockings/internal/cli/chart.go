package cli

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"github.com/docking-event/ll2/cmd/dockings/internal/chart"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
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

// A chartKind is one of the charts, as its help has it.
type chartKind struct{ name, short, long, example string }

var chartKinds = []chartKind{
	{
		chart.PerYear, "Draw how many dockings there were each year",
		`Per-year draws a bar for each year, as high as there were dockings, in the colours
of the agencies or of what --by names.`,
		`  dockings chart per-year -o years.png
  dockings chart per-year --station iss --by model -o iss-years.svg`,
	},
	{
		chart.Occupancy, "Draw how many craft were docked over time",
		`Occupancy draws how many craft were docked at a time, station on station; the line
above all is the sum. If there were more changes than a picture can show, it shows
means, and says of how many days.`,
		`  dockings chart occupancy -o docked.png
  dockings chart occupancy --station iss --since 2020 -o iss-docked.html`,
	},
	{
		chart.Stays, "Draw how long stays were, by model",
		`Stays draws a box for each model of spacecraft: half of its stays are as long as the
box says, the line in it is the median, and points are stays that are far from the
others. A model with fewer than five stays has points only. The scale is logarithmic
if the longest stay is twenty times as long as the shortest one, or more. Stays that
go on are left out.`,
		`  dockings chart stays -o stays.svg
  dockings chart stays --agency spacex -o spacex.png`,
	},
	{
		chart.Ports, "Draw how full each docking port is",
		`Ports draws a bar for each docking port, as long as the share of the time that it
was taken: of the time between the first docking at its station and the last
departure, or now, as far as --since and --until leave it.`,
		`  dockings chart ports --station iss -o iss-ports.svg
  dockings chart ports --since 2020 --size 1280x720 -o ports.png`,
	},
}

func (a *App) chartCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "chart",
		Short: "Draw charts: dockings a year, craft docked, lengths of stays, ports",
		Long: `Chart counts docking events and draws the numbers as a picture, .svg, .png or .pdf,
or as a page, .html, with a table of the same numbers.`,
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
		cmd.Flags().Var(&f.by, "by", "what the colours tell")
		complete(cmd, "by", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	f.register(a, cmd)
	return cmd
}

func (a *App) chart(cmd *cobra.Command, name string, f *chartFlags) (err error) {
	format, err := f.output.kind(cmd, a.Stdout.Terminal)
	if err != nil {
		return err
	}
	s, err := a.start()
	if err != nil {
		return err
	}
	defer s.end()
	if err := f.filter.check(s, s.at(&f.at)); err != nil {
		return err
	}
	out, err := f.output.open(s, format)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.discard()) }()

	view := f.view(s)
	events, known, err := s.drawn(cmd, &f.filter, view)
	if err != nil {
		return err
	}
	s.Stop() // drawing asks for nothing more
	if len(f.filter.port.words) > 0 {
		known = nil // no others are wanted
	}
	c, err := chart.New(name, events, chart.Options{
		From: view.From, To: view.To, Now: view.Now, By: f.by.value, Known: known, Title: f.output.title,
	})
	if errors.Is(err, chart.ErrEmpty) {
		out.empty()
		return nil
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
	if small := new(draw.SizeError); errors.As(err, &small) {
		return usagef("--size %w", err)
	}
	return out.picture(picture, shown)
}
