package timeline

import (
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"gonum.org/v1/plot/vg"
)

// axis draws the lines of the time axis and their labels.
func (t *timelinePicture) axis() {
	end := t.right
	if t.open {
		end = t.x(t.last)
	}
	for _, mark := range draw.Ticks(t.from, t.to, int((t.right-t.left)/tickSpace)) {
		x := t.x(mark.At)
		if x > end {
			break // behind the axis there are only names
		}
		t.Fill(t.theme.Grid, draw.Rectangle(x-0.4, t.bottom-3, x+0.4, t.top)...)
		half := t.small.Width(mark.Label) / 2
		if x-half >= draw.Margin && x+half <= t.Width-draw.Margin {
			t.Write(t.small, x-half, t.bottom-10, mark.Label)
		}
	}
	t.Fill(t.theme.Grid, draw.Rectangle(t.left, t.bottom-0.4, t.right, t.bottom+0.4)...)
}

// names writes the stations and their ports.
func (t *timelinePicture) names() {
	y := t.top
	for i, s := range t.stations {
		t.Fill(t.theme.Ground, draw.Rectangle(draw.Margin, y-stationHead+3, t.right, y-1)...)
		t.Write(t.stationStyle, draw.Margin+4, y-stationHead/2+1, t.stationStyle.Cut(s.name, t.Width/2))
		y -= stationHead
		for j, p := range s.ports {
			height := t.portHeight(t.plans[i][j])
			middle := y - (height+portGap)/2
			if plans := t.plans[i][j]; len(plans) == 1 {
				middle = y - height + t.lane/2 // beside the bars, not their names
			}
			t.Write(t.portStyle, draw.Margin+4, middle, t.portStyle.Cut(p.name, t.Width/5))
			y -= height
		}
		y -= stationFoot
	}
}

// nowLine marks now, over the grid and under the bars.
func (t *timelinePicture) nowLine() {
	if t.now.IsZero() {
		return
	}
	x := t.x(t.now)
	t.Fill(t.theme.Now, draw.Rectangle(x-0.5, t.bottom-3, x+0.5, t.top+2)...)
	text := "now, " + t.now.Format(time.DateOnly)
	width := t.nowStyle.Width(text)
	t.Write(t.nowStyle, max(t.left, min(x-width/2, t.right-width)), t.top+9, text)
}

// stays draws the bars and their names.
func (t *timelinePicture) stays() {
	for _, s := range t.spots() {
		t.stay(s.barPlan, s.middle)
	}
}

// stay draws a bar and its name.
func (t *timelinePicture) stay(b barPlan, middle vg.Length) {
	half := t.bar / 2
	style, y := t.barStyle, middle
	if b.many != nil {
		t.density(b, middle-half, middle+half)
		style.Color = t.theme.Faint
	} else {
		fill := t.groups.All[b.group].Color(t.dark)
		points := outline(b.x0, b.x1, middle-half, middle+half, b.left(), b.right())
		t.Bars = append(t.Bars, draw.Area{Color: fill, Points: points, Title: b.title})
		if b.name == nameInside {
			style.Color = draw.On(fill)
		}
	}
	switch b.name {
	case nameless:
		return
	case nameAbove:
		y += half + stripHeight/2
	case nameInside, nameBeside:
	}
	t.Write(style, b.nameX, y, b.label)
}

// An edge is the shape of a bar's end.
type edge int

const (
	straight edge = iota
	torn          // cut off by the end of the picture
	pointed       // the stay goes on
	slope         // a part of an area
)

func (s stay) left() edge {
	if s.begun {
		return torn
	}
	return straight
}

func (s stay) right() edge {
	switch {
	case s.open:
		return pointed
	case s.ended:
		return torn
	}
	return straight
}

// outline returns the outline of a bar.
func outline(x0, x1, y0, y1 vg.Length, left, right edge) []vg.Point {
	const teeth = 3
	deep := min(3, (x1-x0)/3)
	points := []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}}
	switch right {
	case straight, slope:
	case pointed:
		points = append(points, vg.Point{X: x1 + arrowLength, Y: (y0 + y1) / 2})
	case torn:
		for i := 1; i < 2*teeth; i++ {
			points = append(points, vg.Point{X: x1 - deep*vg.Length(i%2), Y: y0 + (y1-y0)*vg.Length(i)/(2*teeth)})
		}
	}
	if right == slope {
		high := y1 - y0
		return append(points, vg.Point{X: x1, Y: y0 + high*0.6}, vg.Point{X: x0 + (x1-x0)*0.6, Y: y0 + high*0.9},
			vg.Point{X: x0 + (x1-x0)*0.3, Y: y0 + high*0.5}, vg.Point{X: x0, Y: y0 + high*0.8})
	}
	points = append(points, vg.Point{X: x1, Y: y1}, vg.Point{X: x0, Y: y1})
	if left == torn {
		for i := 1; i < 2*teeth; i++ {
			points = append(points, vg.Point{X: x0 + deep*vg.Length(i%2), Y: y1 - (y1-y0)*vg.Length(i)/(2*teeth)})
		}
	}
	return points
}
