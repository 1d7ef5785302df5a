package ll2redis_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/ll2redis/internal/redistest"
	"github.com/docking-event/ll2/mirror"
)

// never is a ttl that no test lives to see, and the patience of a store on a machine of
// any speed.
const never = 10 * time.Minute

// TestStoresKeepTheContract holds for every store what the documentation of
// mirror.Store says: so the one on Redis is as those of package mirror.
func TestStoresKeepTheContract(t *testing.T) {
	// Each call of a maker is as another process on the same blobs.
	stores := map[string]func(*testing.T) func() mirror.Store{
		"Memory": func(*testing.T) func() mirror.Store {
			s := mirror.Memory()
			return func() mirror.Store { return s }
		},
		"Dir": func(t *testing.T) func() mirror.Store {
			path := t.TempDir()
			return func() mirror.Store { return mirror.Dir(path) }
		},
		"Redis": func(t *testing.T) func() mirror.Store {
			server := redistest.Start(t)
			return func() mirror.Store { return ll2redis.NewStore(server.Client(t), ll2redis.WithTimeout(never)) }
		},
	}
	for name, maker := range stores {
		for promise, holds := range contract {
			t.Run(name+"/"+promise, func(t *testing.T) {
				t.Parallel()
				holds(t, maker(t))
			})
		}
	}
}

var contract = map[string]func(t *testing.T, process func() mirror.Store){
	"what is not there does not exist": func(t *testing.T, process func() mirror.Store) {
		s := process()
		for range 2 {
			if data, gen, err := s.Load(t.Context(), "events"); data != nil || gen != 0 || !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q of generation %d, %v", data, gen, err)
			}
		}
		if err := s.Save(t.Context(), "events", []byte("x"), 7); err != mirror.ErrConflict {
			t.Errorf("saved over a generation that is not there: %v", err)
		}
	},
	"others load what was saved": func(t *testing.T, process func() mirror.Store) {
		one, other := process(), process()
		noise := make([]byte, 300_000)
		for i := range noise {
			noise[i] = byte(rand.Uint32())
		}
		var before uint64
		for _, data := range [][]byte{{}, {0}, noise[:1023], noise[:1024], bytes.Repeat([]byte("{}\n"), 1<<20), noise, []byte("{}")} {
			for _, name := range []string{"events", "E.v-2_x"} {
				gen := saveOver(t, one, name, data)
				for range 2 { // the second time from what it knows
					if got, same := mustLoad(t, other, name); !bytes.Equal(got, data) || same != gen {
						t.Errorf("%d bytes of generation %d came back as %d of %d", len(data), gen, len(got), same)
					}
				}
				if name == "events" && before != 0 && gen != before+1 {
					t.Errorf("generation %d after %d, want one more", gen, before)
				}
				if name == "events" {
					before = gen
				}
			}
		}
	},
	"only the generation that is there is replaced": func(t *testing.T, process func() mirror.Store) {
		s := process()
		gen := saveOver(t, s, "events", []byte("first"))
		for _, other := range []uint64{0, gen - 1, gen + 1, math.MaxUint64} {
			if other == gen { // of Memory the first is 1
				continue
			}
			if err := s.Save(t.Context(), "events", []byte("first"), other); err != mirror.ErrConflict {
				t.Errorf("over generation %d: %v", other, err)
			}
		}
		if data, same := mustLoad(t, s, "events"); string(data) != "first" || same != gen {
			t.Errorf("then it is %q of generation %d", data, same)
		}
	},
	"Save does not keep data": func(t *testing.T, process func() mirror.Store) {
		s := process()
		data := []byte("first")
		saveOver(t, s, "events", data)
		copy(data, "wrong")
		if got, _ := mustLoad(t, s, "events"); string(got) != "first" {
			t.Errorf("it is %q", got)
		}
	},
	"one of many is the first": func(t *testing.T, process func() mirror.Store) {
		for range 10 {
			var gen uint64
			if _, g, err := process().Load(t.Context(), "events"); err == nil {
				gen = g
			}
			var won atomic.Int64
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					switch err := process().Save(t.Context(), "events", []byte("same"), gen); {
					case err == nil:
						won.Add(1)
					case err != mirror.ErrConflict:
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 {
				t.Errorf("%d of 8 saved over generation %d", won.Load(), gen)
			}
		}
	},
	"one has the lock until it gives it back": func(t *testing.T, process func() mirror.Store) {
		one, other := process(), process()
		unlock, ok, err := one.TryLock(t.Context(), "events", never)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		for _, s := range []mirror.Store{one, other} {
			if _, ok, err := s.TryLock(t.Context(), "events", never); ok || err != nil {
				t.Errorf("a second one has it: %v, %v", ok, err)
			}
		}
		if _, ok, err := other.TryLock(t.Context(), "others", never); !ok || err != nil {
			t.Errorf("the lock of another name: %v, %v", ok, err)
		}
		unlock()
		unlockOther, ok, err := other.TryLock(t.Context(), "events", never)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		unlock() // is not his any more
		if _, ok, err := one.TryLock(t.Context(), "events", never); ok || err != nil {
			t.Errorf("a lock was freed by the one who had it before: %v, %v", ok, err)
		}
		unlockOther()
	},
	"a lock ends by itself": func(t *testing.T, process func() mirror.Store) {
		late, ok, err := process().TryLock(t.Context(), "events", time.Millisecond)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		other := process()
		eventually(t, "the lock is free", func() bool {
			_, ok, err := other.TryLock(t.Context(), "events", never)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		})
		late()
		if _, ok, err := process().TryLock(t.Context(), "events", never); ok || err != nil {
			t.Errorf("a lock was freed by one whose time was over: %v, %v", ok, err)
		}
	},
	"a context that is over is obeyed": func(t *testing.T, process func() mirror.Store) {
		s := process()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, loadErr := s.Load(ctx, "events")
		saveErr := s.Save(ctx, "events", nil, 0)
		_, ok, lockErr := s.TryLock(ctx, "events", never)
		for _, err := range []error{loadErr, saveErr, lockErr} {
			if ok || err != context.Canceled {
				t.Error(ok, err)
			}
		}
		if _, _, err := s.Load(t.Context(), "events"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("something was saved: %v", err)
		}
	},
	"names of 200 letters and more": func(t *testing.T, process func() mirror.Store) {
		saveOver(t, process(), strings.Repeat("a", 200), []byte("x"))
		saveOver(t, process(), "a.lock", []byte("x"))
		if _, ok, err := process().TryLock(t.Context(), "a", never); !ok || err != nil {
			t.Error(ok, err)
		}
	},
}

// mustLoad returns a blob that is there.
func mustLoad(t *testing.T, s mirror.Store, name string) ([]byte, uint64) {
	t.Helper()
	data, gen, err := s.Load(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return data, gen
}

// saveOver saves a blob in place of whatever is there, and returns its generation.
func saveOver(t *testing.T, s mirror.Store, name string, data []byte) uint64 {
	t.Helper()
	_, gen, err := s.Load(t.Context(), name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), name, data, gen); err != nil {
		t.Fatal(err)
	}
	got, next := mustLoad(t, s, name)
	if !bytes.Equal(got, data) || next <= gen {
		t.Fatalf("loaded %d bytes of generation %d after %d were saved over generation %d", len(got), next, len(data), gen)
	}
	return next
}
