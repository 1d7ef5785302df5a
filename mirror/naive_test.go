package mirror_test

import (
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
)

// A naive service answers queries over events the slow and obvious way, and shares
// nothing with the mirror's.
type naive[E any] struct {
	path   string
	events map[string][]E // by mode
	facts  func(*E) facts
	known  []facts // of the events
}

// Facts holds the values of an event that a query can test.
type facts struct {
	id        int
	docking   time.Time
	departure *time.Time
	ids       map[string]int // by parameter; 0: of nothing
}

func factsOf(e *ll2.DockingEvent) facts {
	return facts{e.ID, e.Docking, e.Departure, map[string]int{
		"space_station__id": ll2.Value(e.SpaceStation).ID, "flight_vehicle__id": e.FlightVehicle.ID, "docking_location__id": e.DockingLocation.ID,
	}}
}

func factsOf230(e *ll230.DockingEvent) facts {
	return facts{e.ID, e.Docking, e.Departure, map[string]int{
		"space_station_target__id":  ll2.Value(e.SpaceStationTarget).ID,
		"flight_vehicle_chaser__id": ll2.Value(e.FlightVehicleChaser).ID, "docking_location__id": e.DockingLocation.ID,
	}}
}

// The keys of the normal shape, of the objects that have more in the detailed one.
var normal = map[string]string{
	"spacecraft_config": "id url name in_use type image_url agency",
	"agency":            "id url name type",
}

// cut takes the detailed keys out of v.
func cut(v any) {
	object, ok := v.(map[string]any)
	if !ok {
		return
	}
	delete(object, "space_station")
	for key, value := range object {
		if keep, ok := normal[key]; ok && value != nil {
			inner := value.(map[string]any)
			for name := range inner {
				if !slices.Contains(strings.Fields(keep), name) {
					delete(inner, name)
				}
			}
		}
		cut(value)
	}
}

