package quota

import (
	"context"
	"fmt"
	"math"
	"time"
)

const forever = time.Duration(math.MaxInt64)

// A Reason is the reason for a wait.
type Reason string

// The reasons for a wait.
const (
	Spent   Reason = "quota"       // the window has no free place
	Told    Reason = "retry-after" // the service said how long
	Backoff Reason = "backoff"     // the service said nothing; the caller chose how long
)

// A Wait is a wait that is about to start.
type Wait struct {
	Reason Reason
	For    time.Duration // 0: only the answer to another request ends it
	Until  time.Time     // zero if For is 0
}

// A Refusal is the error for a wait that would be longer than allowed. The caller gets it
// at once.
type Refusal struct { //nolint:errname // its users call it a refusal with a time
	In time.Duration // until the request could go; 0: not known
}

func (r *Refusal) Error() string {
	if r.In == 0 {
		return "the quota allows no request now"
	}
	return fmt.Sprintf("the quota allows the next request in %v", r.In)
}

// Refuse returns a *Refusal if the wait w, which would start at the time now, is longer
// than maxWait or than ctx's deadline allows, and nil otherwise. Known is false if the
// end of the wait is not known; such a wait is too long only if no wait is allowed.
// MaxWait does not limit a Backoff between two attempts, which is the caller's choice. It
// does limit a Backoff at the gate, in [Quota.Acquire], because that one stands for a
// time that the service did not name.
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

// Sleep waits for the time d. It returns ctx.Err() at once when ctx ends.
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
