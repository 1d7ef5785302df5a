package timeline

import (
	"bytes"
	"io"
	"slices"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

const pngDPI = 144

// encoders write a picture by the end of its file's name.
var encoders = map[string]func(*picture, io.Writer) error{
	".svg": func(p *picture, w io.Writer) error {
		var svg bytes.Buffer
		c := vgsvg.New(p.width, p.height)
		p.paint(c, vg.Canvas.FillString)
		if _, err := c.WriteTo(&svg); err != nil {
			return err
		}
		// Few have this font; the next two are as wide.
		_, err := w.Write(bytes.ReplaceAll(svg.Bytes(),
			[]byte("font-family:Liberation Sans;"), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")))
		return err
	},
	".png": func(p *picture, w io.Writer) error {
		c := vgimg.NewWith(vgimg.UseWH(p.width, p.height), vgimg.UseDPI(pngDPI))
		p.paint(c, vg.Canvas.FillString)
		_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
		return err
	},
	".pdf": func(p *picture, w io.Writer) error {
		// As text, vgpdf writes one code page only, and nothing bold.
		c := vgpdf.New(p.width, p.height)
		p.paint(c, fillOutlines)
		_, err := c.WriteTo(w)
		return err
	},
}

// paint draws the picture; fillText draws a text from where its baseline begins.
func (p *picture) paint(canvas vg.CanvasSizer, fillText func(vg.Canvas, font.Face, vg.Point, string)) {
	c := draw.New(canvas)
	c.FillPolygon(white, rectangle(0, 0, p.width, p.height))
	for _, a := range slices.Concat(p.areas, p.bars) {
		c.FillPolygon(a.color, a.points)
	}
	for _, l := range p.texts {
		c.SetColor(l.style.color)
		fillText(canvas, l.style.face(), l.at, l.text)
	}
}

// fillOutlines draws a text as areas.
func fillOutlines(c vg.Canvas, face font.Face, at vg.Point, text string) {
	var buf sfnt.Buffer
	perEm := fixed.Int26_6(face.Face.UnitsPerEm())
	scale := face.Font.Size / vg.Length(perEm)
	for i, r := range text {
		glyph, err := face.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		segments, err := face.Face.LoadGlyph(&buf, glyph, perEm, nil)
		if err != nil {
			continue
		}
		// As far as the text before it is wide.
		origin := vg.Point{X: at.X + face.Width(text[:i]), Y: at.Y}
		point := func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: origin.X + vg.Length(p.X)*scale, Y: origin.Y - vg.Length(p.Y)*scale}
		}
		var path vg.Path
		for _, s := range segments {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				path.Move(point(s.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(point(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(point(s.Args[0]), point(s.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(point(s.Args[0]), point(s.Args[1]), point(s.Args[2]))
			}
		}
		if len(path) > 0 {
			c.Fill(path)
		}
	}
}
