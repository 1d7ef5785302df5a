package chart_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/chart"
	"github.com/docking-event/ll2/cmd/dockings/internal/draw"
	"github.com/docking-event/ll2/cmd/dockings/internal/group"
	"github.com/docking-event/ll2/ll2test"
)

var now = date(2026, 1, 15)

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func pointers(events []ll2.DockingEvent) []*ll2.DockingEvent {
	all := make([]*ll2.DockingEvent, len(events))
	for i := range events {
		all[i] = &events[i]
	}
	return all
}

func counted(t *testing.T, name string, events []ll2.DockingEvent, o chart.Options) *chart.Chart {
	t.Helper()
	if o.Now.IsZero() {
		o.Now = now
	}
	c, err := chart.New(name, pointers(events), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func number(t *testing.T, words string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(strings.TrimSuffix(words, " %"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// stay makes an event at a port.
func stay(port int, from, to time.Time) ll2.DockingEvent {
	e := ll2.DockingEvent{ID: 1, Docking: from}
	if !to.IsZero() {
		e.Departure = &to
	}
	e.DockingLocation = ll2.DockingLocation{ID: port, Name: fmt.Sprint("port ", port), SpaceStation: ll2.SpaceStation{ID: 1, Name: "Station"}}
	return e
}

func TestEveryDockingIsInItsYear(t *testing.T) {
	t.Parallel()
	_, words := group.Words()
	for _, by := range words {
		for _, n := range []int{1, 10, 515, 2000} {
			events := ll2test.Events(n)
			want := make(map[string]int)
			for _, e := range events {
				want[e.Docking.Format("2006")]++
			}
			sum := 0
			for _, row := range counted(t, chart.PerYear, events, chart.Options{By: by}).Rows {
				year := 0
				for _, words := range row[1:] {
					year += int(number(t, words))
				}
				if sum += year; year != want[row[0]] {
					t.Errorf("%s, %d events: %d in %s, want %d", by, n, year, row[0], want[row[0]])
				}
			}
			if sum != n {
				t.Errorf("%s: %d of %d events", by, sum, n)
			}
		}
	}
}

// The last event may dock at the very beginning of a year.
func TestADockingAtTheTurnOfAYearIsInTheNewYear(t *testing.T) {
	t.Parallel()
	turn := date(2020, 1, 1)
	c := counted(t, "per-year", []ll2.DockingEvent{stay(1, date(2019, 6, 1), date(2019, 7, 1)), stay(1, turn, turn)}, chart.Options{Now: date(2026, 1, 1)})
	if len(c.Rows) != 2 || c.Rows[0][0] != "2019" || c.Rows[1][0] != "2020" {
		t.Errorf("%v", c.Rows)
	}
	counted(t, "per-year", []ll2.DockingEvent{stay(1, turn, turn)}, chart.Options{Now: turn})
}

func TestOccupancyIsWhoIsDocked(t *testing.T) {
	t.Parallel()
	events := []ll2.DockingEvent{
		stay(1, date(2020, 1, 1), date(2020, 3, 1)), stay(2, date(2020, 2, 1), date(2020, 4, 1)), stay(1, date(2020, 3, 1), time.Time{}),
	}
	want := [][]string{
		{"2020-01-01 00:00", "1", "1"}, {"2020-02-01 00:00", "2", "2"}, {"2020-03-01 00:00", "2", "2"},
		{"2020-04-01 00:00", "1", "1"}, {"2026-01-15 00:00", "1", "1"},
	}
	if got := counted(t, chart.Occupancy, events, chart.Options{}).Rows; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The parts have the same length, so the mean of their means is the overall mean.
func TestMeansAreThoseOfTheStays(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(2000)
	c := counted(t, chart.Occupancy, events, chart.Options{})
	got, days := 0.0, 0.0
	for _, row := range c.Rows[:len(c.Rows)-1] {
		got += number(t, row[len(row)-1]) / float64(len(c.Rows)-1)
	}
	first := events[0].Docking
	for _, e := range events {
		end := now
		if e.Departure != nil {
			end = *e.Departure
		}
		days += end.Sub(e.Docking).Hours() / 24
		if e.Docking.Before(first) {
			first = e.Docking
		}
	}
	if want := days / (now.Sub(first).Hours() / 24); got < want*0.99 || got > want*1.01 {
		t.Errorf("%v docked in the mean, want %v", got, want)
	}
	if !strings.Contains(c.Summary, "means of") {
		t.Errorf("%q does not say that these are means", c.Summary)
	}
}

func TestAPortIsAsFullAsItsStays(t *testing.T) {
	t.Parallel()
	events := []ll2.DockingEvent{
		stay(1, date(2020, 1, 1), date(2020, 1, 11)), stay(1, date(2020, 1, 6), date(2020, 1, 16)), // together 15 days
		stay(2, date(2020, 1, 26), date(2020, 1, 31)), stay(3, date(2019, 1, 1), date(2019, 1, 2)),
	}
	all := pointers(events)
	c := counted(t, chart.Ports, events, chart.Options{From: date(2020, 1, 1), Known: all})
	got := ""
	for _, row := range c.Rows {
		got += row[0] + " " + row[5] + "; "
	}
	if want := "port 1 50.0 %; port 2 16.7 %; port 3 0.0 %; "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, row := range counted(t, chart.Ports, ll2test.Events(2000), chart.Options{}).Rows {
		if share := number(t, row[5]); share <= 0 || share > 100 {
			t.Errorf("%v", row)
		}
	}
}

func TestLengthsOfStaysAreThoseThatAreOver(t *testing.T) {
	t.Parallel()
	events := []ll2.DockingEvent{
		stay(1, date(2020, 1, 1), date(2020, 1, 11)), stay(1, date(2020, 2, 1), date(2020, 2, 21)), stay(1, date(2020, 3, 1), date(2020, 3, 31)),
		stay(1, date(2021, 1, 1), time.Time{}), stay(1, date(2020, 6, 1), date(2020, 5, 1)),
	}
	c := counted(t, chart.Stays, events, chart.Options{})
	if want := "[[no model 3 10.00 15.00 20.00 25.00 30.00]]"; fmt.Sprint(c.Rows) != want {
		t.Errorf("got %v, want %s", c.Rows, want)
	}
	for _, note := range []string{"without 1 still docked", "without 1 ended before they began"} {
		if !strings.Contains(c.Summary, note) {
			t.Errorf("%q has not %q", c.Summary, note)
		}
	}
}

func TestChartsOfAnythingAreDrawn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{chart.PerYear, chart.Occupancy, chart.Stays, chart.Ports} {
		for _, n := range []int{5, 10, 515, 2000} {
			for _, size := range []draw.Size{{}, {Width: 1280, Height: 720}, {Width: 430, Height: 200}} {
				p, err := counted(t, name, ll2test.Events(n), chart.Options{By: group.Model}).Picture(size, n%2 == 0)
				if small := new(draw.SizeError); errors.As(err, &small) && size.Width < 500 {
					continue
				}
				if err != nil {
					t.Errorf("%s of %d events in %v: %v", name, n, size, err)
					continue
				}
				for _, format := range draw.Formats() {
					var b strings.Builder
					if err := p.Encode(&b, format); err != nil || b.Len() == 0 {
						t.Errorf("%s of %d events as %s: %v", name, n, format, err)
					}
				}
			}
		}
	}
}

func TestAChartOfNothingIsNone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{chart.PerYear, chart.Occupancy, chart.Stays, chart.Ports} {
		if c, err := chart.New(name, nil, chart.Options{Now: now}); !errors.Is(err, chart.ErrEmpty) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}
