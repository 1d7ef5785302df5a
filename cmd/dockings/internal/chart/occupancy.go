package chart

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// mostSteps is the number of changes that a picture can show one by one. If there are
// more, it shows means.
const mostSteps = 300

// A level has the number of docked craft from a time on, by station.
type level struct {
	at     time.Time
	docked []float64
}

func (l level) total() float64 {
	sum := 0.0
	for _, n := range l.docked {
		sum += n
	}
	return sum
}

// occupancy counts the docked craft over time.
func occupancy(events []*ll2.DockingEvent, o Options) *Chart {
	var shown []*ll2.DockingEvent
	for _, e := range events {
		if !ended(e, o.Now).Before(o.From) && !e.Docking.After(o.To) {
			shown = append(shown, e)
		}
	}
	if len(shown) == 0 || !o.From.Before(o.To) {
		return nil
	}
	groups := group.Of(group.Station, shown)
	levels := steps(shown, groups, o)
	most := slices.MaxFunc(levels, func(a, b level) int { return int(a.total() - b.total()) })
	c := &Chart{Events: len(shown), groups: groups.All}
	c.Title = "Craft docked at a time"
	c.Summary = fmt.Sprintf("%s, %s, %d at most", text.Count(len(shown), "stay"), o.dates(), int(most.total()))
	averaged := len(levels) > mostSteps
	if averaged {
		var each time.Duration
		levels, each = means(levels, o, mostSteps)
		c.Summary += fmt.Sprintf(", means of %d days", int(math.Round(each.Hours()/24)))
	} else {
		levels = levelled(levels, o)
	}
	c.Columns = []string{"From"}
	var series []any
	step := any("end")
	if averaged {
		step = false
	}
	for g, group := range groups.All {
		c.Columns = append(c.Columns, group.Name)
		data := make([][2]float64, len(levels))
		for i, l := range levels {
			data[i] = [2]float64{float64(l.at.UnixMilli()), round(l.docked[g])}
		}
		series = append(series, object{"name": group.Name, "type": "line", "step": step, "stack": "all",
			"areaStyle": object{"opacity": 0.8}, "lineStyle": object{"width": 0}, "symbol": "none", "data": data})
	}
	c.Columns = append(c.Columns, "Total")
	for _, l := range levels {
		row := []string{l.at.Format("2006-01-02 15:04")}
		for _, n := range l.docked {
			row = append(row, plain(round(n)))
		}
		c.Rows = append(c.Rows, append(row, plain(round(l.total()))))
	}
	c.Option = object{
		"useUTC": true, "grid": pageGrid, "legend": object{"type": "scroll", "top": 0}, "tooltip": object{"trigger": "axis"},
		"xAxis": object{"type": "time"}, "yAxis": object{"type": "value", "minInterval": 1}, "dataZoom": zoom, "series": series,
	}
	c.plot = func(l look) *plot.Plot { return levelAreas(l, groups, levels, o, averaged) }
	return c
}

func round(v float64) float64 { return math.Round(v*100) / 100 }

// steps returns a level for each time at which something changes, and one for the end.
func steps(events []*ll2.DockingEvent, groups *group.Groups, o Options) []level {
	type change struct {
		at    time.Time
		group int
		by    float64
	}
	changes := []change{{o.From, 0, 0}, {o.To, 0, 0}}
	for _, e := range events {
		g := groups.Index(e)
		from, to := e.Docking, ended(e, o.Now)
		if from.Before(o.From) {
			from = o.From
		}
		if to.Before(from) {
			continue // the data is not always in order
		}
		changes = append(changes, change{from, g, 1})
		if to.Before(o.To) {
			changes = append(changes, change{to, g, -1})
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	var levels []level
	docked := make([]float64, len(groups.All))
	for _, c := range changes {
		docked[c.group] += c.by
		if n := len(levels); n > 0 && levels[n-1].at.Equal(c.at) {
			levels = levels[:n-1]
		}
		levels = append(levels, level{c.at, slices.Clone(docked)})
	}
	return levels
}

// levelled leaves out changes that are too short to be seen, such as the hour in which a
// craft moves to another port.
func levelled(levels []level, o Options) []level {
	least := o.To.Sub(o.From) / 1500
	var all []level
	for i, l := range levels {
		if i == 0 || i+1 >= len(levels) || levels[i+1].at.Sub(l.at) >= least {
			all = append(all, l)
		}
	}
	return all
}

// means returns the means of the levels over n equal parts of the span, and the length of
// a part.
func means(levels []level, o Options, n int) ([]level, time.Duration) {
	each := o.To.Sub(o.From) / time.Duration(n)
	all := make([]level, n+1)
	for i := range all {
		all[i] = level{o.From.Add(time.Duration(i) * each), make([]float64, len(levels[0].docked))}
	}
	for i, l := range levels {
		from, to := l.at, o.To
		if i+1 < len(levels) {
			to = levels[i+1].at
		}
		for from.Before(to) {
			part := min(n-1, int(from.Sub(o.From)/each))
			end := all[part+1].at
			if part == n-1 || to.Before(end) {
				end = to
			}
			for g, docked := range l.docked {
				all[part].docked[g] += docked * float64(end.Sub(from)) / float64(each)
			}
			from = end
		}
	}
	all[n].docked = all[n-1].docked // the end of the span
	return all, each
}

// levelAreas draws an area for each station, stacked.
func levelAreas(l look, groups *group.Groups, levels []level, o Options, averaged bool) *plot.Plot {
	p := draw.NewPlot(l.Theme)
	p.Add(gridOf(l, true, true))
	style, wide := plotter.PostStep, vg.Length(0.8)
	if averaged {
		style, wide = plotter.NoStep, 0.5
	}
	// The sum of all stations is drawn first; smaller sums cover it one after the
	// other.
	for g, group := range slices.Backward(groups.All) {
		points := make(plotter.XYs, len(levels))
		for i, level := range levels {
			points[i].X = float64(level.at.Unix())
			for _, n := range level.docked[:g+1] {
				points[i].Y += n
			}
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			continue // NaN has no height
		}
		line.StepStyle, line.FillColor, line.Width = style, l.color(group), 0
		if g == len(groups.All)-1 {
			defer func() { // over all areas
				total, _ := plotter.NewLine(points)
				total.StepStyle, total.Width, total.Color = style, wide, l.Ink
				p.Add(total)
			}()
		}
		p.Add(titled{line, []string{group.Name}})
	}
	p.X.Min, p.X.Max, p.Y.Min = float64(o.From.Unix()), float64(o.To.Unix()), 0
	p.Y.Max *= 1.06
	var ticks plot.ConstantTicks
	for _, t := range draw.Ticks(o.From, o.To, int(l.width/66)) {
		ticks = append(ticks, plot.Tick{Value: float64(t.At.Unix()), Label: t.Label})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks, draw.Whole{Most: 8}
	p.X.Tick.Length = vg.Points(3)
	return p
}
