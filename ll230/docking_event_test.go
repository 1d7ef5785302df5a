package ll230_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/test/testkit"
)

const (
	listURL   = "https://api.example/2.3.0/docking_events/"
	emptyPage = testkit.EmptyPage
)

var (
	noon = time.Date(2024, 1, 31, 12, 0, 0, 0, time.UTC)
	cest = time.FixedZone("CEST", 2*60*60)
)

type options = []ll230.ListOption

// queries holds, for each function that returns a ListOption, options and the whole
// query that they make.
var queries = map[string][]struct {
	opts  options
	query string
}{
	"ForStation": {
		{options{ll230.ForStation(4)}, "limit=100&ordering=docking,id&space_station_target__id=4"},
		{options{ll230.ForStation(4), nil, ll230.ForStation(18)}, "limit=100&ordering=docking,id&space_station_target__id=18"},
	},
	"ForFlightVehicle": {
		{options{ll230.ForFlightVehicle(761)}, "flight_vehicle_chaser__id=761&limit=100&ordering=docking,id"},
	},
	"ForDockingLocation": {
		{options{ll230.ForDockingLocation(43)}, "docking_location__id=43&limit=100&ordering=docking,id"},
		{options{
			ll230.ForDockingLocation(9), ll230.ForFlightVehicle(325), ll230.ForStation(4), ll230.Search("x"), ll230.InMode(ll230.ModeDetailed),
			ll230.DockedAfter(noon), ll230.DockedSince(noon), ll230.DockedBefore(noon), ll230.DockedUntil(noon), ll2.PageSize(7), ll2.Offset(14),
		}, "docking__gt=2024-01-31T12:00:00Z&docking__gte=2024-01-31T12:00:00Z&docking__lt=2024-01-31T12:00:00Z" +
			"&docking__lte=2024-01-31T12:00:00Z&docking_location__id=9&flight_vehicle_chaser__id=325&limit=7" +
			"&mode=detailed&offset=14&ordering=docking,id&search=x&space_station_target__id=4"},
	},
	// Finer than a microsecond, the service cuts off. A bound between two
	// microseconds is sent as the one that lets the same dockings in.
	"DockedAfter": {
		{options{ll230.DockedAfter(noon.In(cest))}, "docking__gt=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{options{ll230.DockedAfter(noon.Add(1500 * time.Microsecond))}, "docking__gt=2024-01-31T12:00:00.0015Z&limit=100&ordering=docking,id"},
		{options{ll230.DockedAfter(noon.Add(999))}, "docking__gt=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
	},
	"DockedSince": {
		{options{ll230.DockedSince(noon.In(cest))}, "docking__gte=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{options{ll230.DockedSince(noon.Add(1))}, "docking__gte=2024-01-31T12:00:00.000001Z&limit=100&ordering=docking,id"},
		{options{ll230.DockedSince(noon.Add(time.Microsecond))}, "docking__gte=2024-01-31T12:00:00.000001Z&limit=100&ordering=docking,id"},
	},
	"DockedBefore": {
		{options{ll230.DockedBefore(noon)}, "docking__lt=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{options{ll230.DockedBefore(noon.Add(1))}, "docking__lt=2024-01-31T12:00:00.000001Z&limit=100&ordering=docking,id"},
		{options{ll230.DockedBefore(time.Unix(-1, 999_999_001))}, "docking__lt=1970-01-01T00:00:00Z&limit=100&ordering=docking,id"},
	},
	"DockedUntil": {
		{options{ll230.DockedUntil(noon.Add(999))}, "docking__lte=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{options{ll230.DockedUntil(time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC))}, "docking__lte=9999-12-31T23:59:59.999999Z&limit=100&ordering=docking,id"},
	},
	"Search": {
		{options{ll230.Search("MEV-2")}, "limit=100&ordering=docking,id&search=MEV-2"},
		{options{ll230.Search("a&b=c+d #é")}, "limit=100&ordering=docking,id&search=a%26b%3Dc%2Bd+%23%C3%A9"},
	},
	"OrderBy": {
		{options{ll230.OrderBy(ll230.ByDocking)}, "limit=100&ordering=docking,id"},
		{options{ll230.OrderBy(ll230.ByDocking.Desc())}, "limit=100&ordering=-docking,id"},
		{options{ll230.OrderBy(ll230.ByDeparture.Desc().Desc())}, "limit=100&ordering=-departure,docking,id"},
		{options{ll230.OrderBy(ll230.ByDeparture, ll230.ByDocking.Desc())}, "limit=100&ordering=departure,-docking,id"},
		{options{ll230.OrderBy(ll230.ByDeparture), ll230.OrderBy()}, "limit=100&ordering=docking,id"},
	},
	"InMode": {
		{options{ll230.InMode(ll230.ModeDetailed)}, "limit=100&mode=detailed&ordering=docking,id"},
		{options{ll230.InMode(ll230.ModeDetailed), ll230.InMode(ll230.ModeNormal)}, "limit=100&ordering=docking,id"},
	},
	"": {
		{nil, "limit=100&ordering=docking,id"},
		{options{nil, nil}, "limit=100&ordering=docking,id"},
		{options{ll2.WalkOption{}}, "limit=100&ordering=docking,id"},
		{options{ll2.PageSize(7), ll2.Offset(3), ll2.Parallel(3), ll2.OnPage(func(ll2.PageInfo) {})}, "limit=7&offset=3&ordering=docking,id"},
		{options{ll2.StartAt(link)}, linkQuery},
		{options{
			ll2.StartAt(link), ll2.Offset(3), ll230.ForStation(4), ll230.DockedSince(noon.In(cest)), ll230.InMode(ll230.ModeDetailed),
			ll230.OrderBy(ll230.ByDeparture.Desc()), ll230.Search("x"), ll2.PageSize(7),
		}, linkQuery},
		{options{ll2.StartAt("/docking_events/?format=api&offset=550&ordering=departure&mode=normal")}, "limit=100&mode=normal&offset=550&ordering=departure,docking,id"},
		{options{ll2.StartAt(mirror + "?mode=normal"), ll230.InMode(ll230.ModeNormal)}, "limit=100&mode=normal&ordering=docking,id"},
		{options{ll2.StartAt(mirror + "?offset=7&ordering="), ll230.OrderBy(ll230.ByDeparture)}, "limit=100&offset=7&ordering=departure,docking,id"},
	},
}

const (
	// Another host and another prefix: neither counts.
	mirror    = "http://mirror.example/ll2/docking_events/"
	link      = mirror + "?docking__gte=2024-01-31T12%3A00%3A00Z&limit=7&mode=detailed&offset=14&ordering=-departure,docking,id&search=x&space_station_target__id=4"
	linkQuery = "docking__gte=2024-01-31T12:00:00Z&limit=7&mode=detailed&offset=14&ordering=-departure,docking,id&search=x&space_station_target__id=4"
)

// listers are the ways to ask for a list; each returns its first error.
var listers = map[string]func(context.Context, *ll230.DockingEventsService, ...ll230.ListOption) error{
	"List": func(ctx context.Context, s *ll230.DockingEventsService, opts ...ll230.ListOption) error {
		_, err := s.List(ctx, opts...)
		return err
	},
	"Pages": func(ctx context.Context, s *ll230.DockingEventsService, opts ...ll230.ListOption) error {
		_, err := ll2.Collect(s.Pages(ctx, opts...))
		return err
	},
	"All": func(ctx context.Context, s *ll230.DockingEventsService, opts ...ll230.ListOption) error {
		_, err := ll2.Collect(s.All(ctx, opts...))
		return err
	},
}

// Each case is registered with its query, so that any other one has no answer.
func TestListOptionsSendExactlyTheirQueryAndQuerySaysIt(t *testing.T) {
	t.Parallel()
	for option, cases := range queries {
		for _, tc := range cases {
			for name, list := range listers {
				mock := testkit.NewMock(t)
				mock.RegisterResponderWithQuery(http.MethodGet, listURL, tc.query, httpmock.NewStringResponder(http.StatusOK, emptyPage))
				if err := list(t.Context(), ll230.DockingEvents(testkit.NewClient(t, mock)), tc.opts...); err != nil {
					t.Errorf("%s %s, %s: %v", name, option, tc.query, err)
				}
				if n := mock.GetTotalCallCount(); n != 1 {
					t.Errorf("%s %s, %s: %d requests, want 1", name, option, tc.query, n)
				}
			}
			query, err := ll230.Query(tc.opts...)
			want, _ := encoded(tc.query)
			if err != nil || query.Encode() != want {
				t.Errorf("Query of %s is %s, %v, want %s", option, query.Encode(), err, want)
			}
		}
	}
}

// encoded encodes a query of the cases as net/url does.
func encoded(query string) (string, error) {
	req, err := http.NewRequest(http.MethodGet, listURL+"?"+query, nil)
	if err != nil {
		return "", err
	}
	return req.URL.Query().Encode(), nil
}

// refusals holds options that no request can be made of, and what the error says.
var refusals = map[string]struct {
	opts options
	says []string
}{
	"station 0":                {options{ll230.ForStation(0)}, []string{"ForStation", "0", "ids are 1 and more"}},
	"vehicle negative":         {options{ll230.ForFlightVehicle(-4)}, []string{"ForFlightVehicle", "-4", "ids are 1 and more"}},
	"location 0":               {options{ll230.ForDockingLocation(0)}, []string{"ForDockingLocation", "ids are 1 and more"}},
	"bad, then good":           {options{ll230.ForStation(0), ll230.ForStation(4)}, []string{"ForStation", "0"}},
	"after zero":               {options{ll230.DockedAfter(time.Time{})}, []string{"DockedAfter", "zero", "leave the option out"}},
	"since zero":               {options{ll230.DockedSince(time.Time{})}, []string{"DockedSince", "zero"}},
	"before zero":              {options{ll230.DockedBefore(time.Time{}.In(cest))}, []string{"DockedBefore", "zero"}},
	"until zero":               {options{ll230.DockedUntil(time.Time{})}, []string{"DockedUntil", "zero"}},
	"year 10000":               {options{ll230.DockedAfter(noon.AddDate(8000, 0, 0))}, []string{"DockedAfter", "1 to 9999"}},
	"rounded to 10000":         {options{ll230.DockedSince(time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC))}, []string{"DockedSince", "1 to 9999"}},
	"before Christ":            {options{ll230.DockedBefore(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))}, []string{"DockedBefore", "1 to 9999"}},
	"search nothing":           {options{ll230.Search(" \t\u00a0")}, []string{"Search", "empty", "leave the option out"}},
	"search NUL":               {options{ll230.Search("a\x00b")}, []string{"Search", "NUL"}},
	"search not UTF-8":         {options{ll230.Search("a\xffb")}, []string{"Search", "UTF-8"}},
	"order by id":              {options{ll230.OrderBy("id")}, []string{"OrderBy", `"id"`, "ByDocking or ByDeparture"}},
	"order empty":              {options{ll230.OrderBy("")}, []string{"OrderBy", "ByDocking or ByDeparture"}},
	"order --docking":          {options{ll230.OrderBy("--docking")}, []string{"OrderBy", "ByDocking or ByDeparture"}},
	"order list":               {options{ll230.OrderBy("docking,departure")}, []string{"OrderBy", "ByDocking or ByDeparture"}},
	"order both ways":          {options{ll230.OrderBy(ll230.ByDocking, ll230.ByDocking.Desc())}, []string{`"docking"`, "twice"}},
	"mode list":                {options{ll230.InMode("list")}, []string{"InMode", `"list"`, "ModeNormal or ModeDetailed"}},
	"mode empty":               {options{ll230.InMode("")}, []string{"InMode", "ModeNormal or ModeDetailed"}},
	"page size 101":            {options{ll2.PageSize(101)}, []string{"PageSize", "101", "1 to 100"}},
	"offset -1":                {options{ll2.Offset(-1)}, []string{"Offset", "-1"}},
	"parallel 0":               {options{ll2.Parallel(0)}, []string{"Parallel", "0"}},
	"on page nil":              {options{ll2.OnPage(nil)}, []string{"OnPage", "nil"}},
	"a stranger's option":      {options{stranger{}}, []string{"ll230_test.stranger", "no option of ll230"}},
	"link empty":               {options{ll2.StartAt("")}, []string{"StartAt", "empty"}},
	"link of 2.2.0's station":  {options{ll2.StartAt(mirror + "?space_station__id=4")}, []string{"StartAt", `"space_station__id"`, "ignore"}},
	"link of 2.2.0's vehicle":  {options{ll2.StartAt(mirror + "?flight_vehicle__id=4")}, []string{"StartAt", `"flight_vehicle__id"`, "ignore"}},
	"link with docked":         {options{ll2.StartAt(mirror + "?docked=true")}, []string{"StartAt", `"docked"`, "ignore"}},
	"link with limit 500":      {options{ll2.StartAt(mirror + "?limit=500")}, []string{"StartAt", "limit", "1 to 100"}},
	"link with offset x":       {options{ll2.StartAt(mirror + "?offset=x")}, []string{"StartAt", "offset", "0 or more"}},
	"link with station 0":      {options{ll2.StartAt(mirror + "?space_station_target__id=0")}, []string{"StartAt", "space_station_target__id", "1 or more"}},
	"link with vehicle x":      {options{ll2.StartAt(mirror + "?flight_vehicle_chaser__id=x")}, []string{"StartAt", "flight_vehicle_chaser__id", "1 or more"}},
	"link with location empty": {options{ll2.StartAt(mirror + "?docking_location__id=")}, []string{"StartAt", "docking_location__id", "1 or more"}},
	"link with day for time":   {options{ll2.StartAt(mirror + "?docking__gt=2024-01-31")}, []string{"StartAt", "docking__gt", "2024-01-31T12:00:00Z"}},
	"link with times":          {options{ll2.StartAt(mirror + "?docking__gte=&docking__lt=x&docking__lte=y")}, []string{"StartAt", "docking__gte"}},
	"link with mode list":      {options{ll2.StartAt(mirror + "?mode=list")}, []string{"StartAt", "mode", "normal, detailed"}},
	"link in order of id":      {options{ll2.StartAt(mirror + "?ordering=id")}, []string{"StartAt", "ordering", "docking and departure"}},
	"link with id descending":  {options{ll2.StartAt(mirror + "?ordering=docking,-id")}, []string{"StartAt", "ordering", "docking and departure"}},
	"link in order of name":    {options{ll2.StartAt(mirror + "?ordering=docking,name")}, []string{"StartAt", "ordering", "docking and departure"}},
	"other station than link":  {options{ll2.StartAt(link), ll230.ForStation(5)}, []string{"StartAt", "space_station_target__id", `"5"`, `"4"`}},
	"normal beside detailed":   {options{ll2.StartAt(link), ll230.InMode(ll230.ModeNormal)}, []string{"StartAt", "mode"}},
	"other order than link":    {options{ll230.OrderBy(), ll2.StartAt(link)}, []string{"StartAt", "ordering"}},
}

type stranger struct{}

func (stranger) ListOption() {}

func TestBadOptionsAreErrorsBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for name, tc := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := ll230.DockingEvents(testkit.NewClient(t, testkit.SendsNothing(t)))
			for lister, list := range listers {
				err := list(t.Context(), service, tc.opts...)
				testkit.WantError(t, err, tc.says...)
				wantPageErrorOf(t, lister, err)
			}
			query, err := ll230.Query(tc.opts...)
			testkit.WantError(t, err, tc.says...)
			if query != nil {
				t.Errorf("Query returned %v beside the error", query)
			}
		})
	}
}

