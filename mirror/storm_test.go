package mirror_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

var storms = flag.Int("storms", 24, "seeds of the simulation in which everything goes wrong")

// A mortal store is that of a process: it dies at a step that was chosen, and then
// nothing that the process still does has any effect.
type mortal struct {
	mirror.Store
	locks bool

	mu    sync.Mutex
	steps int // until it dies; less than zero: it lives on
}

var errDead = errors.New("this process is dead")

func (s *mortal) step() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.steps == 0 {
		return errDead
	}
	s.steps--
	return nil
}

func (s *mortal) dead() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.steps == 0
}

func (s *mortal) Save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	if err := s.step(); err != nil {
		return err
	}
	return s.Store.Save(ctx, name, data, ifGen)
}

func (s *mortal) TryLock(ctx context.Context, name string, ttl time.Duration) (func(), bool, error) {
	if !s.locks {
		return func() {}, true, nil
	}
	unlock, ok, err := s.Store.TryLock(ctx, name, ttl)
	return func() {
		if unlock != nil && !s.dead() {
			unlock()
		}
	}, ok, err
}

// A storm is a service, and what lies before it, on a bad day.
type storm struct {
	*world
	mu       sync.Mutex
	calm     bool
	moved    bool // the world, during a request
	troubled bool // an answer was none of the service's at that moment
	old      map[string]*kept
}

// A kept answer is one that a cache has.
type kept struct {
	header http.Header
	body   []byte
	at     time.Time
}

func (s *storm) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.calm {
		s.mu.Unlock()
		time.Sleep(time.Duration(s.roll(5000)) * time.Millisecond)
		s.mu.Lock()
		switch dice := s.IntN(100); {
		case dice < 4:
			s.troubled = true
			s.server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, strconv.Itoa(s.IntN(5000))))
		case dice < 6:
			s.troubled = true
			s.server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		case dice < 8:
			s.troubled = true
			s.server.Fail(ll2test.Fault{CutAfter: 500})
		case dice < 16 && s.old[req.URL.String()] != nil:
			s.troubled = true
			return s.old[req.URL.String()].answer(req, dice%2 == 0), nil
		case dice < 30:
			s.moved = true
			s.happen()
		}
	}
	resp, err := s.server.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return &http.Response{StatusCode: 200, Header: resp.Header, Body: io.NopCloser(io.MultiReader(bytes.NewReader(body), broken{})), Request: req}, nil
	}
	s.old[req.URL.String()] = &kept{resp.Header.Clone(), body, time.Now()}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if !s.calm {
		s.mu.Unlock()
		time.Sleep(time.Duration(s.roll(5000)) * time.Millisecond) // answers overtake each other
		s.mu.Lock()
	}
	return resp, nil
}

func (s *storm) roll(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.IntN(n)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// answer returns the answer of a cache: with the Date of then, or with the current Date
// and an Age.
func (k *kept) answer(req *http.Request, aged bool) *http.Response {
	header := k.header.Clone()
	if aged {
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
		header.Set("Age", strconv.Itoa(int(time.Since(k.at)/time.Second)))
	}
	return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(bytes.NewReader(k.body)), Request: req}
}

// happen has something happen in the world.
func (s *storm) happen() {
	for range 1 + s.IntN(3) {
		edge := s.edge()
		switch s.IntN(10) {
		case 0, 1:
			s.dock()
		case 2, 3:
			s.depart()
		case 4:
			s.late()
		case 5:
			s.remove()
		case 6:
			// Some leave at the very moment of the row at the edge of the page.
			for range 1 + s.IntN(3) {
				if stay := s.pick(hasLeft); stay != nil && !edge.IsZero() {
					stay.departure = edge
				}
			}
		case 7:
			// A departure is corrected across the edge, in either direction.
			if stay := s.pick(anyStay); stay != nil && !edge.IsZero() {
				stay.departure = edge.Add(time.Duration(s.IntN(3)-1) * 20 * dayLong)
			}
		default:
			s.edit()
		}
	}
	if s.IntN(50) == 0 {
		for range len(s.stays) / 8 {
			s.remove()
		}
	}
	s.show()
}

// edge returns the departure of the last row of the refresh's page, zero if that is
// open.
func (s *storm) edge() time.Time {
	all := s.sorted(anyStay)
	if len(all) == 0 {
		return time.Time{}
	}
	return all[min(len(all), 100)-1].departure
}

func TestNoTroubleMakesTheCopyWrong(t *testing.T) {
	var checks atomic.Int64
	t.Run("seed", func(t *testing.T) {
		for seed := range uint64(*storms) {
			t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { checks.Add(int64(blow(t, seed))) })
			})
		}
	})
	t.Logf("%d copies looked at", checks.Load())
	if checks.Load() < 5*int64(*storms) {
		t.Error("too few copies were looked at: the simulation proves nothing")
	}
}

