package ll2test

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// The quota of anonymous callers in production.
const (
	anonymousLimit  = 15
	anonymousWindow = time.Hour
)

// A window is the service's throttle. It remembers the times of the requests that
// passed, and lets another one pass if fewer than n are younger than per. Its zero
// value does not limit requests.
type window struct {
	enforced bool
	n        int
	per      time.Duration
	accepted map[string][]time.Time // by token, "" for anonymous requests; oldest first
}

func (w *window) limit(n int, per time.Duration) {
	w.enforced = n > 0 && per > 0
	w.n, w.per = n, per
}

// size returns the quota that api-throttle/ shows, enforced or not.
func (w *window) size() (n int, per time.Duration) {
	if !w.enforced {
		return anonymousLimit, anonymousWindow
	}
	return w.n, w.per
}

// current returns the requests of who that still count, and forgets the others.
func (w *window) current(who string, now time.Time) []time.Time {
	_, per := w.size()
	times := w.accepted[who]
	free := 0
	for free < len(times) && now.Sub(times[free]) >= per {
		free++
	}
	if free > 0 {
		times = times[free:]
		w.accepted[who] = times
	}
	return times
}

// use returns how many requests of who count, and how long it takes until another one
// can pass.
func (w *window) use(who string, now time.Time) (used int, wait time.Duration) {
	n, per := w.size()
	times := w.current(who, now)
	if len(times) < n {
		return len(times), 0
	}
	// There are more than n if the limit was lowered or is not enforced.
	return n, per - now.Sub(times[len(times)-n])
}

// admit counts a request of who, unless counts is false. If the window is full, it
// returns how long there is to wait.
func (w *window) admit(who string, now time.Time, counts bool) (wait time.Duration) {
	times := w.current(who, now)
	if w.enforced {
		if _, wait := w.use(who, now); wait > 0 {
			return wait
		}
	}
	if counts {
		if w.accepted == nil {
			w.accepted = make(map[string][]time.Time)
		}
		w.accepted[who] = append(times, now)
	}
	return 0
}

// throttled returns the 429.
func throttled(wait time.Duration) *answer {
	seconds := wholeSeconds(wait)
	plural := "s"
	if seconds == 1 {
		plural = ""
	}
	a := refusal(http.StatusTooManyRequests,
		fmt.Sprintf("Request was throttled. Expected available in %d second%s.", seconds, plural))
	a.header.Set("Retry-After", strconv.Itoa(seconds))
	return a
}

// quota returns the answer of api-throttle/.
func (s *Server) quota(who string) *answer {
	s.mu.Lock()
	n, per := s.window.size()
	used, wait := s.window.use(who, time.Now())
	s.mu.Unlock()
	ident := who
	if who == "" {
		ident = "203.0.113.7" // of a block that is reserved for documentation
	}
	return jsonAnswer(http.StatusOK, struct {
		Limit  int    `json:"your_request_limit"`
		Window int    `json:"limit_frequency_secs"`
		Used   int    `json:"current_use"`
		NextIn int    `json:"next_use_secs"`
		Ident  string `json:"ident"`
	}{n, wholeSeconds(per), used, wholeSeconds(wait), ident})
}

func wholeSeconds(d time.Duration) int {
	return int((d + time.Second - 1) / time.Second)
}
