package ll2_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestPagesYieldsWhatTheServerSent(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(25)...)
	pages, err := ll2.Collect(server.Client().DockingEvents.Pages(t.Context(), ll2.PageSize(10)))
	if err != nil {
		t.Fatal(err)
	}
	var sizes, left []int
	for _, page := range pages {
		sizes = append(sizes, len(page.Results))
		left = append(left, page.Left())
		if page.Count != 25 {
			t.Errorf("count %d, want 25", page.Count)
		}
	}
	if !slices.Equal(sizes, []int{10, 10, 5}) || !slices.Equal(left, []int{2, 1, 0}) {
		t.Errorf("sizes %v, left %v; want [10 10 5], [2 1 0]", sizes, left)
	}
	if pages[0].Previous != "" || pages[2].Next != "" || pages[1].Previous == "" {
		t.Errorf("links %q %q, %q", pages[0].Previous, pages[2].Next, pages[1].Previous)
	}
}

func TestLeftTellsTheRequestsThatRemain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		count   int
		next    string
		results int
		want    int
	}{
		{515, "https://ll.thespacedevs.com/2.2.0/docking_event/?limit=100&offset=100", 100, 5},
		{515, "https://ll.thespacedevs.com/2.2.0/docking_event/?limit=100&offset=500", 100, 1},
		{500, "https://ll.thespacedevs.com/2.2.0/docking_event/?limit=100&offset=100", 100, 4},
		{515, "", 15, 0},
		{515, "/docking_event/?offset=500", 10, 2}, // the page's own size, where the link has none
		{0, "/docking_event/?offset=500", 0, 1},    // there is a link, so there is a request
		{515, "/docking_event/?limit=x", 0, 515},   // nothing to tell the size from
		{515, "http://[::1", 10, 1},                // not a URL
		{515, "/docking_event/?limit=1&offset=-5", 1, 515},
	} {
		page := ll2.Page[ll2.DockingEvent]{Count: test.count, Next: test.next, Results: make([]ll2.DockingEvent, test.results)}
		if got := page.Left(); got != test.want {
			t.Errorf("count %d, next %q: %d left, want %d", test.count, test.next, got, test.want)
		}
	}
}

func TestLeftGoesByTheLinksPageSizeBeforeThePages(t *testing.T) {
	t.Parallel()
	page := ll2.Page[int]{Count: 10, Next: testkit.ListURL + "?limit=1&offset=3", Results: []int{1, 2, 3}}
	if got := page.Left(); got != 7 {
		t.Errorf("%d requests are left, want 7", got)
	}
	page = ll2.Page[int]{Count: 10, Next: testkit.ListURL + "?offset=1", Results: []int{1}}
	if got := page.Left(); got != 9 {
		t.Errorf("without a limit in the link, %d requests are left, want 9", got)
	}
}

func TestPageWithoutCountOrResultsIsAnError(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{"next": null, "previous": null, "results": []}`:                       "ll2: page without a count",
		`{"count": null, "next": null, "previous": null, "results": []}`:        "ll2: page without a count",
		`{"count": 1, "next": null, "previous": null}`:                          "ll2: page without a results list",
		`{"count": 1, "next": null, "previous": null, "results": null}`:         "ll2: page without a results list",
		`{"detail": "Request was throttled."}`:                                  "ll2: page without",
		`{"count": "one", "results": []}`:                                       "count",
		`{"count": 1, "next": null, "previous": null, "results": {}}`:           "results",
		`{"count": 1, "next": null, "results": [{"id": 1, "docking": "noon"}]}`: "noon",
	} {
		page := ll2.Page[ll2.DockingEvent]{Count: 3, Next: "kept"}
		err := json.Unmarshal([]byte(document), &page)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", document, err, want)
		}
		if page.Count != 3 || page.Next != "kept" || page.Results != nil {
			t.Errorf("%s: the error leaves %+v behind", document, page)
		}
	}
}

func TestPageEncodesAsTheServiceWritesIt(t *testing.T) {
	t.Parallel()
	for want, page := range map[string]ll2.Page[int]{
		`{"count":0,"next":null,"previous":null,"results":[]}`:     {},
		`{"count":9,"next":null,"previous":"p","results":[]}`:      {Count: 9, Previous: "p", Results: []int{}},
		`{"count":9,"next":"n","previous":null,"results":[8,7,9]}`: {Count: 9, Next: "n", Results: []int{8, 7, 9}},
	} {
		if got := string(encodeJSON(t, page)); got != want {
			t.Errorf("%+v encodes as %s, want %s", page, got, want)
		}
		if page.Results == nil {
			page.Results = []int{}
		}
		if got := decodeJSON[ll2.Page[int]](t, []byte(want)); !reflect.DeepEqual(got, page) {
			t.Errorf("%s decodes as %+v, want %+v", want, got, page)
		}
	}
}

func TestCollectReturnsWhatItHadAndTheError(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	got, err := ll2.Collect(func(yield func(int, error) bool) {
		_ = yield(1, nil) && yield(2, nil) && yield(0, wrong) && yield(3, nil)
	})
	if !slices.Equal(got, []int{1, 2}) || !errors.Is(err, wrong) {
		t.Errorf("%v, %v; want [1 2] and the error", got, err)
	}
	if _, err := ll2.Collect[int](nil); err == nil {
		t.Error("no error for a nil sequence")
	}
}

func TestAPageSaysWhenTheServiceMadeIt(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	const date = "Sun, 01 Mar 2026 12:00:00 GMT"
	for _, test := range []struct {
		header http.Header
		want   time.Time
	}{
		{http.Header{"Date": {date}}, at},
		{http.Header{"Date": {date}, "Age": {"3600"}}, at.Add(-time.Hour)},
		{http.Header{"Date": {date}, "Age": {"-5"}}, at},
		{http.Header{"Date": {date}, "Age": {"young"}}, at},
		{http.Header{"Date": {"today"}, "Age": {"5"}}, time.Time{}},
		{http.Header{"Age": {"5"}}, time.Time{}},
		{nil, time.Time{}},
	} {
		client := testkit.NewClient(t, testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: test.header, Body: io.NopCloser(strings.NewReader(testkit.EmptyPage)), Request: req}, nil
		}))
		page, err := client.DockingEvents.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !page.Date.Equal(test.want) {
			t.Errorf("%v: %v, want %v", test.header, page.Date, test.want)
		}
		if text, err := json.Marshal(page); err != nil || string(text) != testkit.EmptyPage {
			t.Errorf("%v: %s, %v", test.header, text, err)
		}
	}
}
