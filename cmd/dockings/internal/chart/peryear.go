package chart

import (
	"fmt"
	"strconv"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
)

// perYear counts the dockings of each year, by the groups of the craft that docked.
func perYear(events []*ll2.DockingEvent, o Options) *Chart {
	var shown []*ll2.DockingEvent
	for _, e := range events {
		if !e.Docking.Before(o.From) && !e.Docking.After(o.To) {
			shown = append(shown, e)
		}
	}
	if len(shown) == 0 {
		return nil
	}
	groups := group.Of(o.By, shown)
	first := o.From.UTC().Year()
	last := max(first, o.last.UTC().Year())
	counts := make([][]float64, len(groups.All))
	for g := range counts {
		counts[g] = make([]float64, last-first+1)
	}
	for _, e := range shown {
		counts[groups.Index(e)][min(e.Docking.UTC().Year(), last)-first]++
	}
	c := &Chart{Events: len(shown), groups: groups.All}
	c.Title = "Dockings a year by " + o.By
	c.Summary = fmt.Sprintf("%s, %s", text.Count(len(shown), "docking"), o.dates())
	c.Columns = []string{"Year"}
	years := make([]string, last-first+1)
	for i := range years {
		years[i] = strconv.Itoa(first + i)
		c.Rows = append(c.Rows, []string{years[i]})
	}
	var series []any
	for g, values := range counts {
		c.Columns = append(c.Columns, groups.All[g].Name)
		for i, v := range values {
			c.Rows[i] = append(c.Rows[i], plain(v))
		}
		series = append(series, object{"name": groups.All[g].Name, "type": "bar", "stack": "all", "data": values})
	}
	c.Option = object{
		"grid": pageGrid, "legend": object{"type": "scroll", "top": 0}, "tooltip": object{"trigger": "axis", "axisPointer": object{"type": "shadow"}},
		"xAxis": object{"type": "category", "data": years}, "yAxis": object{"type": "value", "minInterval": 1},
		"dataZoom": zoom, "series": series,
	}
	c.plot = func(l look) *plot.Plot { return yearBars(l, groups, counts, years) }
	return c
}

// yearBars draws a bar for each year.
func yearBars(l look, groups *group.Groups, counts [][]float64, years []string) *plot.Plot {
	p := draw.NewPlot(l.Theme)
	p.Add(gridOf(l, false, true))
	room := (l.width - 30) / vg.Length(len(years))
	var below *plotter.BarChart
	for g, values := range counts {
		bars, err := plotter.NewBarChart(plotter.Values(values), min(room*0.8, 90))
		if err != nil {
			continue // the plotter refuses a list without values
		}
		bars.Color, bars.LineStyle.Width = l.color(groups.All[g]), 0
		if below != nil {
			bars.StackOn(below)
		}
		below = bars
		titles := make([]string, len(values))
		for i, v := range values {
			titles[i] = fmt.Sprintf("%s, %s: %s", years[i], groups.All[g].Name, text.Count(int(v), "docking"))
		}
		p.Add(titled{bars, titles})
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.6, float64(len(years))-0.4, 0, p.Y.Max*1.06
	p.X.Tick.Length = 0
	var ticks plot.ConstantTicks
	every := 1
	for _, step := range []int{1, 2, 5, 10} {
		if every = step; room*vg.Length(step) > 28 {
			break
		}
	}
	for i, year := range years {
		if n, _ := strconv.Atoi(year); n%every == 0 || len(years) <= 2 {
			ticks = append(ticks, plot.Tick{Value: float64(i), Label: year})
		}
	}
	p.X.Tick.Marker = ticks
	p.Y.Tick.Marker = draw.Whole{Most: 8}
	return p
}

// object is a JSON object.
type object = map[string]any

// These parts are the same in all charts of a page.
var (
	pageGrid = object{"left": 16, "right": 24, "top": 48, "bottom": 64, "containLabel": true}
	zoom     = []any{object{"type": "inside"}, object{"type": "slider", "height": 20, "bottom": 12}}
)

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// titled is a plotter whose areas have titles.
type titled struct {
	plot.Plotter
	titles []string
}

// Plot draws the plotter with its titles.
func (t titled) Plot(c vgdraw.Canvas, p *plot.Plot) {
	draw.TitleFills(c.Canvas, t.titles)
	t.Plotter.Plot(c, p)
	draw.TitleFills(c.Canvas, nil)
}

// DataRange returns the range of the plotter.
func (t titled) DataRange() (xmin, xmax, ymin, ymax float64) {
	return t.Plotter.(plot.DataRanger).DataRange()
}

// gridOf returns the grid lines behind the values.
func gridOf(l look, vertical, horizontal bool) *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical = vgdraw.LineStyle{Color: l.Grid, Width: 0.6}
	g.Horizontal = g.Vertical
	if !vertical {
		g.Vertical.Color = nil
	}
	if !horizontal {
		g.Horizontal.Color = nil
	}
	return g
}