func blow(t *testing.T, seed uint64) (checks int) {
	open0 := []int{0, 6, 105}[seed%3]
	of := v220
	if seed%5 > 2 {
		of = v230
	}
	w := &storm{world: newWorld(t, of, seed, 110+int(seed*17%200), open0), old: make(map[string]*kept)}
	store := mirror.Memory()
	locks := seed%4 != 0
	stores, mirrors := make([]*mortal, 2), make([]subject, 2)
	begin := func(i int) {
		stores[i] = &mortal{Store: store, locks: locks, steps: -1}
		if w.roll(2) == 0 {
			stores[i].steps = 1 + w.roll(12)
		}
		client := w.server.Client(ll2.WithTransport(w), ll2.WithMaxWait(0))
		var err error
		if mirrors[i], err = of.open(client, stores[i]); err != nil {
			t.Fatal(err)
		}
	}
	begin(0)
	begin(1)
	defer func() { mirrors[0].Close(); mirrors[1].Close() }()
	var first uint64
	known := make(map[int]stay) // what the first copy had, and then what the journal says
	for range 80 {
		time.Sleep(time.Duration(5+w.roll(180)) * time.Minute) // so that no refresh is under way
		w.mu.Lock()
		if w.IntN(2) == 0 {
			w.happen()
		}
		w.calm = w.IntN(3) == 0
		w.moved, w.troubled = false, false
		w.mu.Unlock()
		i := w.roll(2)
		var wg sync.WaitGroup
		both := w.roll(4) == 0
		if both {
			wg.Go(func() { mirrors[1-i].Refresh(t.Context()) })
		}
		err := mirrors[i].Refresh(t.Context())
		wg.Wait()
		m := mirrors[i]
		if s := m.Status(); err == nil && !stores[i].dead() && !w.moved && !w.troubled && !both {
			if !s.Refreshed.IsZero() {
				checks++
				w.check(t, m, s)
			}
		}
		for i := range mirrors {
			if stores[i].dead() {
				mirrors[i].Close()
				begin(i)
			}
		}
		if m := mirrors[i]; first == 0 && !m.Status().Refreshed.IsZero() {
			first = m.seq()
			for _, e := range copyOf(t, m) {
				known[e.id] = e
			}
		}
	}
	w.calm = true
	for range 4 {
		time.Sleep(49 * hour)
		for i := range mirrors {
			mirrors[i].Refresh(t.Context())
		}
	}
	for i, m := range mirrors {
		if stores[i].dead() {
			continue
		}
		if s := m.Status(); s.Want != 0 || s.Count != len(w.stays) || s.Err != nil {
			t.Errorf("seed %d: in the end %+v, and the world has %d", seed, s, len(w.stays))
		}
		for _, e := range copyOf(t, m) {
			if !same(e, w.stays[e.id]) {
				t.Errorf("seed %d: in the end event %d is wrong", seed, e.id)
			}
		}
	}
	m, err := of.open(w.server.Client(), store)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if first == 0 || len(copyOf(t, m)) != len(w.stays) {
		t.Fatalf("seed %d: no copy in the store", seed)
	}
	for c, err := range m.journal(t.Context(), first) {
		if err != nil {
			t.Error(err)
			break
		}
		if untrue(c) > 0 {
			t.Errorf("seed %d: %+v", seed, c)
		}
		if c.before != nil {
			if known[c.before.id] != *c.before {
				t.Errorf("seed %d: change %d is of an event that was another", seed, c.seq)
			}
			delete(known, c.before.id)
		} else if _, there := known[c.after.id]; there {
			t.Errorf("seed %d: change %d is of an event that was there", seed, c.seq)
		}
		if c.after != nil {
			known[c.after.id] = *c.after
		}
		if c.seq == m.seq() {
			break
		}
	}
	if !maps.EqualFunc(known, w.stays, same) {
		t.Errorf("seed %d: the journal leads elsewhere than the copy", seed)
	}
	return checks
}

// check looks at all that a refresh proves: what the page shows and, if no walk is
// owed, that nothing is there that should not be.
func (s *storm) check(t *testing.T, m subject, status mirror.Status) {
	t.Helper()
	edge := s.edge()
	there := make(map[int]bool)
	for _, e := range copyOf(t, m) {
		there[e.id] = true
		covered := isOpen(&e) || e.departure.After(edge)
		if status.Want == 0 && covered && !edge.IsZero() && !same(e, s.stays[e.id]) {
			t.Errorf("it is not so: %+v, world %+v, %+v, edge %v, %d", e, s.stays[e.id], status, edge, len(s.stays))
		}
	}
	all := s.sorted(anyStay)
	for _, stay := range all[:min(len(all), 100)] {
		if !there[stay.id] && (isOpen(stay) || stay.departure.After(edge)) {
			t.Errorf("event %d is missing", stay.id)
		}
	}
}
