package cli

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/timeline"
	"github.com/spf13/cobra"
)

// timelineFlags are the flags of dockings timeline.
type timelineFlags struct {
	filter filterFlags
	at     timeFlag
	output string
}

func (a *App) timelineCommand() *cobra.Command {
	var f timelineFlags
	cmd := &cobra.Command{
		Use:   "timeline -o FILE",
		Short: "Draw who was docked where and when",
		Long: `Timeline draws a picture: time runs across, every docking port has a row, grouped
by station, and every stay is a bar with the vehicle's name, if there is room for
it. The colour tells the kind of spacecraft. An arrow is a vehicle that is still
docked.

The end of the file's name says what is written: .svg, .png or .pdf, or .html for a
page that zooms, searches and says what is under the pointer. The page is one file
and asks nobody for anything. The file is there only when it is whole.`,
		Example: `  dockings timeline -o all.pdf
  dockings timeline --station iss --since 2025 -o iss.png
  dockings timeline --demo=515 --since 2020 -o made-up.svg
  dockings timeline -o all.html`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.timeline(cmd, &f) },
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "the `FILE` to write, .svg, .png, .pdf or .html")
	complete(cmd, "output", cobra.FixedCompletions([]string{"svg", "png", "pdf", "html"}, cobra.ShellCompDirectiveFilterFileExt))
	f.filter.register(a, cmd)
	cmd.Flags().Var(&f.filter.since, "since", "where the picture begins: 2024, 2024-12, 2024-12-31, 2024-12-31T18:00Z, yesterday or 7d (default with the first docking)")
	cmd.Flags().Var(&f.filter.until, "until", "where it ends (default now, or with the last departure)")
	complete(cmd, "since", cobra.NoFileCompletions)
	complete(cmd, "until", cobra.NoFileCompletions)
	cmd.Flags().Var(&f.at, "at", "a time that stands for now (default the clock's)")
	complete(cmd, "at", cobra.NoFileCompletions)
	return cmd
}

func (a *App) timeline(cmd *cobra.Command, f *timelineFlags) (err error) {
	format := strings.ToLower(filepath.Ext(f.output))
	switch {
	case f.output == "":
		return usagef("timeline needs a file to write; add -o stays.svg, .png, .pdf or .html")
	case format != pageFormat && !slices.Contains(timeline.Formats(), format):
		return usagef("-o %q does not say what to write; end the name with .svg, .png, .pdf or .html", f.output)
	}
	s, err := a.start()
	if err != nil {
		return err
	}
	defer s.end()
	now := s.at(&f.at)
	if err := f.filter.check(s, now); err != nil {
		return err
	}
	// Before the first request, which is for nothing if there is no file to write to.
	file, err := writeAside(f.output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.discard()) }()

	view := timeline.View{Now: now}
	if since := f.filter.since.span(now, a.global.clock().Zone); since != nil {
		view.From = since.From
	}
	if until := f.filter.until.span(now, a.global.clock().Zone); until != nil {
		view.To = until.End
	}
	events, err := s.drawn(cmd, &f.filter, view)
	if err != nil {
		return err
	}
	s.Stop() // drawing asks for nothing more
	var picture bytes.Buffer
	if err := a.draw(&picture, format, events, view); errors.Is(err, timeline.ErrEmpty) {
		s.Note("no event fits, so %s is not written", f.output)
		return nil
	} else if err != nil {
		return err
	}
	if _, err := file.Write(picture.Bytes()); err != nil {
		return file.failed(err)
	}
	return file.commit()
}

// pageFormat is a page to look at in a browser.
const pageFormat = ".html"

// draw writes the picture, or the page.
func (a *App) draw(w io.Writer, format string, events []*ll2.DockingEvent, v timeline.View) error {
	if format != pageFormat {
		return timeline.Write(w, format, events, v)
	}
	if len(events) == 0 {
		return timeline.ErrEmpty
	}
	return page.WriteTimeline(w, events, page.View{Now: v.Now, From: v.From, To: v.To, Clock: a.global.clock()})
}

// drawn returns the events that are in the picture, those that departed last first.
func (s *session) drawn(cmd *cobra.Command, f *filterFlags, view timeline.View) ([]*ll2.DockingEvent, error) {
	end := view.To
	if end.IsZero() {
		end = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	// The picture's span is no filter of dockings: stays that had begun are there, too.
	where := *f
	where.since, where.until = timeFlag{}, timeFlag{}
	result, err := s.find(cmd.Context(), &where, end, []string{"-departure"}, 0)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(record.Events(result.records), func(e *ll2.DockingEvent) bool {
		return !view.To.IsZero() && !e.Docking.Before(view.To) || !view.From.IsZero() && e.Departure != nil && e.Departure.Before(view.From)
	}), nil
}
