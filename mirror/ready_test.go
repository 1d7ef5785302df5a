package mirror_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

// warm returns a mirror that has read everything, and its server.
func warm(t *testing.T, opts ...mirror.Option) (*mirror.Mirror, *ll2test.Server) {
	t.Helper()
	server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
	m := open(t, server.Client(), mirror.Memory(), opts...)
	refresh(t, m)
	return m, server
}

// took returns how long a call took, which must succeed.
func took(ctx context.Context, t *testing.T, m *mirror.Mirror) time.Duration {
	t.Helper()
	start := time.Now()
	if _, err := m.DockingEvents.List(ctx); err != nil {
		t.Fatal(err)
	}
	return time.Since(start)
}

func TestACallOnAnOverdueCopyWaitsAtMostPatienceAndHalfOfItsTime(t *testing.T) {
	for _, test := range []struct {
		name            string
		opts            []mirror.Option
		delay, deadline time.Duration
		want            time.Duration
	}{
		{"a quick service", nil, time.Second, time.Hour, time.Second},
		{"a slow service", nil, 10 * time.Second, time.Hour, 2 * time.Second},
		{"a near deadline", nil, 10 * time.Second, time.Second, time.Second / 2},
		{"less patience", []mirror.Option{mirror.Patience(time.Millisecond)}, time.Second, time.Hour, time.Millisecond},
		{"no patience", []mirror.Option{mirror.Patience(0)}, time.Second, time.Hour, 0},
	} {
		in(t, func(t *testing.T) {
			m, server := warm(t, test.opts...)
			time.Sleep(time.Hour)
			server.Fail(ll2test.Fault{Delay: test.delay})
			ctx, cancel := context.WithTimeout(t.Context(), test.deadline)
			defer cancel()
			if got := took(ctx, t, m); got != test.want {
				t.Errorf("%s: waited %v, want %v", test.name, got, test.want)
			}
			time.Sleep(test.delay)
			synctest.Wait()
			if age := time.Since(m.Status().Refreshed); age > test.want+test.delay {
				t.Errorf("%s: the refresh went nowhere: %v old", test.name, age)
			}
		})
	}
}

func TestWhileRunRunsNoCallWaits(t *testing.T) {
	in(t, func(t *testing.T) {
		m, server := warm(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		done := make(chan error)
		go func() { done <- m.Run(ctx) }()
		before := len(server.Requests())
		for range 48 {
			server.Fail(ll2test.Fault{Delay: 10 * time.Second})
			time.Sleep(time.Hour + time.Second)
			if got := took(t.Context(), t, m); got != 0 {
				t.Errorf("waited %v", got)
			}
			time.Sleep(20 * time.Second)
		}
		// The walks are of two pages.
		if n := len(server.Requests()) - before; n < 48 || n > 48+4 {
			t.Errorf("%d requests in two days", n)
		}
		reason := errors.New("enough")
		cancel(reason)
		if err := <-done; !errors.Is(err, reason) || !strings.HasPrefix(err.Error(), "mirror: Run: ") {
			t.Error(err)
		}
	})
}

func TestRunEndsWithTheMirror(t *testing.T) {
	in(t, func(t *testing.T) {
		m, _ := warm(t)
		done := make(chan error)
		go func() { done <- m.Run(t.Context()) }()
		time.Sleep(time.Minute)
		m.Close()
		if err := <-done; err == nil || err.Error() != "mirror: closed" {
			t.Error(err)
		}
	})
}

func TestAfterAFailureNobodyAsksBeforeNext(t *testing.T) {
	in(t, func(t *testing.T) {
		store := mirror.Memory()
		server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
		one, two := open(t, server.Client(), store), open(t, server.Client(), store)
		refresh(t, one)
		time.Sleep(time.Hour)
		before := len(server.Requests())
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "1800"))
		for range 100 {
			for _, m := range []*mirror.Mirror{one, two} {
				took(t.Context(), t, m)
			}
			time.Sleep(time.Second)
		}
		if n := len(server.Requests()) - before; n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
		for _, m := range []*mirror.Mirror{one, two, open(t, server.Client(), store)} {
			s := m.Status()
			if !errors.Is(s.Err, ll2.ErrRateLimited) || strings.Count(s.Err.Error(), "ll2: ") != 0 || !strings.HasPrefix(s.Err.Error(), "mirror: refresh: ") {
				t.Error(s.Err)
			}
			if in := time.Until(s.Next); in != 1800*time.Second-100*time.Second {
				t.Error(in)
			}
			if err := m.Refresh(t.Context()); !errors.Is(err, ll2.ErrRateLimited) {
				t.Error(err)
			}
		}
		if n := len(server.Requests()) - before; n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
		time.Sleep(1700 * time.Second)
		took(t.Context(), t, two)
		if s := two.Status(); s.Err != nil || time.Since(s.Refreshed) > time.Second {
			t.Errorf("%+v", s)
		}
	})
}

