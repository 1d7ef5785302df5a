package resource_test

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// calls are all calls of a resource; each returns its first error.
func calls[T any, ID int | string](r *ll2.Resource[T, ID], id ID) map[string]func(context.Context, url.Values, ...ll2.WalkOption) error {
	return map[string]func(context.Context, url.Values, ...ll2.WalkOption) error{
		"List": func(ctx context.Context, filters url.Values, opts ...ll2.WalkOption) error {
			page, err := r.List(ctx, filters, opts...)
			if page != nil && err != nil {
				return fmt.Errorf("a page beside the error %w", err)
			}
			return err
		},
		"Pages": func(ctx context.Context, filters url.Values, opts ...ll2.WalkOption) error {
			_, err := ll2.Collect(r.Pages(ctx, filters, opts...))
			return err
		},
		"All": func(ctx context.Context, filters url.Values, opts ...ll2.WalkOption) error {
			_, err := ll2.Collect(r.All(ctx, filters, opts...))
			return err
		},
		"Query": func(_ context.Context, filters url.Values, opts ...ll2.WalkOption) error {
			query, err := r.Query(filters, opts...)
			if query != nil && err != nil {
				return fmt.Errorf("a query beside the error %w", err)
			}
			return err
		},
		"Get": func(ctx context.Context, _ url.Values, _ ...ll2.WalkOption) error {
			row, err := r.Get(ctx, id)
			if row != nil && err != nil {
				return fmt.Errorf("a row beside the error %w", err)
			}
			return err
		},
	}
}

// silent is a client that fails the test for any request.
func silent(t *testing.T) *ll2.Client {
	t.Helper()
	return testkit.NewClient(t, testkit.SendsNothing(t))
}

func TestAResourceThatIsNotRightIsAnErrorOfEachCall(t *testing.T) {
	t.Parallel()
	bad := func(path string) *ll2.Resource[astronaut, int] {
		return ll2.NewResource(silent(t), path, astronautID)
	}
	for name, tc := range map[string]struct {
		resource *ll2.Resource[astronaut, int]
		says     []string
	}{
		"nil client":       {ll2.NewResource(nil, astronautPath, astronautID), []string{"client", "New"}},
		"zero client":      {ll2.NewResource(new(ll2.Client), astronautPath, astronautID), []string{"client", "New"}},
		"nil resource":     {nil, []string{"NewResource"}},
		"zero resource":    {new(ll2.Resource[astronaut, int]), []string{"NewResource"}},
		"nil func":         {ll2.NewResource[astronaut, int](silent(t), astronautPath, nil), []string{"func", "nil"}},
		"no path":          {bad(""), []string{`""`, "2.2.0/astronaut/"}},
		"a slash":          {bad("/"), []string{`"/"`, "2.2.0/astronaut/"}},
		"only slashes":     {bad("//"), []string{"2.2.0/astronaut/"}},
		"only a version":   {bad("2.2.0/"), []string{`"2.2.0/"`, "2.2.0/astronaut/"}},
		"with a query":     {bad("a?b"), []string{`"a?b"`, "2.2.0/astronaut/"}},
		"with a fragment":  {bad("a#b"), []string{`"a#b"`}},
		"up":               {bad("../x"), []string{`"../x"`}},
		"up in the middle": {bad("2.2.0/../x/"), []string{`"2.2.0/../x/"`}},
		"here":             {bad("./x"), []string{`"./x"`}},
		"an empty element": {bad("2.2.0//astronaut/"), []string{`"2.2.0//astronaut/"`}},
		"a URL":            {bad("http://x/"), []string{`"http://x/"`}},
		"escaped":          {bad("2.2.0%2fastronaut/"), []string{`"2.2.0%2fastronaut/"`}},
		"with a backslash": {bad(`2.2.0\astronaut`), []string{"2.2.0/astronaut/"}},
		"with a space":     {bad("2.2.0/astro naut/"), []string{"2.2.0/astronaut/"}},
		"with a newline":   {bad("2.2.0/astronaut\n/"), []string{"2.2.0/astronaut/"}},
		"with a NUL":       {bad("2.2.0/astronaut\x00/"), []string{"2.2.0/astronaut/"}},
	} {
		for call, do := range calls(tc.resource, 7) {
			t.Run(name+"/"+call, func(t *testing.T) {
				err := do(t.Context(), nil)
				testkit.WantError(t, err, tc.says...)
				if call == "All" || call == "Pages" {
					if page := testkit.AsError[*ll2.PageError](t, err); page.URL != "" {
						t.Errorf("it is at %q, and nothing was sent", page.URL)
					}
				}
			})
		}
	}
}

