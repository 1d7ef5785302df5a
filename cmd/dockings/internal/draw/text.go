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

// fixedUnits is a number of the units that a font is drawn in.
func fixedUnits[N ~int32](n N) fixed.Int26_6 { return fixed.Int26_6(n) }

// A TextStyle is a font and a colour.
type TextStyle struct {
	Size  vg.Length
	Bold  bool
	Color color.RGBA
}

// Font returns the font as plots know it.
func (s TextStyle) Font() font.Font {
	weight := xfont.WeightNormal
	if s.Bold {
		weight = xfont.WeightBold
	}
	return font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: s.Size}
}

// Width returns how wide a text is.
func (s TextStyle) Width(text string) vg.Length {
	width := 0.0
	for _, r := range shaped(text) {
		width += allGlyphs.of(r, s.Bold).width
	}
	return vg.Length(width) * s.Size
}

// Cut returns as much of a text as has room, with a mark where it is cut off.
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

// Line keeps a text on its line.
func Line(words string) string { return text.Clean(words) }

// capitals is how high they are, as a part of the size of the font.
const capitals = 0.72

// A Label is a text in a picture.
type Label struct {
	At    vg.Point // where the baseline begins
	Text  string
	Style TextStyle
}

// Box returns where the text is, as high as its letters are.
func (l Label) Box() vg.Rectangle {
	return vg.Rectangle{
		Min: vg.Point{X: l.At.X, Y: l.At.Y - 0.2*l.Style.Size},
		Max: vg.Point{X: l.At.X + l.Style.Width(l.Text), Y: l.At.Y + capitals*l.Style.Size},
	}
}

// A run is a part of a text that one font can draw.
type run struct {
	face  *typeface
	text  string
	x     float64 // from the beginning of the text, in em
	width float64
}

// runs splits a text, as it is seen from left to right, by fonts.
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

// shapedTexts remembers what became of texts that are not Latin.
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
