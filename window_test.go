package ll2_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestQuotaTellsWhenTheNextCanGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client := server.Client(ll2.WithRateLimit(3, time.Hour))
		start := time.Now()
		testkit.Spend(t, client, 1)
		time.Sleep(10 * time.Minute)
		testkit.Spend(t, client, 1)
		time.Sleep(10 * time.Minute)
		q := client.Quota()
		if q.Limit != 3 || q.Window != time.Hour || q.Used != 2 || q.String() != "2 of 3 in 1h0m0s used" {
			t.Errorf("%+v, want 2 used of 3 an hour", q)
		}
		for n, want := range map[int]time.Duration{
			-1: 20 * time.Minute, 1: 20 * time.Minute, 2: time.Hour, 3: 70 * time.Minute,
			4: 80 * time.Minute, 5: 2 * time.Hour, 7: 140 * time.Minute,
		} {
			if got := q.Next(n).Sub(start); got != want {
				t.Errorf("the next %d can go at %v, want %v", n, got, want)
			}
		}
		if n := len(server.Requests()); n != 2 {
			t.Errorf("%d requests, want 2: asking for the quota sends none", n)
		}
		// It is a snapshot.
		testkit.Spend(t, client, 1)
		if q.Used != 2 || !q.Next(2).Equal(start.Add(time.Hour)) {
			t.Errorf("%+v changed", q)
		}
	})
}

func TestQuotaWithoutALimitIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client := server.Client()
		testkit.Spend(t, client, 20)
		if q := client.Quota(); q.Limit != 0 || q.Window != 0 || q.Used != 0 || q.Next(100).After(time.Now()) || q.String() != "no quota known" {
			t.Errorf("%+v, want nothing known and no wait", q)
		}
		server.Fail(ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"600"}}})
		testkit.Limited(t, testkit.Get(t.Context(), client))
		if got := time.Until(client.Quota().Next(1)); got != 10*time.Minute {
			t.Errorf("the next can go in %v, want 10m: the gate is shut", got)
		}
		if q := new(ll2.Client).Quota(); q.Limit != 0 || new(ll2.Client).Limiter() != nil {
			t.Errorf("%+v of a client that New did not make", q)
		}
	})
}
