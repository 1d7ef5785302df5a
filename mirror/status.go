package mirror

import (
	"cmp"
	"context"
	"time"
)

// A Status is how a copy is.
type Status struct {
	// Refreshed is when the copy was what the service had; time.Since(Refreshed) is its
	// age. If this clock and the service's differ, it is by the one that is behind, so
	// that the age is never too small. Zero: the mirror is cold.
	Refreshed time.Time

	// Walked is when the last reading of all events began: corrections of old events
	// that were made since may not be in the copy yet.
	Walked time.Time

	Count int // events in the copy

	// Have is how many events a walk that was cut short has read.
	Have int

	// Want is how many events the service counts while a walk is owed, because events
	// came or went that one page does not show, or because there is no copy yet. It is
	// 0 if none is owed.
	Want int

	// Err is the failure of the last refresh or of its walk, or else that of the store
	// that could not be read or written; nil if all went well.
	Err error

	// Next is when the service will be asked again, at the earliest. It is not in the
	// future if that is due, and zero with [Offline].
	Next time.Time

	// Refreshes is how many refreshes this mirror has made since it was opened. Those that
	// another mirror of the same store made count there.
	Refreshes int

	// Failures is how many of the Refreshes failed, or owed a walk that failed.
	Failures int
}

// status is [Mirror.Status].
func (m *engine) status() Status {
	if m.usable() != nil {
		return Status{Err: errNotOpen}
	}
	if m.ctx.Err() == nil {
		ctx, cancel := context.WithTimeoutCause(m.ctx, time.Second, errSlow)
		defer cancel()
		m.look(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.copy
	st := Status{Refreshed: s.Refreshed, Walked: s.Walked, Count: len(s.rows), Err: prefixedStatus(m.failure(), m.walkErr, cmp.Or(m.storeErr, m.headErr, m.copyErr))}
	st.Refreshes, st.Failures = m.refreshes, m.failures
	if s.cold() {
		st.Refreshed = time.Time{}
	}
	if s.cold() || s.Owed || s.Walk != nil {
		st.Have, st.Want = len(s.pending), s.Want
		if s.Walk != nil {
			st.Want = s.Walk.Count
		}
	}
	if !m.offline {
		now := time.Now()
		if st.Next = m.nextLocked(now); st.Next.IsZero() {
			st.Next = now
		}
	}
	return st
}

func prefixedStatus(refresh, walk, store error) error {
	return cmp.Or(prefixed("refresh", refresh), prefixed("walk", walk), store)
}
