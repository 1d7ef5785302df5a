package quota_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

// An oracle answers questions, after a while.
type oracle struct {
	reading quota.Reading
	err     error
	takes   time.Duration

	asked  int
	warned []error
}

func (o *oracle) ask(ctx context.Context) (quota.Reading, error) {
	o.asked++
	if err := quota.Sleep(ctx, o.takes); err != nil {
		return quota.Reading{}, err
	}
	return o.reading, o.err
}

// config returns a configuration with a fallback of 15 requests an hour.
func (o *oracle) config() quota.Config {
	return quota.Config{
		Limit: 15, Window: time.Hour, Ask: o.ask,
		Warn: func(_ context.Context, err error) { o.warned = append(o.warned, err) },
	}
}

func TestTheFirstRequestWaitsForTheAnswerAndSoDoOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 20, Window: time.Minute}, takes: 2 * time.Second}
		q := quota.New(o.config())
		if v := q.View(); v.Limit != 0 || v.Window != 0 || v.Next(1).After(time.Now()) {
			t.Errorf("%+v before the first question, want nothing known", v)
		}
		start := time.Now()
		var wg sync.WaitGroup
		for range 8 {
			// Not even a request that must not wait is refused for that.
			wg.Go(func() {
				if _, err := q.Acquire(t.Context(), 0, nil); err != nil || time.Since(start) != 2*time.Second {
					t.Errorf("%v after %v, want a place after 2s", err, time.Since(start))
				}
			})
		}
		wg.Wait()
		if v := q.View(); v.Limit != 20 || v.Window != time.Minute || v.Used != 8 || o.asked != 1 || o.warned != nil {
			t.Errorf("%+v after %d questions, want 8 used of 20 a minute after one; warned of %v", v, o.asked, o.warned)
		}
	})
}

// crowd makes n callers that must not wait ask for a place at once, and returns how many
// of them get one.
func crowd(t *testing.T, q *quota.Quota, n int) int {
	var got atomic.Int32
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if _, err := q.Acquire(t.Context(), 0, nil); err == nil {
				got.Add(1)
			}
		})
	}
	wg.Wait()
	return int(got.Load())
}

func TestNobodyIsRefusedByWhatWasKnownBeforeTheQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 5, Window: time.Hour, Used: 5, NextIn: time.Hour}, takes: 2 * time.Second}
		q := quota.New(o.config())
		full(t, q)
		time.Sleep(2 * time.Minute)
		o.reading.Used = 1
		if n := crowd(t, q, 6); n != 4 {
			t.Errorf("%d of 6 got a place, want 4", n)
		}
	})
}

// The caller ahead is about to go, and the next one then starts the question.
func TestNobodyIsRefusedByWhatIsKnownBeforeAQuestionThatIsDue(t *testing.T) {
	for range 20 { // in whatever order they come
		synctest.Test(t, func(t *testing.T) {
			o := &oracle{reading: quota.Reading{Limit: 5, Window: time.Hour, Used: 2}}
			q := quota.New(o.config())
			spend(t, q, 1)
			time.Sleep(2 * time.Minute)
			o.reading.Used = 1 // its own: the two of others have left the window
			if n := crowd(t, q, 4); n != 4 {
				t.Errorf("%d of 4 got a place", n)
			}
		})
	}
}

func TestWhatOthersHaveUsedIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 5, Window: time.Hour, Used: 3}}
		q := quota.New(o.config())
		spend(t, q, 2)
		// All is used now, and the service says when the others' first place is free.
		o.reading.Used, o.reading.NextIn = 5, 50*time.Minute
		if in := full(t, q); in != 50*time.Minute || o.asked != 2 {
			t.Errorf("free in %v after %d questions, want 50m after 2", in, o.asked)
		}
		// The other places of others are only known to take an hour.
		time.Sleep(50 * time.Minute)
		o.reading = quota.Reading{Limit: 5, Window: time.Hour, Used: 4}
		spend(t, q, 1)
		o.reading = quota.Reading{Limit: 5, Window: time.Hour, Used: 5, NextIn: time.Minute}
		if in := full(t, q); in != time.Minute {
			t.Errorf("free in %v, want 1m", in)
		}
	})
}

func TestNobodyAsksAgainIfNothingHasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 1, Window: time.Hour, Used: 1, NextIn: time.Hour}}
		q := quota.New(o.config())
		for range 3 {
			full(t, q)
		}
		time.Sleep(time.Minute - 1)
		full(t, q)
		if o.asked != 1 {
			t.Errorf("%d questions within a minute, want 1", o.asked)
		}
		time.Sleep(time.Nanosecond)
		full(t, q)
		if o.asked != 2 {
			t.Errorf("%d questions after a minute, want 2", o.asked)
		}
	})
}

