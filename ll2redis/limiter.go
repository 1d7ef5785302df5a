package ll2redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
)

var _ ll2.Reserver = (*Limiter)(nil)

// A Limiter is the access of one process to a quota that many processes share. It is
// for [ll2.WithLimiter], for any number of clients, and safe for concurrent use. Create
// it with [NewLimiter].
type Limiter struct {
	client  redis.UniversalClient
	key     string
	n       int
	per     time.Duration
	lease   time.Duration
	timeout time.Duration
	pause   time.Duration // no caller that waits asks again sooner
	grace   time.Duration // how late a caller may come back
	share   *share        // nil: none
	log     *slog.Logger

	name     string // unique name of this limiter
	asked    atomic.Uint64
	outbox   outbox
	flushing sync.Mutex
}

// NewLimiter returns a limiter for n requests in any window of length per, which it
// shares with all limiters that have the same key. The caller still owns the Redis
// client: its addresses, retries and timeouts apply, and the caller closes it after
// [Limiter.Close]. The key is one sorted set, so a cluster works. It expires when its
// last place is free. Redis must be version 5 or newer.
//
// NewLimiter asks Redis once. It fails if the client is nil, the key empty, n below 1
// or per not above 0, if an option is invalid, and if Redis does not answer, unless
// [WithLocalShare] is given. It fails with [ErrConflict] if the key holds another
// type or a quota of another size. To change the quota, use another key or delete the
// old one.
func NewLimiter(client redis.UniversalClient, key string, n int, per time.Duration, opts ...LimiterOption) (*Limiter, error) {
	switch {
	case isNil(client):
		return nil, errors.New("ll2redis: the Redis client is nil")
	case key == "":
		return nil, errors.New("ll2redis: the key is empty")
	case n < 1:
		return nil, fmt.Errorf("ll2redis: a quota of %d requests: must be 1 or more", n)
	case per <= 0:
		return nil, fmt.Errorf("ll2redis: a window of %v: must be above 0", per)
	}
	l := &Limiter{
		client: client, key: key, n: n, per: per,
		lease: defaultLease, timeout: defaultTimeout,
		log: slog.New(slog.DiscardHandler), name: rand.Text(),
	}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt.apply(l); err != nil {
			return nil, err
		}
	}
	if l.per > longestHold || l.lease > longestHold {
		return nil, fmt.Errorf("ll2redis: a window of %v with a lease of %v: must be %v at most", per, l.lease, longestHold)
	}
	if l.share != nil {
		l.share.per, l.share.lease = l.per, l.lease
	}
	l.pause = min(max(l.per/pausePart, shortestPause), longestPause)
	l.grace = min(max(l.pause, shortestGrace), longestGrace)
	l.outbox.keep = l.lease + l.per
	l.outbox.send = func() { _ = l.flush() } // after a failure the next question carries it

	_, err := l.question(context.Background(), "", 0, nil)
	if err != nil && (l.share == nil || errors.Is(err, ErrConflict)) {
		return nil, err
	}
	if err != nil {
		l.failed(err)
	}
	return l, nil
}

// isNil reports whether there is no client, or a nil pointer.
func isNil(client redis.UniversalClient) bool {
	if client == nil {
		return true
	}
	v := reflect.ValueOf(client)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Wait waits until a place is free and takes it. It returns early if the context
// ends. If the deadline of the context is too near, it returns an
// [*ll2.RateLimitError] at once. Wait does not learn when the request is over, so the
// place counts from one [WithLease] later. A client of package ll2 calls
// [Limiter.Reserve] instead.
func (l *Limiter) Wait(ctx context.Context) error {
	_, err := l.Reserve(ctx, math.MaxInt64)
	return err
}

// Reserve waits until a place is free and takes it. If the wait would be longer than
// maxWait or the context allow, it returns at once an [*ll2.RateLimitError] with the
// time at which the place is free. If the context ends during the wait, it returns
// ctx.Err(). Any other error says why Redis gives no place.
//
// Call settle once for each place that Reserve returned. Its argument is the latest
// time at which the service can have counted the request, or the zero time if the
// service has not counted it.
func (l *Limiter) Reserve(ctx context.Context, maxWait time.Duration) (settle func(counted time.Time), err error) {
	c := caller{id: l.newID()}
	defer func() {
		if err != nil {
			l.outbox.add(c.queued, time.Time{})
		}
	}()
	for began := time.Now(); ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		patience := maxWait - time.Since(began)
		if deadline, ok := ctx.Deadline(); ok {
			patience = min(patience, time.Until(deadline))
		}
		a, err := l.decide(ctx, &c, patience)
		if err != nil {
			return nil, err
		}
		if a.granted {
			return func(counted time.Time) { l.settle(c.id, counted) }, nil
		}
		c.queued = a.queued
		if a.wait > max(0, patience) {
			return nil, &ll2.RateLimitError{RetryAfter: a.wait, Local: true}
		}
		if err := sleep(ctx, a.nap); err != nil {
			return nil, err
		}
	}
}

