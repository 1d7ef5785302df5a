package timeline

import (
	"slices"
	"time"

	"image/color"

	"gonum.org/v1/plot/vg"
)

// Measures of a timeline, in points. Its width is given, its height grows with
// the rows.
const (
	pictureWidth = 960
	margin       = 16
	headHeight   = 64
	axisHeight   = 22
	footHeight   = 20
	stationHead  = 20
	stationFoot  = 5
	portGap      = 4
	laneHeight   = 15
	barHeight    = 12
	stripHeight  = 10 // over the bars of a lane, for names
	tickSpace    = 66 // that the label of a tick needs
	arrowLength  = 7
	thinnest     = 1.2 // that a bar is drawn
	labelGap     = 3
)

// A timelinePicture is the picture of a chart on its way.
type timelinePicture struct {
	picture
	chart
	colors map[int]color.RGBA
	legend []legendEntry

	left, right vg.Length // of the time axis
	top, bottom vg.Length // of the rows
	plans       [][][]lanePlan
}

// drawTimeline makes a picture of a chart, which has one stay at least.
func drawTimeline(c chart) *picture {
	t := &timelinePicture{chart: c, colors: colors(c.kinds)}
	t.measure()
	t.head()
	t.axis()
	t.names()
	t.nowLine()
	t.stays()
	t.write(smallStyle, margin, margin/2+3, "Data: The Space Devs, Launch Library 2")
	return &t.picture
}

// measure decides how large everything is.
func (t *timelinePicture) measure() {
	t.width = pictureWidth
	names := vg.Length(0)
	for _, s := range t.stations {
		for _, p := range s.ports {
			names = max(names, portStyle.width(shortened(portStyle, p.name, pictureWidth/5)))
		}
	}
	t.left = margin + names + 10
	t.right = t.width - margin
	t.makeRoom()

	height := vg.Length(0)
	t.plans = make([][][]lanePlan, len(t.stations))
	for i, s := range t.stations {
		height += stationHead + stationFoot
		t.plans[i] = make([][]lanePlan, len(s.ports))
		for j, p := range s.ports {
			for _, lane := range p.lanes {
				t.plans[i][j] = append(t.plans[i][j], t.plan(lane))
			}
			height += portHeight(t.plans[i][j])
		}
	}
	head := vg.Length(headHeight) + t.measureLegend()
	t.height = head + height + axisHeight + footHeight
	t.top = t.height - head
	t.bottom = t.top - height
}

// makeRoom lets the axis go on behind its end, empty, for arrows and for the
// names of who is still docked that do not fit into their bars.
func (t *timelinePicture) makeRoom() {
	if !t.open {
		return
	}
	var open []stay
	for _, s := range t.stations {
		for _, p := range s.ports {
			for _, s := range slices.Concat(p.lanes...) {
				if s.open {
					open = append(open, s)
				}
			}
		}
	}
	needs := func(s stay) vg.Length { return barStyle.width(drawable(s.vehicle)) + 2*labelGap }
	most := vg.Length(arrowLength)
	for _, s := range open {
		most = min(max(most, arrowLength+needs(s)), t.width/3)
	}
	// Room makes the bars shorter. With the most that is needed, these do not
	// fit; with less, others do all the more.
	axis := t.right - t.left
	room := vg.Length(arrowLength)
	for _, s := range open {
		if bar := (t.x(s.to) - t.x(s.from)) * (axis - most) / axis; bar < needs(s) {
			room = min(max(room, arrowLength+needs(s)), most)
		}
	}
	span := float64(t.to.Sub(t.from)) * float64(axis/(axis-room))
	t.to = t.from.Add(time.Duration(min(span, float64(1<<62))))
}

func portHeight(plans []lanePlan) vg.Length {
	height := vg.Length(portGap)
	for _, p := range plans {
		height += p.height()
	}
	return height
}