func TestNobodyAsksAsLongAsAPlaceIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 100, Window: time.Hour}}
		q := quota.New(o.config())
		for range 100 {
			spend(t, q, 1)
			time.Sleep(10 * time.Minute)
		}
		if o.asked != 1 {
			t.Errorf("%d questions, want 1", o.asked)
		}
	})
}

func TestARefusalByTheServiceIsAReasonToAskAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 5, Window: time.Hour}}
		q := quota.New(o.config())
		take(t, q).Settle(quota.Refused, time.Now())
		q.Shut(time.Minute, quota.Told)
		o.reading.Used, o.reading.NextIn = 5, time.Minute
		if in := full(t, q); in != time.Minute || o.asked != 2 {
			t.Errorf("free in %v after %d questions, want 1m after 2", in, o.asked)
		}
		if used := q.View().Used; used != 5 {
			t.Errorf("%d used, want 5", used)
		}
		time.Sleep(time.Minute)
		o.reading.Used = 4
		trial := take(t, q)
		trial.Settle(quota.Counted, time.Now())
		// With a question, callers need not go one by one: the window contains the
		// requests of others.
		o.reading.Used = 0
		take(t, q)
		take(t, q)
	})
}

func TestAnAnswerThatMakesNoSenseLeavesTheFallback(t *testing.T) {
	broken := errors.New("no answer")
	for name, test := range map[string]struct {
		reading quota.Reading
		err     error
		takes   time.Duration
		panics  any
		warning string // "": the reading is good
	}{
		"good":              {reading: quota.Reading{Limit: 20, Window: time.Minute}},
		"largest":           {reading: quota.Reading{Limit: 10_000, Window: 31 * 24 * time.Hour}},
		"negative next":     {reading: quota.Reading{Limit: 20, Window: time.Minute, NextIn: -7}},
		"negative use":      {reading: quota.Reading{Limit: 20, Window: time.Minute, Used: -7}},
		"error":             {err: broken, warning: "no answer"},
		"panic":             {panics: "boom", warning: "boom"},
		"no answer at all":  {takes: time.Hour, warning: "deadline"},
		"limit zero":        {reading: quota.Reading{Window: time.Minute}, warning: "0 requests"},
		"limit negative":    {reading: quota.Reading{Limit: -1, Window: time.Minute}, warning: "-1 requests"},
		"limit too large":   {reading: quota.Reading{Limit: 10_001, Window: time.Minute}, warning: "10001 requests"},
		"window zero":       {reading: quota.Reading{Limit: 20}, warning: "0s"},
		"window negative":   {reading: quota.Reading{Limit: 20, Window: -1}, warning: "-1ns"},
		"window too large":  {reading: quota.Reading{Limit: 20, Window: 31*24*time.Hour + 1}, warning: "744h"},
		"error and reading": {reading: quota.Reading{Limit: 20, Window: time.Minute}, err: broken, warning: "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &oracle{reading: test.reading, err: test.err, takes: test.takes}
				c := o.config()
				if test.panics != nil {
					c.Ask = func(context.Context) (quota.Reading, error) {
						o.asked++
						panic(test.panics)
					}
				}
				q := quota.New(c)
				start := time.Now()
				spend(t, q, 1)
				if took := time.Since(start); took != min(test.takes, 5*time.Second) {
					t.Errorf("waited %v for the answer", took)
				}
				v := q.View()
				if test.warning == "" {
					if v.Limit != test.reading.Limit || v.Window != test.reading.Window || v.Used != 1 || o.warned != nil {
						t.Errorf("%+v, warned of %v; want what was read", v, o.warned)
					}
					return
				}
				if v.Limit != 15 || v.Window != time.Hour || v.Used != 1 {
					t.Errorf("%+v, want the fallback", v)
				}
				if len(o.warned) != 1 || !strings.Contains(o.warned[0].Error(), test.warning) {
					t.Errorf("warned of %v, want %q", o.warned, test.warning)
				}
				// It is asked again before a later request, at most once a minute.
				time.Sleep(time.Minute - 1)
				spend(t, q, 1)
				if o.asked != 1 {
					t.Errorf("asked again within a minute")
				}
				time.Sleep(time.Nanosecond)
				spend(t, q, 1)
				if o.asked != 2 || q.View().Used != 3 {
					t.Errorf("%d questions, %+v, want 2 and 3 used", o.asked, q.View())
				}
			})
		})
	}
}

