// Package chart counts docking events and draws what comes of it: dockings a year, craft
// docked over time, lengths of stays, and how full each port is.
package chart

import (
	"errors"
	"fmt"
	"image/color"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/cmd/dockings/internal/page"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
)

// The names of the charts.
const (
	PerYear   = "per-year"
	Occupancy = "occupancy"
	Stays     = "stays"
	Ports     = "ports"
)

// Options are what a chart shows. If From or To is zero, the events decide.
type Options struct {
	From, To, Now time.Time
	By            string              // what PerYear has colours for
	Known         []*ll2.DockingEvent // whose ports Ports shows, too, if their station is shown
	Title         string              // in place of one that says what is shown

	last time.Time // of what is shown
}

// ErrEmpty is a chart of nothing.
var ErrEmpty = errors.New("no event fits, so there is nothing to draw")

// A Chart is numbers, and how they are drawn as a picture and on a page.
type Chart struct {
	page.Chart

	Events int

	groups []group.Group // what the colours mean
	rows   int           // that have a name each; 0 if the height is free
	plot   func(look) *plot.Plot
}

// A look is how a picture is to look, and how large its plot is.
type look struct {
	draw.Theme
	dark          bool
	width, height vg.Length
}

func (l look) color(g group.Group) color.RGBA { return g.Color(l.dark) }

// New counts the events for a chart with one of the names.
func New(name string, events []*ll2.DockingEvent, o Options) (*Chart, error) {
	o.span(events)
	var c *Chart
	switch name {
	case PerYear:
		c = perYear(events, o)
	case Occupancy:
		c = occupancy(events, o)
	case Stays:
		c = stays(events, o)
	case Ports:
		c = ports(events, o)
	}
	if c == nil || c.Events == 0 {
		return nil, ErrEmpty
	}
	if o.Title != "" {
		c.Title = draw.Line(o.Title)
	}
	return c, nil
}

// span sets From and To where they are open: from the first docking to now, or to the last
// departure if nobody is docked.
func (o *Options) span(events []*ll2.DockingEvent) {
	first, last := o.Now, time.Time{}
	for _, e := range events {
		if e.Docking.Before(first) {
			first = e.Docking
		}
		if end := ended(e, o.Now); end.After(last) {
			last = end
		}
	}
	if o.From.IsZero() {
		o.From = first
	}
	o.last = o.To.Add(-1) // a month ends on its last day, not as the next one begins
	if o.To.IsZero() || o.To.After(o.Now) {
		o.To, o.last = last, last
	}
}

// ended returns when a stay ended, or now.
func ended(e *ll2.DockingEvent, now time.Time) time.Time {
	if left := (record.Record{DockingEvent: e, Now: now}).Left(); left != nil {
		return *left
	}
	return now
}

// dates says which part of time a chart shows.
func (o Options) dates() string {
	return fmt.Sprintf("%s to %s (UTC)", o.From.Format(time.DateOnly), o.last.Format(time.DateOnly))
}

// Measures of a chart, in points.
const (
	pictureWidth, pictureHeight = 960, 540
	headHeight, footHeight      = 58, 24
	rowHeight, axisHeight       = 16, 40
	leastRow                    = 9
	leastDPI                    = 64
)

// Picture draws the chart. It returns a [*draw.SizeError] if its rows do not fit into a size
// that is not zero.
func (c *Chart) Picture(size draw.Size, dark bool) (*draw.Picture, error) {
	p := &draw.Picture{
		Title: c.Title + ". " + c.Summary, Width: pictureWidth, Height: pictureHeight, DPI: draw.DPI,
		Sized: size != draw.Size{}, Theme: draw.Light,
	}
	if dark {
		p.Theme = draw.Dark
	}
	head := draw.Head{Title: c.Title, Subtitle: c.Summary, Theme: p.Theme}
	for _, g := range c.groups {
		head.Entries = append(head.Entries, draw.Entry{Text: g.Name, Color: g.Color(dark)})
	}
	if !p.Sized && c.rows > 0 {
		p.Height = headHeight + head.Measure(p.Width) + footHeight + axisHeight + rowHeight*vg.Length(c.rows)
	}
	if p.Sized {
		p.DPI = max(leastDPI, min(size.Width*72/pictureWidth, size.Height*72/pictureHeight*5/3))
		for ; ; p.DPI-- {
			p.Width, p.Height = vg.Length(size.Width)*72/vg.Length(p.DPI), vg.Length(size.Height)*72/vg.Length(p.DPI)
			needs := headHeight + head.Measure(p.Width) + footHeight + axisHeight + max(leastRow*vg.Length(c.rows), 60)
			if needs <= p.Height {
				break
			}
			if p.DPI == leastDPI {
				return nil, &draw.SizeError{Size: size, Least: draw.Size{Width: size.Width, Height: int(needs/72*leastDPI) + 1}}
			}
		}
	}
	top := p.Height - headHeight - head.Measure(p.Width)
	area := vg.Rectangle{Min: vg.Point{X: draw.Margin, Y: footHeight}, Max: vg.Point{X: p.Width - draw.Margin, Y: top}}
	l := look{p.Theme, dark, area.Max.X - area.Min.X, area.Max.Y - area.Min.Y}
	p.Paint = func(canvas vg.CanvasSizer) {
		scene := &draw.Scene{Width: p.Width, Height: p.Height}
		head.Write(scene)
		scene.Paint(canvas)
		c.plot(l).Draw(vgdraw.Canvas{Canvas: canvas, Rectangle: area})
	}
	return p, nil
}
