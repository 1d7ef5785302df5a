package mirror

import (
	"errors"
	"fmt"
	"time"
)

// An Option configures a [Mirror]. Options are arguments of [Open] and [Open230]. Nil
// options are ignored, and a later one overrides an earlier one of its kind. Open
// returns the error of the first one that is out of range.
type Option func(*config) error

type config struct {
	every    time.Duration // between two refreshes
	walks    time.Duration // between two walks
	maxStale time.Duration // 0: no limit
	patience time.Duration
	offline  bool
	origins  []string // that may read the answers
	proxied  bool     // trust X-Forwarded-*
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
		return config{}, fmt.Errorf("mirror: MaxStale(%v) is less than RefreshEvery(%v): every copy would be too old before its refresh", c.maxStale, c.every)
	}
	return c, nil
}

// RefreshEvery sets the age at which a copy is refreshed, with one request. The
// default is 1 hour. It must be more than zero. Keep in mind that the service asks
// for heavy caching, and that anonymous callers have 15 requests an hour for
// everything.
func RefreshEvery(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("mirror: RefreshEvery: %v; it must be more than zero", d)
		}
		c.every = d
		return nil
	}
}

// WalkEvery sets the time after which a refresh reads all events anew. The default is
// 24 hours. This takes 6 more requests for 515 events. It must be more than zero.
func WalkEvery(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("mirror: WalkEvery: %v; it must be more than zero", d)
		}
		c.walks = d
		return nil
	}
}

// MaxStale sets the greatest age at which a copy still answers. A call on an older
// copy waits for a refresh, and fails with [ErrStale] if no refresh is possible. The
// default is no limit. It must not be less than the time of [RefreshEvery].
func MaxStale(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("mirror: MaxStale: %v; it must be more than zero; leave the option out for no bound", d)
		}
		c.maxStale = d
		return nil
	}
}

// Patience sets how long a call on a copy that is due waits for the refresh before it
// uses the existing copy. The default is 2 seconds; 0 means no waiting. A call never
// waits for more than half of the time that its context leaves, and not at all while
// [Mirror.Run] runs.
func Patience(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("mirror: Patience: %v is negative; use 0 not to wait", d)
		}
		c.patience = d
		return nil
	}
}

// Offline forbids all requests. Calls that the copy cannot answer fail with
// [ErrOffline].
func Offline() Option {
	return func(c *config) error {
		c.offline = true
		return nil
	}
}

// Sentinels for [errors.Is].
var (
	// ErrCold means that the mirror has not read anything yet, and cannot do it now.
	// The error wraps the cause.
	ErrCold = errors.New("mirror: no copy yet")

	// ErrStale means that the copy is older than [MaxStale] allows. The error wraps
	// the reason why it is not refreshed.
	ErrStale = errors.New("mirror: the copy is too old")

	// ErrOffline means that only the service can answer, and [Offline] forbids
	// requests. This is so for a search, an event that the copy does not have, and a
	// refresh.
	ErrOffline = errors.New("mirror: offline")

	// ErrBehind ends [Mirror.Changes] if the journal no longer has the requested
	// changes.
	ErrBehind = errors.New("mirror: the journal does not reach back that far")
)

var (
	errClosed     = errors.New("mirror: closed")
	errNotOpen    = errors.New("mirror: this mirror was not made by Open")
	errNilContext = errors.New("mirror: nil context; use context.Background()")
)
