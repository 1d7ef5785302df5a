package mirror

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/docking-event/ll2"
)

// A head is a small blob next to the copy that holds its state. So programs that
// share the copy need not read it to learn that it has not changed, and none asks a
// service that has just refused another one.
type head struct {
	Gen      uint64    `json:"generation"` // of the copy
	At       time.Time `json:"at,omitzero"`
	Failures int       `json:"failures,omitempty"` // since the last success
	Next     time.Time `json:"next,omitzero"`      // time of the next request after a failure
	Error    string    `json:"error,omitempty"`    // of the last refresh
	Limited  bool      `json:"rate_limited,omitempty"`
	Gone     bool      `json:"unavailable,omitempty"`
}

// say records an error in the head.
func (h *head) say(err error) {
	h.Error = err.Error()
	h.Limited, h.Gone = errors.Is(err, ll2.ErrRateLimited), errors.Is(err, ll2.ErrUnavailable)
	var limited *ll2.RateLimitError
	if errors.As(err, &limited) {
		h.Error = "" // its time would be wrong when it is read
		if limited.Err != nil {
			h.Error = limited.Err.Error()
		}
	}
}

// err returns the error that another process had. A refusal has the time that is left
// now.
func (h *head) err() error {
	if !h.Limited {
		return &toldError{*h}
	}
	refusal := &ll2.RateLimitError{RetryAt: h.Next, RetryAfter: max(0, time.Until(h.Next)).Round(time.Second)}
	if h.Error != "" {
		refusal.Err = &toldError{*h}
	}
	return refusal
}

// A toldError is an error that another process had.
type toldError struct{ head head }

func (e *toldError) Error() string { return e.head.Error }

// Is makes the error match the sentinels that it matched in the other process.
func (e *toldError) Is(target error) bool {
	return target == ll2.ErrRateLimited && e.head.Limited || target == ll2.ErrUnavailable && e.head.Gone
}

// blobName returns the name of the copy of a service: its address, as far as the
// allowed letters permit, and a checksum of it, so that names are unique.
func (v *version) blobName(base string) string {
	_, address, _ := strings.Cut(strings.ToLower(base), "://")
	address = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '_'
	}, strings.Trim(address, "/"))
	sum := sha256.Sum256([]byte(base))
	return fmt.Sprintf("%s-%.80s-%.8s", v.name, address, hex.EncodeToString(sum[:]))
}

func (m *engine) headName() string { return m.name + ".state" }
func (m *engine) copyName() string { return m.name + ".events" }

// look checks whether another process has written a newer copy, at most once a
// second.
func (m *engine) look(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	m.mu.Lock()
	soon := !m.looked.IsZero() && time.Since(m.looked) < time.Second
	if !soon {
		m.looked = time.Now()
	}
	m.mu.Unlock()
	if !soon {
		m.loadHead(ctx)
	}
}

// loadHead reads the head, and the copy as well if that is newer.
func (m *engine) loadHead(ctx context.Context) {
	data, gen, err := m.store.Load(ctx, m.headName())
	m.noteRead(ctx, &m.headErr, err)
	if err != nil {
		return
	}
	var h head
	if json.Unmarshal(data, &h) != nil {
		h = head{} // as if there was none; it will be overwritten
	}
	m.mu.Lock()
	if gen > m.headGen {
		m.head, m.headGen, m.lastErr = h, gen, nil
	}
	newer := h.Gen > m.copy.gen
	m.mu.Unlock()
	if newer {
		m.loadCopy(ctx)
	}
}

// load reads head and copy, however new they are.
func (m *engine) load(ctx context.Context) {
	m.loadHead(ctx)
	m.mu.Lock()
	known := m.copy.gen > 0 && m.copy.gen == m.head.Gen && !m.newer
	m.mu.Unlock()
	if !known {
		m.loadCopy(ctx)
	}
}