// cutAll returns the events in the normal shape.
func cutAll(t *testing.T, events []ll2.DockingEvent) (all []ll2.DockingEvent) {
	for i := range events {
		text, err := json.Marshal(&events[i])
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		cut(v)
		if text, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
		var e ll2.DockingEvent
		if err := json.Unmarshal(text, &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// list answers a query.
func (n *naive[E]) list(q url.Values) ll2.Page[E] {
	if n.known == nil {
		for i := range n.events["detailed"] {
			n.known = append(n.known, n.facts(&n.events["detailed"][i]))
		}
	}
	shaped := n.events[q.Get("mode")]
	var fit []int
	for i := range n.known {
		e := &n.known[i]
		ok := true
		for name, value := range e.ids {
			ok = ok && (!q.Has(name) || q.Get(name) == strconv.Itoa(value))
		}
		for name, holds := range map[string]func(int) bool{
			"docking__gt": func(c int) bool { return c > 0 }, "docking__gte": func(c int) bool { return c >= 0 },
			"docking__lt": func(c int) bool { return c < 0 }, "docking__lte": func(c int) bool { return c <= 0 },
		} {
			if q.Has(name) {
				at, _ := time.Parse(time.RFC3339Nano, q.Get(name))
				ok = ok && holds(e.docking.Compare(at.Truncate(time.Microsecond)))
			}
		}
		if ok {
			fit = append(fit, i)
		}
	}
	slices.SortStableFunc(fit, func(a, b int) int {
		x, y := &n.known[a], &n.known[b]
		for key := range strings.SplitSeq(q.Get("ordering"), ",") {
			c := 0
			switch strings.TrimPrefix(key, "-") {
			case "id":
				c = cmp.Compare(x.id, y.id)
			case "docking":
				c = x.docking.Compare(y.docking)
			case "departure":
				switch {
				case x.departure == nil && y.departure != nil:
					c = 1
				case x.departure != nil && y.departure == nil:
					c = -1
				case x.departure != nil:
					c = x.departure.Compare(*y.departure)
				}
			}
			if strings.HasPrefix(key, "-") {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	limit, _ := strconv.Atoi(q.Get("limit"))
	offset, _ := strconv.Atoi(q.Get("offset"))
	page := ll2.Page[E]{Count: len(fit), Results: []E{}}
	for _, i := range fit[min(offset, len(fit)):min(offset+limit, len(fit))] {
		page.Results = append(page.Results, shaped[i])
	}
	if offset+limit < len(fit) {
		page.Next = n.link(q, offset+limit)
	}
	if offset > 0 {
		page.Previous = n.link(q, offset-limit)
	}
	return page
}

func (n *naive[E]) link(q url.Values, offset int) string {
	var pairs []string
	for name, values := range q {
		if name != "offset" {
			pairs = append(pairs, name+"="+url.QueryEscape(values[0]))
		}
	}
	if offset > 0 {
		pairs = append(pairs, "offset="+strconv.Itoa(offset))
	}
	slices.Sort(pairs)
	return "http://ll2.test/" + n.path + "?" + strings.Join(pairs, "&")
}

// Options are the words of a version for what can be asked.
type options[O any] struct {
	station, vehicle, location  func(int) O
	after, since, before, until func(time.Time) O
	keys                        []string
	order                       func(keys []string) O
	modes                       []O
	walk                        func(ll2.WalkOption) O
}

var options220 = options[ll2.ListOption]{
	ll2.ForSpaceStation, ll2.ForFlightVehicle, ll2.ForDockingLocation,
	ll2.DockedAfter, ll2.DockedSince, ll2.DockedBefore, ll2.DockedUntil,
	[]string{"id", "docking", "departure"},
	func(keys []string) ll2.ListOption { return ll2.OrderBy(typed[ll2.Order](keys)...) },
	[]ll2.ListOption{ll2.InMode(ll2.ModeNormal), ll2.InMode(ll2.ModeDetailed)},
	func(o ll2.WalkOption) ll2.ListOption { return o },
}

var options230 = options[ll230.ListOption]{
	ll230.ForStation, ll230.ForFlightVehicle, ll230.ForDockingLocation,
	ll230.DockedAfter, ll230.DockedSince, ll230.DockedBefore, ll230.DockedUntil,
	[]string{"docking", "departure"},
	func(keys []string) ll230.ListOption { return ll230.OrderBy(typed[ll230.Order](keys)...) },
	[]ll230.ListOption{ll230.InMode(ll230.ModeNormal), ll230.InMode(ll230.ModeDetailed)},
	func(o ll2.WalkOption) ll230.ListOption { return o },
}

func typed[T ~string](texts []string) (all []T) {
	for _, text := range texts {
		all = append(all, T(text))
	}
	return all
}

// ask returns random options, of which some fit an event.
func (o *options[O]) ask(r *rand.Rand, e facts) (opts []O) {
	at := e.docking
	if r.IntN(2) == 0 {
		at = at.Add(time.Duration(r.Int64N(int64(1e9*60*60*24*400))) - 200*24*time.Hour)
	}
	maybe := func(n int, opt func() O) {
		if r.IntN(n) == 0 {
			opts = append(opts, opt())
		}
	}
	byID := func(n int, option func(int) O, param string) {
		for name, id := range e.ids {
			if strings.HasPrefix(name, param) && id > 0 {
				maybe(n, func() O { return option(id) })
			}
		}
	}
	byID(4, o.station, "space_station")
	maybe(12, func() O { return o.station(1 + r.IntN(30)) })
	byID(12, o.vehicle, "flight_vehicle")
	byID(8, o.location, "docking_location")
	for _, bound := range []func(time.Time) O{o.after, o.since, o.before, o.until} {
		maybe(6, func() O { return bound(at) })
	}
	maybe(2, func() O {
		keys := slices.Clone(o.keys)
		r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		for i := range keys {
			if r.IntN(2) == 0 {
				keys[i] = "-" + keys[i]
			}
		}
		return o.order(keys[:r.IntN(len(keys)+1)])
	})
	maybe(2, func() O { return o.modes[r.IntN(2)] })
	size := 1 + r.IntN(20)
	if r.IntN(40) == 0 {
		size = 100
	}
	opts = append(opts, o.walk(ll2.PageSize(size)))
	maybe(2, func() O { return o.walk(ll2.Offset(r.IntN(60))) })
	maybe(20, func() O { return o.walk(ll2.Offset(r.IntN(1000))) })
	return opts
}
