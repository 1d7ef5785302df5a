package quota_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

const forever = time.Duration(1<<63 - 1)

// take takes a place that must be free at once.
func take(t *testing.T, q *quota.Quota) *quota.Place {
	t.Helper()
	p, err := q.Acquire(t.Context(), 0, nil)
	if err != nil {
		t.Fatalf("no place: %v", err)
	}
	return p
}

// spend takes n places, for requests that are answered at once.
func spend(t *testing.T, q *quota.Quota, n int) {
	t.Helper()
	for range n {
		take(t, q).Settle(quota.Counted, time.Now())
	}
}

// refused returns how long the *Refusal that err must be says to wait.
func refused(t *testing.T, err error) time.Duration {
	t.Helper()
	var r *quota.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("error %v, want a *Refusal", err)
	}
	return r.In
}

// full returns the wait in the refusal of a request that must not wait.
func full(t *testing.T, q *quota.Quota) time.Duration {
	t.Helper()
	_, err := q.Acquire(t.Context(), 0, nil)
	return refused(t, err)
}

func TestNothingIsLimitedWithoutAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		spend(t, q, 1000)
		take(t, q).SentAgain()
		if v := q.View(); v.Limit != 0 || v.Used != 0 || v.Next(1000).After(time.Now()) {
			t.Errorf("%+v, want no window and no wait", v)
		}
	})
}

func TestAWaitThatIsTooLongIsRefusedAtOnceAndChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 2, Window: time.Hour})
		spend(t, q, 2)
		time.Sleep(10 * time.Minute)
		before, start := q.View(), time.Now()
		announce := func(w quota.Wait) { t.Errorf("announced %+v, which was not begun", w) }
		if _, err := q.Acquire(t.Context(), 50*time.Minute-1, announce); refused(t, err) != 50*time.Minute {
			t.Errorf("%v, want 50m", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Minute-1)
		defer cancel()
		if _, err := q.Acquire(ctx, forever, announce); refused(t, err) != 50*time.Minute {
			t.Errorf("%v, want 50m", err)
		}
		if time.Since(start) != 0 {
			t.Errorf("refused after %v", time.Since(start))
		}
		if after := q.View(); after.Used != before.Used || !after.Next(1).Equal(before.Next(1)) {
			t.Errorf("%+v, then %+v", before, after)
		}
	})
}

func TestAnotherWindowHoldsBesideTheOneThatIsLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{}
		o.says(4, 0, 0)
		c := o.config()
		c.OwnLimit, c.OwnWindow = 2, time.Minute
		q := quota.New(c)
		place := take(t, q)
		spend(t, q, 1)
		if v := q.View(); v.Limit != 2 || v.Window != time.Minute || v.Used != 2 {
			t.Errorf("%+v, want 2 used of 2 a minute", v)
		}
		if in := full(t, q); in != time.Minute || o.asked != 1 {
			t.Errorf("free in %v after %d questions, want 1m after 1: the window that is learned has places", in, o.asked)
		}
		place.SentAgain()
		place.Settle(quota.Counted, time.Now())
		time.Sleep(time.Minute)
		v := q.View()
		if v.Limit != 4 || v.Window != time.Hour || v.Used != 3 {
			t.Errorf("%+v, want 3 used of 4 an hour", v)
		}
		for n, want := range []time.Duration{0, 59 * time.Minute, 59 * time.Minute, 59 * time.Minute, 60 * time.Minute} {
			if in := time.Until(v.Next(n + 1)); in != want {
				t.Errorf("the next %d can have gone in %v, want %v", n+1, in, want)
			}
		}
		spend(t, q, 1)
		o.says(4, 4, 59*time.Minute)
		if in := full(t, q); in != 59*time.Minute {
			t.Errorf("free in %v, want 59m: the longer of both", in)
		}
	})
}

func TestAWaitThatIsAllowedToTheNanosecondIsWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Hour})
		spend(t, q, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour+1)
		defer cancel()
		start := time.Now()
		if _, err := q.Acquire(ctx, time.Hour, nil); err != nil || time.Since(start) != time.Hour {
			t.Errorf("%v after %v, want a place after 1h", err, time.Since(start))
		}
	})
}

func TestAnEndedContextIsItsErrorAndTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Hour})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := q.Acquire(ctx, forever, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if used := q.View().Used; used != 0 {
			t.Errorf("%d used", used)
		}
	})
}

func TestAWaitEndsWithTheContextAndTheOneBehindGetsThePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Minute})
		spend(t, q, 1)
		start := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, err := q.Acquire(ctx, forever, nil)
				if !errors.Is(err, context.Canceled) || time.Since(start) != 10*time.Second {
					t.Errorf("%v after %v, want that it was cancelled after 10s", err, time.Since(start))
				}
			})
		}
		synctest.Wait()
		wg.Go(func() {
			_, err := q.Acquire(t.Context(), forever, nil)
			if err != nil || time.Since(start) != time.Minute {
				t.Errorf("%v after %v, want a place after 1m", err, time.Since(start))
			}
		})
		time.Sleep(10 * time.Second)
		cancel()
		wg.Wait()
	})
}

