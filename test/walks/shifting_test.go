package walks_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

const (
	shiftSeeds = 200
	shiftRows  = 30 // at the first request
	shiftPage  = 5
)

// shiftEvents are those of every table; they are never changed.
var shiftEvents = sync.OnceValue(func() []ll2.DockingEvent { return ll2test.Events(2 * shiftRows) })

// A shiftingTable is rows that change between any two requests of a walk.
type shiftingTable struct {
	server   *ll2test.Server
	random   *rand.Rand
	present  []ll2.DockingEvent
	absent   []ll2.DockingEvent
	always   map[int]bool // was there at the first request, and at every one since
	largest  int          // count that a page told
	requests int
}

func newShiftingTable(seed uint64) *shiftingTable {
	s := &shiftingTable{random: rand.New(rand.NewPCG(seed, 0)), always: make(map[int]bool)}
	all := slices.Clone(shiftEvents())
	s.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	s.present, s.absent = all[:shiftRows], all[shiftRows:]
	for _, e := range s.present {
		s.always[e.ID] = true
	}
	s.server = ll2test.NewServer(s.present...)
	s.server.ShuffleTies(seed)
	return s
}

// insert lets a row come, anywhere in the order.
func (s *shiftingTable) insert() {
	i := s.random.IntN(len(s.absent))
	s.present = append(slices.Clip(s.present), s.absent[i])
	s.absent = slices.Delete(s.absent, i, i+1)
}

func (s *shiftingTable) remove() {
	i := s.random.IntN(len(s.present))
	s.absent = append(s.absent, s.present[i])
	delete(s.always, s.present[i].ID)
	s.present = slices.Concat(s.present[:i], s.present[i+1:])
}

// move gives a row the time of another one, and with it nearly its place.
func (s *shiftingTable) move() {
	i, j := s.random.IntN(len(s.present)), s.random.IntN(len(s.present))
	s.present = slices.Clone(s.present)
	s.present[i].Docking = s.present[j].Docking
}

func (s *shiftingTable) any() {
	[]func(){s.insert, s.remove, s.move}[s.random.IntN(3)]()
}

// through lets up to so many edits happen before every request but the first.
func (s *shiftingTable) through(most int, edit func()) func(http.RoundTripper) testkit.RoundTripFunc {
	return func(server http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			if s.requests++; s.requests > 1 {
				edits := s.random.IntN(most + 1)
				for range edits {
					edit()
				}
				if edits > 0 {
					s.server.SetEvents(s.present...)
				}
			}
			if !req.URL.Query().Has("docking__lte") { // that is of a tie, read again
				s.largest = max(s.largest, len(s.present))
			}
			return server.RoundTrip(req)
		}
	}
}

// missing returns the events that were there all the time and did not come.
func (s *shiftingTable) missing(got []int) []int {
	var missed []int
	for id := range s.always {
		if !slices.Contains(got, id) {
			missed = append(missed, id)
		}
	}
	return missed
}

func wantNothingTwice(t *testing.T, got []int) {
	t.Helper()
	seen := make(map[int]bool)
	for _, id := range got {
		if seen[id] {
			t.Errorf("event %d came twice", id)
		}
		seen[id] = true
	}
}

// Rows that are added, removed or moved meanwhile may be seen or not. Rows that were
// there all the time are seen, or All says that something is missing.
func TestAllLosesNothingSilentlyWhereRowsMoveBetweenPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		edit func(*shiftingTable) func()
		// Where rows are only added they move to pages that are yet to be read.
		neverMisses bool
		// All counts, and a row that is lost can be made up for by one that is
		// new: see below.
		countsOnly bool
	}{
		"inserted":                    {edit: func(s *shiftingTable) func() { return s.insert }, neverMisses: true},
		"removed":                     {edit: func(s *shiftingTable) func() { return s.remove }},
		"reordered":                   {edit: func(s *shiftingTable) func() { return s.move }},
		"inserted, removed, and both": {edit: func(s *shiftingTable) func() { return s.any }, countsOnly: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			complete, incomplete, missed := 0, 0, 0
			for seed := range uint64(shiftSeeds) {
				s := newShiftingTable(seed)
				client := testkit.Through(s.through(int(seed%3), test.edit(s)), s.server)
				events, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(shiftPage)))
				got := testkit.IDs(events)
				wantNothingTwice(t, got)
				missing := s.missing(got)
				if len(missing) > 0 {
					missed++
				}
				if err == nil {
					complete++
					if len(got) < s.largest {
						t.Errorf("seed %d: %d events of %d, and no error", seed, len(got), s.largest)
					}
				} else {
					incomplete++
					var e *ll2.IncompleteError
					if !errors.As(err, &e) || e.Got != len(got) || e.Want != s.largest || e.Got >= e.Want {
						t.Errorf("seed %d: %v, want an *IncompleteError of %d and %d", seed, err, s.largest, len(got))
					}
				}
				if len(missing) > 0 && (test.neverMisses || err == nil && !test.countsOnly) {
					t.Errorf("seed %d: missing %v, error %v", seed, missing, err)
				}
			}
			if complete == 0 || incomplete == 0 || missed == 0 && !test.neverMisses {
				t.Errorf("%d walks were complete, %d were not, %d missed something: want some of each", complete, incomplete, missed)
			}
		})
	}
}

// A loss that cannot be seen from outside, as the documentation says: the numbers
// agree.
func TestARowRemovedBeforeThePlaceAndOneAddedAfterItCannotBeTold(t *testing.T) {
	t.Parallel()
	all := ll2test.Events(31)
	server := ll2test.NewServer(all[:30]...)
	var got []int
	for event, err := range server.Client().DockingEvents.All(t.Context(), ll2.PageSize(10), ll2.OrderBy(ll2.ByID)) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, event.ID); len(got) == 10 {
			server.SetEvents(all[1:]...) // number 11 moves to the page just read
		}
	}
	want := slices.Concat(testkit.Range(1, 10), testkit.Range(12, 31))
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestAllBelievesTheLargestCount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		counts []int // of three pages, which hold 30 events
		want   int   // that All misses; 0: none
	}{
		"grows":                     {[]int{30, 31, 32}, 32},
		"grows at the end":          {[]int{30, 30, 31}, 31},
		"is too large at first":     {[]int{35, 30, 30}, 35},
		"goes up and down":          {[]int{30, 33, 30}, 33},
		"shrinks":                   {[]int{30, 20, 10}, 0},
		"is too small":              {[]int{3, 3, 3}, 0},
		"is none":                   {[]int{0, 0, 0}, 0},
		"grows up to what there is": {[]int{10, 20, 30}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := ll2test.NewServer(ll2test.Events(30)...)
			client := testkit.Through(testkit.RewritingPages(func(n int, page map[string]any) { page["count"] = test.counts[n-1] }), server)
			events, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(10)))
			if len(events) != 30 {
				t.Errorf("%d events, want 30", len(events))
			}
			var e *ll2.IncompleteError
			switch {
			case test.want == 0 && err != nil:
				t.Error(err)
			case test.want > 0 && (!errors.As(err, &e) || e.Want != test.want || e.Got != 30):
				t.Errorf("error %v, want an *IncompleteError of %d and 30", err, test.want)
			}
		})
	}
}
