package quota_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// questions counts the requests for api-throttle/.
func questions(server *ll2test.Server) int {
	n := 0
	for _, req := range server.Requests() {
		if strings.HasSuffix(req.URL.Path, "/api-throttle/") {
			n++
		}
	}
	return n
}

func TestSyncAsksBeforeTheFirstRequestAndCallsAtTheSameTimeWaitForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(20, time.Hour)
		server.Fail(ll2test.Fault{Delay: 2 * time.Second})
		// Not even a client that must not wait for the quota is refused for that.
		client := server.Client(ll2.WithToken("key"), ll2.WithQuotaSync(), ll2.WithMaxWait(0))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := testkit.Get(t.Context(), client); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		requests := server.Requests()
		if !strings.HasSuffix(requests[0].URL.Path, "/api-throttle/") || len(requests) != 9 || questions(server) != 1 {
			t.Errorf("%d requests, %d of them questions, the first one %s; want 9, 1, api-throttle/",
				len(requests), questions(server), requests[0].URL)
		}
		if q := client.Quota(); q.Limit != 20 || q.Window != time.Hour || q.Used != 8 {
			t.Errorf("quota %+v, want 8 used of 20 an hour", q)
		}
	})
}

func TestWithoutSyncNothingIsSentThatTheCallerDidNotAskFor(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(1)...)
	client := testkit.Production(server, ll2.WithMaxWait(0))
	testkit.Spend(t, client, 15)
	testkit.Limited(t, testkit.Get(t.Context(), client))
	if n := len(server.Requests()); n != 15 {
		t.Errorf("%d requests, want 15", n)
	}
}

func TestSyncCountsWhatOthersHaveUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(5, time.Hour)
		other := server.Client()
		testkit.Spend(t, other, 3)
		time.Sleep(10 * time.Minute)
		client := server.Client(ll2.WithQuotaSync())
		testkit.Spend(t, client, 2)
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter != 50*time.Minute || !e.Local {
			t.Errorf("%#v, want a local one, 50m: when the first of the others' places is free", e)
		}
		// All of them become free then, which the service says when it is asked.
		time.Sleep(50 * time.Minute)
		testkit.Spend(t, client, 3)
		testkit.Limited(t, testkit.Get(t.Context(), client))
		if got := testkit.Statuses(server); got[http.StatusTooManyRequests] != 0 {
			t.Errorf("answers by status: %v, want no 429", got)
		}
	})
}

func TestSyncAsksAgainWhenA429ShowsThatTheQuotaIsSpent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(5, time.Hour)
		client := server.Client(ll2.WithQuotaSync())
		testkit.Spend(t, client, 1)
		testkit.Spend(t, server.Client(), 4)
		time.Sleep(10 * time.Minute)
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.Local || e.RetryAfter != 50*time.Minute {
			t.Errorf("%#v, want the service's own, 50m", e)
		}
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); !e.Local || e.RetryAfter != 50*time.Minute {
			t.Errorf("%#v, want a local one, 50m", e)
		}
		if q := client.Quota(); q.Used != 5 || questions(server) != 2 {
			t.Errorf("quota %+v after %d questions, want 5 used after 2", q, questions(server))
		}
		// Nothing has changed, so the service is not asked again.
		testkit.Limited(t, testkit.Get(t.Context(), client))
		if questions(server) != 2 {
			t.Errorf("%d questions, want 2", questions(server))
		}
		time.Sleep(50 * time.Minute)
		testkit.Spend(t, client, 5)
		if got := testkit.Statuses(server); got[http.StatusTooManyRequests] != 1 {
			t.Errorf("answers by status: %v, want one 429", got)
		}
	})
}

