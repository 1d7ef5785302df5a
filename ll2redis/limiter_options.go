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

	// askAgain is how long a process goes on with its share before it asks Redis
	// again.
	askAgain = time.Second

	// Who waits asks again half way, but no sooner than after a part of per, within
	// these bounds.
	pausePart     = 60
	shortestPause = 100 * time.Millisecond
	longestPause  = time.Minute

	// Who does not come back that much later than told is given up. It is as long
	// as the pause, within these bounds.
	shortestGrace = 250 * time.Millisecond
	longestGrace  = time.Second

	// longestHold is the longest time for which a place is held: Redis counts
	// microseconds, in numbers of 53 bits.
	longestHold = 10 * 365 * 24 * time.Hour
)

// A LimiterOption changes what [NewLimiter] makes. A nil LimiterOption is
// skipped. It is an interface so that one option can serve more than a limiter.
type LimiterOption interface {
	apply(*Limiter) error
}

type limiterOption func(*Limiter) error

func (o limiterOption) apply(l *Limiter) error { return o(l) }

// WithLease says how long a place is held for a request of which nothing is heard,
// before its per begins: what a process that dies costs. The default is 1 minute.
// It has to be longer than an attempt of the client can take, which is 30 s
// unless the Timeout of [ll2.WithHTTPClient] says otherwise. All processes should
// have the same. Where d is not above 0, NewLimiter fails.
func WithLease(d time.Duration) LimiterOption {
	return limiterOption(func(l *Limiter) error {
		if d <= 0 {
			return fmt.Errorf("ll2redis: WithLease(%v): must be above 0", d)
		}
		l.lease = d
		return nil
	})
}

// WithTimeout says how long Redis may take to answer a question, the retries of
// the Redis client included; these have to fit in, for an error to say what is
// wrong with the connection. The default is 5 seconds for a limiter and 2 for a
// store. Where d is not above 0, NewLimiter and each call of the store fail.
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

// WithLocalShare lets this process go on while Redis fails, with n requests in
// each per: by default it has none, and its requests fail. The places that it had
// from Redis lately count among the n. An n of the quota divided by the number
// of processes keeps all of them together to the quota, once a failure lasts;
// within one per of its beginning and its end, when the processes know of each
// other's places in part, they can together go beyond it by the sum of their
// shares at most.
//
// Redis is asked again every second. A key that holds something else is no failure
// of Redis: [ErrConflict] comes all the same. Where n is below 1, or above the
// quota, NewLimiter fails.
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

// WithLogger logs to log when a process begins to live on its local share (Warn,
// with what Redis said) and when it ends (Info). The default is silence. Where log
// is nil, NewLimiter fails.
func WithLogger(log *slog.Logger) LimiterOption {
	return limiterOption(func(l *Limiter) error {
		if log == nil {
			return errors.New("ll2redis: WithLogger(nil)")
		}
		l.log = log
		return nil
	})
}
