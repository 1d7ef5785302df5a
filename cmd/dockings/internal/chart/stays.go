package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
)

const (
	mostModels = 24 // rows of the chart
	boxed      = 5  // stays: with fewer, quartiles mean little
	hour       = 1. / 24
)

// A model has the lengths of the stays of its craft, in days.
type model struct {
	name  string
	group int
	days  []float64 // sorted
}

func (m *model) quantile(q float64) float64 {
	at := q * float64(len(m.days)-1)
	low := int(at)
	return m.days[low] + (at-float64(low))*(m.days[min(low+1, len(m.days)-1)]-m.days[low])
}

// stays compares the lengths of the stays that began in the span and have ended.
func stays(events []*ll2.DockingEvent, o Options) *Chart {
	byID := make(map[int]*model)
	var shown []*ll2.DockingEvent
	docked, backwards := 0, 0
	for _, e := range events {
		r := record.Record{DockingEvent: e, Now: o.Now}
		switch {
		case e.Docking.Before(o.From) || e.Docking.After(o.To):
		case r.Left() == nil:
			docked++ // the length is not known yet
		case r.Stayed() <= 0:
			backwards++
		default:
			shown = append(shown, e)
		}
	}
	if len(shown) == 0 {
		return nil
	}
	groups := group.Of(group.Kind, shown)
	least, most := math.Inf(1), 0.0
	for _, e := range shown {
		config := e.FlightVehicle.Spacecraft.SpacecraftConfig
		if byID[config.ID] == nil {
			byID[config.ID] = &model{name: draw.Line(cmp.Or(config.Name, "no model")), group: groups.Index(e)}
		}
		days := (record.Record{DockingEvent: e, Now: o.Now}).Stayed().Hours() / 24
		byID[config.ID].days = append(byID[config.ID].days, days)
		least, most = min(least, days), max(most, days)
	}
	models := sortedModels(byID)
	left := 0
	if len(models) > mostModels {
		for _, m := range models[mostModels:] {
			left += len(m.days)
		}
		models = models[:mostModels]
	}
	c := &Chart{Events: len(shown), groups: groups.All, rows: len(models)}
	c.Title = "Lengths of stays by model"
	// A logarithmic scale is only fair if the lengths differ that much.
	log := most/least >= 20
	c.Summary = fmt.Sprintf("%s, %s", text.Count(len(shown), "stay"), o.dates())
	for _, note := range []struct {
		n    int
		what string
	}{{docked, "still docked"}, {backwards, "ended before they began"}, {left, "of rarer models"}} {
		if note.n > 0 {
			c.Summary += fmt.Sprintf("; without %d %s", note.n, note.what)
		}
	}
	c.page(models, groups, shown, o, log)
	c.plot = func(l look) *plot.Plot { return stayBoxes(l, groups, models, log, least, most) }
	return c
}

// sortedModels returns the models with the most stays first.
func sortedModels(byID map[int]*model) []*model {
	var all []*model
	for _, m := range byID {
		slices.Sort(m.days)
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *model) int {
		return cmp.Or(cmp.Compare(len(b.days), len(a.days)), cmp.Compare(a.name, b.name))
	})
	return all
}

// page makes the chart for a page, with a point for each stay.
func (c *Chart) page(models []*model, groups *group.Groups, shown []*ll2.DockingEvent, o Options, log bool) {
	c.Columns = []string{"Model", "Stays", "Shortest, days", "Lower quartile", "Median", "Upper quartile", "Longest"}
	names := make([]string, len(models))
	for i, m := range models {
		row := []string{m.name, plain(float64(len(m.days)))}
		for _, q := range []float64{0, 0.25, 0.5, 0.75, 1} {
			row = append(row, fmt.Sprintf("%.2f", m.quantile(q)))
		}
		c.Rows = append(c.Rows, row)
		names[i] = m.name
	}
	data := make([][]any, len(groups.All))
	for _, e := range shown {
		name := draw.Line(cmp.Or(e.FlightVehicle.Spacecraft.SpacecraftConfig.Name, "no model"))
		if slices.Contains(names, name) {
			days := (record.Record{DockingEvent: e, Now: o.Now}).Stayed().Hours() / 24
			g := groups.Index(e)
			data[g] = append(data[g], object{"name": draw.Line(e.FlightVehicle.Spacecraft.Name), "value": []any{round(days), name}})
		}
	}
	var series []any
	for g, points := range data {
		series = append(series, object{"name": groups.All[g].Name, "type": "scatter", "symbolSize": 7, "itemStyle": object{"opacity": 0.5}, "data": points})
	}
	axis := object{"type": "value", "name": "days", "nameLocation": "middle", "nameGap": 28}
	if log {
		axis["type"] = "log"
	}
	c.Option = object{
		"grid": pageGrid, "legend": object{"type": "scroll", "top": 0}, "tooltip": object{"trigger": "item", "formatter": "{b}: {c} days"},
		"xAxis": axis, "yAxis": object{"type": "category", "inverse": true, "data": names}, "dataZoom": zoom, "series": series,
	}
}

