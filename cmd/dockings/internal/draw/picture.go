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

// A Picture is a drawing with the settings to encode it.
type Picture struct {
	Title         string // of the document
	Width, Height vg.Length
	DPI           int  // pixels per inch
	Sized         bool // the user asked for exactly that many pixels
	Theme         Theme
	Paint         func(vg.CanvasSizer)
}

// A Size is a width and a height in pixels.
type Size struct{ Width, Height int }

// String returns the size in the form 1920x1080.
func (s Size) String() string { return fmt.Sprintf("%dx%d", s.Width, s.Height) }

// DPI is the number of pixels per inch of a picture whose size is not given.
const DPI = 144

// Pixels returns the size of the picture in a format: in points for a PDF, which is read on
// paper, and otherwise in pixels. An SVG whose size is not given uses the pixels of a browser.
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

// encoders write a picture, by format.
var encoders = map[string]func(*Picture, io.Writer) error{"svg": encodeSVG, "png": encodePNG, "pdf": encodePDF}

// Formats returns the formats of [Picture.Encode].
func Formats() []string { return slices.Sorted(maps.Keys(encoders)) }

// Encode writes the picture in one of the [Formats].
func (p *Picture) Encode(w io.Writer, format string) error { return encoders[format](p, w) }

// fillLabel draws a text on one of this package's canvases.
func fillLabel(c vg.Canvas, l Label) {
	f := l.Style.Font()
	c.FillString(font.DefaultCache.Lookup(f, f.Size), l.At, l.Text)
}

// styleOf returns the style in which a canvas draws a text.
func styleOf(f font.Font) TextStyle {
	return TextStyle{Size: f.Size, Bold: f.Weight > 0}
}

// A SizeError reports a size that is too small for the contents.
type SizeError struct {
	Size  Size
	Least Size
}

// Error names a size that is large enough.
func (e *SizeError) Error() string {
	return fmt.Sprintf("%v is too small for the rows of this picture; write %v or more, or choose fewer stations or ports", e.Size, e.Least)
}
