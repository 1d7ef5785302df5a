package quota

import "time"

// longest is the longest time for which a refusal is obeyed.
const longest = 24 * time.Hour

// A gate blocks all requests after a refusal by the service until the service's time is
// up. Then one request goes first, on trial, because only one place is certain to be free.
// Its answer opens the gate for all.
type gate struct {
	shut   time.Time // when it was shut last
	until  time.Time
	reason Reason // Told, or Backoff if the service named no time
	trial  bool   // no answer has opened it since, or requests are sent with care
	trying int    // requests on trial that are in progress
	passed bool   // a request was accepted since then
}

// Shut shuts the gate: it blocks all requests after the service refused one, for the
// time that the service named (Told), or for a time that the caller chose (Backoff).
// A time of more than 24 hours, which a broken service or proxy can name, counts as
// 24 hours: then one request goes on trial and shows whether the time was right. Shut
// never shortens the time that an earlier refusal named. A time that the service names
// replaces one that the caller chose.
//
// When the time is up, one request goes on trial. Once a request is accepted the gate
// is open. If the window is not learned by Ask, callers that can wait then still go one
// by one until one window after the refusal, because other clients use the quota as
// well. A caller that must not wait goes in parallel with them if the window has a free
// place and no caller is waiting.
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

// tried ends the trial of a request that was sent at the time taken. It opens the gate
// only if the request was accepted, and no other refusal has shut the gate in the
// meantime.
func (q *Quota) tried(o Outcome, taken time.Time) {
	q.gate.trying--
	if (o == Counted || o == Uncounted) && !taken.Before(q.gate.shut) {
		q.gate.passed, q.gate.trial = true, q.careful(time.Now())
	}
}

// mayTry reports whether a caller with so many ahead in the queue can go on trial now. A
// caller that must not wait is in a hurry; see careful.
func (g *gate) mayTry(ahead int, hurry bool) bool {
	return ahead == 0 && (g.trying == 0 || g.passed && hurry)
}

// careful reports whether requests are sent with care although the gate is open. A
// refusal that the window did not predict means that other clients use the quota as
// well. Until their earlier requests have left the window, there may be only one free
// place, and all but one of several parallel requests would be refused. So callers that
// can wait go one by one. A caller that must not wait goes in parallel with them, if the
// window has a place and no caller is waiting: a refusal by the service is no worse
// for it than a local one, and its chances are good.
//
// Simulated days, with a quota of 15 an hour: six callers that wait, started again when
// the quota is used up, are refused 18 times, or 32 times if all go at once. Three
// callers at a time that must not wait, every ten minutes, while others want 5 requests
// an hour, get 192 requests granted, with 48 refusals by the service and 129 local ones.
// One by one they would get 163, with 29 and 192 refusals.
func (q *Quota) careful(now time.Time) bool {
	return q.window != nil && q.learner == nil && now.Sub(q.gate.shut) < q.window.length
}
