package ll2

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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

// askLimiter waits for a limiter of the caller's, and returns what is to be told
// when the request is over. Its errors are *RateLimitErrors, or ctx.Err() where
// the context ended.
func askLimiter(ctx context.Context, limiter Limiter, maxWait time.Duration, announce func(Wait)) (settle func(time.Time), err error) {
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
		return &RateLimitError{RetryAfter: max(0, limited.RetryAfter), Local: true, Err: limited.Err}
	case limited == nil && isNil(err):
		err = errors.New("a nil error of type *RateLimitError")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		err = errors.New(err.Error()) // of the limiter's own context: the caller's has not ended
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
	if err := new(waiter).sleep(ctx, step{wait: wait}, maxWait); err != nil {
		r.Cancel()
		return err
	}
	return nil
}
