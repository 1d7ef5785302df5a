package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/docking-event/ll2"
)

// A meter counts what a Trace tells: these numbers are the metrics worth having.
// Where a client is shared its callbacks run concurrently, hence the lock.
type meter struct {
	out io.Writer

	mu       sync.Mutex
	attempts int
	failed   int
	waits    map[ll2.WaitReason]int
	waited   time.Duration
}

func newMeter(out io.Writer) *meter {
	return &meter{out: out, waits: make(map[ll2.WaitReason]int)}
}

func (m *meter) trace() *ll2.Trace {
	return &ll2.Trace{
		Attempt: func(_ context.Context, a ll2.Attempt) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.attempts++
			if a.Err != nil {
				m.failed++
			}
			fmt.Fprintf(m.out, "trace: attempt %d: status %d\n", a.Number, a.StatusCode)
		},
		Wait: func(_ context.Context, w ll2.Wait) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.waits[w.Reason]++
			m.waited += w.For
			fmt.Fprintf(m.out, "trace: waiting: %s\n", w.Reason)
		},
	}
}

func (m *meter) report(out io.Writer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, err := fmt.Fprintf(out, "attempts: %d, of which %d failed; waits: %d for the quota, %d for a Retry-After, %d to back off, about %v in all\n",
		m.attempts, m.failed,
		m.waits[ll2.WaitQuota], m.waits[ll2.WaitRetryAfter], m.waits[ll2.WaitBackoff],
		m.waited.Round(time.Second))
	return err
}
