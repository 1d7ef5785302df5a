package quota_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestQuotaRefusesAtOnceWhatWouldWaitLongerThanMaxWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := testkit.Production(ll2test.NewServer(ll2test.Events(1)...))
		testkit.Spend(t, client, 15)
		time.Sleep(10 * time.Minute)
		start := time.Now()
		e := testkit.Limited(t, testkit.Get(t.Context(), client))
		if e.RetryAfter != 50*time.Minute || !e.Local || e.Err != nil {
			t.Errorf("%#v, want a local one after 50m", e)
		}
		if time.Since(start) != 0 {
			t.Errorf("refused after %v", time.Since(start))
		}

		// The time that it says is exact.
		time.Sleep(e.RetryAfter - time.Nanosecond)
		if err := testkit.Get(t.Context(), testkit.Production(ll2test.NewServer(), ll2.WithMaxWait(0))); errors.Is(err, ll2.ErrRateLimited) {
			t.Errorf("another client: %v", err)
		}
		start = time.Now()
		if err := testkit.Get(t.Context(), client); err != nil || time.Since(start) != time.Nanosecond {
			t.Errorf("%v after %v, want success after 1ns", err, time.Since(start))
		}
	})
}

func TestQuotaRefusesAtOnceWhatWouldWaitPastTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := testkit.Production(ll2test.NewServer(ll2test.Events(1)...), ll2.WithMaxWait(math.MaxInt64))
		testkit.Spend(t, client, 15)
		ctx, cancel := context.WithTimeout(t.Context(), 59*time.Minute)
		defer cancel()
		start := time.Now()
		if e := testkit.Limited(t, testkit.Get(ctx, client)); e.RetryAfter != time.Hour || time.Since(start) != 0 {
			t.Errorf("%#v after %v, want 1h at once", e, time.Since(start))
		}
	})
}

func TestAWaitForTheQuotaEndsWithTheContextAndItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := testkit.Production(ll2test.NewServer(ll2test.Events(1)...), ll2.WithMaxWait(math.MaxInt64))
		testkit.Spend(t, client, 15)
		gone := errors.New("the user went home")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(gone) })
		start := time.Now()
		err := testkit.Get(ctx, client)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, gone) || time.Since(start) != time.Minute {
			t.Errorf("%v after %v, want the cause after 1m", err, time.Since(start))
		}
		// The place that it waited for is not lost.
		time.Sleep(59 * time.Minute)
		testkit.Spend(t, client, 15)
	})
}

func TestQuotaServesWaitersInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(40)...)
		client := server.Client(ll2.WithRateLimit(1, time.Minute), ll2.WithMaxWait(math.MaxInt64))
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				if _, err := client.DockingEvents.Get(t.Context(), i+1); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // so that they come in this order
		}
		wg.Wait()
		for i, req := range server.Requests() {
			if want := fmt.Sprintf("/2.2.0/docking_event/%d/", i+1); req.URL.Path != want {
				t.Errorf("request %d was %s, want %s", i, req.URL.Path, want)
			}
		}
	})
}

func TestOneWhoGivesUpHandsItsPlaceOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithRateLimit(1, time.Minute), ll2.WithMaxWait(math.MaxInt64))
		start := time.Now()
		testkit.Spend(t, client, 1)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { _ = testkit.Get(ctx, client) })
		}
		synctest.Wait()
		wg.Go(func() { testkit.Spend(t, client, 1) })
		synctest.Wait()
		cancel()
		wg.Wait()
		if took := time.Since(start); took != time.Minute {
			t.Errorf("the one behind went after %v, want 1m", took)
		}
	})
}
