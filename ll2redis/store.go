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

// NewStore returns a [mirror.Store] on Redis, for mirrors on many machines: they
// share one copy, and one of them refreshes it for all. All that give the same
// prefix, by default "ll2:mirror:", share. It sends nothing. The Redis client stays
// the caller's, who closes it after the mirrors. A client that is nil and an option
// that is out of range are errors of each call, [fs.ErrInvalid], with which
// [mirror.Open] fails.
//
// Redis can be slow, gone, read-only, full, or restarted without its data: each call
// says so in its error, nothing is ever half written, and mirrors answer from memory
// meanwhile. No call waits longer than [WithTimeout], or than half of the time that
// its context leaves. If Redis gave no answer in time, or there is no connection,
// further calls fail at once, while Redis is asked every second whether it is back.
//
// # Keys
//
// The blob named "events" is one hash at the key of the prefix and the name, such as
// ll2:mirror:events, so a cluster will do. Its fields are
//
//	generation  a decimal number
//	save        what is different for each Save
//	form        "raw" or "gzip": how the data is written
//	data        the blob
//
// so this prints a blob of some size:
//
//	redis-cli --raw HGET ll2:mirror:events data | head -c -1 | gunzip
//
// Load moves the data only if it is another than this store loaded last. A blob that
// is new gets the server's Unix time in microseconds as its generation, and one more
// with each Save, so that a blob that was lost and is written anew does not get a
// generation that another process still knows. Data that cannot be read is removed
// and counts as none. A form that this version does not know is an error, and is
// never replaced; so is a key that holds something else, [ErrConflict]. Blobs do not
// expire.
//
// The lock named "events" is the string at ll2:mirror:events:lock, which expires after
// its ttl and is not renewed. Only its owner can free it earlier.
//
// Redis has to be version 5 or newer.
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
	err    error // this store is not usable

	mu     sync.Mutex
	known  map[string]blob   // by name: what was loaded last
	newest map[string]uint64 // by name: the largest generation that was seen
}

// A blob is what a hash holds.
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
	if err == mirror.ErrConflict { //nolint:errorlint // it is that of save, as it is
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
		// At least; the server's clock can have been set back.
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

// forget lets go of the data that was loaded.
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

// failed says what could not be done.
func (s *store) failed(ctx context.Context, doing, name string, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrConflict):
		return err // has the prefix, and names the key
	}
	return fmt.Errorf("ll2redis: cannot %s %s of %s: %w", doing, name, serverName(s.client), err)
}

// longestName bounds names to what every store takes.
const longestName = 200

// check is what every call does first.
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
			return fmt.Errorf("ll2redis: the name %.80q is not of letters, digits, dots, underscores and hyphens, a letter first", name)
		}
	}
	return nil
}
