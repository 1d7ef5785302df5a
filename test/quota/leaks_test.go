package quota_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// A leasingLimiter counts the places that it has given and not got back.
type leasingLimiter struct {
	testkit.LimiterFunc
	out int
}

func (l *leasingLimiter) Reserve(context.Context, time.Duration) (func(time.Time), error) {
	l.out++
	return func(time.Time) { l.out-- }, nil
}

func TestATraceThatPanicsLeaksNoPlace(t *testing.T) {
	for name, trace := range map[string]*ll2.Trace{
		"in Call": {Call: func(context.Context, ll2.Call) (context.Context, func(error)) { panic("call") }},
		"at its end": {Call: func(context.Context, ll2.Call) (context.Context, func(error)) {
			return nil, func(error) { panic("end") }
		}},
		"in Wait":    {Wait: func(context.Context, ll2.Wait) { panic("wait") }},
		"in Refused": {Refused: func(context.Context, *ll2.RateLimitError) { panic("refused") }},
		"in Attempt": {Attempt: func(context.Context, ll2.Attempt) { panic("attempt") }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ll2test.NewServer(ll2test.Events(1)...)
				lease := new(leasingLimiter)
				client := server.Client(ll2.WithLimiter(lease), ll2.WithTrace(trace), ll2.WithMinInterval(time.Second), ll2.WithRetries(0))
				hasty := server.Client(ll2.WithLimiter(client.Limiter()), ll2.WithTrace(trace), ll2.WithMaxWait(0))
				panics := 0
				for i, c := range []*ll2.Client{client, client, hasty, client} {
					func() {
						defer func() {
							if recover() != nil {
								panics++
							}
						}()
						_ = testkit.Get(t.Context(), c)
					}()
					if lease.out != 0 {
						t.Errorf("after call %d %d places are out", i+1, lease.out)
					}
				}
				if panics == 0 {
					t.Error("nothing panicked")
				}
			})
		})
	}
}
