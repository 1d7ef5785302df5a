package ll2test_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

func TestLimitIsCorrectedSilently(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(250)...)
	for query, rows := range map[string]int{
		"":                            10,
		"?limit=":                     10,
		"?limit=0":                    10,
		"?limit=-5":                   10,
		"?limit=ten":                  10,
		"?limit=1.5":                  10,
		"?limit=1":                    1,
		"?limit=%2099%20":             99,
		"?limit=100":                  100,
		"?limit=101":                  100,
		"?limit=99999999999999999999": 100,
		"?limit=3&limit=4":            4,
	} {
		p := list(t, s, query)
		if len(p.Results) != rows || p.Count != 250 {
			t.Errorf("%s: %d rows of %d, want %d", query, len(p.Results), p.Count, rows)
		}
		if got := mustParse(t, p.Next).Get("limit"); got != fmt.Sprint(rows) {
			t.Errorf("%s: next has limit %s", query, got)
		}
	}
}

func TestOffsetIsCorrectedSilently(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Recorded()...)
	all := ids(ll2test.Recorded())
	for query, want := range map[string][]int{
		"?offset=":                     all,
		"?offset=0":                    all,
		"?offset=-3":                   all,
		"?offset=x":                    all,
		"?offset=8":                    all[8:],
		"?offset=10":                   {},
		"?offset=11":                   {},
		"?offset=99999999999999999999": {},
	} {
		p := list(t, s, query)
		if !slices.Equal(ids(p.Results), want) || p.Next != nil || p.Count != 10 {
			t.Errorf("%s: %v of %d, next %v", query, ids(p.Results), p.Count, p.Next)
		}
	}
	if body := get(t, s, "docking_event/?offset=10").body; !strings.HasSuffix(body, `"results":[]}`) {
		t.Errorf("an empty page is no list: %s", body)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(25)...)
	for _, test := range []struct{ name, asked, next, previous string }{
		{"first page", base + "docking_event/",
			base + "docking_event/?limit=10&offset=10", ""},
		{"previous is the first page and has no offset", base + "docking_event/?offset=10",
			base + "docking_event/?limit=10&offset=20", base + "docking_event/?limit=10"},
		{"previous would begin before the first row", base + "docking_event/?offset=3",
			base + "docking_event/?limit=10&offset=13", base + "docking_event/?limit=10"},
		{"last page", base + "docking_event/?offset=20",
			"", base + "docking_event/?limit=10&offset=10"},
		{"page that ends with the last row", base + "docking_event/?offset=15",
			"", base + "docking_event/?limit=10&offset=5"},
		{"page past the end", base + "docking_event/?offset=40",
			"", base + "docking_event/?limit=10&offset=30"},
		{"keys sorted, unknown, repeated and empty ones kept", base + "docking_event/?zoo=b&offset=5&zoo=a&mode=&ordering=docking,id&abc=%C3%A4+%2B",
			base + "docking_event/?abc=%C3%A4+%2B&limit=10&mode=&offset=15&ordering=docking%2Cid&zoo=b&zoo=a",
			base + "docking_event/?abc=%C3%A4+%2B&limit=10&mode=&ordering=docking%2Cid&zoo=b&zoo=a"},
		{"host, port and path of the request", "https://mirror.example:8443/a/b/docking_event/?limit=20",
			"https://mirror.example:8443/a/b/docking_event/?limit=20&offset=20", ""},
		{"no user and no fragment", "http://me:secret@h/docking_event/?limit=20#top",
			"http://h/docking_event/?limit=20&offset=20", ""},
	} {
		r := do(t, s, http.MethodGet, test.asked)
		quote := func(link string) string {
			if link == "" {
				return "null"
			}
			return `"` + link + `"`
		}
		want := `{"count":25,"next":` + quote(test.next) + `,"previous":` + quote(test.previous) + `,"results":[`
		if !strings.HasPrefix(r.body, want) {
			t.Errorf("%s: got\n%.400s\nwant\n%s", test.name, r.body, want)
		}
	}
}

