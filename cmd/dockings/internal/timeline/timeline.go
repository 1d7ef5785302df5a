// Package timeline draws who was docked where and when: time runs across, every
// docking port has a row, and every stay is a bar.
package timeline

import (
	"errors"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"gonum.org/v1/plot/vg"
)

// A View is the part of time that a picture shows. If From or To is zero, the events
// decide. Now is where the stays end that go on.
type View struct{ From, To, Now time.Time }

// Options are what a picture is to look like. The zero value is a light picture with the
// kinds of spacecraft in colours, as large as it needs.
type Options struct {
	View

	ColorBy string              // group.Kind, group.Agency or group.Model
	Ports   []*ll2.DockingEvent // whose ports have a row, too, if their station has
	Title   string              // in place of one that says what is shown
	Dark    bool
	Size    draw.Size // zero: 1920 pixels wide, and as high as the rows need
}

// ErrEmpty is a picture without a stay, which is not drawn.
var ErrEmpty = errors.New("no event fits, so there is nothing to draw")

// A Drawn is a picture, and how much is in it.
type Drawn struct {
	draw.Picture
	Stays, Ports int
}

// Draw draws the stays of the events that the view shows. It returns [ErrEmpty] if there
// are none, or a [*draw.SizeError].
func Draw(events []*ll2.DockingEvent, o Options) (*Drawn, error) {
	c := newChart(events, o)
	if c.stays == 0 {
		return nil, ErrEmpty
	}
	t, dpi, err := c.fit(o)
	if err != nil {
		return nil, err
	}
	t.draw()
	title, subtitle := c.title(o.Title)
	return &Drawn{
		Picture: draw.Picture{
			Title: title + ". " + subtitle, Width: t.Width, Height: t.Height, DPI: dpi, Sized: o.Size != draw.Size{},
			Theme: t.theme, Paint: t.Paint,
		},
		Stays: c.stays, Ports: c.ports,
	}, nil
}

// Resolutions of pictures whose size is given, in pixels an inch. At the least the letters
// can still be read; below the good one, names above bars make way for larger letters.
const (
	leastDPI  = 64
	goodDPI   = 108
	narrowest = 480 // points
)

// fit finds how large the letters can be for the rows to fit into the size: as large as
// those of a picture without a size, unless there are too many rows.
func (c chart) fit(o Options) (t *timelinePicture, dpi int, err error) {
	if o.Size == (draw.Size{}) {
		return c.measured(o, pictureWidth, 0, true), draw.DPI, nil
	}
	dpi, names := c.largest(o, true), true
	if dpi < goodDPI {
		if without := c.largest(o, false); without > dpi {
			dpi, names = without, false
		}
	}
	if dpi < leastDPI {
		least := draw.Size{Width: max(o.Size.Width, (narrowest*leastDPI+71)/72)}
		least.Height = int(c.measured(o, points(least.Width, leastDPI), 0, false).Height/72*leastDPI) + 1
		least.Height = max(least.Height, o.Size.Height)
		return nil, 0, &draw.SizeError{Size: o.Size, Least: least}
	}
	return c.measured(o, points(o.Size.Width, dpi), points(o.Size.Height, dpi), names), dpi, nil
}

// largest returns the resolution with the largest letters, or less than the least one if
// none is small enough.
func (c chart) largest(o Options, names bool) int {
	low, high := leastDPI-1, max(leastDPI, o.Size.Width*72/pictureWidth)
	for low < high {
		middle := (low + high + 1) / 2
		width, height := points(o.Size.Width, middle), points(o.Size.Height, middle)
		if width >= narrowest && c.measured(o, width, 0, names).Height <= height {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

func points(pixels, dpi int) vg.Length { return vg.Length(pixels) * 72 / vg.Length(dpi) }
