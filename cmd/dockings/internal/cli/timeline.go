package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/cmd/dockings/internal/timeline"
	"github.com/spf13/cobra"
)

// spanFlags choose the events of a picture, and its part of time.
type spanFlags struct {
	filter filterFlags
	at     timeFlag
}

func (f *spanFlags) register(a *App, cmd *cobra.Command) {
	f.filter.register(a, cmd)
	cmd.Flags().Var(&f.filter.since, "since", "where the picture begins: 2024, 2024-12, 2024-12-31, 2024-12-31T18:00Z, yesterday or 7d (default with the first docking)")
	cmd.Flags().Var(&f.filter.until, "until", "where it ends (default now, or with the last departure)")
	cmd.Flags().Var(&f.at, "at", "a time that stands for now (default the clock's)")
	for _, flag := range []string{"since", "until", "at"} {
		complete(cmd, flag, cobra.NoFileCompletions)
	}
}

// view returns the part of time that is asked for.
func (f *spanFlags) view(s *session) timeline.View {
	now, zone := s.at(&f.at), s.app.global.clock().Zone
	view := timeline.View{Now: now}
	if since := f.filter.since.span(now, zone); since != nil {
		view.From = since.From
	}
	if until := f.filter.until.span(now, zone); until != nil {
		view.To = until.End
	}
	return view
}

// timelineFlags are the flags of dockings timeline.
type timelineFlags struct {
	spanFlags
	output  outputFlags
	colorBy choiceFlag
}

func (a *App) timelineCommand() *cobra.Command {
	var f timelineFlags
	cmd := &cobra.Command{
		Use:   "timeline -o FILE",
		Short: "Draw who was docked where and when",
		Long: `Timeline draws a picture: time runs across, every docking port has a row, grouped
by station, and every stay is a bar with the vehicle's name, if there is room for
it. The colour tells the kind of spacecraft, or with --color-by its agency or its
model. An arrow is a vehicle that is still docked. A torn edge is a stay that goes
on outside the picture. A line joins two stays if the vehicle only moved to another
port. Stays that are too short to be told apart become an area, whose height says
how much of the time a vehicle was docked. A viewer of an SVG shows who it was and
when under the pointer.

The end of the file's name says what is written, or --format does: .svg, .png or
.pdf, or .html for a page that zooms, searches and says what is under the pointer.
The page is one file and asks nobody for anything. The file is there only when it is
whole. With -o - it goes to standard output.`,
		Example: `  dockings timeline -o all.pdf
  dockings timeline --station iss --since 2025 -o iss.png
  dockings timeline --demo=515 --color-by model --size 1920x1080 --dark -o made-up.png
  dockings timeline --demo -o - --format svg > stays.svg
  dockings timeline -o all.html`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.timeline(cmd, &f) },
	}
	f.output.register(cmd, append(slices.Clone(pictureFormats), formatHTML)...)
	vehicles, _ := group.Words()
	f.colorBy = choiceFlag{value: group.Kind, choices: vehicles}
	cmd.Flags().Var(&f.colorBy, "color-by", "what the colours tell of the spacecraft")
	complete(cmd, "color-by", cobra.FixedCompletions(vehicles, cobra.ShellCompDirectiveNoFileComp))
	f.register(a, cmd)
	return cmd
}

func (a *App) timeline(cmd *cobra.Command, f *timelineFlags) (err error) {
	format, err := f.output.kind(cmd, a.Stdout.Terminal)
	if err != nil {
		return err
	}
	if format == formatHTML && cmd.Flags().Changed("color-by") {
		return usagef("--color-by is for pictures; a page has the colours that its reader chooses, so leave it out")
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
	if format == formatHTML {
		return a.timelinePage(out, events, view, f.output.title)
	}
	if len(f.filter.port.words) > 0 {
		known = nil // no others are wanted
	}
	picture, err := timeline.Draw(events, timeline.Options{
		View: view, ColorBy: f.colorBy.value, Ports: known, Title: f.output.title, Dark: f.output.dark, Size: f.output.size.Size,
	})
	small := new(draw.SizeError)
	switch {
	case errors.Is(err, timeline.ErrEmpty):
		out.empty()
		return nil
	case errors.As(err, &small):
		return usagef("--size %w", err)
	case err != nil:
		return err
	}
	return out.picture(&picture.Picture, fmt.Sprintf("%s at %s", text.Count(picture.Stays, "stay"), text.Count(picture.Ports, "port")))
}

// timelinePage writes the events as a page.
func (a *App) timelinePage(out *output, events []*ll2.DockingEvent, view timeline.View, title string) error {
	if len(events) == 0 {
		out.empty()
		return nil
	}
	var data bytes.Buffer
	err := page.WriteTimeline(&data, events, page.View{Now: view.Now, From: view.From, To: view.To, Clock: a.global.clock(), Title: title})
	if err != nil {
		return err
	}
	return out.write(data.Bytes(), "", text.Count(len(events), "stay"))
}

// drawn returns the events that are in the picture, those that departed last first, and
// all among which they were chosen.
func (s *session) drawn(cmd *cobra.Command, f *filterFlags, view timeline.View) (events, known []*ll2.DockingEvent, err error) {
	end := view.To
	if end.IsZero() {
		end = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	// The picture's span is no filter of dockings: stays that had begun are there, too.
	where := *f
	where.since, where.until = timeFlag{}, timeFlag{}
	result, err := s.find(cmd.Context(), &where, end, []string{"-departure"}, 0)
	if err != nil {
		return nil, nil, err
	}
	return slices.DeleteFunc(record.Events(result.records), func(e *ll2.DockingEvent) bool {
		return !view.To.IsZero() && !e.Docking.Before(view.To) || !view.From.IsZero() && e.Departure != nil && e.Departure.Before(view.From)
	}), record.Events(result.all), nil
}
