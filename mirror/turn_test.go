package mirror_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

// An echoStore does something after a copy was saved and before that is known.
type echoStore struct {
	mirror.Store
	saved func()
}

func (s *echoStore) Save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	err := s.Store.Save(ctx, name, data, ifGen)
	if saved := s.saved; saved != nil && strings.HasSuffix(name, ".events") {
		s.saved = nil
		saved()
	}
	return err
}

func TestACopyDoesNotGoBackToTheOneThatWasSavedBefore(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
		store := &echoStore{Store: mirror.Memory()}
		a := open(t, server.Client(), store)
		refresh(t, a)
		b := open(t, server.Client(), &brokenStore{Store: store.Store, lock: errors.ErrUnsupported})
		time.Sleep(hour)
		store.saved = func() {
			time.Sleep(2 * time.Second)
			if err := b.Refresh(t.Context()); err != nil {
				t.Error(err)
			}
			if x, y := a.Status().Refreshed, b.Status().Refreshed; !x.Equal(y) {
				t.Errorf("%v, want %v", x, y)
			}
		}
		refresh(t, a)
		if x, y := a.Status().Refreshed, b.Status().Refreshed; !x.Equal(y) {
			t.Errorf("back from %v to %v", y, x)
		}
	})
}

func TestAServiceThatIsSlowerThanTheCopyIsOldIsAskedByOneAtATime(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.EventsAround(30, time.Now())...)
		var mu sync.Mutex
		var under, most int
		client := server.Client(ll2.WithTransport(testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			count := func(n int) {
				mu.Lock()
				defer mu.Unlock()
				under += n
				most = max(most, under)
			}
			count(1)
			defer count(-1)
			time.Sleep(10 * time.Second)
			return server.RoundTrip(req)
		})))
		store := mirror.Memory()
		var mirrors []*mirror.Mirror
		for range 20 {
			mirrors = append(mirrors, open(t, client, store, mirror.RefreshEvery(5*time.Second)))
		}
		for range 5 {
			var callers sync.WaitGroup
			for _, m := range mirrors {
				callers.Go(func() { all(t, m) })
			}
			callers.Wait()
			time.Sleep(time.Minute)
		}
		mu.Lock()
		defer mu.Unlock()
		if most != 1 {
			t.Errorf("%d mirrors asked at once", most)
		}
	})
}

func TestARefreshThatCloseEndsIsNoFailureForThoseWhoComeAfter(t *testing.T) {
	in(t, func(t *testing.T) {
		for n := range 3 { // requests of the refresh that come to their end
			server := ll2test.NewServer(ll2test.EventsAround(250, time.Now())...)
			store := mirror.Memory()
			m := open(t, server.Client(), store)
			server.Fail(append(make([]ll2test.Fault, n), ll2test.Fault{Delay: time.Hour})...)
			done := make(chan error)
			go func() { done <- m.Refresh(t.Context()) }()
			time.Sleep(time.Second)
			if err := m.Close(); err != nil {
				t.Error(err)
			}
			if err := <-done; err == nil || !strings.Contains(err.Error(), "closed") {
				t.Error(err)
			}
			next := open(t, server.Client(), store)
			if s := next.Status(); s.Err != nil || s.Next.After(time.Now()) {
				t.Errorf("after %d requests: %+v", n, s)
			}
			if got := all(t, next); len(got) != 250 {
				t.Errorf("after %d requests: %d events", n, len(got))
			}
		}
	})
}

// A heldStore has a lock that a stopped process holds: it does not even give it back.
type heldStore struct{ mirror.Store }

func (heldStore) TryLock(context.Context, string, time.Duration) (func(), bool, error) {
	return nil, false, nil
}

func TestALockThatIsNeverFreeHoldsARefreshUpForAWhileOnly(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
		m := open(t, server.Client(), heldStore{mirror.Memory()})
		start := time.Now()
		if got := all(t, m); len(got) != 150 || time.Since(start) > 11*time.Minute {
			t.Errorf("%d events after %v", len(got), time.Since(start))
		}
		if s := m.Status(); s.Err != nil {
			t.Error(s.Err)
		}
	})
}
