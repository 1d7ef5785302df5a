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
)

// A learner asks how much of the quota is left: before the first request, and
// again when the window says that the quota is spent, or a refusal shows that it
// was. Whoever is in the queue then starts the question, and it goes on for all.
// What is not set by New is guarded by the quota's lock.
type learner struct {
	question func(context.Context) (Reading, error)
	warn     func(context.Context, error) // can be nil
	limit    int                          // of the fallback; 0: there is none
	length   time.Duration

	asking  bool      // a question is under way
	began   time.Time // when the last one began
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
	return l.refused || w.full(now, 0) && (l.granted || longAgo || w.news(now))
}

// again returns how long it takes until a question is due that failed, or that is
// asked again only because time has passed. It is not more than 0 if that is over.
func (l *learner) again(now time.Time) time.Duration { return l.asked.Add(askInterval).Sub(now) }

// ask asks once and tells q the answer. If there is none that makes sense, the
// fallback holds. It does not end with the context of whoever started it: others
// wait for the answer, too, and if everybody had too little time
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
		q.window.learn(r, l.began, now)
	} else if q.window == nil && l.limit > 0 {
		q.window = newWindow(l.limit, l.length)
	}
	l.asked, l.asking, l.learned, l.granted, l.refused = now, false, err == nil, false, false
	q.wakeAll()
}
