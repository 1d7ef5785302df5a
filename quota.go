package ll2

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// A quota says when a request may go: as soon as its turn has come in the queue,
// the gate is open, and the window has a place for it.
type quota struct {
	limiter Limiter  // of WithLimiter, asked first; nil without
	learner *learner // of WithQuotaSync; nil without

	mu     sync.Mutex
	window *window // nil: there is none
	gate   gate
	queue  []*waiter // who waits, in the order in which they came
}

// A gate is closed by a 429, until the service's time is up. Then one request
// goes first, on trial, since only one place can be counted on; its answer opens
// the gate for all.
type gate struct {
	closed time.Time // when it was closed last
	until  time.Time
	reason WaitReason // WaitRetryAfter, or WaitBackoff where the service named no time
	trial  bool       // no answer has opened it since
	trying bool       // the request on trial is under way
}

type waiter struct{ wake chan struct{} }

// acquire waits for a place, but not longer than maxWait or the context allow:
// then it returns a *RateLimitError at once and has changed nothing. Where the
// context ends meanwhile it returns ctx.Err(). It announces a wait before it
// begins.
func (q *quota) acquire(ctx context.Context, maxWait time.Duration, announce func(Wait)) (*place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if q.limiter == nil {
		return q.wait(ctx, maxWait, announce)
	}
	// Not while the gate is closed for longer than this request may wait: it
	// would take a place from the limiter for nothing.
	if err := q.check(ctx, 0, maxWait); err != nil {
		return nil, err
	}
	settle, err := askLimiter(ctx, q.limiter, maxWait, announce)
	if err == nil {
		var p *place
		if p, err = q.wait(ctx, maxWait, announce); err == nil {
			p.settled = settle
			return p, nil
		}
	}
	settle(time.Time{})
	return nil, err
}

// wait waits in the queue.
func (q *quota) wait(ctx context.Context, maxWait time.Duration, announce func(Wait)) (*place, error) {
	w := q.join()
	defer q.leave(w)
	var announced Wait
	for {
		next := q.step(ctx, w, maxWait)
		switch {
		case next.place != nil || next.err != nil:
			return next.place, next.err
		case next.ask:
			go q.learner.ask(context.WithoutCancel(ctx), q)
			continue
		case next.wait.Reason != announced.Reason || !next.wait.Until.Equal(announced.Until):
			announce(next.wait)
			announced = next.wait
		}
		if err := w.sleep(ctx, next, maxWait); err != nil {
			return nil, err
		}
	}
}

// A step is what someone in the queue does next: the first of these that is set.
type step struct {
	place *place // go
	err   error  // give up
	ask   bool   // ask the service how much is left
	wait  Wait   // wait, if only for whoever is ahead and about to go
	open  bool   // the end of that wait is not known
}

// step looks at where w stands.
func (q *quota) step(ctx context.Context, w *waiter, maxWait time.Duration) step {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return step{err: err}
	}
	now := time.Now()
	ahead := slices.Index(q.queue, w)
	if l := q.learner; l != nil {
		if ahead == 0 && !l.asking && l.due(q, now) {
			l.asking = true
			return step{ask: true}
		}
		if l.asking && (ahead == 0 || q.window == nil) {
			return step{} // for the answer, which wakes all
		}
	}
	wait, known := q.outlook(now, ahead)
	if ahead == 0 && known && wait.For == 0 {
		return step{place: q.grant(now)}
	}
	if err := refuse(ctx, now, wait, known, maxWait); err != nil {
		return step{err: err}
	}
	if wait.For == 0 && known {
		return step{}
	}
	return step{wait: wait, open: !known}
}

// refuse returns the error for a wait that is too long to begin.
func refuse(ctx context.Context, now time.Time, wait Wait, known bool, maxWait time.Duration) error {
	if wait.Reason == WaitBackoff {
		maxWait = math.MaxInt64 // which bounds what the service asks for only
	}
	deadline, ok := ctx.Deadline()
	tooLate := ok && deadline.Sub(now) < wait.For
	if wait.For > maxWait || tooLate || !known && maxWait == 0 {
		return &RateLimitError{RetryAfter: wait.For, Local: true}
	}
	return nil
}

