package mirror_test

import (
	"errors"
	"testing"
	"time"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestStatusCountsTheRefreshesThatThisMirrorMade(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(250)...)
		store := mirror.Memory()
		one, two := open(t, server.Client(), store), open(t, server.Client(), store)
		counts := func(m *mirror.Mirror, refreshes, failures int) {
			t.Helper()
			if s := m.Status(); s.Refreshes != refreshes || s.Failures != failures {
				t.Errorf("%d refreshes, %d failures, want %d and %d", s.Refreshes, s.Failures, refreshes, failures)
			}
		}
		counts(one, 0, 0)
		refresh(t, one)
		counts(one, 1, 0)
		counts(two, 0, 0)

		time.Sleep(time.Hour)
		server.Fail(ll2test.Fault{Err: errors.New("no network")})
		if one.Refresh(t.Context()) == nil {
			t.Error("it did not fail")
		}
		counts(one, 2, 1)
		if one.Refresh(t.Context()) == nil {
			t.Error("it asked again")
		}
		counts(one, 2, 1)

		time.Sleep(time.Minute)
		refresh(t, two)
		counts(one, 2, 1)
		counts(two, 1, 0)
	})
}

// A program that stores the number continues there, and one that only wants the changes
// up to now knows where to stop.
func TestStatusHasTheNumberOfTheLatestChange(t *testing.T) {
	in(t, func(t *testing.T) {
		events := ll2test.EventsAround(250, time.Now())
		server := ll2test.NewServer(events...)
		m := open(t, server.Client(), mirror.Memory())
		if seq := m.Status().Seq; seq != 0 {
			t.Errorf("a mirror without a copy has the number %d", seq)
		}
		refresh(t, m)
		before := m.Status().Seq
		departed := time.Now()
		for i := range events {
			if events[i].Docked() {
				events[i].Departure = &departed
			}
		}
		server.SetEvents(events...)
		time.Sleep(time.Hour)
		refresh(t, m)
		last, n := m.Status().Seq, 0
		if before == 0 || last <= before {
			t.Fatalf("the numbers are %d and %d", before, last)
		}
		for change, err := range m.Changes(t.Context(), before) {
			if n++; err != nil || change.Kind != mirror.Departed {
				t.Fatal(change.Kind, err)
			}
			if change.Seq == last {
				break
			}
		}
		if last != before+uint64(n) {
			t.Errorf("%d changes from %d to %d", n, before, last)
		}
	})
}

// The page of the refresh comes, the walk that is due does not.
func TestStatusCountsARefreshThatCouldNotWalkAsAFailure(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(250)...)
		m := open(t, server.Client(), mirror.Memory())
		refresh(t, m)
		time.Sleep(24 * time.Hour)
		server.Fail(ll2test.Fault{}, ll2test.Fault{Err: errors.New("no network")})
		if err := m.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
		if s := m.Status(); s.Refreshes != 2 || s.Failures != 1 || s.Err == nil {
			t.Errorf("%+v", s)
		}
	})
}
