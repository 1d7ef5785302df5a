package retries_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// The waits are random. With so many of them it is certain that they reach far up and
// differ.
func TestBackoffIsBetweenMinAndABoundThatDoubles(t *testing.T) {
	t.Parallel()
	const least, most, calls = time.Second, 10 * time.Second, 200
	bounds := []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, most, most, most}
	synctest.Test(t, func(t *testing.T) {
		longest, shortest := make([]time.Duration, len(bounds)), make([]time.Duration, len(bounds))
		for range calls {
			transport := testkit.NewScript(testkit.Status(500, ""))
			var told []time.Duration
			client := testkit.NewClient(t, transport, ll2.WithRetries(len(bounds)), ll2.WithBackoff(least, most),
				ll2.WithTrace(&ll2.Trace{Wait: func(_ context.Context, w ll2.Wait) { told = append(told, w.For) }}))
			if err := testkit.ListOnce(t, client); err == nil {
				t.Fatal("no error")
			}
			for i, gap := range transport.Gaps() {
				if gap != told[i] || gap < least || gap > bounds[i] {
					t.Fatalf("wait %d was %v, told as %v, want from %v to %v", i+1, gap, told[i], least, bounds[i])
				}
				longest[i] = max(longest[i], gap)
				if shortest[i] == 0 || gap < shortest[i] {
					shortest[i] = gap
				}
			}
		}
		for i, bound := range bounds {
			if span := bound - least; longest[i] < bound-span/4 || shortest[i] > least+span/4 {
				t.Errorf("of %d waits %d were from %v to %v, want all of %v to %v", calls, i+1, shortest[i], longest[i], least, bound)
			}
		}
	})
}

func TestBackoffKeepsToItsBounds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ least, most time.Duration }{
		{0, 0}, {time.Second, time.Second}, {0, time.Second}, {time.Hour, time.Hour}, {1, 1}, {300 * 24 * time.Hour, 301 * 24 * time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			transport := testkit.NewScript(testkit.Status(500, ""))
			client := testkit.NewClient(t, transport, ll2.WithRetries(40), ll2.WithBackoff(tc.least, tc.most))
			if err := testkit.ListOnce(t, client); err == nil {
				t.Fatal("no error")
			}
			gaps := transport.Gaps()
			if len(gaps) != 40 {
				t.Fatalf("%d retries, want 40", len(gaps))
			}
			for _, gap := range gaps {
				if gap < tc.least || gap > tc.most {
					t.Errorf("waited %v, want from %v to %v", gap, tc.least, tc.most)
				}
			}
		})
	}
}

// Nothing doubled is nothing: without a least wait the bound is the longest at once.
func TestBackoffFromNothingReachesTheLongestAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		longest := time.Duration(0)
		for range 100 {
			transport := testkit.NewScript(testkit.Status(500, ""))
			_ = testkit.ListOnce(t, testkit.NewClient(t, transport, ll2.WithRetries(1), ll2.WithBackoff(0, time.Minute)))
			longest = max(longest, transport.Gaps()[0])
		}
		if longest < 45*time.Second {
			t.Errorf("of 100 first waits the longest was %v, want some of nearly a minute", longest)
		}
	})
}

func TestDefaultBackoffIsHalfASecondToTen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := testkit.NewScript(testkit.Status(500, ""))
		client, err := ll2.New(ll2.WithBaseURL(testkit.BaseURL), ll2.WithHTTPClient(&http.Client{Transport: transport}), ll2.WithRetries(50))
		if err != nil {
			t.Fatal(err)
		}
		if err := testkit.ListOnce(t, client); err == nil {
			t.Fatal("no error")
		}
		longest := time.Duration(0)
		for i, gap := range transport.Gaps() {
			if gap < 500*time.Millisecond || gap > 10*time.Second || i == 0 && gap > time.Second {
				t.Errorf("wait %d was %v", i+1, gap)
			}
			longest = max(longest, gap)
		}
		if longest < 7*time.Second {
			t.Errorf("the longest of 50 waits was %v, want up to 10s", longest)
		}
	})
}

// WithMaxWait is about what the service asks for, not about the client's own
// patience.
func TestMaxWaitDoesNotBoundTheBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := testkit.NewScript(testkit.Status(500, ""), testkit.Status(200, testkit.EmptyPage))
		client := testkit.NewClient(t, transport, ll2.WithMaxWait(0), ll2.WithBackoff(time.Minute, time.Minute))
		if err := testkit.ListOnce(t, client); err != nil || transport.Gaps()[0] != time.Minute {
			t.Errorf("%v after waits of %v", err, transport.Gaps())
		}
	})
}

// A retry that the deadline would cut off is not started, and the caller gets the
// failure itself.
func TestBackoffPastTheDeadlineEndsWithTheFailureAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		transport := testkit.NewScript(testkit.Status(500, ""))
		start := time.Now()
		_, err := testkit.NewClient(t, transport, ll2.WithBackoff(6*time.Second, 6*time.Second)).DockingEvents.Get(ctx, 7)
		testkit.WantError(t, err, strconv.Itoa(http.StatusInternalServerError))
		if took := time.Since(start); took != 0 || transport.Sent() != 1 || !testkit.IsStatus(500)(err) || errors.Is(err, ll2.ErrRateLimited) {
			t.Errorf("%v after %v and %d requests", err, took, transport.Sent())
		}
	})
}