func TestFiltersChooseWhatTheySay(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(515)
	s := ll2test.NewServer(events...)
	pivot := events[200].Docking
	at := "=" + url.QueryEscape(pivot.Format(time.RFC3339Nano))
	moscow := "=" + url.QueryEscape(pivot.In(time.FixedZone("", 3*3600)).Format(time.RFC3339Nano))
	inHouse := func(id int) func(ll2.DockingEvent) bool {
		return func(e ll2.DockingEvent) bool { return e.DockingLocation.SpaceStation.ID == id }
	}
	for query, fits := range map[string]func(ll2.DockingEvent) bool{
		"space_station__id=4":      inHouse(4),
		"space_station__id=4.0":    inHouse(4),
		"space_station__id=+4+":    inHouse(4),
		"space_station__id=99":     func(ll2.DockingEvent) bool { return false },
		"space_station__id=4.5":    func(ll2.DockingEvent) bool { return false },
		"docking_location__id=107": func(e ll2.DockingEvent) bool { return e.DockingLocation.ID == 107 },
		"flight_vehicle__id=1470":  func(e ll2.DockingEvent) bool { return e.FlightVehicle.ID == 1470 },
		"docking__gt" + at:         func(e ll2.DockingEvent) bool { return e.Docking.After(pivot) },
		"docking__gte" + at:        func(e ll2.DockingEvent) bool { return !e.Docking.Before(pivot) },
		"docking__lt" + at:         func(e ll2.DockingEvent) bool { return e.Docking.Before(pivot) },
		"docking__lte" + at:        func(e ll2.DockingEvent) bool { return !e.Docking.After(pivot) },
		"docking__gte" + moscow:    func(e ll2.DockingEvent) bool { return !e.Docking.Before(pivot) },
		"space_station__id=4&docking__lt" + at: func(e ll2.DockingEvent) bool {
			return inHouse(4)(e) && e.Docking.Before(pivot)
		},
		"space_station__id=14&space_station__id=4": inHouse(4),
		"space_station__id=":                       func(ll2.DockingEvent) bool { return true },
		"docking__gt=+":                            func(ll2.DockingEvent) bool { return true },
		"spacestation=4&Docking__gt=x":             func(ll2.DockingEvent) bool { return true },
	} {
		var want []int
		for _, e := range events {
			if fits(e) {
				want = append(want, e.ID)
			}
		}
		var got []int
		p := list(t, s, "?limit=100&"+query)
		count := p.Count
		for offset := 0; ; offset += 100 {
			p := list(t, s, fmt.Sprintf("?limit=100&offset=%d&%s", offset, query))
			got = append(got, ids(p.Results)...)
			if p.Next == nil {
				break
			}
		}
		if !slices.Equal(got, want) || count != len(want) {
			t.Errorf("%s: %d rows, count %d, want %d", query, len(got), count, len(want))
		}
	}
}

func TestStationFilterAsksTheEventBeforeThePort(t *testing.T) {
	t.Parallel()
	e := ll2.DockingEvent{ID: 1, SpaceStation: &ll2.SpaceStation{ID: 5}}
	e.DockingLocation.SpaceStation.ID = 6
	s := ll2test.NewServer(e)
	if list(t, s, "?space_station__id=5").Count != 1 || list(t, s, "?space_station__id=6").Count != 0 {
		t.Error("the port's station was asked")
	}
}

func TestDigitsBelowTheMicrosecondAreDropped(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2.DockingEvent{ID: 1, Docking: time.Date(2024, 1, 2, 3, 4, 5, 123456000, time.UTC)})
	for query, count := range map[string]int{
		"?docking__gte=2024-01-02T03:04:05.123456999Z": 1,
		"?docking__gte=2024-01-02T03:04:05.123457Z":    0,
	} {
		if got := list(t, s, query).Count; got != count {
			t.Errorf("%s: %d", query, got)
		}
	}
}

