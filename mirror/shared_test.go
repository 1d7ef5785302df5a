package mirror_test

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// A broken store fails as the test wants.
type brokenStore struct {
	mirror.Store
	load, save, lock error
}

func (s *brokenStore) Load(ctx context.Context, name string) ([]byte, uint64, error) {
	if s.load != nil {
		return nil, 0, s.load
	}
	return s.Store.Load(ctx, name)
}

func (s *brokenStore) Save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	if s.save != nil {
		return s.save
	}
	return s.Store.Save(ctx, name, data, ifGen)
}

func (s *brokenStore) TryLock(ctx context.Context, name string, ttl time.Duration) (func(), bool, error) {
	if s.lock != nil {
		return nil, false, s.lock
	}
	return s.Store.TryLock(ctx, name, ttl)
}

func TestAStoreThatFailsIsToldAndTheCopyInMemoryGoesOn(t *testing.T) {
	failure := errors.New("the disk is full")
	for name, store := range map[string]*brokenStore{
		"save": {save: failure},
		"load": {load: failure},
		"lock": {lock: failure},
		"all":  {load: failure, save: failure, lock: failure},
	} {
		in(t, func(t *testing.T) {
			store.Store = mirror.Memory()
			server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
			m := open(t, server.Client(), store)
			for range 3 {
				if got := all(t, m); len(got) != 150 {
					t.Errorf("%s: %d events", name, len(got))
				}
				if s := m.Status(); name != "lock" && !errors.Is(s.Err, failure) || time.Since(s.Refreshed) != 0 {
					t.Errorf("%s: %+v", name, s)
				}
				time.Sleep(hour)
			}
			if n := len(server.Requests()); n != 4 {
				t.Errorf("%s: %d requests", name, n)
			}
			store.load, store.save, store.lock = nil, nil, nil
			refresh(t, m)
			if s := m.Status(); s.Err != nil {
				t.Errorf("%s: %v stays", name, s.Err)
			}
			if got := all(t, open(t, server.Client(), store, mirror.Offline())); len(got) != 150 {
				t.Errorf("%s: %d events in the store", name, len(got))
			}
		})
	}
}

func TestAStoreThatCanBeReadAgainIsWell(t *testing.T) {
	in(t, func(t *testing.T) {
		failure := errors.New("the network is away")
		store := &brokenStore{Store: mirror.Memory()}
		m := open(t, ll2test.NewServer(ll2test.EventsAround(150, time.Now())...).Client(), store)
		refresh(t, m)
		time.Sleep(2 * time.Second)
		store.load = failure
		if s := m.Status(); !errors.Is(s.Err, failure) {
			t.Error(s.Err)
		}
		store.load = nil
		time.Sleep(2 * time.Second)
		if s := m.Status(); s.Err != nil {
			t.Errorf("%v stays", s.Err)
		}
		// A copy that could not be written is not stored only because it can be read.
		store.save = failure
		refresh(t, m)
		time.Sleep(2 * time.Second)
		if s := m.Status(); !errors.Is(s.Err, failure) {
			t.Error(s.Err)
		}
	})
}

// A hangingStore answers a Load when its context has ended.
type hangingStore struct {
	mirror.Store
	hangs atomic.Bool
}

func (s *hangingStore) Load(ctx context.Context, name string) ([]byte, uint64, error) {
	if s.hangs.Load() {
		<-ctx.Done()
	}
	return s.Store.Load(ctx, name)
}