// A caller is a request that needs a place.
type caller struct {
	id     string // of its future place
	queued string // its turn in the queue; "" if it has none
}

func (l *Limiter) newID() string {
	return l.name + "-" + strconv.FormatUint(l.asked.Add(1), 36)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// decide asks Redis, or the local share if there is one and Redis fails.
func (l *Limiter) decide(ctx context.Context, c *caller, patience time.Duration) (answer, error) {
	if l.share == nil {
		return l.question(ctx, c.id, patience, l.outbox.take())
	}
	if l.share.away() {
		return l.share.take(c.id), nil
	}
	a, err := l.question(ctx, c.id, patience, l.outbox.take())
	switch {
	case err == nil:
		if a.granted {
			l.share.note(c.id)
		}
		l.answered()
		return a, nil
	case ctx.Err() != nil, errors.Is(err, ErrConflict):
		return answer{}, err
	}
	l.failed(err)
	// The places requested under the old id are given back when Redis is available.
	l.outbox.add(c.queued, time.Time{})
	*c = caller{id: l.newID()}
	return l.share.take(c.id), nil
}

func (l *Limiter) answered() {
	if l.share.answered() {
		l.log.Info("ll2redis: Redis answers again", "key", l.key)
	}
}

func (l *Limiter) failed(err error) {
	if l.share.failed() {
		l.log.Warn("ll2redis: going on with the local share", "key", l.key, "share", l.share.n, "error", err)
	}
}

// question asks Redis and waits for the answer, but no longer than the context or
// WithTimeout allow, whatever the Redis client does meanwhile. If the caller stops
// waiting or the answer is lost, the place is given back.
func (l *Limiter) question(ctx context.Context, id string, patience time.Duration, settled []settlement) (answer, error) {
	askCtx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	type outcome struct {
		answer answer
		err    error
	}
	heard := make(chan outcome)
	go func() {
		a, err := l.ask(askCtx, id, patience, settled)
		if err != nil {
			l.outbox.putBack(settled)
		}
		unheard := err != nil && !errors.Is(err, ErrConflict)
		select {
		case heard <- outcome{a, err}:
		case <-askCtx.Done():
			unheard = true
		}
		if unheard && id != "" {
			l.outbox.add(id, time.Time{})
			l.outbox.add(a.queued, time.Time{})
		}
	}()
	select {
	case o := <-heard:
		if o.err != nil && ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		return o.answer, o.err
	case <-askCtx.Done():
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		return answer{}, fmt.Errorf("ll2redis: asking %s for a place in %q: no answer within %v", serverName(l.client), l.key, l.timeout)
	}
}

// settle ends a place. It does not block: the result is sent to Redis later.
func (l *Limiter) settle(id string, counted time.Time) {
	if l.share != nil {
		l.share.settle(id, counted)
	}
	l.outbox.add(id, counted)
}

// Close sends the results of the last requests to Redis. Call it after those
// requests. The places of requests that end later count for one lease and one window,
// and so do all if Close fails. The Redis client stays open.
func (l *Limiter) Close() error {
	l.outbox.close()
	return l.flush()
}
