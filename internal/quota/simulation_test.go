package quota_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/quota"
)

const day = 24 * time.Hour

// A service is a model of a service with a sliding window: it holds the times of the
// requests that it accepted. It shares no code with the package.
type service struct {
	limit  int
	window time.Duration
	quick  time.Duration // within which a request is counted, and again within which the answer comes
	late   time.Duration // within which a request is counted whose caller has stopped waiting
	guess  time.Duration // the client's estimate of both together
	never  bool          // half of the late ones are never counted

	start    time.Time
	mu       sync.Mutex
	accepted []time.Time
	granted  []int // by day
	refused  int
	asked    int
	told     int // refusals by the client itself
}

// newService returns one with the quota of an anonymous caller.
func newService(days int) *service {
	return &service{
		limit: 15, window: time.Hour, quick: 2500 * time.Millisecond, late: 5 * time.Second, guess: 30 * time.Second,
		start: time.Now(), granted: make([]int, days),
	}
}

// next returns how many requests are in the window, and when the next one is
// accepted.
func (s *service) next(now time.Time) (used int, in time.Duration) {
	for len(s.accepted) > 0 && now.Sub(s.accepted[0]) >= s.window {
		s.accepted = s.accepted[1:]
	}
	if used = len(s.accepted); used >= s.limit {
		in = s.accepted[used-s.limit].Add(s.window).Sub(now)
	}
	return used, in
}

// accept counts a request now, or returns after how long it would.
func (s *service) accept() time.Duration {
	in := s.count()
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := int(time.Since(s.start) / day); in > 0 {
		s.refused++
	} else if d < len(s.granted) {
		s.granted[d]++
	}
	return in
}

// count is accept for the request of another client.
func (s *service) count() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	_, in := s.next(now)
	if in == 0 {
		s.accepted = append(s.accepted, now)
	}
	return in
}

// ask answers a question. It may take too long, but not for the first one.
func (s *service) ask(r *rand.Rand) func(context.Context) (quota.Reading, error) {
	return func(ctx context.Context) (quota.Reading, error) {
		before, after := upTo(r, 2500*time.Millisecond), upTo(r, 2500*time.Millisecond)
		s.mu.Lock()
		if s.asked++; s.asked > 1 && r.IntN(50) == 0 {
			before = time.Minute
		}
		s.mu.Unlock()
		if err := quota.Sleep(ctx, before); err != nil {
			return quota.Reading{}, err
		}
		s.mu.Lock()
		used, in := s.next(time.Now())
		s.mu.Unlock()
		if err := quota.Sleep(ctx, after); err != nil {
			return quota.Reading{}, err
		}
		return quota.Reading{Limit: s.limit, Window: s.window, Used: used, NextIn: wholeSeconds(in)}, nil
	}
}

// wholeSeconds rounds up, as the service does.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

func upTo(r *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(most)))
}

// request sends one with a place in the quota. A tenth are cancelled after up to
// 2 s, half of them while they wait for their place; a tenth get no answer, and
// are counted late; a twentieth each are answered by what the service does not
// count (401, 406, 302) or are not sent at all. The others are answered, be it by
// a 502 or by a body that is cut off.
func (s *service) request(ctx context.Context, q *quota.Quota, r *rand.Rand, maxWait time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	kind := r.IntN(20)
	if kind == 0 {
		time.AfterFunc(upTo(r, 2*time.Second), cancel)
	}
	p, err := q.Acquire(ctx, maxWait, nil)
	if err != nil {
		return err
	}
	latest := time.Now().Add(s.guess)
	counted, answered := upTo(r, s.quick), upTo(r, s.quick)
	switch kind {
	case 1:
		time.AfterFunc(upTo(r, 2*time.Second), cancel)
	case 2, 3:
		if !s.never || r.IntN(2) == 0 {
			time.AfterFunc(counted+upTo(r, s.late), func() { s.accept() })
		}
		time.Sleep(counted)
		p.Settle(quota.Lost, latest)
		return nil
	case 4, 5, 6:
		time.Sleep(counted + answered)
		p.Settle(quota.Uncounted, time.Now())
		return nil
	case 7:
		time.Sleep(counted)
		p.Settle(quota.Unsent, time.Now())
		return nil
	}
	answer := make(chan time.Duration, 1)
	time.AfterFunc(counted, func() {
		refused := s.accept()
		time.Sleep(answered)
		answer <- refused
	})
	select {
	case <-ctx.Done():
		p.Settle(quota.Lost, latest)
		return ctx.Err()
	case refused := <-answer:
		if refused > 0 {
			q.Shut(wholeSeconds(refused), quota.Told)
			p.Settle(quota.Refused, time.Now())
			return nil
		}
		p.Settle(quota.Counted, time.Now())
		return nil
	}
}

