package ll230

import (
	"encoding/json"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/jsonscan"
)

// blocks hold the values that the pointers of one event point to, in addition to the
// blocks of the scanner.
type blocks struct {
	durations jsonscan.Block[ll2.Duration]
	images    jsonscan.Block[Image]
	stations  jsonscan.Block[SpaceStation]
	agencies  jsonscan.Block[Agency]
	types     jsonscan.Block[AgencyType]
	landings  jsonscan.Block[Landing]
	locations jsonscan.Block[LandingLocation]
	ways      jsonscan.Block[LandingType]
}

// ScanJSON reads the event faster than encoding/json does. It is for this
// module's own use.
func (e *DockingEvent) ScanJSON(s *jsonscan.Scanner) {
	// An event in the normal shape needs this much: one allocation for all of it. The
	// flight vehicle is not part of it, since an event may have none.
	first := new(struct {
		texts     [8]string
		ints      [2]int
		times     [2]time.Time
		durations [5]ll2.Duration
		images    [4]Image
		stations  [2]SpaceStation
		agencies  [1]Agency
		types     [2]AgencyType
	})
	b, ok := (*s.Local()).(*blocks)
	if !ok {
		b = new(blocks)
		*s.Local() = b
	}
	*b = blocks{
		durations: first.durations[:],
		images:    first.images[:],
		stations:  first.stations[:],
		agencies:  first.agencies[:],
		types:     first.types[:],
	}
	s.Use(jsonscan.Blocks{Texts: first.texts[:], Ints: first.ints[:], Times: first.times[:]})
	e.scan(s, b)
}

// landing reads a landing and all that it refers to. They share one allocation of
// their own, since many flights have no landing.
func (b *blocks) landing(s *jsonscan.Scanner, field **Landing) {
	if s.Null() {
		*field = nil
		return
	}
	if *field == nil {
		first := new(struct {
			landing  [1]Landing
			location [1]LandingLocation
			way      [1]LandingType
			texts    [8]string
			ints     [3]int
			floats   [6]float64
			bools    [1]bool
		})
		b.landings, b.locations, b.ways = first.landing[:], first.location[:], first.way[:]
		s.Use(jsonscan.Blocks{Texts: first.texts[:], Ints: first.ints[:], Floats: first.floats[:], Bools: first.bools[:]})
	}
	jsonscan.Pointer(s, field, &b.landings).scan(s, b)
}

// own copies values that are parts of the body, which would otherwise stay in memory
// as long as they do. They share one allocation, and none can grow into the next.
func own(values ...*json.RawMessage) {
	size := 0
	for _, v := range values {
		size += len(*v)
	}
	if size == 0 {
		return
	}
	all := make([]byte, 0, size)
	for _, v := range values {
		if *v != nil {
			start := len(all)
			all = append(all, *v...)
			*v = all[start:len(all):len(all)]
		}
	}
}
