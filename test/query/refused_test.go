package query_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// badListOptions holds options that no request can be made of, and what the
// error has to say: the option, and what to write instead.
var badListOptions = map[string]struct {
	opts []ll2.ListOption
	says []string
}{
	"station 0":         {[]ll2.ListOption{ll2.ForSpaceStation(0)}, []string{"ForSpaceStation", "0", "ids are 1 and more"}},
	"station negative":  {[]ll2.ListOption{ll2.ForSpaceStation(-4)}, []string{"ForSpaceStation", "-4", "ids are 1 and more"}},
	"vehicle 0":         {[]ll2.ListOption{ll2.ForFlightVehicle(0)}, []string{"ForFlightVehicle", "ids are 1 and more"}},
	"location 0":        {[]ll2.ListOption{ll2.ForDockingLocation(0)}, []string{"ForDockingLocation", "ids are 1 and more"}},
	"bad, then good":    {[]ll2.ListOption{ll2.ForSpaceStation(0), ll2.ForSpaceStation(4)}, []string{"ForSpaceStation", "0"}},
	"after zero":        {[]ll2.ListOption{ll2.DockedAfter(time.Time{})}, []string{"DockedAfter", "zero", "leave the option out"}},
	"since zero":        {[]ll2.ListOption{ll2.DockedSince(time.Time{})}, []string{"DockedSince", "zero", "leave the option out"}},
	"before zero":       {[]ll2.ListOption{ll2.DockedBefore(time.Time{})}, []string{"DockedBefore", "zero", "leave the option out"}},
	"until zero":        {[]ll2.ListOption{ll2.DockedUntil(time.Time{}.In(cest))}, []string{"DockedUntil", "zero", "leave the option out"}},
	"year 10000":        {[]ll2.ListOption{ll2.DockedAfter(noon.AddDate(8000, 0, 0))}, []string{"DockedAfter", "1 to 9999"}},
	"rounded to 10000":  {[]ll2.ListOption{ll2.DockedSince(time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC))}, []string{"DockedSince", "1 to 9999"}},
	"year 10000 in UTC": {[]ll2.ListOption{ll2.DockedUntil(time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -2*60*60)))}, []string{"DockedUntil", "1 to 9999"}},
	"before Christ":     {[]ll2.ListOption{ll2.DockedBefore(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))}, []string{"DockedBefore", "1 to 9999"}},
	"search nothing":    {[]ll2.ListOption{ll2.Search("")}, []string{"Search", "empty", "leave the option out"}},
	"search blank":      {[]ll2.ListOption{ll2.Search(" \t\u00a0")}, []string{"Search", "leave the option out"}},
	"search NUL":        {[]ll2.ListOption{ll2.Search("a\x00b")}, []string{"Search", "NUL"}},
	"search not UTF-8":  {[]ll2.ListOption{ll2.Search("a\xffb")}, []string{"Search", "UTF-8"}},
	"order unknown":     {[]ll2.ListOption{ll2.OrderBy("name")}, []string{"OrderBy", `"name"`, "ByID, ByDocking or ByDeparture"}},
	"order empty":       {[]ll2.ListOption{ll2.OrderBy("")}, []string{"OrderBy", "ByID, ByDocking or ByDeparture"}},
	"order -":           {[]ll2.ListOption{ll2.OrderBy("-")}, []string{"OrderBy", "ByID, ByDocking or ByDeparture"}},
	"order --id":        {[]ll2.ListOption{ll2.OrderBy("--id")}, []string{"OrderBy", "ByID, ByDocking or ByDeparture"}},
	"order list":        {[]ll2.ListOption{ll2.OrderBy("docking,id")}, []string{"OrderBy", "ByID, ByDocking or ByDeparture"}},
	"order twice":       {[]ll2.ListOption{ll2.OrderBy(ll2.ByDocking, ll2.ByDocking)}, []string{"OrderBy", `"docking"`, "twice"}},
	"order both ways":   {[]ll2.ListOption{ll2.OrderBy(ll2.ByID, ll2.ByID.Desc())}, []string{"OrderBy", `"id"`, "twice"}},
	"mode unknown":      {[]ll2.ListOption{ll2.InMode("list")}, []string{"InMode", `"list"`, "ModeNormal or ModeDetailed"}},
	"mode empty":        {[]ll2.ListOption{ll2.InMode("")}, []string{"InMode", "ModeNormal or ModeDetailed"}},
	"page size 0":       {[]ll2.ListOption{ll2.PageSize(0)}, []string{"PageSize", "0", "1 to 100"}},
	"page size 101":     {[]ll2.ListOption{ll2.PageSize(101)}, []string{"PageSize", "101", "1 to 100"}},
	"page size -1":      {[]ll2.ListOption{ll2.PageSize(-1)}, []string{"PageSize", "-1", "1 to 100"}},
	"parallel 0":        {[]ll2.ListOption{ll2.Parallel(0)}, []string{"Parallel", "0", "1 or more"}},
	"on page nil":       {[]ll2.ListOption{ll2.OnPage(nil)}, []string{"OnPage", "nil", "leave the option out"}},
	"parallel -1":       {[]ll2.ListOption{ll2.Parallel(-1)}, []string{"Parallel", "-1", "1 or more"}},
	"offset -1":         {[]ll2.ListOption{ll2.Offset(-1)}, []string{"Offset", "-1", "negative", "0"}},

	"link empty":                  {[]ll2.ListOption{ll2.StartAt("")}, []string{"StartAt", "empty", "leave the option out"}},
	"link bad beside good":        {[]ll2.ListOption{ll2.StartAt(""), ll2.StartAt(mirrorLink)}, []string{"StartAt", "empty"}},
	"link with unknown parameter": {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?station=4")}, []string{"StartAt", `"station"`}},
	"link with limit twice":       {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?limit=7&limit=8")}, []string{"StartAt", "limit", "more than once"}},
	"link with limit 0":           {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?limit=0")}, []string{"StartAt", "limit", `"0"`, "1 to 100"}},
	"link with limit 500":         {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?limit=500")}, []string{"StartAt", "limit", `"500"`, "1 to 100"}},
	"link with limit empty":       {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?limit=")}, []string{"StartAt", "limit", "1 to 100"}},
	"link with mode foo":          {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?mode=foo")}, []string{"StartAt", "mode", `"foo"`, "detailed"}},
	"link with offset -1":         {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?offset=-1")}, []string{"StartAt", "offset", `"-1"`, "0 or more"}},
	"link with offset x":          {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?offset=x")}, []string{"StartAt", "offset", `"x"`, "0 or more"}},
	"link with station 0":         {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?space_station__id=0")}, []string{"StartAt", "space_station__id", "1 or more"}},
	"link with vehicle x":         {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?flight_vehicle__id=x")}, []string{"StartAt", "flight_vehicle__id", "1 or more"}},
	"link with location empty":    {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?docking_location__id=")}, []string{"StartAt", "docking_location__id", "1 or more"}},
	"link with day for time":      {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?docking__gt=2024-01-31")}, []string{"StartAt", "docking__gt", "2024-01-31T12:00:00Z"}},
	"link with order unknown":     {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?ordering=name")}, []string{"StartAt", `"name"`}},
	"link with order twice":       {[]ll2.ListOption{ll2.StartAt(mirrorLink + "?ordering=id,-id")}, []string{"StartAt", `"id"`, "twice"}},
}

// foreignLinks do not lead to the docking events.
var foreignLinks = []string{
	"https://api.example/2.2.0/event/?limit=10",
	"https://api.example/2.2.0/docking_event?limit=10",
	"https://api.example/2.2.0/docking_event/5/",
	"https://api.example/2.2.0/space_docking_event/",
	"https://api.example/?next=/docking_event/",
	"?limit=10&offset=10",
	"https://api example/docking_event/",
	"https://api.example/docking_event/?a=%zz",
	"https://api.example/docking_event/?limit=7;offset=7",
	"\x00",
}

// contradictions are options that say other than fullLink does.
var contradictions = map[string]ll2.ListOption{
	"ForSpaceStation":    ll2.ForSpaceStation(5),
	"ForFlightVehicle":   ll2.ForFlightVehicle(1), // of which the link says nothing
	"ForDockingLocation": ll2.ForDockingLocation(1),
	"DockedAfter":        ll2.DockedAfter(noon),
	"DockedSince":        ll2.DockedSince(noon.Add(time.Second)),
	"DockedBefore":       ll2.DockedBefore(noon),
	"DockedUntil":        ll2.DockedUntil(noon),
	"Search":             ll2.Search("y"),
	"OrderBy":            ll2.OrderBy(ll2.ByDocking),
	"InMode":             ll2.InMode(ll2.ModeNormal),
	"PageSize":           ll2.PageSize(8),
}

func TestBadListOptionIsAnErrorBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for name, tc := range badListOptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuses(t, tc.opts, tc.says...)
		})
	}
}

func TestLinkToAnotherPathIsForeignBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for _, link := range foreignLinks {
		t.Run(link, func(t *testing.T) {
			t.Parallel()
			for _, err := range refuses(t, []ll2.ListOption{ll2.StartAt(link)}, "StartAt") {
				if !errors.Is(err, ll2.ErrForeignLink) {
					t.Errorf("%v is not ErrForeignLink", err)
				}
			}
		})
	}
}

func TestOptionThatContradictsTheLinkIsAnErrorNamingBoth(t *testing.T) {
	t.Parallel()
	for name, opt := range contradictions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuses(t, []ll2.ListOption{opt, ll2.StartAt(fullLink)}, name, "StartAt")
			refuses(t, []ll2.ListOption{ll2.StartAt(fullLink), opt}, name, "StartAt")
		})
	}
}

// Every option but Offset, which gives way, can contradict a link.
func TestEveryListOptionHasItsContradiction(t *testing.T) {
	t.Parallel()
	for name := range listOptionFuncs(t) {
		if _, ok := contradictions[name]; !ok && name != "Offset" && name != "StartAt" && name != "Parallel" && name != "OnPage" {
			t.Errorf("%s has no case in contradictions", name)
		}
	}
}

func TestNilContextIsAnErrorBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	client := testkit.NewClient(t, testkit.SendsNothing(t))
	var none context.Context
	for name, list := range testkit.Listers {
		err := list(none, client)
		testkit.WantError(t, err, "nil context", "context.Background()")
		wantOptionError(t, name, err)
	}
	_, err := client.DockingEvents.Get(none, 1)
	testkit.WantError(t, err, "nil context", "context.Background()")
	_, err = client.Throttle(none)
	testkit.WantError(t, err, "nil context", "context.Background()")
}

// refuses checks that no way to ask for a list sends anything with the options,
// and returns the errors.
func refuses(t *testing.T, opts []ll2.ListOption, says ...string) []error {
	t.Helper()
	client := testkit.NewClient(t, testkit.SendsNothing(t))
	var errs []error
	for name, list := range testkit.Listers {
		err := list(t.Context(), client, opts...)
		testkit.WantError(t, err, says...)
		wantOptionError(t, name, err)
		errs = append(errs, err)
	}
	return errs
}

// wantOptionError checks that a walk ends with a PageError that names no
// request, since there was none, and that List does not.
func wantOptionError(t *testing.T, lister string, err error) {
	t.Helper()
	var page *ll2.PageError
	switch isPage := errors.As(err, &page); {
	case lister == "List" && isPage:
		t.Errorf("List returned a *PageError: %v", err)
	case lister != "List" && !isPage:
		t.Errorf("%s returned %T, want a *PageError", lister, err)
	case isPage && page.URL != "":
		t.Errorf("%s returned a *PageError with URL %q, want none", lister, page.URL)
	}
}
