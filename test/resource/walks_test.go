package resource_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestAllYieldsEachRowOnceInOrderWhateverThePageSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 7, 100} {
		for _, parallel := range []int{1, 4} {
			server := serve(t, astronautPath, crew(103))
			server.ShuffleTies(1)
			got, err := ll2.Collect(astronauts(server.Client()).All(t.Context(), nil, ll2.PageSize(size), ll2.Parallel(parallel)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(testkit.Range(1, 103), ids(got, astronautID)); diff != "" {
				t.Errorf("pages of %d, %d at once: ids (-want +got):\n%s", size, parallel, diff)
			}
			if n, want := len(server.Requests()), (103+size-1)/size; n != want {
				t.Errorf("pages of %d, %d at once: %d requests, want %d", size, parallel, n, want)
			}
		}
	}
}

func TestRowsAreToldApartByTextsToo(t *testing.T) {
	t.Parallel()
	rows := manifest(103, 1)
	server := serve(t, launchPath, rows)
	got, err := ll2.Collect(launches(server.Client()).All(t.Context(), nil, ll2.PageSize(10)))
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range got {
		if *l != rows[i] {
			t.Fatalf("row %d is %+v, want %+v", i, *l, rows[i])
		}
	}
	if len(got) != len(rows) {
		t.Errorf("%d rows, want %d", len(got), len(rows))
	}
}

// An order with many ties is made total by the id.
func TestTiesOfTheCallersOrderAreBrokenByTheID(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(103))
	server.ShuffleTies(1)
	order := url.Values{"ordering": {"-status__id"}}
	got, err := ll2.Collect(astronauts(server.Client()).All(t.Context(), order, ll2.PageSize(7)))
	if err != nil {
		t.Fatal(err)
	}
	sorted := slices.IsSortedFunc(got, func(a, b *astronaut) int {
		if a.Status.ID != b.Status.ID {
			return b.Status.ID - a.Status.ID
		}
		return a.ID - b.ID
	})
	if len(got) != 103 || !sorted {
		t.Errorf("%d rows, sorted: %v", len(got), sorted)
	}
	for _, req := range server.Requests() {
		if q := req.URL.Query(); q.Get("ordering") != "-status__id,id" || q.Get("limit") != "7" {
			t.Errorf("asked %s, want ordering=-status__id,id and limit=7", req.URL)
		}
	}
}

func TestAFilterChoosesRowsByANestedValue(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(30))
	r := astronauts(server.Client())
	got, err := ll2.Collect(r.All(t.Context(), url.Values{"status__id": {"2"}}, ll2.PageSize(4)))
	if err != nil || len(got) != 10 {
		t.Fatalf("%d rows, %v; want 10", len(got), err)
	}
	for _, a := range got {
		if a.Status.ID != 2 {
			t.Errorf("astronaut %d has status %d", a.ID, a.Status.ID)
		}
	}
	page, err := r.List(t.Context(), url.Values{"status__id": {"9"}})
	if err != nil || page.Count != 0 || len(page.Results) != 0 {
		t.Errorf("%+v, %v; want an empty page and no error", page, err)
	}
}

func TestPagesAreAsTheServiceSendsThem(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(25))
	var sizes, left []int
	for page, err := range astronauts(server.Client()).Pages(t.Context(), nil, ll2.PageSize(10)) {
		if err != nil {
			t.Fatal(err)
		}
		if page.Count != 25 {
			t.Errorf("a count of %d, want 25", page.Count)
		}
		sizes, left = append(sizes, len(page.Results)), append(left, page.Left())
	}
	if !slices.Equal(sizes, []int{10, 10, 5}) || !slices.Equal(left, []int{2, 1, 0}) {
		t.Errorf("pages of %v with %v to go, want 10 10 5 with 2 1 0", sizes, left)
	}
}

func TestOffsetAndOnPageAreForAnyList(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(25))
	var told []ll2.PageInfo
	got, err := ll2.Collect(astronauts(server.Client()).All(t.Context(), nil,
		ll2.PageSize(10), ll2.Offset(12), ll2.OnPage(func(p ll2.PageInfo) { told = append(told, p) })))
	if err != nil || len(got) != 13 || got[0].ID != 13 {
		t.Fatalf("%d rows, %v; want the 13 from 13 on", len(got), err)
	}
	if len(told) != 2 || told[0].Count != 25 || told[0].Results != 10 || told[0].Left != 1 || told[0].Next == "" || told[1].Next != "" {
		t.Errorf("OnPage was told %+v", told)
	}
}

