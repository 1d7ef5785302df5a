package ll2

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// A Trace is a set of functions that a client calls while it works. Functions that are
// nil are skipped. They run on the goroutine that makes the call, and with [Parallel]
// and [WithQuotaSync] also on others. If a client is shared, they are called
// concurrently.
type Trace struct {
	// Call is called before a call, which is one request with all of its attempts
	// and waits. Everything in the call uses the context that Call returns, so a
	// tracer can put a span there; nil keeps the context. If Call returns a
	// function, it is called with the error of the call at its end.
	Call func(context.Context, Call) (context.Context, func(error))

	// Wait is called before each wait: for the quota, for a [*rate.Limiter] of the
	// caller, or before a retry. It is not called for a [Limiter] of another type,
	// nor while a call waits for the answer to [WithQuotaSync].
	Wait func(context.Context, Wait)

	// Refused is called for each attempt that is not sent because it would have to
	// wait too long.
	Refused func(context.Context, *RateLimitError)

	// Attempt is called after each attempt that was sent or could not be sent.
	Attempt func(context.Context, Attempt)
}

// A Call is one request, with all of its attempts.
type Call struct {
	Kind Kind
	URL  string
}

// A Kind is the kind of a request.
type Kind string

// The kinds of requests.
const (
	KindList     Kind = "list"     // a page of a list
	KindOne      Kind = "one"      // a single row
	KindThrottle Kind = "throttle" // the state of the quota, which is free
)

// A Wait is a wait that is about to start.
type Wait struct {
	Reason WaitReason
	For    time.Duration // 0 if the wait ends with the answer to another request
	Until  time.Time     // zero if For is 0
	URL    string        // of the request that waits
}

// A WaitReason is the reason for a [Wait].
type WaitReason string

// The reasons to wait.
const (
	WaitQuota      WaitReason = "quota"       // the quota is used up
	WaitRetryAfter WaitReason = "retry-after" // the service asked for it
	WaitBackoff    WaitReason = "backoff"     // before a failed request is retried
)

// An Attempt is one request that was sent or could not be sent.
type Attempt struct {
	Kind       Kind
	Number     int // from 1 within a call
	StatusCode int // 0 if there was no answer
	URL        string
	Took       time.Duration // reading the body included
	Err        error         // nil if the attempt succeeded

	// Retrying is true if another attempt follows, unless the context ends or others
	// use up the quota meanwhile.
	Retrying bool
}

// traces holds all traces of a client, in the order in which they were given.
type traces []Trace

// call reports the start of a call. It returns the context for everything in the call
// and the function that reports its end.
func (ts traces) call(ctx context.Context, c Call) (context.Context, func(error)) {
	var ends []func(error)
	for _, t := range ts {
		if t.Call == nil {
			continue
		}
		inner, end := t.Call(ctx, c)
		if inner != nil {
			ctx = inner //nolint:fatcontext // one more for each trace
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

// logTrace returns a trace that writes to a log.
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
				log.WarnContext(ctx, "ll2: retrying", "url", a.URL, "attempt", a.Number, "error", a.Err)
			}
		},
	}
}
