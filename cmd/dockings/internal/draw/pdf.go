package draw

import (
	"image/color"
	"io"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A pdfCanvas writes a PDF whose texts can be searched and copied: it embeds the used parts
// of the fonts.
type pdfCanvas struct {
	imageless
	doc           *fpdf.Fpdf
	width, height vg.Length
	line          []vg.Length // the width at each Push
	fonts         map[*typeface]bool
}

func encodePDF(p *Picture, w io.Writer) error {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: p.Width.Points(), Ht: p.Height.Points()}})
	doc.SetTitle(p.Title, true)
	doc.SetLang("en")
	// Otherwise equal pictures would differ in their bytes.
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	c := &pdfCanvas{doc: doc, width: p.Width, height: p.Height, line: make([]vg.Length, 1), fonts: make(map[*typeface]bool)}
	c.SetColor(p.Theme.Paper)
	c.Fill(polygon(Rectangle(0, 0, p.Width, p.Height)))
	vg.Initialize(c)
	p.Paint(c)
	return doc.Output(w)
}

// Size returns the size of the page.
func (c *pdfCanvas) Size() (width, height vg.Length) { return c.width, c.height }

// SetLineWidth sets the width of lines.
func (c *pdfCanvas) SetLineWidth(w vg.Length) {
	c.line[len(c.line)-1] = w
	c.doc.SetLineWidth(w.Points())
}

// SetLineDash sets the dashes of lines.
func (c *pdfCanvas) SetLineDash(dash []vg.Length, offset vg.Length) {
	all := make([]float64, len(dash))
	for i, d := range dash {
		all[i] = d.Points()
	}
	c.doc.SetDashPattern(all, offset.Points())
}

// SetColor sets the colour of areas, lines and texts.
func (c *pdfCanvas) SetColor(clr color.Color) {
	if clr == nil {
		clr = color.Black
	}
	n := color.NRGBAModel.Convert(clr).(color.NRGBA)
	r, g, b := int(n.R), int(n.G), int(n.B)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	c.doc.SetAlpha(float64(n.A)/0xff, "Normal")
}

// Rotate turns the following drawing around the origin.
func (c *pdfCanvas) Rotate(rad float64) {
	c.doc.TransformRotate(rad*180/math.Pi, 0, c.height.Points())
}

// Translate moves the following drawing.
func (c *pdfCanvas) Translate(by vg.Point) { c.doc.TransformTranslate(by.X.Points(), -by.Y.Points()) }

// Scale scales the following drawing.
func (c *pdfCanvas) Scale(x, y float64) { c.doc.TransformScale(x*100, y*100, 0, c.height.Points()) }

// Push saves the state for Pop.
func (c *pdfCanvas) Push() {
	c.line = append(c.line, c.line[len(c.line)-1])
	c.doc.TransformBegin()
}

// Pop restores the state of the last Push.
func (c *pdfCanvas) Pop() {
	c.doc.TransformEnd()
	c.line = c.line[:len(c.line)-1]
}

// Stroke draws a line.
func (c *pdfCanvas) Stroke(p vg.Path) {
	if c.line[len(c.line)-1] > 0 {
		trace(p, c.height, pdfPen{c.doc})
		c.doc.DrawPath("D")
	}
}

// Fill draws an area.
func (c *pdfCanvas) Fill(p vg.Path) {
	trace(p, c.height, pdfPen{c.doc})
	c.doc.DrawPath("F")
}

// FillString writes a text.
func (c *pdfCanvas) FillString(f font.Face, at vg.Point, text string) {
	style := styleOf(f.Font)
	for _, r := range runs(text, style.Bold) {
		weight := ""
		if r.face.bold {
			weight = "B"
		}
		if !c.fonts[r.face] {
			c.doc.AddUTF8FontFromBytes(r.face.name, weight, r.face.data())
			c.fonts[r.face] = true
		}
		c.doc.SetFont(r.face.name, weight, style.Size.Points())
		c.doc.Text((at.X + vg.Length(r.x)*style.Size).Points(), (c.height - at.Y).Points(), r.text)
	}
}

// A pdfPen draws on a page.
type pdfPen struct{ doc *fpdf.Fpdf }

func (d pdfPen) move(x, y float64) { d.doc.MoveTo(x, y) }

func (d pdfPen) line(x, y float64) { d.doc.LineTo(x, y) }

func (d pdfPen) curve(x1, y1, x2, y2, x, y float64) {
	d.doc.CurveBezierCubicTo(x1, y1, x2, y2, x, y)
}

func (d pdfPen) shut() { d.doc.ClosePath() }
