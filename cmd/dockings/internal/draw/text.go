package draw

import (
	"image/color"
	"strings"
	"sync"

	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	_ "gonum.org/v1/plot" // brings the fonts
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// fixedUnits converts to the units in which a font is drawn.
func fixedUnits[N ~int32](n N) fixed.Int26_6 { return fixed.Int26_6(n) }

// A TextStyle is a font and a colour.
type TextStyle struct {
	Size  vg.Length
	Bold  bool
	Color color.RGBA
}

// Font returns the font in the form that plots use.
func (s TextStyle) Font() font.Font {
	weight := xfont.WeightNormal
	if s.Bold {
		weight = xfont.WeightBold
	}
	return font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: s.Size}
}

// Width returns the width of a text.
func (s TextStyle) Width(text string) vg.Length {
	width := 0.0
	for _, r := range shaped(text) {
		width += allGlyphs.of(r, s.Bold).width
	}
	return vg.Length(width) * s.Size
}

// Cut returns as much of a text as fits, with an ellipsis if it is cut off.
func (s TextStyle) Cut(text string, most vg.Length) string {
	text = Line(text)
	if s.Width(text) <= most {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && s.Width(string(runes)+"…") > most {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}

// Line replaces line breaks and control characters, which a text on one line cannot have.
func Line(words string) string { return text.Clean(words) }

// capitals is the height of capital letters, as a fraction of the font size.
const capitals = 0.72

// A Label is a text in a picture.
type Label struct {
	At    vg.Point // the start of the baseline
	Text  string
	Style TextStyle
}

// Box returns the bounds of the text. Its height is that of the letters.
func (l Label) Box() vg.Rectangle {
	return vg.Rectangle{
		Min: vg.Point{X: l.At.X, Y: l.At.Y - 0.2*l.Style.Size},
		Max: vg.Point{X: l.At.X + l.Style.Width(l.Text), Y: l.At.Y + capitals*l.Style.Size},
	}
}

// A run is a part of a text that a single font can draw.
type run struct {
	face  *typeface
	text  string
	x     float64 // from the start of the text, in em
	width float64
}

// runs splits a text by fonts, in the order from left to right.
func runs(text string, bold bool) []run {
	var all []run
	x := 0.0
	for _, r := range shaped(text) {
		g := allGlyphs.of(r, bold)
		if g.face == nil {
			continue
		}
		if n := len(all); n == 0 || all[n-1].face != g.face {
			all = append(all, run{face: g.face, x: x})
		}
		last := &all[len(all)-1]
		last.text += string(g.rune)
		last.width += g.width
		x += g.width
	}
	return all
}

// shapedTexts caches the shaped form of texts that are not Latin.
var shapedTexts sync.Map

// shaped returns the characters that are drawn for a text, from left to right.
func shaped(words string) string {
	if !strings.ContainsFunc(words, fromRight) {
		return words
	}
	if known, ok := shapedTexts.Load(words); ok {
		return known.(string)
	}
	seen := fromLeft(joined(words))
	shapedTexts.Store(words, seen)
	return seen
}
