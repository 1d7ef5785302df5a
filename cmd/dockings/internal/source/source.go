// Package source brings docking events: from a copy of one's own that is refreshed when
// it is too old, or from the service itself. It says what a wait is for before it
// begins.
package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/progress"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/docking-event/ll2/mirror"
)

// A Config says where events come from.
type Config struct {
	Options   []ll2.Option // of the client
	Transport http.RoundTripper
	BaseURL   string // "": the service's own

	Dir     string        // of the copy; "": it is in memory
	MaxAge  time.Duration // from when on a copy is refreshed
	Refresh bool          // however young it is
	Offline bool          // never
	NoCache bool          // there is no copy, see [Source.Ask]

	Timeout time.Duration // of a request
	NoWait  bool          // for a quota that is spent
	MaxWait time.Duration // for it; 0: no bound

	Clock text.Clock
}

// A Source brings docking events. Make it with Open.
type Source struct {
	config  Config
	tell    *progress.Progress
	client  *ll2.Client
	mirror  *mirror.Mirror // nil with NoCache
	store   mirror.Store
	gate    *gate
	started time.Time
}

// shortWait is what the client waits for a quota by itself while the copy is locked.
const shortWait = 5 * time.Second

// Open makes a source. It asks for nothing yet. An error is a configuration that cannot
// be.
func Open(c Config, tell *progress.Progress) (*Source, error) {
	s := &Source{config: c, tell: tell, started: time.Now()}
	s.gate = &gate{source: s}
	maxWait := shortWait
	switch {
	case c.NoWait:
		maxWait = 0
	case c.NoCache && c.MaxWait > 0:
		maxWait = c.MaxWait
	case c.NoCache:
		maxWait = math.MaxInt64
	}
	transport := c.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	opts := append([]ll2.Option{
		ll2.WithTransport(&observer{transport, s.gate.page}),
		ll2.WithTimeout(c.Timeout),
		ll2.WithMaxWait(maxWait),
		ll2.WithTrace(&ll2.Trace{
			Call:    s.gate.call,
			Wait:    func(_ context.Context, w ll2.Wait) { tell.Wait(w) },
			Attempt: func(_ context.Context, a ll2.Attempt) { tell.Attempt(a) },
		}),
	}, c.Options...)
	if c.BaseURL != "" {
		opts = append(opts, ll2.WithBaseURL(c.BaseURL))
	} else {
		// Every run of the tool is a process of its own, so what others have spent is
		// known to the service alone. It grants an hour's quota to an address or a
		// token; a service at another address need not know of quotas at all.
		opts = append(opts, ll2.WithQuotaSync())
	}
	client, err := ll2.New(opts...)
	if err != nil {
		return nil, err
	}
	s.client = client
	if c.NoCache {
		return s, nil
	}
	s.mirror, err = s.open()
	return s, err
}

// open opens the copy; in memory, if its folder cannot be one.
func (s *Source) open() (*mirror.Mirror, error) {
	opts := []mirror.Option{mirror.Patience(s.config.Timeout)}
	if s.config.MaxAge >= leastAge {
		opts = append(opts, mirror.RefreshEvery(s.config.MaxAge))
	}
	if s.config.Offline {
		opts = append(opts, mirror.Offline())
	}
	s.store = mirror.Memory()
	if s.config.Dir == "" {
		return mirror.Open(s.client, s.store, opts...)
	}
	m, err := mirror.Open(s.client, mirror.Dir(s.config.Dir), opts...)
	if errors.Is(err, fs.ErrInvalid) {
		s.tell.Note("cannot keep a copy in %s: it is not a folder; going on without", s.config.Dir)
		return mirror.Open(s.client, s.store, opts...)
	}
	s.store = mirror.Dir(s.config.Dir)
	return m, err
}

// leastAge is the least age that the mirror takes as a time between two refreshes: so
// failures are not asked again at once by everybody.
const leastAge = time.Minute

// Close ends what is under way, and keeps what a walk has read so far.
func (s *Source) Close() error {
	if s.mirror == nil {
		return nil
	}
	return s.mirror.Close()
}

// Client is the client that asks the service.
func (s *Source) Client() *ll2.Client { return s.client }

// Status is how the copy is.
func (s *Source) Status() mirror.Status { return s.mirror.Status() }

// An Answer is all events of a copy.
type Answer struct {
	Events []*ll2.DockingEvent
	AsOf   time.Time
	Stale  error // why they are older than they should be; nil if they are not
}

