package mirror_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

var years = flag.Int("years", 1, "simulated years; with 200 they, and the day, are compared with doc/mirror.md")

// A year holds the results of one simulated year.
type year struct {
	requests, wrong, untrue, walks int
	changes                        map[mirror.Kind]int
}

// simulateYear refreshes every hour and looks at the copy after each refresh.
func simulateYear(t *testing.T, seed uint64) (y year) {
	y.changes = make(map[mirror.Kind]int)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, v220, seed, 515, 8)
		transport := &counter{RoundTripper: w.server}
		m := open(t, w.server.Client(ll2.WithTransport(transport)), mirror.Memory())
		refresh(t, m)
		type thing struct {
			at time.Time
			do func()
		}
		var things []thing
		start := time.Now()
		for _, kind := range []struct {
			n  int
			do func()
		}{{51, w.dock}, {50, w.depart}, {18, w.late}, {7, w.remove}, {35, w.edit}} {
			for range kind.n {
				things = append(things, thing{do: kind.do})
			}
		}
		for i := range things {
			things[i].at = start.Add(w.up(365 * dayLong))
		}
		slices.SortFunc(things, func(a, b thing) int { return a.at.Compare(b.at) })
		seen := journalOf(t, subject220{m})
		walked := m.Status().Walked
		for range 365 * 24 {
			time.Sleep(hour)
			moved := false
			for len(things) > 0 && !things[0].at.After(time.Now()) {
				things[0].do()
				things = things[1:]
				moved = true
			}
			if moved {
				w.show()
			}
			refresh(t, m)
			s := m.Status()
			if s.Want != 0 || s.Err != nil {
				t.Errorf("seed %d: %+v", seed, s)
			}
			if !s.Walked.Equal(walked) {
				walked, moved = s.Walked, true
				y.walks++
			}
			if moved {
				y.wrong += w.wrong(t, m, 180*dayLong)
			}
		}
		y.requests = transport.n
		for _, c := range seen() {
			y.changes[c.kind]++
			y.untrue += untrue(c)
		}
	})
	return y
}

// wrong counts the events that are open or departed within so long, and are not in the
// copy as in the world, or not in the world.
func (w *world) wrong(t *testing.T, m *mirror.Mirror, within time.Duration) (n int) {
	t.Helper()
	page, err := m.DockingEvents.List(t.Context(), ll2.OrderBy(ll2.ByDeparture.Desc()))
	if err != nil {
		t.Fatal(err)
	}
	since := time.Now().Add(-within)
	there := make(map[int]bool)
	for i := range page.Results {
		e := &page.Results[i]
		if !e.Docked() && !e.Departure.After(since) {
			continue
		}
		there[e.ID] = true
		if !same(stayOf(e), w.stays[e.ID]) {
			n++
		}
	}
	for _, s := range w.stays {
		if (isOpen(s) || s.departure.After(since)) && !there[s.id] {
			n++
		}
	}
	return n
}

// journalOf returns what returns the changes since.
func journalOf(t *testing.T, m subject) func() []change {
	first := m.seq()
	return func() (all []change) {
		last := m.seq()
		if last == first {
			return nil
		}
		for c, err := range m.journal(t.Context(), first) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
			if c.seq == last {
				break
			}
		}
		return all
	}
}

func TestAYearTakesThirtyOneRequestsADayAndNoOpenStayIsWrong(t *testing.T) {
	sum := year{changes: make(map[mirror.Kind]int)}
	most := 0
	for seed := range uint64(*years) {
		y := simulateYear(t, seed)
		if y.wrong > 0 || y.untrue > 0 || y.requests > 31*365 {
			t.Errorf("seed %d: %d wrong, %d changes that were none, %.2f requests a day", seed, y.wrong, y.untrue, float64(y.requests)/365)
		}
		most = max(most, y.requests)
		sum.requests += y.requests
		sum.wrong += y.wrong
		sum.untrue += y.untrue
		sum.walks += y.walks
		for kind, n := range y.changes {
			sum.changes[kind] += n
		}
	}
	perYear := func(n int) float64 { return float64(n) / float64(*years) }
	var b strings.Builder
	b.WriteString("| | |\n| --- | ---: |\n")
	fmt.Fprintf(&b, "| simulated years | %d |\n", *years)
	fmt.Fprintf(&b, "| requests a day, mean | %.2f |\n", perYear(sum.requests)/365)
	fmt.Fprintf(&b, "| requests a day, the dearest year's mean | %.2f |\n", float64(most)/365)
	fmt.Fprintf(&b, "| walks a year | %.1f |\n", perYear(sum.walks))
	fmt.Fprintf(&b, "| events wrong after a refresh (open, or departed in the last 180 days) | %d |\n", sum.wrong)
	for _, kind := range []mirror.Kind{mirror.Docked, mirror.Departed, mirror.Corrected, mirror.Added, mirror.Removed} {
		fmt.Fprintf(&b, "| changes told a year: %s | %.1f |\n", kind, perYear(sum.changes[kind]))
	}
	fmt.Fprintf(&b, "| changes told that were none | %d |\n", sum.untrue)
	t.Log("\n" + b.String())
	if *years == 200 {
		testkit.Golden(t, "../doc/mirror.md", "year", b.String())
	}
}
