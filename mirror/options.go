package mirror

import (
	"errors"
	"fmt"
	"time"
)

// An Option says how a [Mirror] keeps its copy; give it to [Open] or [Open230]. Nil
// options are skipped, and a later one wins over an earlier one of its kind. Open returns
// the error of the first that is out of range.
type Option func(*config) error

type config struct {
	every    time.Duration // between two refreshes
	walks    time.Duration // between two walks
	maxStale time.Duration // 0: no bound
	patience time.Duration
	offline  bool
	origins  []string // that may read what is served
	proxied  bool     // X-Forwarded-* is believed
}

// The defaults.
const (
	defaultEvery    = time.Hour
	defaultWalks    = 24 * time.Hour
	defaultPatience = 2 * time.Second
)

func newConfig(opts []Option) (config, error) {
	c := config{every: defaultEvery, walks: defaultWalks, patience: defaultPatience}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&c); err != nil {
			return config{}, err
		}
	}
	if c.maxStale > 0 && c.maxStale < c.every && !c.offline {
		return config{}, fmt.Errorf("mirror: MaxStale(%v) is less than RefreshEvery(%v): every copy would be too old before its time", c.maxStale, c.every)
	}
	return c, nil
}

// RefreshEvery sets after how long a copy is to be refreshed, by default 1 hour: that
// is one request. It is more than zero; the service asks for heavy caching, and
// anonymous callers have 15 requests an hour for everything.
func RefreshEvery(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("mirror: RefreshEvery: %v; it must be more than zero", d)
		}
		c.every = d
		return nil
	}
}

// WalkEvery sets after how long a refresh reads all events anew, by default 24 hours:
// that is 6 requests more for 515 events. It is more than zero.
func WalkEvery(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("mirror: WalkEvery: %v; it must be more than zero", d)
		}
		c.walks = d
		return nil
	}
}

// MaxStale sets how old a copy may be that still answers; a call on an older one
// waits for a refresh, and fails with [ErrStale] if there is none to wait for. The
// default is no bound. It is not less than the time of [RefreshEvery].
func MaxStale(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("mirror: MaxStale: %v; it must be more than zero; leave the option out for no bound", d)
		}
		c.maxStale = d
		return nil
	}
}

// Patience sets how long a call waits for the refresh of a copy that is overdue before
// it is answered from that copy, by default 2 seconds; 0 means that it does not wait.
// It never waits for more than half of the time that its context leaves, and not at
// all while [Mirror.Run] runs.
func Patience(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("mirror: Patience: %v is negative; use 0 not to wait", d)
		}
		c.patience = d
		return nil
	}
}

// Offline sends nothing, whatever is asked: what the copy cannot answer is
// [ErrOffline].
func Offline() Option {
	return func(c *config) error {
		c.offline = true
		return nil
	}
}

// Sentinels for [errors.Is].
var (
	// ErrCold is a mirror that has read nothing yet, and cannot now. The error wraps
	// what keeps it from reading.
	ErrCold = errors.New("mirror: no copy yet")

	// ErrStale is a copy that is older than [MaxStale] allows. The error wraps what
	// keeps it from being refreshed.
	ErrStale = errors.New("mirror: the copy is too old")

	// ErrOffline is a question that only the service can answer, and [Offline]
	// forbids to ask it: a search, an event that the copy does not have, a refresh.
	ErrOffline = errors.New("mirror: offline")

	// ErrBehind is how [Mirror.Changes] ends for one that asks for changes that the
	// journal does not have any more.
	ErrBehind = errors.New("mirror: the journal does not reach back so far")
)

var (
	errClosed     = errors.New("mirror: closed")
	errNotOpen    = errors.New("mirror: this mirror was not made by Open")
	errNilContext = errors.New("mirror: nil context; use context.Background()")
)