func TestAWaitIsAnnouncedOnceAndAgainWhenItsEndMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Minute})
		first := take(t, q)
		start := time.Now()
		var waits []quota.Wait
		done := make(chan struct{})
		go func() {
			defer close(done)
			if _, err := q.Acquire(t.Context(), forever, func(w quota.Wait) { waits = append(waits, w) }); err != nil {
				t.Error(err)
			}
		}()
		time.Sleep(5 * time.Second)
		first.Settle(quota.Counted, time.Now()) // known now: one minute from here
		time.Sleep(5 * time.Second)
		q.Shut(2*time.Minute, quota.Told)
		time.Sleep(time.Second)
		q.Shut(time.Second, quota.Told) // changes nothing
		<-done
		want := []quota.Wait{
			{Reason: quota.Spent, For: time.Minute, Until: start.Add(time.Minute)},
			{Reason: quota.Spent, For: time.Minute, Until: start.Add(65 * time.Second)},
			{Reason: quota.Told, For: 2 * time.Minute, Until: start.Add(130 * time.Second)},
		}
		if len(waits) != len(want) {
			t.Fatalf("announced %+v, want %+v", waits, want)
		}
		for i, w := range want {
			if waits[i].Reason != w.Reason || waits[i].For != w.For || !waits[i].Until.Equal(w.Until) {
				t.Errorf("announced %+v, want %+v", waits[i], w)
			}
		}
	})
}

func TestCheckRefusesWhatAcquireWouldRefuseAfterThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Hour})
		if err := q.Check(t.Context(), 0, 0); err != nil {
			t.Errorf("%v with a place free", err)
		}
		spend(t, q, 1)
		for _, test := range []struct {
			pause, maxWait time.Duration
			refused        bool
		}{
			{time.Hour, 0, false},
			{time.Hour - 1, 0, true},
			{time.Hour - 1, 1, false},
			{0, time.Hour, false},
			{0, time.Hour - 1, true},
			{time.Minute, time.Hour - time.Minute, false},
		} {
			err := q.Check(t.Context(), test.pause, test.maxWait)
			if (err != nil) != test.refused {
				t.Errorf("pause %v, at most %v: %v, want refused %v", test.pause, test.maxWait, err, test.refused)
			}
			if err != nil && refused(t, err) != time.Hour {
				t.Errorf("%v, want 1h: the pause is a part of the wait", err)
			}
		}
		// The deadline holds for pause and wait together.
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour-1)
		defer cancel()
		if err := q.Check(ctx, time.Hour-2, forever); refused(t, err) != time.Hour {
			t.Errorf("%v, want 1h", err)
		}
	})
}

func TestCheckCountsThoseWhoWaitAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Hour})
		spend(t, q, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = q.Acquire(ctx, forever, nil) }()
		synctest.Wait()
		if err := q.Check(t.Context(), 0, time.Hour); refused(t, err) != 2*time.Hour {
			t.Errorf("%v, want 2h", err)
		}
		cancel()
		synctest.Wait()
		if err := q.Check(t.Context(), 0, time.Hour); err != nil {
			t.Errorf("%v after the one ahead has gone", err)
		}
	})
}

func TestCheckSaysNothingWhileTheAnswerToTheTrialIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Shut(time.Minute, quota.Told)
		if err := q.Check(t.Context(), 0, 0); refused(t, err) != time.Minute {
			t.Errorf("%v, want 1m", err)
		}
		time.Sleep(time.Minute)
		p := take(t, q)
		if err := q.Check(t.Context(), 0, 0); err != nil {
			t.Errorf("%v, want nothing known", err)
		}
		p.Settle(quota.Counted, time.Now())
	})
}

// A request that need not wait does not join the queue.
func TestAPlaceThatIsFreeCostsOneAllocation(t *testing.T) {
	q := quota.New(quota.Config{Limit: 15, Window: time.Nanosecond})
	ctx := t.Context()
	n := testing.AllocsPerRun(1000, func() {
		p, err := q.Acquire(ctx, forever, nil)
		if err != nil {
			t.Fatal(err)
		}
		p.Settle(quota.Uncounted, time.Time{})
	})
	if n > 1 {
		t.Errorf("%v allocations, want 1: the place", n)
	}
}

func BenchmarkAcquireWhenAPlaceIsFree(b *testing.B) {
	b.ReportAllocs()
	q := quota.New(quota.Config{Limit: 15, Window: time.Nanosecond})
	for b.Loop() {
		p, err := q.Acquire(b.Context(), forever, nil)
		if err != nil {
			b.Fatal(err)
		}
		p.Settle(quota.Counted, time.Now())
	}
}