// Events returns all events, in the order of docking, from the copy, which it refreshes
// first if that is due. If there is no copy yet, it waits for the quota as long as the
// configuration allows.
func (s *Source) Events(ctx context.Context) (Answer, error) {
	for {
		answer, err := s.events(ctx)
		if err == nil {
			s.tellOfStore()
			return answer, nil
		}
		if ctx.Err() != nil {
			return answer, fmt.Errorf("%w", context.Cause(ctx))
		}
		if err := s.waitFor(ctx, err); err != nil {
			return answer, s.held(err)
		}
	}
}

// A HeldError is a service that is not asked for a while, since it has failed a moment
// ago.
type HeldError struct {
	Err   error
	Until time.Time
}

// Error is that of the failure.
func (e *HeldError) Error() string { return e.Err.Error() }

// Unwrap returns the failure.
func (e *HeldError) Unwrap() error { return e.Err }

// held says until when an error is the answer to everybody.
func (s *Source) held(err error) error {
	next := s.mirror.Status().Next
	_, known := ll2.RetryAt(err)
	switch {
	case !next.After(time.Now()):
		return err
	case errors.Is(err, ll2.ErrRateLimited) && !known:
		return &ll2.RateLimitError{RetryAfter: time.Until(next), RetryAt: next, Local: true, Err: err}
	case errors.Is(err, ll2.ErrUnavailable):
		return &HeldError{err, next}
	default:
		return err
	}
}

func (s *Source) events(ctx context.Context) (Answer, error) {
	before := s.mirror.Status()
	cold := before.Refreshed.IsZero()
	s.gate.begin(cold || s.config.Refresh)
	if s.asks(before) {
		if err := s.mirror.Refresh(ctx); err != nil && (s.config.Refresh || cold) {
			return Answer{}, err
		}
	}
	var answer Answer
	for event, err := range s.mirror.DockingEvents.All(ctx, ll2.InMode(ll2.ModeDetailed)) {
		if err != nil {
			return Answer{}, err
		}
		answer.Events = append(answer.Events, event)
	}
	status := s.mirror.Status()
	answer.AsOf = status.Refreshed
	if !s.config.Offline && time.Since(status.Refreshed) > max(s.config.MaxAge, leastAge) {
		answer.Stale = errSlow
		if status.Err != nil && !ofStore(status.Err) {
			answer.Stale = s.held(status.Err)
		}
	}
	return answer, nil
}

// asks reports whether the copy is to be refreshed although the mirror would not do so by
// itself.
func (s *Source) asks(status mirror.Status) bool {
	switch age := time.Since(status.Refreshed); {
	case s.config.Offline:
		return false
	case s.config.Refresh:
		return status.Refreshed.Before(s.started.Truncate(time.Second))
	default:
		return s.config.MaxAge < leastAge && age > s.config.MaxAge && status.Refreshed.Before(s.started)
	}
}

// errSlow is a refresh that has not come to an end.
var errSlow = errors.New("the service is slow")

// tellOfStore says if nothing could be kept.
func (s *Source) tellOfStore() {
	err := s.mirror.Status().Err
	var path *fs.PathError
	switch {
	case err == nil || !ofStore(err):
	case errors.As(err, &path):
		s.tell.Note("cannot keep a copy in %s: %v; going on without", s.config.Dir, path.Err)
	case strings.Contains(err.Error(), "newer"):
		s.tell.Note("the copy in %s is of a newer version of this tool; going on without", s.config.Dir)
	default:
		s.tell.Note("cannot keep a copy in %s: %s; going on without", s.config.Dir, strings.TrimPrefix(err.Error(), "mirror: "))
	}
}

// ofStore reports whether the error of a status is that of the store, and not of a
// refresh.
func ofStore(err error) bool {
	words := err.Error()
	return !strings.HasPrefix(words, "mirror: refresh: ") && !strings.HasPrefix(words, "mirror: walk: ")
}

// Kept returns the events of the copy as they are, without asking; nil if there is no
// copy yet.
func (s *Source) Kept(ctx context.Context) ([]*ll2.DockingEvent, error) {
	kept, err := mirror.Open(s.client, s.store, mirror.Offline())
	if err != nil {
		return nil, err
	}
	defer func() { _ = kept.Close() }()
	var events []*ll2.DockingEvent
	for event, err := range kept.DockingEvents.All(ctx, ll2.InMode(ll2.ModeDetailed)) {
		if errors.Is(err, mirror.ErrCold) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}
