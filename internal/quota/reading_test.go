package quota_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

// says sets the answer to the next question, for a quota of an hour.
func (o *oracle) says(limit, used int, next time.Duration) {
	o.reading = quota.Reading{Limit: limit, Window: time.Hour, Used: used, NextIn: next}
}

func TestALostRequestThatWasNotCountedGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(oracle)
		o.says(2, 0, 0)
		q := quota.New(o.config())
		take(t, q).Settle(quota.Lost, time.Now())
		spend(t, q, 1)
		time.Sleep(time.Minute)
		o.says(2, 1, 0)
		take(t, q)
		if used := q.View().Used; used != 2 || o.asked != 2 {
			t.Errorf("%d used after %d questions, want 2 after 2", used, o.asked)
		}
	})
}

// The counted place belongs to the lost request or to another client. Which one it is
// becomes known when the time of the lost request is over.
func TestALostRequestDoesNotHideSomebodyElses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(oracle)
		o.says(1, 0, 0)
		q := quota.New(o.config())
		take(t, q).Settle(quota.Lost, time.Now())
		time.Sleep(10 * time.Minute)
		o.says(1, 1, 55*time.Minute)
		if in := full(t, q); in != 50*time.Minute || o.asked != 2 {
			t.Errorf("free in %v after %d questions, want 50m after 2", in, o.asked)
		}
		time.Sleep(50 * time.Minute)
		o.says(1, 1, 5*time.Minute)
		if in := full(t, q); in != 5*time.Minute || o.asked != 3 {
			t.Errorf("free in %v after %d questions, want 5m after 3", in, o.asked)
		}
		// It is known now, so there is no question.
		time.Sleep(5 * time.Minute)
		take(t, q)
		if o.asked != 3 {
			t.Errorf("%d questions, want 3", o.asked)
		}
	})
}

func TestALostRequestThatMayStillBeCountedIsInDoubtUntilThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(oracle)
		o.says(3, 0, 0)
		q := quota.New(o.config())
		take(t, q).Settle(quota.Lost, time.Now().Add(30*time.Second))
		spend(t, q, 2)
		time.Sleep(10 * time.Second)
		o.says(3, 2, 0) // so it is not counted, or not yet
		if in := full(t, q); in != time.Hour-10*time.Second {
			t.Errorf("free in %v, want 59m50s", in)
		}
		o.says(3, 3, time.Hour-10*time.Second) // by now it is
		time.Sleep(time.Minute)
		if in := full(t, q); in != time.Hour-70*time.Second {
			t.Errorf("free in %v, want 58m50s", in)
		}
		if used := q.View().Used; used != 3 {
			t.Errorf("%d used, want 3: the lost one counts once", used)
		}
	})
}

// The first free place is its own, so nothing is known about the places of others.
func TestTheTimeOfItsOwnPlaceIsNotTakenForSomebodyElses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(oracle)
		o.says(3, 0, 0)
		q := quota.New(o.config())
		spend(t, q, 1)
		time.Sleep(10 * time.Minute)
		spend(t, q, 2)
		o.says(3, 5, 50*time.Minute) // a new limit would look the same
		if in := full(t, q); in != time.Hour {
			t.Errorf("free in %v, want 1h: two more are others', for as long as it takes", in)
		}
		o.says(3, 2, 0)
		time.Sleep(time.Hour)
		take(t, q)
		take(t, q)
		take(t, q)
	})
}

// doubt returns a quota of 3 of which another client uses 1, and two requests in
// progress. The answer to a question is that 2 are used: it counts one of them.
func doubt(t *testing.T) (*oracle, *quota.Quota, [2]*quota.Place) {
	o := new(oracle)
	o.says(3, 1, 0)
	q := quota.New(o.config())
	places := [2]*quota.Place{take(t, q), take(t, q)}
	time.Sleep(time.Second)
	o.says(3, 2, 0)
	return o, q, places
}

func TestAPlaceInDoubtIsGrantedWhenTheDoubtIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, q, places := doubt(t)
		// It may be free, but that is not known yet.
		if in := full(t, q); in != 0 || o.asked != 2 {
			t.Errorf("free in %v after %d questions, want an unknown time after 2", in, o.asked)
		}
		if v := q.View(); v.Used != 2 || v.Next(1).After(time.Now()) {
			t.Errorf("%d used, the next can go in %v, want 2 and now: as far as can be hoped", v.Used, time.Until(v.Next(1)))
		}
		start := time.Now()
		var waits []quota.Wait
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := q.Acquire(t.Context(), forever, func(w quota.Wait) { waits = append(waits, w) })
			if err != nil || time.Since(start) != 2*time.Second {
				t.Errorf("%v after %v, want a place after 2s", err, time.Since(start))
			}
		})
		time.Sleep(time.Second)
		places[0].Settle(quota.Uncounted, time.Now())
		time.Sleep(time.Second)
		places[1].Settle(quota.Counted, time.Now())
		wg.Wait()
		if want := (quota.Wait{Reason: quota.Spent}); len(waits) == 0 || waits[0] != want {
			t.Errorf("announced %+v, want %+v first", waits, want)
		}
		if used := q.View().Used; used != 3 {
			t.Errorf("%d used, want 3: somebody else's and two", used)
		}
	})
}

func TestAWaitInDoubtTakesNoLongerThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, q, _ := doubt(t)
		start := time.Now()
		if _, err := q.Acquire(t.Context(), 20*time.Second, nil); refused(t, err) != 0 || time.Since(start) != 20*time.Second {
			t.Errorf("%v after %v, want an unknown time after 20s", err, time.Since(start))
		}
	})
}

