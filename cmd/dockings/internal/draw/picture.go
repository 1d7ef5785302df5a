package draw

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A Picture is what is written.
type Picture struct {
	Title         string // of the document
	Width, Height vg.Length
	DPI           int  // pixels an inch
	Sized         bool // somebody wants exactly that many pixels
	Theme         Theme
	Paint         func(vg.CanvasSizer)
}

// A Size is pixels.
type Size struct{ Width, Height int }

// String writes it as people do.
func (s Size) String() string { return fmt.Sprintf("%dx%d", s.Width, s.Height) }

// DPI is how many pixels an inch a picture has that is as large as it likes.
const DPI = 144

// Pixels returns how large the picture is in a format: in points for a PDF, which is read on
// paper, and else in pixels. An SVG that may be as large as it likes has those of a browser.
func (p *Picture) Pixels(format string) Size {
	dpi := p.DPI
	switch {
	case format == "pdf":
		dpi = 72
	case format == "svg" && !p.Sized:
		dpi = 96
	}
	pixels := func(l vg.Length) int { return int(math.Round(float64(l) / 72 * float64(dpi))) }
	return Size{pixels(p.Width), pixels(p.Height)}
}

// encoders write a picture in a format.
var encoders = map[string]func(*Picture, io.Writer) error{"svg": encodeSVG, "png": encodePNG, "pdf": encodePDF}

// Formats returns what can be written.
func Formats() []string { return slices.Sorted(maps.Keys(encoders)) }

// Encode writes the picture in one of [Formats].
func (p *Picture) Encode(w io.Writer, format string) error { return encoders[format](p, w) }

// fillLabel draws a text on a canvas of this package.
func fillLabel(c vg.Canvas, l Label) {
	f := l.Style.Font()
	c.FillString(font.DefaultCache.Lookup(f, f.Size), l.At, l.Text)
}

// styleOf is what a canvas is told of a text.
func styleOf(f font.Font) TextStyle {
	return TextStyle{Size: f.Size, Bold: f.Weight > 0}
}

// A SizeError is a size that is too small for what is to be seen.
type SizeError struct {
	Size  Size
	Least Size
}

// Error says what would do.
func (e *SizeError) Error() string {
	return fmt.Sprintf("%v is too small for the rows of this picture; write %v or more, or choose fewer stations or ports", e.Size, e.Least)
}