func TestNextBacksOffToRefreshEvery(t *testing.T) {
	in(t, func(t *testing.T) {
		m, server := warm(t)
		time.Sleep(time.Hour)
		var waits []time.Duration
		for range 9 {
			server.Fail(ll2test.Fault{Status: http.StatusServiceUnavailable})
			if err := m.Refresh(t.Context()); !errors.Is(err, ll2.ErrUnavailable) {
				t.Fatal(err)
			}
			waits = append(waits, time.Until(m.Status().Next)/time.Minute)
			time.Sleep(time.Until(m.Status().Next))
		}
		for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
			if waits[i] != want {
				t.Errorf("after %d failures %d minutes, want %d", i+1, waits[i], want)
			}
		}
		refresh(t, m)
		if s := m.Status(); s.Err != nil || time.Until(s.Next) != time.Hour {
			t.Errorf("%+v", s)
		}
	})
}

func TestMaxStaleBoundsTheAgeOfAnswers(t *testing.T) {
	in(t, func(t *testing.T) {
		m, server := warm(t, mirror.MaxStale(3*time.Hour))
		for range 8 {
			server.Fail(ll2test.Fault{Err: errors.New("no network")})
		}
		time.Sleep(3 * time.Hour)
		took(t.Context(), t, m)
		time.Sleep(time.Second)
		_, err := m.DockingEvents.List(t.Context())
		if !errors.Is(err, mirror.ErrStale) || !errors.Is(err, ll2.ErrUnavailable) || !strings.HasPrefix(err.Error(), "mirror: the copy is too old: GET ") {
			t.Error(err)
		}
		time.Sleep(10 * time.Hour) // all faults are spent by calls, which do not come
		for m.Status().Err != nil {
			m.DockingEvents.List(t.Context())
			time.Sleep(time.Hour)
		}
		if got := took(t.Context(), t, m); got != 0 {
			t.Error(got)
		}
		// It waits for a refresh, as long as it takes.
		time.Sleep(4 * time.Hour)
		server.Fail(ll2test.Fault{Delay: 20 * time.Second})
		if got := took(t.Context(), t, m); got != 20*time.Second {
			t.Error(got)
		}
	})
}

func TestOfflineNothingIsEverSent(t *testing.T) {
	in(t, func(t *testing.T) {
		store := mirror.Memory()
		server := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
		cold := open(t, server.Client(), store, mirror.Offline())
		if _, err := cold.DockingEvents.Get(t.Context(), 1); !errors.Is(err, mirror.ErrCold) || !errors.Is(err, mirror.ErrOffline) {
			t.Error(err)
		}
		refresh(t, open(t, server.Client(), store))
		before := len(server.Requests())
		m := open(t, server.Client(), store, mirror.Offline())
		time.Sleep(1000 * time.Hour)
		if got := all(t, m); len(got) != 150 {
			t.Error(len(got))
		}
		if got := all(t, cold); len(got) != 150 {
			t.Error(len(got))
		}
		for name, err := range map[string]error{
			"Refresh": m.Refresh(t.Context()),
			"Run":     m.Run(t.Context()),
			"search":  testkit.ListOnce(t, clientOf(m), ll2.Search("Soyuz")),
			"unknown": func() error { _, err := m.DockingEvents.Get(t.Context(), 151); return err }(),
		} {
			if !errors.Is(err, mirror.ErrOffline) || !strings.HasPrefix(err.Error(), "mirror: offline: ") || strings.Contains(err.Error(), "ll2") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if s := m.Status(); !s.Next.IsZero() || s.Count != 150 || s.Err != nil {
			t.Errorf("%+v", s)
		}
		if n := len(server.Requests()) - before; n != 0 {
			t.Errorf("%d requests", n)
		}
	})
}

// clientOf is a client with the docking events of a mirror.
func clientOf(m *mirror.Mirror) *ll2.Client { return &ll2.Client{DockingEvents: m.DockingEvents} }

func TestWhatOnlyTheServiceKnowsItIsAsked(t *testing.T) {
	in(t, func(t *testing.T) {
		m, server := warm(t)
		direct := server.Client()
		for _, opts := range [][]ll2.ListOption{
			{ll2.Search("Soyuz")},
			{ll2.Search("Soyuz"), ll2.PageSize(7), ll2.OrderBy(ll2.ByDeparture.Desc()), ll2.InMode(ll2.ModeDetailed), ll2.ForSpaceStation(4)},
		} {
			want := testkit.IDs(testkit.All(t, direct, opts...))
			if got := all(t, m, opts...); !equal(got, want) || len(got) == 0 {
				t.Errorf("%v, want %v", got, want)
			}
		}
		if _, err := m.DockingEvents.Get(t.Context(), 151); !errors.Is(err, ll2.ErrNotFound) || strings.Count(err.Error(), "ll2: ") != 1 {
			t.Error(err)
		}
		server.SetEvents(ll2test.EventsAround(151, time.Now())...)
		before := len(server.Requests())
		if e, err := m.DockingEvents.Get(t.Context(), 151); err != nil || e.ID != 151 {
			t.Error(e, err)
		}
		if n := len(server.Requests()) - before; n != 1 {
			t.Errorf("%d requests for an unknown id", n)
		}
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "600"))
		for _, err := range []error{testkit.ListOnce(t, clientOf(m), ll2.Search("Soyuz")), m.Refresh(t.Context())} {
			if at, ok := ll2.RetryAt(err); !ok || time.Until(at) != 10*time.Minute || errors.Is(err, ll2.ErrUnavailable) {
				t.Errorf("%v", err)
			}
		}
	})
}

