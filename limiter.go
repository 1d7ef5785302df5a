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

// A Limiter decides when a request may go. The client calls it before every attempt,
// retries included. It must be safe for concurrent use.
//
// A [*rate.Limiter] of golang.org/x/time/rate is a Limiter. The client calls its
// ReserveN, so that a call whose wait would be too long fails at once. For any other type
// the client calls Wait. The context of Wait ends with that of the caller, or after the
// time of [WithMaxWait], but not before a second has passed, so that a limiter on the
// network has time to answer. To report the exact time of the next request, Wait returns
// a [*RateLimitError]. Any other error is wrapped in one with RetryAfter 0, which means
// unknown. See [Reserver] for a limiter that also learns the outcome of requests.
type Limiter interface {
	Wait(ctx context.Context) error
}

// A Reserver is a [Limiter] that learns the outcome of each request. So it can count as
// the service does: from the arrival of the answer, and only requests that the service
// counts. The client calls Reserve instead of Wait.
type Reserver interface {
	Limiter

	// Reserve waits until a request may go, like Wait. If the wait would be longer
	// than maxWait, the time of [WithMaxWait], it fails at once with an error as
	// that of Wait.
	//
	// The client calls settle once, when the request is over: with the latest time
	// at which the service can have counted it, or with the zero time if the
	// service did not count it. The time can be in the near future if the client
	// did not wait for the answer. settle can be called on any goroutine and must
	// not block. It can be nil. If net/http repeated the request, settle is still
	// called only once.
	Reserve(ctx context.Context, maxWait time.Duration) (settle func(counted time.Time), err error)
}

// An admission decides when a request may go: as soon as the caller's limiter and the
// quota allow it.
type admission struct {
	limiter Limiter // of WithLimiter, asked first; nil without
	quota   *quota.Quota
}

// A place is the right to send one request. A request holds it from before it is sent until
// it is known whether the service counted it. A free request has the nil place.
type place struct {
	*quota.Place
	settled func(counted time.Time) // for the caller's limiter
}

// giveBack returns the place of the caller's limiter if the quota gave none.
func (p *place) giveBack() {
	if p.Place == nil {
		p.settled(time.Time{})
	}
}

// settle records the outcome of the request. Only the first call counts.
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

// sentAgain records that net/http repeated the request.
func (p *place) sentAgain() {
	if p != nil {
		p.SentAgain()
	}
}

// acquire waits for a place. If the wait would be longer than maxWait or the context
// allows, it returns a *RateLimitError at once and changes nothing. If the context ends
// meanwhile it returns ctx.Err(). It announces a wait before it starts.
func (a *admission) acquire(ctx context.Context, maxWait time.Duration, announce func(quota.Wait)) (*place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := &place{settled: func(time.Time) {}}
	// Return what was taken, if the context ended meanwhile or a callback panics.
	defer func() { p.giveBack() }()
	var err error
	if a.limiter != nil {
		// If the gate is closed for longer than this request may wait, do not take a
		// place from the limiter for nothing.
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

// rateLimited returns a *RateLimitError for a refusal of the quota.
func rateLimited(err error) error {
	var refusal *quota.Refusal
	if errors.As(err, &refusal) {
		return newRateLimitError(refusal.In, true, nil)
	}
	return err
}

// sleep waits, or fails at once if the wait is too long.
func sleep(ctx context.Context, w quota.Wait, maxWait time.Duration, announce func(quota.Wait)) error {
	if err := quota.Refuse(ctx, time.Now(), w, true, maxWait); err != nil {
		return rateLimited(err)
	}
	announce(w)
	return quota.Sleep(ctx, w.For)
}

// askLimiter waits for the caller's limiter. It returns the function to call when the
// request is over or not sent, also with an error, because the limiter can have given a
// place although the context ended. Its errors are *RateLimitErrors, or ctx.Err() if
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

// limiterError returns a *RateLimitError for any error of a limiter.
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
		err = errors.New(err.Error()) // the limiter's own context ended, not the caller's
	}
	return newRateLimitError(0, true, fmt.Errorf("limiter of WithLimiter: %w", err))
}

// askBucket reserves instead of waiting. Wait would fail with an untyped error if the
// deadline is too near, and it has no maximal wait.
func askBucket(ctx context.Context, bucket *rate.Limiter, maxWait time.Duration, announce func(quota.Wait)) error {
	now := time.Now()
	r := bucket.ReserveN(now, 1)
	wait := quota.Wait{Reason: quota.Spent, For: r.DelayFrom(now)}
	if wait.For == 0 {
		return nil
	}
	if !r.OK() {
		return newRateLimitError(0, true, nil) // it never will
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

// isNil reports whether v is nil or contains a nil pointer, func, map, slice or channel.
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

// lateness is the longest time that the service is assumed to take to count a request whose
// answer is not known. It is the default timeout of an attempt.
const lateness = 30 * time.Second

// sharedQuota is the quota of a client as a Limiter. Another client that gets it by
// WithLimiter uses the quota itself; others call Wait.
type sharedQuota admission

// Wait waits for a place as a request does, without a bound, and takes it.
func (s *sharedQuota) Wait(ctx context.Context) error {
	p, err := (*admission)(s).acquire(ctx, math.MaxInt64, func(quota.Wait) {})
	if err == nil {
		// It is unknown when the request is sent and whether it is answered, so it does
		// not open the gate.
		p.settle(quota.Lost, time.Now().Add(lateness))
	}
	return err
}
