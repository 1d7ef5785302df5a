package mirror_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

// open230 opens a mirror that is closed when the test is over.
func open230(t *testing.T, client *ll2.Client, store mirror.Store, opts ...mirror.Option) *mirror.Mirror230 {
	t.Helper()
	m, err := mirror.Open230(client, store, opts...)
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

// bothVersions returns a server that has events of both versions.
func bothVersions(now time.Time) *ll2test.Server {
	server := ll2test.NewServer(ll2test.EventsAround(515, now)...)
	server.SetEvents230(ll2test.EventsAround230(555, now)...)
	return server
}

func TestAMirror230ThatOpen230DidNotMakeIsAnErrorOfEachCall(t *testing.T) {
	good := open(t, ll2test.NewServer().Client(), mirror.Memory())
	for name, m := range map[string]*mirror.Mirror230{"nil": nil, "zero": new(mirror.Mirror230)} {
		errs := []error{m.Refresh(t.Context()), m.Run(t.Context()), m.Status().Err, m.Close()}
		for _, err := range m.Changes(t.Context(), 0) {
			errs = append(errs, err)
		}
		for _, err := range errs {
			if err == nil || !strings.HasPrefix(err.Error(), "mirror: ") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if len(errs) != 5 {
			t.Errorf("%s: %d errors", name, len(errs))
		}
		for _, h := range []http.Handler{m, mirror.Handler(good, m), mirror.Handler(nil, m), mirror.Handler(nil, open230(t, ll2test.NewServer().Client(), mirror.Memory()))} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil))
			if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "not made by Open") {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
	}
	if _, err := mirror.Open230(nil, mirror.Memory()); err == nil {
		t.Error("a nil client is no error")
	}
}

func TestAnswersOf230AreByteForByteThoseOfTheService(t *testing.T) {
	server := ll2test.NewServer()
	events := ll2test.Events230(555)
	// In which order ties come is the service's own business.
	slices.SortFunc(events, func(a, b ll230.DockingEvent) int {
		return cmp.Or(a.Docking.Compare(b.Docking), cmp.Compare(a.ID, b.ID))
	})
	server.SetEvents230(events...)
	m := open230(t, server.Client(), mirror.Memory())
	refresh(t, m)
	asked := len(server.Requests())
	var paths []string
	for offset := range 6 {
		for _, rest := range []string{"", "&mode=normal", "&mode=detailed", "&mode=list", "&format=json", "&mode=detailed&ordering=-departure,docking"} {
			paths = append(paths, fmt.Sprintf("?limit=100&offset=%d%s", 100*offset, rest))
		}
	}
	for id := 1; id <= 555; id += 5 {
		paths = append(paths, fmt.Sprintf("%d/", id), fmt.Sprintf("?flight_vehicle_chaser__id=%d", id), fmt.Sprintf("?space_station_target__id=%d&ordering=-docking", id%20))
	}
	paths = append(paths, "?docking__gt=yesterday", "?space_station_target__id=x", "?flight_vehicle_chaser__id=1.5", "?ordering=id,url&limit=-3&offset=x")
	bytes := 0
	for _, path := range paths {
		url := "http://ll2.test/2.3.0/docking_events/" + path
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		req.RequestURI = ""
		want, err := server.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		got := serve(t, m, http.MethodGet, url)
		a, b := bodyOf(t, got), bodyOf(t, want)
		if got.StatusCode != want.StatusCode || a != b {
			t.Errorf("%s: %d %.300s\nwant %d %.300s", path, got.StatusCode, a, want.StatusCode, b)
		}
		bytes += len(a)
	}
	if n := len(server.Requests()) - asked - len(paths); n != 0 || bytes < 1<<20 {
		t.Errorf("%d requests, %d bytes", n, bytes)
	}
}

func TestASearchAndAnUnknownEventOf230AreAskedOfTheService(t *testing.T) {
	events := ll2test.Events230(30)
	server := ll2test.NewServer()
	server.SetEvents230(events[:29]...)
	m := open230(t, server.Client(), mirror.Memory())
	refresh(t, m)
	server.SetEvents230(events...)
	asked := len(server.Requests())
	late := events[29]
	if e, err := m.DockingEvents.Get(t.Context(), late.ID); err != nil || !e.Docking.Equal(late.Docking) {
		t.Error(e, err)
	}
	if _, err := m.DockingEvents.Get(t.Context(), 999); !errors.Is(err, ll2.ErrNotFound) {
		t.Error(err)
	}
	want, err := ll230.DockingEvents(server.Client()).List(t.Context(), ll230.Search("soyuz"), ll230.OrderBy(ll230.ByDeparture))
	if err != nil || want.Count == 0 {
		t.Fatal(want, err)
	}
	got, err := m.DockingEvents.List(t.Context(), ll230.Search("soyuz"), ll230.OrderBy(ll230.ByDeparture))
	if err != nil || got.Count != want.Count || got.Results[0].ID != want.Results[0].ID {
		t.Error(got, err)
	}
	if n := len(server.Requests()) - asked; n != 4 {
		t.Errorf("%d requests", n)
	}
}

