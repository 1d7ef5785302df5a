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

// A Limiter is one process's access to a quota that many share. It is for
// [ll2.WithLimiter], of as many clients as there are, and safe for concurrent use.
// Make it with [NewLimiter].
type Limiter struct {
	client  redis.UniversalClient
	key     string
	n       int
	per     time.Duration
	lease   time.Duration
	timeout time.Duration
	pause   time.Duration // no one who waits asks again sooner
	grace   time.Duration // how much later than told one can come back
	share   *share        // nil: none
	log     *slog.Logger

	name     string // of this limiter among all
	asked    atomic.Uint64
	outbox   outbox
	flushing sync.Mutex
}

// NewLimiter returns a limiter for n requests in any window of length per, shared by all
// that give the same key. The Redis client stays the caller's: its addresses,
// retries and timeouts hold, and the caller closes it, after [Limiter.Close]. The
// key is one sorted set, so that a cluster will do, and expires when its last
// place is free. Redis has to be version 5 or newer.
//
// NewLimiter asks Redis once. It fails where the client is nil, the key empty, n
// below 1 or per not above 0, where an option is wrong, where Redis does not
// answer, unless there is [WithLocalShare], and with [ErrConflict] where the key
// holds another type or a quota of another size. To change the quota, take another
// key, or delete the old one.
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
	l.outbox.send = func() { _ = l.flush() } // what fails goes with the next question

	_, err := l.question(context.Background(), "", 0, nil)
	if err != nil && (l.share == nil || errors.Is(err, ErrConflict)) {
		return nil, err
	}
	if err != nil {
		l.failed(err)
	}
	return l, nil
}

// isNil reports whether there is no client, or a nil pointer of one.
func isNil(client redis.UniversalClient) bool {
	if client == nil {
		return true
	}
	v := reflect.ValueOf(client)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Wait waits for a place and takes it, as long as that takes, or until the context
// ends; where its deadline is too near, the error is an [*ll2.RateLimitError] at
// once. Since nobody tells when the request is over, the place counts from one
// [WithLease] later. A client of package ll2 calls Reserve in place of it.
func (l *Limiter) Wait(ctx context.Context) error {
	_, err := l.Reserve(ctx, math.MaxInt64)
	return err
}

// Reserve waits for a place, but not longer than maxWait or the context allow: then
// it returns an [*ll2.RateLimitError] at once, which says when the place is free.
// Where the context ends meanwhile, it returns ctx.Err(). Any other error says why
// Redis gives no place.
//
// Of a place that it returned, settle is to be called once, with the time at which
// the service has counted the request at the latest, or with the zero time where
// it has not counted it.
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

// A caller is who asks for a place.
type caller struct {
	id     string // of the place that it will have
	queued string // its turn in the queue; "" where there is none
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

// decide asks Redis, or the local share where there is one and Redis fails.
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
	// What was asked under the old id is given back, whenever Redis hears of it.
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
// WithTimeout allow, whatever the Redis client does meanwhile. Where nobody waits
// for the answer any more, or it is lost, the place is given back.
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

// settle ends a place. It does not block: Redis is told later.
func (l *Limiter) settle(id string, counted time.Time) {
	if l.share != nil {
		l.share.settle(id, counted)
	}
	l.outbox.add(id, counted)
}

// Close tells Redis what became of the last requests. It is for when they are
// over: what is settled after it, or where it fails, counts until its lease and
// one per are over. The Redis client stays open.
func (l *Limiter) Close() error {
	l.outbox.close()
	return l.flush()
}
