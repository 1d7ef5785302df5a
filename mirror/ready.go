package mirror

import (
	"context"
	"errors"
	"strings"
	"time"
)

// ready returns the copy that answers a call: at once if it is fresh, after a short
// wait if it is due and a refresh may come, and after a refresh if no copy may
// answer.
func (m *engine) ready(ctx context.Context) (*snapshot, error) {
	m.look(ctx)
	s, _ := m.watch()
	if !m.serves(s) {
		return m.await(ctx)
	}
	if !m.due() {
		return s, nil
	}
	m.mu.Lock()
	running := m.running > 0
	m.mu.Unlock()
	if running {
		return s, nil
	}
	f := m.start(false)
	patience := m.patience
	if deadline, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(deadline)/2)
	}
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-f.done:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if now, _ := m.watch(); m.serves(now) {
		return now, nil
	}
	return s, nil
}

// serves reports whether a copy may answer.
func (m *engine) serves(s *snapshot) bool {
	return !s.cold() && (m.maxStale == 0 || time.Since(s.Refreshed) <= m.maxStale)
}

// await waits for a copy that may answer.
func (m *engine) await(ctx context.Context) (*snapshot, error) {
	for {
		s, _ := m.watch()
		if m.serves(s) {
			return s, nil
		}
		if m.offline {
			return nil, s.lack(ErrOffline)
		}
		if !m.due() {
			m.mu.Lock()
			err := m.failure()
			m.mu.Unlock()
			return nil, s.lack(err)
		}
		f := m.start(false)
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, s.lack(context.Cause(ctx))
		}
		if now, _ := m.watch(); !m.serves(now) && f.err != nil {
			return nil, now.lack(f.err)
		}
	}
}

// due reports whether it is time to ask the service.
func (m *engine) due() bool { return !m.offline && !m.next().After(time.Now()) }

// kick begins a refresh if one is due and Run does not do it.
func (m *engine) kick() {
	m.mu.Lock()
	running := m.running > 0
	m.mu.Unlock()
	if !running && m.due() {
		m.start(false)
	}
}

// next returns when the service is to be asked next. The zero time means at once.
func (m *engine) next() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.nextLocked(time.Now())
}

func (m *engine) nextLocked(now time.Time) time.Time {
	// A time that was written in the future was written with a clock that has been
	// set back since.
	switch late := now.Add(skew); {
	case m.head.Failures > 0 && !m.head.At.After(late):
		return m.head.Next
	case m.copy.cold(), m.copy.Asked.After(late):
		return time.Time{}
	default:
		return m.copy.Asked.Add(m.every)
	}
}

// failure returns the error of the last refresh, in whichever process it was.
func (m *engine) failure() error {
	switch {
	case m.head.Failures == 0:
		return nil
	case m.lastErr != nil:
		return m.lastErr
	default:
		return m.head.err()
	}
}

// lack returns the error of a call if no copy may answer.
func (s *snapshot) lack(cause error) error {
	if s.cold() {
		return &lackError{ErrCold, cause}
	}
	return &lackError{ErrStale, cause}
}

// A lackError says that no copy may answer, and why.
type lackError struct{ what, cause error }

func (e *lackError) Error() string {
	if e.cause == nil {
		return e.what.Error()
	}
	return e.what.Error() + ": " + unprefixed(e.cause)
}

func (e *lackError) Unwrap() []error {
	if e.cause == nil {
		return []error{e.what}
	}
	return []error{e.what, e.cause}
}

// unprefixed returns the text of an error without the prefix, to quote it in another
// one.
func unprefixed(err error) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "mirror: "), "ll2: ")
}

// A doingError says what failed.
type doingError struct {
	doing string
	error
}

func (e *doingError) Error() string { return "mirror: " + e.doing + ": " + unprefixed(e.error) }
func (e *doingError) Unwrap() error { return e.error }

// prefixed adds what was being done to err, unless it is nil.
func prefixed(doing string, err error) error {
	if err == nil || errors.Is(err, errClosed) {
		return err
	}
	return &doingError{doing, err}
}
