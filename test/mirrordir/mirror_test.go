package mirrordir_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/steps"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

// addressVariable has the address of the service that a process asks.
const addressVariable = "MIRRORDIR_SERVICE"

func clientOf(address string) (*ll2.Client, error) {
	return ll2.New(ll2.WithBaseURL(address), ll2.WithoutRateLimit(), ll2.WithRetries(0))
}

// A stepping store calls before ahead of each step of a Save.
type stepping struct {
	mirror.Store
	before func(step string) error
}

func (s stepping) Save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	return s.Store.Save(steps.With(ctx, s.before), name, data, ifGen)
}

// refreshUpTo refreshes a mirror once, with a walk, and dies before the n-th step of what
// it saves; 0: never.
func refreshUpTo(dir mirror.Store, n int) error {
	client, err := clientOf(os.Getenv(addressVariable))
	if err != nil {
		return err
	}
	store := stepping{dir, func(step string) error {
		if n--; n == 0 {
			fmt.Println("dies before", step)
			kill(os.Getpid())
		}
		return nil
	}}
	m, err := mirror.Open(client, store, mirror.RefreshEvery(time.Millisecond), mirror.WalkEvery(time.Nanosecond))
	if err != nil {
		return err
	}
	fmt.Println("begins")
	_ = m.Refresh(context.Background())
	fmt.Println("ends")
	return m.Close()
}

// A service has events that change, and a folder with the copy of them.
type service struct {
	*ll2test.Server
	client *ll2.Client
	path   string
	was    []ll2.DockingEvent // before the last change
	events []ll2.DockingEvent // in the order of docking
}

