package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"reflect"
	"sync"
	"time"

	"github.com/docking-event/ll2"
)

// An engine keeps the copy of one version of the service. [Mirror] and [Mirror230]
// share it; they differ only in the types of their events.
type engine struct {
	config
	version *version
	base    *url.URL
	client  *ll2.Client
	inner   *ll2.Client             // answered from the copy
	events  *ll2.Resource[row, int] // of the service
	serving sync.Once
	web     *server // created by the first request, so that programs that serve nothing do not contain its code
	store   Store
	name    string // of the blobs

	ctx    context.Context //nolint:containedctx // for the background work of the mirror; ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex
	copy     *snapshot
	changed  chan struct{} // closed when there is a new copy
	head     head
	headGen  uint64
	lastErr  error // cause of head.Error, if this process saw it
	walkErr  error // that kept the last refresh from walking
	headErr  error // of the last read of the head
	copyErr  error // of the last read of the copy
	storeErr error // of the last write until a copy is written, or about an invalid copy
	newer    bool  // a later version wrote the store's blob: nothing is written
	looked   time.Time
	flight   *flight // the refresh under way
	running  int     // number of calls of Run

	refreshes, failures int // that were made here
}

// openEngine is [Open] for a version.
func openEngine(v *version, client *ll2.Client, store Store, opts []Option) (*engine, error) {
	if client == nil || client.BaseURL() == "" {
		return nil, errors.New("mirror: Open: the client was not made by ll2.New")
	}
	if store == nil || reflect.ValueOf(store).Kind() == reflect.Pointer && reflect.ValueOf(store).IsNil() {
		return nil, errors.New("mirror: Open: nil store; use Memory to keep the copy in memory only")
	}
	config, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(client.BaseURL())
	if err != nil {
		return nil, fmt.Errorf("mirror: Open: %w", err)
	}
	m := &engine{
		config: config, version: v, client: client, base: base, store: store, name: v.blobName(client.BaseURL()), changed: make(chan struct{}),
		events: ll2.NewResource(client, v.path, func(r *row) int { return r.id }, v.filters()...),
		copy:   newSnapshot(v, header{Base: client.BaseURL()}, nil),
	}
	m.inner, err = ll2.New(ll2.WithBaseURL(client.BaseURL()), ll2.WithTransport((*transport)(m)),
		// The transport does the waiting that is necessary, and no request here needs
		// a retry.
		ll2.WithTimeout(0), ll2.WithRetries(0), ll2.WithoutRateLimit())
	if err != nil {
		return nil, fmt.Errorf("mirror: Open: %w", err)
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.look(m.ctx)
	m.load(m.ctx)
	if err := cmp.Or(m.headErr, m.copyErr); errors.Is(err, fs.ErrInvalid) {
		m.cancel()
		return nil, err
	}
	return m, nil
}

// close is [Mirror.Close].
func (m *engine) close() error {
	if err := m.usable(); err != nil {
		return err
	}
	m.mu.Lock()
	m.cancel() // under the lock, so that no refresh begins after it
	m.mu.Unlock()
	m.wg.Wait()
	return nil
}

func (m *engine) usable() error {
	if m == nil || m.cancel == nil {
		return errNotOpen
	}
	return nil
}

// check refuses a call that cannot succeed.
func (m *engine) check(ctx context.Context) error {
	if err := m.usable(); err != nil {
		return err
	}
	if ctx == nil {
		return errNilContext
	}
	if m.ctx.Err() != nil {
		return errClosed
	}
	return nil
}

// watch returns the copy, and a channel that is closed when there is a new one.
func (m *engine) watch() (*snapshot, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.copy, m.changed
}

// A flight is a refresh under way, shared by all callers that want one.
type flight struct {
	done chan struct{}
	err  error // set when done is closed
}

// start returns the refresh that is under way, or begins one if asked is set or the
// copy is due.
func (m *engine) start(asked bool) *flight {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.flight != nil {
		return m.flight
	}
	f := &flight{done: make(chan struct{})}
	if m.ctx.Err() != nil {
		f.err = errClosed
		close(f.done)
		return f
	}
	m.flight = f
	m.wg.Go(func() {
		ctx, cancel := context.WithTimeout(m.ctx, longestTurn)
		defer cancel()
		defer func() {
			m.mu.Lock()
			m.flight = nil
			m.mu.Unlock()
			close(f.done)
		}()
		f.err = m.turn(ctx, asked)
	})
	return f
}

// longestTurn limits a refresh that gets no answer if the client has no timeout, and
// the wait for a quota that others have spent.
const longestTurn = 2 * time.Hour

// refresh is [Mirror.Refresh].
func (m *engine) refresh(ctx context.Context) error {
	if err := m.check(ctx); err != nil {
		return err
	}
	if m.offline {
		return fmt.Errorf("%w: a refresh asks the service", ErrOffline)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("mirror: Refresh: %w", context.Cause(ctx))
	}
	f := m.start(true)
	select {
	case <-f.done:
		return prefixed("refresh", f.err)
	case <-ctx.Done():
		return fmt.Errorf("mirror: Refresh: %w", context.Cause(ctx))
	}
}

// run is [Mirror.Run].
func (m *engine) run(ctx context.Context) error {
	if err := m.check(ctx); err != nil {
		return err
	}
	if m.offline {
		return fmt.Errorf("%w: Run asks the service", ErrOffline)
	}
	m.addRunning(1)
	defer m.addRunning(-1)
	for {
		wait := time.Until(m.next())
		if wait <= 0 {
			f := m.start(false)
			select {
			case <-f.done:
			case <-ctx.Done():
				return fmt.Errorf("mirror: Run: %w", context.Cause(ctx))
			}
			wait = time.Until(m.next())
		}
		timer := time.NewTimer(max(wait, time.Second))
		select {
		case <-timer.C:
			m.look(ctx)
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("mirror: Run: %w", context.Cause(ctx))
		case <-m.ctx.Done():
			timer.Stop()
			return errClosed
		}
	}
}

func (m *engine) addRunning(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running += n
}
