package mirror_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

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
