package quota

import "time"

// A Place is what a request holds in the quota, from before it is sent until it
// is known whether the service counted it.
type Place struct {
	q      *Quota
	window *window // nil: none
	taken  time.Time
	sends  int  // requests that it stands for
	trial  bool // the one that goes first through the gate
	over   bool
}

// An Outcome is what became of a request.
type Outcome int

// The outcomes. The service counts a request that is Lost or Counted.
const (
	Unsent    Outcome = iota // it was not sent
	Refused                  // the service refused it for the quota; see Shut
	Uncounted                // answered, in a way that the service does not count
	Lost                     // never answered; the service may have counted it
	Counted                  // answered
)

// SentAgain notes that the request went out once more without a place of its own.
// There is no asking any more whether the window has one: the place stands for
// two then.
func (p *Place) SentAgain() {
	p.q.mu.Lock()
	defer p.q.mu.Unlock()
	if p.over {
		return
	}
	p.sends++
	if p.window != nil {
		p.window.flying++
	}
}

// Settle gives the place back at once, or one window after the time at, at which
// the service has counted the request at the latest; a time further in the future
// than one window stands for that. Only the first call counts, and Settle reports
// whether it was the first.
func (p *Place) Settle(o Outcome, at time.Time) (first bool) {
	q := p.q
	q.mu.Lock()
	defer q.mu.Unlock()
	if p.over {
		return false
	}
	p.over = true
	if w := p.window; w != nil {
		if most := time.Now().Add(w.length); at.After(most) {
			at = most // a guess is not to cost more than a window
		}
		w.flying -= p.sends
		for i := range p.sends {
			// Of one that was sent again only the last answer is seen: the others
			// can have been counted.
			if o >= Lost || i > 0 {
				w.spend(p.taken, at, false)
			}
		}
	}
	if p.trial {
		q.tried(o, p.taken)
	}
	if l := q.learner; l != nil && !p.taken.After(l.asked) {
		// The reading may have counted this one, which was counted here, too: ask
		// again before anybody waits for that.
		l.granted = true
	}
	q.wakeFirst()
	return true
}