func TestAWalkStaysOnTheCopyThatItBeganWith(t *testing.T) {
	in(t, func(t *testing.T) {
		m, server := warm(t, mirror.RefreshEvery(time.Minute))
		for name, walk := range map[string]func(meanwhile func()) int{
			"All": func(meanwhile func()) (n int) {
				for _, err := range m.DockingEvents.All(t.Context(), ll2.PageSize(10)) {
					if err != nil {
						t.Fatal(err)
					}
					if n++; n%10 == 5 {
						meanwhile()
					}
				}
				return n
			},
			"Pages": func(meanwhile func()) (n int) {
				counts := make(map[int]bool)
				for p, err := range m.DockingEvents.Pages(t.Context(), ll2.PageSize(10), ll2.Parallel(3)) {
					if err != nil {
						t.Fatal(err)
					}
					counts[p.Count] = true
					n += len(p.Results)
					meanwhile()
				}
				if len(counts) != 1 {
					t.Errorf("pages count %v", counts)
				}
				return n
			},
		} {
			events := ll2test.EventsAround(150, time.Now())
			server.SetEvents(events...)
			time.Sleep(time.Minute)
			refresh(t, m)
			left := 150
			got := walk(func() {
				left--
				server.SetEvents(events[:left]...)
				time.Sleep(time.Minute)
				refresh(t, m)
			})
			if got != 150 || m.Status().Count != left {
				t.Errorf("%s: %d events, and %d in the copy, want %d", name, got, m.Status().Count, left)
			}
		}
	})
}

// A program that is started again learns from the store when it can try again, and how
// long that is from then on.
func TestARefusalInTheStoreSaysHowLongItStillIs(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(250)...)
		server.Fail(ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3600"}}})
		store := mirror.Memory()
		list := func() error {
			_, err := open(t, server.Client(ll2.WithMaxWait(0)), store).DockingEvents.List(t.Context())
			return err
		}
		at, ok := ll2.RetryAt(list())
		if !ok || time.Until(at) != time.Hour {
			t.Fatalf("%v, %v", at, ok)
		}
		time.Sleep(20 * time.Minute)
		err := list()
		later, ok := ll2.RetryAt(err)
		if !ok || !later.Equal(at) || !errors.Is(err, mirror.ErrCold) || !errors.Is(err, ll2.ErrRateLimited) {
			t.Errorf("%v, want %v: %v", later, at, err)
		}
		if text := err.Error(); !strings.Contains(text, "in 40m0s") || strings.Contains(text, "1h0m0s") {
			t.Error(text)
		}
	})
}

// The client itself refused the first one, so the error has no answer of the service.
func TestARefusalOfTheClientInTheStoreSaysHowLongItStillIs(t *testing.T) {
	in(t, func(t *testing.T) {
		client := ll2test.NewServer(ll2test.Events(250)...).Client(ll2.WithRateLimit(1, time.Hour), ll2.WithMaxWait(0))
		if _, err := client.DockingEvents.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		store := mirror.Memory()
		for _, want := range []string{"in 1h0m0s", "in 40m0s"} {
			_, err := open(t, client, store).DockingEvents.List(t.Context())
			if !errors.Is(err, ll2.ErrRateLimited) || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%v, want it to end with %q", err, want)
			}
			time.Sleep(20 * time.Minute)
		}
	})
}
