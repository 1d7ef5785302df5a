package timeline

import (
	"maps"
	"slices"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"gonum.org/v1/plot/vg"
)

// moved is the longest time between two stays if the vehicle only changed its port.
const moved = 24 * time.Hour

// A spot is a bar, the row of its port from the top, and the middle of its lane.
type spot struct {
	barPlan
	row    int
	middle vg.Length
}

// A move links two stays of a vehicle that only changed its port in between.
type move struct{ from, to spot }

// moves finds all moves except those in areas.
func (t *timelinePicture) moves() []move {
	flights := make(map[int][]spot)
	for _, s := range t.spots() {
		if s.many == nil {
			id := s.event.FlightVehicle.ID
			flights[id] = append(flights[id], s)
		}
	}
	var all []move
	for _, id := range slices.Sorted(maps.Keys(flights)) {
		stays := flights[id]
		slices.SortFunc(stays, func(a, b spot) int { return a.event.Docking.Compare(b.event.Docking) })
		for i := 1; i < len(stays); i++ {
			a, b := stays[i-1], stays[i]
			if id == 0 || a.event.Departure == nil || a.row == b.row || a.ended || b.begun {
				continue
			}
			if away := b.event.Docking.Sub(*a.event.Departure); away >= 0 && away <= moved {
				all = append(all, move{a, b})
			}
		}
	}
	return all
}

// links draws a line for each move: from the port that a vehicle left to the port at which
// it docked next, at most a day later.
func (t *timelinePicture) links() {
	for _, m := range t.moves() {
		t.Over = append(t.Over, t.link(m.from, m.to)...)
	}
}

// link returns a line between two bars, with a margin that makes it visible on other bars.
func (t *timelinePicture) link(a, b spot) []draw.Area {
	y0, y1 := a.middle-t.bar/2, b.middle+t.bar/2
	if b.middle > a.middle {
		y0, y1 = a.middle+t.bar/2, b.middle-t.bar/2
	}
	title := draw.Line(a.label + " moved to " + b.event.DockingLocation.Name + " on " + b.event.Docking.Format(time.DateOnly))
	x0, x1 := min(a.x1, t.right-1), max(b.x0, t.left+1)
	line := func(half vg.Length) []vg.Point {
		return []vg.Point{{X: x0 - half, Y: y0}, {X: x0 + half, Y: y0}, {X: x1 + half, Y: y1}, {X: x1 - half, Y: y1}}
	}
	return []draw.Area{
		{Color: t.theme.Paper, Points: line(1.3), Title: title},
		{Color: t.theme.Ink, Points: line(0.5), Title: title},
	}
}

// spots returns all bars with the middle of their lane, from the top.
func (t *timelinePicture) spots() []spot {
	var all []spot
	y, row := t.top, 0
	for i := range t.stations {
		y -= stationHead
		for j := range t.stations[i].ports {
			y -= portGap
			for _, plan := range t.plans[i][j] {
				y -= t.laneHeight(plan)
				for _, b := range plan.bars {
					all = append(all, spot{b, row, y + t.lane/2})
				}
			}
			row++
		}
		y -= stationFoot
	}
	return all
}
