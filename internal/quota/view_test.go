package quota_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

func TestAViewSaysWhenTheNextCanGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 3, Window: time.Hour})
		start := time.Now()
		spend(t, q, 1)
		time.Sleep(10 * time.Minute)
		spend(t, q, 1)
		time.Sleep(10 * time.Minute)
		v := q.View()
		if v.Limit != 3 || v.Window != time.Hour || v.Used != 2 || !v.ShutUntil.IsZero() {
			t.Errorf("%+v, want 2 used of 3 an hour", v)
		}
		want := map[int]time.Duration{
			-1: 20 * time.Minute, 1: 20 * time.Minute, 2: time.Hour, 3: 70 * time.Minute,
			4: 80 * time.Minute, 5: 2 * time.Hour, 7: 140 * time.Minute,
		}
		check := func() {
			t.Helper()
			for n, want := range want {
				if got := v.Next(n).Sub(start); got != want {
					t.Errorf("the next %d can go at %v, want %v", n, got, want)
				}
			}
		}
		check()
		// It is a snapshot.
		spend(t, q, 1)
		time.Sleep(time.Hour)
		q.View()
		check()
	})
}

func TestAViewCountsThoseWhoWaitAndTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Minute})
		spend(t, q, 1)
		go func() { _, _ = q.Acquire(t.Context(), forever, nil) }()
		synctest.Wait()
		if in := time.Until(q.View().Next(1)); in != 2*time.Minute {
			t.Errorf("the next can go in %v, want 2m: one waits already", in)
		}
		q.Shut(time.Hour, quota.Told)
		if in := time.Until(q.View().Next(1)); in != time.Hour {
			t.Errorf("the next can go in %v, want 1h: the gate is shut", in)
		}
		time.Sleep(time.Hour)
	})
}

func TestAWindowTooLongForATimeIsNeverFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: 200 * 365 * 24 * time.Hour})
		if in := time.Until(q.View().Next(1000)); in < 290*365*24*time.Hour {
			t.Errorf("the next 1000 can go in %v", in)
		}
	})
}