func TestWrongValuesAre400WithEveryField(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(3)...)
	const number, date = `["Enter a number."]`, `["Enter a valid date/time."]`
	for query, want := range map[string]string{
		"space_station__id=iss":                   `{"space_station__id":` + number + `}`,
		"flight_vehicle__id=1,2":                  `{"flight_vehicle__id":` + number + `}`,
		"docking_location__id=NaN":                `{"docking_location__id":` + number + `}`,
		"docking_location__id=Inf":                `{"docking_location__id":` + number + `}`,
		"docking__gt=yesterday":                   `{"docking__gt":` + date + `}`,
		"docking__gte=2024-13-01T00:00:00Z":       `{"docking__gte":` + date + `}`,
		"docking__lt=2024-01-01T00:00:00+03:00":   `{"docking__lt":` + date + `}`, // the + is a space
		"docking__lte=x&space_station__id=x&id=x": `{"docking__lte":` + date + `,"space_station__id":` + number + `}`,
	} {
		get(t, s, "docking_event/?"+query).want(t, http.StatusBadRequest, want)
	}
}

func TestSearchFindsEventsThatMentionEveryTerm(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	var a, b, c ll2.DockingEvent
	a.ID, b.ID, c.ID = 1, 2, 3
	a.FlightVehicle.Spacecraft.Name = "Soyuz 32"
	a.FlightVehicle.Destination = text("Salyut 6")
	a.DockingLocation.Name = "Forward"
	b.FlightVehicle.Spacecraft.Name = "Союз 31"
	b.FlightVehicle.Spacecraft.SerialNumber = text("No.47")
	b.DockingLocation.SpaceStation.Name = "Salyut 6"
	c.FlightVehicle.Spacecraft.Name = "Progress 6"
	c.FlightVehicle.Spacecraft.Description = "Not Soyuz"
	c.SpaceStation = &ll2.SpaceStation{Name: "Mir"}
	s := ll2test.NewServer(a, b, c)
	for search, want := range map[string][]int{
		"":               {1, 2, 3},
		" , ":            {1, 2, 3},
		"soyuz":          {1},
		"SALYUT":         {1, 2},
		"salyut 47":      {2},
		"salyut,forward": {1},
		"союз":           {2},
		"mir":            {3},
		"6":              {1, 2, 3},
		"6 mir nothing":  {},
	} {
		if got := ids(list(t, s, "?search="+url.QueryEscape(search)).Results); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", search, got, want)
		}
	}
}

func TestOrdering(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2024, 1, 1, hour, 0, 0, 0, time.UTC) }
	left := func(hour int) *time.Time { t := at(hour); return &t }
	s := ll2test.NewServer(
		ll2.DockingEvent{ID: 3, Docking: at(1), Departure: left(9)},
		ll2.DockingEvent{ID: 1, Docking: at(2)},
		ll2.DockingEvent{ID: 4, Docking: at(1), Departure: left(8)},
		ll2.DockingEvent{ID: 2, Docking: at(0), Departure: left(9)},
		ll2.DockingEvent{ID: 5, Docking: at(3)},
	)
	for ordering, want := range map[string][]int{
		"":                       {3, 1, 4, 2, 5},
		"name":                   {3, 1, 4, 2, 5},
		"--id":                   {3, 1, 4, 2, 5},
		"id":                     {1, 2, 3, 4, 5},
		"-id":                    {5, 4, 3, 2, 1},
		"docking":                {2, 3, 4, 1, 5}, // ties as stored
		"-docking":               {5, 1, 3, 4, 2}, // here too
		"docking,-id":            {2, 4, 3, 1, 5},
		"departure":              {4, 3, 2, 1, 5}, // nulls last
		"-departure":             {1, 5, 3, 2, 4}, // nulls first
		"-departure,id":          {1, 5, 2, 3, 4},
		"-departure,-docking":    {5, 1, 3, 2, 4},
		" name , -id ,docking":   {5, 4, 3, 2, 1},
		"name,-departure,,-id,x": {5, 1, 3, 2, 4},
	} {
		if got := ids(list(t, s, "?ordering="+url.QueryEscape(ordering)).Results); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", ordering, got, want)
		}
	}
	if got := ids(list(t, s, "?ordering=id&ordering=-id").Results); !slices.Equal(got, []int{5, 4, 3, 2, 1}) {
		t.Errorf("the last ordering does not count: %v", got)
	}
}

