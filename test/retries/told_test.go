package retries_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// told holds the events of a call: its attempts, and those that were not sent.
type told struct {
	attempts []ll2.Attempt
	refused  []*ll2.RateLimitError
}

func (d *told) trace() ll2.Option {
	return ll2.WithTrace(&ll2.Trace{
		Attempt: func(_ context.Context, a ll2.Attempt) { d.attempts = append(d.attempts, a) },
		Refused: func(_ context.Context, e *ll2.RateLimitError) { d.refused = append(d.refused, e) },
	})
}

// endings are calls that end in all ways. The answers to the attempts are made
// anew for each call.
var endings = map[string]struct {
	answers  []testkit.Answer
	opts     []ll2.Option
	deadline time.Duration
	attempts int
	refused  bool
}{
	"success":        {answers: []testkit.Answer{testkit.Status(200, testkit.EmptyPage)}, attempts: 1},
	"not found":      {answers: []testkit.Answer{testkit.Status(404, "")}, attempts: 1},
	"another origin": {answers: []testkit.Answer{testkit.Status(302, "", "Location", "https://elsewhere.example/")}, attempts: 1},
	"another shape":  {answers: []testkit.Answer{testkit.Status(200, "<html>")}, attempts: 1},
	"passes":         {answers: []testkit.Answer{testkit.Status(503, ""), testkit.Status(200, testkit.EmptyPage)}, attempts: 2},
	"all retries":    {answers: []testkit.Answer{testkit.Status(503, "")}, attempts: 3},
	"no retries":     {answers: []testkit.Answer{testkit.Status(503, "")}, opts: []ll2.Option{ll2.WithRetries(0)}, attempts: 1},
	"then gone":      {answers: []testkit.Answer{testkit.Breaks(syscall.ECONNRESET), testkit.Status(404, "")}, attempts: 2},
	"half a body, then none": {answers: []testkit.Answer{testkit.Status(200, `{"count":`), testkit.BreaksOff(`{"co`, syscall.ECONNRESET),
		testkit.Breaks(syscall.ECONNREFUSED)}, attempts: 3},
	"no backoff":       {answers: []testkit.Answer{testkit.Status(503, "")}, opts: []ll2.Option{ll2.WithBackoff(0, 0)}, attempts: 3},
	"a short 429":      {answers: []testkit.Answer{testkit.Status(429, "", "Retry-After", "5"), testkit.Status(200, testkit.EmptyPage)}, attempts: 2},
	"a 429 of no time": {answers: []testkit.Answer{testkit.Status(429, "")}, attempts: 3},
	// The answer says when, and so does the error: it was sent.
	"a long 429":           {answers: []testkit.Answer{testkit.Status(429, "", "Retry-After", "3000")}, attempts: 1},
	"a long Retry-After":   {answers: []testkit.Answer{testkit.Status(503, "", "Retry-After", "3000")}, attempts: 1, refused: true},
	"none left to retry":   {answers: []testkit.Answer{testkit.Status(503, "")}, opts: []ll2.Option{ll2.WithRateLimit(2, time.Hour)}, attempts: 2, refused: true},
	"a deadline too near":  {answers: []testkit.Answer{testkit.Status(503, "")}, deadline: time.Second, attempts: 1},
	"a deadline, answered": {answers: []testkit.Answer{testkit.Status(503, "", "Retry-After", "5")}, deadline: time.Second, attempts: 1, refused: true},
	"a deadline, hanging":  {answers: []testkit.Answer{testkit.Hangs}, deadline: time.Second, attempts: 1},
	"a timeout":            {answers: []testkit.Answer{testkit.Hangs}, opts: []ll2.Option{ll2.WithTimeout(time.Second)}, attempts: 3},
}

func (d *told) of(t *testing.T, name string) error {
	t.Helper()
	tc := endings[name]
	opts := append([]ll2.Option{d.trace(), ll2.WithBackoff(2*time.Second, 2*time.Second)}, tc.opts...)
	client := testkit.NewClient(t, testkit.NewScript(tc.answers...), opts...)
	ctx := t.Context()
	if tc.deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, tc.deadline)
		defer cancel()
	}
	_, err := client.DockingEvents.List(ctx)
	return err
}

func TestAnAttemptSaysWhetherAnotherOneFollows(t *testing.T) {
	t.Parallel()
	for name, tc := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var d told
				err := d.of(t, name)
				if len(d.attempts) != tc.attempts {
					t.Fatalf("%d attempts, %v; want %d", len(d.attempts), err, tc.attempts)
				}
				for i, a := range d.attempts {
					if more := i < len(d.attempts)-1; a.Retrying != more || a.Number != i+1 || a.Kind != ll2.KindList || more && a.Err == nil {
						t.Errorf("attempt %d of %d is %+v", i+1, tc.attempts, a)
					}
				}
				if last := d.attempts[len(d.attempts)-1]; (last.Err == nil) != (err == nil) {
					t.Errorf("the last attempt is %+v, the error %v", last, err)
				}
			})
		})
	}
}

// A program that counts refusals need not look at errors: the trace reports each
// error of a request that was not sent, once.
func TestWhatWasNotSentIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var d told
				err := d.of(t, name)
				var limited *ll2.RateLimitError
				local := errors.As(err, &limited) && limited.Local
				if local != tc.refused {
					t.Errorf("%v, want that a retry is refused: %v", err, tc.refused)
				}
				if !tc.refused {
					if len(d.refused) != 0 {
						t.Errorf("told that %v was refused", d.refused[0])
					}
					return
				}
				if len(d.refused) != 1 || d.refused[0] != limited {
					t.Errorf("told of %v, want of %v once", d.refused, err)
				}
			})
		})
	}
}

func TestARequestThatTheQuotaRefusesIsNoAttempt(t *testing.T) {
	t.Parallel()
	down := errors.New("store is down")
	for name, opt := range map[string]ll2.Option{
		"quota":   ll2.WithRateLimit(1, time.Hour),
		"limiter": ll2.WithLimiter(&failing{err: down}),
		"gate":    ll2.WithRetries(0),
	} {
		var d told
		client := testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusTooManyRequests, "", "Retry-After", "3000")), d.trace(), opt)
		_ = testkit.Get(t.Context(), client)
		sent := len(d.attempts)
		d.refused = nil
		err := testkit.Get(t.Context(), client)
		if e := testkit.Limited(t, err); !e.Local || len(d.refused) != 1 || fmt.Sprint(d.refused[0]) != fmt.Sprint(err) || len(d.attempts) != sent {
			t.Errorf("%s: %v; told of %v after %d attempts", name, err, d.refused, len(d.attempts)-sent)
		}
	}
}

// A failing limiter lets one request through.
type failing struct {
	asked int
	err   error
}

func (f *failing) Wait(context.Context) error {
	if f.asked++; f.asked > 1 {
		return f.err
	}
	return nil
}