func TestACallerWhoGoesIsNoFailureOfTheStore(t *testing.T) {
	in(t, func(t *testing.T) {
		store := &hangingStore{Store: mirror.Memory()}
		m := open(t, ll2test.NewServer(ll2test.EventsAround(150, time.Now())...).Client(), store)
		refresh(t, m)
		for name, call := range map[string]func(context.Context) error{
			"Run":     m.Run,
			"Get":     func(ctx context.Context) error { _, err := m.DockingEvents.Get(ctx, 1); return err },
			"Changes": func(ctx context.Context) error { return lastOf(m.Changes(ctx, 0)) },
		} {
			time.Sleep(2 * time.Second)
			store.hangs.Store(true)
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute)
			if err := call(ctx); name != "Get" && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			cancel()
			store.hangs.Store(false)
			if s := m.Status(); s.Err != nil {
				t.Errorf("%s: %v", name, s.Err)
			}
		}
		time.Sleep(2 * time.Second)
		store.hangs.Store(true)
		if s := m.Status(); s.Err == nil || s.Err.Error() != "mirror: the store has not answered within a second" {
			t.Error(s.Err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}

func lastOf(changes iter.Seq2[mirror.Change, error]) (last error) {
	for _, err := range changes {
		last = err
	}
	return last
}

// blobs returns the names of what a mirror of the server keeps.
func blobs(t *testing.T, dir string) (all []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.ll2"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		all = append(all, strings.TrimSuffix(filepath.Base(file), ".ll2"))
	}
	return all
}

func TestWhatMakesNoSenseInTheStoreIsFilledAnew(t *testing.T) {
	for name, damage := range map[string]string{
		"nothing":            "",
		"something else":     "<h1>",
		"another object":     "{}\n",
		"no rows":            `{"format":1,"base_url":"http://ll2.test/","walked":"2026-01-01T00:00:00Z","events":3,"changes":0}` + "\n{}\n{}\n{}\n",
		"fewer than it says": `{"format":1,"base_url":"http://ll2.test/","walked":"2026-01-01T00:00:00Z","events":3,"changes":0}` + "\n",
		"less than nothing":  `{"format":1,"base_url":"http://ll2.test/","walked":"2026-01-01T00:00:00Z","events":-3,"changes":3}` + "\n",
		"of another service": `{"format":1,"base_url":"http://other.test/","walked":"2026-01-01T00:00:00Z","events":0,"changes":0}` + "\n",
		"an event twice": `{"format":1,"base_url":"http://ll2.test/","walked":"2026-01-01T00:00:00Z","events":2,"changes":0}` +
			strings.Repeat("\n"+`{"id":1,"docking":"2026-01-01T00:00:00Z"}`, 2) + "\n",
		"an event without an id": `{"format":1,"base_url":"http://ll2.test/","walked":"2026-01-01T00:00:00Z","events":1,"changes":0}` +
			"\n" + `{"docking":"2026-01-01T00:00:00Z"}` + "\n",
		"an event of no kind": `{"format":1,"base_url":"http://ll2.test/","walked":"2026-01-01T00:00:00Z","events":1,"changes":0}` +
			"\n" + `{"id":1,"docking":"2026-01-01T00:00:00Z","docking_location":{"id":"x"}}` + "\n",
	} {
		dir := t.TempDir()
		store := mirror.Dir(dir)
		server := ll2test.NewServer(ll2test.Events(30)...)
		refresh(t, open(t, server.Client(), store))
		for _, blob := range blobs(t, dir) {
			_, gen, err := store.Load(t.Context(), blob)
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Save(t.Context(), blob, []byte(damage), gen); err != nil {
				t.Fatal(err)
			}
		}
		m := open(t, server.Client(), store)
		if s := m.Status(); s.Count != 0 || !s.Refreshed.IsZero() {
			t.Errorf("%s: %+v", name, s)
		}
		before := len(server.Requests())
		if got := all(t, m); len(got) != 30 {
			t.Errorf("%s: %d events", name, len(got))
		}
		if n := len(server.Requests()) - before; n > 7 {
			t.Errorf("%s: %d requests", name, n)
		}
		if s := m.Status(); s.Err != nil {
			t.Errorf("%s: %v stays", name, s.Err)
		}
		if got := all(t, open(t, server.Client(), store, mirror.Offline())); len(got) != 30 {
			t.Errorf("%s: %d events in the store", name, len(got))
		}
	}
}

func TestACopyOfALaterVersionIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	store := mirror.Dir(dir)
	server := ll2test.NewServer(ll2test.Events(30)...)
	refresh(t, open(t, server.Client(), store))
	const later = `{"format":2,"what":"comes"}` + "\n"
	for _, blob := range blobs(t, dir) {
		_, gen, _ := store.Load(t.Context(), blob)
		if err := store.Save(t.Context(), blob, []byte(later), gen); err != nil {
			t.Fatal(err)
		}
	}
	m := open(t, server.Client(), store)
	for range 2 {
		if got := all(t, m); len(got) != 30 {
			t.Error(len(got))
		}
		refresh(t, m)
		if s := m.Status(); s.Err == nil || !strings.Contains(s.Err.Error(), "newer version") {
			t.Error(s.Err)
		}
	}
	for _, blob := range blobs(t, dir) {
		if data, _, err := store.Load(t.Context(), blob); string(data) != later {
			t.Errorf("%s: %s, %v", blob, data, err)
		}
	}
}

func TestACopyOfALaterVersionThatIsGoneKeepsNothingFromBeingWritten(t *testing.T) {
	dir := t.TempDir()
	store := mirror.Dir(dir)
	server := ll2test.NewServer(ll2test.Events(30)...)
	refresh(t, open(t, server.Client(), store))
	for _, blob := range blobs(t, dir) {
		_, gen, _ := store.Load(t.Context(), blob)
		if err := store.Save(t.Context(), blob, []byte(`{"format":2,"generation":`+strconv.FormatUint(gen+1, 10)+"}\n"), gen); err != nil {
			t.Fatal(err)
		}
	}
	m := open(t, server.Client(), store)
	refresh(t, m)
	for _, blob := range blobs(t, dir) {
		if err := os.Remove(filepath.Join(dir, blob+".ll2")); err != nil {
			t.Fatal(err)
		}
	}
	refresh(t, m)
	if s := m.Status(); s.Err != nil {
		t.Errorf("%v stays", s.Err)
	}
	if got := all(t, open(t, server.Client(), store, mirror.Offline())); len(got) != 30 {
		t.Errorf("%d events in the store", len(got))
	}
}

// A slowStore keeps what the next Load of a copy read until it is released.
type slowStore struct {
	mirror.Store
	slow    bool
	release chan struct{}
}

func (s *slowStore) Load(ctx context.Context, name string) ([]byte, uint64, error) {
	data, gen, err := s.Store.Load(ctx, name)
	if s.slow && strings.HasSuffix(name, ".events") {
		s.slow = false
		<-s.release
	}
	return data, gen, err
}

func TestWhatWasReadLongAgoDoesNotTakeAPlace(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
		store := &slowStore{Store: mirror.Memory(), release: make(chan struct{})}
		transport := &counter{RoundTripper: server}
		often := mirror.WalkEvery(time.Minute) // so that there is a request behind that for the page
		a := open(t, server.Client(ll2.WithTransport(transport)), store, often)
		refresh(t, a)
		b := open(t, server.Client(), store.Store, often)
		time.Sleep(hour)
		refresh(t, b)

		store.slow = true
		go func() { a.Status() }() // reads what b has written
		synctest.Wait()
		time.Sleep(time.Minute)
		transport.n = 0
		transport.before = func(n int) {
			if n == 2 {
				close(store.release)
				synctest.Wait()
				server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
			}
		}
		refresh(t, a)
		time.Sleep(time.Minute)
		if x, y := a.Status().Refreshed, b.Status().Refreshed; !x.Equal(y) || transport.n != 2 {
			t.Errorf("one has the copy of %v, and another one that of %v, after %d requests", x, y, transport.n)
		}
	})
}

