package timeline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/ll2test"
	"gonum.org/v1/plot/vg"
)

func pointers(events []ll2.DockingEvent) []*ll2.DockingEvent {
	all := make([]*ll2.DockingEvent, len(events))
	for i := range events {
		all[i] = &events[i]
	}
	return all
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// wild makes a history with bad data: stays that overlap or end before they begin,
// ports and names of any length, unknown kinds.
func wild(seed uint64) []ll2.DockingEvent {
	r := rand.New(rand.NewPCG(seed, 0))
	events := make([]ll2.DockingEvent, 1+r.IntN(60))
	span := time.Duration(1+r.IntN(10_000)) * time.Hour * time.Duration(1+r.IntN(50))
	for i := range events {
		e := &events[i]
		e.ID = i + 1
		e.Docking = date(1960+r.IntN(50), 1, 1).Add(time.Duration(r.Int64N(int64(span))))
		if r.IntN(5) > 0 {
			end := e.Docking.Add(time.Duration(r.Int64N(int64(span))) - span/10)
			e.Departure = &end
		}
		e.FlightVehicle.Spacecraft.Name = strings.Repeat("Vehicle äß神🚀\n", r.IntN(4)) + fmt.Sprint(i)
		e.FlightVehicle.Spacecraft.SpacecraftConfig.Type = ll2.SpacecraftConfigType{ID: r.IntN(15), Name: strings.Repeat("kind ", r.IntN(12))}
		e.DockingLocation.ID = r.IntN(8)
		e.DockingLocation.Name = strings.Repeat("port ", e.DockingLocation.ID*4)
		e.DockingLocation.SpaceStation = ll2.SpaceStation{ID: e.DockingLocation.ID / 3, Name: strings.Repeat("station ", e.DockingLocation.ID/3*20)}
	}
	return events
}

func overlap(a, b vg.Rectangle) bool {
	const eps = 1e-6
	return a.Min.X < b.Max.X-eps && b.Min.X < a.Max.X-eps && a.Min.Y < b.Max.Y-eps && b.Min.Y < a.Max.Y-eps
}

func within(inner, outer vg.Rectangle) bool {
	const eps = 1e-6
	return inner.Min.X >= outer.Min.X-eps && inner.Max.X <= outer.Max.X+eps && inner.Min.Y >= outer.Min.Y-eps && inner.Max.Y <= outer.Max.Y+eps
}

// drawn draws the picture of some events.
func drawn(events []*ll2.DockingEvent, o Options) *timelinePicture {
	t, _, err := newChart(events, o).fit(o)
	if err != nil {
		panic(err)
	}
	t.draw()
	return t
}

func TestNoLabelIsCutOrOnAnother(t *testing.T) {
	t.Parallel()
	type picture struct {
		events []ll2.DockingEvent
		view   View
	}
	pictures := map[string]picture{
		"recorded":   {ll2test.Recorded(), View{Now: date(2026, 1, 15)}},
		"then":       {ll2test.Recorded(), View{Now: date(1978, 9, 1)}},
		"one":        {ll2test.Events(1), View{Now: date(2026, 1, 15)}},
		"forty":      {ll2test.Events(40), View{Now: date(2026, 1, 15)}},
		"515":        {ll2test.Events(515), View{Now: date(2026, 1, 15)}},
		"515, 2020":  {ll2test.Events(515), View{Now: date(2026, 1, 15), From: date(2020, 1, 1)}},
		"515, 2000s": {ll2test.Events(515), View{Now: date(2026, 1, 15), From: date(2000, 1, 1), To: date(2010, 1, 1)}},
		"a day":      {ll2test.Events(515), View{Now: date(2026, 1, 15), From: date(2025, 12, 10), To: date(2025, 12, 11)}},
	}
	for seed := range uint64(60) {
		pictures[fmt.Sprint("wild ", seed)] = picture{wild(seed), View{Now: date(2000, 1, 1)}}
	}
	for name, p := range pictures {
		drawn := drawn(pointers(p.events), Options{View: p.view})
		c := drawn.chart
		whole := vg.Rectangle{Max: vg.Point{X: drawn.Width, Y: drawn.Height}}
		texts, bars := make([]vg.Rectangle, len(drawn.Texts)), make([]vg.Rectangle, len(drawn.Bars))
		for i, bar := range drawn.Bars {
			bars[i] = bar.Box()
			if !within(bars[i], whole) {
				t.Errorf("%s: a bar is cut at the edge", name)
			}
			for j, other := range bars[:i] {
				if drawn.Bars[j].Title == bar.Title {
					continue // layers of one area
				}
				if overlap(bars[i], other) && min(bars[i].Max.X, other.Max.X)-max(bars[i].Min.X, other.Min.X) > thinnest {
					t.Errorf("%s: a bar is on another: %v, %v", name, bars[i], other)
				}
			}
		}
		for i, l := range drawn.Texts {
			texts[i] = l.Box()
			if !within(texts[i], whole) {
				t.Errorf("%s: %q is cut at the edge", name, l.Text)
			}
			for j, other := range texts[:i] {
				if overlap(texts[i], other) {
					t.Errorf("%s: %q is on %q", name, l.Text, drawn.Texts[j].Text)
				}
			}
			for _, bar := range bars {
				if overlap(texts[i], bar) && !within(texts[i], bar) {
					t.Errorf("%s: %q is on the edge of a bar", name, l.Text)
				}
			}
		}
		stays := 0
		for _, s := range drawn.spots() {
			stays += max(1, len(s.many))
		}
		if stays != c.stays || c.stays == 0 {
			t.Errorf("%s: %d stays are drawn of %d", name, stays, c.stays)
		}
	}
}

func TestEveryStayIsNamedWhereThereAreFew(t *testing.T) {
	t.Parallel()
	drawn := drawn(pointers(ll2test.Recorded()), Options{View: View{Now: date(2026, 1, 15)}})
	for _, e := range ll2test.Recorded() {
		found := false
		for _, l := range drawn.Texts {
			found = found || l.Text == e.FlightVehicle.Spacecraft.Name
		}
		if !found {
			t.Errorf("%s is not named", e.FlightVehicle.Spacecraft.Name)
		}
	}
}

func TestWhoIsStillDockedIsNamed(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(515)
	drawn := drawn(pointers(events), Options{View: View{Now: date(2026, 1, 15)}})
	arrows := 0
	for _, bar := range drawn.Bars {
		if len(bar.Points) == 5 {
			arrows++
		}
	}
	open := 0
	for _, e := range events {
		if !e.Docked() {
			continue
		}
		open++
		found := false
		for _, l := range drawn.Texts {
			found = found || l.Text == e.FlightVehicle.Spacecraft.Name
		}
		if !found {
			t.Errorf("%s is not named", e.FlightVehicle.Spacecraft.Name)
		}
	}
	if arrows != open {
		t.Errorf("%d arrows for %d who are docked", arrows, open)
	}
}

func TestNowIsMarkedWhereItIsInThePicture(t *testing.T) {
	t.Parallel()
	for now, want := range map[time.Time]bool{date(1978, 9, 1): true, date(2026, 1, 1): false, date(1960, 1, 1): false} {
		drawn := drawn(pointers(ll2test.Recorded()), Options{View: View{Now: now}})
		line, text := false, false
		for _, a := range drawn.Areas {
			line = line || a.Color == draw.Light.Now
		}
		for _, l := range drawn.Texts {
			text = text || l.Text == "now, "+now.Format(time.DateOnly)
		}
		if line != want || text != want {
			t.Errorf("%v: line %v, text %v, want %v", now, line, text, want)
		}
	}
}

func TestPortsAreGroupedByStation(t *testing.T) {
	t.Parallel()
	c := newChart(pointers(ll2test.Events(515)), Options{View: View{Now: date(2026, 1, 15)}})
	var got strings.Builder
	for _, s := range c.stations {
		fmt.Fprintf(&got, "%s:", s.name)
		for _, p := range s.ports {
			fmt.Fprintf(&got, " %s,", p.name)
			if len(p.lanes) != 1 {
				t.Errorf("%s of %s has %d lanes for stays that do not overlap", p.name, s.name, len(p.lanes))
			}
		}
		got.WriteString("\n")
	}
	want := `Salyut 4: forward, aft,
Salyut 6: forward, aft,
Salyut 7: forward, aft,
Mir: forward, aft, nadir, zenith,
International Space Station: forward, aft, nadir, zenith, Rassvet nadir, Poisk zenith, Unity nadir, Prichal nadir,
Tiangong: forward, aft, nadir,
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}
