package quota

import (
	"context"
	"fmt"
	"math"
	"time"
)

const forever = time.Duration(math.MaxInt64)

// A Reason says what a wait is for.
type Reason string

// The reasons for a wait.
const (
	Spent   Reason = "quota"       // the window has no free place
	Told    Reason = "retry-after" // the service said how long
	Backoff Reason = "backoff"     // the service said nothing; the caller chose how long
)

// A Wait is one that is about to begin.
type Wait struct {
	Reason Reason
	For    time.Duration // 0: only the answer to another request ends it
	Until  time.Time     // zero if For is 0
}

// A Refusal is the error for a wait that would be longer than allowed and was not
// begun.
type Refusal struct { //nolint:errname // what it is called where it is used: a refusal with a time
	In time.Duration // until the request could go; 0: not known
}

func (r *Refusal) Error() string {
	if r.In == 0 {
		return "the quota allows no request now"
	}
	return fmt.Sprintf("the quota allows the next request in %v", r.In)
}

// Refuse decides whether the wait w, which would begin at the time now, is too
// long to begin: longer than maxWait, or than ctx's deadline allows. known is
// false if its end cannot be told; such a wait is too long only if there must be
// none. A Backoff between two attempts is the caller's own choice and not bounded
// by maxWait; one at the gate, in [Quota.Acquire], is, because it stands for a time
// that the service did not name. Refuse returns a *Refusal, or nil.
func Refuse(ctx context.Context, now time.Time, w Wait, known bool, maxWait time.Duration) error {
	if w.Reason == Backoff {
		maxWait = forever
	}
	deadline, ok := ctx.Deadline()
	tooLate := ok && deadline.Sub(now) < w.For
	if w.For > maxWait || tooLate || !known && maxWait == 0 {
		return &Refusal{In: w.For}
	}
	return nil
}

// Sleep sleeps for the time d. It returns ctx.Err() at once when ctx ends.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