// wantPageErrorOf checks that a walk ends with a PageError that names no request,
// since there was none, and that List does not.
func wantPageErrorOf(t *testing.T, lister string, err error) {
	t.Helper()
	var page *ll2.PageError
	if isPage := errors.As(err, &page); isPage != (lister != "List") || isPage && page.URL != "" {
		t.Errorf("%s returned %T %+v", lister, err, err)
	}
}

func TestLinksToOtherListsAreForeign(t *testing.T) {
	t.Parallel()
	service := ll230.DockingEvents(testkit.NewClient(t, testkit.SendsNothing(t)))
	for _, link := range []string{
		"https://ll.thespacedevs.com/2.2.0/docking_event/?limit=10&offset=10", "https://ll.thespacedevs.com/2.3.0/docking_events/573/",
		"?limit=10", "https://ll.thespacedevs.com/2.3.0/launches/", "\x00",
	} {
		for lister, list := range listers {
			err := list(t.Context(), service, ll2.StartAt(link))
			if testkit.WantError(t, err, "StartAt"); !errors.Is(err, ll2.ErrForeignLink) {
				t.Errorf("%s %q: %v", lister, link, err)
			}
		}
	}
}

// A walk reads one list of one version at one address, whichever server sends the link.
func TestNextLinksAreFollowedWhereTheyGoOnAndNowhereElse(t *testing.T) {
	t.Parallel()
	const first = `{"count":2,"previous":null,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"}],"next":"`
	const last = `{"count":2,"previous":null,"results":[{"id":2,"docking":"2024-01-31T12:00:00Z"}],"next":null}`
	for next, want := range map[string]error{
		"http://elsewhere.example/2.3.0/docking_events/?limit=1&offset=1&space_station_target__id=4":                  nil,
		"/docking_events/?limit=1&offset=1&space_station_target__id=4&mode=normal&ordering=docking":                   nil,
		"https://ll.thespacedevs.com/2.2.0/docking_event/?limit=1&offset=1&space_station__id=4":                       ll2.ErrForeignLink,
		"https://ll.thespacedevs.com/2.3.0/docking_events/?limit=1&offset=1&space_station__id=4":                      ll2.ErrForeignLink,
		"https://ll.thespacedevs.com/2.3.0/docking_events/?limit=1&offset=1&space_station_target__id=5":               ll2.ErrForeignLink,
		"https://ll.thespacedevs.com/2.3.0/docking_events/?limit=1&offset=1&space_station_target__id=4&mode=detailed": ll2.ErrForeignLink,
		"https://ll.thespacedevs.com/2.3.0/docking_events/2/":                                                         ll2.ErrForeignLink,
		"https://ll.thespacedevs.com/2.3.0/docking_events/?limit=1&space_station_target__id=4&ordering=docking,id":    ll2.ErrLinkLoop,
	} {
		for _, ahead := range []int{1, 3} {
			script := testkit.NewScript(testkit.Status(http.StatusOK, first+next+`"}`), testkit.Status(http.StatusOK, last))
			service := ll230.DockingEvents(testkit.NewClient(t, script))
			events, err := ll2.Collect(service.All(t.Context(), ll230.ForStation(4), ll2.PageSize(1), ll2.Parallel(ahead)))
			requests := 2
			if want != nil {
				requests = 1
			}
			if !errors.Is(err, want) || len(events) != requests || script.Sent() != requests {
				t.Errorf("%s, %d at once: %d events by %d requests, %v", next, ahead, len(events), script.Sent(), err)
			}
			for _, req := range script.Requests {
				if !strings.HasPrefix(req.URL.String(), listURL+"?") {
					t.Errorf("%s: asked %s", next, req.URL)
				}
			}
		}
	}
}

