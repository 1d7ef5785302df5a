package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/chart"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/cmd/dockings/internal/timeline"
	"github.com/spf13/cobra"
)

// spanFlags choose the events of a picture and its time span.
type spanFlags struct {
	filter filterFlags
	at     timeFlag
}

func (f *spanFlags) register(a *App, cmd *cobra.Command) {
	f.filter.register(a, cmd)
	cmd.Flags().Var(&f.filter.since, "since", "the start of the picture: 2024, 2024-12, 2024-12-31, 2024-12-31T18:00Z, yesterday or 7d (default the first docking)")
	cmd.Flags().Var(&f.filter.until, "until", "the end of the picture (default now, or the last departure)")
	cmd.Flags().Var(&f.at, "at", "the time to use as now (default the clock's)")
	for _, flag := range []string{"since", "until", "at"} {
		complete(cmd, flag, cobra.NoFileCompletions)
	}
}

// view returns the time span that the flags ask for.
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
		Short: "Draw a timeline of all stays at the docking ports",
		Long: `Timeline draws a picture of stays. Time runs from left to right. Every docking port
has a row, grouped by station. Every stay is a bar, with the name of the vehicle if
there is room for it. The colours show the kind of spacecraft, or with --color-by its
agency or its model. An arrow is a vehicle that is still docked. A torn edge is a
stay that goes on outside the picture. A line joins two stays if the vehicle only
moved to another port. Stays that are too short to be told apart become an area,
whose height is the share of the time that a vehicle was docked. A viewer of an SVG
shows the vehicle and the times of the stay under the pointer.

The extension of the file, or --format, selects the format: .svg, .png or .pdf for a
picture, or .html for an interactive page with zoom, search and details of the stay
under the pointer. The page is one self-contained file and makes no requests. The
file appears only when it is complete. With -o - the output goes to standard output.`,
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
	cmd.Flags().Var(&f.colorBy, "color-by", "what the colours show of the spacecraft")
	complete(cmd, "color-by", cobra.FixedCompletions(vehicles, cobra.ShellCompDirectiveNoFileComp))
	f.register(a, cmd)
	return cmd
}

func (a *App) timeline(cmd *cobra.Command, f *timelineFlags) error {
	format, err := f.output.kind(cmd, a.Stdout.Terminal)
	if err != nil {
		return err
	}
	if format == formatHTML && cmd.Flags().Changed("color-by") {
		return usagef("--color-by is for pictures; a page has the colours that its reader chooses, so leave it out")
	}
	return a.draw(cmd, &f.spanFlags, &f.output, format, func(out *output, of subject) error {
		if format == formatHTML {
			return a.timelinePage(out, of, f.output.title)
		}
		picture, err := timeline.Draw(of.events, timeline.Options{
			View: of.view, ColorBy: f.colorBy.value, Ports: of.known, Title: f.output.title, Dark: f.output.dark, Size: f.output.size.Size,
		})
		if err != nil {
			return err
		}
		return out.picture(&picture.Picture, fmt.Sprintf("%s at %s", text.Count(picture.Stays, "stay"), text.Count(picture.Ports, "port")))
	})
}

// timelinePage writes the events as a page.
func (a *App) timelinePage(out *output, of subject, title string) error {
	if len(of.events) == 0 {
		return timeline.ErrEmpty
	}
	var data bytes.Buffer
	err := page.WriteTimeline(&data, of.events, page.View{Now: of.view.Now, From: of.view.From, To: of.view.To, Clock: a.global.clock(), Title: title})
	if err != nil {
		return err
	}
	return out.write(data.Bytes(), "", text.Count(len(of.events), "stay"))
}

// A subject is the input of a picture or a page: the events in it, and all events among
// which they were chosen, or none if only the ports of the events are wanted.
type subject struct {
	view          timeline.View
	events, known []*ll2.DockingEvent
}

// draw opens the output, finds the events and has them drawn.
func (a *App) draw(cmd *cobra.Command, f *spanFlags, o *outputFlags, format string, drawTo func(*output, subject) error) (err error) {
	s, err := a.start()
	if err != nil {
		return err
	}
	defer s.end()
	if err := f.filter.check(s, s.at(&f.at)); err != nil {
		return err
	}
	out, err := o.open(s, format)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.discard()) }()

	of := subject{view: f.view(s)}
	if of.events, of.known, err = s.drawn(cmd, &f.filter, of.view); err != nil {
		return err
	}
	s.Stop() // drawing makes no requests
	if len(f.filter.port.words) > 0 {
		of.known = nil // only these ports are wanted
	}
	err = drawTo(out, of)
	switch small := new(draw.SizeError); {
	case errors.Is(err, timeline.ErrEmpty), errors.Is(err, chart.ErrEmpty):
		out.empty()
		return nil
	case errors.As(err, &small):
		return usagef("--size %w", err)
	}
	return err
}

// drawn returns the events that are in the picture, the latest departures first, and all
// events among which they were chosen.
func (s *session) drawn(cmd *cobra.Command, f *filterFlags, view timeline.View) (events, known []*ll2.DockingEvent, err error) {
	end := view.To
	if end.IsZero() {
		end = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	// The span of the picture does not filter dockings: it also shows stays that began before.
	where := *f
	where.since, where.until = timeFlag{}, timeFlag{}
	result, err := s.find(cmd.Context(), &where, end, []string{"-departure"}, 0)
	if err != nil {
		return nil, nil, err
	}
	return slices.DeleteFunc(record.Events(result.records), func(e *ll2.DockingEvent) bool {
		return e.Docking.After(view.Now) || !view.To.IsZero() && !e.Docking.Before(view.To) || !view.From.IsZero() && e.Departure != nil && e.Departure.Before(view.From)
	}), record.Events(result.all), nil
}
