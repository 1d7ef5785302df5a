package query_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

type listOptionCase struct {
	name  string
	opts  []ll2.ListOption
	query string
}

var (
	noon = time.Date(2024, 1, 31, 12, 0, 0, 0, time.UTC)
	cest = time.FixedZone("CEST", 2*60*60)
)

// listOptionCases holds, for each function that returns a ListOption, the whole
// query that it makes.
var listOptionCases = map[string][]listOptionCase{
	"ForSpaceStation": {
		{"id", []ll2.ListOption{ll2.ForSpaceStation(4)}, "limit=100&ordering=docking,id&space_station__id=4"},
		{"later wins", []ll2.ListOption{ll2.ForSpaceStation(4), ll2.ForSpaceStation(18)}, "limit=100&ordering=docking,id&space_station__id=18"},
		{"largest", []ll2.ListOption{ll2.ForSpaceStation(math.MaxInt32)}, "limit=100&ordering=docking,id&space_station__id=2147483647"},
	},
	"ForFlightVehicle": {
		{"id", []ll2.ListOption{ll2.ForFlightVehicle(325)}, "flight_vehicle__id=325&limit=100&ordering=docking,id"},
		{"later wins", []ll2.ListOption{ll2.ForFlightVehicle(1), ll2.ForFlightVehicle(2)}, "flight_vehicle__id=2&limit=100&ordering=docking,id"},
	},
	"ForDockingLocation": {
		{"id", []ll2.ListOption{ll2.ForDockingLocation(9)}, "docking_location__id=9&limit=100&ordering=docking,id"},
		{"later wins", []ll2.ListOption{ll2.ForDockingLocation(9), ll2.ForDockingLocation(1)}, "docking_location__id=1&limit=100&ordering=docking,id"},
		{"all filters together", []ll2.ListOption{
			ll2.ForDockingLocation(9), ll2.ForFlightVehicle(325), ll2.ForSpaceStation(4), ll2.Search("x"),
			ll2.DockedAfter(noon), ll2.DockedSince(noon), ll2.DockedBefore(noon), ll2.DockedUntil(noon),
		}, "docking__gt=2024-01-31T12:00:00Z&docking__gte=2024-01-31T12:00:00Z&docking__lt=2024-01-31T12:00:00Z" +
			"&docking__lte=2024-01-31T12:00:00Z&docking_location__id=9&flight_vehicle__id=325&limit=100" +
			"&ordering=docking,id&search=x&space_station__id=4"},
	},
	// Finer than a microsecond, the service cuts off. A bound between two
	// microseconds is sent as the one that lets the same dockings in.
	"DockedAfter": {
		{"UTC", []ll2.ListOption{ll2.DockedAfter(noon)}, "docking__gt=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"zone", []ll2.ListOption{ll2.DockedAfter(noon.In(cest))}, "docking__gt=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"fraction", []ll2.ListOption{ll2.DockedAfter(noon.Add(1500 * time.Microsecond))}, "docking__gt=2024-01-31T12:00:00.0015Z&limit=100&ordering=docking,id"},
		{"down", []ll2.ListOption{ll2.DockedAfter(noon.Add(999))}, "docking__gt=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
	},
	"DockedSince": {
		{"UTC", []ll2.ListOption{ll2.DockedSince(noon)}, "docking__gte=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"zone", []ll2.ListOption{ll2.DockedSince(noon.In(cest))}, "docking__gte=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"up", []ll2.ListOption{ll2.DockedSince(noon.Add(1))}, "docking__gte=2024-01-31T12:00:00.000001Z&limit=100&ordering=docking,id"},
		{"up into the next day", []ll2.ListOption{ll2.DockedSince(noon.Add(12*time.Hour - 1))}, "docking__gte=2024-02-01T00:00:00Z&limit=100&ordering=docking,id"},
		{"whole microsecond", []ll2.ListOption{ll2.DockedSince(noon.Add(time.Microsecond))}, "docking__gte=2024-01-31T12:00:00.000001Z&limit=100&ordering=docking,id"},
		{"first year", []ll2.ListOption{ll2.DockedSince(time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC))}, "docking__gte=0001-01-01T00:00:01Z&limit=100&ordering=docking,id"},
	},
	"DockedBefore": {
		{"UTC", []ll2.ListOption{ll2.DockedBefore(noon)}, "docking__lt=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"zone", []ll2.ListOption{ll2.DockedBefore(noon.In(cest))}, "docking__lt=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"up", []ll2.ListOption{ll2.DockedBefore(noon.Add(1))}, "docking__lt=2024-01-31T12:00:00.000001Z&limit=100&ordering=docking,id"},
		{"before the epoch", []ll2.ListOption{ll2.DockedBefore(time.Unix(-1, 999_999_001))}, "docking__lt=1970-01-01T00:00:00Z&limit=100&ordering=docking,id"},
	},
	"DockedUntil": {
		{"UTC", []ll2.ListOption{ll2.DockedUntil(noon)}, "docking__lte=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"zone", []ll2.ListOption{ll2.DockedUntil(noon.In(cest))}, "docking__lte=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"down", []ll2.ListOption{ll2.DockedUntil(noon.Add(999))}, "docking__lte=2024-01-31T12:00:00Z&limit=100&ordering=docking,id"},
		{"last year", []ll2.ListOption{ll2.DockedUntil(time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC))}, "docking__lte=9999-12-31T23:59:59.999999Z&limit=100&ordering=docking,id"},
	},
	"Search": {
		{"word", []ll2.ListOption{ll2.Search("Dragon")}, "limit=100&ordering=docking,id&search=Dragon"},
		{"escaped", []ll2.ListOption{ll2.Search("a&b=c+d #é")}, "limit=100&ordering=docking,id&search=a%26b%3Dc%2Bd+%23%C3%A9"},
	},
	"OrderBy": {
		{"docking", []ll2.ListOption{ll2.OrderBy(ll2.ByDocking)}, "limit=100&ordering=docking,id"},
		{"descending", []ll2.ListOption{ll2.OrderBy(ll2.ByDocking.Desc())}, "limit=100&ordering=-docking,id"},
		{"departure", []ll2.ListOption{ll2.OrderBy(ll2.ByDeparture.Desc())}, "limit=100&ordering=-departure,docking,id"},
		{"two keys", []ll2.ListOption{ll2.OrderBy(ll2.ByDeparture, ll2.ByDocking.Desc())}, "limit=100&ordering=departure,-docking,id"},
		{"id alone", []ll2.ListOption{ll2.OrderBy(ll2.ByID)}, "limit=100&ordering=id,docking"},
		{"id descending", []ll2.ListOption{ll2.OrderBy(ll2.ByDocking, ll2.ByID.Desc())}, "limit=100&ordering=docking,-id"},
		{"id first", []ll2.ListOption{ll2.OrderBy(ll2.ByID.Desc(), ll2.ByDocking)}, "limit=100&ordering=-id,docking"},
		{"Desc twice", []ll2.ListOption{ll2.OrderBy(ll2.ByID.Desc().Desc())}, "limit=100&ordering=-id,docking"},
		{"default restored", []ll2.ListOption{ll2.OrderBy(ll2.ByID), ll2.OrderBy()}, "limit=100&ordering=docking,id"},
	},
	"InMode": {
		{"detailed", []ll2.ListOption{ll2.InMode(ll2.ModeDetailed)}, "limit=100&mode=detailed&ordering=docking,id"},
		{"normal", []ll2.ListOption{ll2.InMode(ll2.ModeNormal)}, "limit=100&ordering=docking,id"},
		{"normal wins", []ll2.ListOption{ll2.InMode(ll2.ModeDetailed), ll2.InMode(ll2.ModeNormal)}, "limit=100&ordering=docking,id"},
	},
	"PageSize": {
		{"least", []ll2.ListOption{ll2.PageSize(1)}, "limit=1&ordering=docking,id"},
		{"most", []ll2.ListOption{ll2.PageSize(ll2.MaxPageSize)}, "limit=100&ordering=docking,id"},
		{"later wins", []ll2.ListOption{ll2.PageSize(1), ll2.PageSize(7)}, "limit=7&ordering=docking,id"},
	},
	"Offset": {
		{"some", []ll2.ListOption{ll2.Offset(30)}, "limit=100&offset=30&ordering=docking,id"},
		{"none", []ll2.ListOption{ll2.Offset(0)}, "limit=100&ordering=docking,id"},
		{"later wins", []ll2.ListOption{ll2.Offset(30), ll2.Offset(0)}, "limit=100&ordering=docking,id"},
	},
	// How many pages are in flight is no business of the service's.
	"OnPage": {
		{"is not sent", []ll2.ListOption{ll2.OnPage(func(ll2.PageInfo) {})}, "limit=100&ordering=docking,id"},
	},
	"Parallel": {
		{"one", []ll2.ListOption{ll2.Parallel(1)}, "limit=100&ordering=docking,id"},
		{"several", []ll2.ListOption{ll2.Parallel(8), ll2.PageSize(7)}, "limit=7&ordering=docking,id"},
		{"beside StartAt", []ll2.ListOption{ll2.StartAt(fullLink), ll2.Parallel(8)}, fullQuery},
	},
	"StartAt": startAtCases,
}

