package quota_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

func TestPlacesAreHandedOutAnIntervalApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Space(time.Minute)
		start := time.Now()
		for i, o := range []quota.Outcome{quota.Counted, quota.Unsent, quota.Lost, quota.Refused} {
			p, err := q.Acquire(t.Context(), forever, nil)
			if got, want := time.Since(start), time.Duration(i)*time.Minute; err != nil || got != want {
				t.Errorf("place %d: %v after %v, want %v", i, err, got, want)
			}
			p.Settle(o, time.Now())
		}
	})
}

func TestTheLongestIntervalHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 100, Window: time.Hour})
		for _, d := range []time.Duration{time.Second, time.Minute, 0, time.Second} {
			q.Space(d)
		}
		spend(t, q, 1)
		if d := full(t, q); d != time.Minute {
			t.Errorf("refused for %v, want 1m", d)
		}
	})
}

func TestTheLongerOfWindowAndIntervalIsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 2, Window: time.Hour})
		q.Space(time.Minute)
		start := time.Now()
		spend(t, q, 1)
		for n, want := range map[int]time.Duration{1: time.Minute, 2: time.Hour, 3: time.Hour, 5: 2 * time.Hour} {
			if got := q.View().Next(n).Sub(start); got != want {
				t.Errorf("the next %d in %v, want %v", n, got, want)
			}
		}
		time.Sleep(time.Minute)
		spend(t, q, 1)
		if d := full(t, q); d != 59*time.Minute {
			t.Errorf("refused for %v, want 59m", d)
		}
	})
}

// A caller that waits for the interval counts, and the one behind it moves up.
func TestThoseWhoWaitForTheIntervalGoInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Space(time.Minute)
		spend(t, q, 1)
		start := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = q.Acquire(ctx, forever, nil) })
		synctest.Wait()
		for i := 1; i <= 2; i++ {
			wg.Go(func() {
				_, err := q.Acquire(t.Context(), forever, nil)
				if got, want := time.Since(start), time.Duration(i)*time.Minute; err != nil || got != want {
					t.Errorf("place %d: %v after %v, want %v", i, err, got, want)
				}
			})
			synctest.Wait()
		}
		if in := q.View().Next(1).Sub(start); in != 4*time.Minute {
			t.Errorf("the next can go in %v, want 4m: three wait already", in)
		}
		time.Sleep(time.Second)
		cancel()
		wg.Wait()
	})
}

// The answer to a question about the window is not known yet, but the interval is.
func TestCheckForeseesTheIntervalThoughTheWindowIsLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Ask: func(context.Context) (quota.Reading, error) {
			return quota.Reading{Limit: 1, Window: time.Hour}, nil
		}})
		q.Space(time.Minute)
		spend(t, q, 1)
		for pause, want := range map[time.Duration]time.Duration{0: time.Minute, 59 * time.Second: time.Minute, time.Minute: 0} {
			got := time.Duration(0)
			if err := q.Check(t.Context(), pause, 0); err != nil {
				got = refused(t, err)
			}
			if got != want {
				t.Errorf("after a pause of %v: refused for %v, want %v", pause, got, want)
			}
		}
	})
}

// The caller ahead goes a little late, because timers are late. This is not announced.
func TestAWaitIsNotAnnouncedAgainForAFewMilliseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Space(time.Minute)
		spend(t, q, 1)
		told := 0
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			late := func(quota.Wait) { time.Sleep(5 * time.Millisecond) } // before it sleeps
			_, _ = q.Acquire(t.Context(), forever, late)
		})
		synctest.Wait()
		wg.Go(func() { _, _ = q.Acquire(t.Context(), forever, func(quota.Wait) { told++ }) })
		wg.Wait()
		if got := time.Since(start); told != 1 || got != 2*time.Minute+5*time.Millisecond {
			t.Errorf("told of %d waits in %v, want 1", told, got)
		}
	})
}

func TestAnIntervalTooLongForATimeIsNeverOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Space(200 * 365 * 24 * time.Hour)
		spend(t, q, 1)
		if in := time.Until(q.View().Next(1000)); in < 290*365*24*time.Hour {
			t.Errorf("the next 1000 can go in %v", in)
		}
	})
}
