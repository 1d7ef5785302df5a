package ll2

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Limiter decides when a request may go. It is asked before every attempt,
// retries included, and must be safe for concurrent use.
//
// A [*rate.Limiter] of golang.org/x/time/rate is one; it is asked by ReserveN, so
// that a wait that is too long is refused at once. Of any other, Wait is called.
// Its context ends with the caller's, or when the time of [WithMaxWait] is over
// (but not before a second has passed, so that a limiter on the network has the
// time to answer). It says the exact time at which the next request can go by
// returning a [*RateLimitError]; any other error is wrapped in one with
// RetryAfter 0: unknown.
type Limiter interface {
	Wait(ctx context.Context) error
}

// A quota says when a request may go: as soon as its turn has come in the
// queue, the gate is open, and the window has a place for it.
//
// The window is exact: in any span of the length per, no more than n requests
// are counted by the service. It counts each somewhere between sending and
// answer, so a place is taken before sending and is free again one per after
// the answer.
type quota struct {
	mu     sync.Mutex
	n      int                 // places of the window; 0: there is no window
	per    time.Duration       // its length
	every  rate.Limit          // one in per
	flying int                 // places of requests that are not answered yet
	spent  []*rate.Reservation // places of answered ones, the first to be free again first
	gate   gate
	queue  []*waiter // who waits, in the order in which they came
}

// A gate is closed by a 429, until the service's time is up. Then one request
// goes first, on trial, since only one place can be counted on; its answer opens
// the gate for all.
type gate struct {
	until  time.Time
	reason WaitReason // WaitRetryAfter, or WaitBackoff where the service named no time
	trial  bool       // no answer has opened it since it was closed
	trying bool       // the request on trial is under way
}

type waiter struct{ wake chan struct{} }

func newQuota(n int, per time.Duration) *quota {
	q := &quota{n: n, per: per, every: rate.Every(per)}
	// Every rounds. A place that is free a nanosecond early is free too early,
	// so go down to the next rate that is not.
	for start := time.Now(); q.spend(start).DelayFrom(start) < per; {
		q.every = rate.Limit(math.Nextafter(float64(q.every), 0))
	}
	return q
}

// spend starts a place anew: a limiter of one token, which is gone at the time
// at. What it returns is the place's next use.
func (q *quota) spend(at time.Time) *rate.Reservation {
	lim := rate.NewLimiter(q.every, 1)
	lim.AllowN(at, 1)
	return lim.ReserveN(at, 1)
}

// take waits for a place, but not longer than maxWait or the context allow:
// then it returns a *RateLimitError at once and has changed nothing. Where the
// context ends meanwhile it returns ctx.Err(). It announces a wait before it
// begins.
func (q *quota) take(ctx context.Context, maxWait time.Duration, announce func(Wait)) (*place, error) {
	w := &waiter{wake: make(chan struct{}, 1)}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = append(q.queue, w)
	defer q.leave(w)
	var announced Wait
	for {
		now := time.Now()
		ahead := slices.Index(q.queue, w)
		wait, known := q.wait(now, ahead)
		if ahead == 0 && known && wait.For == 0 {
			return q.grant(), nil
		}
		if err := refuse(ctx, now, wait, known, maxWait); err != nil {
			return nil, err
		}
		// A wait for whoever is ahead, who goes now, is none.
		tell := (wait.For > 0 || !known) &&
			(wait.Reason != announced.Reason || !wait.Until.Equal(announced.Until))
		q.mu.Unlock()
		if tell {
			announce(wait)
			announced = wait
		}
		timedOut, err := w.sleep(ctx, wait, known, maxWait)
		q.mu.Lock()
		if err != nil {
			return nil, err
		}
		if timedOut {
			return nil, &RateLimitError{Local: true}
		}
	}
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

// sleep returns when the wait is over, when something has changed, or with
// ctx.Err() when the context ends. A wait of which the end is not known is over
// after maxWait, and has then timed out.
func (w *waiter) sleep(ctx context.Context, wait Wait, known bool, maxWait time.Duration) (timedOut bool, err error) {
	var over <-chan time.Time
	if d := wait.For; d > 0 || !known {
		if !known {
			d = maxWait
		}
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-over:
		return !known, nil
	case <-w.wake:
		return false, nil
	}
}

// wait returns how long someone with so many ahead in the queue has to wait at
// least, and whether a time can be told at all.
func (q *quota) wait(now time.Time, ahead int) (wait Wait, known bool) {
	wait = Wait{Reason: WaitQuota, For: q.delay(now, ahead)}
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

// delay returns how long the window makes someone with so many ahead wait. Of a
// place that is in flight it is only known that it takes one per and more.
func (q *quota) delay(now time.Time, ahead int) time.Duration {
	if q.n == 0 {
		return 0
	}
	for len(q.spent) > 0 && q.spent[0].DelayFrom(now) == 0 {
		q.spent = q.spent[1:]
	}
	// Those ahead take the places in the order in which they become free: the
	// idle ones, the spent ones, those in flight, and then the same again.
	rounds, nth := ahead/q.n, ahead%q.n
	idle := q.n - q.flying - len(q.spent)
	d := time.Duration(rounds) * q.per
	switch nth -= idle; {
	case nth < 0:
		return d
	case nth < len(q.spent):
		return d + q.spent[nth].DelayFrom(now)
	default:
		return d + q.per
	}
}

func (q *quota) grant() *place {
	p := &place{q: q, sends: 1, trial: q.gate.trial}
	q.gate.trying = q.gate.trial
	q.flying++
	return p
}

// window returns the length of the window, 0 where there is none.
func (q *quota) window() time.Duration { return q.per }

// leave takes w out of the queue and wakes whoever is first then.
func (q *quota) leave(w *waiter) {
	i := slices.Index(q.queue, w)
	q.queue = slices.Delete(q.queue, i, i+1)
	q.wakeFirst()
}

func (q *quota) wakeFirst() {
	if len(q.queue) > 0 {
		q.queue[0].wakeUp()
	}
}

func (w *waiter) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default: // is being woken already
	}
}

