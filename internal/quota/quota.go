// Package quota decides when a request may be sent. It keeps an exact sliding
// window of the requests that a service has counted, a queue in which callers
// wait for a place in that window in the order in which they came, an interval
// between two of them, and a gate that a refusal by the service shuts for all of
// them. If nobody said how large
// the quota is, it learns it by a question. All of it is arithmetic on times: the
// package knows nothing of HTTP, of the service, or of who calls it. Its caller
// sends the requests and says what became of each.
package quota

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Config says which quota a Quota keeps to.
type Config struct {
	// Limit is the number of requests that the service counts in any span of
	// the length Window. 0 means that there is no window: only the gate holds.
	// With Ask they are the fallback, which holds as long as no question has
	// been answered.
	Limit  int
	Window time.Duration

	// OwnLimit and OwnWindow are another quota, which holds beside that one whatever
	// Ask is answered. OwnLimit is 0 if there is none.
	OwnLimit  int
	OwnWindow time.Duration

	// Ask asks somebody who knows, usually the service, for the quota and how
	// much of it is used. It is called before the first request, and again when
	// the window is spent or the service refused a request; never twice at the
	// same time, and not more than once a minute as long as it fails. Its context
	// ends after 5 seconds. nil means that nothing is learned.
	Ask func(context.Context) (Reading, error)

	// Warn is told when Ask fails or when its answer makes no sense. It can be
	// nil.
	Warn func(context.Context, error)
}

// A Quota says when a request may go: as soon as its turn has come in the queue,
// the gate is open, each window has a free place, and the last one is long enough
// ago. It is safe for concurrent use.
type Quota struct {
	learner *learner // nil: nothing is learned

	mu     sync.Mutex
	window *window // nil: there is none
	own    *window // that holds beside it; nil: there is none
	pace   pace
	gate   gate
	queue  []waiter // in the order in which they came
}

// New returns a quota of which nothing is used.
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

// Acquire waits for a place, but no longer than maxWait and ctx allow: if the
// wait would be longer, it returns a *Refusal at once and has changed nothing. If
// the context ends meanwhile, it returns ctx.Err(). It announces a wait before it
// begins, and again when its reason or its end changes; announce can be nil. It
// does not announce that it waits for the answer to a question, or for its turn
// behind others who are about to go. While announce runs, those behind wait, too.
// The place must be settled.
func (q *Quota) Acquire(ctx context.Context, maxWait time.Duration, announce func(Wait)) (*Place, error) {
	var w waiter
	defer func() { q.leave(w) }()
	var announced Wait
	var open time.Time // since when the end of the wait is not known; zero: it is
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

// moved reports whether the end of a wait has moved by more than timers are late.
func moved(from, to time.Time) bool { return to.Sub(from).Abs() > 100*time.Millisecond }

// A step is what someone in the queue does next: the first of these that is set.
type step struct {
	place *Place        // go
	err   error         // give up
	ask   bool          // ask how much is left
	wait  Wait          // wait, if only for whoever is ahead and about to go
	open  bool          // the end of that wait is not known
	again time.Duration // after which to look again in an open wait; 0: not before something changes
}

// step looks at where w stands. A nil w is new; it gets into the queue only if it
// does not go or give up at once, so that a request that need not wait costs
// little. Who goes or gives up is out of the queue with that, and w is nil then: for
// a moment it would count twice, as one that has a place and as one that wants one.
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

// look returns what someone with so many ahead in the queue does next.
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

// refuse is Refuse for a wait in the queue. There a backoff is bounded, too: it
// stands for the time that the service did not name.
func refuse(ctx context.Context, now time.Time, w Wait, known bool, maxWait time.Duration) error {
	if w.Reason == Backoff {
		w.Reason = Told
	}
	return Refuse(ctx, now, w, known, maxWait)
}

// uncertain reports whether another answer can change what someone with so many
// ahead is told: a question is under way, whose answer wakes all, or whoever is
// first can go, and the one after it asks then. That one may wait for something
// else, though: for the first one's answer if that goes on trial, or until it can
// ask again after a question that failed.
func (q *Quota) uncertain(now time.Time, ahead int) bool {
	l := q.learner
	if l.asking || ahead == 0 || !l.learned || q.gate.trial {
		return l.asking
	}
	first, known := q.outlook(now, 0, false)
	return known && first.For == 0
}

// outlook returns how long someone with so many ahead in the queue has to wait at
// least, and whether a time can be told at all. In a hurry is who must not wait.
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
		return wait, false // all that may be free is in doubt
	}
	if wait.For > 0 {
		wait.Until = now.Add(wait.For)
	}
	return wait, true
}

// certain returns how long someone with so many ahead has to wait at least, whatever
// a question is answered.
func (q *Quota) certain(now time.Time, ahead int) time.Duration {
	d := q.pace.delay(now, ahead)
	if q.own != nil {
		d = max(d, q.own.delay(now, ahead))
	}
	return d
}

// grant hands out a place.
func (q *Quota) grant(now time.Time) *Place {
	if q.gate.trial {
		q.gate.trying++
	}
	q.pace.last = now
	p := &Place{q: q, windows: [2]*window{q.window, q.own}, taken: now, sends: 1, trial: q.gate.trial}
	for _, w := range p.windows {
		if w != nil {
			w.take(now)
			p.readings = max(p.readings, w.readings) // of which own has none
		}
	}
	if q.learner != nil {
		q.learner.granted = true
	}
	return p
}

// Check returns the *Refusal with which Acquire would refuse a request that comes
// after a pause, so that nobody sleeps a pause for nothing; nil if it would not,
// or if that cannot be told yet.
func (q *Quota) Check(ctx context.Context, pause, maxWait time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	wait, known := q.outlook(now, len(q.queue), maxWait == 0)
	if !known || wait.For <= pause {
		return nil
	}
	if wait.Reason == Spent && q.learner != nil {
		// Who knows what the answer will be at the next question.
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
