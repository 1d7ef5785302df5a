package ll2redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2/mirror"
)

// NewStore returns a [mirror.Store] on Redis, for mirrors on many machines. They
// share one copy, and one of them refreshes it for all. All stores with the same
// prefix, by default "ll2:mirror:", share their data. NewStore sends nothing. The
// caller owns the Redis client, and closes it after the mirrors. If the client is nil
// or an option is out of range, each call returns an [fs.ErrInvalid] error, and
// [mirror.Open] fails with it.
//
// If Redis is slow, down, read-only, full, or restarted without its data, each call
// returns an error with the cause. Nothing is ever half written, and mirrors answer
// from memory meanwhile. No call waits longer than [WithTimeout], or than half of the
// time that its context leaves. If Redis does not answer in time, or there is no
// connection, further calls fail at once, while the store checks every second whether
// Redis is back.
//
// # Keys
//
// The blob named "events" is one hash. Its key is the prefix and the name, such as
// ll2:mirror:events, so a cluster works. Its fields are
//
//	generation  a decimal number
//	save        different for each Save
//	form        "raw" or "gzip": how the data is written
//	data        the blob
//
// so this command prints a blob that is not tiny:
//
//	redis-cli --raw HGET ll2:mirror:events data | head -c -1 | gunzip
//
// Load transfers the data only if it differs from the one that this store loaded
// last. The generation of a new blob is the server's Unix time in microseconds, and
// each Save adds one. So a blob that was lost and is written anew does not get a
// generation that another process still knows. Data that cannot be read is removed
// and counts as missing. A form that this version does not know is an error and is
// never replaced; the same holds for a key with other content, [ErrConflict]. Blobs
// do not expire.
//
// The lock named "events" is the string at ll2:mirror:events:lock, which expires
// after its ttl and is not renewed. Only its owner can free it earlier.
//
// Redis must be version 5 or newer.
func NewStore(client redis.UniversalClient, opts ...StoreOption) mirror.Store {
	s := &store{prefix: defaultPrefix, known: make(map[string]blob), newest: make(map[string]uint64)}
	s.client, s.timeout = client, defaultStoreTimeout
	if isNil(client) {
		s.err = fmt.Errorf("ll2redis: NewStore: the Redis client is nil (%w)", fs.ErrInvalid)
		return s
	}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt.applyStore(s); err != nil {
			s.err = fmt.Errorf("%w (%w)", err, fs.ErrInvalid)
			return s
		}
	}
	return s
}

type store struct {
	link
	prefix string
	err    error // why this store is not usable

	mu     sync.Mutex
	known  map[string]blob   // by name: the blob that was loaded last
	newest map[string]uint64 // by name: the largest known generation
}

// A blob is the content of a hash.
type blob struct {
	save string // of the Save that wrote it
	data []byte
}

func (s *store) Load(ctx context.Context, name string) ([]byte, uint64, error) {
	if err := s.check(ctx, name); err != nil {
		return nil, 0, err
	}
	data, gen, err := s.load(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		s.forget(name)
	}
	if err != nil {
		return nil, 0, s.failed(ctx, "load", name, err)
	}
	return data, gen, nil
}

func (s *store) load(ctx context.Context, name string) ([]byte, uint64, error) {
	s.mu.Lock()
	b := s.known[name]
	s.mu.Unlock()
	a, err := s.run(ctx, loadScript, s.key(name), nil, b.save)
	if err != nil {
		return nil, 0, err
	}
	if a.state == "none" {
		return nil, 0, fs.ErrNotExist
	}
	gen, err := strconv.ParseUint(a.text(1), 10, 64)
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("%w: key %q has the generation %q", ErrConflict, s.key(name), a.text(1))
	case a.state == "blob":
		b.save = a.text(2)
		if b.data, err = unpack(a.text(3), a.text(4)); err != nil {
			// If it cannot be removed, the next Load tries again.
			_, _ = s.run(ctx, dropScript, s.key(name), nil, b.save)
			return nil, 0, fmt.Errorf("%w (there is one, but its data cannot be read: %w)", fs.ErrNotExist, err)
		}
	case a.state != "same":
		return nil, 0, a.strange()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[name] = b
	s.newest[name] = max(s.newest[name], gen)
	return b.data, gen, nil
}

func (s *store) Save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	if err := s.check(ctx, name); err != nil {
		return err
	}
	err := s.save(ctx, name, data, ifGen)
	if err == mirror.ErrConflict { //nolint:errorlint // save returns it unwrapped
		return err
	}
	if err != nil {
		return s.failed(ctx, "save", name, err)
	}
	return nil
}

func (s *store) save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	s.forget(name)
	form, packed, err := pack(data)
	if err != nil {
		return err
	}
	next := ifGen + 1
	if ifGen == 0 {
		// It is at least that; the server's clock can have been set back.
		s.mu.Lock()
		next = s.newest[name] + 1
		s.mu.Unlock()
	}
	a, err := s.run(ctx, saveScript, s.key(name), nil,
		strconv.FormatUint(ifGen, 10), strconv.FormatUint(next, 10), rand.Text(), form, packed)
	switch {
	case err != nil:
		return err
	case a.state == "conflict":
		return mirror.ErrConflict
	case a.state != "saved":
		return a.strange()
	}
	if gen, err := strconv.ParseUint(a.text(1), 10, 64); err == nil {
		s.mu.Lock()
		s.newest[name] = max(s.newest[name], gen)
		s.mu.Unlock()
	}
	return nil
}

// forget drops the data that was loaded.
func (s *store) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, name)
}

func (s *store) TryLock(ctx context.Context, name string, ttl time.Duration) (func(), bool, error) {
	if err := s.check(ctx, name); err != nil {
		return nil, false, err
	}
	key, token := s.key(name)+":lock", rand.Text()
	unlock := sync.OnceFunc(func() { s.tell(unlockScript, key, token) })
	a, err := s.run(ctx, lockScript, key, unlock, token, max(1, ttl.Milliseconds()))
	switch {
	case err != nil:
		return nil, false, s.failed(ctx, "lock", name, err)
	case a.state == "held":
		return nil, false, nil
	case a.state != "locked":
		return nil, false, s.failed(ctx, "lock", name, a.strange())
	}
	return unlock, true, nil
}

func (s *store) key(name string) string { return s.prefix + name }

// failed returns an error that says what could not be done.
func (s *store) failed(ctx context.Context, doing, name string, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrConflict):
		return err // it has the prefix and names the key
	}
	return fmt.Errorf("ll2redis: cannot %s %s of %s: %w", doing, name, serverName(s.client), err)
}

// longestName is the longest name that every store accepts.
const longestName = 200

// check does the checks of every call.
func (s *store) check(ctx context.Context, name string) error {
	switch {
	case s.err != nil:
		return s.err
	case ctx == nil:
		return errors.New("ll2redis: a nil context")
	case ctx.Err() != nil:
		return ctx.Err()
	case name == "":
		return errors.New("ll2redis: the name of a blob is empty")
	case len(name) > longestName:
		return fmt.Errorf("ll2redis: the name %.80q... has %d bytes, at most %d", name, len(name), longestName)
	}
	for i, c := range []byte(name) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '.' && c != '_' && c != '-') {
			return fmt.Errorf("ll2redis: the name %.80q must consist of letters, digits, dots, underscores and hyphens, and begin with a letter", name)
		}
	}
	return nil
}
