package quota

import (
	"math"
	"slices"
	"time"
)

// A View is a snapshot of a quota.
type View struct {
	Limit     int           // requests in a Window; 0: there is no window, or it is not known yet
	Window    time.Duration // a sliding one
	Used      int           // places that are taken, also by requests in progress; more than Limit if some were sent again
	ShutUntil time.Time     // when the gate opens; zero unless it is shut now
	Told      bool          // the service named that time

	now     time.Time
	windows []window // copies
	pace    pace
	ahead   int // callers that are waiting already
}

// View returns a snapshot of the quota. Of two windows it shows the one that has less
// left, or that makes the next request wait longer.
func (q *Quota) View() View {
	q.mu.Lock()
	defer q.mu.Unlock()
	v := View{now: time.Now(), pace: q.pace, ahead: len(q.queue)}
	if q.gate.trial && q.gate.until.After(v.now) {
		v.ShutUntil, v.Told = q.gate.until, q.gate.reason == Told
	}
	for _, w := range []*window{q.window, q.own} {
		if w == nil {
			continue
		}
		used := w.used(v.now)
		if v.Limit == 0 || w.limit-used < v.Limit-v.Used || w.delay(v.now, v.ahead) > v.windows[0].delay(v.now, v.ahead) {
			v.Limit, v.Window, v.Used = w.limit, w.length, used
		}
		kept := *w
		kept.own, kept.others = slices.Clone(w.own), slices.Clone(w.others)
		v.windows = append(v.windows, kept)
	}
	return v
}

// Next returns when the last of the next n requests can be sent, for n of 1 or more, if
// no other requests are sent and each is answered at once. It is not in the future if
// they can all be sent now.
func (v View) Next(n int) time.Time {
	ahead := max(n, 1) - 1
	ahead += min(v.ahead, math.MaxInt-ahead)
	wait := v.pace.delay(v.now, ahead)
	for i := range v.windows {
		wait = max(wait, v.windows[i].delay(v.now, ahead))
	}
	next := v.now.Add(wait)
	if v.ShutUntil.After(next) {
		return v.ShutUntil
	}
	return next
}
