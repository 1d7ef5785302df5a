package walks_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestParallelGoesOnOneByOneFromTheFirstUnforeseenLink(t *testing.T) {
	for name, edit := range map[string]func(int, map[string]any){
		"a larger step": func(n int, page map[string]any) {
			if next, ok := page["next"].(string); ok && n >= 3 {
				page["next"] = strings.Replace(next, "limit=10", "limit=20", 1)
			}
		},
		"no limit": func(_ int, page map[string]any) {
			if next, ok := page["next"].(string); ok {
				page["next"] = strings.Replace(next, "limit=10&", "", 1)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ll2test.NewServer(ll2test.Events(100)...)
				var mu sync.Mutex
				rewrite := testkit.RewritingPages(edit)(server)
				oneByOne := func(http.RoundTripper) testkit.RoundTripFunc {
					return func(req *http.Request) (*http.Response, error) {
						mu.Lock()
						defer mu.Unlock()
						return rewrite(req)
					}
				}
				got := testkit.All(t, testkit.Through(oneByOne, server), ll2.PageSize(10), ll2.Parallel(3))
				if len(got) != 100 {
					t.Errorf("%d events, want 100", len(got))
				}
			})
		})
	}
}

func TestParallelEndsWhereTheServiceSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := ll2test.Events(100)
		server := ll2test.NewServer(all...)
		var last error
		n := 0
		for _, err := range server.Client().DockingEvents.All(t.Context(), ll2.PageSize(10), ll2.Parallel(3), ll2.OrderBy(ll2.ByID)) {
			if last = err; err == nil {
				n++
			}
			if n == 10 {
				server.SetEvents(all[:35]...) // count shrinks
			}
		}
		if !errors.Is(last, ll2.ErrIncomplete) || n < 35 {
			t.Errorf("%d events, %v; want the 35 that are left, and ErrIncomplete", n, last)
		}
	})
}

// skippingList is a list of rows events, of which it counts 60 at first. The page
// that begins behind from links to the one behind to.
func skippingList(from, to, rows int) testkit.RoundTripFunc {
	return func(req *http.Request) (*http.Response, error) {
		offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		next, count := offset+10, 60
		if offset == from {
			next = to
		}
		if offset >= 50 {
			count = rows
		}
		link := "null"
		if next < rows {
			link = fmt.Sprintf(`"%s?limit=10&offset=%d&ordering=id"`, testkit.ListURL, next)
		}
		return testkit.Status(http.StatusOK, fmt.Sprintf(`{"count":%d,"next":%s,"previous":null,"results":[{"id":%d,"docking":"2024-01-31T12:00:00Z"}]}`, count, link, offset+1))(req)
	}
}

func TestParallelYieldsThePagesThatTheLinksNameNotThoseThatItForesaw(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		from, to, rows int
		want           []int
	}{
		{20, 45, 60, []int{1, 11, 21, 46, 56}},
		{50, 75, 90, []int{1, 11, 21, 31, 41, 51, 76, 86}}, // where it foresaw the end
	} {
		for pages := 1; pages <= 4; pages++ {
			client := testkit.NewClient(t, skippingList(tc.from, tc.to, tc.rows))
			var first []int
			for page, err := range client.DockingEvents.Pages(t.Context(), ll2.PageSize(10), ll2.OrderBy(ll2.ByID), ll2.Parallel(pages)) {
				if err != nil {
					t.Fatal(err)
				}
				first = append(first, page.Results[0].ID)
			}
			if !slices.Equal(first, tc.want) {
				t.Errorf("%d at once: the pages begin with %v, want %v", pages, first, tc.want)
			}
		}
	}
}

func TestParallelForeseesNothingFromALinkThatDoesNotTellTheStep(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"limit=0&offset=%d", "limit=many&offset=%d", "limit=-1&offset=%d", "limit=1&offset=-%d", "limit=1&offset=page%d"} {
		answers := make([]testkit.Answer, 5)
		for i := range answers {
			next := strconv.Quote(testkit.ListURL + "?" + fmt.Sprintf(link, i+1))
			if i == len(answers)-1 {
				next = "null"
			}
			answers[i] = testkit.Status(http.StatusOK, fmt.Sprintf(`{"count":5,"next":%s,"previous":null,"results":[{"id":%d,"docking":"2024-01-31T12:00:00Z"}]}`, next, i+1))
		}
		synctest.Test(t, func(t *testing.T) {
			transport := testkit.NewScript(answers...)
			n := 0
			for _, err := range testkit.NewClient(t, transport).DockingEvents.Pages(t.Context(), ll2.Parallel(3)) {
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if n++; transport.Sent() != n {
					t.Fatalf("%s: %d requests at page %d", link, transport.Sent(), n)
				}
			}
			if n != len(answers) {
				t.Errorf("%s: %d pages, want %d", link, n, len(answers))
			}
		})
	}
}

// No page is that large: stepping by it would request offsets that a walk along the
// links does not.
func TestParallelForeseesNothingFromANonsensicalLimit(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	var mu sync.Mutex
	vast := testkit.RewritingPages(func(_ int, page map[string]any) {
		if next, ok := page["next"].(string); ok {
			page["next"] = strings.Replace(next, "limit=10", "limit=9223372036854775807", 1)
		}
	})(server)
	locked := func(http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			return vast(req)
		}
	}
	if got := testkit.All(t, testkit.Through(locked, server), ll2.PageSize(10), ll2.Parallel(4)); len(got) != 30 {
		t.Errorf("%d events, want 30", len(got))
	}
	for _, req := range server.Requests() {
		if strings.HasPrefix(req.URL.Query().Get("offset"), "-") {
			t.Errorf("asked %s", req.URL)
		}
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests, want 2: the first page, and the rest", n)
	}
}
