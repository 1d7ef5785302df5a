// Package source reads docking events from a local copy, which it refreshes when the copy
// is too old, or from the service itself. It prints the reason for a wait before the wait
// starts.
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

	Dir     string        // of the copy; "": the copy is in memory
	MaxAge  time.Duration // the copy is refreshed when it is older
	Refresh bool          // refresh the copy even if it is new
	Offline bool          // never refresh the copy
	NoCache bool          // there is no copy, see [Source.Ask]

	Timeout time.Duration // of a request
	NoWait  bool          // do not wait for the quota
	MaxWait time.Duration // for the quota; 0: no limit

	Clock text.Clock
}

// A Source reads docking events. Create it with [Open].
type Source struct {
	config  Config
	tell    *progress.Progress
	client  *ll2.Client
	mirror  *mirror.Mirror // nil with NoCache
	store   mirror.Store
	gate    *gate
	started time.Time
}

// shortWait is the longest wait for the quota that the client does itself, while the copy
// is locked. This package does longer ones without the lock.
const shortWait = 5 * time.Second

// Open returns a source. It sends no request. It fails if the configuration is invalid.
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
		// Every run of the tool is a new process, so only the service knows how much of
		// the quota earlier runs have used. The service has a quota per hour for an IP
		// address or a token; a server at another URL may have no quota.
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

// open opens the copy, in memory if the path of its folder is not a folder.
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
		s.tell.Note("cannot keep a copy in %s: it is not a folder; continuing without one", s.config.Dir)
		return mirror.Open(s.client, s.store, opts...)
	}
	s.store = mirror.Dir(s.config.Dir)
	return m, err
}

// leastAge is the shortest time between two refreshes that the mirror accepts. It keeps
// all processes from retrying at once after a failure.
const leastAge = time.Minute

// Close stops a refresh in progress, and saves the pages that it has read so far.
func (s *Source) Close() error {
	if s.mirror == nil {
		return nil
	}
	return s.mirror.Close()
}

// Client returns the client that asks the service.
func (s *Source) Client() *ll2.Client { return s.client }

// Status returns the status of the copy.
func (s *Source) Status() mirror.Status { return s.mirror.Status() }

// An Answer holds all events of a copy.
type Answer struct {
	Events []*ll2.DockingEvent
	AsOf   time.Time
	Stale  error // why the events are too old; nil if they are not
}

// Events returns all events from the copy, in the order of docking. It refreshes the copy
// first if that is due. If there is no copy yet, it waits for the quota as long as the
// configuration allows.
func (s *Source) Events(ctx context.Context) (Answer, error) {
	for {
		answer, err := s.events(ctx)
		if err == nil {
			s.reportStore()
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

// A HeldError is returned while the service is not asked again because its last answer
// was a failure.
type HeldError struct {
	Err   error
	Until time.Time
}

// Error returns the text of the failure.
func (e *HeldError) Error() string { return e.Err.Error() }

// Unwrap returns the failure.
func (e *HeldError) Unwrap() error { return e.Err }

// held adds to an error the time of the next attempt. Until then all processes get this
// error.
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

// asks reports whether to refresh the copy although the mirror would not do so
// automatically.
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

// errSlow is the error of a refresh that has not ended yet.
var errSlow = errors.New("the service is slow")

// reportStore prints a note if the copy could not be saved.
func (s *Source) reportStore() {
	err := s.mirror.Status().Err
	var path *fs.PathError
	switch {
	case err == nil || !ofStore(err):
	case errors.As(err, &path):
		s.tell.Note("cannot keep a copy in %s: %v; continuing without one", s.config.Dir, path.Err)
	case strings.Contains(err.Error(), "newer"):
		s.tell.Note("the copy in %s is from a newer version of this tool; continuing without it", s.config.Dir)
	default:
		s.tell.Note("cannot keep a copy in %s: %s; continuing without one", s.config.Dir, strings.TrimPrefix(err.Error(), "mirror: "))
	}
}

// ofStore reports whether the error of a status comes from the store and not from a
// refresh.
func ofStore(err error) bool {
	words := err.Error()
	return !strings.HasPrefix(words, "mirror: refresh: ") && !strings.HasPrefix(words, "mirror: walk: ")
}

// Kept returns the events of the copy without a request, or nil if there is no copy yet.
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
