package mirror_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2test"
)

// A stay is an event of a simulated world, with the least that an event needs.
type stay struct {
	id          int
	docking     time.Time
	departure   time.Time // zero: still docked
	destination string
}

// A world holds the events of the service.
type world struct {
	*rand.Rand
	t      *testing.T
	server *ll2test.Server
	of     version
	stays  map[int]*stay
	last   int // the largest id
	ticks  int
}

const hour, dayLong = time.Hour, 24 * time.Hour

// newWorld returns a world with a history of n stays up to now, of which open have not
// departed.
func newWorld(t *testing.T, of version, seed uint64, n, open int) *world {
	w := &world{of: of, Rand: rand.New(rand.NewPCG(seed, 14)), t: t, server: ll2test.NewServer(), stays: make(map[int]*stay)}
	w.server.IgnoreOrder("id")
	w.server.ShuffleTies(seed)
	now := time.Now()
	for i := range n {
		s := w.add(now.Add(-time.Duration(n-i) * 7 * dayLong).Add(w.up(7 * dayLong)))
		if i < n-open {
			s.departure = s.docking.Add(w.up(200 * dayLong))
			if s.departure.After(now) {
				s.departure = now.Add(-w.up(100 * dayLong))
			}
		}
		if w.IntN(10) == 0 && i > 0 {
			s.docking = w.stays[s.id-1].docking // a tie
		}
	}
	w.show()
	return w
}

func (w *world) up(d time.Duration) time.Duration {
	return time.Duration(w.Int64N(int64(d))).Truncate(time.Minute)
}

func (w *world) add(docking time.Time) *stay {
	w.last++
	s := &stay{id: w.last, docking: docking.Truncate(time.Minute), destination: "ISS"}
	w.stays[s.id] = s
	return s
}

// show has the server have what the world has. The counters of craft run on.
func (w *world) show() {
	w.ticks++
	rows := make([]any, 0, len(w.stays))
	for _, s := range w.sorted(func(*stay) bool { return true }) {
		rows = append(rows, json.RawMessage(s.json(w.of, w.ticks)))
	}
	if err := w.server.SetRows(w.of.path, rows...); err != nil {
		w.t.Fatal(err)
	}
}

func (s *stay) json(of version, ticks int) string {
	departure := "null"
	if !s.departure.IsZero() {
		departure = s.departure.UTC().Format(`"` + time.RFC3339 + `"`)
	}
	return fmt.Sprintf(`{"id":%d,"docking":%q,"departure":%s,"docking_location":{"id":1},%q:{"id":%d,"destination":%q,%s"spacecraft":{"id":%d,"time_docked":"PT%dM","status":{"id":%d,"name":"x"}}}}`,
		s.id, s.docking.UTC().Format(time.RFC3339), departure, of.vehicle, s.id, s.destination, of.running(ticks), s.id%50, ticks, ticks%3)
}

// sorted returns the stays that fit, in the order of the refresh's page.
func (w *world) sorted(fits func(*stay) bool) []*stay {
	var all []*stay
	for _, s := range w.stays {
		if fits(s) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *stay) int {
		if c := compareDepartures(b.departure, a.departure); c != 0 {
			return c
		}
		return cmp.Or(a.docking.Compare(b.docking), cmp.Compare(a.id, b.id))
	})
	return all
}

// compareDepartures has those that are still docked, at the zero time, last.
func compareDepartures(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return cmp.Compare(boolean(a.IsZero()), boolean(b.IsZero()))
	}
	return a.Compare(b)
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// pick returns one of the stays that fit, or nil.
func (w *world) pick(fits func(*stay) bool) *stay {
	all := w.sorted(fits)
	if len(all) == 0 {
		return nil
	}
	return all[w.IntN(len(all))]
}

func isOpen(s *stay) bool  { return s.departure.IsZero() }
func hasLeft(s *stay) bool { return !s.departure.IsZero() }
func anyStay(*stay) bool   { return true }

// The things that happen.

func (w *world) dock() { w.add(time.Now().Add(-w.up(6 * hour))) }

func (w *world) depart() {
	if s := w.pick(isOpen); s != nil {
		s.departure = time.Now().Add(-w.up(6 * hour)).Truncate(time.Minute)
	}
}

func (w *world) late() {
	s := w.add(time.Now().Add(-30*dayLong - w.up(8*365*dayLong)))
	s.departure = s.docking.Add(w.up(29 * dayLong))
}

func (w *world) remove() {
	if s := w.pick(anyStay); s != nil {
		delete(w.stays, s.id)
	}
}

func (w *world) edit() {
	s := w.pick(anyStay)
	switch {
	case s == nil:
	case w.IntN(3) == 0 && hasLeft(s):
		s.departure = s.departure.Add(w.up(60*dayLong) - 30*dayLong).Truncate(time.Minute)
		if s.departure.After(time.Now()) {
			s.departure = time.Now().Truncate(time.Minute)
		}
	case w.IntN(3) == 0:
		s.docking = s.docking.Add(w.up(2*dayLong) - dayLong).Truncate(time.Minute)
	default:
		s.destination += "!"
	}
}

// A counter counts requests and can do things before each.
type counter struct {
	http.RoundTripper
	n      int
	before func(n int)
}

func (c *counter) RoundTrip(req *http.Request) (*http.Response, error) {
	c.n++
	if c.before != nil {
		c.before(c.n)
	}
	return c.RoundTripper.RoundTrip(req)
}
