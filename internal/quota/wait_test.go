package quota_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

func TestRefuseDecidesWhichWaitIsTooLong(t *testing.T) {
	for name, test := range map[string]struct {
		wait     quota.Wait
		open     bool // its end is not known
		deadline time.Duration
		maxWait  time.Duration
		refused  bool
	}{
		"no wait":                    {wait: quota.Wait{}},
		"as long as allowed":         {wait: quota.Wait{Reason: quota.Spent, For: 5}, maxWait: 5},
		"longer than allowed":        {wait: quota.Wait{Reason: quota.Spent, For: 6}, maxWait: 5, refused: true},
		"told, longer than allowed":  {wait: quota.Wait{Reason: quota.Told, For: 6}, maxWait: 5, refused: true},
		"backoff longer than that":   {wait: quota.Wait{Reason: quota.Backoff, For: 6}, maxWait: 5},
		"until the deadline":         {wait: quota.Wait{Reason: quota.Spent, For: 5}, maxWait: 9, deadline: 5},
		"past the deadline":          {wait: quota.Wait{Reason: quota.Spent, For: 6}, maxWait: 9, deadline: 5, refused: true},
		"backoff past the deadline":  {wait: quota.Wait{Reason: quota.Backoff, For: 6}, deadline: 5, refused: true},
		"unknown":                    {wait: quota.Wait{Reason: quota.Told}, open: true, maxWait: 1},
		"unknown, but none allowed":  {wait: quota.Wait{Reason: quota.Told}, open: true, refused: true},
		"unknown, before a deadline": {wait: quota.Wait{Reason: quota.Told}, open: true, maxWait: 1, deadline: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				err := quota.Refuse(ctx, time.Now(), test.wait, !test.open, test.maxWait)
				if (err != nil) != test.refused {
					t.Fatalf("%v, want refused %v", err, test.refused)
				}
				if err != nil && refused(t, err) != test.wait.For {
					t.Errorf("%v, want %v", err, test.wait.For)
				}
			})
		})
	}
}

func TestSleepSleepsUnlessTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if err := quota.Sleep(t.Context(), time.Minute); err != nil || time.Since(start) != time.Minute {
			t.Errorf("%v after %v, want 1m", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if err := quota.Sleep(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("%v after %v, want that the context ended after 1s", err, time.Since(start))
		}
		for _, d := range []time.Duration{0, -1} {
			if err := quota.Sleep(t.Context(), d); err != nil {
				t.Errorf("sleep of %v: %v", d, err)
			}
			if err := quota.Sleep(ctx, d); err == nil {
				t.Errorf("sleep of %v in a context that has ended: no error", d)
			}
		}
	})
}

func TestARefusalSaysWhen(t *testing.T) {
	for in, want := range map[time.Duration]string{
		time.Minute: "the quota allows the next request in 1m0s",
		0:           "the quota allows no request now",
	} {
		if got := (&quota.Refusal{In: in}).Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
