package mirror_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// A lister is the service of either version.
type lister[E, O any] interface {
	List(ctx context.Context, opts ...O) (*ll2.Page[E], error)
	Get(ctx context.Context, id int) (*E, error)
}

func TestRandomQueriesAreAnsweredAsByANaiveSecondImplementation(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(515)...)
	served, err := ll2.Collect(server.Client().DockingEvents.All(t.Context(), ll2.InMode(ll2.ModeDetailed)))
	if err != nil {
		t.Fatal(err)
	}
	events := values(served) // as the service has them
	second := &naive[ll2.DockingEvent]{"2.2.0/docking_event/", map[string][]ll2.DockingEvent{"": cutAll(t, events), "detailed": events}, factsOf, nil}
	m := open(t, server.Client(), mirror.Memory())
	compare(t, 7_000, m.DockingEvents, second, &options220, ll2.Query)
	if n := len(server.Requests()); n != 12 {
		t.Errorf("%d requests", n)
	}
}

func TestRandomQueriesOf230AreAnsweredAsByANaiveSecondImplementation(t *testing.T) {
	server := ll2test.NewServer()
	server.SetEvents230(ll2test.Events230(555)...)
	second := &naive[ll230.DockingEvent]{"2.3.0/docking_events/", make(map[string][]ll230.DockingEvent), factsOf230, nil}
	for key, mode := range map[string]ll230.Mode{"": ll230.ModeNormal, "detailed": ll230.ModeDetailed} {
		served, err := ll2.Collect(ll230.DockingEvents(server.Client()).All(t.Context(), ll230.InMode(mode)))
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(served, func(a, b *ll230.DockingEvent) int {
			return cmp.Or(a.Docking.Compare(b.Docking), cmp.Compare(a.ID, b.ID))
		})
		second.events[key] = values(served)
	}
	m := open230(t, server.Client(), mirror.Memory())
	compare(t, 3_000, m.DockingEvents, second, &options230, ll230.Query)
	if n := len(server.Requests()); n != 18 {
		t.Errorf("%d requests", n)
	}
}

func values[E any](pointers []*E) (all []E) {
	for _, p := range pointers {
		all = append(all, *p)
	}
	return all
}

// compare asks a mirror and the naive service random queries.
func compare[E, O any](t *testing.T, queries int, m lister[E, O], second *naive[E], words *options[O], queryOf func(...O) (url.Values, error)) {
	t.Helper()
	events := second.events["detailed"]
	r := rand.New(rand.NewPCG(14, 10_000))
	rows, next := 0, ""
	for i := range queries {
		opts := words.ask(r, second.facts(&events[r.IntN(len(events))]))
		if next != "" && r.IntN(2) == 0 {
			opts = []O{words.walk(ll2.StartAt(next))}
		}
		q, err := queryOf(opts...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.List(t.Context(), opts...)
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
			id := second.facts(&got.Results[0]).id
			one, err := m.Get(t.Context(), id)
			if at := slices.IndexFunc(events, func(x E) bool { return second.facts(&x).id == id }); err != nil || !reflect.DeepEqual(*one, events[at]) {
				t.Fatalf("Get %d: %v, %v", id, one, err)
			}
		}
	}
	if rows < 3*queries {
		t.Errorf("%d rows in %d queries", rows, queries)
	}
}

func summary[E any](p *ll2.Page[E]) string {
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
	case reflect.Uint8:
		v.SetUint(v.Uint() ^ 1)
	default:
	}
}

func TestACallerWhoChangesEverythingLeavesTheCopyAsItWas(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(30)...)
	server.SetEvents230(ll2test.Events230(30)...)
	m, m230 := open(t, server.Client(), mirror.Memory()), open230(t, server.Client(), mirror.Memory())
	scrambleAll(t, m.DockingEvents.Get, m.DockingEvents.Pages(t.Context(), ll2.InMode(ll2.ModeDetailed), ll2.PageSize(10)))
	scrambleAll(t, m230.DockingEvents.Get, m230.DockingEvents.Pages(t.Context(), ll230.InMode(ll230.ModeDetailed), ll2.PageSize(10)))
}

func scrambleAll[E any](t *testing.T, get func(context.Context, int) (*E, error), pages iter.Seq2[*ll2.Page[E], error]) {
	t.Helper()
	read := func() (all []any) {
		for p, err := range pages {
			if err != nil {
				t.Error(err)
			}
			all = append(all, p)
		}
		for id := 1; id <= 30; id++ {
			e, err := get(t.Context(), id)
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
