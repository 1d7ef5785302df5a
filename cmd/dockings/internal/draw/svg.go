package draw

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// fontStack names fonts with the same widths as the first, and then fonts for other scripts.
const fontStack = `'Liberation Sans',Arial,Helvetica,'DejaVu Sans','Noto Sans','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif`

// An svgCanvas writes an SVG whose texts stay texts and whose shapes have titles.
type svgCanvas struct {
	imageless
	out           bytes.Buffer
	width, height vg.Length
	state         svgState
	stack         []svgState
	titles        []string // for the areas that are filled next
}

type svgState struct {
	color  color.Color
	width  vg.Length
	dash   []vg.Length
	offset vg.Length
	groups int // to close at Pop
}

func encodeSVG(p *Picture, w io.Writer) error {
	c := &svgCanvas{width: p.Width, height: p.Height}
	size := p.Pixels("svg")
	fmt.Fprintf(&c.out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %s %s" role="img" font-family="%s">`+"\n",
		size.Width, size.Height, number(p.Width.Points()), number(p.Height.Points()), fontStack)
	fmt.Fprintf(&c.out, "<title>%s</title>\n", html.EscapeString(p.Title))
	fmt.Fprintf(&c.out, `<rect width="100%%" height="100%%" fill="%s"/>`+"\n", paint(p.Theme.Paper))
	vg.Initialize(c)
	p.Paint(c)
	c.out.WriteString("</svg>\n")
	_, err := w.Write(c.out.Bytes())
	return err
}

// number formats a number with at most two decimals, a hundredth of a point.
func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100+0, 'f', -1, 64)
}

func paint(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// opacity returns the attribute, or "" for an opaque colour.
func opacity(attribute string, c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	if n.A == 0xff {
		return ""
	}
	return fmt.Sprintf(` %s="%s"`, attribute, number(float64(n.A)/0xff))
}

// begin opens a group with a title.
func (c *svgCanvas) begin(title string) {
	fmt.Fprintf(&c.out, "<g><title>%s</title>", html.EscapeString(title))
}

func (c *svgCanvas) end() { c.out.WriteString("</g>\n") }

// Size returns the size of the canvas.
func (c *svgCanvas) Size() (width, height vg.Length) { return c.width, c.height }

// SetLineWidth sets the width of lines.
func (c *svgCanvas) SetLineWidth(w vg.Length) { c.state.width = w }

// SetLineDash sets the dashes of lines.
func (c *svgCanvas) SetLineDash(dash []vg.Length, offset vg.Length) {
	c.state.dash, c.state.offset = dash, offset
}

// SetColor sets the colour of areas, lines and texts.
func (c *svgCanvas) SetColor(clr color.Color) {
	if clr == nil {
		clr = color.Black
	}
	c.state.color = color.NRGBAModel.Convert(clr)
}

// Rotate turns the following drawing around the origin.
func (c *svgCanvas) Rotate(rad float64) {
	c.group("rotate(%s 0 %s)", number(-rad*180/math.Pi), number(c.height.Points()))
}

// Translate moves the following drawing.
func (c *svgCanvas) Translate(by vg.Point) {
	c.group("translate(%s %s)", number(by.X.Points()), number(-by.Y.Points()))
}

// Scale scales the following drawing.
func (c *svgCanvas) Scale(x, y float64) {
	h := c.height.Points()
	c.group("translate(0 %s) scale(%s %s) translate(0 %s)", number(h), number(x), number(y), number(-h))
}

func (c *svgCanvas) group(format string, args ...any) {
	fmt.Fprintf(&c.out, `<g transform="`+format+`">`, args...)
	c.state.groups++
}

// Push saves the state for Pop.
func (c *svgCanvas) Push() {
	c.stack = append(c.stack, c.state)
	c.state.groups = 0
}

// Pop restores the state of the last Push.
func (c *svgCanvas) Pop() {
	c.out.WriteString(strings.Repeat("</g>", c.state.groups))
	c.state = c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
}

// Stroke draws a line.
func (c *svgCanvas) Stroke(p vg.Path) {
	if c.state.width <= 0 {
		return
	}
	dash := ""
	if len(c.state.dash) > 0 {
		all := make([]string, len(c.state.dash))
		for i, d := range c.state.dash {
			all[i] = number(d.Points())
		}
		dash = fmt.Sprintf(` stroke-dasharray="%s" stroke-dashoffset="%s"`, strings.Join(all, " "), number(c.state.offset.Points()))
	}
	fmt.Fprintf(&c.out, `<path d="%s" fill="none" stroke="%s" stroke-width="%s"%s%s/>`+"\n",
		c.data(p), paint(c.state.color), number(c.state.width.Points()), dash, opacity("stroke-opacity", c.state.color))
}

// Fill draws an area.
func (c *svgCanvas) Fill(p vg.Path) {
	end := "/>"
	if len(c.titles) > 0 {
		end = "><title>" + html.EscapeString(c.titles[0]) + "</title></path>"
		c.titles = c.titles[1:]
	}
	fmt.Fprintf(&c.out, `<path d="%s" fill="%s"%s%s`+"\n",
		c.data(p), paint(c.state.color), opacity("fill-opacity", c.state.color), end)
}

func (c *svgCanvas) data(p vg.Path) string {
	var d svgPen
	trace(p, c.height, &d)
	return d.String()
}

// FillString writes a text with its measured width, because the viewer may use another font.
func (c *svgCanvas) FillString(f font.Face, at vg.Point, text string) {
	style := styleOf(f.Font)
	bold := ""
	if style.Bold {
		bold = ` font-weight="bold"`
	}
	fmt.Fprintf(&c.out, `<text x="%s" y="%s" font-size="%s"%s textLength="%s" lengthAdjust="spacingAndGlyphs" fill="%s">%s</text>`+"\n",
		number(at.X.Points()), number((c.height - at.Y).Points()), number(style.Size.Points()), bold,
		number(style.Width(text).Points()), paint(c.state.color), html.EscapeString(text))
}

// An svgPen writes the path data of an SVG.
type svgPen struct{ strings.Builder }

func (d *svgPen) add(command string, numbers ...float64) {
	d.WriteString(command)
	for i, n := range numbers {
		words := number(n)
		if i > 0 && words[0] != '-' {
			d.WriteByte(' ')
		}
		d.WriteString(words)
	}
}

func (d *svgPen) move(x, y float64) { d.add("M", x, y) }

func (d *svgPen) line(x, y float64) { d.add("L", x, y) }

func (d *svgPen) curve(x1, y1, x2, y2, x, y float64) { d.add("C", x1, y1, x2, y2, x, y) }

func (d *svgPen) shut() { d.add("Z") }