func TestChangesOf230AreToldWithTheEventsOwnFields(t *testing.T) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer()
		events := func() []ll230.DockingEvent { return ll2test.EventsAround230(100, time.Now().Truncate(dayLong)) }
		all := events()
		server.SetEvents230(all...)
		m := open230(t, server.Client(), mirror.Memory())
		refresh(t, m)
		first := mirror.SeqOf(m)
		var vehicle, station, open int
		for i := range all {
			e := &all[i]
			switch {
			case e.FlightVehicleChaser != nil && e.Docked():
				open = i
			case e.FlightVehicleChaser != nil && e.FlightVehicleTarget == nil:
				vehicle = i
			case e.SpaceStationChaser != nil:
				station = i
			}
		}
		text := "P1D"
		at := time.Now().Add(-time.Hour).Truncate(time.Second)
		v := all[vehicle].FlightVehicleChaser
		v.Destination, v.Duration, v.TurnAroundTime = &text, nil, nil
		all[station].SpaceStationChaser.Name = "another name" // on all its events, without anything having happened
		all[open].Departure = &at
		want := map[int]string{
			all[vehicle].ID: "corrected [flight_vehicle_chaser.destination]",
			all[open].ID:    "departed [departure]",
			all[0].ID:       "removed []",
		}
		server.SetEvents230(all[1:]...)
		time.Sleep(hour)
		refresh(t, m)
		for c, err := range m.Changes(t.Context(), first) {
			if err != nil {
				t.Fatal(err)
			}
			e := c.After
			if e == nil {
				e = c.Before
			}
			if told := fmt.Sprint(c.Kind, " ", c.Fields); want[e.ID] != told {
				t.Errorf("%d: %s, want %s", e.ID, told, want[e.ID])
			}
			delete(want, e.ID)
			if c.Seq == mirror.SeqOf(m) {
				break
			}
		}
		if len(want) > 0 {
			t.Errorf("not told: %v", want)
		}
	})
}

func TestADayOfBothVersionsTakesTwiceTheRequestsAndNeverMoreThanTheQuota(t *testing.T) {
	in(t, func(t *testing.T) {
		server := bothVersions(time.Now())
		server.Limit(15, time.Hour)
		var mu sync.Mutex
		var sent []time.Time
		transport := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, time.Now())
			return server.RoundTrip(req)
		})
		client, store := server.Client(ll2.WithTransport(transport), ll2.WithRateLimit(15, time.Hour)), mirror.Memory()
		one, two := open(t, client, store), open230(t, client, store)
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Hour+30*time.Minute) // when nothing is due
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() { _ = one.Run(ctx) })
		wg.Go(func() { _ = two.Run(ctx) })
		wg.Wait()
		if a, b := one.Status(), two.Status(); a.Count != 515 || b.Count != 555 || a.Err != nil || b.Err != nil || a.Want+b.Want != 0 || time.Since(b.Refreshed) > hour {
			t.Errorf("%+v %+v", a, b)
		}
		day := 0
		for i, r := range server.Requests() {
			if r.Status != http.StatusOK {
				t.Errorf("request %d: %d", i, r.Status)
			}
			if i >= 15 && sent[i].Sub(sent[i-15]) < time.Hour {
				t.Errorf("%v: 16 requests within an hour", sent[i])
			}
			if sent[i].Sub(sent[0]) < dayLong {
				day++
			}
		}
		t.Logf("%d requests a day, %d in 25 hours and a half", day, len(sent))
		if day > 2*31 || day < 2*24 || len(sent) < day+12 {
			t.Errorf("%d requests a day, %d in 25 hours and a half", day, len(sent))
		}
	})
}

func TestARefreshOfOneVersionLeavesTheOtherAlone(t *testing.T) {
	in(t, func(t *testing.T) {
		server := bothVersions(time.Now())
		store := mirror.Memory()
		one, two := open(t, server.Client(), store), open230(t, server.Client(), store)
		refresh(t, one)
		refresh(t, two)
		ids, seq, status := all(t, one), mirror.SeqOf(one), one.Status()
		events := ll2test.Events230(500)
		events[10].Departure = &events[11].Docking
		server.SetEvents230(events...)
		server.SetEvents()
		time.Sleep(hour - time.Minute)
		refresh(t, two)
		refresh(t, two) // which sees that a tenth are really gone
		if now := one.Status(); !reflect.DeepEqual(now, status) || mirror.SeqOf(one) != seq || !reflect.DeepEqual(all(t, one), ids) {
			t.Errorf("%+v, was %+v", now, status)
		}
		// Each comes back from the store as it was.
		offline := ll2test.NewServer().Client()
		if n := open(t, offline, store, mirror.Offline()).Status().Count; n != 515 {
			t.Errorf("2.2.0 has %d events", n)
		}
		if n, was := open230(t, offline, store, mirror.Offline()).Status().Count, two.Status().Count; n != was || n == 0 {
			t.Errorf("2.3.0 has %d events, and had %d", n, was)
		}
	})
}
