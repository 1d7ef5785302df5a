package mirror_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// A watchedStore counts how often it is read, and does not save the blobs of one kind.
type watchedStore struct {
	mirror.Store
	loads   atomic.Int64
	refused string // the end of their names; "" for none
}

var errRefused = errors.New("this is not saved")

func (s *watchedStore) Load(ctx context.Context, name string) ([]byte, uint64, error) {
	s.loads.Add(1)
	return s.Store.Load(ctx, name)
}

func (s *watchedStore) Save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	if s.refused != "" && strings.HasSuffix(name, s.refused) {
		return errRefused
	}
	return s.Store.Save(ctx, name, data, ifGen)
}

func TestTheStoreIsLookedAtOnceASecondAtMost(t *testing.T) {
	in(t, func(t *testing.T) {
		store := &watchedStore{Store: mirror.Memory()}
		m := open(t, ll2test.NewServer(ll2test.EventsAround(150, time.Now())...).Client(), store)
		refresh(t, m)
		for range 3 {
			time.Sleep(time.Second)
			store.loads.Store(0)
			for range 20 {
				all(t, m)
				m.Status()
			}
			if n := store.loads.Load(); n != 1 {
				t.Errorf("the store was read %d times in a moment", n)
			}
		}
	})
}

// Without its state a copy is complete, but others do not know who asked last.
func TestAStateThatIsNotSavedIsTold(t *testing.T) {
	in(t, func(t *testing.T) {
		store := &watchedStore{Store: mirror.Memory(), refused: ".state"}
		m := open(t, ll2test.NewServer(ll2test.EventsAround(150, time.Now())...).Client(), store)
		refresh(t, m)
		if got := all(t, m); len(got) != 150 {
			t.Errorf("%d events", len(got))
		}
		if err := m.Status().Err; !errors.Is(err, errRefused) {
			t.Errorf("the status says %v", err)
		}
	})
}
