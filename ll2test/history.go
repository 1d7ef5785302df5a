package ll2test

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	day         = 24 * time.Hour
	shortest    = 5 * day // shortest stay, if there is room
	longest     = 200 * day
	beforeNext  = 6 * time.Hour    // for which a port stays empty
	movesPort   = 30 * time.Minute // time that a flight takes from one port to another
	beforeClose = 40 * day         // no flight goes to a station with so little time left
)

var (
	firstDocking = time.Date(1975, 1, 11, 1, 25, 0, 0, time.UTC)
	lastDocking  = time.Date(2025, 12, 10, 9, 12, 0, 0, time.UTC)
)

// A history holds the dockings with their vehicles, ports and times, before they
// become events.
type history struct {
	r        *rand.Rand
	stations []station
	dockings []*docking     // by time
	latest   map[*port]int  // docking at each used port
	built    map[*model]int // number of spacecraft of each model
	fleet    map[string]*craft
	crafts   int
	flights  int
}

type docking struct {
	at        *port
	flight    *flight
	docking   time.Time
	departure time.Time // zero: still docked
}

type flight struct {
	id      int
	craft   *craft
	station *station
	first   *docking
	last    *docking
}

func (f *flight) inSpace() bool { return f.last.departure.IsZero() }

type craft struct {
	id      int
	name    string
	model   *model
	flights []*flight
	docked  time.Duration // in all flights, until the last docking of the history
}

func (c *craft) inSpace() bool { return c.flights[len(c.flights)-1].inSpace() }

func newHistory(n int) *history {
	h := &history{
		r:        rand.New(rand.NewPCG(1975, uint64(n))),
		stations: stations(),
		latest:   make(map[*port]int),
		built:    make(map[*model]int),
		fleet:    make(map[string]*craft),
	}
	for i := range n {
		h.dock(i, n)
	}
	h.depart()
	return h
}

// timeOf returns the time of the i-th of n dockings. At the end they follow each
// other three times as fast as at the beginning. It uses whole numbers, since
// floating point is not the same on every machine.
func (h *history) timeOf(i, n int) time.Time {
	const whole = 1 << 30
	jitter := h.r.IntN(800)
	if i == n-1 {
		jitter = 800
	}
	u := int64(i*1000+jitter) * whole / int64((n-1)*1000+800)
	span := int64(lastDocking.Sub(firstDocking) / time.Second)
	t := firstDocking.Add(time.Duration(span*((3*u-u*u/whole)/2)/whole) * time.Second)
	if i%41 == 3 {
		t = t.Add(123456 * time.Microsecond)
	}
	return t
}

// dock adds the i-th of n dockings.
func (h *history) dock(i, n int) {
	d := &docking{docking: h.timeOf(i, n)}
	var before *docking
	if i > 0 {
		before = h.dockings[i-1]
	}
	if i%10 == 5 && i < n-1 {
		d.docking = before.docking
	}

	moves := false
	if i%17 == 16 && d.docking.Before(before.at.station.closes(beforeClose)) {
		stay := d.docking.Sub(before.docking)
		moves = stay > 0 && stay < longest && (stay > shortest || n > 1000)
		if moves {
			before.departure = d.docking.Add(-min(movesPort, stay/10))
		}
	}
	if moves {
		d.flight = before.flight
		d.at = h.freePort(d.docking, before.at.station)
	} else {
		d.at = h.freePort(d.docking, nil)
		d.flight = h.launch(d.at.station, d.docking)
		d.flight.first = d
	}
	d.flight.last = d
	h.latest[d.at] = i
	h.dockings = append(h.dockings, d)
}

// freePort returns one of the ports that have been without a docking for the longest
// time, at the given station or, if that is nil, at any station that flies.
func (h *history) freePort(now time.Time, where *station) *port {
	var best, second *port
	since := func(p *port) int {
		i, used := h.latest[p]
		if !used {
			return -1
		}
		return i
	}
	choices := 0
	for s := range h.stations {
		st := &h.stations[s]
		if where != nil && st != where || now.Before(st.opened) || !now.Before(st.closes(beforeClose)) {
			continue
		}
		for p := range st.ports {
			choices++
			switch port := &st.ports[p]; {
			case best == nil || since(port) < since(best):
				best, second = port, best
			case second == nil || since(port) < since(second):
				second = port
			}
		}
	}
	if choices > 3 && h.r.IntN(3) == 0 {
		return second
	}
	return best
}

// launch sends a spacecraft to a station: a new one, or one that flew before.
func (h *history) launch(to *station, now time.Time) *flight {
	var flying []*model
	for _, v := range to.visits {
		if !now.Before(v.opened) && (v.closed.IsZero() || now.Before(v.closed)) {
			flying = append(flying, v.model)
		}
	}
	m := flying[h.r.IntN(len(flying))]
	built := h.built[m]
	h.built[m]++
	name := fmt.Sprintf("%s %d", m.name, built+1)
	if len(m.fleet) > 0 {
		name = m.name + " " + m.fleet[built%len(m.fleet)]
	}
	return h.fly(m, name, to)
}

// fly adds a flight of the spacecraft with that name, which is new if it is not
// known.
func (h *history) fly(m *model, name string, to *station) *flight {
	c := h.fleet[name]
	if c == nil {
		h.crafts++
		c = &craft{id: 5000 + h.crafts, name: name, model: m}
		h.fleet[name] = c
	}
	h.flights++
	f := &flight{id: 1000 + h.flights, craft: c, station: to}
	c.flights = append(c.flights, f)
	return f
}

// depart ends the stays, so that each ends before the next one at that port begins.
func (h *history) depart() {
	n := len(h.dockings)
	next := make(map[*port]time.Time)
	moved := make([]bool, n)
	latest := make([]time.Time, n) // the latest possible departures
	for i := n - 1; i >= 0; i-- {
		d := h.dockings[i]
		end := d.docking.Add(longest)
		if closed := d.at.station.closed; !closed.IsZero() && closed.Before(end) {
			end = closed
		}
		follower, followed := next[d.at]
		if followed {
			free := follower.Add(-min(beforeNext, follower.Sub(d.docking)/10))
			if free.Before(end) {
				end = free
			}
		}
		next[d.at] = d.docking
		latest[i] = end

		moved[i] = !d.departure.IsZero()
		recent := i >= n-max(1, n/40) && lastDocking.Sub(d.docking) < longest
		flights := d.flight.craft.flights
		stays := recent && !followed && d.at.station.closed.IsZero() && d.flight == flights[len(flights)-1]
		if !moved[i] && !stays {
			d.departure = h.between(d.docking, end)
		}
	}
	for i := 8; i < n; i += 10 {
		a, b := h.dockings[i-1], h.dockings[i]
		if moved[i-1] || moved[i] || a.departure.IsZero() || b.departure.IsZero() {
			continue
		}
		end := latest[i]
		if latest[i-1].Before(end) {
			end = latest[i-1]
		}
		if b.docking.Before(end) {
			a.departure = h.between(b.docking, end)
			b.departure = a.departure
		}
	}
	for _, d := range h.dockings {
		departure := d.departure
		if departure.IsZero() {
			departure = lastDocking
		}
		d.flight.craft.docked += departure.Sub(d.docking)
	}
}

// between returns a departure for a docking, at the latest possible time or before.
func (h *history) between(docking, latest time.Time) time.Time {
	room := latest.Sub(docking)
	least := min(shortest, room/2)
	stay := least + time.Duration(h.r.Int64N(int64(room-least)+1))
	return docking.Add(stay).Truncate(time.Second)
}
