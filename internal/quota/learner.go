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
// again when the quota is used up, according to the window or to a refusal. A caller
// in the queue then starts the question, and its answer is for all callers. The quota's
// lock guards the fields that New does not set.
type learner struct {
	question func(context.Context) (Reading, error)
	warn     func(context.Context, error) // can be nil
	limit    int                          // of the fallback; 0: there is none
	length   time.Duration

	asking  bool      // a question is in progress
	began   time.Time // when the last one began
	asked   time.Time // when the last one ended, with an answer or without; zero: never
	learned bool      // the last answer was good
	granted bool      // a request was sent since then
	refused bool      // the service has refused one since then
}

// due reports whether it is time to ask. w is nil until something is known.
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

// again returns the time until the next question after one that failed, or after one that
// is repeated only because time has passed. It is 0 or less if that time is over.
func (l *learner) again(now time.Time) time.Duration { return l.asked.Add(askInterval).Sub(now) }

// ask asks once and passes the answer to q. If there is no valid answer, the fallback
// applies. The question does not end with the context of the caller that started it,
// because other callers wait for the answer as well; if all of them had too little
// time, none would ever get an answer.
//
// All callers wait for this goroutine. Deferred calls therefore pass the result to q,
// even after a panic or runtime.Goexit in a question or a warning.
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

// reading asks, and turns a panic of the question into an error: in this goroutine a
// panic would end the program, because no caller can recover it.
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

// complain calls warn for an error, if there is one. It drops a panic of warn, which
// would also end the program.
func (l *learner) complain(ctx context.Context, err error) {
	if err != nil && l.warn != nil {
		defer func() { _ = recover() }()
		l.warn(ctx, err)
	}
}

// answered adopts the reading and wakes all callers that wait for it.
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
