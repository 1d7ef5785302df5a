// Package timeline draws which vehicle was docked where and when: time runs from left to
// right, every docking port has a row, and every stay is a bar.
package timeline

import (
	"errors"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"gonum.org/v1/plot/vg"
)

// A View is the time span of a picture. If From or To is zero, the span of the events
// decides. Now is the end of the stays that go on.
type View struct{ From, To, Now time.Time }

// Options set the contents and the look of a picture. The zero value makes a light picture
// that is as large as necessary, in the colours of the kinds of spacecraft.
type Options struct {
	View

	ColorBy string              // group.Kind, group.Agency or group.Model
	Ports   []*ll2.DockingEvent // whose ports also have a row, if their station has
	Title   string              // replaces the default, which describes the contents
	Dark    bool
	Size    draw.Size // zero: 1920 pixels wide, and as high as the rows need
}

// ErrEmpty means that the picture would have no stay, so it is not drawn.
var ErrEmpty = errors.New("no event fits, so there is nothing to draw")

// A Drawn is a picture, with the numbers of stays and ports in it.
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

// Resolutions of pictures whose size is given, in pixels per inch. At the least one the
// letters can still be read. Below the good one, names above bars are left out so that
// letters are larger.
const (
	leastDPI  = 64
	goodDPI   = 108
	narrowest = 480 // points
)

// fit finds the largest letters with which the rows fit into the size. They are at most as
// large as in a picture without a size.
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

// largest returns the resolution with the largest letters, or less than leastDPI if no
// resolution is small enough.
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