const (
	// Another host and another prefix: neither counts.
	mirrorLink = "http://mirror.example/ll2/docking_event/"
	fullLink   = mirrorLink + "?docking__gte=2024-01-31T12%3A00%3A00Z&limit=7&mode=detailed&offset=14&ordering=-docking,id&search=x&space_station__id=4"
	fullQuery  = "docking__gte=2024-01-31T12:00:00Z&limit=7&mode=detailed&offset=14&ordering=-docking,id&search=x&space_station__id=4"
)

var startAtCases = []listOptionCase{
	{"as it stands", []ll2.ListOption{ll2.StartAt(fullLink)}, fullQuery},
	{"relative", []ll2.ListOption{ll2.StartAt("/docking_event/?limit=7&offset=14&ordering=id")}, "limit=7&offset=14&ordering=id,docking"},
	{"format dropped", []ll2.ListOption{ll2.StartAt(mirrorLink + "?format=api&limit=7&ordering=id")}, "limit=7&ordering=id,docking"},
	{"limit and order added", []ll2.ListOption{ll2.StartAt(mirrorLink + "?offset=14")}, "limit=100&offset=14&ordering=docking,id"},
	{"no query", []ll2.ListOption{ll2.StartAt(mirrorLink)}, "limit=100&ordering=docking,id"},
	{"limit and order of the options added", []ll2.ListOption{
		ll2.PageSize(7), ll2.OrderBy(ll2.ByDeparture), ll2.StartAt(mirrorLink + "?offset=14"),
	}, "limit=7&offset=14&ordering=departure,docking,id"},
	{"order made total", []ll2.ListOption{ll2.StartAt(mirrorLink + "?limit=7&ordering=-departure")}, "limit=7&ordering=-departure,docking,id"},
	{"order made total says what OrderBy says", []ll2.ListOption{
		ll2.OrderBy(ll2.ByDeparture.Desc()), ll2.StartAt(mirrorLink + "?limit=7&ordering=-departure"),
	}, "limit=7&ordering=-departure,docking,id"},
	{"options that say the same", []ll2.ListOption{
		ll2.StartAt(fullLink), ll2.DockedSince(noon.In(cest)), ll2.PageSize(7), ll2.InMode(ll2.ModeDetailed),
		ll2.OrderBy(ll2.ByDocking.Desc()), ll2.Search("x"), ll2.ForSpaceStation(4),
	}, fullQuery},
	{"the same instant written otherwise", []ll2.ListOption{
		ll2.StartAt(mirrorLink + "?docking__lt=2024-01-31T12:00:00.000000Z"), ll2.DockedBefore(noon),
	}, "docking__lt=2024-01-31T12:00:00.000000Z&limit=100&ordering=docking,id"},
	{"Offset gives way", []ll2.ListOption{ll2.StartAt(mirrorLink + "?offset=14"), ll2.Offset(3)}, "limit=100&offset=14&ordering=docking,id"},
	{"Offset gives way to a link without one", []ll2.ListOption{ll2.Offset(3), ll2.StartAt(mirrorLink)}, "limit=100&ordering=docking,id"},
	{"normal mode", []ll2.ListOption{ll2.StartAt(mirrorLink + "?limit=7"), ll2.InMode(ll2.ModeNormal)}, "limit=7&ordering=docking,id"},
	{"later wins", []ll2.ListOption{ll2.StartAt(mirrorLink + "?offset=1"), ll2.StartAt(mirrorLink + "?offset=2")}, "limit=100&offset=2&ordering=docking,id"},
	{"an overridden option cannot contradict", []ll2.ListOption{
		ll2.ForSpaceStation(5), ll2.ForSpaceStation(4), ll2.StartAt(fullLink),
	}, fullQuery},
}