// simulate runs six goroutines, which always want more, until the days are over.
func (s *service) simulate(t *testing.T, q *quota.Quota, seed uint64) {
	ctx, cancel := context.WithDeadline(t.Context(), s.start.Add(time.Duration(len(s.granted))*day))
	defer cancel()
	var wg sync.WaitGroup
	for i := range 6 {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		wg.Go(func() {
			time.Sleep(time.Duration(i) * time.Millisecond) // in this order
			for ctx.Err() == nil {
				err := s.request(ctx, q, r, forever)
				var refusal *quota.Refusal
				switch {
				case errors.As(err, &refusal):
					return // the next place is behind the end of the last day
				case err != nil:
					time.Sleep(time.Duration(i+1) * time.Second) // a cancelled caller comes again
				}
				// The place that it gave back is the next one's before it comes again. So no
				// two do something at the same time, and a seed gives the same days, in
				// whatever order the scheduler runs what can run.
				time.Sleep(time.Duration(i+1) * time.Microsecond)
			}
		})
	}
	wg.Wait()
	time.Sleep(s.quick + s.late) // until what is late is counted
}

// hold fails if a request was refused, or a day had too few requests.
func (s *service) hold(t *testing.T, least int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused > 0 {
		t.Errorf("the service refused %d requests", s.refused)
	}
	sum := 0
	for d, n := range s.granted {
		sum += n
		if n < least {
			t.Errorf("%d granted on day %d, want %d of 360", n, d, least)
		}
	}
	days := float64(len(s.granted))
	t.Logf("%.1f granted a day, %.1f questions", float64(sum)/days, float64(s.asked)/days)
}

// seeded runs a test with several seeds, each in virtual time of its own.
func seeded(t *testing.T, seeds uint64, test func(t *testing.T, seed uint64)) {
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, seed) })
		})
	}
}

func TestInTwentyFiveDaysNothingIsRefusedAndLittleIsLeft(t *testing.T) {
	seeded(t, 1, func(t *testing.T, seed uint64) {
		s := newService(25)
		s.simulate(t, quota.New(quota.Config{Limit: s.limit, Window: s.window}), seed)
		s.hold(t, 350)
	})
}

// asking returns a quota that asks the service, and whose configuration is wrong.
func (s *service) asking(seed uint64) *quota.Quota {
	return quota.New(quota.Config{Limit: 1, Window: time.Second, Ask: s.ask(rand.New(rand.NewPCG(seed, 99)))})
}

func TestInTwentyFiveDaysWhoAsksIsNotRefusedForItsOwnSending(t *testing.T) {
	seeded(t, 1, func(t *testing.T, seed uint64) {
		s := newService(25)
		s.simulate(t, s.asking(seed), seed)
		s.hold(t, 345)
	})
}

// A client that asks learns which requests did not count: half of a tenth would be 18 a
// day.
func TestWhoAsksGetsBackWhatWasNeverCounted(t *testing.T) {
	seeded(t, 1, func(t *testing.T, seed uint64) {
		s := newService(5)
		s.never = true
		s.simulate(t, s.asking(seed), seed)
		s.hold(t, 345)
	})
}