// A new filter must be added here as well.
func TestEveryOptionHasItsQueries(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") }) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			if result, ok := f.Type.Results.List[0].Type.(*ast.Ident); ok && result.Name == "ListOption" {
				if found++; queries[f.Name.Name] == nil {
					t.Errorf("%s returns a ListOption and has no case", f.Name.Name)
				}
			}
		}
	}
	if want := len(queries) - 1; found != want {
		t.Errorf("%d options have cases, and there are %d", want, found)
	}
}

func TestAServiceThatIsNoneSaysSo(t *testing.T) {
	t.Parallel()
	var none context.Context
	client := testkit.NewClient(t, testkit.SendsNothing(t))
	for says, service := range map[string]*ll230.DockingEventsService{
		"was not made by ll230.DockingEvents": nil,
		"not made by ll230.DockingEvents":     {},
		"this client was not made by New":     ll230.DockingEvents(nil),
		"not made by New":                     ll230.DockingEvents(&ll2.Client{}),
	} {
		for lister, list := range listers {
			err := list(t.Context(), service)
			testkit.WantError(t, err, says)
			wantPageErrorOf(t, lister, err)
		}
		_, err := service.Get(t.Context(), 1)
		testkit.WantError(t, err, says)
	}
	for lister, list := range listers {
		err := list(none, ll230.DockingEvents(client))
		testkit.WantError(t, err, "nil context")
		wantPageErrorOf(t, lister, err)
	}
	for _, id := range []int{0, -1} {
		_, err := ll230.DockingEvents(client).Get(t.Context(), id)
		testkit.WantError(t, err, "Get", "ids are 1 and more")
	}
}
