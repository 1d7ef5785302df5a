package draw

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Texts draws the texts of a plot like those of a scene: in any script.
type Texts struct{ text.Plain }

// NewTexts returns a text handler for plots.
func NewTexts() Texts { return Texts{text.Plain{Fonts: font.DefaultCache}} }

// Box returns the size of a text.
func (t Texts) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	_, height, depth = t.Plain.Box("", f)
	return styleOf(f).Width(txt), height, depth
}

// Draw draws a text of a single line.
func (t Texts) Draw(c vg.Canvas, txt string, style text.Style, at vg.Point) {
	if txt == "" {
		return
	}
	c.SetColor(style.Color)
	at.X += vg.Length(style.XAlign) * styleOf(style.Font).Width(txt)
	at.Y += style.Height(txt)*vg.Length(style.YAlign) - t.Extents(style.Font).Ascent + style.Font.Size
	c.FillString(t.Fonts.Lookup(style.Font, style.Font.Size), at, txt)
}

// NewPlot returns a plot in the colours of a theme, without a title.
func NewPlot(theme Theme) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = theme.Paper
	p.TextHandler = NewTexts()
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color = theme.Grid
		axis.Padding = 2
		axis.Tick.Color = theme.Grid
		axis.Tick.Length = 3
		axis.Tick.Label.Font = TextStyle{Size: 9}.Font()
		axis.Tick.Label.Color = theme.Faint
		axis.Tick.Label.Handler = p.TextHandler
		axis.Label.TextStyle.Handler = p.TextHandler
	}
	p.Title.TextStyle.Handler = p.TextHandler
	p.Legend.TextStyle.Handler = p.TextHandler
	return p
}

// Whole marks whole numbers on an axis, as many as fit.
type Whole struct{ Most int }

// Ticks returns the marks.
func (w Whole) Ticks(from, to float64) []plot.Tick {
	step, next := 1.0, []float64{2, 2.5, 2} // 1, 2, 5, 10, 20 ...
	for i := 0; (to-from)/step > float64(w.Most); i++ {
		step *= next[i%len(next)]
	}
	var all []plot.Tick
	for v := math.Ceil(from/step) * step; v <= to; v += step {
		all = append(all, plot.Tick{Value: v, Label: number(v)})
	}
	return all
}
