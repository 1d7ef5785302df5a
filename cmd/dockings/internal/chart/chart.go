// Package chart counts docking events and draws the numbers: dockings a year, craft
// docked over time, lengths of stays, and how much of the time each port is taken.
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

// Options choose the contents of a chart. If From or To is zero, the span of the events
// decides.
type Options struct {
	From, To, Now time.Time
	By            string              // the word of [group.Words] that PerYear has colours for
	Known         []*ll2.DockingEvent // whose ports Ports also shows, if their station is shown
	Title         string              // replaces the default, which describes the contents

	last time.Time // the last instant that is shown
}

// ErrEmpty means that no event is in the chart, so that there is nothing to draw.
var ErrEmpty = errors.New("no event fits, so there is nothing to draw")

// A Chart has the numbers, and draws them as a picture and on a page.
type Chart struct {
	page.Chart

	Events int

	groups []group.Group // for the legend
	rows   int           // each with a name; 0 if the height is free
	plot   func(look) *plot.Plot
}

// A look has the theme of a picture and the size of its plot.
type look struct {
	draw.Theme
	dark          bool
	width, height vg.Length
}

func (l look) color(g group.Group) color.RGBA { return g.Color(l.dark) }

// New counts the events for the chart with this name.
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

// span sets From and To if they are zero: from the first docking to now, or to the last
// departure if no craft is docked.
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
	o.last = o.To.Add(-1) // the subtitle shows the last day of the span, not the first day after it
	if o.To.IsZero() || o.To.After(o.Now) {
		o.To, o.last = last, last
	}
}

// ended returns the end of a stay, or now if it has not ended.
func ended(e *ll2.DockingEvent, now time.Time) time.Time {
	if left := (record.Record{DockingEvent: e, Now: now}).Left(); left != nil {
		return *left
	}
	return now
}

// dates describes the time span of a chart.
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
