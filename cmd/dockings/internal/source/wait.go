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

// A ShortError is the error of a quota that is too small for the requests that are needed.
type ShortError struct {
	Need, Left int
	At         time.Time     // when the quota is large enough
	MaxWait    time.Duration // the longest wait that is allowed; 0: no wait
	Clock      text.Clock
}

// Error says how many requests are needed and left, and when to try again.
func (e *ShortError) Error() string {
	wait := time.Until(e.At)
	words := fmt.Sprintf("needs %s, %d left until %s", text.Count(e.Need, "more request"), e.Left, e.Clock.At(e.At, time.Now()))
	if e.MaxWait > 0 {
		return fmt.Sprintf("%s: a wait of %s is longer than --max-wait %s; try again then", words, text.Short(wait), text.Short(e.MaxWait))
	}
	return fmt.Sprintf("%s; try again in %s, or leave out --no-wait", words, text.Short(wait))
}

// A gate compares the requests that are needed to read all pages (a walk) with the rest of
// the quota, before the second page.
type gate struct {
	source *Source

	mu      sync.Mutex
	heeds   bool // the answer depends on the walk
	most    int  // the number of events that are wanted; 0: all
	overlap int  // the number of events that a page shares with the page before
	count   int  // as the service reports it; 0: not known yet
	told    time.Time
}

// begin starts a walk with overlapping pages, such as the mirror's.
func (g *gate) begin(heeds bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heeds, g.most, g.overlap, g.count = heeds, 0, 1, 0
}

// direct starts a walk that the user waits for.
func (g *gate) direct(most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heeds, g.most, g.overlap, g.count = true, most, 0, 0
}

// page is called for each page that arrives.
func (g *gate) page(u *url.URL, count, results int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count = count
	if g.most > 0 {
		g.count = min(count, g.most)
	}
	if g.overlap > 0 && !strings.HasPrefix(u.Query().Get("ordering"), "docking") {
		return // the mirror's page of new events is not part of the walk
	}
	offset, _ := strconv.Atoi(u.Query().Get("offset"))
	have := min(offset+results, g.count)
	g.source.tell.Page(have, g.count, g.requests(have))
}

// requests returns the number of pages from an offset to the end.
func (g *gate) requests(offset int) int {
	rows := ll2.MaxPageSize - g.overlap
	return max(0, (g.count-offset+rows-1)/rows)
}

// call is the Call function of an [ll2.Trace]. A call that cannot finish gets a context
// that is already canceled.
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
		// Each time a saved walk is continued takes one more request.
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
		g.source.tell.Announce("needs %s, %d left until %s: waiting %s; Ctrl-C keeps the pages read, --no-wait fails at once",
			text.Count(need, "more request"), short.Left, config.Clock.At(at, time.Now()), text.Short(wait))
	}
	return ctx, nil
}

// looksEvery is how often a wait checks whether another process has read the copy.
const looksEvery = 10 * time.Second

// waitFor waits until the service can be asked again after an error. It returns the error
// if waiting does not help or is not allowed.
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
		// The error may be that of another process, of which only the text is known.
		return &ll2.RateLimitError{RetryAfter: wait, RetryAt: at, Local: true, Err: err}
	}
	if wait > 0 && s.gate.tellOnce(at) {
		s.tell.Announce("the quota is used up until %s: waiting %s; Ctrl-C keeps the pages read, --no-wait fails at once",
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

// tellOnce reports whether no wait has been announced yet.
func (g *gate) tellOnce(at time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := g.told.IsZero()
	g.told = at
	return first
}
