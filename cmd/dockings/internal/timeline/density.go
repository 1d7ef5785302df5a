package timeline

import (
	"fmt"
	"slices"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"gonum.org/v1/plot/vg"
)

// Bars that begin less than thinPitch after one another look like a pattern of stripes
// in which no stay can be seen. If there are enough of them, they become an area.
const (
	thinPitch = 4 // points
	fewest    = 5
	// A lane in which most bars are that thin uses a larger limit: bars and areas in turns
	// would be no better than stripes.
	crowded      = 6
	crowdedPitch = 14
	window       = 16 // points over which an area is smoothed
)

// bars finds the positions of the bars of a lane, and combines those that are too thin.
func (t *timelinePicture) bars(stays []stay) []barPlan {
	var bars []barPlan
	pitch, enough := vg.Length(thinPitch), fewest
	if t.pitch(stays) < crowded {
		pitch, enough = crowdedPitch, 2
	}
	for from := 0; from < len(stays); {
		to := from + 1
		for to < len(stays) && t.thin(stays[to-1], stays[to], pitch) {
			to++
		}
		if to-from < enough {
			for _, s := range stays[from:to] {
				bars = append(bars, t.oneBar(s))
			}
		} else {
			t.areas = true
			bars = append(bars, t.manyBars(stays[from:to]))
		}
		from = to
	}
	return bars
}

// thin reports whether a stay and the next one cannot be told apart.
func (t *timelinePicture) thin(a, b stay, pitch vg.Length) bool {
	return !a.open && !b.open && t.x(b.from)-t.x(a.from) < pitch && t.x(b.to)-t.x(b.from) < pitch
}

// pitch returns the largest distance at which most stays of a lane begin.
func (t *timelinePicture) pitch(stays []stay) vg.Length {
	if len(stays) <= fewest {
		return t.Width
	}
	var all []vg.Length
	for i := 1; i < len(stays); i++ {
		all = append(all, t.x(stays[i].from)-t.x(stays[i-1].from))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func (t *timelinePicture) oneBar(s stay) barPlan {
	b := barPlan{stay: s, label: draw.Line(s.vehicle), x0: t.x(s.from), x1: t.x(s.to)}
	if b.x1-b.x0 < thinnest {
		b.x0 = min(b.x0, t.right-thinnest)
		b.x1 = b.x0 + thinnest
	}
	return b
}

func (t *timelinePicture) manyBars(stays []stay) barPlan {
	first, last := stays[0], stays[len(stays)-1]
	b := barPlan{
		stay: stay{from: first.from, to: last.to, begun: first.begun, ended: last.ended},
		many: stays, label: text.Count(len(stays), "stay"), x0: t.x(first.from), x1: t.x(last.to),
	}
	taken := time.Duration(0)
	for _, s := range stays {
		taken += s.to.Sub(s.from)
	}
	b.title = fmt.Sprintf("%s, %s to %s: docked %.0f %% of the time", b.label, b.from.Format(time.DateOnly),
		b.to.Format(time.DateOnly), 100*float64(taken)/float64(max(b.to.Sub(b.from), 1)))
	return b
}

// density draws the share of the time that the port was taken, as an area in layers of the
// groups' colours. The area is as high as a bar if the port was always taken.
func (t *timelinePicture) density(b barPlan, y0, y1 vg.Length) {
	t.Bars = append(t.Bars, draw.Area{Color: t.theme.Ground, Points: draw.Rectangle(b.x0, y0, b.x1, y1), Title: b.title})
	columns := max(2, int((b.x1-b.x0)/1)+1)
	column := func(i int) vg.Length { return b.x0 + (b.x1-b.x0)*vg.Length(i)/vg.Length(columns-1) }
	floor := make([]vg.Length, columns)
	for i := range floor {
		floor[i] = y0
	}
	for g := range t.groups.All {
		shares := t.shares(b, g, columns, column)
		var up, down []vg.Point
		seen := false
		for i, share := range shares {
			down = append(down, vg.Point{X: column(i), Y: floor[i]})
			floor[i] += vg.Length(share) * (y1 - y0)
			up = append(up, vg.Point{X: column(i), Y: floor[i]})
			seen = seen || share > 0
		}
		if !seen {
			continue
		}
		slices.Reverse(down)
		up = append(up, down...)
		t.Bars = append(t.Bars, draw.Area{Color: t.groups.All[g].Color(t.dark), Points: up, Title: b.title})
	}
}

// shares returns, for the time around each column, the share in which a group was docked.
func (t *timelinePicture) shares(b barPlan, g, columns int, column func(int) vg.Length) []float64 {
	shares := make([]float64, columns)
	from := 0
	for i := range shares {
		x0, x1 := max(b.x0, column(i)-window/2), min(b.x1, column(i)+window/2)
		for from < len(b.many) && t.x(b.many[from].to) < x0 {
			from++
		}
		taken := vg.Length(0)
		for _, s := range b.many[from:] {
			if t.x(s.from) > x1 {
				break
			}
			if s.group == g {
				taken += max(0, min(x1, t.x(s.to))-max(x0, t.x(s.from)))
			}
		}
		shares[i] = float64(taken / max(x1-x0, 1e-9))
	}
	return shares
}
