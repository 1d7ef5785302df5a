package mirror

import (
	"context"
	"errors"
	"time"

	"github.com/docking-event/ll2"
)

// How long things take.
const (
	lockTTL      = 5 * time.Minute // of a refresh of 13 requests, if each takes some seconds
	firstBackoff = time.Minute     // after a failure; doubles up to RefreshEvery
	longestNext  = 24 * time.Hour  // that a service may ask for
	saveTimeout  = 10 * time.Second
)

// turn is one refresh, from the lock to the note of what became of it. It is never
// made twice at a time in one process, and hardly ever in several.
func (m *engine) turn(ctx context.Context, asked bool) error {
	m.load(ctx)
	m.mu.Lock()
	before := m.head.At
	m.mu.Unlock()
	unlock, mine := m.lock(ctx, before)
	defer unlock()
	if mine {
		m.load(ctx) // another one may have been faster
	}
	m.mu.Lock()
	s, now, failed := m.copy, time.Now(), m.failure()
	overtaken := !m.head.At.Equal(before)
	due := !m.nextLocked(now).After(now)
	m.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return errClosed
	case overtaken && !due, !asked && !due, asked && !due && failed != nil:
		return failed
	case !mine:
		// It is due again already, and all who waited see that now.
		return m.turn(ctx, asked)
	}
	err := m.renew(ctx, s)
	if m.ctx.Err() != nil && err != nil {
		err = &lackError{errClosed, err}
		if errors.Is(err, context.Canceled) {
			return err // the end of this mirror, of which nothing follows for others
		}
	}
	m.note(ctx, err)
	return err
}

// lock takes the store's lock. If another one has it, lock waits until that is over,
// or has come to a result, or ought to have long since. Without a lock things go on,
// only less thriftily.
func (m *engine) lock(ctx context.Context, before time.Time) (unlock func(), mine bool) {
	start := time.Now()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		unlock, ok, err := m.store.TryLock(ctx, m.name, lockTTL)
		switch {
		case err != nil && ctx.Err() != nil:
			return func() {}, false
		case err != nil:
			m.storeFailed(err)
			return func() {}, true
		case ok:
			return unlock, true
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return func() {}, false
		}
		m.load(ctx)
		m.mu.Lock()
		over := !m.head.At.Equal(before)
		m.mu.Unlock()
		switch {
		case over:
			return func() {}, false
		case time.Since(start) > 2*lockTTL:
			// A process that was stopped cannot give back a lock in time.
			return func() {}, true
		}
	}
}

// renew asks the service for what makes the copy s fresh.
func (m *engine) renew(ctx context.Context, s *snapshot) error {
	doubted := s.Doubt
	m.walkFailed(nil)
	if !s.cold() || s.Walk != nil {
		began := time.Now()
		p, err := m.ask(ctx, s, "-departure", 0)
		if err != nil {
			return err
		}
		// If another one has written meanwhile, which of both answers is the later one?
		// Only if the service says so is it this one.
		later := func(s *snapshot) bool { return p.Date.After(s.Served) }
		s, err = m.commit(ctx, s, func(s *snapshot) (*snapshot, error) { return s.apply(p, began, time.Now()) }, later)
		if err != nil {
			return err
		}
	}
	if s.Doubt && !doubted || !s.owes(time.Now(), m.config) {
		return nil
	}
	err := m.walk(ctx, s)
	if s.cold() {
		return err
	}
	m.walkFailed(err)
	return nil
}

func (m *engine) walkFailed(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.walkErr = err
}

// note writes down, for everybody, what became of a refresh.
func (m *engine) note(ctx context.Context, err error) {
	m.mu.Lock()
	now := time.Now()
	h := head{Gen: m.copy.gen, At: now}
	if m.refreshes++; err != nil || m.walkErr != nil {
		m.failures++
	}
	if err != nil {
		h.Failures = m.head.Failures + 1
		h.say(err)
		pause := firstBackoff
		for range min(h.Failures-1, 30) {
			pause = min(2*pause, m.every)
		}
		h.Next = now.Add(min(pause, m.every))
		if at, ok := ll2.RetryAt(err); ok && at.After(h.Next) {
			h.Next = at
			if last := now.Add(longestNext); at.After(last) {
				h.Next = last
			}
		}
	}
	m.head, m.lastErr = h, err
	m.mu.Unlock()
	// Even if the mirror is being closed: a failure is not to be met again by others.
	if err := m.saveHead(context.WithoutCancel(ctx)); err != nil {
		m.storeFailed(err)
	}
}
