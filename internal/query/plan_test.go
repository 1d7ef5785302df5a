package query_test

import (
	"errors"
	"maps"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/query"
)

// events is a list with one parameter of each kind.
var events = query.List{
	Endpoint: dockings,
	Params: map[string]query.Param{
		"station":    {Option: "ForStation", Want: query.Within(1, math.MaxInt, "an id, 1 or more")},
		"since":      {Option: "Since"},
		"bare":       {}, // which no option sets
		query.Search: {Option: "Search"},
		query.Order:  {Option: "OrderBy", Want: query.Keys("of id and docking", "id", "docking")},
		query.Mode:   {Option: "InMode", Want: query.OneOf("detailed, or left out", "detailed")},
		query.Limit:  {Option: "PageSize", Want: query.Within(1, 100, "1 to 100")},
		query.Offset: {Option: "Offset", Want: query.Within(0, math.MaxInt, "0 or more")},
	},
	Last:  []string{"docking", "id"},
	Limit: 100,
}

// parse reads a query that a test wrote.
func parse(t *testing.T, s string) url.Values {
	t.Helper()
	q, err := url.ParseQuery(s)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// link is a link of a mirror to the list.
func link(q string) string { return "http://mirror.example/docking_event/?" + q }

// plan makes the plan of a wish that is right.
func plan(t *testing.T, w query.Wish) *query.Plan {
	t.Helper()
	p, err := events.New(w)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheFirstQueryIsComplete(t *testing.T) {
	largest := strconv.Itoa(math.MaxInt)
	for name, tc := range map[string]struct {
		wish query.Wish
		want string
	}{
		"nothing":            {query.Wish{}, "limit=100&ordering=docking,id"},
		"a filter":           {query.Wish{Given: map[string]string{"station": "4"}}, "limit=100&ordering=docking,id&station=4"},
		"the default of one": {query.Wish{Given: map[string]string{"station": "", query.Mode: "", query.Order: ""}}, "limit=100&ordering=docking,id"},
		"a page size":        {query.Wish{Limit: 7}, "limit=7&ordering=docking,id"},
		"an offset":          {query.Wish{Offset: 14}, "limit=100&offset=14&ordering=docking,id"},
		"an order":           {query.Wish{Given: map[string]string{query.Order: "-departure"}}, "limit=100&ordering=-departure,docking,id"},
		"a blank order":      {query.Wish{Given: map[string]string{query.Order: " "}}, "limit=100&ordering=docking,id"},
		"a mode":             {query.Wish{Given: map[string]string{query.Mode: "detailed"}}, "limit=100&mode=detailed&ordering=docking,id"},
		"a link":             {query.Wish{Links: []string{link("format=api&limit=7&offset=14&ordering=id,docking")}}, "limit=7&offset=14&ordering=id,docking"},
		"a bare link":        {query.Wish{Links: []string{link("")}}, "limit=100&ordering=docking,id"},
		"a link's order":     {query.Wish{Links: []string{link("ordering=-id")}}, "limit=100&ordering=-id,docking"},
		"an empty order":     {query.Wish{Links: []string{link("ordering=")}, Given: map[string]string{query.Order: "id"}}, "limit=100&ordering=id,docking"},
		"what a link leaves out": {query.Wish{
			Limit: 7, Given: map[string]string{query.Order: "id"}, Links: []string{link("offset=14")},
		}, "limit=7&offset=14&ordering=id,docking"},
		"what a link says, too": {query.Wish{
			Limit: 7, Given: map[string]string{query.Order: "-docking", "station": "4", "since": "2024-01-31T12:00:00Z", query.Mode: ""},
			Links: []string{link("limit=7&ordering=-docking,id&station=4&since=2024-01-31T14:00:00%2B02:00")},
		}, "limit=7&ordering=-docking,id&since=2024-01-31T14:00:00%2B02:00&station=4"},
		"an offset beside a link": {query.Wish{Offset: 99, Links: []string{link("offset=14")}}, "limit=100&offset=14&ordering=docking,id"},
		"two links":               {query.Wish{Links: []string{link("offset=7"), link("offset=14")}}, "limit=100&offset=14&ordering=docking,id"},
		"any text":                {query.Wish{Links: []string{link("search=a%26b%3Dc&bare=x")}}, "bare=x&limit=100&ordering=docking,id&search=a%26b%3Dc"},
		"the largest offset":      {query.Wish{Links: []string{link("offset=" + largest)}}, "limit=100&offset=" + largest + "&ordering=docking,id"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, want := plan(t, tc.wish).First.Encode(), parse(t, tc.want).Encode(); got != want {
				t.Errorf("asks for %s, want %s", got, want)
			}
		})
	}
}

func TestAWishIsNotChangedAndServesTwoPlans(t *testing.T) {
	given := map[string]string{query.Order: "id"}
	wish := query.Wish{Given: given, Limit: 7, Links: []string{link("offset=7")}}
	first, second := plan(t, wish), plan(t, wish)
	first.First.Set("station", "4")
	if second.First.Has("station") {
		t.Error("two plans share a query")
	}
	if want := map[string]string{query.Order: "id"}; !maps.Equal(given, want) {
		t.Errorf("what was given is %v now", given)
	}
}

func TestAWishThatContradictsTheLinkIsAnErrorThatSaysBoth(t *testing.T) {
	const full = "limit=7&mode=detailed&offset=14&ordering=docking,id&station=4&since=2024-01-31T12:00:00Z"
	for name, tc := range map[string]struct {
		wish query.Wish
		says []string
	}{
		"another value":   {query.Wish{Given: map[string]string{"station": "5"}}, []string{"ForStation", `station is "5" here, "4" there`}},
		"another spelled": {query.Wish{Given: map[string]string{"station": "04"}}, []string{`"04"`, `"4"`}},
		"another time":    {query.Wish{Given: map[string]string{"since": "2024-01-31T12:00:01Z"}}, []string{"Since", ":01Z", ":00Z"}},
		"the default":     {query.Wish{Given: map[string]string{query.Mode: ""}}, []string{"InMode", `mode is not set here, "detailed" there`}},
		"what is not set": {query.Wish{Given: map[string]string{query.Search: "x"}}, []string{"Search", `search is "x" here, not set there`}},
		"without option":  {query.Wish{Given: map[string]string{"bare": "x"}}, []string{"bare contradicts the link", `"x" here`}},
		"another order":   {query.Wish{Given: map[string]string{query.Order: "-docking"}}, []string{"OrderBy", `"-docking,id" here, "docking,id" there`}},
		"another size":    {query.Wish{Limit: 8}, []string{"PageSize", `limit is "8" here, "7" there`}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.wish.Links = []string{link(full)}
			_, err := events.New(tc.wish)
			if err == nil || errors.Is(err, query.ErrForeign) {
				t.Fatalf("%v, want a contradiction", err)
			}
			for _, s := range tc.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%v; want %s in it", err, s)
				}
			}
		})
	}
}