func TestAQuestionCanFailWithoutAFallbackAndWithoutAnybodyToWarn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{err: errors.New("no answer")}
		q := quota.New(quota.Config{Ask: o.ask})
		spend(t, q, 20)
		time.Sleep(time.Minute)
		o.reading, o.err = quota.Reading{Limit: 2, Window: time.Hour}, nil
		spend(t, q, 2)
		if v := q.View(); v.Limit != 2 || v.Used != 2 || o.asked != 2 {
			t.Errorf("%+v after %d questions", v, o.asked)
		}
	})
}

// A mock that calls t.FailNow does that.
func TestAQuestionThatEndsItsGoroutineHangsNobody(t *testing.T) {
	for name, end := range map[string]func(*oracle, *quota.Config){
		"the question ends it": func(o *oracle, c *quota.Config) {
			c.Ask = func(context.Context) (quota.Reading, error) {
				o.asked++
				runtime.Goexit()
				panic("not reached")
			}
		},
		"the warning ends it": func(o *oracle, c *quota.Config) {
			o.err = errors.New("no answer")
			warn := c.Warn
			c.Warn = func(ctx context.Context, err error) {
				warn(ctx, err)
				runtime.Goexit()
			}
		},
		"the warning panics": func(o *oracle, c *quota.Config) {
			o.err = errors.New("no answer")
			warn := c.Warn
			c.Warn = func(ctx context.Context, err error) {
				warn(ctx, err)
				panic("warning")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := new(oracle)
				c := o.config()
				end(o, &c)
				q := quota.New(c)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if _, err := q.Acquire(ctx, forever, nil); err != nil {
					t.Fatalf("%v, want a place of the fallback", err)
				}
				if v := q.View(); v.Limit != 15 || len(o.warned) != 1 || o.asked != 1 {
					t.Errorf("%+v after %d questions, warned of %v, want the fallback, 1, and one", v, o.asked, o.warned)
				}
				time.Sleep(time.Minute)
				take(t, q)
				if o.asked != 2 {
					t.Errorf("%d questions, want 2", o.asked)
				}
			})
		})
	}
}

func TestAFailedQuestionKeepsWhatWasLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 2, Window: time.Minute}}
		q := quota.New(o.config())
		spend(t, q, 2)
		o.err = errors.New("no answer")
		if in := full(t, q); in != time.Minute {
			t.Errorf("free in %v, want 1m", in)
		}
		if v := q.View(); v.Limit != 2 || v.Window != time.Minute || len(o.warned) != 1 {
			t.Errorf("%+v, warned of %v", v, o.warned)
		}
	})
}

func TestAQuestionGoesOnWhenTheOneWhoAskedGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		o := &oracle{reading: quota.Reading{Limit: 3, Window: time.Hour}, takes: 4 * time.Second}
		c := o.config()
		c.Ask = func(ctx context.Context) (quota.Reading, error) {
			if ctx.Value(key{}) != "first" {
				t.Error("the question lacks the values of the caller's context")
			}
			return o.ask(ctx)
		}
		q := quota.New(c)
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "first"), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		start := time.Now()
		wg.Go(func() {
			if _, err := q.Acquire(ctx, forever, nil); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
				t.Errorf("the one that went away: %v after %v", err, time.Since(start))
			}
		})
		synctest.Wait()
		spend(t, q, 1)
		wg.Wait()
		if v := q.View(); v.Limit != 3 || o.asked != 1 || time.Since(start) != 4*time.Second {
			t.Errorf("%+v after %d questions and %v, want a limit of 3 after 1 and 4s", v, o.asked, time.Since(start))
		}
	})
}

// A wait for an answer is not a wait for the quota.
func TestTheQuestionItselfIsNotAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{reading: quota.Reading{Limit: 2, Window: time.Minute}, takes: time.Second}
		q := quota.New(o.config())
		var waits []quota.Wait
		announce := func(w quota.Wait) { waits = append(waits, w) }
		for range 2 {
			p, err := q.Acquire(t.Context(), forever, announce)
			if err != nil {
				t.Fatal(err)
			}
			p.Settle(quota.Counted, time.Now())
		}
		o.reading.Used, o.reading.NextIn = 2, time.Minute
		time.AfterFunc(10*time.Second, func() { q.Shut(5*time.Minute, quota.Told) }) // asks again
		if _, err := q.Acquire(t.Context(), forever, announce); err != nil {
			t.Error(err)
		}
		if len(waits) != 2 || waits[0].Reason != quota.Spent || waits[1].Reason != quota.Told {
			t.Errorf("announced %+v, want a wait for the window, and then for the gate", waits)
		}
	})
}
