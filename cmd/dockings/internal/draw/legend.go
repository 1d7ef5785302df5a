package draw

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// Measures of the head of every picture, in points.
const (
	Margin     = 16
	legendMark = 14
	legendLine = 15
)

// An Entry explains a colour or a shape. Shape returns its outline; nil is a rectangle.
type Entry struct {
	Text  string
	Color color.RGBA
	Shape func(x0, x1, y0, y1 vg.Length) []vg.Point

	x    vg.Length
	line int
}

// A Head is the title of a picture, a subtitle that describes it, and the legend. The
// legend continues on the next line if one is full.
type Head struct {
	Title, Subtitle string
	Entries         []Entry
	Theme           Theme
}

func (h *Head) small() TextStyle { return TextStyle{Size: 9, Color: h.Theme.Faint} }

// Measure finds a place for every entry in a picture of this width. It returns the height
// of the lines that the entries need beyond the subtitle's.
func (h *Head) Measure(width vg.Length) vg.Length {
	x, line := Margin+h.small().Width(h.Subtitle)+24, 0
	for i := range h.Entries {
		e := &h.Entries[i]
		e.Text = h.small().Cut(e.Text, 220)
		needs := legendMark + 8 + h.small().Width(e.Text)
		if x+needs > width-Margin {
			x, line = Margin, line+1
		}
		e.x, e.line = x, line
		x += needs + 16
	}
	return vg.Length(line) * legendLine
}

// Write writes the head into a scene. The size of the scene must be known, and Measure must
// have been called with its width.
func (h *Head) Write(s *Scene) {
	title := TextStyle{Size: 15, Bold: true, Color: h.Theme.Ink}
	y := s.Height - Margin - 6
	s.Write(title, Margin, y, title.Cut(h.Title, s.Width-2*Margin))
	y -= 19
	s.Write(h.small(), Margin, y, h.Subtitle)
	for _, e := range h.Entries {
		y := y - vg.Length(e.line)*legendLine
		shape := Rectangle(e.x, y-5, e.x+legendMark, y+5)
		if e.Shape != nil {
			shape = e.Shape(e.x, e.x+legendMark, y-5, y+5)
		}
		s.Fill(e.Color, shape...)
		s.Write(h.small(), e.x+legendMark+8, y, e.Text)
	}
	s.Write(h.small(), Margin, Margin/2+3, "Data: The Space Devs, Launch Library 2")
}
