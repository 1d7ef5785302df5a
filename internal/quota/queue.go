package quota

import (
	"context"
	"slices"
	"time"
)

// A waiter is someone in the queue. It is woken through the channel when it has
// to look again at where it stands.
type waiter chan struct{}

func newWaiter() waiter { return make(waiter, 1) }

func (w waiter) wakeUp() {
	select {
	case w <- struct{}{}:
	default: // is being woken already
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

// leave takes w out of the queue, if it got into it, and wakes whoever is first
// then.
func (q *Quota) leave(w waiter) {
	if w == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.remove(w)
}

// remove is leave for who has the lock.
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

// wakeAll has all who wait look at the time again.
func (q *Quota) wakeAll() {
	for _, w := range q.queue {
		w.wakeUp()
	}
}
