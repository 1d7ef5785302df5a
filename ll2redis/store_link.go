package ll2redis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// If Redis did not answer, it is asked again after firstProbe, then less often,
	// down to once per lastProbe.
	firstProbe = 100 * time.Millisecond
	lastProbe  = time.Second

	// idle is the time without calls after which the store stops checking whether
	// Redis is back: the next call does it.
	idle = time.Minute
)

// A link is a store's connection to Redis. It is either up or down. While it is down,
// calls fail at once, and one goroutine checks whether Redis is back, as long as
// there are calls.
type link struct {
	client  redis.UniversalClient
	timeout time.Duration

	state struct {
		sync.Mutex
		down   error     // the cause; nil: the link is up
		used   time.Time // when a call last failed because of that
		untold []func()  // to be sent when Redis is back
	}
}

// mostUntold limits the number of scripts that wait for Redis.
const mostUntold = 64

// run runs a script with one key. It waits for the answer, but no longer than timeout
// or half of the time that the context leaves, so that there is time to continue
// without Redis, whatever the Redis client does meanwhile. If it does not wait until
// the answer comes, unheard is called later.
func (l *link) run(ctx context.Context, script *redis.Script, key string, unheard func(), args ...any) (reply, error) {
	if err := l.away(); err != nil {
		return reply{}, err
	}
	type outcome struct {
		reply reply
		err   error
	}
	heard := make(chan outcome)
	done := make(chan struct{})
	defer close(done)
	go func() {
		// A request that was started is finished, so that other calls learn the state
		// of Redis.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
		defer cancel()
		late := time.AfterFunc(l.timeout, func() { l.lost(l.silence(l.timeout)) })
		all, err := script.Run(ctx, l.client, []string{key}, args...).Slice()
		if late.Stop() && isBroken(err) {
			l.lost(err)
		}
		lost := isBroken(err) // Redis may have executed it
		var r reply
		if err == nil {
			r, err = read(all, key)
		}
		select {
		case heard <- outcome{r, err}:
		case <-done:
			lost = true
		}
		if lost && unheard != nil {
			unheard()
		}
	}()
	patience := l.timeout
	if deadline, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(deadline)/2)
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case o := <-heard:
		return o.reply, o.err
	case <-ctx.Done():
		return reply{}, ctx.Err()
	case <-timer.C:
		return reply{}, l.silence(patience)
	}
}

// tell runs a script whose result is not needed, now or, if Redis is down, when it is
// back.
func (l *link) tell(script *redis.Script, key string, args ...any) {
	if _, err := l.run(context.Background(), script, key, nil, args...); !isBroken(err) {
		return
	}
	l.state.Lock()
	defer l.state.Unlock()
	if len(l.state.untold) < mostUntold {
		l.state.untold = append(l.state.untold, func() { _, _ = l.run(context.Background(), script, key, nil, args...) })
	}
}

func (l *link) silence(d time.Duration) error {
	return fmt.Errorf("no answer within %v", d.Round(time.Millisecond))
}

// isBroken reports whether an error was not sent by Redis, but comes from a
// connection or from waiting for one.
func isBroken(err error) bool {
	var said redis.Error
	return err != nil && !errors.As(err, &said) && !errors.Is(err, redis.ErrClosed) && !errors.Is(err, ErrConflict)
}

// away returns the error that the link is down for, if it is.
func (l *link) away() error {
	l.state.Lock()
	defer l.state.Unlock()
	if l.state.down != nil {
		l.state.used = time.Now()
	}
	return l.state.down
}

func (l *link) lost(err error) {
	l.state.Lock()
	defer l.state.Unlock()
	if l.state.down == nil {
		l.state.used = time.Now()
		go l.probe()
	}
	l.state.down = err
}

// probe checks whether Redis is back, until it is or there are no more calls.
func (l *link) probe() {
	for pause := firstProbe; ; pause = min(2*pause, lastProbe) {
		time.Sleep(pause)
		err := l.ping()
		l.state.Lock()
		if !isBroken(err) || time.Since(l.state.used) > idle {
			untold := l.state.untold
			l.state.down, l.state.untold = nil, nil
			l.state.Unlock()
			for _, f := range untold {
				f()
			}
			return
		}
		l.state.down = err
		l.state.Unlock()
	}
}

func (l *link) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), l.timeout)
	defer cancel()
	heard := make(chan error, 1)
	go func() { heard <- l.client.Ping(ctx).Err() }()
	select {
	case err := <-heard:
		return err
	case <-ctx.Done():
		return l.silence(l.timeout)
	}
}
