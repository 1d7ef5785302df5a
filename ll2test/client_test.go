package ll2test_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

func TestClientWalksTheServerInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Recorded()...)
		events, err := ll2.Collect(s.Client().DockingEvents.All(t.Context(), ll2.PageSize(4)))
		if err != nil || len(events) != 10 || len(s.Requests()) != 3 {
			t.Errorf("%d events in %d requests: %v", len(events), len(s.Requests()), err)
		}
	})
}

func TestClientHasNoQuotaButTheServers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		start := time.Now()
		client := s.Client(ll2.WithMaxWait(0))
		for range 40 {
			if _, err := client.DockingEvents.Get(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("40 requests took %s", took)
		}
		s.Limit(1, time.Hour)
		if _, err := client.DockingEvents.Get(t.Context(), 1); !errors.Is(err, ll2.ErrRateLimited) {
			t.Errorf("%v", err)
		}
	})
}

func TestClientsOptionsComeAfterTheServersOwn(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(1)...)
	client := s.Client(ll2.WithBaseURL(ll2.DefaultBaseURL), ll2.WithToken("k"))
	if _, err := client.DockingEvents.Get(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	r := s.Requests()[0]
	if got, want := r.URL.String(), ll2.DefaultBaseURL+"2.2.0/docking_event/1/"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if r.Header.Get("Authorization") != "Token k" {
		t.Errorf("Authorization: %q", r.Header.Get("Authorization"))
	}

	other := ll2test.NewServer()
	client = s.Client(ll2.WithHTTPClient(&http.Client{Transport: other}), ll2.WithRetries(0))
	if _, err := client.DockingEvents.Get(t.Context(), 1); !errors.Is(err, ll2.ErrNotFound) || len(s.Requests()) != 1 {
		t.Errorf("%v", err)
	}
}

func TestClientGivesAnAttemptThirtySeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ll2test.NewServer(ll2test.Events(1)...)
		s.Fail(ll2test.Fault{Delay: time.Hour})
		start := time.Now()
		_, err := s.Client(ll2.WithRetries(0)).DockingEvents.Get(t.Context(), 1)
		if err == nil || time.Since(start) != 30*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestClientPanicsOnABadOption(t *testing.T) {
	t.Parallel()
	defer func() {
		if _, isError := recover().(error); !isError {
			t.Error("no panic, or none with the error")
		}
	}()
	ll2test.NewServer().Client(ll2.WithBaseURL("://"))
}