func TestAFolderThatVanishesIsFilledAnew(t *testing.T) {
	in(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "a", "b")
		server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
		m := open(t, server.Client(), mirror.Dir(dir))
		refresh(t, m)
		before := len(server.Requests())
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		time.Sleep(hour)
		all(t, m)
		if n := len(server.Requests()) - before; n != 1 {
			t.Errorf("%d requests", n)
		}
		if s := m.Status(); s.Err != nil {
			t.Error(s.Err)
		}
		if got := all(t, open(t, server.Client(), mirror.Dir(dir), mirror.Offline())); len(got) != 150 {
			t.Error(len(got))
		}
	})
}

func TestAFolderThatCannotBeOneIsAnErrorOfOpen(t *testing.T) {
	client := ll2test.NewServer().Client()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", file} {
		if m, err := mirror.Open(client, mirror.Dir(path)); m != nil || !errors.Is(err, fs.ErrInvalid) || strings.Count(err.Error(), "mirror: ") != 1 {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestEachServiceHasACopyOfItsOwnInAStore(t *testing.T) {
	store := mirror.Memory()
	one, other := ll2test.NewServer(ll2test.Events(30)...), ll2test.NewServer(ll2test.Events(20)...)
	a := open(t, one.Client(), store)
	b := open(t, other.Client(ll2.WithBaseURL("http://ll2.test:8080/ll2.test/")), store)
	for range 2 {
		if x, y := len(all(t, a)), len(all(t, b)); x != 30 || y != 20 {
			t.Error(x, y)
		}
	}
}
