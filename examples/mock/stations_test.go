package main

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

var newYear = time.Date(1979, time.January, 1, 0, 0, 0, 0, time.UTC)

// A hand-written fake is the quickest: it needs neither server nor JSON. It ignores the
// options.
type fake func(yield func(*ll2.DockingEvent, error) bool)

func (f fake) All(context.Context, ...ll2.ListOption) iter.Seq2[*ll2.DockingEvent, error] {
	return iter.Seq2[*ll2.DockingEvent, error](f)
}

func at(id int, name string) *ll2.DockingEvent {
	return &ll2.DockingEvent{DockingLocation: ll2.DockingLocation{SpaceStation: ll2.SpaceStation{ID: id, Name: name}}}
}

func TestAStationIsItsIDUnderWhateverName(t *testing.T) {
	t.Parallel()
	source := fake(func(yield func(*ll2.DockingEvent, error) bool) {
		_ = yield(at(5, "Mir"), nil) && yield(at(4, "ISS"), nil) && yield(at(5, "Mir Space Station"), nil)
	})
	got, err := busiest(t.Context(), source, time.Time{})
	want := []station{{5, "Mir Space Station", 2, 2}, {4, "ISS", 1, 1}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestNoNumbersWhereTheWalkStopsHalfWay(t *testing.T) {
	t.Parallel()
	limited := &ll2.PageError{Err: &ll2.RateLimitError{RetryAfter: time.Minute}}
	source := fake(func(yield func(*ll2.DockingEvent, error) bool) {
		_ = yield(at(4, "ISS"), nil) && yield(nil, limited)
	})
	got, err := busiest(t.Context(), source, time.Time{})
	if got != nil || !errors.Is(err, ll2.ErrRateLimited) {
		t.Errorf("got %v, %v; want nothing, and ErrRateLimited", got, err)
	}
}

// A mock of the transport shows what is sent. Responders are registered with
// their query, since one without would answer any, and page 1 for page 2. The
// count is true and the last next is null, because the walk checks both.
func TestTheServiceIsAskedForDockingsSinceOnAllPages(t *testing.T) {
	t.Parallel()
	const (
		list = "https://ll.thespacedevs.com/2.2.0/docking_event/"
		next = "docking__gte=1979-01-01T00:00:00Z&limit=100&offset=100&ordering=docking,id"
	)
	events := ll2test.Events(101)
	mock := httpmock.NewMockTransport() // one of its own for each test
	respond := func(query map[string]string, page ll2.Page[ll2.DockingEvent]) {
		mock.RegisterResponderWithQuery(http.MethodGet, list, query, httpmock.NewJsonResponderOrPanic(http.StatusOK, page))
	}
	query := map[string]string{"docking__gte": "1979-01-01T00:00:00Z", "limit": "100", "ordering": "docking,id"}
	respond(query, ll2.Page[ll2.DockingEvent]{Count: 101, Next: list + "?" + next, Results: events[:100]})
	query["offset"] = "100"
	respond(query, ll2.Page[ll2.DockingEvent]{Count: 101, Results: events[100:]}) // Next "" is null in JSON

	client, err := ll2.New(ll2.WithHTTPClient(&http.Client{Transport: mock}))
	if err != nil {
		t.Fatal(err)
	}
	stations, err := busiest(t.Context(), client.DockingEvents, newYear)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, s := range stations {
		total += s.dockings
	}
	if calls := mock.GetTotalCallCount(); total != 101 || calls != 2 {
		t.Errorf("%d dockings in %d requests; want 101 in 2", total, calls)
	}
}

// A server in memory filters, sorts and pages as the service does, so the test
// says what comes out, and not how it is asked for.
func TestOnlyDockingsSinceThenCount(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Recorded()...)
	for since, want := range map[time.Time]int{{}: 10, newYear: 3} {
		got, err := busiest(t.Context(), server.Client().DockingEvents, since)
		if err != nil || len(got) != 1 || got[0].name != "Salyut 6" || got[0].dockings != want || got[0].docked != 0 {
			t.Errorf("since %v: got %v, %v; want %d dockings at Salyut 6, all departed", since, got, err, want)
		}
	}
}

// In a synctest bubble the waits before retries take no time.
func TestABadGatewayIsSurvived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Recorded()...)
		server.Fail(ll2test.Fault{Status: http.StatusBadGateway}, ll2test.Fault{CutAfter: 1000})
		got, err := busiest(t.Context(), server.Client().DockingEvents, time.Time{})
		if err != nil || len(got) != 1 || got[0].dockings != 10 {
			t.Errorf("got %v, %v; want 10 dockings", got, err)
		}
		if n := len(server.Requests()); n != 3 {
			t.Errorf("%d requests; want 3", n)
		}
	})
}
