package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
)

// A ShortError is a quota that does not suffice for what is needed.
type ShortError struct {
	Need, Left int
	At         time.Time     // when it suffices
	MaxWait    time.Duration // that is allowed, 0 being none
	Clock      text.Clock
}

// Error says what is needed, what is left, and when to come back.
func (e *ShortError) Error() string {
	wait := time.Until(e.At)
	words := fmt.Sprintf("needs %s, %d left until %s", text.Count(e.Need, "more request"), e.Left, e.Clock.At(e.At, time.Now()))
	if e.MaxWait > 0 {
		return fmt.Sprintf("%s: a wait of %s is longer than --max-wait %s; come back then", words, text.Short(wait), text.Short(e.MaxWait))
	}
	return fmt.Sprintf("%s; come back in %s, or leave out --no-wait", words, text.Short(wait))
}

// A gate compares what a walk needs with what is left of the quota, before its second
// page.
type gate struct {
	source *Source

	mu      sync.Mutex
	heeds   bool // else the answer does not depend on the walk
	most    int  // events that are wanted; 0: all
	overlap int  // events that a page has of the page before
	count   int  // that the service has said; 0: nothing yet
	told    time.Time
}

// begin begins a walk in which pages overlap, as the mirror's.
func (g *gate) begin(heeds bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heeds, g.most, g.overlap, g.count = heeds, 0, 1, 0
}

// direct begins a walk that the user waits for.
func (g *gate) direct(most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heeds, g.most, g.overlap, g.count = true, most, 0, 0
}

// page is told of a page that came.
func (g *gate) page(u *url.URL, count, results int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count = count
	if g.most > 0 {
		g.count = min(count, g.most)
	}
	if g.overlap > 0 && !strings.HasPrefix(u.Query().Get("ordering"), "docking") {
		return // the mirror's page of what is new is not one of the walk
	}
	offset, _ := strconv.Atoi(u.Query().Get("offset"))
	have := min(offset+results, g.count)
	g.source.tell.Page(have, g.count, g.requests(have))
}

// requests is how many pages bring what is missing from an offset on.
func (g *gate) requests(offset int) int {
	rows := ll2.MaxPageSize - g.overlap
	return max(0, (g.count-offset+rows-1)/rows)
}

// call is a [ll2.Trace]'s. A call that cannot come to an end gets a context that has
// ended.
func (g *gate) call(ctx context.Context, c ll2.Call) (context.Context, func(error)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	u, err := url.Parse(c.URL)
	if err != nil || c.Kind != ll2.KindList || g.count == 0 || !g.heeds {
		return ctx, nil
	}
	offset, _ := strconv.Atoi(u.Query().Get("offset"))
	need := max(1, g.requests(offset))
	quota := g.source.client.Quota()
	config := g.source.config
	if rest := need - quota.Left(); !config.NoWait && rest > 0 && g.overlap > 0 && quota.Limit > 1 {
		// To go on with a walk that was kept takes a request each time.
		need += (rest + quota.Limit - 2) / (quota.Limit - 1)
	}
	at := quota.Next(need)
	wait := time.Until(at)
	if quota.Limit == 0 || wait <= shortWait {
		return ctx, nil
	}
	short := &ShortError{Need: need, Left: quota.Left(), At: at, Clock: config.Clock}
	switch {
	case config.MaxWait > 0 && wait > config.MaxWait:
		short.MaxWait = config.MaxWait
		fallthrough
	case config.NoWait:
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(&ll2.RateLimitError{RetryAfter: wait, RetryAt: at, Local: true, Err: short})
		return ctx, nil
	}
	if g.told.IsZero() {
		g.told = at
		g.source.tell.Announce("needs %s, %d left until %s: waits %s; Ctrl-C keeps what there is, --no-wait fails",
			text.Count(need, "more request"), short.Left, config.Clock.At(at, time.Now()), text.Short(wait))
	}
	return ctx, nil
}

// looksEvery is how often a wait looks whether somebody else has read the copy.
const looksEvery = 10 * time.Second

// waitFor waits until the service can be asked again after an error, or returns the
// error if that is of no use or not allowed.
func (s *Source) waitFor(ctx context.Context, err error) error {
	if !errors.Is(err, ll2.ErrRateLimited) || s.config.Offline {
		return err
	}
	status := s.mirror.Status()
	at := status.Next
	wait := time.Until(at)
	if s.config.NoWait || s.config.MaxWait > 0 && wait > s.config.MaxWait {
		if errors.As(err, new(*ShortError)) {
			return err
		}
		// Also what another process was told, of which only the words are known.
		return &ll2.RateLimitError{RetryAfter: wait, RetryAt: at, Local: true, Err: err}
	}
	if wait > 0 && s.gate.tellOnce(at) {
		s.tell.Announce("the quota is spent until %s: waits %s; Ctrl-C keeps what there is, --no-wait fails",
			s.config.Clock.At(at, time.Now()), text.Short(wait))
	}
	s.tell.Wait(ll2.Wait{Reason: ll2.WaitQuota, For: wait, Until: at})
	defer s.tell.Wait(ll2.Wait{})
	for rest := wait; rest > 0; rest = time.Until(at) {
		timer := time.NewTimer(min(rest, looksEvery))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%w", context.Cause(ctx))
		}
		if now := s.mirror.Status(); now.Refreshed.After(status.Refreshed) || now.Have > status.Have {
			return nil
		}
	}
	return nil
}

// tellOnce reports whether a wait was not told of yet.
func (g *gate) tellOnce(at time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := g.told.IsZero()
	g.told = at
	return first
}