func TestWhatTheServiceWouldIgnoreOrCorrectIsAnErrorBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	const list = testkit.BaseURL + "astronaut/"
	for name, tc := range map[string]struct {
		filters url.Values
		opts    []ll2.WalkOption
		says    []string
	}{
		"unknown filter":          {url.Values{"in_spce": {"true"}}, nil, []string{`"in_spce"`, "not made with"}},
		"unknown, without values": {url.Values{"in_spce": nil}, nil, []string{`"in_spce"`}},
		"unknown, empty":          {url.Values{"in_spce": {""}}, nil, []string{`"in_spce"`}},
		"a filter of no name":     {url.Values{"": {"x"}}, nil, []string{`""`}},
		"limit":                   {url.Values{"limit": {"5"}}, nil, []string{"limit", "PageSize"}},
		"offset":                  {url.Values{"offset": {"5"}}, nil, []string{"offset", "Offset"}},
		"format":                  {url.Values{"format": {"json"}}, nil, []string{"format"}},
		"a filter twice":          {url.Values{"status__id": {"1", "2"}}, nil, []string{"status__id", "more than once"}},
		"an order twice":          {url.Values{"ordering": {"name", "id"}}, nil, []string{"ordering", "more than once"}},
		"a key of an order twice": {url.Values{"ordering": {"name,-name"}}, nil, []string{`"name" twice`}},
		"an order of no key":      {url.Values{"ordering": {"name,,id"}}, nil, []string{`""`, "commas"}},
		"an order that is none":   {url.Values{"ordering": {"a b"}}, nil, []string{`"a b"`}},
		"page size 0":             {nil, []ll2.WalkOption{ll2.PageSize(0)}, []string{"PageSize", "1 to 100"}},
		"page size 101":           {nil, []ll2.WalkOption{ll2.PageSize(101)}, []string{"PageSize", "1 to 100"}},
		"offset -1":               {nil, []ll2.WalkOption{ll2.Offset(-1)}, []string{"Offset", "0 or more"}},
		"no pages at once":        {nil, []ll2.WalkOption{ll2.Parallel(0)}, []string{"Parallel", "1 or more"}},
		"nil func":                {nil, []ll2.WalkOption{ll2.OnPage(nil)}, []string{"OnPage", "nil"}},
		"the first error":         {nil, []ll2.WalkOption{{}, ll2.Offset(-1), ll2.PageSize(0)}, []string{"Offset"}},

		"an empty link":             {nil, []ll2.WalkOption{ll2.StartAt("")}, []string{"StartAt", "empty"}},
		"a link with a mark":        {nil, []ll2.WalkOption{ll2.StartAt(list + "?search=[REDACTED]")}, []string{"StartAt", "token"}},
		"a link elsewhere":          {nil, []ll2.WalkOption{ll2.StartAt(testkit.BaseURL + "agency/?limit=10")}, []string{"StartAt", "/astronaut/"}},
		"a link to a row":           {nil, []ll2.WalkOption{ll2.StartAt(list + "7/")}, []string{"StartAt", "/astronaut/"}},
		"a link to the list's list": {nil, []ll2.WalkOption{ll2.StartAt("https://x.example/super_astronaut/")}, []string{"/astronaut/"}},
		"a link that is no URL":     {nil, []ll2.WalkOption{ll2.StartAt("://")}, []string{"StartAt", "not a URL"}},
		"a damaged query":           {nil, []ll2.WalkOption{ll2.StartAt(list + "?offset=%zz")}, []string{"StartAt", "damaged"}},
		"an unknown parameter":      {nil, []ll2.WalkOption{ll2.StartAt(list + "?in_spce=true")}, []string{"StartAt", `"in_spce"`}},
		"a parameter twice":         {nil, []ll2.WalkOption{ll2.StartAt(list + "?status__id=1&status__id=2")}, []string{"status__id", "more than once"}},
		"a page size of 0":          {nil, []ll2.WalkOption{ll2.StartAt(list + "?limit=0")}, []string{"limit", "1 to 100"}},
		"a page size of 1000":       {nil, []ll2.WalkOption{ll2.StartAt(list + "?limit=1000")}, []string{"limit", "1 to 100"}},
		"an offset of -1":           {nil, []ll2.WalkOption{ll2.StartAt(list + "?offset=-1")}, []string{"offset", "0 or more"}},
		"a bad order":               {nil, []ll2.WalkOption{ll2.StartAt(list + "?ordering=a+b")}, []string{"StartAt", `"a b"`}},
		"the last link is right":    {nil, []ll2.WalkOption{ll2.StartAt("://"), ll2.StartAt(list)}, []string{"StartAt", "not a URL"}},
		"another filter": {url.Values{"status__id": {"1"}}, []ll2.WalkOption{ll2.StartAt(list + "?status__id=2")},
			[]string{"StartAt", `status__id is "1" here, "2" there`}},
		"a filter more": {url.Values{"status__id": {"1"}}, []ll2.WalkOption{ll2.StartAt(list)}, []string{`status__id is "1" here, not set there`}},
		"no filter":     {url.Values{"status__id": {""}}, []ll2.WalkOption{ll2.StartAt(list + "?status__id=2")}, []string{`status__id is not set here, "2" there`}},
		"another order": {url.Values{"ordering": {"name"}}, []ll2.WalkOption{ll2.StartAt(list + "?ordering=-name,id")},
			[]string{`"name,id" here, "-name,id" there`}},
		"another page size": {nil, []ll2.WalkOption{ll2.StartAt(list + "?limit=10"), ll2.PageSize(20)}, []string{"PageSize", `"20" here, "10" there`}},
		"another search":    {url.Values{"search": {"a"}}, []ll2.WalkOption{ll2.StartAt(list + "?search=b")}, []string{"search", `"a" here, "b" there`}},
	} {
		r := astronauts(silent(t))
		for call, do := range calls(r, 7) {
			if call == "Get" {
				continue
			}
			t.Run(name+"/"+call, func(t *testing.T) {
				testkit.WantError(t, do(t.Context(), tc.filters, tc.opts...), tc.says...)
			})
		}
	}
}