func TestNothingIsSentBeforeTheRangeAndNothingAfterABreak(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(25))
	r := astronauts(server.Client())
	all, pages := r.All(t.Context(), nil, ll2.PageSize(10)), r.Pages(t.Context(), nil, ll2.PageSize(10))
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests before any range", n)
	}
	for range 2 { // each range is a walk of its own
		for a, err := range all {
			if err != nil || a.ID != 1 {
				t.Errorf("%+v, %v; want the first one", a, err)
			}
			break
		}
		for range pages {
			break
		}
	}
	if n := len(server.Requests()); n != 4 {
		t.Errorf("%d requests for four ranges, want 4", n)
	}
}

// Changes of the map between the call and the range loop, or between two loops, have
// no effect on the walk.
func TestAWalkKeepsTheFiltersWithWhichItWasAskedFor(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(30))
	r := astronauts(server.Client())
	filters := url.Values{"status__id": {"2"}}
	opts := []ll2.WalkOption{ll2.PageSize(100)}
	all, pages := r.All(t.Context(), filters, opts...), r.Pages(t.Context(), filters, opts...)
	filters.Set("status__id", "9")
	filters.Set("nonsense", "1")
	opts[0] = ll2.PageSize(0)
	for range 2 {
		if rows, err := ll2.Collect(all); err != nil || len(rows) != 10 {
			t.Errorf("All: %d rows, %v; want 10", len(rows), err)
		}
		if got, err := ll2.Collect(pages); err != nil || len(got) != 1 || got[0].Count != 10 {
			t.Errorf("Pages: %d pages, %v; want one that counts 10", len(got), err)
		}
	}
}

func TestStartAtResumesAnyWalk(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(95))
	r := astronauts(server.Client())
	filters := url.Values{"ordering": {"-name"}}
	server.Fail(ll2test.Fault{}, ll2test.Fault{}, ll2test.Fault{Status: http.StatusBadRequest})
	stopped := false
	var first []*astronaut
	var at string
	for a, err := range r.All(t.Context(), filters, ll2.PageSize(10)) {
		var page *ll2.PageError
		switch {
		case errors.As(err, &page):
			stopped, at = true, page.URL
		case err != nil:
			t.Fatal(err)
		default:
			first = append(first, a)
		}
	}
	if !stopped || len(first) != 20 {
		t.Fatalf("%d rows, stopped: %v; want 20 and a *PageError", len(first), stopped)
	}
	// With and without the options of the first walk, and by the page's own link.
	page, err := r.List(t.Context(), filters, ll2.PageSize(10), ll2.Offset(10))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := ll2.Collect(r.All(t.Context(), filters, ll2.PageSize(10)))
	if err != nil {
		t.Fatal(err)
	}
	for name, resume := range map[string]func() ([]*astronaut, error){
		"the error's link": func() ([]*astronaut, error) {
			return ll2.Collect(r.All(t.Context(), filters, ll2.PageSize(10), ll2.StartAt(at)))
		},
		"alone":           func() ([]*astronaut, error) { return ll2.Collect(r.All(t.Context(), nil, ll2.StartAt(at))) },
		"the page's link": func() ([]*astronaut, error) { return ll2.Collect(r.All(t.Context(), nil, ll2.StartAt(page.Next))) },
	} {
		rest, err := resume()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := gocmp.Diff(ids(whole, astronautID), ids(slices.Concat(first, rest), astronautID)); diff != "" {
			t.Errorf("%s: ids (-whole +resumed):\n%s", name, diff)
		}
	}
}

func TestAllYieldsARowOnceHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	page := func(next string, a, b int) testkit.Answer {
		link := "null"
		if next != "" {
			link = `"https://api.example/2.2.0/astronaut/?limit=2&ordering=id&offset=` + next + `"`
		}
		return ok(fmt.Sprintf(`{"count":4,"next":%s,"previous":null,"results":[{"id":%d},{"id":%d}]}`, link, a, b))
	}
	r := answering(t, page("2", 1, 2), page("4", 2, 3), page("6", 3, 3), page("", 1, 4))
	got, err := ll2.Collect(r.All(t.Context(), nil, ll2.PageSize(2)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(testkit.Range(1, 4), ids(got, astronautID)); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestAMissingRowIsAnIncompleteError(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(30))
	r := astronauts(server.Client())
	n := 0
	var last error
	for _, err := range r.All(t.Context(), nil, ll2.PageSize(10)) {
		if err != nil {
			last = err
			break
		}
		if n++; n == 10 { // one slips onto the page that was read
			if err := server.SetRows(astronautPath, crew(30)[1:]); err != nil {
				t.Fatal(err)
			}
		}
	}
	incomplete := testkit.AsError[*ll2.IncompleteError](t, last)
	if !errors.Is(last, ll2.ErrIncomplete) || incomplete.Want != 30 || incomplete.Got != 29 || n != 29 {
		t.Errorf("%v after %d rows; want that 29 of 30 came", last, n)
	}
}

func TestLinksThatLeadAwayOrRoundAreNotFollowed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		next string
		want error
	}{
		"another list":    {"https://api.example/2.2.0/agency/?limit=10&offset=10&ordering=id", ll2.ErrForeignLink},
		"one of its rows": {"https://api.example/2.2.0/astronaut/7/?limit=10&offset=10&ordering=id", ll2.ErrForeignLink},
		"another filter":  {"https://api.example/2.2.0/astronaut/?limit=10&offset=10&ordering=id&in_space=true", ll2.ErrForeignLink},
		"another search":  {"https://api.example/2.2.0/astronaut/?limit=10&offset=10&ordering=id&search=x", ll2.ErrForeignLink},
		"itself":          {"https://api.example/2.2.0/astronaut/?limit=10&ordering=id", ll2.ErrLinkLoop},
	} {
		server := serve(t, astronautPath, crew(30))
		edit := func(_ int, page map[string]any) { page["next"] = tc.next }
		got, err := ll2.Collect(astronauts(testkit.Through(testkit.RewritingPages(edit), server)).All(t.Context(), nil, ll2.PageSize(10)))
		if !errors.Is(err, tc.want) || len(got) != 10 || len(server.Requests()) != 1 {
			t.Errorf("%s: %d rows in %d requests, %v; want 10 in 1, %v", name, len(got), len(server.Requests()), err, tc.want)
		}
	}
}

func TestLinksAreFollowedOnTheClientsOwnAddress(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(30))
	moved := func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			_, query, _ := strings.Cut(next, "?")
			page["next"] = "http://elsewhere.example:8080/proxy/astronaut/?format=api&" + query
		}
	}
	got, err := ll2.Collect(astronauts(testkit.Through(testkit.RewritingPages(moved), server)).All(t.Context(), nil, ll2.PageSize(10)))
	if err != nil || len(got) != 30 {
		t.Errorf("%d rows, %v; want 30", len(got), err)
	}
	for _, req := range server.Requests() {
		if !strings.HasPrefix(req.URL.String(), "http://ll2.test/2.2.0/astronaut/?") || req.URL.Query().Has("format") {
			t.Errorf("asked %s", req.URL)
		}
	}
}

// The service may ignore the id in an order; the key of the rows comes before it,
// and ties at a border are read again.
func TestRowsWithAnOrderKeyLoseNothingThoughTheIDIsIgnored(t *testing.T) {
	t.Parallel()
	const rows, size = 103, 7
	again := 0
	for _, order := range []string{"", "net", "-net"} {
		for seed := range uint64(8) {
			server := serve(t, launchPath, manifest(rows, 4))
			server.ShuffleTies(seed)
			server.IgnoreOrder("id")
			got, err := ll2.Collect(launches(server.Client()).All(t.Context(), url.Values{"ordering": {order}}, ll2.PageSize(size)))
			if err != nil || len(got) != rows {
				t.Fatalf("order %q, seed %d: %d rows, %v; want %d", order, seed, len(got), err, rows)
			}
			forward := func(a, b *launch) int { return a.Net.Compare(b.Net) }
			if order == "-net" {
				forward = func(a, b *launch) int { return b.Net.Compare(a.Net) }
			}
			if !slices.IsSortedFunc(got, forward) {
				t.Errorf("order %q, seed %d: out of order", order, seed)
			}
			for _, req := range server.Requests() {
				q := req.URL.Query()
				if q.Has("net__gte") {
					again++
				}
				if !strings.HasSuffix(q.Get("ordering"), "net,id") {
					t.Errorf("asked %s, want an order that ends in net,id", req.URL)
				}
			}
		}
	}
	if again == 0 {
		t.Error("no tie was read again: none was shuffled at a border")
	}
}

// In another order equal rows do not stand together, and the proof is left.
func TestRowsWithAnOrderKeyAreNotReadAgainInAnotherOrder(t *testing.T) {
	t.Parallel()
	server := serve(t, launchPath, manifest(40, 4))
	server.ShuffleTies(1)
	order := url.Values{"ordering": {"id"}, "net__gt": {time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)}}
	got, err := ll2.Collect(launches(server.Client()).All(t.Context(), order, ll2.PageSize(7)))
	if err != nil || len(got) != 40 || len(server.Requests()) != 6 {
		t.Errorf("%d rows in %d requests, %v; want 40 in 6", len(got), len(server.Requests()), err)
	}
	if q := server.Requests()[0].URL.Query().Get("ordering"); q != "id,net" {
		t.Errorf("the order is %s, want id,net", q)
	}
}
