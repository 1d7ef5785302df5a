package mirror

import (
	"cmp"
	"context"
	"time"
)

// A Status is the state of a copy.
type Status struct {
	// Refreshed is the time at which the copy was current; time.Since(Refreshed) is
	// its age. If this clock and the service's clock differ, the one that is behind
	// counts, so the age is never too small. It is zero if there is no copy yet.
	Refreshed time.Time

	// Walked is when the last walk, which reads all events, began. The copy may lack
	// corrections of old events that were made since.
	Walked time.Time

	Count int // number of events in the copy

	// Seq is the number of the latest change, or of the first copy if there was no
	// change since. [Mirror.Changes] continues after it. It is 0 if there is no copy
	// yet.
	Seq uint64

	// Have is the number of events that an unfinished walk has read.
	Have int

	// Want is the number of events that the service counts while a walk is owed. A
	// walk is owed if events were added or removed that one page does not show, or if
	// there is no copy yet. It is 0 if no walk is owed.
	Want int

	// Err is the failure of the last refresh or of its walk, or else the failure to
	// read or write the store. It is nil if there was none.
	Err error

	// Next is the earliest time of the next request to the service. If it is not in
	// the future, a refresh is due. It is zero with [Offline].
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
	} else {
		st.Seq = s.Seq
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
