package quota

import (
	"slices"
	"time"
)

// A window is an exact sliding one: in any span of its length the service counts
// no more than limit requests. The service counts a request somewhere between
// sending and answer, so a place is taken before sending and is free again one
// length after the answer. A token bucket cannot do that: with a burst of limit
// it lets nearly twice as many through.
type window struct {
	limit  int
	length time.Duration
	flying int     // places of requests that are not answered yet
	spent  []spent // places of answered ones, the first to be free again first
}

// A spent place is that of a request that was counted: the client's own, or, as
// far as the service tells, somebody else's.
type spent struct {
	sent, counted time.Time // it was counted between these
	foreign       bool
}

func newWindow(limit int, length time.Duration) *window {
	return &window{limit: limit, length: length}
}

// spend keeps a place taken until one length after the time at which the service
// has counted its request at the latest.
func (w *window) spend(sent, counted time.Time, foreign bool) {
	// Behind all that are free before it: that is the end, unless counted is not
	// now.
	i := len(w.spent)
	for i > 0 && w.spent[i-1].counted.After(counted) {
		i--
	}
	w.spent = slices.Insert(w.spent, i, spent{sent, counted, foreign})
}

// free returns when a spent place is free again.
func (w *window) free(s spent) time.Time { return s.counted.Add(w.length) }

// delay returns how long someone with so many ahead has to wait for a place. Of
// one in flight it is only known that it takes one length and more.
func (w *window) delay(now time.Time, ahead int) time.Duration {
	used := w.used(now)
	// Those ahead take the places in the order in which they become free: the
	// idle ones, the spent ones, those in flight, and then the same again.
	rounds, nth := ahead/w.limit, ahead%w.limit
	d := time.Duration(0)
	if rounds > 0 {
		if w.length > forever/time.Duration(rounds) {
			return forever // as good as never
		}
		d = time.Duration(rounds) * w.length
	}
	switch nth -= w.limit - used; {
	case nth < 0:
		return d
	case nth < len(w.spent):
		return add(d, w.free(w.spent[nth]).Sub(now))
	default:
		return add(d, w.length)
	}
}

// add returns a+b, but no more than forever.
func add(a, b time.Duration) time.Duration { return a + min(b, forever-a) }

// used returns how many places are taken.
func (w *window) used(now time.Time) int {
	for len(w.spent) > 0 && !w.free(w.spent[0]).After(now) {
		w.spent = w.spent[1:]
	}
	return w.flying + len(w.spent)
}

// learn takes over what a reading says of the window. What it counts beyond the
// client's own requests is others'. When the first place is free again it tells;
// of the others' further ones it is only known that it takes no longer than one
// length.
func (w *window) learn(r Reading, now time.Time) {
	w.limit, w.length = r.Limit, r.Window
	w.spent = slices.DeleteFunc(w.spent, func(s spent) bool { return s.foreign })
	own := 0
	for _, s := range w.spent {
		// The service can have forgotten one already that is still spent here.
		if s.sent.Add(w.length).After(now) {
			own++
		}
	}
	next := min(r.NextIn, w.length)
	for i := range min(r.Used, r.Limit) - own {
		counted := now
		if i == 0 && r.Used >= r.Limit {
			counted = now.Add(next - w.length)
		}
		w.spend(counted, counted, true)
	}
}
