package walks_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// If a server invents new links forever, the walk ends after ten pages, and after ten
// more if there were rows before.
func TestAChainOfLinksThatBringsNothingNewEnds(t *testing.T) {
	t.Parallel()
	event := func(id int) string { return fmt.Sprintf(`{"id":%d,"docking":"2024-01-31T12:00:00Z"}`, id) }
	for name, tc := range map[string]struct {
		rows     func(page int) string
		requests int
		events   int
	}{
		"empty pages":              {func(int) string { return "" }, 10, 0},
		"the same event":           {func(int) string { return event(7) }, 11, 1},
		"five new ones, then none": {func(page int) string { return event(min(page, 5)) }, 15, 5},
		"one every tenth page":     {func(page int) string { return event(1 + page/10*10) }, 60, 6},
	} {
		for _, n := range []int{1, 4} {
			requests := 0
			transport := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
				if req.URL.Query().Has("docking__gte") { // of a tie, read again
					return testkit.Status(200, testkit.EmptyPage)(req)
				}
				requests++
				page := requests
				if name == "one every tenth page" && page > 50 {
					page = 50
				}
				next := fmt.Sprintf("%s?limit=1&ordering=docking%%2Cid&offset=%d", testkit.ListURL, 1_000*requests)
				return testkit.Status(200, fmt.Sprintf(`{"count":0,"next":%q,"previous":null,"results":[%s]}`, next, tc.rows(page)))(req)
			})
			for call, walk := range map[string]func(*ll2.Client) (int, error){
				"Pages": func(c *ll2.Client) (int, error) {
					pages, err := ll2.Collect(c.DockingEvents.Pages(t.Context(), ll2.PageSize(1), ll2.Parallel(n)))
					ids := make(map[int]bool)
					for _, page := range pages {
						for i := range page.Results {
							ids[page.Results[i].ID] = true
						}
					}
					return len(ids), err
				},
				"All": func(c *ll2.Client) (int, error) {
					events, err := ll2.Collect(c.DockingEvents.All(t.Context(), ll2.PageSize(1), ll2.Parallel(n)))
					return len(events), err
				},
			} {
				requests = 0
				events, err := walk(testkit.NewClient(t, transport))
				if !errors.Is(err, ll2.ErrLinkLoop) || !strings.Contains(err.Error(), "10 pages in a row brought nothing new") {
					t.Errorf("%s, %s: %v, want ErrLinkLoop", name, call, err)
				}
				if events != tc.events || requests > tc.requests {
					t.Errorf("%s, %s: %d events in %d requests, want %d in %d", name, call, events, requests, tc.events, tc.requests)
				}
			}
		}
	}
}

// A link that asks for other rows than the walk is not followed.
func TestANextLinkThatLosesOrChangesAFilterIsForeign(t *testing.T) {
	t.Parallel()
	since := time.Date(1976, 1, 1, 0, 0, 0, 0, time.UTC)
	opts := []ll2.ListOption{ll2.PageSize(5), ll2.ForSpaceStation(4), ll2.DockedSince(since), ll2.Search("Soyuz")}
	for name, change := range map[string]func(url.Values){
		"loses a filter":     func(q url.Values) { q.Del("space_station__id") },
		"empties a filter":   func(q url.Values) { q.Set("space_station__id", "") },
		"changes a filter":   func(q url.Values) { q.Set("space_station__id", "18") },
		"doubles a filter":   func(q url.Values) { q.Add("space_station__id", "18") },
		"adds a filter":      func(q url.Values) { q.Set("flight_vehicle__id", "1") },
		"moves a time":       func(q url.Values) { q.Set("docking__gte", "1976-01-01T00:00:01Z") },
		"loses the search":   func(q url.Values) { q.Del("search") },
		"changes the search": func(q url.Values) { q.Set("search", "Progress") },
		"changes the shape":  func(q url.Values) { q.Set("mode", "detailed") },
	} {
		for _, n := range []int{1, 3} {
			server := ll2test.NewServer(ll2test.Events(200)...)
			changed := func(_ int, page map[string]any) {
				if next, ok := page["next"].(string); ok {
					u, _ := url.Parse(next)
					q := u.Query()
					change(q)
					u.RawQuery = q.Encode()
					page["next"] = u.String()
				}
			}
			client := testkit.Through(testkit.RewritingPages(changed), server)
			events, err := ll2.Collect(client.DockingEvents.All(t.Context(), append(opts, ll2.Parallel(n))...))
			if !errors.Is(err, ll2.ErrForeignLink) || len(events) != 5 || len(server.Requests()) != 1 {
				t.Errorf("%s: %d events in %d requests, %v; want 5 in 1 and ErrForeignLink", name, len(events), len(server.Requests()), err)
			}
		}
	}
	// Links with the same meaning are the same.
	server := ll2test.NewServer(ll2test.Events(200)...)
	same := func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			page["next"] = strings.Replace(next, "1976-01-01T00%3A00%3A00Z", "1976-01-01T01%3A00%3A00.000%2B01%3A00", 1)
		}
	}
	if _, err := ll2.Collect(testkit.Through(testkit.RewritingPages(same), server).DockingEvents.All(t.Context(), opts...)); err != nil {
		t.Errorf("the same time in another zone: %v", err)
	}
}