// close shuts the gate after a 429, and has all who wait look at the time again.
func (q *quota) close(until time.Time, reason WaitReason) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if until.After(q.gate.until) {
		q.gate.until, q.gate.reason = until, reason
	}
	q.gate.trial = true
	for _, w := range q.queue {
		w.wakeUp()
	}
}

// check returns the error with which take would refuse a request that comes
// after a pause.
func (q *quota) check(ctx context.Context, pause, maxWait time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	wait, known := q.wait(now, len(q.queue))
	if !known || wait.For <= pause {
		return nil
	}
	if err := refuse(ctx, now, wait, known, math.MaxInt64); err != nil {
		return err
	}
	rest := wait
	rest.For -= pause
	if refuse(ctx, now, rest, known, maxWait) != nil {
		return &RateLimitError{RetryAfter: wait.For, Local: true}
	}
	return nil
}

// A place is what a request holds in the quota from before it is sent until it
// is known whether the service counted it.
type place struct {
	q     *quota
	sends int  // requests that it stands for
	trial bool // the one that goes first through the gate
	over  bool
}

// sentAgain notes that net/http sent the request once more by itself. There is
// no asking any more whether the window has a place for that one.
func (p *place) sentAgain() {
	p.q.mu.Lock()
	defer p.q.mu.Unlock()
	if !p.over {
		p.sends++
		p.q.flying++
	}
}

// An outcome is what became of a request.
type outcome int

const (
	unsent    outcome = iota // no connection came about
	uncounted                // answered, with a status that the service does not count
	refused                  // answered with a 429
	lost                     // never answered; the service may have counted it
	counted                  // answered
)

// settle gives the place back at once, or one per after the time at, at which
// the service has counted the request at the latest. Only the first call counts.
func (p *place) settle(o outcome, at time.Time) {
	q := p.q
	q.mu.Lock()
	defer q.mu.Unlock()
	if p.over {
		return
	}
	p.over = true
	q.flying -= p.sends
	if o >= lost && q.n > 0 {
		for range p.sends {
			q.remember(at)
		}
	}
	if p.trial {
		q.gate.trying = false
		if o == counted || o == uncounted {
			q.gate.trial = false
		}
	}
	q.wakeFirst()
}

// remember keeps a place spent, in the order in which they become free. That is
// the order of calls, except where at is in the future.
func (q *quota) remember(at time.Time) {
	free := q.spend(at)
	i := len(q.spent)
	for i > 0 && q.spent[i-1].DelayFrom(at) > free.DelayFrom(at) {
		i--
	}
	q.spent = slices.Insert(q.spent, i, free)
}

// askLimiter waits for a limiter of the caller's. Its errors are
// *RateLimitErrors, or ctx.Err() where the context ended.
func askLimiter(ctx context.Context, limiter Limiter, maxWait time.Duration, announce func(Wait)) error {
	if bucket, ok := limiter.(*rate.Limiter); ok {
		return askBucket(ctx, bucket, maxWait, announce)
	}
	waitCtx, cancel := context.WithTimeout(ctx, max(maxWait, time.Second))
	defer cancel()
	err := limiter.Wait(waitCtx)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	var limited *RateLimitError
	if errors.As(err, &limited) && limited != nil {
		return &RateLimitError{RetryAfter: max(0, limited.RetryAfter), Local: true, Err: limited.Err}
	}
	return &RateLimitError{Local: true, Err: fmt.Errorf("limiter of WithLimiter: %w", err)}
}

// askBucket reserves in place of waiting: Wait would fail with an error of no
// type where the deadline is too near, and could not be told to give up.
func askBucket(ctx context.Context, bucket *rate.Limiter, maxWait time.Duration, announce func(Wait)) error {
	now := time.Now()
	r := bucket.ReserveN(now, 1)
	wait := Wait{Reason: WaitQuota, For: r.DelayFrom(now)}
	if wait.For == 0 {
		return nil
	}
	if err := refuse(ctx, now, wait, true, maxWait); err != nil || !r.OK() {
		r.CancelAt(now)
		return cmp.Or(err, error(&RateLimitError{Local: true}))
	}
	wait.Until = now.Add(wait.For)
	announce(wait)
	if _, err := new(waiter).sleep(ctx, wait, true, maxWait); err != nil {
		r.Cancel()
		return err
	}
	return nil
}