// stayBoxes draws a box for each model: the box spans the middle half of its stays, and the
// line in it is the median. A model with few stays has points.
func stayBoxes(l look, groups *group.Groups, models []*model, log bool, least, most float64) *plot.Plot {
	p := draw.NewPlot(l.Theme)
	p.Add(gridOf(l, true, false))
	thick := min((l.height-axisHeight)/vg.Length(len(models))*0.7, 22)
	line := vgdraw.LineStyle{Color: l.Ink, Width: 0.8}
	var ticks plot.ConstantTicks
	name := draw.TextStyle{Size: 9}
	for i, m := range models {
		y := float64(len(models) - 1 - i)
		ticks = append(ticks, plot.Tick{Value: y, Label: fmt.Sprintf("%s (%d)", name.Cut(m.name, l.width*0.25), len(m.days))})
		color := l.color(groups.All[m.group])
		if len(m.days) < boxed {
			points := make(plotter.XYs, len(m.days))
			for i, d := range m.days {
				points[i] = plotter.XY{X: d, Y: y}
			}
			if s, err := plotter.NewScatter(points); err == nil {
				s.GlyphStyle = vgdraw.GlyphStyle{Color: color, Radius: 2.5, Shape: vgdraw.CircleGlyph{}}
				p.Add(s)
			}
			continue
		}
		box, err := plotter.NewBoxPlot(thick, y, plotter.Values(m.days))
		if err != nil {
			continue // too few stays for a box
		}
		box.Horizontal, box.FillColor = true, color
		box.BoxStyle, box.WhiskerStyle, box.MedianStyle = line, line, line
		box.MedianStyle.Width = 1.6
		box.GlyphStyle = vgdraw.GlyphStyle{Color: l.Faint, Radius: 1.2, Shape: vgdraw.CircleGlyph{}}
		p.Add(titled{box, []string{fmt.Sprintf("%s: %s, median %.1f days, half of them %.1f to %.1f days",
			m.name, text.Count(len(m.days), "stay"), m.quantile(0.5), m.quantile(0.25), m.quantile(0.75))}})
	}
	p.Y.Min, p.Y.Max = -0.6, float64(len(models))-0.4
	p.Y.Tick.Marker, p.Y.Tick.Length, p.Y.Tick.Label.Color = ticks, 0, l.Ink
	p.X.Label.Text = "days"
	p.X.Label.TextStyle.Font, p.X.Label.TextStyle.Color = name.Font(), l.Faint
	p.X.Min, p.X.Max = 0, most*1.03
	p.X.Tick.Marker = draw.Whole{Most: 10}
	if log {
		p.X.Min, p.X.Max = least/1.1, most*1.1
		p.X.Scale, p.X.Label.Text = plot.LogScale{}, "days, logarithmic"
		p.X.Tick.Marker = logTicks(p.X.Min, p.X.Max)
	}
	return p
}

// logTicks marks familiar lengths of time.
func logTicks(from, to float64) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for _, t := range []plot.Tick{
		{Value: hour / 60, Label: "1 min"}, {Value: hour / 6, Label: "10 min"}, {Value: hour, Label: "1 h"}, {Value: 6 * hour, Label: "6 h"},
		{Value: 1, Label: "1"}, {Value: 2, Label: "2"}, {Value: 5, Label: "5"}, {Value: 10, Label: "10"}, {Value: 20, Label: "20"},
		{Value: 50, Label: "50"}, {Value: 100, Label: "100"}, {Value: 200, Label: "200"}, {Value: 500, Label: "500"},
		{Value: 1000, Label: "1000"}, {Value: 2000, Label: "2000"}, {Value: 5000, Label: "5000"},
	} {
		if from <= t.Value && t.Value <= to {
			ticks = append(ticks, t)
		}
	}
	return ticks
}