// x is where a time is.
func (t *timelinePicture) x(at time.Time) vg.Length {
	share := float64(at.Sub(t.from)) / float64(t.to.Sub(t.from))
	return t.left + vg.Length(share)*(t.right-t.left)
}

// head writes the title and the legend.
func (t *timelinePicture) head() {
	title, subtitle := t.title()
	y := t.height - margin - 6
	t.write(titleStyle, margin, y, shortened(titleStyle, title, t.width-2*margin))
	y -= 19
	t.write(smallStyle, margin, y, subtitle)
	for _, e := range t.legend {
		y := y - vg.Length(e.line)*legendLine
		points := rectangle(e.x, y-5, e.x+legendMark, y+5)
		if e.open {
			points = arrow(e.x, e.x+legendMark-arrowLength/2, y-5, y+5)
		}
		t.fill(e.color, points...)
		t.write(smallStyle, e.x+legendMark+8, y, e.text)
	}
}

// axis draws the lines of the time axis and their labels.
func (t *timelinePicture) axis() {
	end := t.right
	if t.open {
		end = t.x(t.last)
	}
	for _, mark := range ticks(t.from, t.to, int((t.right-t.left)/tickSpace)) {
		x := t.x(mark.at)
		if x > end {
			break // where only names are
		}
		t.fill(grid, rectangle(x-0.4, t.bottom-3, x+0.4, t.top)...)
		half := smallStyle.width(mark.label) / 2
		if x-half >= margin && x+half <= t.width-margin {
			t.write(smallStyle, x-half, t.bottom-10, mark.label)
		}
	}
	t.fill(grid, rectangle(t.left, t.bottom-0.4, t.right, t.bottom+0.4)...)
}

// names writes the stations and their ports.
func (t *timelinePicture) names() {
	y := t.top
	for i, s := range t.stations {
		t.fill(ground, rectangle(margin, y-stationHead+3, t.right, y-1)...)
		t.write(stationStyle, margin+4, y-stationHead/2+1, shortened(stationStyle, s.name, t.width/2))
		y -= stationHead
		for j, p := range s.ports {
			height := portHeight(t.plans[i][j])
			middle := y - (height+portGap)/2
			if plans := t.plans[i][j]; len(plans) == 1 {
				middle = y - height + laneHeight/2 // beside the bars, not their names
			}
			t.write(portStyle, margin+4, middle, shortened(portStyle, p.name, pictureWidth/5))
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
	t.fill(nowRed, rectangle(x-0.5, t.bottom-3, x+0.5, t.top+2)...)
	text := "now, " + t.now.Format(time.DateOnly)
	width := nowStyle.width(text)
	t.write(nowStyle, max(t.left, min(x-width/2, t.right-width)), t.top+9, text)
}

// stays draws the bars and their names.
func (t *timelinePicture) stays() {
	y := t.top
	for i := range t.stations {
		y -= stationHead
		for j := range t.stations[i].ports {
			y -= portGap
			for _, plan := range t.plans[i][j] {
				y -= plan.height()
				middle := y + laneHeight/2
				for _, b := range plan.bars {
					t.stay(b, middle)
				}
			}
		}
		y -= stationFoot
	}
}

// stay draws a bar and its name.
func (t *timelinePicture) stay(b barPlan, middle vg.Length) {
	const half = vg.Length(barHeight) / 2
	fill := t.colors[b.kind.ID]
	points := rectangle(b.x0, middle-half, b.x1, middle+half)
	if b.open {
		points = arrow(b.x0, b.x1, middle-half, middle+half)
	}
	t.bars = append(t.bars, area{fill, points})
	style, y := barStyle, middle
	switch b.name {
	case nameless:
		return
	case nameBeside:
	case nameInside:
		style.color = on(fill)
	case nameAbove:
		y += half + stripHeight/2
	}
	t.write(style, b.nameX, y, drawable(b.vehicle))
}

// arrow is a bar that goes on.
func arrow(x0, x1, y0, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1 + arrowLength, Y: (y0 + y1) / 2}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}
