package quota

import "time"

// longest is how long a refusal is obeyed at most.
const longest = 24 * time.Hour

// A gate is shut by a refusal of the service until the service's time is up. Then
// one request goes first, on trial, because only one place can be counted on; its
// answer opens the gate for all.
type gate struct {
	shut   time.Time // when it was shut last
	until  time.Time
	reason Reason // Told, or Backoff if the service named no time
	trial  bool   // no answer has opened it since
	trying bool   // the request on trial is under way
}

// Shut shuts the gate for everybody, after the service refused a request: for the
// time that the service named (Told), or for one of the caller's own (Backoff).
// A time of more than 24 hours, which a broken service or proxy can name, stands
// for 24 hours: then one request goes on trial and shows whether it was meant. Shut
// never shortens the time that an earlier refusal named; a time of the caller's own
// gives way to one that the service names.
func (q *Quota) Shut(after time.Duration, reason Reason) {
	q.mu.Lock()
	defer q.mu.Unlock()
	g := &q.gate
	g.shut = time.Now()
	if until := g.shut.Add(min(after, longest)); until.After(g.until) || g.reason == Backoff && reason == Told {
		g.until, g.reason = until, reason
	}
	g.trial = true
	if q.learner != nil {
		q.learner.refused = true
	}
	q.wakeAll()
}

// tried ends the trial of a request that was sent at the time taken. Only one
// that was accepted opens the gate, and not if another refusal has shut it while
// the request was under way.
func (q *Quota) tried(o Outcome, taken time.Time) {
	q.gate.trying = false
	if (o == Counted || o == Uncounted) && !taken.Before(q.gate.shut) {
		q.gate.trial = q.careful(time.Now())
	}
}

// careful reports whether requests go on one by one although the gate is open: a
// refusal that the window did not foresee means that others spend the quota too.
// Until all that they had spent by then is over, every free place can be the only
// one, so that of several requests at once all but one would be refused.
func (q *Quota) careful(now time.Time) bool {
	return q.window != nil && q.learner == nil && now.Sub(q.gate.shut) < q.window.length
}
