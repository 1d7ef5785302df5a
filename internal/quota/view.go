package quota

import (
	"math"
	"slices"
	"time"
)

// A View is what is known of a quota at one moment.
type View struct {
	Limit     int           // requests in a Window; 0: there is no window, or it is not known yet
	Window    time.Duration // a sliding one
	Used      int           // places that are taken, by requests under way too; more than Limit if some were sent again
	ShutUntil time.Time     // when the gate opens; zero unless it is shut now
	Told      bool          // the service named that time

	now     time.Time
	windows []window // copies
	pace    pace
	ahead   int // who is waiting already
}

// View returns what is known of the quota now. Of two windows it shows the one of
// which less is left, or that lets the next request wait longer.
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

// Next returns when the next n requests can have gone, n being 1 or more, if
// nobody else sends any and each is answered at once. It is not in the future if
// they can go now.
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
