package quota

import "time"

// A Place is what a request holds in the quota, from before it is sent until it
// is known whether the service counted it.
type Place struct {
	q       *Quota
	windows [2]*window // in which it is one; nil: none
	taken   time.Time
	sends   int  // requests that it stands for
	trial   bool // the one that goes first through the gate
	over    bool

	readings int // how many the learned window had seen when it was taken
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
	for _, w := range p.windows {
		if w != nil {
			w.flying++
		}
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
	for _, w := range p.windows {
		if w != nil {
			p.release(w, o, at, time.Now())
		}
	}
	if p.trial {
		q.tried(o, p.taken)
	}
	q.wakeFirst()
	return true
}

// Leave settles the place of a request of which nobody will tell what became: its
// holder sends it from now on, and the service counts it within lateness at the
// latest, if at all.
func (p *Place) Leave(lateness time.Duration) { p.Settle(Lost, time.Now().Add(lateness)) }

// release tells a window what became of the request.
func (p *Place) release(w *window, o Outcome, at, now time.Time) {
	if most := now.Add(w.length); at.After(most) {
		at = most // a guess is not to cost more than a window
	}
	if o < Lost {
		at = now // by now it was answered, or it will never be sent
	}
	w.flying -= p.sends
	for i := range p.sends {
		// Of one that was sent again only the last answer is seen: the others can
		// have been counted.
		if o >= Lost || i > 0 {
			w.spend(spent{sent: p.taken, counted: at, sure: o == Counted && i == 0})
		}
		if p.readings < w.readings {
			w.settled(at, now)
		}
	}
}
