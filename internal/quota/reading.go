package quota

import (
	"fmt"
	"slices"
	"sort"
	"time"
)

const (
	maxLimit  = 10_000 // requests that a learned window can have, so that nonsense does not cost memory
	maxLength = 31 * 24 * time.Hour
)

// A Reading is what somebody who knows says of the quota.
type Reading struct {
	Limit  int           // requests in a Window; 1 to 10,000
	Window time.Duration // a sliding one; up to 31 days
	Used   int           // how many of them are used, by whomever
	NextIn time.Duration // until the first place is free, rounded up; says something only if all are used
}

// check returns an error for a reading that makes no sense.
func (r Reading) check() error {
	if r.Limit < 1 || r.Limit > maxLimit || r.Window <= 0 || r.Window > maxLength {
		return fmt.Errorf("no quota to keep to: %d requests in %v", r.Limit, r.Window)
	}
	return nil
}

// An other place is one that a reading counts and that is not surely the client's
// own: it is somebody else's, or it is that of a request of the client's of which
// it is not known whether the reading counts it.
type other struct {
	// hope is when the next reading can do without it. Until then it is taken; from
	// then on to until it is in doubt: nobody is granted it, but whoever wants it
	// asks again instead of waiting. The zero time stands for the answer to a
	// request that is under way.
	hope  time.Time
	until time.Time // when it is free in any case
}

// doubtful reports whether the next reading can do without o.
func (o other) doubtful(now time.Time) bool { return !o.hope.After(now) && o.until.After(now) }

// learn takes over a reading that was made at some moment between the times asked
// and now.
//
// It has to be safe: no place is granted that somebody may hold. So whatever the
// reading counts beyond the requests that it surely counts is taken for others',
// for one length, since that is how long it takes until it is over, whoever sent
// it. But the client's own requests of which nobody knows whether the reading
// counts them would then be counted twice, which would cost a fair part of the
// quota. They are of two kinds:
//
//   - The service may count it after the reading: it was under way at some time
//     since the question was asked. Its own place has to stay, and another one is
//     in doubt until it is answered.
//   - It was counted before the reading, or never, or the service has forgotten it
//     already. Then the reading counts it if it has to be counted, so its own place
//     goes, and another one is in doubt as soon as its own would have been free.
//
// A doubt is over at the next question: that is asked when somebody wants the
// place.
func (w *window) learn(r Reading, asked, now time.Time) {
	w.limit, w.length = r.Limit, r.Window
	w.readings++
	var hopes []time.Time
	sure, first := 0, now.Add(w.length) // of the sure ones, the first that can be over
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
	// When the first place is free, the service tells. If it cannot be that of a
	// sure one, it is one of these.
	if next := now.Add(min(max(0, r.NextIn), w.length)); r.Used >= r.Limit && next.Before(first) && len(w.others) > 0 {
		last := &w.others[len(w.others)-1]
		last.hope, last.until = next, next
	}
	w.hopeFor(hopes, now)
}

// hopeFor puts as many of the others in doubt as there are times, and requests
// under way.
func (w *window) hopeFor(times []time.Time, now time.Time) {
	slices.SortFunc(times, time.Time.Compare)
	// What a question can tell now comes first, then what an answer will tell.
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

// settled ends the doubt about a request that was under way when the last reading
// was made: by the time at, the service has counted it.
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

// hoped returns the others' places that are not in doubt.
func (w *window) hoped(now time.Time) []other {
	return w.others[sort.Search(len(w.others), func(i int) bool { return w.others[i].hope.After(now) }):]
}

// news reports whether a reading that is made now can tell more than the last one
// about a place that is in doubt.
func (w *window) news(now time.Time) bool {
	return slices.ContainsFunc(w.others, func(o other) bool { return o.doubtful(now) && !o.hope.IsZero() })
}

// next returns how long it takes at most until time alone changes what is known,
// but for the questions that can be asked again.
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
