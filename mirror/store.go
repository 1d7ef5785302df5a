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

// A Store holds what mirrors keep: blobs with names, each with a generation that
// only grows. Several mirrors, in several processes, may share one. Use [Dir] or
// [Memory], or write one for the place where your programs meet; [Mirror] tells its
// errors and goes on with the copy in memory.
//
// Its methods are safe for concurrent use. Names are of letters, digits, dots,
// underscores and hyphens, and begin with a letter.
type Store interface {
	// Load returns the blob of the name and its generation, 1 or more. If there is
	// none, the error is [fs.ErrNotExist]. The caller may keep data, and does not
	// change it.
	Load(ctx context.Context, name string) (data []byte, gen uint64, err error)

	// Save replaces the blob of the name if its generation is still ifGen, 0 being
	// that of a blob that is not there, and gives it the generation ifGen+1. One that was
	// not there may get any, and should get one that is greater than those of a blob of
	// this name that was lost, since other processes may still know these. If it is
	// another, somebody was faster: the error is [ErrConflict] and nothing changes.
	// A reader sees all of the old blob or all of the new one. Save does not keep
	// data.
	Save(ctx context.Context, name string, data []byte, ifGen uint64) error

	// TryLock takes the lock of the name, if nobody has it, and does not wait. It is
	// free again when unlock is called or, if its owner died, after ttl at the latest;
	// how soon is the store's. The lock spares requests and is no condition of Save:
	// a store without locks can always say ok, with an unlock that does nothing.
	// unlock can be called more than once.
	TryLock(ctx context.Context, name string, ttl time.Duration) (unlock func(), ok bool, err error)
}

// ErrConflict is a [Store] whose blob has another generation than the one that was
// to be replaced: somebody else has written it.
var ErrConflict = errors.New("mirror: the copy was written by somebody else meanwhile")

// Memory returns a store that lives as long as the program, for mirrors that need
// nothing else, and for tests: two mirrors on one Memory are as two processes on one
// [Dir].
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

// A lease is a lock that ends by itself.
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
