package quota_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

func TestWhatTheServiceDoesNotCountTakesNoPlace(t *testing.T) {
	for outcome, used := range map[quota.Outcome]int{
		quota.Unsent: 0, quota.Refused: 0, quota.Uncounted: 0, quota.Lost: 1, quota.Counted: 1,
	} {
		synctest.Test(t, func(t *testing.T) {
			q := quota.New(quota.Config{Limit: 2, Window: time.Hour})
			p := take(t, q)
			if n := q.View().Used; n != 1 {
				t.Errorf("%d used before the answer, want 1", n)
			}
			p.Settle(outcome, time.Now())
			if n := q.View().Used; n != used {
				t.Errorf("%d used after outcome %d, want %d", n, outcome, used)
			}
		})
	}
}

func TestOnlyTheFirstOutcomeCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 2, Window: time.Hour})
		p := take(t, q)
		if !p.Settle(quota.Unsent, time.Now()) {
			t.Error("the first call is not the first")
		}
		if p.Settle(quota.Counted, time.Now()) {
			t.Error("the second call is the first")
		}
		p.SentAgain()
		if v := q.View(); v.Used != 0 {
			t.Errorf("%d used, want none", v.Used)
		}
	})
}

// A caller that stopped waiting does not know when the service counts. The window limits
// the guess: with a short window the guess must not cost more than the window.
func TestAGuessInTheFutureCostsNoMoreThanAWindowMore(t *testing.T) {
	for _, test := range []struct{ late, want time.Duration }{
		{20 * time.Second, 80 * time.Second},
		{time.Minute, 2 * time.Minute},
		{time.Hour, 2 * time.Minute},
		{forever, 2 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			q := quota.New(quota.Config{Limit: 1, Window: time.Minute})
			take(t, q).Settle(quota.Lost, time.Now().Add(test.late))
			if in := full(t, q); in != test.want {
				t.Errorf("counted in %v at the latest: free in %v, want %v", test.late, in, test.want)
			}
		})
	}
}

// If a request was sent again, only the last answer is known.
func TestARequestThatWasSentAgainStandsForTwo(t *testing.T) {
	for outcome, used := range map[quota.Outcome]int{quota.Uncounted: 1, quota.Counted: 2} {
		synctest.Test(t, func(t *testing.T) {
			q := quota.New(quota.Config{Limit: 1, Window: time.Hour})
			p := take(t, q)
			p.SentAgain()
			if n := q.View().Used; n != 2 {
				t.Errorf("%d used before the answer, want 2", n)
			}
			time.Sleep(time.Minute)
			p.Settle(outcome, time.Now())
			if n := q.View().Used; n != used {
				t.Errorf("%d used after outcome %d, want %d", n, outcome, used)
			}
			if in := full(t, q); in != time.Hour {
				t.Errorf("free in %v, want 1h from the answer", in)
			}
		})
	}
}

// A holder that leaves with its place sends the request after that, so the place counts
// from the time at which the request can be over.
func TestAPlaceThatIsLeftIsCountedFromWhenItsHolderHasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 1, Window: time.Hour})
		p := take(t, q)
		p.Leave(30 * time.Second)
		if in := full(t, q); in != time.Hour+30*time.Second {
			t.Errorf("free in %v, want 1h30s", in)
		}
		if p.Settle(quota.Unsent, time.Now()) {
			t.Error("it can be settled again")
		}
	})
}

func TestAPlaceThatIsLeftOpensNoGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{})
		q.Shut(0, quota.Told)
		take(t, q).Leave(time.Second)
		trial := take(t, q)
		if in := full(t, q); in != 0 {
			t.Errorf("beside the next on trial: %v, want an unknown time", in)
		}
		trial.Settle(quota.Counted, time.Now())
		take(t, q)
		take(t, q)
	})
}
