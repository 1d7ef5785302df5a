package ll2_test

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestParallelLetsGoOfPagesThatWereRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 6
		server := ll2test.NewServer(ll2test.Events(100)...)
		var read []weak.Pointer[ll2.Page[ll2.DockingEvent]]
		for page, err := range server.Client().DockingEvents.Pages(t.Context(), ll2.PageSize(2), ll2.Parallel(n)) {
			if err != nil {
				t.Fatal(err)
			}
			read = append(read, weak.Make(page))
			synctest.Wait()
			runtime.GC()
			alive := 0
			for _, page := range read {
				if page.Value() != nil {
					alive++
				}
			}
			if alive > 2 { // this one, and what a register may still hold
				t.Fatalf("at page %d, %d pages that were read are in memory", len(read), alive)
			}
		}
	})
}

func TestAWaitThatIsTooLongToTellIsNotOver(t *testing.T) {
	t.Parallel()
	client := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithRateLimit(1, 24*time.Hour))
	testkit.Spend(t, client, 1)
	if next := client.Quota().Next(200_000); time.Until(next) < 100*365*24*time.Hour {
		t.Errorf("the next 200,000 can go at %v", next)
	}
}

func TestADamagedOrderInALinkIsReplacedByTheWalks(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	damaged := func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			page["next"] = strings.Replace(next, "ordering=departure%2Cid", "ordering=nonsense", 1)
		}
	}
	testkit.All(t, testkit.Through(testkit.RewritingPages(damaged), server), ll2.PageSize(10), ll2.OrderBy(ll2.ByDeparture))
	for _, req := range server.Requests() {
		if got := req.URL.Query().Get("ordering"); got != "departure,id" {
			t.Errorf("ordering=%s, want departure,id", got)
		}
	}
}

// Nobody's page is that large: stepping by it would ask for offsets that a walk
// along the links does not.
func TestParallelForeseesNothingFromANonsensicalLimit(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	var mu sync.Mutex
	vast := testkit.RewritingPages(func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			page["next"] = strings.Replace(next, "limit=10", "limit=9223372036854775807", 1)
		}
	})(server)
	locked := func(http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			return vast(req)
		}
	}
	if got := testkit.All(t, testkit.Through(locked, server), ll2.PageSize(10), ll2.Parallel(4)); len(got) != 30 {
		t.Errorf("%d events, want 30", len(got))
	}
	for _, req := range server.Requests() {
		if strings.HasPrefix(req.URL.Query().Get("offset"), "-") {
			t.Errorf("asked %s", req.URL)
		}
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests, want 2: the first page, and the rest", n)
	}
}
