package quota

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	askTimeout  = 5 * time.Second // for one question
	askInterval = time.Minute     // between questions if nothing has changed, or if there is no answer
	maxLimit    = 10_000          // requests that a learned window can have, so that nonsense does not cost memory
	maxLength   = 31 * 24 * time.Hour
)

// A Reading is what somebody who knows says of the quota.
type Reading struct {
	Limit  int           // requests in a Window; 1 to 10,000
	Window time.Duration // a sliding one; up to 31 days
	Used   int           // how many of them are used, by whomever
	NextIn time.Duration // until the first place is free; says something only if all are used
}

// A learner asks how much of the quota is left: before the first request, and
// again when the window says that the quota is spent, or a refusal shows that it
// was. Whoever is first in the queue starts the question, and it goes on for all.
// What is not set by New is guarded by the quota's lock.
type learner struct {
	question func(context.Context) (Reading, error)
	warn     func(context.Context, error) // can be nil
	limit    int                          // of the fallback; 0: there is none
	length   time.Duration

	asking  bool      // a question is under way
	asked   time.Time // when the last one ended, with an answer or without; zero: never
	learned bool      // the last answer was good
	granted bool      // a request has gone since then
	refused bool      // the service has refused one since then
}

// due reports whether it is time to ask. w is nil as long as nothing is known.
func (l *learner) due(w *window, now time.Time) bool {
	if l.asked.IsZero() {
		return true
	}
	longAgo := now.Sub(l.asked) >= askInterval
	if !l.learned {
		return longAgo
	}
	return l.refused || w.delay(now, 0) > 0 && (l.granted || longAgo)
}

// ask asks once and tells q the answer. If there is none that makes sense, the
// fallback holds. It does not end with the context of whoever is first in the
// queue: others wait for the answer, too, and if everybody had too little time
// for it, nobody would ever get one.
//
// All of them wait for this goroutine, so whatever is done to it, by a panic or by
// runtime.Goexit in a question or a warning, the deferred calls tell q.
func (l *learner) ask(ctx context.Context, q *Quota) {
	var r Reading
	err := errors.New("the question ended its goroutine")
	defer func() { l.answered(q, r, err) }()
	defer func() {
		if err == nil {
			err = r.check()
		}
		l.complain(ctx, err)
	}()
	r, err = l.reading(ctx)
}

// check returns an error for a reading that makes no sense.
func (r Reading) check() error {
	if r.Limit < 1 || r.Limit > maxLimit || r.Window <= 0 || r.Window > maxLength {
		return fmt.Errorf("no quota to keep to: %d requests in %v", r.Limit, r.Window)
	}
	return nil
}

// reading asks, and makes an error of a question that panics: it would end the
// program here, where nobody can recover.
func (l *learner) reading(ctx context.Context) (r Reading, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the question panicked: %v", p)
		}
	}()
	return l.question(ctx)
}

// complain warns of an error, if there is one. A warning that panics would end
// the program, too, and there is nobody left to tell.
func (l *learner) complain(ctx context.Context, err error) {
	if err != nil && l.warn != nil {
		defer func() { _ = recover() }()
		l.warn(ctx, err)
	}
}

// answered takes over what was read and wakes all who wait for it.
func (l *learner) answered(q *Quota, r Reading, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	if err == nil {
		if q.window == nil {
			q.window = newWindow(r.Limit, r.Window)
		}
		q.window.learn(r, now)
	} else if q.window == nil && l.limit > 0 {
		q.window = newWindow(l.limit, l.length)
	}
	l.asked, l.asking, l.learned, l.granted, l.refused = now, false, err == nil, false, false
	q.wakeAll()
}
