package timeline

import (
	"image/color"
	"strings"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	xfont "golang.org/x/image/font"
	_ "gonum.org/v1/plot" // brings the fonts
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

var (
	ink    = color.RGBA{0x22, 0x22, 0x22, 0xff}
	faint  = color.RGBA{0x66, 0x66, 0x66, 0xff}
	grid   = color.RGBA{0xe2, 0xe2, 0xe2, 0xff}
	ground = color.RGBA{0xf4, 0xf5, 0xf7, 0xff}
	nowRed = color.RGBA{0xc0, 0x20, 0x20, 0xff}
	white  = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// Colours that the colour-blind can tell apart, by Okabe and Ito. The kinds that
// are known have theirs, others what is left.
var (
	kindColors = map[int]color.RGBA{
		1: {0x99, 0x99, 0x99, 0xff}, // Unknown
		2: {0x00, 0x72, 0xb2, 0xff}, // Capsule
		4: {0xe6, 0x9f, 0x00, 0xff}, // Cargo Resupply
	}
	otherColors = []color.RGBA{
		{0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0xf0, 0xe4, 0x42, 0xff},
	}
)

// A picture is what is drawn, from the back to the front. Its origin is at the
// bottom left.
type picture struct {
	width, height vg.Length
	areas         []area
	bars          []area
	texts         []label
}

type area struct {
	color  color.RGBA
	points []vg.Point
}

type label struct {
	at    vg.Point // where the baseline begins
	text  string
	style textStyle
}

// A textStyle is a font and a colour.
type textStyle struct {
	font  font.Font
	color color.RGBA
}

func (s textStyle) face() font.Face { return font.DefaultCache.Lookup(s.font, s.font.Size) }

func (s textStyle) width(text string) vg.Length {
	face := s.face()
	return face.Width(text)
}

func style(size font.Length, weight xfont.Weight, c color.RGBA) textStyle {
	return textStyle{font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: size}, c}
}

var (
	titleStyle   = style(15, xfont.WeightBold, ink)
	smallStyle   = style(9, xfont.WeightNormal, faint)
	stationStyle = style(10.5, xfont.WeightBold, ink)
	portStyle    = style(9, xfont.WeightNormal, ink)
	barStyle     = style(8, xfont.WeightNormal, ink)
	nowStyle     = style(9, xfont.WeightBold, nowRed)
)

func rectangle(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

func (p *picture) fill(c color.RGBA, points ...vg.Point) {
	p.areas = append(p.areas, area{c, points})
}

// write puts a text with its left end at x, in the middle of y.
func (p *picture) write(s textStyle, x, y vg.Length, text string) {
	p.texts = append(p.texts, label{vg.Point{X: x, Y: y - s.font.Size*capitals/2}, text, s})
}

// capitals is how high they are, as a part of the size of the font.
const capitals = 0.72

// drawable keeps text on its line.
func drawable(words string) string { return text.Clean(words) }

// shortened cuts a text that is too wide.
func shortened(s textStyle, text string, most vg.Length) string {
	text = drawable(text)
	if s.width(text) <= most {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && s.width(string(runes)+"…") > most {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}

// colors gives every kind its own.
func colors(kinds []ll2.SpacecraftConfigType) map[int]color.RGBA {
	all := make(map[int]color.RGBA)
	others := 0
	for _, k := range kinds {
		c, known := kindColors[k.ID]
		if !known {
			c = otherColors[others%len(otherColors)]
			others++
		}
		all[k.ID] = c
	}
	return all
}

// on returns the colour of a text on a ground.
func on(ground color.RGBA) color.RGBA {
	if 299*int(ground.R)+587*int(ground.G)+114*int(ground.B) < 128_000 {
		return white
	}
	return ink
}
