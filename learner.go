package ll2

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

const (
	askTimeout  = 5 * time.Second // for one question of a learner
	askInterval = time.Minute     // between questions where nothing has changed, or the service does not answer
	maxLimit    = 10_000          // requests that a window can have, so that nonsense does not cost memory
	maxWindow   = 31 * 24 * time.Hour
)

// A learner asks the service how much of the quota is left: before the first
// request, and again when the window says that the quota is spent, or a 429
// shows that it was. Whoever is first in the queue starts the question, and it
// goes on for all. Its fields are the quota's to guard.
type learner struct {
	throttle func(context.Context) (*Throttle, error)
	log      *slog.Logger

	asking  bool      // a question is under way
	asked   time.Time // the last time that there was an answer, or none; zero: never
	learned bool      // the last answer was good
	granted bool      // a request has gone since then
	refused bool      // a 429 has come since then
}

// due reports whether it is time to ask.
func (l *learner) due(q *quota, now time.Time) bool {
	if l.asked.IsZero() {
		return true
	}
	longAgo := now.Sub(l.asked) >= askInterval
	if !l.learned {
		return longAgo
	}
	return l.refused || q.window.delay(now, 0) > 0 && (l.granted || longAgo)
}

// ask asks the service once and tells q what it says. Where it says nothing that
// makes sense, the window is what anybody is granted. It does not end with the
// context of whoever is first in the queue: others wait for the answer, too, and
// if everybody had too little time for it, nobody would ever get one.
func (l *learner) ask(ctx context.Context, q *quota) {
	askCtx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	t, err := l.question(askCtx)
	if err == nil && (t.Limit < 1 || t.Limit > maxLimit || t.Window <= 0 || t.Window > maxWindow) {
		err = fmt.Errorf("ll2: no quota to keep to: %d requests in %v", t.Limit, t.Window)
	}
	if err != nil {
		l.log.WarnContext(ctx, "ll2: the service does not say how much of the quota is left", "error", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	if err == nil {
		if q.window == nil {
			q.window = newWindow(t.Limit, t.Window)
		}
		q.window.learn(*t, now)
	} else if q.window == nil {
		q.window = newWindow(anonymousLimit, anonymousWindow)
	}
	l.asked, l.asking, l.learned, l.granted, l.refused = now, false, err == nil, false, false
	q.wakeAll()
}

// question asks, and makes an error of a transport that panics: it would end the
// program here, where nobody can recover.
func (l *learner) question(ctx context.Context) (t *Throttle, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("ll2: the transport panicked: %v", r)
		}
	}()
	return l.throttle(ctx)
}
