package chart

import (
	"cmp"
	"fmt"
	"maps"
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

// A port has the numbers of one docking port.
type port struct {
	ll2.DockingLocation
	group int
	stays int
	taken time.Duration // overlapping stays count once
	over  time.Duration
	until time.Time
	begun time.Time
}

func (p *port) share() float64 { return 100 * float64(p.taken) / float64(max(p.over, 1)) }

// ports finds for each port the share of the time that it is taken. The time runs from the
// first docking at its station to the last departure there, within the span of the options.
func ports(events []*ll2.DockingEvent, o Options) *Chart {
	var shown []*ll2.DockingEvent
	type life struct{ from, to time.Time }
	lives := make(map[int]life)
	for _, e := range events {
		if ended(e, o.Now).Before(o.From) || e.Docking.After(o.To) {
			continue
		}
		shown = append(shown, e)
		from, to := later(e.Docking, o.From), earlier(ended(e, o.Now), o.To)
		id := e.DockingLocation.SpaceStation.ID
		if l, ok := lives[id]; ok {
			from, to = earlier(from, l.from), later(to, l.to)
		}
		lives[id] = life{from, to}
	}
	if len(shown) == 0 {
		return nil
	}
	slices.SortStableFunc(shown, func(a, b *ll2.DockingEvent) int { return a.Docking.Compare(b.Docking) })
	groups := group.Of(group.Station, shown)
	all := make(map[int]*port)
	for _, e := range slices.Concat(shown, o.Known) {
		l, ok := lives[e.DockingLocation.SpaceStation.ID]
		if id := e.DockingLocation.ID; ok && all[id] == nil {
			all[id] = &port{DockingLocation: e.DockingLocation, group: groups.Index(e), over: l.to.Sub(l.from), begun: l.from}
		}
	}
	for _, e := range shown {
		p := all[e.DockingLocation.ID]
		from, to := later(later(e.Docking, o.From), p.until), earlier(ended(e, o.Now), o.To)
		p.stays++
		if from.Before(to) {
			p.taken += to.Sub(from)
			p.until = to
		}
	}
	sorted := slices.SortedFunc(maps.Values(all), func(a, b *port) int {
		return cmp.Or(a.begun.Compare(b.begun), cmp.Compare(a.SpaceStation.ID, b.SpaceStation.ID), cmp.Compare(a.ID, b.ID))
	})
	return portChart(sorted, groups, shown, o)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// portChart makes the chart of ports, with the first one at the top.
func portChart(ports []*port, groups *group.Groups, shown []*ll2.DockingEvent, o Options) *Chart {
	c := &Chart{Events: len(shown), groups: groups.All, rows: len(ports)}
	c.Title = "How full each port is"
	c.Summary = fmt.Sprintf("%s at %s, %s; share of the time that each station was in use",
		text.Count(len(shown), "stay"), text.Count(len(ports), "port"), o.dates())
	c.Columns = []string{"Port", "Station", "Stays", "Days taken", "Days in all", "Share"}
	data, names := make([]any, len(ports)), make([]string, len(ports))
	for i, p := range ports {
		days := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Hours()/24) }
		c.Rows = append(c.Rows, []string{p.Name, p.SpaceStation.Name, plain(float64(p.stays)), days(p.taken), days(p.over), fmt.Sprintf("%.1f %%", p.share())})
		names[i] = p.Name + ", " + p.SpaceStation.Name
		data[i] = round(p.share())
	}
	c.Option = object{
		"grid": pageGrid, "tooltip": object{"trigger": "axis", "axisPointer": object{"type": "shadow"}},
		"xAxis":  object{"type": "value", "max": 100, "axisLabel": object{"formatter": "{value} %"}},
		"yAxis":  object{"type": "category", "inverse": true, "data": names, "axisLabel": object{"width": 220, "overflow": "truncate"}},
		"series": []any{object{"name": "taken, % of the time", "type": "bar", "data": data, "label": object{"show": true, "position": "right", "formatter": "{c} %"}}},
	}
	c.plot = func(l look) *plot.Plot { return portBars(l, groups, ports) }
	return c
}

// portBars draws a bar for each port.
func portBars(l look, groups *group.Groups, ports []*port) *plot.Plot {
	p := draw.NewPlot(l.Theme)
	thick := (l.height - axisHeight) / vg.Length(len(ports)) * 0.7
	name := draw.TextStyle{Size: 9, Color: l.Ink}
	var ticks plot.ConstantTicks
	labels := plotter.XYLabels{}
	bars := func(color func(*port) (share float64, group int)) map[int][]float64 {
		values := make(map[int][]float64)
		for i, port := range ports {
			share, g := color(port)
			if values[g] == nil {
				values[g] = make([]float64, len(ports))
			}
			values[g][len(ports)-1-i] = share
		}
		return values
	}
	add := func(values []float64, titles []string, look func(*plotter.BarChart)) {
		b, err := plotter.NewBarChart(plotter.Values(values), min(thick, 30))
		if err != nil {
			return
		}
		b.Horizontal, b.LineStyle.Width = true, 0
		look(b)
		p.Add(titled{b, titles})
	}
	for _, values := range bars(func(*port) (float64, int) { return 100, 0 }) {
		add(values, nil, func(b *plotter.BarChart) { b.Color = l.Ground })
	}
	titles := make([]string, len(ports))
	for i, port := range ports {
		y := len(ports) - 1 - i
		titles[y] = draw.Line(fmt.Sprintf("%s, %s: %s, %.0f %% of the time", port.Name, port.SpaceStation.Name, text.Count(port.stays, "stay"), port.share()))
		ticks = append(ticks, plot.Tick{Value: float64(y), Label: name.Cut(port.Name+", "+port.SpaceStation.Name, l.width*0.3)})
		labels.XYs = append(labels.XYs, plotter.XY{X: port.share(), Y: float64(y)})
		labels.Labels = append(labels.Labels, fmt.Sprintf(" %.0f %%", port.share()))
	}
	shares := bars(func(p *port) (float64, int) { return p.share(), p.group })
	for _, g := range slices.Sorted(maps.Keys(shares)) {
		add(shares[g], titles, func(b *plotter.BarChart) { b.Color = l.color(groups.All[g]) })
	}
	if shown, err := plotter.NewLabels(labels); err == nil {
		for i := range shown.TextStyle {
			s := &shown.TextStyle[i]
			s.Font, s.Color, s.Handler, s.YAlign = name.Font(), l.Ink, p.TextHandler, -0.5
		}
		shown.Offset.Y = 1 // digits have no descenders
		p.Add(shown)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 104, -0.6, float64(len(ports))-0.4
	p.Y.Tick.Marker, p.Y.Tick.Length, p.Y.Tick.Label.Color = ticks, 0, l.Ink
	var percents plot.ConstantTicks
	for v := 0; v <= 100; v += 20 {
		percents = append(percents, plot.Tick{Value: float64(v), Label: fmt.Sprintf("%d %%", v)})
	}
	p.X.Tick.Marker = percents
	return p
}