// Each case is registered with its query, so that any other one has no answer.
func TestListOptionSendsExactQuery(t *testing.T) {
	t.Parallel()
	for option, cases := range listOptionCases {
		for _, tc := range cases {
			t.Run(option+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				for name, list := range testkit.Listers {
					mock := testkit.NewMock(t)
					mock.RegisterResponderWithQuery(http.MethodGet, testkit.ListURL, tc.query,
						httpmock.NewStringResponder(http.StatusOK, testkit.EmptyPage))
					if err := list(t.Context(), testkit.NewClient(t, mock), tc.opts...); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if n := mock.GetTotalCallCount(); n != 1 {
						t.Errorf("%s sent %d requests, want 1", name, n)
					}
				}
			})
		}
	}
}

func TestListDefaultsToFullPagesInTotalOrder(t *testing.T) {
	t.Parallel()
	for name, list := range testkit.Listers {
		for _, opts := range [][]ll2.ListOption{nil, {}, {nil}, {nil, nil}} {
			mock := testkit.NewMock(t)
			mock.RegisterResponderWithQuery(http.MethodGet, testkit.ListURL, "limit=100&ordering=docking,id",
				httpmock.NewStringResponder(http.StatusOK, testkit.EmptyPage))
			if err := list(t.Context(), testkit.NewClient(t, mock), opts...); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestNilListOptionIsSkipped(t *testing.T) {
	t.Parallel()
	mock := testkit.NewMock(t)
	mock.RegisterResponderWithQuery(http.MethodGet, testkit.ListURL, "limit=7&ordering=docking,id&space_station__id=4",
		httpmock.NewStringResponder(http.StatusOK, testkit.EmptyPage))
	if err := testkit.ListOnce(t, testkit.NewClient(t, mock), nil, ll2.ForSpaceStation(4), nil, ll2.PageSize(7)); err != nil {
		t.Error(err)
	}
}

// An option can be kept and used by many calls at a time.
func TestListOptionIsReusable(t *testing.T) {
	t.Parallel()
	opts := []ll2.ListOption{ll2.StartAt(mirrorLink + "?offset=14"), ll2.OrderBy(ll2.ByID)}
	mock := testkit.NewMock(t)
	mock.RegisterResponderWithQuery(http.MethodGet, testkit.ListURL, "limit=100&offset=14&ordering=id,docking",
		httpmock.NewStringResponder(http.StatusOK, testkit.EmptyPage))
	client := testkit.NewClient(t, mock)
	errs := make(chan error)
	for range 8 {
		go func() { errs <- testkit.ListOnce(t, client, opts...) }()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestEveryListOptionHasItsCase(t *testing.T) {
	t.Parallel()
	options := listOptionFuncs(t)
	if len(options) == 0 {
		t.Fatal("no function returns a ListOption: the search is broken")
	}
	for name := range options {
		if len(listOptionCases[name]) == 0 {
			t.Errorf("%s returns a ListOption and has no case in listOptionCases", name)
		}
	}
	for name := range listOptionCases {
		if !options[name] {
			t.Errorf("listOptionCases has %s, which is no function that returns a ListOption", name)
		}
	}
}

// listOptionFuncs type-checks the package and returns the exported functions
// and methods with a ListOption among their results. Imports are left
// unresolved, which leaves the package's own types as they are.
func listOptionFuncs(t *testing.T) map[string]bool {
	t.Helper()
	fset, root := token.NewFileSet(), os.DirFS("../..")
	var files []*ast.File
	names, err := fs.Glob(root, "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	config := types.Config{
		Importer:         noImports{},
		Error:            func(error) {}, // of the imports
		IgnoreFuncBodies: true,
	}
	pkg, _ := config.Check("ll2", fset, files, nil)
	want := pkg.Scope().Lookup("ListOption").Type().Underlying().(*types.Interface)
	found := make(map[string]bool)
	note := func(f *types.Func) {
		for result := range f.Signature().Results().Variables() {
			if f.Exported() && types.Implements(result.Type(), want) {
				found[f.Name()] = true
			}
		}
	}
	for _, name := range pkg.Scope().Names() {
		switch obj := pkg.Scope().Lookup(name).(type) {
		case *types.Func:
			note(obj)
		case *types.TypeName:
			if named, ok := obj.Type().(*types.Named); ok {
				for method := range named.Methods() {
					note(method)
				}
			}
		}
	}
	return found
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not resolved") }

func TestAnOffsetOfOneIsSent(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(200, testkit.EmptyPage))
	if err := testkit.ListOnce(t, testkit.NewClient(t, transport), ll2.Offset(1)); err != nil {
		t.Fatal(err)
	}
	if got := transport.Requests[0].URL.Query().Get("offset"); got != "1" {
		t.Errorf("the offset is %q, want 1", got)
	}
}