// For example, the same program is started again. Its earlier requests then look like
// those of others, and it is not certain which of its own requests a reading counts.
//
// The day includes all requests that the service granted, also those from before the
// restart. A place is used again within an hour, plus the time of an answer and a
// question, plus a minute if the question fails: at least 23 times a day, and mostly 24
// times. Which places are used one time less depends on when they were first used, so it
// can be all of them, but not more: 15 times 23 is 345.
func TestWhoAsksIsNotRefusedForWhatWasSpentBefore(t *testing.T) {
	seeded(t, 40, func(t *testing.T, seed uint64) {
		s := newService(1)
		r := rand.New(rand.NewPCG(seed, 98))
		for range 1 + r.IntN(s.limit) {
			s.count()
			s.granted[0]++
			time.Sleep(upTo(r, s.window/time.Duration(s.limit)))
		}
		s.simulate(t, s.asking(seed), seed)
		s.hold(t, 345)
	})
}

// A window can be shorter than an answer takes.
func TestWhoAsksIsNotRefusedWhateverTheWindowIs(t *testing.T) {
	seeded(t, 40, func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 97))
		s := newService(0)
		s.granted = make([]int, 1)
		s.limit, s.window = 1+r.IntN(12), time.Second+upTo(r, 5*time.Minute)
		s.quick, s.late = 1+upTo(r, min(s.window, 20*time.Second)), 1+upTo(r, s.window)
		s.guess = s.quick + s.late
		s.never = r.IntN(2) == 0
		s.start = s.start.Add(-day + 100*s.window) // for a hundred windows
		for range r.IntN(s.limit + 1) {
			s.count()
			time.Sleep(upTo(r, s.window/time.Duration(s.limit)))
		}
		s.simulate(t, s.asking(seed), seed)
		s.hold(t, 20*s.limit)
	})
}

// This test and the next one check the figures in the comment on careful.
func TestCallersWhoWaitAreSeldomRefusedAfterTheirProgramIsStartedAgain(t *testing.T) {
	refusals := 0
	seeded(t, 20, func(t *testing.T, seed uint64) {
		s := newService(1)
		r := rand.New(rand.NewPCG(seed, 98))
		for range s.limit {
			s.count()
			time.Sleep(upTo(r, s.window/time.Duration(s.limit)))
		}
		s.simulate(t, quota.New(quota.Config{Limit: s.limit, Window: s.window}), seed)
		refusals += s.refused
	})
	t.Logf("%.1f refused a day", float64(refusals)/20)
	if refusals > 20*20 {
		t.Error("want 20 at most")
	}
}

func TestCallersWhoMustNotWaitAreGrantedMostOfWhatOthersLeave(t *testing.T) {
	var granted, refused, told int
	seeded(t, 20, func(t *testing.T, seed uint64) {
		s := newService(1)
		q := quota.New(quota.Config{Limit: s.limit, Window: s.window})
		r := rand.New(rand.NewPCG(seed, 99))
		end := s.start.Add(day)
		var wg sync.WaitGroup
		every := func(mean time.Duration, do func()) {
			r := rand.New(rand.NewPCG(seed, uint64(mean)))
			wg.Go(func() {
				for time.Now().Before(end) {
					time.Sleep(time.Duration(r.ExpFloat64() * float64(mean)))
					do()
				}
			})
		}
		every(12*time.Minute, func() { s.count() })
		every(10*time.Minute, func() {
			for range 3 {
				r := rand.New(rand.NewPCG(r.Uint64(), 0))
				wg.Go(func() {
					var refusal *quota.Refusal
					if errors.As(s.request(t.Context(), q, r, 0), &refusal) {
						s.mu.Lock()
						s.told++
						s.mu.Unlock()
					}
				})
			}
		})
		wg.Wait()
		time.Sleep(s.quick + s.late)
		synctest.Wait()
		granted, refused, told = granted+s.granted[0], refused+s.refused, told+s.told
	})
	t.Logf("%.1f granted, %.1f refused by the service, %.1f here", float64(granted)/20, float64(refused)/20, float64(told)/20)
	if granted < 20*185 || refused > 20*55 || told > 20*135 {
		t.Error("want 185 at least, 55 and 135 at most")
	}
}
