package ll2

import (
	"math"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// A window is an exact sliding one: in any span of the length per, the service
// counts no more than n requests. It counts each somewhere between sending and
// answer, so a place is taken before sending and is free again one per after the
// answer.
//
// One token bucket cannot do that: with a burst of n it lets nearly 2n through.
// n buckets of one token, a place each, which are started anew when their answer
// arrives, can.
type window struct {
	n      int
	per    time.Duration
	every  rate.Limit // one in per
	flying int        // places of requests that are not answered yet
	spent  []spent    // places of answered ones, the first to be free again first
}

// A spent place is a bucket that was emptied: by a request of the client, or, as
// far as the service tells, by somebody else.
type spent struct {
	sent, counted time.Time // it was counted between these
	free          *rate.Reservation
	foreign       bool
}

func newWindow(n int, per time.Duration) *window {
	w := &window{}
	w.resize(n, per)
	return w
}

// resize changes n and per, and keeps what is spent.
func (w *window) resize(n int, per time.Duration) {
	w.n = n
	if per == w.per {
		return
	}
	w.per, w.every = per, rate.Every(per)
	// Every rounds. A place that is free a nanosecond early is free too early,
	// so go down to the next rate that is not.
	for start := time.Now(); w.start(start).DelayFrom(start) < per; {
		w.every = rate.Limit(math.Nextafter(float64(w.every), 0))
	}
	for i := range w.spent {
		w.spent[i].free = w.start(w.spent[i].counted)
	}
}

// start returns the next use of a bucket that is empty at the time at.
func (w *window) start(at time.Time) *rate.Reservation {
	bucket := rate.NewLimiter(w.every, 1)
	bucket.AllowN(at, 1)
	return bucket.ReserveN(at, 1)
}

// spend keeps a place taken until one per after the time at which the service
// has counted its request at the latest.
func (w *window) spend(sent, counted time.Time, foreign bool) {
	free := w.start(counted)
	// Behind all that are free before it: that is the end, except where counted
	// is not now.
	i := len(w.spent)
	for i > 0 && w.spent[i-1].free.DelayFrom(counted) > free.DelayFrom(counted) {
		i--
	}
	w.spent = slices.Insert(w.spent, i, spent{sent, counted, free, foreign})
}

// delay returns how long someone with so many ahead has to wait for a place. Of
// one in flight it is only known that it takes one per and more.
func (w *window) delay(now time.Time, ahead int) time.Duration {
	used := w.used(now)
	// Those ahead take the places in the order in which they become free: the
	// idle ones, the spent ones, those in flight, and then the same again.
	rounds, nth := ahead/w.n, ahead%w.n
	if w.per > math.MaxInt64/time.Duration(rounds+2) {
		return math.MaxInt64 // as good as never
	}
	d := time.Duration(rounds) * w.per
	switch nth -= w.n - used; {
	case nth < 0:
		return d
	case nth < len(w.spent):
		return d + w.spent[nth].free.DelayFrom(now)
	default:
		return d + w.per
	}
}

// used returns how many places are taken.
func (w *window) used(now time.Time) int {
	for len(w.spent) > 0 && w.spent[0].free.DelayFrom(now) == 0 {
		w.spent = w.spent[1:]
	}
	return w.flying + len(w.spent)
}

// learn takes over what the service says of the window. What it counts beyond
// the client's own requests is others'. When the first place is free again it
// tells; of the others' further ones it is only known that it takes no longer
// than one per.
func (w *window) learn(t Throttle, now time.Time) {
	w.resize(t.Limit, t.Window)
	w.spent = slices.DeleteFunc(w.spent, func(s spent) bool { return s.foreign })
	own := 0
	for _, s := range w.spent {
		// The service can have forgotten one already that is still spent here.
		if s.sent.Add(w.per).After(now) {
			own++
		}
	}
	next := min(t.NextIn, w.per)
	for i := range min(t.Used, t.Limit) - own {
		counted := now
		if i == 0 && t.Used >= t.Limit {
			counted = now.Add(next - w.per)
		}
		w.spend(counted, counted, true)
	}
}
