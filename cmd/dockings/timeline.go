package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/spf13/cobra"
)

// timelineFlags are the flags of dockings timeline.
type timelineFlags struct {
	filter filterFlags
	span   spanFlag
	at     timeFlag
	output string
}

func (a *app) timelineCommand() *cobra.Command {
	var f timelineFlags
	cmd := &cobra.Command{
		Use:   "timeline -o FILE",
		Short: "Draw who was docked where and when",
		Long: `Timeline draws a picture: time runs across, every docking port has a row, grouped
by station, and every stay is a bar with the vehicle's name, where there is room
for it. The colour tells the kind of spacecraft. An arrow is a vehicle that is
still docked.

The end of the file's name says what is written: .svg, .png or .pdf. The file is
there only when it is whole.`,
		Example: `  dockings timeline -o all.pdf
  dockings timeline --station 4 --since 2025 -o iss.png
  dockings timeline --demo=515 --since 2020 -o made-up.svg`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.timeline(cmd, &f) },
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "the `FILE` to write, .svg, .png or .pdf")
	complete(cmd, "output", cobra.FixedCompletions([]string{"svg", "png", "pdf"}, cobra.ShellCompDirectiveFilterFileExt))
	f.filter.register(cmd)
	f.span.register(cmd, "where the picture begins: 2024, 2024-12, 2024-12-31 or 2024-12-31T18:00Z (default with the first docking)",
		"where it ends (default now, or with the last departure)")
	atFlag(cmd, &f.at)
	for _, flag := range []string{"since", "until"} {
		complete(cmd, flag, cobra.NoFileCompletions)
	}
	return cmd
}

func (a *app) timeline(cmd *cobra.Command, f *timelineFlags) (err error) {
	if f.output == "" {
		return usagef("timeline needs a file to write; add -o stays.svg, .png or .pdf")
	}
	encode, ok := encoders[strings.ToLower(filepath.Ext(f.output))]
	if !ok {
		return usagef("-o %q does not say what to write; end the name with .svg, .png or .pdf", f.output)
	}
	if err := f.span.check(); err != nil {
		return err
	}
	// Before the first request, which is for nothing where there is no file to
	// write to.
	file, err := writeAside(f.output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.discard()) }()

	p := startProgress(a.stderr, 0)
	defer p.stop()
	client, err := a.client(p)
	if err != nil {
		return err
	}
	opts := append(f.filter.options(), ll2.OrderBy(ll2.ByDeparture.Desc()))
	if f.span.until.given() {
		opts = append(opts, f.span.until.until())
	}
	var events []*ll2.DockingEvent
	for event, err := range walk(cmd.Context(), client, p, opts...) {
		if err != nil {
			return err
		}
		if f.span.since.given() && event.Departure != nil && event.Departure.Before(f.span.since.start) {
			break // and so have all that are still to come
		}
		events = append(events, event)
	}
	p.stop() // drawing asks for nothing more
	view := view{now: f.at.now()}
	if f.span.since.given() {
		view.from = f.span.since.start
	}
	if f.span.until.given() {
		view.to = f.span.until.last()
	}
	chart := newChart(events, view)
	if chart.stays == 0 {
		return errors.New("no event fits, so there is nothing to draw")
	}
	if err := encode(drawTimeline(chart), file); err != nil {
		return file.failed(err)
	}
	return file.commit()
}

// A view is what of the time a timeline shows. Without from or to, which are
// zero then, the events decide.
type view struct{ from, to, now time.Time }

// An asideFile is written beside the file that it takes the place of when it is
// whole. What is no regular file, such as a device, cannot be replaced and is
// written to as it is.
type asideFile struct {
	*os.File
	name   string // as the user wrote it
	target string // "" where there is nothing to rename
}

func writeAside(name string) (*asideFile, error) {
	f := &asideFile{name: name, target: name}
	if resolved, err := filepath.EvalSymlinks(name); err == nil {
		f.target = resolved // else the link would be replaced
	}
	info, err := os.Stat(f.target)
	switch {
	case err == nil && info.IsDir():
		return nil, usagef("-o %s is a directory; write the name of a file in it", name)
	case err == nil && !info.Mode().IsRegular():
		f.target = ""
		f.File, err = os.OpenFile(name, os.O_WRONLY, 0)
	default:
		f.File, err = os.CreateTemp(filepath.Dir(f.target), "."+filepath.Base(f.target)+".*")
		if err == nil && info != nil {
			err = f.Chmod(info.Mode().Perm())
		} else if err == nil {
			err = f.Chmod(0o644)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot write %s: there is no directory %s; make it first", name, filepath.Dir(name))
	}
	if err != nil {
		return nil, f.failed(err)
	}
	return f, nil
}

func (f *asideFile) failed(err error) error {
	return fmt.Errorf("cannot write %s: %s", f.name, cause(err))
}

// commit puts the file in its place.
func (f *asideFile) commit() error {
	if f.target != "" {
		if err := f.Sync(); err != nil {
			return f.failed(err)
		}
	}
	if err := f.Close(); err != nil {
		return f.failed(err)
	}
	if f.target == "" {
		return nil
	}
	if err := os.Rename(f.Name(), f.target); err != nil {
		return f.failed(err)
	}
	f.target = ""
	return nil
}

// discard removes what was not committed.
func (f *asideFile) discard() error {
	_ = f.Close() // which it is already, where it was committed
	if f.target == "" {
		return nil
	}
	return os.Remove(f.Name())
}
