package draw

import (
	"image"
	"math"

	"gonum.org/v1/plot/vg"
)

// A pen draws paths whose arcs are Bézier curves, with the origin at the top left.
type pen interface {
	move(x, y float64)
	line(x, y float64)
	curve(x1, y1, x2, y2, x, y float64)
	shut()
}

// trace moves a pen along a path on a page of this height.
func trace(p vg.Path, height vg.Length, to pen) {
	at := func(p vg.Point) (x, y float64) { return p.X.Points(), (height - p.Y).Points() }
	var here vg.Point
	for i, part := range p {
		switch part.Type {
		case vg.MoveComp:
			to.move(at(part.Pos))
		case vg.LineComp:
			to.line(at(part.Pos))
		case vg.CloseComp:
			to.shut()
			continue
		case vg.CurveComp:
			c1, c2 := part.Control[0], part.Control[len(part.Control)-1]
			if len(part.Control) == 1 {
				c1, c2 = between(here, c1, 2./3), between(part.Pos, c1, 2./3)
			}
			x1, y1 := at(c1)
			x2, y2 := at(c2)
			x, y := at(part.Pos)
			to.curve(x1, y1, x2, y2, x, y)
		case vg.ArcComp:
			here = arc(part, i == 0, at, to)
			continue
		}
		here = part.Pos
	}
}

func between(a, b vg.Point, share vg.Length) vg.Point {
	return vg.Point{X: a.X + share*(b.X-a.X), Y: a.Y + share*(b.Y-a.Y)}
}

// arc draws a part of a circle in pieces of at most a quarter, and returns its end point.
func arc(part vg.PathComp, begins bool, at func(vg.Point) (x, y float64), to pen) vg.Point {
	on := func(angle float64, out vg.Length) vg.Point {
		sin, cos := math.Sincos(angle)
		return vg.Point{
			X: part.Pos.X + part.Radius*(vg.Length(cos)-out*vg.Length(sin)),
			Y: part.Pos.Y + part.Radius*(vg.Length(sin)+out*vg.Length(cos)),
		}
	}
	if begins {
		to.move(at(on(part.Start, 0)))
	} else {
		to.line(at(on(part.Start, 0)))
	}
	pieces := int(math.Ceil(math.Abs(part.Angle) / (math.Pi / 2)))
	step := part.Angle / float64(max(pieces, 1))
	pull := vg.Length(4. / 3 * math.Tan(step/4))
	for i := range pieces {
		from := part.Start + float64(i)*step
		x1, y1 := at(on(from, pull))
		x2, y2 := at(on(from+step, -pull))
		x, y := at(on(from+step, 0))
		to.curve(x1, y1, x2, y2, x, y)
	}
	return on(part.Start+part.Angle, 0)
}

// imageless is a canvas that draws no images, since these pictures have none.
type imageless struct{}

// DrawImage draws nothing.
func (imageless) DrawImage(vg.Rectangle, image.Image) {}

// polygon returns the path around an area.
func polygon(points []vg.Point) vg.Path {
	var p vg.Path
	for i, at := range points {
		if i == 0 {
			p.Move(at)
		} else {
			p.Line(at)
		}
	}
	p.Close()
	return p
}
