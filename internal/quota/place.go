package quota

import "time"

// A Place is the capacity that one request occupies in the quota, from before it is sent
// until it is known whether the service counted it.
type Place struct {
	q       *Quota
	windows [2]*window // that it is part of; nil: none
	taken   time.Time
	sends   int  // requests that it stands for
	trial   bool // the one that goes first through the gate
	over    bool

	readings int // how many the learned window had seen when it was taken
}

// An Outcome is the result of a request.
type Outcome int

// The outcomes. The service counts a request that is Lost or Counted.
const (
	Unsent    Outcome = iota // it was not sent
	Refused                  // the service refused it for the quota; see Shut
	Uncounted                // answered with a status that the service does not count
	Lost                     // never answered; the service may have counted it
	Counted                  // answered
)

// SentAgain records that the request was sent once more without another place. It is too
// late to check whether the window has a free one: the place then stands for two.
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

// Settle frees the place at once, or one window after the time at. At is the latest
// time at which the service has counted the request. If it is more than one window in the
// future, it counts as one window from now. Only the first call has an effect, and Settle
// reports whether it was the first.
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

// Leave settles the place of a request whose outcome will not be reported: its holder
// sends it from now on, and the service counts it within lateness at the latest, if at
// all.
func (p *Place) Leave(lateness time.Duration) { p.Settle(Lost, time.Now().Add(lateness)) }

// release passes the outcome of the request to a window.
func (p *Place) release(w *window, o Outcome, at, now time.Time) {
	if most := now.Add(w.length); at.After(most) {
		at = most // a guess must not cost more than one window
	}
	if o < Lost {
		at = now // it is answered by now, or will never be sent
	}
	w.flying -= p.sends
	for i := range p.sends {
		// If it was sent again, only the last answer is known: the service may have
		// counted the other ones.
		if o >= Lost || i > 0 {
			w.spend(spent{sent: p.taken, counted: at, sure: o == Counted && i == 0})
		}
		if p.readings < w.readings {
			w.settled(at, now)
		}
	}
}
