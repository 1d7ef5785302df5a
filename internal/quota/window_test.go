package quota_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

func TestAPlaceIsFreeOneWindowAfterItWasCounted(t *testing.T) {
	for _, window := range []time.Duration{1, 3, time.Millisecond, 3333333333, time.Hour, 49 * time.Hour, 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			q := quota.New(quota.Config{Limit: 1, Window: window})
			p := take(t, q)
			time.Sleep(7 * time.Second)
			p.Settle(quota.Counted, time.Now())
			if in := full(t, q); in != window {
				t.Errorf("a place of a window of %v is free again in %v", window, in)
			}
			time.Sleep(window - 1)
			if in := full(t, q); in != 1 {
				t.Errorf("a nanosecond before the end of %v it is free again in %v", window, in)
			}
			time.Sleep(time.Nanosecond)
			spend(t, q, 1)
		})
	}
}

func TestTheLongestWindowOfAllGrantsItsFirstRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 2, Window: forever})
		if v := q.View(); v.Next(2).After(time.Now()) || time.Until(v.Next(3)) < forever {
			t.Errorf("2 can go at %v, 3 at %v, want now and never", v.Next(2), v.Next(3))
		}
		spend(t, q, 1)
		take(t, q)
		time.Sleep(time.Hour)
		if in := full(t, q); in != forever-time.Hour {
			t.Errorf("the first is free in %v, want %v", in, forever-time.Hour)
		}
		if in := time.Until(q.View().Next(math.MaxInt)); in < forever {
			t.Errorf("the last of all can go in %v", in)
		}
	})
}

// log is the naive model of a window: when each place is free again, the zero
// time as long as it is in flight.
type log struct {
	limit  int
	window time.Duration
	places []*time.Time
}

// busy returns when the places are free again that are not free now, the first
// one first, and how many of them are in flight.
func (l *log) busy(now time.Time) (until []time.Time, flying int) {
	for _, p := range l.places {
		switch {
		case p.IsZero():
			flying++
		case p.After(now):
			until = append(until, *p)
		}
	}
	slices.SortFunc(until, time.Time.Compare)
	return until, flying
}

// next returns when the n-th request from now can go: each takes the place that is
// free first, and holds it for one window from then. Those in flight are taken to
// be answered now.
func (l *log) next(now time.Time, n int) time.Time {
	until, flying := l.busy(now)
	for range flying {
		until = append(until, now.Add(l.window))
	}
	for ; ; n-- {
		slices.SortFunc(until, time.Time.Compare)
		at := now
		if len(until) >= l.limit {
			at = until[len(until)-l.limit]
		}
		if n == 1 {
			return at
		}
		until = append(until, at.Add(l.window))
	}
}

func TestTheWindowIsThatOfANaiveModel(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { compareWithModel(t, rand.New(rand.NewPCG(seed, 0))) })
		})
	}
}

func compareWithModel(t *testing.T, r *rand.Rand) {
	model := &log{limit: 1 + r.IntN(8), window: time.Duration(1 + r.Int64N(int64(time.Hour)))}
	q := quota.New(quota.Config{Limit: model.limit, Window: model.window})
	type request struct {
		place *quota.Place
		sends []*time.Time
	}
	var flying []request
	for step := range 300 {
		now := time.Now()
		switch r.IntN(4) {
		case 0:
			time.Sleep(time.Duration(r.Int64N(int64(model.window) / 2)))
		case 1, 2:
			until, inFlight := model.busy(now)
			used := len(until) + inFlight
			p, err := q.Acquire(t.Context(), 0, nil)
			if used < model.limit {
				if err != nil {
					t.Fatalf("step %d: %v with %d of %d used", step, err, used, model.limit)
				}
				sent := new(time.Time)
				model.places = append(model.places, sent)
				flying = append(flying, request{p, []*time.Time{sent}})
				continue
			}
			for range inFlight {
				until = append(until, now.Add(model.window)) // and more: whose end is not known
			}
			slices.SortFunc(until, time.Time.Compare)
			want := until[used-model.limit].Sub(now)
			var refusal *quota.Refusal
			if !errors.As(err, &refusal) || refusal.In != want {
				t.Fatalf("step %d: %v, want a wait of %v", step, err, want)
			}
		case 3:
			if len(flying) == 0 {
				continue
			}
			i := r.IntN(len(flying))
			req := flying[i]
			if r.IntN(10) == 0 {
				req.place.SentAgain()
				again := new(time.Time)
				model.places = append(model.places, again)
				flying[i].sends = append(flying[i].sends, again)
				continue
			}
			flying = slices.Delete(flying, i, i+1)
			outcome := quota.Outcome(r.IntN(int(quota.Counted) + 1))
			at := now
			if outcome >= quota.Lost && r.IntN(3) == 0 {
				at = now.Add(time.Duration(r.Int64N(int64(model.window))))
			}
			if !req.place.Settle(outcome, at) || req.place.Settle(quota.Counted, now) {
				t.Fatalf("step %d: the first call is not the one that counts", step)
			}
			req.place.SentAgain() // too late
			for i, sent := range req.sends {
				*sent = now
				if outcome >= quota.Lost || i > 0 {
					*sent = at.Add(model.window)
				}
			}
		}
		view := q.View()
		until, inFlight := model.busy(time.Now())
		if used := len(until) + inFlight; view.Used != used {
			t.Fatalf("step %d: %d used, want %d", step, view.Used, used)
		}
		if view.Used > model.limit {
			continue // some were sent again: the model does not say who takes which place
		}
		for n := 1; n < 3*model.limit; n++ {
			if got, want := view.Next(n), model.next(time.Now(), n); !got.Equal(want) {
				t.Fatalf("step %d: the next %d in %v, want %v", step, n, time.Until(got), time.Until(want))
			}
		}
	}
}

// An answer that comes late, and places whose requests are counted later than
// others that were taken after them.
func TestPlacesComeFreeInTheOrderInWhichTheyWereCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 3, Window: time.Hour})
		start := time.Now()
		a, b, c := take(t, q), take(t, q), take(t, q)
		a.Settle(quota.Lost, start.Add(30*time.Second))
		c.Settle(quota.Counted, start)
		b.Settle(quota.Counted, start.Add(10*time.Second))
		for _, want := range []time.Duration{time.Hour, 10 * time.Second, 20 * time.Second} {
			if in := full(t, q); in != want {
				t.Errorf("the next place is free in %v, want %v", in, want)
			}
			time.Sleep(want)
			take(t, q)
		}
	})
}

// One whose answer can come any moment is free before one that the service may be
// about to count for half a minute more.
func TestAPlaceInFlightCanBeFreeBeforeOneThatIsCountedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quota.New(quota.Config{Limit: 3, Window: time.Hour})
		take(t, q).Settle(quota.Counted, time.Now())
		take(t, q).Settle(quota.Lost, time.Now().Add(30*time.Second))
		time.Sleep(time.Second)
		take(t, q)
		v, start := q.View(), time.Now()
		for n, want := range []time.Duration{
			time.Hour - time.Second, time.Hour, time.Hour + 29*time.Second, 2*time.Hour - time.Second, 2 * time.Hour,
		} {
			if in := v.Next(n + 1).Sub(start); in != want {
				t.Errorf("the next %d can have gone in %v, want %v", n+1, in, want)
			}
		}
	})
}
