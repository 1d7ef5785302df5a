package ll2redis

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// A share is the part of the quota that this process may use while Redis does not
// answer: an exact window of its own. It also knows the places that Redis has granted
// to the process recently, which count against the share.
type share struct {
	n          int
	per, lease time.Duration

	mu     sync.Mutex
	until  time.Time // when Redis is asked again; zero if it answers
	places map[string]time.Time
}

// away reports whether Redis is not to be asked now. When the time is up, one caller
// asks and the others continue without.
func (s *share) away() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.until.IsZero() {
		return false
	}
	if now.Before(s.until) {
		return true
	}
	s.until = now.Add(askAgain)
	return false
}

// failed records that Redis did not answer, and reports whether it answered before.
func (s *share) failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := s.until.IsZero()
	s.until = time.Now().Add(askAgain)
	return news
}

// answered records that Redis answered, and reports whether it did not answer before.
func (s *share) answered() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := !s.until.IsZero()
	s.until = time.Time{}
	return news
}

// take takes a place of the share, or returns when one is free.
func (s *share) take(id string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.expire(now)
	if len(s.places) < s.n {
		s.places[id] = now.Add(s.lease + s.per)
		return answer{granted: true}
	}
	// There are more than n if Redis granted more than the share.
	wait := min(s.nth(len(s.places)-s.n).Sub(now), s.per)
	return answer{wait: wait, nap: min(wait, askAgain)}
}

// note records a place that Redis granted.
func (s *share) note(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.expire(now)
	s.places[id] = now.Add(s.lease + s.per)
}

func (s *share) settle(id string, counted time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if counted.IsZero() {
		delete(s.places, id)
		return
	}
	if most := time.Now().Add(s.per); counted.After(most) {
		counted = most
	}
	s.places[id] = counted.Add(s.per)
}

func (s *share) expire(now time.Time) {
	maps.DeleteFunc(s.places, func(_ string, free time.Time) bool { return !free.After(now) })
}

// nth returns when the nth place from 0 is free.
func (s *share) nth(n int) time.Time {
	return slices.SortedFunc(maps.Values(s.places), time.Time.Compare)[n]
}
