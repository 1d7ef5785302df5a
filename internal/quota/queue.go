package quota

import (
	"context"
	"slices"
	"time"
)

// A waiter is a caller in the queue. It is woken through the channel when it must check
// its position again.
type waiter chan struct{}

func newWaiter() waiter { return make(waiter, 1) }

func (w waiter) wakeUp() {
	select {
	case w <- struct{}{}:
	default: // it is already being woken
	}
}

// sleep returns when the wait is over or something has changed. The error is
// ctx.Err() when the context ends, or a *Refusal if a wait whose end is not known
// takes longer than patience.
func (w waiter) sleep(ctx context.Context, s step, patience time.Duration) error {
	var over <-chan time.Time
	tooLong := false
	if d := s.wait.For; d > 0 || s.open {
		if s.open {
			d, tooLong = patience, true
		}
		if s.again > 0 && s.again < d {
			d, tooLong = s.again, false
		}
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w:
		return nil
	case <-over:
		if tooLong {
			return new(Refusal)
		}
		return nil
	}
}

// leave removes w from the queue, if it is in it, and wakes the first waiter that remains.
func (q *Quota) leave(w waiter) {
	if w == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.remove(w)
}

// remove does the work of leave for a caller that holds the lock.
func (q *Quota) remove(w waiter) {
	i := slices.Index(q.queue, w)
	q.queue = slices.Delete(q.queue, i, i+1)
	q.wakeFirst()
}

func (q *Quota) wakeFirst() {
	if len(q.queue) > 0 {
		q.queue[0].wakeUp()
	}
}

// wakeAll makes all waiters check the time again.
func (q *Quota) wakeAll() {
	for _, w := range q.queue {
		w.wakeUp()
	}
}
