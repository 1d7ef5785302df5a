package ll2

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// A Trace is told what a client does, call by call. Callbacks that are nil are
// skipped. They run on the goroutine that makes the call; with [Parallel] and
// [WithQuotaSync] also on others. With a client that is shared they are called
// concurrently.
type Trace struct {
	// Call is called before a call, which is one request with all of its
	// attempts and waits. The context that it returns is that of all that the
	// call does, so a tracer can hang its spans there; nil means that nothing
	// changes. The func that it returns, if any, is called with the call's error
	// when the call is over.
	Call func(context.Context, Call) (context.Context, func(error))

	// Wait is called before each sleep: for the quota, for a limiter of the
	// caller's that is a [*rate.Limiter], before a retry. A [Limiter] of another
	// kind, and the question of [WithQuotaSync], wait unseen.
	Wait func(context.Context, Wait)

	// Refused is called for each attempt that was not sent, because it would
	// have had to wait too long.
	Refused func(context.Context, *RateLimitError)

	// Attempt is called after each attempt that was sent, or that failed to be.
	Attempt func(context.Context, Attempt)
}

// A Call is one request, with all of its attempts.
type Call struct {
	Kind Kind
	URL  string
}

// A Kind says what a request asks for.
type Kind string

// The kinds of requests.
const (
	KindList     Kind = "list"     // a page of a list
	KindOne      Kind = "one"      // a single row
	KindThrottle Kind = "throttle" // the state of the quota, which is free
)

// A Wait is a sleep that is about to begin.
type Wait struct {
	Reason WaitReason
	For    time.Duration // 0 if only another request's answer ends the wait
	Until  time.Time     // zero if For is
	URL    string        // of the request that waits
}

// A WaitReason says what a [Wait] is for.
type WaitReason string

// The reasons to wait.
const (
	WaitQuota      WaitReason = "quota"       // the quota is spent
	WaitRetryAfter WaitReason = "retry-after" // the service asked for it
	WaitBackoff    WaitReason = "backoff"     // before a failed request is retried
)

// An Attempt is one request that was sent, or that failed to be.
type Attempt struct {
	Kind       Kind
	Number     int // from 1 within a call
	StatusCode int // 0 if there was no answer
	URL        string
	Took       time.Duration // reading the body included
	Err        error         // why it failed; nil if it did not
	Retrying   bool          // another attempt follows, unless meanwhile the context ends or others spend the quota
}

// traces are all who watch a client, in the order in which they were given.
type traces []Trace

// call tells of a call that begins, and returns the context for all that it does
// and the func that tells of its end.
func (ts traces) call(ctx context.Context, c Call) (context.Context, func(error)) {
	var ends []func(error)
	for _, t := range ts {
		if t.Call == nil {
			continue
		}
		inner, end := t.Call(ctx, c)
		if inner != nil {
			ctx = inner //nolint:fatcontext // one more for each who watches
		}
		if end != nil {
			ends = append(ends, end)
		}
	}
	return ctx, func(err error) {
		for _, end := range slices.Backward(ends) {
			end(err)
		}
	}
}

func (ts traces) wait(ctx context.Context, w Wait) {
	for _, t := range ts {
		if t.Wait != nil {
			t.Wait(ctx, w)
		}
	}
}

func (ts traces) refused(ctx context.Context, e *RateLimitError) {
	for _, t := range ts {
		if t.Refused != nil {
			t.Refused(ctx, e)
		}
	}
}

func (ts traces) attempt(ctx context.Context, a Attempt) {
	for _, t := range ts {
		if t.Attempt != nil {
			t.Attempt(ctx, a)
		}
	}
}

// logTrace writes what a client does to a log.
func logTrace(log *slog.Logger) Trace {
	return Trace{
		Wait: func(ctx context.Context, w Wait) {
			log.InfoContext(ctx, "ll2: waiting", "reason", w.Reason, "for", w.For, "until", w.Until, "url", w.URL)
		},
		Attempt: func(ctx context.Context, a Attempt) {
			attrs := []any{"url", a.URL, "number", a.Number, "status", a.StatusCode, "took", a.Took}
			if a.Err != nil {
				attrs = append(attrs, "error", a.Err)
			}
			log.DebugContext(ctx, "ll2: attempt", attrs...)
			if a.Retrying {
				log.WarnContext(ctx, "ll2: trying again", "url", a.URL, "attempt", a.Number, "error", a.Err)
			}
		},
	}
}
