// Package quota decides when a request may be sent. It keeps:
//
//   - an exact sliding window of the requests that a service has counted: at most so
//     many in any span of a length. A request that counts occupies a place in it;
//   - a queue in which callers wait for a place, in the order in which they came;
//   - an interval between two requests;
//   - a gate, which blocks all requests after a refusal by the service.
//
// If the size of the quota is not configured, the package asks for it. All of it is
// arithmetic on times: the package knows nothing about HTTP, the service or its caller.
// The caller sends the requests and reports the outcome of each.
package quota

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Config describes the quota that a Quota enforces.
type Config struct {
	// Limit is the number of requests that the service counts in any span of
	// the length Window. 0 means that there is no window: only the gate applies.
	// With Ask they are the fallback, which applies until a question has been
	// answered.
	Limit  int
	Window time.Duration

	// OwnLimit and OwnWindow are a second quota, which applies in addition, whatever
	// the answer to Ask is. OwnLimit is 0 if there is none.
	OwnLimit  int
	OwnWindow time.Duration

	// Ask asks for the quota and how much of it is used, usually the service. It is
	// called before the first request, and again when the window is used up or the
	// service has refused a request. Calls do not overlap, and while they fail there
	// is at most one a minute. The context ends after 5 seconds. nil means that
	// nothing is learned.
	Ask func(context.Context) (Reading, error)

	// Warn is called if Ask fails or returns an invalid answer. It can be nil.
	Warn func(context.Context, error)
}

// A Quota decides when a request may be sent: as soon as it is first in the queue, the
// gate is open, each window has a free place, and the interval since the last request
// has passed. It is safe for concurrent use.
type Quota struct {
	learner *learner // nil: nothing is learned

	mu     sync.Mutex
	window *window // nil: there is none
	own    *window // that applies in addition; nil: there is none
	pace   pace
	gate   gate
	queue  []waiter // in the order in which they came
}

// New returns an unused quota.
func New(c Config) *Quota {
	q := new(Quota)
	switch {
	case c.Ask != nil:
		q.learner = &learner{question: c.Ask, warn: c.Warn, limit: c.Limit, length: c.Window}
	case c.Limit > 0:
		q.window = newWindow(c.Limit, c.Window)
	}
	if c.OwnLimit > 0 {
		q.own = newWindow(c.OwnLimit, c.OwnWindow)
	}
	return q
}

// Acquire waits for a place, at most as long as maxWait and ctx allow. If the wait would
// be longer, it returns a *Refusal at once and changes nothing. If the context ends
// during the wait, it returns ctx.Err(). Acquire announces a wait before it starts, and
// again when its reason or its end changes; announce can be nil. It does not announce
// waits for the answer to a question, or for callers ahead that are about to go. While
// announce runs, the callers behind wait as well. The caller must settle the place.
func (q *Quota) Acquire(ctx context.Context, maxWait time.Duration, announce func(Wait)) (*Place, error) {
	var w waiter
	defer func() { q.leave(w) }()
	var announced Wait
	var open time.Time // since when the end of the wait is unknown; zero: it is known
	for {
		var next step
		next, w = q.step(ctx, w, maxWait)
		switch {
		case next.place != nil || next.err != nil:
			return next.place, next.err
		case next.ask:
			go q.learner.ask(context.WithoutCancel(ctx), q)
			continue
		case next.wait.Reason != "" && (next.wait.Reason != announced.Reason || moved(announced.Until, next.wait.Until)):
			announced = next.wait
			if announce != nil {
				announce(announced)
			}
		}
		switch {
		case !next.open && next.wait.For > 0:
			open = time.Time{}
		case next.open && open.IsZero():
			open = time.Now()
		}
		if err := w.sleep(ctx, next, maxWait-since(open)); err != nil {
			return nil, err
		}
	}
}

// since returns how long ago t was, 0 if it is the zero time.
func since(t time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return time.Since(t)
}

// moved reports whether the end of a wait has changed by more than the delay of timers.
func moved(from, to time.Time) bool { return to.Sub(from).Abs() > 100*time.Millisecond }

// A step is the next action of a caller in the queue: the first of these that is set.
type step struct {
	place *Place        // go
	err   error         // give up
	ask   bool          // ask how much is left
	wait  Wait          // wait, if only for a caller ahead that is about to go
	open  bool          // the end of that wait is not known
	again time.Duration // after which to check again in an open wait; 0: when something changes
}

// step returns the next action of w. A nil w is a new caller; it joins the queue only if
// it does not go or give up at once, so that a request that need not wait costs little.
// A caller that goes or gives up leaves the queue at the same time, and w is nil then:
// otherwise it would count twice for a moment, as one that has a place and as one that
// wants one.
func (q *Quota) step(ctx context.Context, w waiter, maxWait time.Duration) (step, waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	ahead := len(q.queue)
	if w != nil {
		ahead = slices.Index(q.queue, w)
	}
	next := q.look(ctx, ahead, maxWait)
	over := next.place != nil || next.err != nil
	switch {
	case over && w != nil:
		q.remove(w)
		w = nil
	case !over && w == nil:
		w = newWaiter()
		q.queue = append(q.queue, w)
	}
	return next, w
}

