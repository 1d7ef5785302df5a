package ll2

import (
	"context"
	"time"
)

// A Trace is told of every wait and every attempt, on the goroutine that asks; with
// [Parallel] and [WithQuotaSync] also on others.
// Callbacks that are nil are skipped; with a client that is shared, they are
// called concurrently.
type Trace struct {
	Wait    func(context.Context, Wait)    // before each wait
	Attempt func(context.Context, Attempt) // after each attempt
}

// A Wait is a sleep that is about to begin.
type Wait struct {
	Reason WaitReason
	For    time.Duration // 0 where only another request's answer ends the wait
	Until  time.Time     // zero where For is
}

// A WaitReason says what a [Wait] is for.
type WaitReason string

// The reasons to wait.
const (
	WaitQuota      WaitReason = "quota"       // the quota is spent
	WaitRetryAfter WaitReason = "retry-after" // the service asked for it
	WaitBackoff    WaitReason = "backoff"     // before a failed request is tried again
)

// An Attempt is one request that was sent, or that failed to be.
type Attempt struct {
	Number     int // from 1 within a call
	StatusCode int // 0 where there was no answer
	URL        string
	Took       time.Duration // reading the body included
	Err        error         // why it failed; nil where it did not
}
