package cancellation_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

var errEnough = errors.New("enough of it")

// ends are the ways in which a context can end after a second.
var ends = map[string]struct {
	end func(context.Context) (context.Context, context.CancelFunc)
	is  []error
}{
	"cancel": {func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(time.Second, cancel)
		return ctx, cancel
	}, []error{context.Canceled}},
	"cancel with a cause": {func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(time.Second, func() { cancel(errEnough) })
		return ctx, func() { cancel(nil) }
	}, []error{context.Canceled, errEnough}},
	"timeout": {func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, time.Second)
	}, []error{context.DeadlineExceeded}},
	"timeout with a cause": {func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeoutCause(ctx, time.Second, errEnough)
	}, []error{context.DeadlineExceeded, errEnough}},
	"cause of a wrapped end": {func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeoutCause(ctx, time.Second, fmt.Errorf("%w: %w", errEnough, context.DeadlineExceeded))
	}, []error{context.DeadlineExceeded, errEnough}},
}

// endsAt checks that a call ends with the context, after a second, and says why.
func endsAt(t *testing.T, after time.Duration, prepare func(context.Context), do func(context.Context) error, also ...string) {
	for name, tc := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := tc.end(t.Context())
				defer cancel()
				if prepare != nil {
					prepare(ctx)
				}
				start := time.Now()
				err := do(ctx)
				if took := time.Since(start); took != after {
					t.Errorf("took %v, want %v", took, after)
				}
				testkit.WantError(t, err, also...)
				for _, target := range tc.is {
					if !errors.Is(err, target) {
						t.Errorf("%v is not %v", err, target)
					}
				}
			})
		})
	}
}

func TestEndedContextSendsNothingAndSaysWhy(t *testing.T) {
	t.Parallel()
	client := testkit.NewClient(t, testkit.SendsNothing(t))
	for name, list := range testkit.Listers {
		t.Run(name, func(t *testing.T) {
			endsAt(t, 0, func(ctx context.Context) { <-ctx.Done() },
				func(ctx context.Context) error { return list(ctx, client) }, "GET "+testkit.ListURL)
		})
	}
	t.Run("Throttle", func(t *testing.T) {
		endsAt(t, 0, func(ctx context.Context) { <-ctx.Done() }, func(ctx context.Context) error {
			_, err := client.Throttle(ctx)
			return err
		}, "api-throttle/")
	})
}

func TestContextEndsARequestAndSaysWhy(t *testing.T) {
	t.Parallel()
	endsAt(t, time.Second, nil, func(ctx context.Context) error {
		transport := testkit.NewScript(testkit.Hangs)
		_, err := testkit.NewClient(t, transport).DockingEvents.Get(ctx, 7)
		if n := transport.Sent(); n != 1 {
			t.Errorf("sent %d requests, want 1: the end of the context does not pass", n)
		}
		return err
	}, "GET "+testkit.EventURL)
}

func TestContextEndsABodyAndSaysWhy(t *testing.T) {
	t.Parallel()
	endsAt(t, time.Second, nil, func(ctx context.Context) error {
		transport := testkit.NewScript(testkit.HangsInTheBody)
		_, err := testkit.NewClient(t, transport).DockingEvents.Get(ctx, 7)
		if n := transport.Sent(); n != 1 {
			t.Errorf("sent %d requests, want 1", n)
		}
		return err
	}, "GET "+testkit.EventURL)
}

// The deadline does not count here: where it is nearer than the retry, no retry
// is begun.
func TestContextEndsABackoffAtOnceAndShowsTheFailure(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cancel", "cancel with a cause"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := ends[name].end(t.Context())
				defer cancel()
				transport := testkit.NewScript(testkit.Status(http.StatusServiceUnavailable, `{"detail":"Later."}`))
				client := testkit.NewClient(t, transport, ll2.WithBackoff(10*time.Second, 10*time.Second))
				start := time.Now()
				_, err := client.DockingEvents.Get(ctx, 7)
				if took := time.Since(start); took != time.Second || transport.Sent() != 1 {
					t.Errorf("took %v and %d requests, want 1s and one", took, transport.Sent())
				}
				testkit.WantError(t, err, "GET "+testkit.EventURL, "context canceled", "503 Service Unavailable: Later.")
				for _, target := range ends[name].is {
					if !errors.Is(err, target) {
						t.Errorf("%v is not %v", err, target)
					}
				}
				if api := testkit.AsError[*ll2.APIError](t, err); api.StatusCode != 503 || api.Attempts != 1 {
					t.Errorf("got %+v", api)
				}
			})
		})
	}
}

func TestContextEndsAWaitForTheServiceAtOnce(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := ends["cancel with a cause"].end(t.Context())
			defer cancel()
			transport := testkit.NewScript(testkit.Status(code, "", "Retry-After", "30"))
			start := time.Now()
			_, err := testkit.NewClient(t, transport).DockingEvents.Get(ctx, 7)
			if took := time.Since(start); took != time.Second || transport.Sent() != 1 {
				t.Errorf("%d: took %v and %d requests, want 1s and one", code, took, transport.Sent())
			}
			testkit.WantError(t, err, "enough of it", http.StatusText(code))
			if !errors.Is(err, errEnough) || !errors.Is(err, context.Canceled) || testkit.AsError[*ll2.APIError](t, err).StatusCode != code {
				t.Errorf("%v", err)
			}
		})
	}
}

// The caller gets the answer, although the context ended after it.
func TestContextThatEndsAfterTheAnswerIsNoError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client := testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, testkit.AnEvent)), ll2.WithTrace(&ll2.Trace{
		Attempt: func(context.Context, ll2.Attempt) { cancel() },
	}))
	event, err := client.DockingEvents.Get(ctx, 7)
	if err != nil || event.ID != 7 {
		t.Errorf("got %+v, %v", event, err)
	}
}

func TestAContextThatEndsInABodyIsToldOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client := testkit.NewClient(t, testkit.NewScript(func(req *http.Request) (*http.Response, error) {
		cancel()
		return testkit.BreaksOff(`{"count":`, req.Context().Err())(req)
	}))
	_, err := client.DockingEvents.List(ctx)
	testkit.WantError(t, err, "context canceled")
	if text := err.Error(); !errors.Is(err, context.Canceled) || strings.Count(text, "context canceled") > 1 || strings.Contains(text, "after") {
		t.Errorf("%v", err)
	}
}
