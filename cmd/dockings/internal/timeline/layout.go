package timeline

import (
	"slices"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"gonum.org/v1/plot/vg"
)

// Measures of a timeline, in points. Its width is fixed, and its height grows with
// the rows.
const (
	pictureWidth = 960
	headHeight   = 64
	axisHeight   = 22
	footHeight   = 20
	stationHead  = 20
	stationFoot  = 5
	portGap      = 4
	laneHeight   = 15
	barHeight    = 12
	highestBar   = 36
	stripHeight  = 10 // the space for names above the bars of a lane
	tickSpace    = 66 // the width that the label of a tick needs
	arrowLength  = 7
	thinnest     = 1.2 // the least width of a bar
	labelGap     = 3
)

// A timelinePicture is the picture of a chart while it is drawn.
type timelinePicture struct {
	draw.Scene
	chart
	dark  bool
	theme draw.Theme

	small, stationStyle, portStyle, barStyle, nowStyle draw.TextStyle

	heading     draw.Head
	left, right vg.Length // of the time axis
	top, bottom vg.Length // of the rows
	lane, bar   vg.Length // heights
	plans       [][][]lanePlan
	above       bool // names can be above bars
	areas       bool // some bars are too thin to be told apart
}

// measured decides all sizes in a picture of this width and height. A height of 0 means
// as high as the rows need. Above says whether names can be above bars.
func (c chart) measured(o Options, width, height vg.Length, above bool) *timelinePicture {
	t := &timelinePicture{chart: c, above: above, dark: o.Dark, theme: draw.Light, lane: laneHeight, bar: barHeight}
	if o.Dark {
		t.theme = draw.Dark
	}
	ink, faint := t.theme.Ink, t.theme.Faint
	t.small = draw.TextStyle{Size: 9, Color: faint}
	t.stationStyle = draw.TextStyle{Size: 10.5, Bold: true, Color: ink}
	t.portStyle = draw.TextStyle{Size: 9, Color: ink}
	t.barStyle = draw.TextStyle{Size: 8, Color: ink}
	t.nowStyle = draw.TextStyle{Size: 9, Bold: true, Color: t.theme.Now}
	t.Width = width
	names := vg.Length(0)
	for _, s := range t.stations {
		for _, p := range s.ports {
			names = max(names, t.portStyle.Width(t.portStyle.Cut(p.name, t.Width/5)))
		}
	}
	t.left = draw.Margin + names + 10
	t.right = t.Width - draw.Margin
	t.makeRoom()

	rows, lanes := t.planRows()
	t.heading = t.newHead(o.Title)
	head := vg.Length(headHeight) + t.heading.Measure(width)
	t.Height = head + rows + axisHeight + footHeight
	if more := height - t.Height; more > 0 {
		t.lane += more / vg.Length(lanes)
		t.bar = max(barHeight, min(highestBar, t.lane-laneHeight+barHeight))
		t.Height, rows = height, rows+more
	}
	t.top = t.Height - head
	t.bottom = t.top - rows
	return t
}

// planRows plans all rows. It returns their height and the number of their lanes.
func (t *timelinePicture) planRows() (height vg.Length, lanes int) {
	t.plans = make([][][]lanePlan, len(t.stations))
	for i, s := range t.stations {
		t.plans[i] = make([][]lanePlan, len(s.ports))
		for j, p := range s.ports {
			for _, lane := range p.lanes {
				t.plans[i][j] = append(t.plans[i][j], lanePlan{bars: t.bars(lane)})
			}
		}
	}
	moves, row := t.moves(), 0
	for i := range t.plans {
		height += stationHead + stationFoot
		for _, plans := range t.plans[i] {
			var passing, entering []vg.Length
			for _, m := range moves {
				top, bottom := min(m.from.row, m.to.row), max(m.from.row, m.to.row)
				if x := t.x(m.to.from); top < row && row < bottom {
					passing = append(passing, x)
				} else if row == bottom {
					entering = append(entering, x)
				}
			}
			for k := range plans {
				t.plan(&plans[k], passing, entering)
			}
			height += t.portHeight(plans)
			lanes += len(plans)
			row++
		}
	}
	return height, lanes
}

// draw draws everything.
func (t *timelinePicture) draw() {
	t.heading.Write(&t.Scene)
	t.axis()
	t.names()
	t.nowLine()
	t.stays()
	t.links()
}

// makeRoom extends the axis behind its end. The empty space is for arrows, and for the
// names of docked vehicles that do not fit into their bars.
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
	needs := func(s stay) vg.Length { return t.barStyle.Width(draw.Line(s.vehicle)) + 2*labelGap }
	most := vg.Length(arrowLength)
	for _, s := range open {
		most = min(max(most, arrowLength+needs(s)), t.Width/3)
	}
	// More room makes the bars shorter. Names that do not fit with the most room need
	// it; with less room, the other names fit even better.
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

func (t *timelinePicture) portHeight(plans []lanePlan) vg.Length {
	height := vg.Length(portGap)
	for _, p := range plans {
		height += t.laneHeight(p)
	}
	return height
}

// x returns the position of a time on the axis.
func (t *timelinePicture) x(at time.Time) vg.Length {
	share := float64(at.Sub(t.from)) / float64(t.to.Sub(t.from))
	return t.left + vg.Length(share)*(t.right-t.left)
}
