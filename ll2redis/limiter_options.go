package ll2redis

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	defaultLease   = time.Minute
	defaultTimeout = 5 * time.Second

	// askAgain is how long a process continues with its share before it asks Redis
	// again.
	askAgain = time.Second

	// A caller that waits asks again half way, but no sooner than after a part of
	// per, within these limits.
	pausePart     = 60
	shortestPause = 100 * time.Millisecond
	longestPause  = time.Minute

	// A caller that comes back that much later than expected loses its turn. The time
	// is as long as the pause, within these limits.
	shortestGrace = 250 * time.Millisecond
	longestGrace  = time.Second

	// longestHold is the longest time for which a place is held: Redis counts
	// microseconds, in numbers of 53 bits.
	longestHold = 10 * 365 * 24 * time.Hour
)

// A LimiterOption is an option of [NewLimiter]. Nil options are ignored. It is an
// interface so that one option can be used for more than limiters.
type LimiterOption interface {
	apply(*Limiter) error
}

type limiterOption func(*Limiter) error

func (o limiterOption) apply(l *Limiter) error { return o(l) }

// WithLease sets how long a place is held for a request without a result, before its
// window begins. This is the cost of a process that dies. The default is 1 minute. It
// must be longer than an attempt of the client, which takes up to 30 s unless the
// Timeout of [ll2.WithHTTPClient] is different. All processes should use the same
// value. If d is not above 0, NewLimiter fails.
func WithLease(d time.Duration) LimiterOption {
	return limiterOption(func(l *Limiter) error {
		if d <= 0 {
			return fmt.Errorf("ll2redis: WithLease(%v): must be above 0", d)
		}
		l.lease = d
		return nil
	})
}

// WithTimeout sets how long Redis may take to answer a question, including the
// retries of the Redis client. It should leave time for these retries, so that errors
// show the cause. The default is 5 seconds for a limiter and 2 for a store. If d is
// not above 0, NewLimiter and each call of the store fail.
func WithTimeout(d time.Duration) Option { return timeout(d) }

type timeout time.Duration

func (o timeout) apply(l *Limiter) error { return o.set(&l.timeout) }

func (o timeout) applyStore(s *store) error { return o.set(&s.timeout) }

func (o timeout) set(d *time.Duration) error {
	if o <= 0 {
		return fmt.Errorf("ll2redis: WithTimeout(%v): must be above 0", time.Duration(o))
	}
	*d = time.Duration(o)
	return nil
}

// WithLocalShare lets this process continue while Redis fails, with n requests in
// each window. By default it cannot continue, and its requests fail. The places that
// Redis has granted to the process recently count among the n. If n is the quota
// divided by the number of processes, all of them together stay within the quota
// during a longer failure. At its beginning and its end, for one window each, the
// processes know only some of each other's places. Together they can then exceed the
// quota by at most the sum of their shares.
//
// Redis is asked again every second. A key with other content is not a failure of
// Redis: [ErrConflict] is still returned. If n is below 1 or above the quota,
// NewLimiter fails.
func WithLocalShare(n int) LimiterOption {
	return limiterOption(func(l *Limiter) error {
		if n < 1 {
			return fmt.Errorf("ll2redis: WithLocalShare(%d): must be 1 or more", n)
		}
		if n > l.n {
			return fmt.Errorf("ll2redis: WithLocalShare(%d): is more than the quota of %d", n, l.n)
		}
		l.share = &share{n: n, places: make(map[string]time.Time)}
		return nil
	})
}

// WithLogger sets a logger. It logs when a process starts to use its local share
// (Warn, with the error of Redis) and when it stops (Info). The default is no
// logging. If log is nil, NewLimiter fails.
func WithLogger(log *slog.Logger) LimiterOption {
	return limiterOption(func(l *Limiter) error {
		if log == nil {
			return errors.New("ll2redis: WithLogger(nil)")
		}
		l.log = log
		return nil
	})
}
