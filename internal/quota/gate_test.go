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

func TestTheGateHoldsForAllAndThenOneGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		start := time.Now()
		q.Shut(30*time.Second, quota.Told)
		var mu sync.Mutex
		var at []time.Duration
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				p, err := q.Acquire(t.Context(), forever, nil)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				at = append(at, time.Since(start))
				mu.Unlock()
				time.Sleep(5 * time.Second)
				p.Settle(quota.Counted, time.Now())
			})
		}
		wg.Wait()
		for i, d := range at {
			want := 35 * time.Second
			if i == 0 {
				want = 30 * time.Second
			}
			if d != want {
				t.Errorf("requests went at %v, want one at 30s and the others at 35s", at)
				break
			}
		}
	})
}

func TestOnlyAnAcceptedTrialOpensTheGate(t *testing.T) {
	for outcome, opens := range map[quota.Outcome]bool{
		quota.Unsent: false, quota.Refused: false, quota.Uncounted: true, quota.Lost: false, quota.Counted: true,
	} {
		synctest.Test(t, func(t *testing.T) {
			q := quota.New(quota.Config{})
			q.Shut(time.Minute, quota.Told)
			time.Sleep(time.Minute)
			take(t, q).Settle(outcome, time.Now())
			second := take(t, q) // also on trial if the first did not open the gate
			_, err := q.Acquire(t.Context(), 0, nil)
			if opened := err == nil; opened != opens {
				t.Errorf("outcome %d: a third beside the second: %v, want opened %v", outcome, err, opens)
			}
			if err != nil && refused(t, err) != 0 {
				t.Errorf("outcome %d: %v, want an unknown time", outcome, err)
			}
			second.Settle(quota.Counted, time.Now())
		})
	}
}

func TestASecondRefusalIsNotUndoneByAnAnswerFromBeforeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		early, late := take(t, q), take(t, q)
		q.Shut(time.Second, quota.Told)
		time.Sleep(time.Second)
		trial := take(t, q)
		time.Sleep(time.Second)
		q.Shut(time.Minute, quota.Told) // by the answer to the late one
		late.Settle(quota.Refused, time.Now())
		early.Settle(quota.Counted, time.Now()) // it was not on trial
		trial.Settle(quota.Counted, time.Now())
		if in := full(t, q); in != time.Minute {
			t.Errorf("refused for %v, want 1m", in)
		}
	})
}

func TestARefusalNeverShortensAnEarlierOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Shut(time.Hour, quota.Told)
		q.Shut(time.Minute, quota.Backoff)
		if in := full(t, q); in != time.Hour {
			t.Errorf("shut for %v, want 1h", in)
		}
		if v := q.View(); !v.ShutUntil.Equal(time.Now().Add(time.Hour)) || !v.Next(1).Equal(v.ShutUntil) {
			t.Errorf("shut until %v, next %v, want in 1h", v.ShutUntil, v.Next(1))
		}
	})
}

func TestWaitersAreRefusedWhenTheGateIsShutForTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Shut(30*time.Second, quota.Told)
		var wg sync.WaitGroup
		start := time.Now()
		for range 4 {
			wg.Go(func() {
				_, err := q.Acquire(t.Context(), time.Minute, nil)
				if in := refused(t, err); in != time.Hour || time.Since(start) != 10*time.Second {
					t.Errorf("%v after %v, want 1h after 10s", in, time.Since(start))
				}
			})
		}
		time.Sleep(10 * time.Second)
		q.Shut(time.Hour, quota.Told)
		wg.Wait()
	})
}

func TestAWaitForTheTrialTakesNoLongerThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Shut(0, quota.Told)
		trial := take(t, q)
		start := time.Now()
		var announced []quota.Wait
		_, err := q.Acquire(t.Context(), 20*time.Second, func(w quota.Wait) { announced = append(announced, w) })
		if refused(t, err) != 0 || time.Since(start) != 20*time.Second {
			t.Errorf("%v after %v, want an unknown time after 20s", err, time.Since(start))
		}
		if want := (quota.Wait{Reason: quota.Told}); len(announced) != 1 || announced[0] != want {
			t.Errorf("announced %+v, want %+v", announced, want)
		}
		trial.Settle(quota.Counted, time.Now())
	})
}

// The service refused a request and named no time, so the caller chose one. It is still a
// wait for the quota, and a caller that must not wait so long is refused. Every answer
// wakes the first caller in the queue, which changes nothing for it.
func TestAWaitForTheTrialTakesNoLongerThanAllowedWhateverElseIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 15, Window: time.Hour})
		var before []*quota.Place
		for range 5 {
			before = append(before, take(t, q))
		}
		q.Shut(0, quota.Told)
		take(t, q) // on trial
		for i, p := range before {
			time.AfterFunc(time.Duration(i+1)*15*time.Second, func() { p.Settle(quota.Counted, time.Now()) })
		}
		start := time.Now()
		if _, err := q.Acquire(t.Context(), 20*time.Second, nil); refused(t, err) != 0 || time.Since(start) != 20*time.Second {
			t.Errorf("%v after %v, want an unknown time after 20s", err, time.Since(start))
		}
		time.Sleep(time.Minute)
	})
}