func TestAFailedQuestionIsAskedAgainAMinuteLaterWhoeverCameMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, q, _ := doubt(t)
		full(t, q)
		time.Sleep(time.Minute)
		o.err = errors.New("no answer")
		full(t, q)
		time.Sleep(40 * time.Second)
		o.err = nil
		o.says(3, 0, 0)
		start := time.Now()
		if _, err := q.Acquire(t.Context(), forever, nil); err != nil || time.Since(start) != 20*time.Second {
			t.Errorf("%v after %v, want a place after 20s, a minute after the question", err, time.Since(start))
		}
	})
}

// Questions that are asked in the meantime do not start it again.
func TestAWaitInDoubtTakesNoLongerThanAllowedHoweverOftenItIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, q, _ := doubt(t)
		o.takes = 2 * time.Second
		start := time.Now()
		if _, err := q.Acquire(t.Context(), 150*time.Second, nil); refused(t, err) != 0 || time.Since(start) != 152*time.Second {
			t.Errorf("%v after %v, want an unknown time 2m30s after the answer", err, time.Since(start))
		}
		if o.asked != 4 {
			t.Errorf("%d questions, want 4: at the start, before the wait, and two a minute apart", o.asked)
		}
	})
}

// No caller waits forever for a request that is never answered.
func TestADoubtIsOverOneWindowAfterTheQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, q, _ := doubt(t)
		start := time.Now()
		full(t, q)
		o.err = errors.New("no answer")
		if _, err := q.Acquire(t.Context(), forever, nil); err != nil || time.Since(start) != time.Hour {
			t.Errorf("%v after %v, want a place after 1h", err, time.Since(start))
		}
	})
}

func TestARequestUnderWayThatIsLostStaysInDoubtUntilItIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, q, places := doubt(t)
		full(t, q)
		places[0].Settle(quota.Unsent, time.Now())
		places[1].Settle(quota.Lost, time.Now().Add(30*time.Second))
		// The lost one, and two of which one can be the lost one.
		if in := full(t, q); in != 30*time.Second {
			t.Errorf("free in %v, want 30s: then the next answer tells", in)
		}
		time.Sleep(30 * time.Second)
		take(t, q)
		if o.asked != 4 {
			t.Errorf("%d questions, want 4", o.asked)
		}
	})
}

func TestARequestThatIsAnsweredDuringTheQuestionIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, q, places := doubt(t)
		o.takes = 2 * time.Second
		time.AfterFunc(time.Second, func() {
			places[0].Settle(quota.Counted, time.Now())
			places[1].Settle(quota.Unsent, time.Now())
		})
		start := time.Now()
		if _, err := q.Acquire(t.Context(), 0, nil); err != nil || time.Since(start) != 4*time.Second || o.asked != 3 {
			t.Errorf("%v after %v and %d questions, want a place after 4s and 3", err, time.Since(start), o.asked)
		}
	})
}

func TestTheWindowFollowsWhatIsLearned(t *testing.T) {
	for _, test := range []struct {
		limit  int
		window time.Duration
		next   time.Duration
	}{
		{limit: 2, window: 2 * time.Hour, next: 2*time.Hour - time.Minute},
		{limit: 2, window: 10 * time.Minute, next: 9 * time.Minute},
		{limit: 1, window: time.Hour, next: time.Hour},
		{limit: 3, window: time.Hour, next: 0},
	} {
		t.Run(fmt.Sprintf("%d in %v", test.limit, test.window), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &oracle{reading: quota.Reading{Limit: 2, Window: time.Hour}}
				q := quota.New(o.config())
				spend(t, q, 1)
				time.Sleep(time.Minute)
				spend(t, q, 1)
				o.reading = quota.Reading{Limit: test.limit, Window: test.window, Used: 2}
				if test.next == 0 {
					spend(t, q, 1)
					return
				}
				// Its own two are counted already: none is assumed to be another client's.
				if in := full(t, q); in != test.next {
					t.Errorf("free in %v, want %v", in, test.next)
				}
				if used := q.View().Used; used != 2 {
					t.Errorf("%d used, want 2", used)
				}
			})
		})
	}
}

// A reading may include a request that was in progress at the time. There is another
// question before any caller waits because of it.
func TestWhatIsUnderWayDoesNotCountTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 2, Window: time.Hour}}
		q := quota.New(o.config())
		first, second := take(t, q), take(t, q)
		o.reading.Used, o.reading.NextIn = 2, time.Hour
		full(t, q)
		if used := q.View().Used; used != 2 || o.asked != 2 {
			t.Errorf("%d used after %d questions, want 2 after 2", used, o.asked)
		}
		time.Sleep(time.Second)
		first.Settle(quota.Counted, time.Now())
		second.Settle(quota.Uncounted, time.Now())
		o.reading.Used, o.reading.NextIn = 1, 0
		take(t, q)
		if used := q.View().Used; used != 2 || o.asked != 3 {
			t.Errorf("%d used after %d questions, want 2 after 3", used, o.asked)
		}
	})
}

func TestCheckDoesNotForetellWhatTheNextAnswerWillBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 1, Window: time.Hour}}
		q := quota.New(o.config())
		spend(t, q, 1)
		if err := q.Check(t.Context(), 0, 0); err != nil {
			t.Errorf("%v, but the next question can say otherwise", err)
		}
		q.Shut(2*time.Hour, quota.Told)
		if err := q.Check(t.Context(), 0, 0); refused(t, err) != 2*time.Hour {
			t.Errorf("%v, want 2h: the gate is shut whatever the answer is", err)
		}
	})
}
