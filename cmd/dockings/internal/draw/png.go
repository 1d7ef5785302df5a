package draw

import (
	"bufio"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	vgfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

func encodePNG(p *Picture, w io.Writer) error {
	size := p.Pixels("png")
	canvas := &pngCanvas{
		Canvas: vgimg.NewWith(vgimg.UseImage(image.NewRGBA(image.Rect(0, 0, size.Width, size.Height))), vgimg.UseDPI(p.DPI)),
		paper:  p.Theme.Paper,
		faces:  make(map[faceKey]font.Face),
	}
	canvas.clear()
	p.Paint(canvas)
	out := bufio.NewWriter(w)
	if err := png.Encode(out, paletted(canvas.Image().(*image.RGBA))); err != nil {
		return err
	}
	return out.Flush()
}

type faceKey struct {
	*typeface
	size vg.Length
}

// A pngCanvas draws texts with several fonts. It creates each of them once.
type pngCanvas struct {
	*vgimg.Canvas
	paper color.RGBA
	color color.Color
	faces map[faceKey]font.Face
}

func (c *pngCanvas) clear() {
	draw.Draw(c.Image(), c.Image().Bounds(), image.NewUniform(c.paper), image.Point{}, draw.Src)
}

// SetColor also keeps the colour for texts.
func (c *pngCanvas) SetColor(clr color.Color) {
	c.color = clr
	c.Canvas.SetColor(clr)
}

// FillString draws a horizontal text.
func (c *pngCanvas) FillString(f vgfont.Face, at vg.Point, text string) {
	style := styleOf(f.Font)
	bounds := c.Image().Bounds()
	for _, r := range runs(text, style.Bold) {
		x := at.X + vg.Length(r.x)*style.Size
		d := font.Drawer{
			Dst: c.Image(), Src: image.NewUniform(c.color), Face: c.face(r.face, style.Size),
			Dot: fixed.Point26_6{
				X: fixed.Int26_6(x.Dots(c.DPI()) * 64),
				Y: fixed.Int26_6((float64(bounds.Dy()) - at.Y.Dots(c.DPI())) * 64),
			},
		}
		d.DrawString(r.text)
	}
}

func (c *pngCanvas) face(t *typeface, size vg.Length) font.Face {
	key := faceKey{t, size}
	if c.faces[key] == nil {
		face, err := opentype.NewFace(t.font, &opentype.FaceOptions{Size: size.Points(), DPI: c.DPI()})
		if err != nil {
			panic(err) // NewFace returns no error
		}
		c.faces[key] = face
	}
	return c.faces[key]
}