// A foreign link is ErrForeignLink wherever it comes from.
func TestALinkElsewhereToStartAtIsErrForeignLink(t *testing.T) {
	t.Parallel()
	_, err := astronauts(silent(t)).List(t.Context(), nil, ll2.StartAt(testkit.BaseURL+"agency/?limit=10"))
	if !isForeign(err) {
		t.Errorf("%v, want ErrForeignLink", err)
	}
}

// A parameter of every list does not become another one by being named.
func TestParametersOfEveryListStayWhatTheyAreIfTheyAreNamedAgain(t *testing.T) {
	t.Parallel()
	r := ll2.NewResource(silent(t), astronautPath, astronautID, "limit", "offset", "ordering", "search", "mode", "format", "status__id", "status__id")
	for name, tc := range map[string]struct {
		filters url.Values
		opts    []ll2.WalkOption
		says    []string
	}{
		"limit":            {url.Values{"limit": {"5"}}, nil, []string{"limit", "PageSize"}},
		"offset":           {url.Values{"offset": {"5"}}, nil, []string{"offset", "Offset"}},
		"format":           {url.Values{"format": {"api"}}, nil, []string{"format", "JSON"}},
		"limit of a link":  {nil, []ll2.WalkOption{ll2.StartAt("/astronaut/?limit=0")}, []string{"limit", "1 to 100"}},
		"offset of a link": {nil, []ll2.WalkOption{ll2.StartAt("/astronaut/?offset=-1")}, []string{"offset", "0 or more"}},
	} {
		_, err := r.Query(tc.filters, tc.opts...)
		t.Run(name, func(t *testing.T) { testkit.WantError(t, err, tc.says...) })
	}
	if q, err := r.Query(url.Values{"status__id": {"1"}, "search": {"x"}, "mode": {"list"}}); err != nil || q.Encode() != "limit=100&mode=list&ordering=id&search=x&status__id=1" {
		t.Errorf("%v, %v", q, err)
	}
}

// A key that is not one would be dropped by the service, and with it the promise.
func TestAnOrderKeyThatIsNoneIsAnErrorOfEachCall(t *testing.T) {
	t.Parallel()
	r := ll2.NewResource(silent(t), launchPath, func(l *descending) int { return l.ID })
	for call, do := range calls(r, 7) {
		t.Run(call, func(t *testing.T) { testkit.WantError(t, do(t.Context(), nil), "OrderKey", `"-net"`) })
	}
}

