package timeline

import "gonum.org/v1/plot/vg"

// A placement is where the name of a bar stands.
type placement int

const (
	nameless placement = iota // there is no room
	nameInside
	nameBeside
	nameAbove
)

// A lanePlan is where the bars of a lane and their names are, from left to
// right.
type lanePlan struct {
	bars  []barPlan
	strip bool // names stand over the bars, too
}

type barPlan struct {
	stay
	x0, x1 vg.Length
	name   placement
	nameX  vg.Length // where it begins
}

// end is where the bar ends, with its arrow.
func (b barPlan) end() vg.Length {
	if b.open {
		return b.x1 + arrowLength
	}
	return b.x1
}

func (p lanePlan) height() vg.Length {
	if p.strip {
		return laneHeight + stripHeight
	}
	return laneHeight
}

// plan finds a place for every name: in the bar, else behind it, else before it,
// where nothing else is. What that leaves over goes above the bars, unless most
// of it has no room there either: a few names of many would tell nobody much.
func (t *timelinePicture) plan(stays []stay) lanePlan {
	plan := lanePlan{bars: make([]barPlan, len(stays))}
	for i, s := range stays {
		b := barPlan{stay: s, x0: t.x(s.from), x1: t.x(s.to)}
		if b.x1-b.x0 < thinnest {
			b.x0 = min(b.x0, t.right-thinnest)
			b.x1 = b.x0 + thinnest
		}
		plan.bars[i] = b
	}
	taken := t.left // up to where there is something already
	for i := range plan.bars {
		b := &plan.bars[i]
		free := t.right // up to where nothing is behind the bar
		if i+1 < len(plan.bars) {
			free = plan.bars[i+1].x0
		}
		if now := t.nowX(); b.end() <= now && now < free {
			free = now
		}
		width := barStyle.width(drawable(b.vehicle))
		needs := width + 2*labelGap
		taken, free = max(taken, t.left), min(free, t.right)
		before := taken
		taken = b.end()
		switch {
		case b.vehicle == "":
		case needs <= b.x1-b.x0:
			b.name, b.nameX = nameInside, (b.x0+b.x1-width)/2
		case needs <= free-b.end():
			b.name, b.nameX = nameBeside, b.end()+labelGap
			taken = b.nameX + width
		case needs <= b.x0-before:
			b.name, b.nameX = nameBeside, b.x0-labelGap-width
		}
	}
	t.planStrip(&plan)
	return plan
}

// planStrip puts the names that are left over above their bars.
func (t *timelinePicture) planStrip(plan *lanePlan) {
	over := 0
	above := make(map[int]vg.Length)
	taken := t.left
	for i, b := range plan.bars {
		if b.name != nameless || b.vehicle == "" {
			continue
		}
		over++
		middle := (b.x0 + b.end()) / 2
		width := barStyle.width(drawable(b.vehicle))
		x := max(taken, min(middle-width/2, t.right-width))
		crossesNow := x < t.nowX() && t.nowX() < x+width
		if x > middle || x+width > t.right || crossesNow {
			continue
		}
		above[i] = x
		taken = x + width + 2*labelGap
	}
	if 3*len(above) < 2*over {
		return
	}
	for i, x := range above {
		plan.bars[i].name, plan.bars[i].nameX = nameAbove, x
		plan.strip = true
	}
}

// nowX is where now is, or out of the picture.
func (t *timelinePicture) nowX() vg.Length {
	if t.now.IsZero() {
		return t.width + 1
	}
	return t.x(t.now)
}
