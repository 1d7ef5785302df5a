package mirror_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/mirror"
)

func TestALockHasOneHolder(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		one, other := mirror.Dir(path), mirror.Dir(path)
		lock := func(s mirror.Store, name string, want bool) func() {
			t.Helper()
			unlock, ok, err := s.TryLock(t.Context(), name, time.Minute)
			if ok != want || err != nil {
				t.Fatalf("locked %s: %v, %v, want %v", name, ok, err, want)
			}
			return unlock
		}
		unlock := lock(one, "refresh", true)
		lock(one, "refresh", false)
		lock(other, "refresh", false)
		lock(other, "walk", true)() // another one
		mustSave(t, other, "refresh", []byte("no condition of Save"))
		unlock()
		second := lock(other, "refresh", true)
		unlock() // not the second one's
		lock(one, "refresh", false)
		time.Sleep(time.Minute)
		synctest.Wait()
		third := lock(one, "refresh", true)
		second()
		lock(other, "refresh", false)
		third()
	})
}