func TestABackoffAtTheGateIsBoundedAsAnyOtherWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Shut(time.Minute, quota.Backoff)
		start := time.Now()
		for _, maxWait := range []time.Duration{0, time.Minute - 1} {
			if _, err := q.Acquire(t.Context(), maxWait, nil); refused(t, err) != time.Minute {
				t.Errorf("at most %v: %v, want 1m", maxWait, err)
			}
			if err := q.Check(t.Context(), 0, maxWait); refused(t, err) != time.Minute {
				t.Errorf("at most %v: %v, want 1m", maxWait, err)
			}
		}
		if time.Since(start) != 0 {
			t.Errorf("refused after %v", time.Since(start))
		}
		trial, err := q.Acquire(t.Context(), time.Minute, nil)
		if err != nil || time.Since(start) != time.Minute {
			t.Errorf("%v after %v, want a place after 1m", err, time.Since(start))
		}
		if _, err := q.Acquire(t.Context(), 0, nil); refused(t, err) != 0 || time.Since(start) != time.Minute {
			t.Errorf("beside the trial: %v after %v, want an unknown time at once", err, time.Since(start))
		}
		trial.Settle(quota.Counted, time.Now())
	})
}

// One nonsensical answer must not shut the gate for the life of a program.
func TestARefusalIsObeyedForADayAtMost(t *testing.T) {
	for _, after := range []time.Duration{24*time.Hour + 1, 10 * 365 * 24 * time.Hour, forever} {
		synctest.Test(t, func(t *testing.T) {
			q := quota.New(quota.Config{})
			q.Shut(after, quota.Told)
			if in := full(t, q); in != 24*time.Hour {
				t.Errorf("told %v: shut for %v, want 24h", after, in)
			}
			time.Sleep(24*time.Hour - 1)
			if in := full(t, q); in != 1 {
				t.Errorf("told %v: shut for %v a nanosecond before the end", after, in)
			}
			time.Sleep(time.Nanosecond)
			// Then one goes on trial; the service may say the same again.
			trial := take(t, q)
			if in := full(t, q); in != 0 {
				t.Errorf("beside the trial: shut for %v, want an unknown time", in)
			}
			trial.Settle(quota.Refused, time.Now())
			q.Shut(after, quota.Told)
			if in := full(t, q); in != 24*time.Hour {
				t.Errorf("told %v again: shut for %v, want 24h", after, in)
			}
		})
	}
}

func TestAnOpenGateIsNotShut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Shut(time.Minute, quota.Told)
		time.Sleep(time.Minute)
		if v := q.View(); !v.ShutUntil.IsZero() || v.Next(1).After(time.Now()) {
			t.Errorf("shut until %v, which is now", v.ShutUntil)
		}
	})
}

// A caller that waits anyway loses little. For a caller that must not wait, a refusal by
// the service is no worse than a local one.
func TestAfterARefusalWhoMustNotWaitGoesBesideOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 5, Window: time.Hour})
		q.Shut(time.Minute, quota.Told)
		time.Sleep(time.Minute)
		first := take(t, q)
		if in := full(t, q); in != 0 {
			t.Errorf("beside the first on trial: %v, want an unknown time", in)
		}
		first.Settle(quota.Counted, time.Now())
		second, third := take(t, q), take(t, q)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := q.Acquire(ctx, forever, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want that one that can wait does", err)
			}
		})
		synctest.Wait()
		if in := full(t, q); in != 0 {
			t.Errorf("beside one that waits: %v, want an unknown time", in)
		}
		second.Settle(quota.Unsent, time.Now())
		synctest.Wait() // the third is still in progress
		cancel()
		wg.Wait()
		fourth := take(t, q)
		// A refusal stops all.
		time.Sleep(time.Second)
		q.Shut(time.Minute, quota.Told)
		third.Settle(quota.Refused, time.Now())
		if in := full(t, q); in != time.Minute {
			t.Errorf("refused for %v, want 1m", in)
		}
		fourth.Settle(quota.Counted, time.Now()) // it went before that
		time.Sleep(time.Minute)
		take(t, q)
		if in := full(t, q); in != 0 {
			t.Errorf("beside the first on trial again: %v, want an unknown time", in)
		}
	})
}

// A refusal that the window did not predict means that other clients use the quota as
// well, so there may be only one free place.
func TestAfterARefusalRequestsGoOneByOneForAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 100, Window: time.Hour})
		start := time.Now()
		q.Shut(0, quota.Told)
		flying, most := 0, 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for time.Since(start) < time.Hour+5*time.Minute {
					p, err := q.Acquire(t.Context(), forever, nil)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					flying++
					if time.Since(start) < time.Hour {
						most = max(most, flying)
					}
					mu.Unlock()
					time.Sleep(10 * time.Minute)
					mu.Lock()
					flying--
					mu.Unlock()
					p.Settle(quota.Counted, time.Now())
				}
			})
		}
		time.Sleep(time.Hour + time.Minute)
		mu.Lock()
		if most != 1 || flying != 8 {
			t.Errorf("%d at a time in the first hour, %d after it, want 1 and 8", most, flying)
		}
		mu.Unlock()
		wg.Wait()
	})
}