// look returns the next action of a caller with so many ahead in the queue.
func (q *Quota) look(ctx context.Context, ahead int, maxWait time.Duration) step {
	if err := ctx.Err(); err != nil {
		return step{err: err}
	}
	now := time.Now()
	if l := q.learner; l != nil && !l.asking && l.due(q.window, now) {
		l.asking, l.began = true, now
		return step{ask: true}
	}
	if q.learner != nil && q.uncertain(now, ahead) {
		return step{}
	}
	wait, known := q.outlook(now, ahead, maxWait == 0)
	if ahead == 0 && known && wait.For == 0 {
		return step{place: q.grant(now)}
	}
	if err := refuse(ctx, now, wait, known, maxWait); err != nil {
		return step{err: err}
	}
	if wait.For == 0 && known {
		return step{}
	}
	next := step{wait: wait, open: !known}
	if !known && wait.Reason == Spent {
		next.again = q.window.next(now)
		if d := q.learner.again(now); d > 0 {
			next.again = min(next.again, d)
		}
	}
	return next
}

// refuse is Refuse for a wait in the queue. In the queue maxWait also limits a backoff,
// which stands for the time that the service did not name.
func refuse(ctx context.Context, now time.Time, w Wait, known bool, maxWait time.Duration) error {
	if w.Reason == Backoff {
		w.Reason = Told
	}
	return Refuse(ctx, now, w, known, maxWait)
}

// uncertain reports whether another answer can change the wait of a caller with so many
// ahead. That is so while a question is in progress, whose answer wakes all callers, or if
// the first caller can go and the next one then asks. The next one may wait for
// something else, though: for the answer to the first one if that is on trial, or for the
// time of the next question after one that failed.
func (q *Quota) uncertain(now time.Time, ahead int) bool {
	l := q.learner
	if l.asking || ahead == 0 || !l.learned || q.gate.trial {
		return l.asking
	}
	first, known := q.outlook(now, 0, false)
	return known && first.For == 0
}

// outlook returns the least time that a caller with so many ahead in the queue must wait,
// and whether a time is known at all. A caller that must not wait is in a hurry.
func (q *Quota) outlook(now time.Time, ahead int, hurry bool) (wait Wait, known bool) {
	wait.Reason = Spent
	if q.window != nil {
		wait.For = q.window.delay(now, ahead)
	}
	wait.For = max(wait.For, q.certain(now, ahead))
	if q.gate.trial {
		if d := q.gate.until.Sub(now); d > wait.For {
			wait.Reason, wait.For = q.gate.reason, d
		}
		if wait.For == 0 && !q.gate.mayTry(ahead, hurry) {
			return Wait{Reason: q.gate.reason}, false
		}
	}
	if wait.For == 0 && q.window != nil && q.window.full(now, ahead) {
		return wait, false // every place that may be free is in doubt
	}
	if wait.For > 0 {
		wait.Until = now.Add(wait.For)
	}
	return wait, true
}

// certain returns the least time that a caller with so many ahead must wait, whatever the
// answer to a question is.
func (q *Quota) certain(now time.Time, ahead int) time.Duration {
	d := q.pace.delay(now, ahead)
	if q.own != nil {
		d = max(d, q.own.delay(now, ahead))
	}
	return d
}

// grant returns a new place.
func (q *Quota) grant(now time.Time) *Place {
	if q.gate.trial {
		q.gate.trying++
	}
	q.pace.last = now
	p := &Place{q: q, windows: [2]*window{q.window, q.own}, taken: now, sends: 1, trial: q.gate.trial}
	for _, w := range p.windows {
		if w != nil {
			w.take(now)
			p.readings = max(p.readings, w.readings) // own has no readings
		}
	}
	if q.learner != nil {
		q.learner.granted = true
	}
	return p
}

// Check returns the *Refusal that Acquire would return for a request after a pause, so
// that no caller sleeps through a pause in vain. It returns nil if Acquire would not
// refuse the request, or if that is not known yet.
func (q *Quota) Check(ctx context.Context, pause, maxWait time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	wait, known := q.outlook(now, len(q.queue), maxWait == 0)
	if !known || wait.For <= pause {
		return nil
	}
	if wait.Reason == Spent && q.learner != nil {
		// The answer to the next question is not known.
		if wait.For = q.certain(now, len(q.queue)); wait.For <= pause {
			return nil
		}
	}
	if err := refuse(ctx, now, wait, known, forever); err != nil {
		return err
	}
	rest := wait
	rest.For -= pause
	if refuse(ctx, now, rest, known, maxWait) != nil {
		return &Refusal{In: wait.For}
	}
	return nil
}
