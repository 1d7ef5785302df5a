package mirror_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// A naive service answers queries over events the slow and obvious way, and shares
// nothing with the mirror's.
type naive struct {
	events map[string][]ll2.DockingEvent // by mode
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

func newNaive(t *testing.T, events []ll2.DockingEvent) *naive {
	n := &naive{events: map[string][]ll2.DockingEvent{"detailed": events}}
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
		n.events[""] = append(n.events[""], e)
	}
	return n
}

// list answers a query.
func (n *naive) list(q url.Values) ll2.Page[ll2.DockingEvent] {
	detailed, shaped := n.events["detailed"], n.events[q.Get("mode")]
	var fit []int
	for i := range detailed {
		e := &detailed[i]
		ok := true
		for name, value := range map[string]int{
			"space_station__id": e.SpaceStation.ID, "flight_vehicle__id": e.FlightVehicle.ID, "docking_location__id": e.DockingLocation.ID,
		} {
			ok = ok && (!q.Has(name) || q.Get(name) == strconv.Itoa(value))
		}
		for name, holds := range map[string]func(int) bool{
			"docking__gt": func(c int) bool { return c > 0 }, "docking__gte": func(c int) bool { return c >= 0 },
			"docking__lt": func(c int) bool { return c < 0 }, "docking__lte": func(c int) bool { return c <= 0 },
		} {
			if q.Has(name) {
				at, _ := time.Parse(time.RFC3339Nano, q.Get(name))
				ok = ok && holds(e.Docking.Compare(at.Truncate(time.Microsecond)))
			}
		}
		if ok {
			fit = append(fit, i)
		}
	}
	slices.SortStableFunc(fit, func(a, b int) int {
		x, y := &detailed[a], &detailed[b]
		for key := range strings.SplitSeq(q.Get("ordering"), ",") {
			c := 0
			switch strings.TrimPrefix(key, "-") {
			case "id":
				c = cmp.Compare(x.ID, y.ID)
			case "docking":
				c = x.Docking.Compare(y.Docking)
			case "departure":
				switch {
				case x.Departure == nil && y.Departure != nil:
					c = 1
				case x.Departure != nil && y.Departure == nil:
					c = -1
				case x.Departure != nil:
					c = x.Departure.Compare(*y.Departure)
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
	page := ll2.Page[ll2.DockingEvent]{Count: len(fit), Results: []ll2.DockingEvent{}}
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

func (*naive) link(q url.Values, offset int) string {
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
	return "http://ll2.test/2.2.0/docking_event/?" + strings.Join(pairs, "&")
}

// ask returns random options.
func ask(r *rand.Rand, events []ll2.DockingEvent) (opts []ll2.ListOption) {
	e := &events[r.IntN(len(events))]
	at := e.Docking
	if r.IntN(2) == 0 {
		at = at.Add(time.Duration(r.Int64N(int64(1e9*60*60*24*400))) - 200*24*time.Hour)
	}
	maybe := func(n int, opt ll2.ListOption) {
		if r.IntN(n) == 0 {
			opts = append(opts, opt)
		}
	}
	maybe(4, ll2.ForSpaceStation(e.SpaceStation.ID))
	maybe(12, ll2.ForSpaceStation(1+r.IntN(30)))
	maybe(12, ll2.ForFlightVehicle(e.FlightVehicle.ID))
	maybe(8, ll2.ForDockingLocation(e.DockingLocation.ID))
	maybe(6, ll2.DockedAfter(at))
	maybe(6, ll2.DockedSince(at))
	maybe(6, ll2.DockedBefore(at))
	maybe(6, ll2.DockedUntil(at))
	keys := []ll2.Order{ll2.ByID, ll2.ByDocking, ll2.ByDeparture}
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	for i := range keys {
		if r.IntN(2) == 0 {
			keys[i] = keys[i].Desc()
		}
	}
	maybe(2, ll2.OrderBy(keys[:r.IntN(4)]...))
	maybe(2, ll2.InMode([]ll2.Mode{ll2.ModeNormal, ll2.ModeDetailed}[r.IntN(2)]))
	size := 1 + r.IntN(20)
	if r.IntN(40) == 0 {
		size = 100
	}
	opts = append(opts, ll2.PageSize(size))
	maybe(2, ll2.Offset(r.IntN(60)))
	maybe(20, ll2.Offset(r.IntN(1000)))
	return opts
}

func TestRandomQueriesAreAnsweredAsByANaiveSecondImplementation(t *testing.T) {
	const queries = 10_000
	events := ll2test.Events(515)
	server := ll2test.NewServer(events...)
	m := open(t, server.Client(), mirror.Memory())
	// As the service has them.
	served, err := ll2.Collect(server.Client().DockingEvents.All(t.Context(), ll2.InMode(ll2.ModeDetailed)))
	if err != nil {
		t.Fatal(err)
	}
	events = events[:0]
	for _, e := range served {
		events = append(events, *e)
	}
	second := newNaive(t, events)
	r := rand.New(rand.NewPCG(14, 10_000))
	rows, next := 0, ""
	for i := range queries {
		opts := ask(r, events)
		if next != "" && r.IntN(2) == 0 {
			opts = []ll2.ListOption{ll2.StartAt(next)}
		}
		q, err := ll2.Query(opts...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.DockingEvents.List(t.Context(), opts...)
		if err != nil {
			t.Fatalf("%v: %v", q, err)
		}
		want := second.list(q)
		want.Date = got.Date
		if !reflect.DeepEqual(*got, want) {
			t.Fatalf("%d: %v:\n%s\nwant\n%s", i, q, summary(got), summary(&want))
		}
		rows += len(got.Results)
		next = got.Next
		if len(got.Results) > 0 && i%10 == 0 {
			e := got.Results[0]
			one, err := m.DockingEvents.Get(t.Context(), e.ID)
			if at := slices.IndexFunc(events, func(x ll2.DockingEvent) bool { return x.ID == e.ID }); err != nil || !reflect.DeepEqual(*one, events[at]) {
				t.Fatalf("Get %d: %v, %v", e.ID, one, err)
			}
		}
	}
	if n := len(server.Requests()); n != 12 || rows < 3*queries {
		t.Errorf("%d requests, and %d rows in %d queries", n, rows, queries)
	}
}

func summary(p *ll2.Page[ll2.DockingEvent]) string {
	var b strings.Builder
	fmt.Fprintln(&b, p.Count, p.Next, p.Previous)
	for _, e := range p.Results {
		text, _ := json.Marshal(e)
		fmt.Fprintf(&b, "%s\n", text)
	}
	return b.String()
}

// scramble changes everything that a value leads to.
func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scramble(v.Elem())
		}
	case reflect.Struct:
		if at, ok := reflect.TypeAssert[*time.Time](v.Addr()); ok {
			*at = at.Add(time.Hour)
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				scramble(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i))
		}
	case reflect.String:
		v.SetString(v.String() + "!")
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Float64:
		v.SetFloat(v.Float() + 1)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	default:
	}
}

func TestACallerWhoChangesEverythingLeavesTheCopyAsItWas(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(30)...)
	m := open(t, server.Client(), mirror.Memory())
	read := func() (all []any) {
		for p, err := range m.DockingEvents.Pages(t.Context(), ll2.InMode(ll2.ModeDetailed), ll2.PageSize(10)) {
			if err != nil {
				t.Error(err)
			}
			all = append(all, p)
		}
		for id := 1; id <= 30; id++ {
			e, err := m.DockingEvents.Get(t.Context(), id)
			if err != nil {
				t.Error(err)
			}
			all = append(all, e)
		}
		return all
	}
	before := read()
	done := make(chan bool)
	for range 4 {
		go func() {
			for range 5 {
				for _, v := range read() {
					scramble(reflect.ValueOf(v))
				}
			}
			done <- true
		}()
	}
	for range 4 {
		<-done
	}
	if after := read(); !reflect.DeepEqual(before, after) {
		t.Error("the copy has changed")
	}
	if reflect.DeepEqual(before, func() []any { all := read(); scramble(reflect.ValueOf(all[0])); return all }()) {
		t.Error("nothing was scrambled: the test proves nothing")
	}
}
