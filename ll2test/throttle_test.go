package ll2test_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/ll2test"
)

const throttledFor = `{"detail":"Request was throttled. Expected available in %d second%s."}`

func TestWindowSlides(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.Limit(3, time.Hour)
		ask := func(wait int) {
			t.Helper()
			r := get(t, s, "docking_event/1/")
			if wait == 0 {
				if r.status != http.StatusOK {
					t.Errorf("%s: %d %s", time.Now().Format(time.TimeOnly), r.status, r.body)
				}
				return
			}
			plural := "s"
			if wait == 1 {
				plural = ""
			}
			r.want(t, http.StatusTooManyRequests, fmt.Sprintf(throttledFor, wait, plural))
			if got := r.header.Get("Retry-After"); got != fmt.Sprint(wait) {
				t.Errorf("Retry-After: %s, want %d", got, wait)
			}
		}
		ask(0) // 00:00
		time.Sleep(10 * time.Minute)
		ask(0) // 00:10
		ask(0) // 00:10
		ask(3000)
		time.Sleep(100 * time.Millisecond)
		ask(3000) // rounded up
		time.Sleep(50*time.Minute - 600*time.Millisecond)
		ask(1)
		time.Sleep(500*time.Millisecond - 1)
		ask(1)
		time.Sleep(time.Nanosecond)
		ask(0) // exactly an hour after the first one; those refused did not count
		ask(600)
		time.Sleep(10 * time.Minute)
		ask(0)
		ask(0)
		ask(3000)
	})
}

func TestWhatTakesAPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.SetTokens("good")
		s.Limit(100, time.Hour)
		used := 0
		for _, test := range []struct {
			method, path string
			header       []string
			fault        ll2test.Fault
			status       int
			counts       bool
		}{
			{path: "docking_event/", status: 200, counts: true},
			{path: "docking_event/1/", status: 200, counts: true},
			{path: "docking_event/9/", status: 404, counts: true},
			{path: "docking_event/?docking__gt=x", status: 400, counts: true},
			{method: "POST", path: "docking_event/", status: 405, counts: true},
			{path: "launch/", status: 404},
			{path: "docking_event", status: 301},
			{path: "docking_event/", header: []string{"Authorization", "Token bad"}, status: 401},
			{path: "docking_event/", header: []string{"Accept", "image/png"}, status: 406},
			{path: "api-throttle/", status: 200},
			{path: "docking_event/", fault: ll2test.Fault{Status: 502}, status: 502, counts: true},
			{path: "docking_event/", fault: ll2test.Fault{Status: 404}, status: 404, counts: true},
			{path: "docking_event/", fault: ll2test.Fault{Status: 200}, status: 200, counts: true},
			{path: "docking_event/", fault: ll2test.Fault{CutAfter: 5}, status: 200, counts: true},
			{path: "docking_event/", fault: ll2test.Fault{Status: 302}, status: 302},
			{path: "docking_event/", fault: ll2test.Fault{Status: 401}, status: 401},
			{path: "docking_event/", fault: ll2test.Fault{Status: 403}, status: 403},
			{path: "docking_event/", fault: ll2test.Fault{Status: 406}, status: 406},
			{path: "docking_event/", fault: ll2test.Fault{Status: 429}, status: 429},
			{path: "api-throttle/", fault: ll2test.Fault{Status: 500}, status: 500},
		} {
			if test.method == "" {
				test.method = "GET"
			}
			s.Fail(test.fault)
			if r := do(t, s, test.method, base+test.path, test.header...); r.status != test.status {
				t.Errorf("%+v: %d", test, r.status)
			}
			if test.counts {
				used++
			}
			want := fmt.Sprintf(`{"your_request_limit":100,"limit_frequency_secs":3600,"current_use":%d,"next_use_secs":0,"ident":"203.0.113.7"}`, used)
			get(t, s, "api-throttle/").want(t, 200, want)
		}

		s.Fail(ll2test.Fault{Err: errors.New("no route")})
		if _, err := s.RoundTrip(newRequest(t, "docking_event/")); err == nil {
			t.Error("no error")
		}
		get(t, s, "api-throttle/").want(t, 200,
			fmt.Sprintf(`{"your_request_limit":100,"limit_frequency_secs":3600,"current_use":%d,"next_use_secs":0,"ident":"203.0.113.7"}`, used))
	})
}

func TestEveryTokenHasItsOwnWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.Limit(1, time.Minute)
		for _, authorization := range []string{"", "Token a", "Token b"} {
			for i, status := range []int{200, 429} {
				if r := get(t, s, "docking_event/", "Authorization", authorization); r.status != status {
					t.Errorf("%q, request %d: %d", authorization, i, r.status)
				}
			}
		}
		if r := get(t, s, "docking_event/", "Authorization", "Bearer c"); r.status != 429 {
			t.Errorf("Bearer is not anonymous: %d", r.status)
		}
		get(t, s, "api-throttle/", "Authorization", "Token a").want(t, 200,
			`{"your_request_limit":1,"limit_frequency_secs":60,"current_use":1,"next_use_secs":60,"ident":"a"}`)
	})
}

func TestAPIThrottleShowsTheWindowAndCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.Limit(2, 90*time.Second)
		show := func(used, next int) {
			t.Helper()
			get(t, s, "api-throttle/").want(t, 200, fmt.Sprintf(
				`{"your_request_limit":2,"limit_frequency_secs":90,"current_use":%d,"next_use_secs":%d,"ident":"203.0.113.7"}`, used, next))
		}
		show(0, 0)
		get(t, s, "docking_event/")
		show(1, 0)
		time.Sleep(30 * time.Second)
		get(t, s, "docking_event/")
		show(2, 60)
		time.Sleep(500 * time.Millisecond)
		show(2, 60)
		time.Sleep(59500 * time.Millisecond)
		show(1, 0)
		time.Sleep(30 * time.Second)
		show(0, 0)
	})
}

func TestWithoutALimitNobodyIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		show := func(used, next int) {
			t.Helper()
			get(t, s, "api-throttle/").want(t, 200, fmt.Sprintf(
				`{"your_request_limit":15,"limit_frequency_secs":3600,"current_use":%d,"next_use_secs":%d,"ident":"203.0.113.7"}`, used, next))
		}
		ask := func(status int) {
			t.Helper()
			if r := get(t, s, "docking_event/"); r.status != status {
				t.Errorf("%d, want %d", r.status, status)
			}
		}
		for range 14 {
			ask(200)
		}
		show(14, 0)
		time.Sleep(time.Minute)
		for range 6 {
			ask(200)
		}
		show(15, 3540)

		// The requests so far count when a limit is set, and a higher one lets
		// in what it can.
		s.Limit(20, time.Hour)
		ask(429)
		s.Limit(21, time.Hour)
		ask(200)
		ask(429)
		s.Limit(0, time.Hour)
		ask(200)
		s.Limit(1, time.Hour)
		ask(429)
		s.Limit(1, -time.Hour)
		ask(200)
		show(15, 3540)
	})
}

func TestALoweredLimitWaitsForEnoughPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		for range 4 {
			get(t, s, "docking_event/")
			time.Sleep(10 * time.Second)
		}
		s.Limit(2, time.Minute) // taken at 0, 10, 20, 30 s; now it is 40 s
		get(t, s, "docking_event/").want(t, 429, fmt.Sprintf(throttledFor, 40, "s"))
		time.Sleep(40 * time.Second)
		if r := get(t, s, "docking_event/"); r.status != 200 {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestARequestCountsAfterItsDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.Limit(1, time.Minute)
		s.Fail(ll2test.Fault{Delay: 20 * time.Second})
		get(t, s, "docking_event/")
		get(t, s, "docking_event/").want(t, 429, fmt.Sprintf(throttledFor, 60, "s"))
	})
}

func TestAFullWindowSpendsTheFaultWithoutShowingIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.Limit(1, time.Minute)
		get(t, s, "docking_event/")
		s.Fail(ll2test.Fault{Status: 502, Body: "x", Header: http.Header{"X-Fault": {"1"}}})
		r := get(t, s, "docking_event/")
		r.want(t, 429, fmt.Sprintf(throttledFor, 60, "s"))
		if r.header.Get("X-Fault") != "" {
			t.Error("the fault's header is there")
		}
		s.Fail(ll2test.Fault{Header: http.Header{"Retry-After": nil}, Body: "slow down"})
		r = get(t, s, "docking_event/")
		r.want(t, 429, "slow down")
		if _, there := r.header["Retry-After"]; there {
			t.Error("Retry-After was not taken away")
		}
		time.Sleep(time.Minute)
		if r := get(t, s, "docking_event/"); r.status != 200 {
			t.Errorf("the faults were not spent: %d", r.status)
		}
	})
}