func TestSyncSurvivesAnAPIThrottleThatMakesNoSense(t *testing.T) {
	const ok = `{"your_request_limit":20,"limit_frequency_secs":60,"current_use":%d,"next_use_secs":%v}`
	for name, test := range map[string]struct {
		fault  ll2test.Fault
		limit  int
		window time.Duration
		used   int
	}{
		"array of one":       {ll2test.Fault{Body: "[" + fmt.Sprintf(ok, 3, 0) + "]"}, 20, time.Minute, 3},
		"negative next":      {ll2test.Fault{Body: fmt.Sprintf(ok, 3, -7)}, 20, time.Minute, 3},
		"next past window":   {ll2test.Fault{Body: fmt.Sprintf(ok, 20, 1e300)}, 20, time.Minute, 20},
		"negative use":       {ll2test.Fault{Body: fmt.Sprintf(ok, -3, 0)}, 20, time.Minute, 0},
		"use beyond limit":   {ll2test.Fault{Body: fmt.Sprintf(ok, 2000000000, 0)}, 20, time.Minute, 20},
		"empty array":        {ll2test.Fault{Body: "[]"}, 15, time.Hour, 0},
		"empty object":       {ll2test.Fault{Body: "{}"}, 15, time.Hour, 0},
		"HTML":               {ll2test.Fault{Body: "<html>"}, 15, time.Hour, 0},
		"limit null":         {ll2test.Fault{Body: `{"your_request_limit":null,"limit_frequency_secs":60}`}, 15, time.Hour, 0},
		"limit zero":         {ll2test.Fault{Body: `{"your_request_limit":0,"limit_frequency_secs":60}`}, 15, time.Hour, 0},
		"limit absurd":       {ll2test.Fault{Body: `{"your_request_limit":2000000000,"limit_frequency_secs":60}`}, 15, time.Hour, 0},
		"window zero":        {ll2test.Fault{Body: `{"your_request_limit":5,"limit_frequency_secs":0}`}, 15, time.Hour, 0},
		"window negative":    {ll2test.Fault{Body: `{"your_request_limit":5,"limit_frequency_secs":-1}`}, 15, time.Hour, 0},
		"window absurd":      {ll2test.Fault{Body: `{"your_request_limit":5,"limit_frequency_secs":1e300}`}, 15, time.Hour, 0},
		"server error":       {ll2test.Fault{Status: http.StatusBadGateway}, 15, time.Hour, 0},
		"throttled":          {ll2test.Fault{Status: http.StatusTooManyRequests}, 15, time.Hour, 0},
		"connection refused": {ll2test.Fault{Err: errors.New("connection refused")}, 15, time.Hour, 0},
		"no answer":          {ll2test.Fault{Delay: time.Hour}, 15, time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ll2test.NewServer(ll2test.Events(1)...)
				server.Fail(test.fault)
				var log bytes.Buffer
				client := server.Client(ll2.WithQuotaSync(), ll2.WithLogger(slog.New(slog.NewTextHandler(&log, nil))),
					ll2.WithMaxWait(math.MaxInt64))
				start := time.Now()
				before := client.Quota()
				err := testkit.Get(t.Context(), client)
				took := time.Since(start)
				q := client.Quota()
				if before.Limit != 0 || err != nil || q.Limit != test.limit || q.Window != test.window {
					t.Errorf("%v; quota %+v, then %+v, want %d in %v", err, before, q, test.limit, test.window)
				}
				if used := test.used % test.limit; q.Used != used+1 && test.used < test.limit {
					t.Errorf("%d used, want %d and this one", q.Used, test.used)
				}
				broken := test.limit == 15
				if warned := strings.Contains(log.String(), "level=WARN"); warned != broken {
					t.Errorf("warned %v, want %v: %s", warned, broken, &log)
				}
				if name == "no answer" && took != 5*time.Second {
					t.Errorf("asked for %v, want one attempt of 5s", took)
				}
				// Asked again before a later request, at most once a minute.
				asked := questions(server)
				time.Sleep(time.Minute - time.Second)
				testkit.Spend(t, client, 1)
				if n := questions(server); broken && n != asked {
					t.Errorf("asked again within a minute")
				}
				time.Sleep(2 * time.Second)
				testkit.Spend(t, client, 1)
				if n := questions(server); broken && n != asked+1 {
					t.Errorf("%d questions, want %d", n, asked+1)
				}
			})
		})
	}
}

func TestSyncsQuestionGoesOnWhereTheFirstCallerGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(3, time.Hour)
		server.Fail(ll2test.Fault{Delay: 4 * time.Second})
		client := server.Client(ll2.WithQuotaSync())
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := testkit.Get(ctx, client); !errors.Is(err, ctx.Err()) {
				t.Errorf("the one that went away: %v", err)
			}
		})
		synctest.Wait()
		testkit.Spend(t, client, 1)
		wg.Wait()
		if q := client.Quota(); q.Limit != 3 || questions(server) != 1 {
			t.Errorf("quota %+v after %d questions, want a limit of 3 after 1", q, questions(server))
		}
	})
}

