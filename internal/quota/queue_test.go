package quota_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

func TestWaitersAreServedInTheOrderInWhichTheyCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Minute})
		spend(t, q, 1)
		var order []int
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				p, err := q.Acquire(t.Context(), forever, nil)
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, i)
				p.Settle(quota.Counted, time.Now())
			})
			synctest.Wait() // so that they come in this order
		}
		wg.Wait()
		if !slices.IsSorted(order) || len(order) != 10 {
			t.Errorf("served in the order %v", order)
		}
	})
}

// A later caller does not overtake, not even when a place is free for a moment.
func TestNobodyOvertakesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 2, Window: time.Minute})
		spend(t, q, 1)
		time.Sleep(10 * time.Second)
		spend(t, q, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for range 3 {
			go func() { _, _ = q.Acquire(ctx, forever, nil) }()
			synctest.Wait()
		}
		// Three wait, for 50 s, 60 s, and one window after the first of them goes.
		if in := full(t, q); in != 2*time.Minute {
			t.Errorf("the fourth is told %v, want 2m: the second place, one window after it was taken", in)
		}
		time.Sleep(50 * time.Second)
		synctest.Wait()
		if in := full(t, q); in != time.Minute+10*time.Second {
			t.Errorf("the fourth is told %v, want 1m10s", in)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if used := q.View().Used; used != 2 {
			t.Errorf("%d places used", used)
		}
	})
}

func TestWhoeverIsBehindGoesAtOnceWhenAPlaceIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 2, Window: time.Hour})
		places := []*quota.Place{take(t, q), take(t, q)}
		start := time.Now()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := q.Acquire(t.Context(), forever, nil); err != nil || time.Since(start) != time.Second {
					t.Errorf("%v after %v, want a place after 1s", err, time.Since(start))
				}
			})
		}
		time.Sleep(time.Second)
		for _, p := range places {
			p.Settle(quota.Unsent, time.Now())
		}
		wg.Wait()
	})
}

func TestAnAnnouncementThatPanicsLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Minute})
		spend(t, q, 1)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic did not reach the caller")
				}
			}()
			_, _ = q.Acquire(t.Context(), forever, func(quota.Wait) { panic("announced") })
		}()
		// No caller is ahead, and no place is taken.
		if in := full(t, q); in != time.Minute {
			t.Errorf("the next is told %v, want 1m", in)
		}
		start := time.Now()
		if _, err := q.Acquire(t.Context(), forever, nil); err != nil || time.Since(start) != time.Minute {
			t.Errorf("%v after %v, want a place after 1m", err, time.Since(start))
		}
		if used := q.View().Used; used != 1 {
			t.Errorf("%d used, want 1", used)
		}
	})
}

// A caller that has a place is no longer in the queue, not even for the moment in which it
// leaves: for a caller that must not wait it would take two places. The race detector
// shuffles the order of callers, so that some arrive in that moment.
func TestNobodyIsRefusedThePlaceBehindSomeoneWhoGoes(t *testing.T) {
	for range 2000 {
		synctest.Test(t, func(t *testing.T) {
			q := quota.New(quota.Config{Limit: 2, Window: time.Minute})
			spend(t, q, 2)
			var wg sync.WaitGroup
			wg.Go(func() {
				if _, err := q.Acquire(t.Context(), forever, nil); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Minute)
			if _, err := q.Acquire(t.Context(), 0, nil); err != nil {
				t.Errorf("%v, want the second place", err)
			}
			wg.Wait()
		})
	}
}

// The first caller can go, but has not checked yet because its announcement takes long.
// The caller behind it will wait; the last one must not wait for that reason.
func TestWhoMustNotWaitDoesNotEvenIfThoseAheadDo(t *testing.T) {
	for name, shut := range map[string]bool{"for a trial": true, "for a place, while questions fail": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &oracle{reading: quota.Reading{Limit: 3, Window: time.Hour}}
				q := quota.New(o.config())
				spend(t, q, 1)
				time.Sleep(30 * time.Minute)
				if shut {
					q.Shut(30*time.Minute, quota.Told)
				} else {
					spend(t, q, 2)
					o.err = errors.New("no answer")
				}
				var wg sync.WaitGroup
				for range 2 {
					wg.Go(func() {
						announce := func(quota.Wait) { time.Sleep(31 * time.Minute) }
						if p, err := q.Acquire(t.Context(), 2*time.Hour, announce); err == nil {
							time.Sleep(time.Minute)
							p.Settle(quota.Counted, time.Now())
						}
					})
					synctest.Wait()
				}
				time.Sleep(30*time.Minute + time.Second)
				start := time.Now()
				if _, err := q.Acquire(t.Context(), 0, nil); err == nil || time.Since(start) != 0 {
					t.Errorf("%v after %v, want a refusal at once", err, time.Since(start))
				}
				wg.Wait()
			})
		})
	}
}