// sleep returns when the wait is over, or when something has changed; with an
// error when the context ends, or when a wait whose end is not known takes
// longer than maxWait.
func (w *waiter) sleep(ctx context.Context, s step, maxWait time.Duration) error {
	var over <-chan time.Time
	if d := s.wait.For; d > 0 || s.open {
		if s.open {
			d = maxWait
		}
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.wake:
		return nil
	case <-over:
		if s.open {
			return &RateLimitError{Local: true}
		}
		return nil
	}
}

// outlook returns how long someone with so many ahead in the queue has to wait at
// least, and whether a time can be told at all.
func (q *quota) outlook(now time.Time, ahead int) (wait Wait, known bool) {
	wait.Reason = WaitQuota
	if q.window != nil {
		wait.For = q.window.delay(now, ahead)
	}
	if q.gate.trial {
		if d := q.gate.until.Sub(now); d > wait.For {
			wait.Reason, wait.For = q.gate.reason, d
		}
		if wait.For == 0 && (q.gate.trying || ahead > 0) {
			return Wait{Reason: q.gate.reason}, false
		}
	}
	if wait.For > 0 {
		wait.Until = now.Add(wait.For)
	}
	return wait, true
}

func (q *quota) grant(now time.Time) *place {
	q.gate.trying = q.gate.trial
	p := &place{q: q, window: q.window, taken: now, sends: 1, trial: q.gate.trial}
	if p.window != nil {
		p.window.flying++
	}
	if q.learner != nil {
		q.learner.granted = true
	}
	return p
}

func (q *quota) join() *waiter {
	q.mu.Lock()
	defer q.mu.Unlock()
	w := &waiter{wake: make(chan struct{}, 1)}
	q.queue = append(q.queue, w)
	return w
}

// leave takes w out of the queue and wakes whoever is first then.
func (q *quota) leave(w *waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.queue, w)
	q.queue = slices.Delete(q.queue, i, i+1)
	q.wakeFirst()
}

func (q *quota) wakeFirst() {
	if len(q.queue) > 0 {
		q.queue[0].wakeUp()
	}
}

// wakeAll has all who wait look at the time again.
func (q *quota) wakeAll() {
	for _, w := range q.queue {
		w.wakeUp()
	}
}

func (w *waiter) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default: // is being woken already
	}
}

// close shuts the gate after a 429.
func (q *quota) close(after time.Duration, reason WaitReason) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gate.closed = time.Now()
	if until := q.gate.closed.Add(after); until.After(q.gate.until) {
		q.gate.until, q.gate.reason = until, reason
	}
	q.gate.trial = true
	if q.learner != nil {
		q.learner.refused = true
	}
	q.wakeAll()
}

// check returns the error with which acquire would refuse a request that comes
// after a pause.
func (q *quota) check(ctx context.Context, pause, maxWait time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	wait, known := q.outlook(now, len(q.queue))
	if !known || wait.For <= pause {
		return nil
	}
	if wait.Reason == WaitQuota && q.learner != nil {
		return nil // who knows what the service will say when it is asked
	}
	rest := wait
	rest.For -= pause
	err := refuse(ctx, now, wait, known, math.MaxInt64)
	if err == nil && refuse(ctx, now, rest, known, maxWait) != nil {
		err = &RateLimitError{RetryAfter: wait.For, Local: true}
	}
	return err
}

// A place is what a request holds in the quota from before it is sent until it
// is known whether the service counted it.
type place struct {
	q      *quota
	window *window // nil: none
	taken  time.Time
	sends  int  // requests that it stands for
	trial  bool // the one that goes first through the gate
	over   bool

	settled func(counted time.Time) // tells the caller's limiter; nil: there is none
}

// sentAgain notes that net/http sent the request once more by itself. There is
// no asking any more whether the window has a place for that one.
func (p *place) sentAgain() {
	p.q.mu.Lock()
	defer p.q.mu.Unlock()
	if p.over {
		return
	}
	p.sends++
	if p.window != nil {
		p.window.flying++
	}
}

// An outcome is what became of a request.
type outcome int

