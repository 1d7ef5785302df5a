package quota

import (
	"slices"
	"sort"
	"time"
)

// A window is an exact sliding window: the service counts at most limit requests in any
// span of its length. The service counts a request at some moment between sending and
// answer. So a place is taken before sending, and is free again one length after the
// answer. A token bucket cannot do that: with a burst of limit it allows nearly twice as
// many requests.
type window struct {
	limit    int
	length   time.Duration
	flying   int     // places of requests that are not answered yet
	own      []spent // places of answered requests, the first to be free again first
	others   []other // further places that a reading counts; see learn
	readings int     // the number of readings so far
}

// A spent place belongs to a request that was counted between two times.
type spent struct {
	sent, counted time.Time
	sure          bool // it was counted; otherwise it may have been
}

func newWindow(limit int, length time.Duration) *window {
	return &window{limit: limit, length: length}
}

// take takes a place for a request that is about to be sent, and drops places that are
// free again. They are dropped at no other time: no place is taken while a question is in
// progress, so learn sees the places as they were when the question was asked.
func (w *window) take(now time.Time) {
	w.own = w.busy(now)
	if w.others != nil {
		w.others = slices.DeleteFunc(w.others, func(o other) bool { return !o.until.After(now) })
	}
	w.flying++
}

// spend keeps a place taken until one length after the latest time at which the service
// has counted its request.
func (w *window) spend(s spent) {
	// Insert it after all places that are free earlier: that is the end, unless counted
	// is not now.
	i := len(w.own)
	for i > 0 && w.own[i-1].counted.After(s.counted) {
		i--
	}
	w.own = slices.Insert(w.own, i, s)
}

// free returns when a spent place is free again.
func (w *window) free(s spent) time.Time { return s.counted.Add(w.length) }

// busy returns the client's own places that are not free yet.
func (w *window) busy(now time.Time) []spent {
	return w.own[sort.Search(len(w.own), func(i int) bool { return w.free(w.own[i]).After(now) }):]
}

// full reports whether no place is certain to be free for a caller with so many ahead.
func (w *window) full(now time.Time, ahead int) bool {
	used := w.flying + len(w.busy(now))
	for _, o := range w.others {
		if o.until.After(now) {
			used++
		}
	}
	return used+ahead >= w.limit
}

// used returns how many places are taken, without those that are in doubt.
func (w *window) used(now time.Time) int {
	return w.flying + len(w.busy(now)) + len(w.hoped(now))
}

// delay returns how long a caller with so many ahead must wait for a place, if places in
// doubt are free. A place in flight is only known to take at least one length.
func (w *window) delay(now time.Time, ahead int) time.Duration {
	own, others := w.busy(now), w.hoped(now)
	idle := w.limit - w.flying - len(own) - len(others)
	// The callers ahead take the places in the order in which they become free: the
	// idle ones, the spent ones, those in flight, and then the same again, each one
	// length later. Requests that the service counts later than now join them in the
	// second of these rounds.
	soon := sort.Search(len(own), func(i int) bool { return own[i].counted.After(now) })
	own, late := own[:soon], own[soon:]
	late = late[max(0, len(late)-w.limit):]
	d, gone := time.Duration(0), 0
	if first := w.limit - len(late); ahead < first {
		late = nil
	} else {
		rounds := 1 + (ahead-first)/w.limit
		if w.length > forever/time.Duration(rounds) {
			return forever // as good as never
		}
		d, ahead = time.Duration(rounds)*w.length, (ahead-first)%w.limit
		if idle < 0 { // more places are taken than there are: the first ones do not become free again
			gone, idle = min(-idle, len(own)+len(others)), 0
		}
	}
	switch nth := ahead - idle + gone; {
	case nth < 0:
		return d
	case nth < len(own)+len(others)+len(late):
		return add(d, w.nth(own, others, late, gone, nth).Sub(now))
	default:
		return add(d, w.length)
	}
}

// nth returns when the nth of the places is free, counted from 0. A late one, of
// which none is among the first that are gone, is taken to be free one length before
// that.
func (w *window) nth(own []spent, others []other, late []spent, gone, nth int) time.Time {
	for i, j, k, n := 0, 0, 0, 0; ; n++ {
		var next time.Time
		var from *int
		offer := func(t time.Time, list *int) {
			if from == nil || t.Before(next) {
				next, from = t, list
			}
		}
		if i < len(own) {
			offer(w.free(own[i]), &i)
		}
		if j < len(others) {
			offer(others[j].hope, &j)
		}
		if k < len(late) && n >= gone {
			offer(late[k].counted, &k)
		}
		if n == nth {
			return next
		}
		*from++
	}
}

// add returns a+b, at most forever.
func add(a, b time.Duration) time.Duration { return a + min(b, forever-a) }
