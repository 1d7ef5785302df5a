package timeline

import (
	"errors"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/ll2test"
)

func TestAStayThatTheSpanCutsIsTorn(t *testing.T) {
	t.Parallel()
	o := Options{View: View{Now: date(2026, 1, 15), From: date(1978, 7, 1), To: date(1978, 10, 1)}}
	p := drawn(pointers(ll2test.Recorded()), o)
	begun, ended := 0, 0
	for _, s := range p.spots() {
		if s.begun != s.event.Docking.Before(o.From) || s.ended != (s.event.Departure == nil || s.event.Departure.After(o.To)) {
			t.Errorf("%s: begun before %v, ends after %v", s.vehicle, s.begun, s.ended)
		}
		if s.begun {
			begun++
		}
		if s.ended {
			ended++
		}
	}
	torn := 0
	for _, bar := range p.Bars {
		if len(bar.Points) > 5 {
			torn++
		}
	}
	if begun == 0 || ended == 0 || torn != begun+ended {
		t.Errorf("%d torn bars, %d begin before and %d end after", torn, begun, ended)
	}
}

func TestPortsWithoutAStayHaveARow(t *testing.T) {
	t.Parallel()
	events := pointers(ll2test.Events(515))
	view := View{Now: date(2026, 1, 15), From: date(2021, 4, 1), To: date(2021, 4, 10)}
	few := drawn(events, Options{View: view})
	all := drawn(events, Options{View: view, Ports: events})
	if few.ports >= all.ports || all.empty != all.ports-few.ports {
		t.Errorf("%d ports, of all %d, %d empty", few.ports, all.ports, all.empty)
	}
	if len(all.stations) != len(few.stations) {
		t.Error("a station that is not seen has ports")
	}
	if _, subtitle := all.title(""); !strings.Contains(subtitle, " of ") {
		t.Errorf("%q does not say how many are empty", subtitle)
	}
}

func TestAVehicleThatMovesIsLinked(t *testing.T) {
	t.Parallel()
	p := drawn(pointers(ll2test.Recorded()), Options{View: View{Now: date(2026, 1, 15)}})
	if len(p.Over) != 2 || !strings.Contains(p.Over[1].Title, "Soyuz 31 moved to Salyut-6 forward on 1978-09-07") {
		t.Errorf("%+v", p.Over)
	}
}

func TestBarsThatAreTooThinBecomeAreas(t *testing.T) {
	t.Parallel()
	p := drawn(pointers(ll2test.Events(2000)), Options{View: View{Now: date(2026, 1, 15)}})
	thin, many := 0, 0
	for _, lane := range p.plans[4] { // the International Space Station
		for _, plan := range lane {
			for i, b := range plan.bars {
				many += len(b.many)
				if i > 0 && b.x0-plan.bars[i-1].x0 < thinPitch && b.many == nil {
					thin++
				}
			}
		}
	}
	if many < 500 || thin > 8*fewest {
		t.Errorf("%d stays in areas, %d too thin", many, thin)
	}
	for _, area := range p.Bars {
		box := area.Box()
		if high := box.Max.Y - box.Min.Y; high > p.bar+1e-6 {
			t.Errorf("%q is %v high: more than all of the time", area.Title, high)
		}
	}
	if few := drawn(pointers(ll2test.Recorded()), Options{View: View{Now: date(2026, 1, 15)}}); few.areas {
		t.Error("ten stays have areas")
	}
}

func TestASizeIsKeptOrRefused(t *testing.T) {
	t.Parallel()
	for n, events := range map[int][]ll2.DockingEvent{10: ll2test.Recorded(), 515: ll2test.Events(515), 2000: ll2test.Events(2000)} {
		for _, size := range []draw.Size{{Width: 1920, Height: 1080}, {Width: 1080, Height: 1920}, {Width: 4000, Height: 1500}, {Width: 777, Height: 777}, {Width: 430, Height: 200}} {
			o := Options{View: View{Now: date(2026, 1, 15)}, Size: size}
			p, err := Draw(pointers(events), o)
			if small := new(draw.SizeError); errors.As(err, &small) {
				o.Size = small.Least
				if _, err := Draw(pointers(events), o); err != nil {
					t.Errorf("%d events: %v is advised, but %v", n, small.Least, err)
				}
				if size.Height > 800 {
					t.Errorf("%d events: %v", n, err)
				}
				continue
			}
			if err != nil || p.Pixels("png") != size {
				t.Errorf("%d events: %v in %v: %v", n, p.Pixels("png"), size, err)
			}
		}
	}
}