func TestANilContextIsAnErrorOfEachCallThatSends(t *testing.T) {
	t.Parallel()
	for call, do := range calls(astronauts(silent(t)), 7) {
		if call == "Query" {
			continue
		}
		err := do(nil, nil)
		t.Run(call, func(t *testing.T) { testkit.WantError(t, err, "nil context") })
	}
}

func TestNilFiltersAndZeroOptionsAskForAll(t *testing.T) {
	t.Parallel()
	r := astronauts(silent(t))
	for _, filters := range []url.Values{nil, {}, {"status__id": nil}, {"status__id": {""}, "ordering": {""}, "mode": {""}, "search": {""}}} {
		q, err := r.Query(filters, ll2.WalkOption{}, ll2.WalkOption{})
		if err != nil || q.Encode() != "limit=100&ordering=id" {
			t.Errorf("%v asks for %v, %v", filters, q, err)
		}
	}
}

func TestNumbersThatAreNoIDAreRefused(t *testing.T) {
	t.Parallel()
	r := astronauts(silent(t))
	for _, id := range []int{0, -1, math.MinInt} {
		_, err := r.Get(t.Context(), id)
		testkit.WantError(t, err, "Get", fmt.Sprint(id), "1 and more")
	}
}

func TestTextsThatAreNoIDAreRefused(t *testing.T) {
	t.Parallel()
	r := launches(silent(t))
	for _, id := range []string{"", ".", "..", "...", "a/b", "../7", "/", "a?b", "a#b", "a%2f", "%2e%2e", "%"} {
		_, err := r.Get(t.Context(), id)
		testkit.WantError(t, err, "Get", fmt.Sprintf("%q", id))
	}
}

// Every other text stays one element of the path.
func TestOtherTextsAreEscapedInThePath(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"5ec6e5bd-2f6b-4c1e-8a08-0b4a3c8d9f10": "5ec6e5bd-2f6b-4c1e-8a08-0b4a3c8d9f10",
		"two words":                            "two%20words",
		" ":                                    "%20",
		"Мир":                                  "%D0%9C%D0%B8%D1%80",
		"東京":                                   "%E6%9D%B1%E4%BA%AC",
		"a\nb":                                 "a%0Ab",
		"a\x00b":                               "a%00b",
		`a\b`:                                  "a%5Cb",
		"a+b&c=d;e":                            "a+b&c=d;e",
		"a:b@c":                                "a:b@c",
		"\xff":                                 "%FF",
		"v1.2":                                 "v1.2",
		"..a":                                  "..a",
	} {
		script := testkit.NewScript(ok(`{"id":"x"}`))
		_, err := launches(testkit.NewClient(t, script)).Get(t.Context(), id)
		if err != nil {
			t.Errorf("%q: %v", id, err)
			continue
		}
		if u := script.Requests[0].URL; u.EscapedPath() != "/2.2.0/launch/"+want+"/" || u.RawQuery != "" || u.Path != "/2.2.0/launch/"+id+"/" {
			t.Errorf("%q asks for %s, want the element %s", id, u, want)
		}
	}
}

// A path is below the client's own address, whatever that ends in.
func TestAPathIsBelowTheBaseURL(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"2.2.0/astronaut/":         "/mirror/2.2.0/astronaut/",
		"2.2.0/astronaut":          "/mirror/2.2.0/astronaut/",
		"/2.3.0/astronauts/":       "/mirror/2.3.0/astronauts/",
		"astronaut":                "/mirror/astronaut/",
		"2.2.0/config/astronaut/":  "/mirror/2.2.0/config/astronaut/",
		"//api.example/astronaut/": "/mirror/api.example/astronaut/",
	} {
		script := testkit.NewScript(ok(testkit.EmptyPage))
		client := testkit.NewClient(t, script, ll2.WithBaseURL("https://api.example/mirror/2.2.0"))
		if _, err := ll2.NewResource(client, path, astronautID).List(t.Context(), nil); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if u := script.Requests[0].URL; u.Path != want || u.Host != "api.example" || !strings.HasPrefix(u.RawQuery, "limit=100&ordering=id") {
			t.Errorf("%s asks for %s, want %s", path, u, want)
		}
	}
}
