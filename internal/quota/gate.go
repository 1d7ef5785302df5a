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
	trial  bool   // no answer has opened it since, or requests go with care
	trying int    // requests on trial that are under way
	passed bool   // one was accepted since then
}

// Shut shuts the gate for everybody, after the service refused a request: for the
// time that the service named (Told), or for one of the caller's own (Backoff).
// A time of more than 24 hours, which a broken service or proxy can name, stands
// for 24 hours: then one request goes on trial and shows whether it was meant. Shut
// never shortens the time that an earlier refusal named; a time of the caller's own
// gives way to one that the service names.
//
// When the time is up, one request goes on trial. Once one is accepted the gate is
// open; but in a window that is not learned by Ask, callers who can wait go one by
// one until one window after the refusal, because others spend the quota, too. A
// caller that must not wait goes beside them if the window has a free place and
// nobody waits.
func (q *Quota) Shut(after time.Duration, reason Reason) {
	q.mu.Lock()
	defer q.mu.Unlock()
	g := &q.gate
	g.shut = time.Now()
	if until := g.shut.Add(min(after, longest)); until.After(g.until) || g.reason == Backoff && reason == Told {
		g.until, g.reason = until, reason
	}
	g.trial, g.passed = true, false
	if q.learner != nil {
		q.learner.refused = true
	}
	q.wakeAll()
}

// tried ends the trial of a request that was sent at the time taken. Only one
// that was accepted opens the gate, and not if another refusal has shut it while
// the request was under way.
func (q *Quota) tried(o Outcome, taken time.Time) {
	q.gate.trying--
	if (o == Counted || o == Uncounted) && !taken.Before(q.gate.shut) {
		q.gate.passed, q.gate.trial = true, q.careful(time.Now())
	}
}

// mayTry reports whether someone with so many ahead can go on trial now. In a hurry
// is who must not wait: see careful.
func (g *gate) mayTry(ahead int, hurry bool) bool {
	return ahead == 0 && (g.trying == 0 || g.passed && hurry)
}

// careful reports whether requests go with care although the gate is open: a
// refusal that the window did not foresee means that others spend the quota too.
// Until all that they had spent by then is over, every free place can be the only
// one, so that of several requests at once all but one would be refused. So those
// who can wait go one by one. Who must not wait goes beside them, if the window
// has a place and nobody is waiting: a refusal by the service is no worse for it
// than one from here, and its chances are good.
//
// Simulated, with a quota of 15 an hour, by the day: six callers who wait, started
// again when all is spent, are refused 18 times; 32 times if all went at once. Three
// at a time who must not wait, every ten minutes, while others want 5 an hour, are
// granted 192, with 48 refusals by the service and 129 from here; one by one they
// would be granted 163, with 29 and 192.
func (q *Quota) careful(now time.Time) bool {
	return q.window != nil && q.learner == nil && now.Sub(q.gate.shut) < q.window.length
}
