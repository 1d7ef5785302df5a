package versions_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// newServer returns a server of both versions, with as many events as the real one.
func newServer() *ll2test.Server {
	server := ll2test.NewServer(ll2test.Events(515)...)
	server.SetEvents230(ll2test.Events230(555)...)
	return server
}

// requests counts the requests of each version.
func requests(server *ll2test.Server) map[string]int {
	count := make(map[string]int)
	for _, req := range server.Requests() {
		version, _, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
		count[version]++
	}
	return count
}

func TestWalksOfBothVersionsSpendOneQuotaAndAreNeverRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer()
		server.Limit(15, time.Hour)
		client := testkit.Production(server, ll2.WithMaxWait(math.MaxInt64))
		const hours = 6
		ctx, cancel := context.WithTimeout(t.Context(), hours*time.Hour-time.Second)
		defer cancel()
		var wg sync.WaitGroup
		var mu sync.Mutex
		walks := make(map[string]int)
		walk := func(version string, events int, walk func() (int, error)) {
			for ctx.Err() == nil {
				switch n, err := walk(); {
				case err == nil && n == events:
					mu.Lock()
					walks[version]++
					mu.Unlock()
				case errors.Is(err, ll2.ErrRateLimited) || errors.Is(err, context.DeadlineExceeded):
					return // the next place is behind the deadline
				default:
					t.Errorf("%s: %d events, %v", version, n, err)
					return
				}
			}
		}
		wg.Go(func() {
			walk("2.2.0", 515, func() (int, error) {
				events, err := ll2.Collect(client.DockingEvents.All(ctx))
				return len(events), err
			})
		})
		for _, opts := range [][]ll230.ListOption{{}, {ll2.Parallel(4), ll230.InMode(ll230.ModeDetailed)}} {
			wg.Go(func() {
				walk("2.3.0", 555, func() (int, error) {
					events, err := ll2.Collect(ll230.DockingEvents(client).All(ctx, opts...))
					return len(events), err
				})
			})
		}
		wg.Wait()
		if got := testkit.Statuses(server); got[http.StatusOK] < hours*15-2 || len(got) != 1 {
			t.Errorf("answers by status: %v, want %d of status 200, or hardly less, and no other", got, hours*15)
		}
		if count := requests(server); count["2.2.0"] < 15 || count["2.3.0"] < 15 || walks["2.2.0"] < 1 || walks["2.3.0"] < 2 {
			t.Errorf("requests %v, walks %v: one version kept the other from going on", count, walks)
		}
	})
}

func TestTheNextPlaceIsTheSameForBothVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer()
		client := testkit.Production(server, ll2.WithMaxWait(time.Minute))
		if _, err := ll2.Collect(ll230.DockingEvents(client).All(t.Context())); err != nil { // 6 requests
			t.Fatal(err)
		}
		if _, err := ll2.Collect(client.DockingEvents.All(t.Context())); err != nil { // 6 more
			t.Fatal(err)
		}
		if quota := client.Quota(); quota.Used != 12 {
			t.Errorf("%v, want 12 used", quota)
		}
		testkit.Spend(t, client, 3)
		_, err := ll230.DockingEvents(client).Get(t.Context(), 1)
		limited := testkit.AsError[*ll2.RateLimitError](t, err)
		if !limited.Local || limited.RetryAfter != time.Hour {
			t.Errorf("the 16th request: %+v, want it to go in an hour", limited)
		}
		if n := len(server.Requests()); n != 15 {
			t.Errorf("%d requests were sent, want 15", n)
		}
	})
}

func TestARefusalOfOneVersionHoldsForTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer()
		client := server.Client(ll2.WithMaxWait(time.Second))
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "600"))
		if _, err := ll230.DockingEvents(client).List(t.Context()); !errors.Is(err, ll2.ErrRateLimited) {
			t.Fatalf("%v, want ErrRateLimited", err)
		}
		if err := testkit.Get(t.Context(), client); !errors.Is(err, ll2.ErrRateLimited) || len(server.Requests()) != 1 {
			t.Errorf("%v after %d requests, want ErrRateLimited after 1", err, len(server.Requests()))
		}
		time.Sleep(601 * time.Second)
		if _, err := ll230.DockingEvents(client).Get(t.Context(), 1); err != nil {
			t.Error(err)
		}
	})
}

// Retries, token, traces and the address are the client's, for every version.
func TestBothVersionsHaveAllElseInCommon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer()
		server.SetTokens(testkit.Canary)
		diary := new(testkit.Diary)
		client := server.Client(append(diary.Options(), ll2.WithBaseURL("https://mirror.example/ll2/2.2.0/"), ll2.WithUserAgent("versions/1"))...)
		server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		event, err := ll230.DockingEvents(client).Get(t.Context(), 1)
		if err != nil || event.ResponseMode != string(ll230.ModeDetailed) {
			t.Fatalf("%+v, %v", event, err)
		}
		_, err = ll230.DockingEvents(client).Get(t.Context(), 999)
		if diary.Fail(err); !errors.Is(err, ll2.ErrNotFound) {
			t.Errorf("%v, want ErrNotFound", err)
		}
		diary.Check(t, "/ll2/2.3.0/docking_events/1/")
		for _, req := range server.Requests() {
			if req.URL.Host != "mirror.example" || req.Header.Get("Authorization") != "Token "+testkit.Canary || !strings.HasPrefix(req.Header.Get("User-Agent"), "versions/1") {
				t.Errorf("asked %s with the headers of no such client", req.URL)
			}
		}
		if n := len(server.Requests()); n != 3 {
			t.Errorf("%d requests, want 3: one is tried again", n)
		}
	})
}