func TestALinkThatTheServiceWouldCorrectIsRefused(t *testing.T) {
	for q, says := range map[string]string{
		"statoin=4":                    `"statoin"`,
		"Station=4":                    `"Station"`,
		"station=4&station=4":          "station more than once",
		"search=a&search=b":            "search more than once",
		"limit=7&limit=8":              "limit more than once",
		"station=":                     "an id, 1 or more",
		"station=0":                    "an id, 1 or more",
		"station=4,5":                  "an id, 1 or more",
		"station=99999999999999999999": "an id, 1 or more",
		"limit=":                       "1 to 100",
		"limit=0":                      "1 to 100",
		"limit=101":                    "1 to 100",
		"limit=1_0":                    "1 to 100",
		"offset=-1":                    "0 or more",
		"offset=1e3":                   "0 or more",
		"mode=":                        "detailed, or left out",
		"mode=Detailed":                "detailed, or left out",
		"mode=-detailed":               "detailed, or left out",
		"mode=detailed,detailed":       "detailed, or left out",
		"mode=detailed+":               "detailed, or left out",
		"ordering=name":                "of id and docking",
		"ordering=id,name":             "of id and docking",
		"ordering=--id":                "of id and docking",
		"ordering=id,-id":              `"id" twice`,
		"ordering=-":                   "of id and docking",
		"ordering=,":                   "of id and docking",
	} {
		if p, err := events.New(query.Wish{Links: []string{link(q)}}); err == nil || p != nil || !strings.Contains(err.Error(), "StartAt: ") || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want an error with %s", q, err, says)
		}
	}
	wish := query.Wish{Links: []string{"/launch/", link("")}}
	if _, err := events.New(wish); !errors.Is(err, query.ErrForeign) {
		t.Errorf("a foreign link before a good one: %v", err)
	}
}

func TestADamagedOrderOfTheCallersIsRefused(t *testing.T) {
	for _, ordering := range []string{",", "id,,docking", "a b", "id,-id"} {
		if _, err := events.New(query.Wish{Given: map[string]string{query.Order: ordering}}); err == nil {
			t.Errorf("%q was taken", ordering)
		}
	}
	bare := events
	bare.Params = map[string]query.Param{query.Order: {}} // wants nothing of it
	if _, err := bare.New(query.Wish{Links: []string{link("ordering=a,,b")}}); err == nil || !strings.Contains(err.Error(), "StartAt: ") {
		t.Errorf("in a link: %v", err)
	}
}