func TestSetEventsReplacesThemBetweenRequests(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(12)
	s := ll2test.NewServer(events[:11]...)
	first := list(t, s, "?ordering=-id&limit=5")
	s.SetEvents(events...)
	events[0].ID = 4711
	second := list(t, s, "?ordering=-id&limit=5&offset=5")
	if first.Count != 11 || second.Count != 12 || !slices.Equal(ids(second.Results), []int{7, 6, 5, 4, 3}) {
		t.Errorf("%d, then %d: %v", first.Count, second.Count, ids(second.Results))
	}
	if get(t, s, "docking_event/12/").status != 200 || get(t, s, "docking_event/4711/").status != 404 {
		t.Error("single events are not the new ones, or follow the caller's slice")
	}
	s.SetEvents()
	get(t, s, "docking_event/").want(t, 200, `{"count":0,"next":null,"previous":null,"results":[]}`)
}

func TestShuffleTiesChangesTheOrderOfEqualKeysAlone(t *testing.T) {
	t.Parallel()
	s := ll2test.NewServer(ll2test.Events(515)...)
	list(t, s, "?ordering=docking&limit=7") // a list from before is not to come again
	s.ShuffleTies(1)
	distinct := func(rows []ll2.DockingEvent) int {
		list := ids(rows)
		slices.Sort(list)
		return len(slices.Compact(list))
	}
	byDocking := walk(t, s, "ordering=docking", 7)
	if !slices.IsSortedFunc(byDocking, func(a, b ll2.DockingEvent) int { return a.Docking.Compare(b.Docking) }) {
		t.Error("ordering=docking does not come in order")
	}
	if n := distinct(byDocking); len(byDocking) != 515 || n == 515 {
		t.Errorf("ordering=docking: %d rows, %d distinct; some should be lost", len(byDocking), n)
	}
	for range 3 {
		total := walk(t, s, "ordering=docking,id", 7)
		if !slices.IsSortedFunc(total, func(a, b ll2.DockingEvent) int {
			return cmp.Or(a.Docking.Compare(b.Docking), cmp.Compare(a.ID, b.ID))
		}) || distinct(total) != 515 {
			t.Error("ordering=docking,id is no total order")
		}
	}
	if a, b := list(t, s, ""), list(t, s, ""); slices.Equal(ids(a.Results), ids(b.Results)) {
		t.Error("without ordering two lists are the same")
	}
}

func TestShuffleTiesIsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	orders := func(seed uint64) (all []int) {
		s := ll2test.NewServer(ll2test.Events(30)...)
		s.ShuffleTies(seed)
		for range 3 {
			all = append(all, ids(list(t, s, "?limit=30").Results)...)
		}
		return all
	}
	if !slices.Equal(orders(1), orders(1)) {
		t.Error("one seed, two orders")
	}
	if slices.Equal(orders(1), orders(2)) {
		t.Error("two seeds, one order")
	}
}

func TestWithoutShuffleTiesListsAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	want := ll2test.Events(515)
	s := ll2test.NewServer(want...)
	slices.SortStableFunc(want, func(a, b ll2.DockingEvent) int { return b.Docking.Compare(a.Docking) })
	for _, limit := range []int{7, 100} {
		if got := walk(t, s, "ordering=-docking", limit); !slices.Equal(ids(got), ids(want)) {
			t.Errorf("pages of %d: ties do not come as stored", limit)
		}
	}
	// Lists are kept; too many different ones are not to push the right one out.
	for i := range 200 {
		if p := list(t, s, fmt.Sprintf("?flight_vehicle__id=%d&mode=detailed", 1001+i)); len(p.Results) > 0 && p.Results[0].FlightVehicle.ID != 1001+i {
			t.Fatalf("flight %d: got %d", 1001+i, p.Results[0].FlightVehicle.ID)
		}
	}
}
