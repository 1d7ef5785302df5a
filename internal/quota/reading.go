package quota

import (
	"fmt"
	"slices"
	"sort"
	"time"
)

const (
	maxLimit  = 10_000 // the largest limit of a learned window, so that a wrong answer does not cost memory
	maxLength = 31 * 24 * time.Hour
)

// A Reading is the state of the quota as the service reports it.
type Reading struct {
	Limit  int           // requests in a Window; 1 to 10,000
	Window time.Duration // length of the sliding window; up to 31 days
	Used   int           // how many of them are used, by all clients
	NextIn time.Duration // until the first place is free, rounded up; only meaningful if all are used
}

// check returns an error for an invalid reading.
func (r Reading) check() error {
	if r.Limit < 1 || r.Limit > maxLimit || r.Window <= 0 || r.Window > maxLength {
		return fmt.Errorf("no quota to keep to: %d requests in %v", r.Limit, r.Window)
	}
	return nil
}

// An other place is one that a reading counts and that is not certainly the client's own.
// It belongs to another client, or to a request of this client of which it is not known
// whether the reading counts it.
type other struct {
	// hope is when the next reading may no longer count it. Until then it is taken.
	// From then until the time until it is in doubt: it is not granted, but a caller
	// that wants it asks again instead of waiting. The zero time stands for the answer
	// to a request that is in progress.
	hope  time.Time
	until time.Time // when it is free in any case
}

// doubtful reports whether the next reading may no longer count o.
func (o other) doubtful(now time.Time) bool { return !o.hope.After(now) && o.until.After(now) }

// learn adopts a reading that was made at some moment between the times asked and now.
//
// It must be safe: it must not grant a place that another client may hold. A reading
// may count more requests than those of this client that it certainly counts. learn
// assumes that the rest belongs to others, and that it stays for one length, which is the
// longest time that any request counts. But then requests of this client would count twice
// if it is not known whether the reading counts them, which would cost a fair part of
// the quota. There are two kinds of them:
//
//   - The service may count the request after the reading: it was in progress at some
//     time since the question was asked. Its own place must stay, and another place is
//     in doubt until the request is answered.
//   - The request was counted before the reading, or never, or it has left the service's
//     window already. Then the reading includes it if it counts, so its own place is
//     removed, and another place is in doubt from the time at which its own would have
//     been free.
//
// The next question resolves a doubt. It is asked when a caller wants the place.
func (w *window) learn(r Reading, asked, now time.Time) {
	w.limit, w.length = r.Limit, r.Window
	w.readings++
	var hopes []time.Time
	sure, first := 0, now.Add(w.length) // the earliest time at which one of the certain ones can be free
	w.own = slices.DeleteFunc(w.own, func(s spent) bool {
		free := w.free(s)
		switch {
		case !free.After(asked):
			return true // over before the question
		case s.counted.After(asked):
			hopes = append(hopes, s.counted)
			return false
		case s.sure && s.sent.Add(w.length).After(now):
			sure++
			if over := s.sent.Add(w.length); over.Before(first) {
				first = over
			}
			return false
		default:
			hopes = append(hopes, free)
			return true
		}
	})
	w.others = make([]other, min(max(0, r.Used-sure), r.Limit))
	for i := range w.others {
		w.others[i].until = now.Add(w.length)
		w.others[i].hope = w.others[i].until
	}
	// The service reports when the first place is free. If that cannot be the place of a
	// certain request, it is one of these.
	if next := now.Add(min(max(0, r.NextIn), w.length)); r.Used >= r.Limit && next.Before(first) && len(w.others) > 0 {
		last := &w.others[len(w.others)-1]
		last.hope, last.until = next, next
	}
	w.hopeFor(hopes, now)
}

// hopeFor puts as many of the others in doubt as there are times and requests in
// progress.
func (w *window) hopeFor(times []time.Time, now time.Time) {
	slices.SortFunc(times, time.Time.Compare)
	// Places about which a question can decide now come first, then those about which an
	// answer will decide.
	over, _ := slices.BinarySearchFunc(times, now, func(t, now time.Time) int {
		if t.After(now) {
			return 1
		}
		return -1
	})
	times = slices.Insert(times, over, make([]time.Time, w.flying)...)
	for i := range min(len(times), len(w.others)) {
		if o := &w.others[i]; times[i].Before(o.hope) {
			o.hope = times[i]
		}
	}
	w.sortOthers(now)
}

// sortOthers puts those first that are in doubt, then those that will be.
func (w *window) sortOthers(now time.Time) {
	slices.SortStableFunc(w.others, func(a, b other) int {
		if !a.hope.After(now) && !b.hope.After(now) {
			return 0
		}
		return a.hope.Compare(b.hope)
	})
}

// settled ends the doubt about a request that was in progress at the last reading: by
// the time at, the service has counted it.
func (w *window) settled(at, now time.Time) {
	for i := range w.others {
		if o := &w.others[i]; o.hope.IsZero() {
			o.hope = now
			if at.After(now) {
				o.hope = at
			}
			w.sortOthers(now)
			return
		}
	}
}

// hoped returns the number of others' places that are not in doubt.
func (w *window) hoped(now time.Time) []other {
	return w.others[sort.Search(len(w.others), func(i int) bool { return w.others[i].hope.After(now) }):]
}

// news reports whether a reading now can say more than the last one about a place that
// is in doubt.
func (w *window) news(now time.Time) bool {
	return slices.ContainsFunc(w.others, func(o other) bool { return o.doubtful(now) && !o.hope.IsZero() })
}

// next returns the longest time until time alone changes the state, apart from questions
// that can be asked again.
func (w *window) next(now time.Time) time.Duration {
	d := askInterval
	if own := w.busy(now); len(own) > 0 {
		d = min(d, w.free(own[0]).Sub(now))
	}
	for _, o := range w.others {
		for _, t := range []time.Time{o.hope, o.until} {
			if t.After(now) {
				d = min(d, t.Sub(now))
			}
		}
	}
	return d
}