// loadCopy reads the copy and uses it if it is newer. If there is none any more, or
// an invalid one, the copy in memory will replace it.
func (m *engine) loadCopy(ctx context.Context) {
	old, _ := m.watch()
	data, gen, err := m.store.Load(ctx, m.copyName())
	m.noteRead(ctx, &m.copyErr, err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		m.replaces(old, 0, false)
		return
	case err != nil:
		return
	}
	if gen == old.gen {
		return
	}
	s, err := decode(m.version, data, gen, m.base.String())
	if err == nil {
		s.keepMade(old)
		_, err = s.queried()
	}
	if err != nil {
		m.storeFailed(err)
		m.replaces(old, gen, errors.Is(err, errNewer))
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.copy != old {
		return // the data that was read is older than that
	}
	m.newer = false
	if s.Asked.Before(m.copy.Asked) && !m.copy.cold() {
		// The copy in memory could not be written, and is fresher.
		same := *m.copy
		same.gen = gen
		m.copy = &same
		return
	}
	m.take(s)
}

// replaces lets the copy replace the generation gen, unless that is newer or the copy
// is no longer old.
func (m *engine) replaces(old *snapshot, gen uint64, newer bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.copy != old {
		return
	}
	m.newer = newer
	if m.copy.gen != gen {
		same := *m.copy
		same.gen = gen
		m.copy = &same
	}
}

// take makes s the current copy, and wakes all waiters.
func (m *engine) take(s *snapshot) {
	m.copy = s
	close(m.changed)
	m.changed = make(chan struct{})
}

// commit builds a copy from s and writes it. If another process was faster, the copy
// is built again from that one if later allows it, and dropped otherwise. A copy that
// cannot be written is still used. commit returns the copy that is then in use.
func (m *engine) commit(ctx context.Context, s *snapshot, build func(*snapshot) (*snapshot, error), later func(*snapshot) bool) (*snapshot, error) {
	var next *snapshot
	for range 3 {
		var err error
		if next, err = build(s); err != nil {
			return s, err
		}
		if next.gen, err = m.save(ctx, next); err == nil {
			break
		}
		next.gen = s.gen
		if !errors.Is(err, ErrConflict) {
			m.storeFailed(err)
			break
		}
		before := s.token
		m.loadCopy(ctx)
		s, _ = m.watch()
		if s.token != before && (later == nil || !later(s)) {
			return s, nil
		}
		// In all other cases there is no blob any more, or an invalid one.
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if next.gen > s.gen {
		m.storeErr = nil
		if m.copy.gen > next.gen {
			return m.copy, nil // another process wrote it, and has already built on this one
		}
	}
	m.take(next)
	return next, nil
}

// save writes a copy, even if the mirror is being closed: the requests for it should
// not be lost. It returns the new generation of the copy.
func (m *engine) save(ctx context.Context, s *snapshot) (gen uint64, err error) {
	m.mu.Lock()
	newer := m.newer
	m.mu.Unlock()
	if newer {
		return 0, errNewer
	}
	data, err := s.encode()
	if err != nil {
		return 0, err
	}
	return m.write(ctx, m.copyName(), data, s.gen)
}

// write saves a blob and returns its new generation. If the blob did not exist, only
// the store knows the generation.
func (m *engine) write(ctx context.Context, name string, data []byte, ifGen uint64) (gen uint64, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	if err := m.store.Save(ctx, name, data, ifGen); err != nil || ifGen > 0 {
		return ifGen + 1, err
	}
	there, gen, err := m.store.Load(ctx, name)
	if err == nil && !bytes.Equal(there, data) {
		err = ErrConflict // another process has written since
	}
	return gen, err
}

// saveHead writes the head, and overwrites what other processes wrote meanwhile. Only
// one refresh at a time does so.
func (m *engine) saveHead(ctx context.Context) error {
	m.mu.Lock()
	h, gen, newer := m.head, m.headGen, m.newer
	m.mu.Unlock()
	if newer {
		return errNewer
	}
	data, err := json.Marshal(h)
	if err != nil {
		return err
	}
	for range 3 {
		var next uint64
		if next, err = m.write(ctx, m.headName(), data, gen); !errors.Is(err, ErrConflict) {
			gen = next
			break
		}
		var loadErr error
		if gen, loadErr = m.headGeneration(ctx); errors.Is(loadErr, fs.ErrNotExist) {
			gen = 0
		} else if loadErr != nil {
			return loadErr
		}
	}
	if err == nil {
		m.mu.Lock()
		m.headGen = gen
		m.mu.Unlock()
	}
	return err
}

func (m *engine) headGeneration(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	_, gen, err := m.store.Load(ctx, m.headName())
	return gen, err
}

func (m *engine) storeFailed(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.storeErr = err
}

// errSlow is the error if the store does not answer within the time limit of the
// mirror.
var errSlow = errors.New("mirror: the store has not answered within a second")

// noteRead records whether a blob could be read. A missing blob is not a failure, and
// neither is a read that its caller cancelled.
func (m *engine) noteRead(ctx context.Context, kept *error, err error) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err != nil && errors.Is(context.Cause(ctx), errSlow):
		err = errSlow
	case err != nil && ctx.Err() != nil:
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	*kept = err
}
