// Package draw draws pictures as PNG, SVG and PDF: areas and texts in points, in a theme of
// colours, with names in any script.
package draw

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
)

// A Theme has the colours of a picture.
type Theme struct {
	Paper, Ink, Faint, Grid, Ground, Now color.RGBA
}

// The themes. Colour-blind people can read both.
var (
	Light = Theme{
		Paper: gray(0xff), Ink: gray(0x22), Faint: gray(0x66), Grid: gray(0xe2),
		Ground: color.RGBA{0xf4, 0xf5, 0xf7, 0xff}, Now: color.RGBA{0xc0, 0x20, 0x20, 0xff},
	}
	Dark = Theme{
		Paper: color.RGBA{0x12, 0x16, 0x1c, 0xff}, Ink: gray(0xec), Faint: gray(0xa8), Grid: color.RGBA{0x2e, 0x35, 0x40, 0xff},
		Ground: color.RGBA{0x1e, 0x24, 0x2d, 0xff}, Now: color.RGBA{0xff, 0x7b, 0x72, 0xff},
	}
)

func gray(v uint8) color.RGBA { return color.RGBA{v, v, v, 0xff} }

// An Area is a polygon. A viewer of an SVG shows its title.
type Area struct {
	Color  color.RGBA
	Points []vg.Point
	Title  string
}

// Box returns the bounds of the area.
func (a Area) Box() vg.Rectangle {
	box := vg.Rectangle{Min: a.Points[0], Max: a.Points[0]}
	for _, p := range a.Points {
		box.Min.X, box.Min.Y = min(box.Min.X, p.X), min(box.Min.Y, p.Y)
		box.Max.X, box.Max.Y = max(box.Max.X, p.X), max(box.Max.Y, p.Y)
	}
	return box
}

// A Scene has areas and texts, from back to front. Its origin is at the bottom left.
type Scene struct {
	Width, Height vg.Length
	Areas, Bars   []Area
	Over          []Area
	Texts         []Label
}

// Fill adds an area.
func (s *Scene) Fill(c color.RGBA, points ...vg.Point) {
	s.Areas = append(s.Areas, Area{Color: c, Points: points})
}

// Write adds a text that begins at x and is vertically centred on y.
func (s *Scene) Write(style TextStyle, x, y vg.Length, text string) {
	s.Texts = append(s.Texts, Label{vg.Point{X: x, Y: y - style.Size*capitals/2}, text, style})
}

// Paint draws the scene.
func (s *Scene) Paint(canvas vg.CanvasSizer) {
	c := vgdraw.New(canvas)
	for _, areas := range [][]Area{s.Areas, s.Bars, s.Over} {
		for _, a := range areas {
			Titled(canvas, a.Title, func() { c.FillPolygon(a.Color, a.Points) })
		}
	}
	for _, l := range s.Texts {
		c.SetColor(l.Style.Color)
		fillLabel(canvas, l)
	}
}

// Rectangle returns the corners of a rectangle.
func Rectangle(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// On returns the colour of a text on a background.
func On(ground color.RGBA) color.RGBA {
	if 299*int(ground.R)+587*int(ground.G)+114*int(ground.B) < 128_000 {
		return Light.Paper
	}
	return Light.Ink
}

// A titler is a canvas that can give titles to the parts of a picture.
type titler interface {
	begin(title string)
	end()
}

// Titled calls paint, and gives its drawing a title if the canvas supports titles.
func Titled(c vg.Canvas, title string, paint func()) {
	t, ok := c.(titler)
	if !ok || title == "" {
		paint()
		return
	}
	t.begin(title)
	paint()
	t.end()
}

// TitleFills gives titles to the areas that are filled next, one each, if the canvas
// supports titles.
func TitleFills(c vg.Canvas, titles []string) {
	for {
		switch canvas := c.(type) {
		case *svgCanvas:
			canvas.titles = titles
			return
		case vgdraw.Canvas: // a part of a canvas
			c = canvas.Canvas
		case *vgdraw.Canvas:
			c = canvas.Canvas
		default:
			return
		}
	}
}