// The stricter of both holds: the one by the hour, which the service knows, or the
// caller's own by the minute.
func TestSyncAndARateLimitHoldTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(5, time.Hour)
		client := server.Client(ll2.WithQuotaSync(), ll2.WithRateLimit(2, time.Minute), ll2.WithMaxWait(0))
		for minute, want := range []int{2, 2, 1, 0} {
			granted := 0
			for range 4 {
				if err := testkit.Get(t.Context(), client); err == nil {
					granted++
				} else if !errors.Is(err, ll2.ErrRateLimited) {
					t.Fatal(err)
				}
			}
			if granted != want {
				t.Errorf("in minute %d %d requests went, want %d", minute, granted, want)
			}
			if q := client.Quota(); q.Left() != 0 {
				t.Errorf("in minute %d %v, want none left", minute, q)
			}
			time.Sleep(time.Minute)
		}
		if n := testkit.Statuses(server)[429]; n != 0 {
			t.Errorf("%d requests were refused", n)
		}
		if q := client.Quota(); q.Limit != 5 || time.Until(q.Next(1)) != 56*time.Minute {
			t.Errorf("%v, the next in %v, want 5 an hour and 56m", q, time.Until(q.Next(1)))
		}
	})
}

func TestSyncNeverLogsWhoTheCallerIs(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(1)...)
	server.SetTokens(testkit.Canary)
	server.Fail(ll2test.Fault{Body: `{"ident":"` + testkit.Canary + `","your_request_limit":"many"}`})
	var log bytes.Buffer
	handler := slog.NewTextHandler(io.MultiWriter(&log), &slog.HandlerOptions{Level: slog.LevelDebug})
	client := server.Client(ll2.WithToken(testkit.Canary), ll2.WithQuotaSync(), ll2.WithLogger(slog.New(handler)))
	testkit.Spend(t, client, 1)
	if strings.Contains(log.String(), testkit.Canary) || !strings.Contains(log.String(), "api-throttle/") {
		t.Errorf("log: %s", &log)
	}
}

func TestSyncTakesTheLargestQuotaThatMakesSenseAndNoLargerOne(t *testing.T) {
	t.Parallel()
	const most, longest = 10_000, 31 * 24 * 60 * 60
	for _, tc := range []struct{ limit, seconds, want int }{
		{1, 1, 1}, {most, longest, most}, {most + 1, longest, 15}, {most, longest + 1, 15}, {0, 60, 15},
	} {
		answers := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/api-throttle/") {
				return testkit.Status(http.StatusOK, fmt.Sprintf(`{"your_request_limit":%d,"limit_frequency_secs":%d}`, tc.limit, tc.seconds))(req)
			}
			return testkit.Status(http.StatusOK, testkit.EmptyPage)(req)
		})
		client := testkit.NewClient(t, answers, ll2.WithQuotaSync())
		if err := testkit.ListOnce(t, client); err != nil {
			t.Fatal(err)
		}
		if got := client.Quota().Limit; got != tc.want {
			t.Errorf("the service says %d in %d s, the client keeps to %d, want %d", tc.limit, tc.seconds, got, tc.want)
		}
	}
}

// Callers with little time each do not keep the client from ever asking.
func TestSyncGetsItsAnswerThoughNoCallerHasTheTimeForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Delay: time.Hour})
		client := server.Client(ll2.WithQuotaSync())
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			err := testkit.Get(ctx, client)
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		if q := client.Quota(); q.Limit != 15 || questions(server) != 1 {
			t.Errorf("quota %v after %d questions, want 15 an hour after one of 5s", q, questions(server))
		}
	})
}

// Requests under way while the service is asked are in its answer, and in the
// client's own window: they must not count twice.
func TestSyncDoesNotCountRequestsUnderWayTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Limit(6, time.Hour)
		// The service counts early, and answers late.
		slow := false
		client := testkit.Through(func(server http.RoundTripper) testkit.RoundTripFunc {
			return func(req *http.Request) (*http.Response, error) {
				late := slow && !strings.HasSuffix(req.URL.Path, "/api-throttle/")
				resp, err := server.RoundTrip(req)
				if late {
					time.Sleep(time.Second)
				}
				return resp, err
			}
		}, server, ll2.WithQuotaSync())
		testkit.Spend(t, client, 3)
		time.Sleep(10 * time.Minute)
		slow = true
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { testkit.Spend(t, client, 1) })
		}
		synctest.Wait()
		testkit.Limited(t, testkit.Get(t.Context(), client)) // asks meanwhile
		wg.Wait()
		if e := testkit.Limited(t, testkit.Get(t.Context(), client)); e.RetryAfter.Round(time.Minute) != 50*time.Minute {
			t.Errorf("free in %v, want 50m", e.RetryAfter)
		}
		if q := client.Quota(); q.Used != 6 {
			t.Errorf("%v, want 6 of 6", q)
		}
	})
}