const (
	unsent    outcome = iota // no connection came about
	refused                  // answered with a 429
	uncounted                // answered, with a status that the service does not count
	lost                     // never answered; the service may have counted it
	counted                  // answered
)

// settle gives the place back at once, or one per after the time at, at which
// the service has counted the request at the latest. Only the first call counts.
func (p *place) settle(o outcome, at time.Time) {
	if !p.release(o, at) || p.settled == nil {
		return
	}
	if o >= lost {
		p.settled(at)
	} else {
		p.settled(time.Time{})
	}
}

// release is settle but for the caller's limiter, and reports whether it was the
// first call.
func (p *place) release(o outcome, at time.Time) bool {
	q := p.q
	q.mu.Lock()
	defer q.mu.Unlock()
	if p.over {
		return false
	}
	p.over = true
	if w := p.window; w != nil {
		if most := time.Now().Add(w.per); at.After(most) {
			at = most // a guess is not to cost more than a window
		}
		w.flying -= p.sends
		for i := range p.sends {
			// Of one that was sent again only the last answer is seen: the
			// others can have been counted.
			if o >= lost || i > 0 {
				w.spend(p.taken, at, false)
			}
		}
	}
	if p.trial {
		q.gate.trying = false
		// A 429 that came while it was under way has closed the gate anew.
		if (o == counted || o == uncounted) && !p.taken.Before(q.gate.closed) {
			q.gate.trial = q.careful(time.Now())
		}
	}
	if l := q.learner; l != nil && !p.taken.After(l.asked) {
		// What the service said may have counted this one, which was counted
		// here, too: ask again before anybody waits for that.
		l.granted = true
	}
	q.wakeFirst()
	return true
}

// careful reports whether requests go on one by one though the gate is open: a
// 429 that the window did not foresee means that others spend the quota too.
// Until all that they had spent by then is over, every place that is free can be
// the only one, so that of several requests at once all but one would be refused.
func (q *quota) careful(now time.Time) bool {
	return q.window != nil && q.learner == nil && now.Sub(q.gate.closed) < q.window.per
}

// A Quota is what a client knows of its quota.
type Quota struct {
	Limit  int           // requests in a Window; 0: not known
	Window time.Duration // a sliding one
	Used   int           // places that are taken, by requests under way too; more than Limit where net/http repeated some by itself

	now    time.Time
	gate   time.Time
	window window // a copy
	ahead  int    // who is waiting already
}

// String says how much is used, such as "4 of 15 in 1h0m0s used".
func (q Quota) String() string {
	if q.Limit == 0 {
		return "no quota known"
	}
	return fmt.Sprintf("%d of %d in %v used", q.Used, q.Limit, q.Window)
}

// Next returns when the next n requests can have gone, n being 1 or more, if
// nobody else sends any and each is answered at once. It is not in the future
// where they can go now, as all can where Limit is 0, unless a 429 closed the
// gate.
func (q Quota) Next(n int) time.Time {
	next := q.now
	if q.Limit > 0 {
		w := q.window
		next = next.Add(w.delay(q.now, q.ahead+max(n, 1)-1))
	}
	if q.gate.After(next) {
		return q.gate
	}
	return next
}

// view returns what is known of the quota.
func (q *quota) view() Quota {
	q.mu.Lock()
	defer q.mu.Unlock()
	v := Quota{now: time.Now()}
	if q.gate.trial {
		v.gate = q.gate.until
	}
	if w := q.window; w != nil {
		v.Limit, v.Window, v.Used = w.n, w.per, w.used(v.now)
		v.window, v.ahead = *w, len(q.queue)
		v.window.spent = slices.Clone(w.spent)
	}
	return v
}

// sharedQuota is a quota as a Limiter: another client that is given it by
// WithLimiter takes the quota itself. Wait is for anybody else.
type sharedQuota quota

// Wait waits for a place as a request does, however long it takes, and takes it.
func (s *sharedQuota) Wait(ctx context.Context) error {
	p, err := (*quota)(s).acquire(ctx, math.MaxInt64, func(Wait) {})
	if err == nil {
		// Nobody tells whether it was answered, so it opens no gate.
		p.settle(lost, time.Now())
	}
	return err
}