func newService(t *testing.T, events ...ll2.DockingEvent) *service {
	t.Helper()
	s := &service{Server: ll2test.NewServer(), events: events}
	s.Limit(1<<30, time.Hour)
	s.change()
	web := httptest.NewServer(s.Server)
	t.Cleanup(web.Close)
	t.Setenv(addressVariable, web.URL)
	client, err := clientOf(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.client = client
	return s
}

// change changes two events that one page shows.
func (s *service) change() {
	s.was, s.events = s.events, slices.Clone(s.events)
	for _, i := range []int{len(s.events) - 2 - rand.IntN(40), len(s.events) - 1} {
		to := fmt.Sprint("place ", rand.Int())
		s.events[i].FlightVehicle.Destination = &to
	}
	s.SetEvents(s.events...)
}

// damage counts the results for copies that something happened to.
type damage struct{ tried, wrong, errors, requests int }

// look looks at the copy as it is, and then refreshes it.
func (s *service) look(t *testing.T, d *damage, what string) {
	t.Helper()
	d.tried++
	asIs, err := mirror.Open(s.client, mirror.Dir(s.path), mirror.Offline())
	if err != nil {
		t.Fatal(err)
	}
	defer asIs.Close()
	found, err := all(asIs)
	wrong := min(differences(found, s.was), differences(found, s.events))
	if errors.Is(err, mirror.ErrCold) {
		wrong, err = 0, nil
	}
	m, openErr := mirror.Open(s.client, mirror.Dir(s.path), mirror.RefreshEvery(time.Millisecond))
	if openErr != nil {
		t.Fatal(openErr)
	}
	defer m.Close()
	before := len(s.Requests())
	refreshed := m.Refresh(t.Context())
	requests := len(s.Requests()) - before
	found, stays := all(m)
	if err = errors.Join(err, refreshed, stays, m.Status().Err); err != nil {
		d.errors++
	}
	wrong += differences(found, s.events)
	d.wrong += wrong
	d.requests = max(d.requests, requests)
	if wrong > 0 || err != nil || requests > 7 {
		t.Errorf("%s: %d wrong events, %d requests, %v", what, wrong, requests, err)
	}
}

func all(m *mirror.Mirror) ([]ll2.DockingEvent, error) {
	var events []ll2.DockingEvent
	for e, err := range m.DockingEvents.All(context.Background(), ll2.InMode(ll2.ModeDetailed)) {
		if err != nil {
			return events, err
		}
		events = append(events, *e)
	}
	return events, nil
}

// differences counts the events that are not the same.
func differences(a, b []ll2.DockingEvent) int {
	n := differ(len(a), len(b))
	for i := range min(len(a), len(b)) {
		if !reflect.DeepEqual(a[i], b[i]) {
			n++
		}
	}
	return n
}

func differ(a, b int) int { return max(a-b, b-a) }

func sortedEvents(n int) []ll2.DockingEvent {
	events := ll2test.EventsAround(n, time.Now())
	slices.SortFunc(events, func(a, b ll2.DockingEvent) int { return cmp.Or(a.Docking.Compare(b.Docking), cmp.Compare(a.ID, b.ID)) })
	return events
}

// dyingAtEveryStep has a process die before each step of the saves of one refresh.
func dyingAtEveryStep(t *testing.T, s *service, prepare func()) (d damage) {
	t.Helper()
	for n := 1; ; n++ {
		s.path = t.TempDir()
		prepare()
		said := start(t, "refresh", s.path, n).wait()
		if last := said[len(said)-1]; last == "ends" {
			if n < 15 {
				t.Errorf("a refresh has %d steps only", n-1)
			}
			return d
		} else if !strings.HasPrefix(last, "dies") {
			t.Fatalf("a process that should die said %q", said)
		}
		s.look(t, &d, said[len(said)-1])
	}
}

// dyingAtAnyMoment has so many processes die within a refresh or behind it.
func dyingAtAnyMoment(t *testing.T, s *service, times int) (d damage) {
	t.Helper()
	for n := range times {
		if n%5 == 0 {
			s.path = t.TempDir()
		}
		s.change()
		p := start(t, "refresh", s.path, 0)
		p.await(t, "begins")
		time.Sleep(rand.N(60 * time.Millisecond))
		p.end()
		s.look(t, &d, "at random")
	}
	return d
}

// everyByte flips a bit of each byte of the files, and cuts them off there.
func everyByte(t *testing.T) (d damage) {
	t.Helper()
	const small = `{"id":1,"docking":"2024-01-31T12:00:00Z","flight_vehicle":{"destination":"a"}}`
	s := &service{Server: ll2test.NewServer(), path: t.TempDir()}
	if err := s.SetRows("2.2.0/docking_event/", json.RawMessage(small)); err != nil {
		t.Fatal(err)
	}
	s.Limit(1<<30, time.Hour)
	s.client = s.Client()
	event, err := s.client.DockingEvents.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	s.events = []ll2.DockingEvent{*event}
	s.look(t, new(damage), "at first")
	files, err := filepath.Glob(filepath.Join(s.path, "*.ll2"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	good := make(map[string][]byte)
	for _, file := range files {
		if good[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	s.was = s.events
	for _, file := range files {
		for i := range good[file] {
			flipped := slices.Clone(good[file])
			flipped[i] ^= 1 << (i % 8)
			for what, text := range map[string][]byte{"flipped": flipped, "cut": good[file][:i]} {
				for name, whole := range good {
					if name == file {
						whole = text
					}
					if err := os.WriteFile(name, whole, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				s.look(t, &d, fmt.Sprintf("byte %d of %s %s", i, filepath.Base(file), what))
			}
		}
	}
	return d
}

func TestWhateverHappensToAProcessOrAFileNoEventIsWrongAndNoErrorStays(t *testing.T) {
	var b strings.Builder
	b.WriteString("| | times | wrong events | errors that stayed | requests of the next refresh, at most |\n| --- | ---: | ---: | ---: | ---: |\n")
	tell := func(what string, d damage) {
		t.Logf("%s: %+v", what, d)
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", what, d.tried, d.wrong, d.errors, d.requests)
	}
	n := 130
	if *kills == 500 {
		n = 515
	}
	s := newService(t, sortedEvents(n)...)
	tell("killed before a step of saving the first copy", dyingAtEveryStep(t, s, func() {}))
	tell("killed before a step of saving a later copy", dyingAtEveryStep(t, s, func() {
		s.look(t, new(damage), "before")
		s.change()
	}))
	tell("killed before a step of saving a walk that was cut short", dyingAtEveryStep(t, s, func() {
		s.Fail(ll2test.Fault{}, ll2test.Fault{Status: http.StatusServiceUnavailable})
	}))
	tell("killed at random", dyingAtAnyMoment(t, newService(t, sortedEvents(130)...), *kills))
	tell("a byte of a file flipped, or all cut off from there", everyByte(t))
	if *kills == 500 {
		testkit.Golden(t, "../../doc/mirror.md", "damage", b.String())
	}
}
