package timeline

import (
	"slices"

	"gonum.org/v1/plot/vg"
)

// A placement is the position of a name relative to its bar.
type placement int

const (
	nameless placement = iota // there is no room for the name
	nameInside
	nameBeside
	nameAbove
)

// A lanePlan has the positions of the bars of a lane and of their names, from left to
// right.
type lanePlan struct {
	bars  []barPlan
	strip bool // there are also names above the bars
}

// A barPlan is one stay, or many stays that are too thin to be told apart.
type barPlan struct {
	stay
	many   []stay
	x0, x1 vg.Length
	label  string
	name   placement
	nameX  vg.Length // the start of the name
}

// end returns the end of the bar, including its arrow.
func (b barPlan) end() vg.Length {
	if b.open {
		return b.x1 + arrowLength
	}
	return b.x1
}

func (t *timelinePicture) laneHeight(p lanePlan) vg.Length {
	if p.strip {
		return t.lane + stripHeight
	}
	return t.lane
}

// plan finds a free place for every name: in the bar, else behind it, else before it.
// The other names go above the bars.
//
// Links pass the lane, or enter it from above.
func (t *timelinePicture) plan(plan *lanePlan, passing, entering []vg.Length) {
	taken := t.left // the space to the left of this is taken
	for i := range plan.bars {
		b := &plan.bars[i]
		free := t.right // the space behind the bar is free up to this
		if i+1 < len(plan.bars) {
			free = plan.bars[i+1].x0
		}
		for _, line := range slices.Concat(passing, []vg.Length{t.nowX()}) {
			switch {
			case b.end() <= line:
				free = min(free, line)
			case line <= b.x0:
				taken = max(taken, line)
			}
		}
		width := t.barStyle.Width(b.label)
		needs := width + 2*labelGap
		taken, free = max(taken, t.left), min(free, t.right)
		before := taken
		taken = b.end()
		switch {
		case b.label == "":
		case needs <= b.x1-b.x0 && b.many == nil:
			b.name, b.nameX = nameInside, (b.x0+b.x1-width)/2
		case b.many != nil: // beside an area, a name would not show to which side it belongs
		case needs <= free-b.end():
			b.name, b.nameX = nameBeside, b.end()+labelGap
			taken = b.nameX + width
		case needs <= b.x0-before:
			b.name, b.nameX = nameBeside, b.x0-labelGap-width
		}
	}
	if t.above {
		t.planStrip(plan, slices.Concat(entering, passing))
	}
}

// planStrip puts the other names above their bars, each at the start of its bar, unless
// they would overlap.
func (t *timelinePicture) planStrip(plan *lanePlan, links []vg.Length) {
	taken := t.left
	for i := range plan.bars {
		b := &plan.bars[i]
		if b.name != nameless || b.label == "" {
			continue
		}
		width := t.barStyle.Width(b.label)
		x := b.x0
		if width <= b.end()-b.x0 {
			x += (b.end() - b.x0 - width) / 2
		}
		if x < taken || x+width > t.right || crosses(x, x+width, t.nowX()) || slices.ContainsFunc(links, func(link vg.Length) bool { return crosses(x, x+width, link) }) {
			continue
		}
		b.name, b.nameX = nameAbove, x
		taken = x + width + 2*labelGap
		plan.strip = true
	}
}

// crosses reports whether a line crosses a name, or is so near that it seems to.
func crosses(x0, x1, line vg.Length) bool { return x0-labelGap/2 < line && line < x1+labelGap/2 }

// nowX returns the position of now, or one outside the picture.
func (t *timelinePicture) nowX() vg.Length {
	if t.now.IsZero() {
		return t.Width + 1
	}
	return t.x(t.now)
}