func TestOnlyWhatALinkLeavesOutIsAdded(t *testing.T) {
	p := plan(t, query.Wish{Limit: 7, Given: map[string]string{query.Order: "departure", query.Mode: "detailed", "station": "4"}})
	for q, want := range map[string]string{
		"":                                       "limit=7&mode=detailed&ordering=departure,docking,id",
		"offset=14":                              "limit=7&mode=detailed&offset=14&ordering=departure,docking,id",
		"limit=9&mode=other&ordering=-id":        "limit=9&mode=other&ordering=-id,docking",
		"ordering=departure":                     "limit=7&mode=detailed&ordering=departure,docking,id",
		"ordering=nonsense,,&limit=x":            "limit=x&mode=detailed&ordering=departure,docking,id",
		"ordering=name,id":                       "limit=7&mode=detailed&ordering=departure,docking,id",
		"limit=&mode=&ordering=":                 "limit=7&mode=detailed&ordering=departure,docking,id",
		"ordering=id&ordering=docking&limit=100": "limit=100&mode=detailed&ordering=id,docking",
		"unknown=x":                              "limit=7&mode=detailed&ordering=departure,docking,id&unknown=x",
	} {
		got := parse(t, q)
		if p.Complete(got); got.Encode() != parse(t, want).Encode() {
			t.Errorf("%s became %s, want %s", q, got.Encode(), want)
		}
	}
	normal := plan(t, query.Wish{})
	got := url.Values{}
	if normal.Complete(got); got.Encode() != normal.First.Encode() {
		t.Errorf("nothing became %s, want %s", got.Encode(), normal.First.Encode())
	}
}

func TestALinkThatChoosesOtherRowsStrays(t *testing.T) {
	p := plan(t, query.Wish{Given: map[string]string{"station": "4", "since": "2024-01-31T12:00:00Z", query.Mode: "detailed"}})
	const same = "station=4&since=2024-01-31T12:00:00Z&mode=detailed&limit=100&ordering=docking,id"
	for q, want := range map[string]string{
		same:                "",
		same + "&offset=99": "",
		"station=4&since=2024-01-31T13:00:00%2B01:00&mode=detailed":     "", // size and order choose none
		"station=4&since=2024-01-31T12:00:00Z&mode=detailed&unknown=1":  "",
		"station=4&since=2024-01-31T12:00:00Z&mode=detailed&search=":    "",
		"station=4&since=2024-01-31T12:00:00Z&mode=detailed&search=x":   "search",
		"station=5&since=2024-01-31T12:00:00Z&mode=detailed":            "station",
		"since=2024-01-31T12:00:00Z&mode=detailed":                      "station",
		"station=&since=2024-01-31T12:00:00Z&mode=detailed":             "station",
		"station=4&since=2024-01-31T12:00:01Z&mode=detailed":            "since",
		"station=4&mode=detailed":                                       "since",
		"station=4&since=2024-01-31T12:00:00Z":                          "mode",
		"station=4&since=2024-01-31T12:00:00Z&mode=detailed&station=5":  "station", // which a service takes
		"station=4&since=2024-01-31T12:00:00Z&mode=detailed&bare=&bare": "bare",
		same + "&limit=1":             "limit",
		same + "&offset=7&offset=700": "offset",
	} {
		if got := p.Strays(parse(t, q)); got != want {
			t.Errorf("%s strays by %q, want %q", q, got, want)
		}
	}
}

// A service may write into links what it does unasked.
func TestADefaultIsTheSameAsNoValue(t *testing.T) {
	list := query.List{
		Endpoint: events.Endpoint,
		Params:   map[string]query.Param{query.Mode: {Default: "normal"}, query.Order: {}, query.Limit: {}},
		Limit:    100,
	}
	for wish, want := range map[string]map[string]string{
		"":         {"": "", "normal": "", "detailed": query.Mode},
		"normal":   {"": "", "normal": "", "detailed": query.Mode},
		"detailed": {"": query.Mode, "normal": query.Mode, "detailed": ""},
	} {
		given := map[string]string{query.Mode: wish}
		p, err := list.New(query.Wish{Given: given})
		if err != nil {
			t.Fatal(err)
		}
		for mode, strays := range want {
			if got := p.Strays(url.Values{query.Mode: {mode}}); got != strays {
				t.Errorf("mode %q strays by %q from mode %q, want %q", mode, got, wish, strays)
			}
			if _, err := list.New(query.Wish{Given: given, Links: []string{link("mode=" + mode)}}); (err != nil) != (strays != "") {
				t.Errorf("mode %q beside a link with mode %q: %v", wish, mode, err)
			}
		}
	}
}

func TestAValueIsQuotedOrNotSet(t *testing.T) {
	for want, values := range map[string][]string{
		"not set":     {},
		`"4"`:         {"4"},
		`"4" and "5"`: {"4", "5"},
		`"" and "5"`:  {"", "5"},
		`"a\"b"`:      {`a"b`},
	} {
		if got := query.OrNotSet(values...); got != want {
			t.Errorf("%q is %s, want %s", values, got, want)
		}
	}
	if got := query.OrNotSet(""); got != "not set" {
		t.Errorf("nothing is %s", got)
	}
}
