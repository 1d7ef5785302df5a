package ll2redis

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// flushAfter is how long the result of a request waits for the next question of
	// this process before it is sent alone.
	flushAfter = 100 * time.Millisecond

	// mostSettled limits the results that are kept while Redis is down, and so the
	// size of one question. Results over the limit are dropped; their places count
	// until the lease is over.
	mostSettled = 4096
)

// A settlement is the result of a place: it was counted, or given back. A turn in the
// queue can also be given back.
type settlement struct {
	member  string
	counted time.Time // zero: given back
	added   time.Time
}

// age returns how many microseconds ago it was counted, rounded down, or "" if it was
// not counted.
func (s settlement) age() string {
	if s.counted.IsZero() {
		return ""
	}
	return strconv.FormatInt(time.Since(s.counted).Microseconds()-1, 10)
}

// outbox holds settlements until they are sent.
type outbox struct {
	keep time.Duration // after which a settlement has no effect
	send func()        // called when no question has carried them for flushAfter

	mu     sync.Mutex
	items  []settlement
	timer  *time.Timer // nil: not running
	closed bool
}

func (o *outbox) add(member string, counted time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || member == "" || len(o.items) >= mostSettled {
		return
	}
	o.items = append(o.items, settlement{member: member, counted: counted, added: time.Now()})
	if o.timer == nil {
		o.timer = time.AfterFunc(flushAfter, o.send)
	}
}

// take empties the outbox.
func (o *outbox) take() []settlement {
	o.mu.Lock()
	defer o.mu.Unlock()
	items := o.items
	o.items = nil
	o.stop()
	return items
}

// putBack keeps settlements that could not be sent for the next question, whenever
// that comes. Retries would only be more traffic for a server that already has
// problems.
func (o *outbox) putBack(items []settlement) {
	o.mu.Lock()
	defer o.mu.Unlock()
	items = slices.DeleteFunc(items, func(s settlement) bool { return time.Since(s.added) >= o.keep })
	o.items = append(items, o.items...)
	o.items = o.items[:min(len(o.items), mostSettled)]
}

func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.stop()
}

func (o *outbox) stop() {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
}

// flush sends what is in the outbox, if anything.
func (l *Limiter) flush() error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	items := l.outbox.take()
	if len(items) == 0 {
		return nil
	}
	_, err := l.question(context.Background(), "", 0, items)
	if err == nil && l.share != nil {
		l.answered()
	}
	return err
}
