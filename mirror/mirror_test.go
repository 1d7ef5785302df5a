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

// open opens a mirror that is closed when the test is over.
func open(t *testing.T, client *ll2.Client, store mirror.Store, opts ...mirror.Option) *mirror.Mirror {
	t.Helper()
	m, err := mirror.Open(client, store, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// all returns the ids of all events in the order of docking.
func all(t *testing.T, m *mirror.Mirror, opts ...ll2.ListOption) []int {
	t.Helper()
	events, err := ll2.Collect(m.DockingEvents.All(t.Context(), opts...))
	if err != nil {
		t.Fatal(err)
	}
	return testkit.IDs(events)
}

func refresh(t *testing.T, m interface {
	Refresh(ctx context.Context) error
}) {
	t.Helper()
	if err := m.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// in runs a test in virtual time.
func in(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

func TestOpenSendsNothingAndRefusesWhatMakesNoSense(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(5)...)
	client := server.Client()
	var none *ll2.Client
	for name, open := range map[string]func() (*mirror.Mirror, error){
		"nil client":             func() (*mirror.Mirror, error) { return mirror.Open(nil, mirror.Memory()) },
		"typed nil client":       func() (*mirror.Mirror, error) { return mirror.Open(none, mirror.Memory()) },
		"client not made by New": func() (*mirror.Mirror, error) { return mirror.Open(new(ll2.Client), mirror.Memory()) },
		"nil store":              func() (*mirror.Mirror, error) { return mirror.Open(client, nil) },
		"typed nil store":        func() (*mirror.Mirror, error) { return mirror.Open(client, (*mortal)(nil)) },
		"no time":                func() (*mirror.Mirror, error) { return mirror.Open(client, mirror.Memory(), mirror.RefreshEvery(0)) },
		"no walks":               func() (*mirror.Mirror, error) { return mirror.Open(client, mirror.Memory(), mirror.WalkEvery(-1)) },
		"no age":                 func() (*mirror.Mirror, error) { return mirror.Open(client, mirror.Memory(), mirror.MaxStale(0)) },
		"less than no patience":  func() (*mirror.Mirror, error) { return mirror.Open(client, mirror.Memory(), mirror.Patience(-1)) },
		"too old before its time": func() (*mirror.Mirror, error) {
			return mirror.Open(client, mirror.Memory(), mirror.MaxStale(time.Minute))
		},
	} {
		if m, err := open(); m != nil || err == nil || strings.Count(err.Error(), "mirror: ") != 1 || !strings.HasPrefix(err.Error(), "mirror: ") {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
	open(t, client, mirror.Memory(), nil, mirror.Patience(0), mirror.Offline(), mirror.MaxStale(time.Minute))
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestCallsAfterCloseAndWithoutAContextAreErrors(t *testing.T) {
	m := open(t, ll2test.NewServer(ll2test.Events(5)...).Client(), mirror.Memory())
	var nilContext context.Context
	calls := map[string]func(context.Context) error{
		"Refresh": m.Refresh,
		"Run":     m.Run,
		"Changes": func(ctx context.Context) error {
			for _, err := range m.Changes(ctx, 0) {
				return err
			}
			return nil
		},
		"Get":  func(ctx context.Context) error { _, err := m.DockingEvents.Get(ctx, 1); return err },
		"List": func(ctx context.Context) error { _, err := m.DockingEvents.List(ctx); return err },
		"All":  func(ctx context.Context) error { _, err := ll2.Collect(m.DockingEvents.All(ctx)); return err },
	}
	for name, call := range calls {
		if err := call(nilContext); err == nil || !strings.Contains(err.Error(), "nil context") {
			t.Errorf("%s without a context: %v", name, err)
		}
	}
	for range 2 {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	for name, call := range calls {
		if err := call(t.Context()); err == nil || err.Error() != "mirror: closed" {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
	if s := m.Status(); s.Count != 0 || s.Err != nil {
		t.Error(s)
	}
	for name, m := range map[string]*mirror.Mirror{"nil": nil, "zero": new(mirror.Mirror)} {
		if err := errors.Join(m.Refresh(t.Context()), m.Run(t.Context()), m.Close(), m.Status().Err); err == nil || strings.Count(err.Error(), "not made by Open") != 4 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheFirstCallReadsEverythingAndTheNextOnesNothing(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(515)...)
		server.IgnoreOrder("id")
		server.ShuffleTies(1)
		m := open(t, testkit.Production(server), mirror.Memory())
		if s := m.Status(); !s.Refreshed.IsZero() || s.Next.After(time.Now()) {
			t.Error(s)
		}
		want := testkit.IDs(testkit.All(t, ll2test.NewServer(ll2test.Events(515)...).Client()))
		for range 3 {
			if got := all(t, m); len(got) != 515 || !equal(got, want) {
				t.Errorf("%d events, not those of the service", len(got))
			}
		}
		if n := len(server.Requests()); n != 6 {
			t.Errorf("%d requests, want 6", n)
		}
		start := time.Now()
		if s := m.Status(); s.Count != 515 || s.Err != nil || !s.Next.Equal(start.Add(time.Hour)) || !s.Refreshed.Equal(start) || s.Want != 0 {
			t.Errorf("%+v", s)
		}
		time.Sleep(time.Hour - 1)
		all(t, m)
		if n := len(server.Requests()); n != 6 {
			t.Errorf("%d requests within the hour, want 6", n)
		}
		time.Sleep(time.Nanosecond)
		all(t, m)
		if n := len(server.Requests()); n != 7 {
			t.Errorf("%d requests after an hour, want 7", n)
		}
		if q := server.Requests()[6].URL.RawQuery; q != "limit=100&mode=detailed&ordering=-departure%2Cdocking%2Cid" {
			t.Error(q)
		}
	})
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestAColdCopySaysWhyItIsCold(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(515)...)
		m := open(t, testkit.Production(server), mirror.Memory())
		server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		_, err := m.DockingEvents.List(t.Context())
		if !errors.Is(err, mirror.ErrCold) || !errors.Is(err, ll2.ErrUnavailable) || !strings.HasPrefix(err.Error(), "mirror: no copy yet: GET https://") {
			t.Error(err)
		}
		_, err = ll2.Collect(m.DockingEvents.All(t.Context()))
		if !errors.Is(err, mirror.ErrCold) || !strings.HasPrefix(err.Error(), "mirror: no copy yet: GET https://") {
			t.Error(err)
		}
		if n := len(server.Requests()); n != 1 {
			t.Errorf("%d requests, want 1: nobody asks before Next", n)
		}
		time.Sleep(time.Minute)
		if got := all(t, m); len(got) != 515 {
			t.Error(len(got))
		}
	})
}

func TestCallersOfAColdCopyWaitTogetherEachAsLongAsItsContext(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(515)...)
		slow := ll2test.Fault{Delay: 20 * time.Second}
		server.Fail(slow, slow, slow, slow, slow, slow)
		m := open(t, testkit.Production(server), mirror.Memory())
		done := make(chan error, 8)
		for range 8 {
			go func() {
				_, err := m.DockingEvents.Get(t.Context(), 7)
				done <- err
			}()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		_, err := m.DockingEvents.Get(ctx, 7)
		if !errors.Is(err, mirror.ErrCold) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Error(err, time.Since(start))
		}
		for range 8 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := len(server.Requests()); n != 6 || time.Since(start) != 2*time.Minute {
			t.Errorf("%d requests in %v", n, time.Since(start))
		}
	})
}
