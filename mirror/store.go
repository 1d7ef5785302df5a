package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"
)

// A Store holds the blobs of mirrors. Each blob has a name and a generation that only
// grows. Several mirrors in several processes may share a store. Use [Dir] or
// [Memory], or write your own for a place that your programs share. [Mirror.Status]
// reports the errors of a store; the mirror then continues with the copy in memory.
//
// The methods must be safe for concurrent use. Names consist of letters, digits,
// dots, underscores and hyphens, and begin with a letter.
type Store interface {
	// Load returns the blob with this name and its generation, 1 or more. If there is
	// none, the error is [fs.ErrNotExist]. The caller may keep data, and does not
	// change it.
	Load(ctx context.Context, name string) (data []byte, gen uint64, err error)

	// Save replaces the blob with this name if its generation is still ifGen, and
	// gives it the generation ifGen+1. A blob that does not exist has generation 0. A
	// new blob may get any generation. It should be greater than those of a lost blob
	// of this name, since other processes may still know these. If the generation is
	// not ifGen, another process was faster: the error is [ErrConflict] and nothing
	// changes. A reader sees the whole old blob or the whole new one. Save does not
	// keep data.
	Save(ctx context.Context, name string, data []byte, ifGen uint64) error

	// TryLock takes the lock with this name if it is free, and does not wait. The
	// lock is free again after unlock or, if its owner died, after ttl at the latest;
	// the store may free it sooner. The lock only saves requests, and Save does not
	// depend on it: a store without locks can always return true with an unlock that
	// does nothing. unlock can be called more than once.
	TryLock(ctx context.Context, name string, ttl time.Duration) (unlock func(), ok bool, err error)
}

// ErrConflict means that the blob of a [Store] has another generation than the one to
// be replaced, because another process has written it.
var ErrConflict = errors.New("mirror: another process has written the copy in the meantime")

// Memory returns a store that lasts as long as the program, for mirrors that need
// nothing else, and for tests: two mirrors with one Memory behave like two processes
// with one [Dir].
func Memory() Store {
	return &memory{blobs: make(map[string]blob), locks: make(map[string]*lease)}
}

type memory struct {
	mu    sync.Mutex
	blobs map[string]blob
	locks map[string]*lease
}

type blob struct {
	data []byte
	gen  uint64
}

// A lease is a lock that ends on its own.
type lease struct{ until time.Time }

func (s *memory) Load(ctx context.Context, name string) ([]byte, uint64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.blobs[name]
	if !ok {
		return nil, 0, fmt.Errorf("mirror: %s: %w", name, fs.ErrNotExist)
	}
	return slices.Clone(b.data), b.gen, nil
}

func (s *memory) Save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blobs[name].gen != ifGen {
		return ErrConflict
	}
	s.blobs[name] = blob{slices.Clone(data), ifGen + 1}
	return nil
}

func (s *memory) TryLock(ctx context.Context, name string, ttl time.Duration) (func(), bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if held, ok := s.locks[name]; ok && time.Now().Before(held.until) {
		return nil, false, nil
	}
	mine := &lease{time.Now().Add(ttl)}
	s.locks[name] = mine
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.locks[name] == mine {
			delete(s.locks, name)
		}
	}, true, nil
}
