package ll2

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2/internal/quota"
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
// RetryAfter 0: unknown. A [Reserver] is told when its requests are over, too.
type Limiter interface {
	Wait(ctx context.Context) error
}

// A Reserver is a [Limiter] that is told what became of each request, so that it
// can count as the service does: from when the answer is in, and not at all what
// the service does not count. Where a limiter is one, Reserve is called in place
// of Wait.
type Reserver interface {
	Limiter

	// Reserve waits for a place as Wait does, but not longer than maxWait, the
	// time of [WithMaxWait]: a wait that would be longer is not begun, and the
	// error says so as Wait's.
	//
	// Of a place that it returned, settle is called once, when the request is
	// over: with the time at which the service has counted it at the latest,
	// which can be a little in the future where nobody waited for the answer, or
	// with the zero time where the service has not counted it. It is called from
	// any goroutine, must not block, and can be nil. Of a request that net/http
	// repeated by itself it is called once all the same.
	Reserve(ctx context.Context, maxWait time.Duration) (settle func(counted time.Time), err error)
}

// An admission says when a request may go: as soon as the limiter of the caller's
// and the quota allow it.
type admission struct {
	limiter Limiter // of WithLimiter, asked first; nil without
	quota   *quota.Quota
}

// A place is what a request holds of the quota from before it is sent until it is
// known whether the service counted it. The nil place is that of a request that
// is free.
type place struct {
	*quota.Place
	settled func(counted time.Time) // tells the caller's limiter
}

// giveBack gives back what was taken of a place that is not whole.
func (p *place) giveBack() {
	if p.Place == nil {
		p.settled(time.Time{})
	}
}

// settle says what became of the request. Only the first call counts.
func (p *place) settle(o quota.Outcome, at time.Time) {
	if p == nil || !p.Settle(o, at) {
		return
	}
	if o == quota.Lost || o == quota.Counted {
		p.settled(at)
	} else {
		p.settled(time.Time{})
	}
}

// sentAgain notes that net/http sent the request once more by itself.
func (p *place) sentAgain() {
	if p != nil {
		p.SentAgain()
	}
}

// acquire waits for a place, but not longer than maxWait or the context allow:
// then it returns a *RateLimitError at once and has changed nothing. If the
// context ends meanwhile it returns ctx.Err(). It announces a wait before it
// begins.
func (a *admission) acquire(ctx context.Context, maxWait time.Duration, announce func(quota.Wait)) (*place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := &place{settled: func(time.Time) {}}
	// Nothing is kept of what was taken, should the context have ended meanwhile or
	// a callback panic.
	defer func() { p.giveBack() }()
	var err error
	if a.limiter != nil {
		// Not while the gate is shut for longer than this request may wait: it
		// would take a place from the limiter for nothing.
		if err := a.check(ctx, 0, maxWait); err != nil {
			return nil, err
		}
		if p.settled, err = askLimiter(ctx, a.limiter, maxWait, announce); err != nil {
			return nil, err
		}
	}
	if p.Place, err = a.quota.Acquire(ctx, maxWait, announce); err != nil {
		return nil, rateLimited(err)
	}
	return p, nil
}

// check returns the error with which acquire would refuse a request that comes
// after a pause.
func (a *admission) check(ctx context.Context, pause, maxWait time.Duration) error {
	return rateLimited(a.quota.Check(ctx, pause, maxWait))
}

// rateLimited makes a *RateLimitError of a refusal of the quota's.
func rateLimited(err error) error {
	var refusal *quota.Refusal
	if errors.As(err, &refusal) {
		return newRateLimitError(refusal.In, true, nil)
	}
	return err
}

// sleep waits, unless that is too long.
func sleep(ctx context.Context, w quota.Wait, maxWait time.Duration, announce func(quota.Wait)) error {
	if err := quota.Refuse(ctx, time.Now(), w, true, maxWait); err != nil {
		return rateLimited(err)
	}
	announce(w)
	return quota.Sleep(ctx, w.For)
}

// askLimiter waits for a limiter of the caller's, and returns what is to be told
// when the request is over, or not sent: it can have given a place though the context
// has ended, and settle is to be called with an error, too. Its errors are *RateLimitErrors, or ctx.Err() where
// the context ended.
func askLimiter(ctx context.Context, limiter Limiter, maxWait time.Duration, announce func(quota.Wait)) (settle func(time.Time), err error) {
	settle = func(time.Time) {}
	switch limiter := limiter.(type) {
	case *rate.Limiter:
		return settle, askBucket(ctx, limiter, maxWait, announce)
	case Reserver:
		var told func(time.Time)
		if told, err = limiter.Reserve(ctx, maxWait); err == nil && told != nil {
			settle = told
		}
	default:
		waitCtx, cancel := context.WithTimeout(ctx, max(maxWait, time.Second))
		defer cancel()
		err = limiter.Wait(waitCtx)
	}
	return settle, limiterError(ctx, err)
}

// limiterError makes a *RateLimitError of whatever a limiter returns.
func limiterError(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	var limited *RateLimitError
	switch {
	case errors.As(err, &limited) && limited != nil:
		return newRateLimitError(limited.RetryAfter, true, limited.Err)
	case limited == nil && isNil(err):
		err = errors.New("a nil error of type *RateLimitError")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		err = errors.New(err.Error()) // of the limiter's own context: the caller's has not ended
	}
	return newRateLimitError(0, true, fmt.Errorf("limiter of WithLimiter: %w", err))
}

// askBucket reserves in place of waiting: Wait would fail with an error of no
// type where the deadline is too near, and could not be told to give up.
func askBucket(ctx context.Context, bucket *rate.Limiter, maxWait time.Duration, announce func(quota.Wait)) error {
	now := time.Now()
	r := bucket.ReserveN(now, 1)
	wait := quota.Wait{Reason: quota.Spent, For: r.DelayFrom(now)}
	if wait.For == 0 {
		return nil
	}
	if !r.OK() {
		return newRateLimitError(0, true, nil) // it will never have one
	}
	wait.Until = now.Add(wait.For)
	waited := false
	defer func() {
		if !waited { // or a callback panicked
			r.Cancel()
		}
	}()
	if err := sleep(ctx, wait, maxWait, announce); err != nil {
		return err
	}
	waited = true
	return nil
}

// isNil reports whether v is nil, or holds a nil pointer, func or the like, which
// an interface hides.
func isNil(v any) bool {
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Slice, reflect.Chan:
		return value.IsNil()
	default:
		return false
	}
}

// lateness is how long after a place was given out, or a request sent whose answer
// nobody waited for, the service is taken to have counted it at the latest. It is the
// default timeout of an attempt.
const lateness = 30 * time.Second

// sharedQuota is the quota of a client as a Limiter: another client that is given
// it by WithLimiter takes the quota itself. Wait is for anybody else.
type sharedQuota admission

// Wait waits for a place as a request does, however long it takes, and takes it.
func (s *sharedQuota) Wait(ctx context.Context) error {
	p, err := (*admission)(s).acquire(ctx, math.MaxInt64, func(quota.Wait) {})
	if err == nil {
		// Nobody tells when it was sent, nor whether it was answered, so it opens no
		// gate.
		p.settle(quota.Lost, time.Now().Add(lateness))
	}
	return err
}
