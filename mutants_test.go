package ll2_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

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
		return testkit.Status(http.StatusOK, fmt.Sprintf(`{"count":%d,"next":%s,"previous":null,"results":[{"id":%d}]}`, count, link, offset+1))(req)
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

func TestTheLongestRetryAfterIsTheLongestDuration(t *testing.T) {
	t.Parallel()
	for _, seconds := range []string{"9223372036.854775807", "9223372036.854775808", "9223372037", "1" + strings.Repeat("0", 400)} {
		got, ok := ll2.RetryAfter(http.Header{"Retry-After": {seconds}}, time.Now())
		if got != math.MaxInt64 || !ok {
			t.Errorf("Retry-After: %s is %v, %v", seconds, got, ok)
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
			answers[i] = testkit.Status(http.StatusOK, fmt.Sprintf(`{"count":5,"next":%s,"previous":null,"results":[{"id":%d}]}`, next, i+1))
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

func TestAnErrorTellsTheAttemptsWhereThereWereMoreThanOne(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]testkit.Answer{
		"status":     testkit.Status(http.StatusBadGateway, ""),
		"429":        testkit.Status(http.StatusTooManyRequests, ""),
		"half":       testkit.Status(http.StatusOK, `{"count":1`),
		"connection": testkit.Breaks(syscall.ECONNREFUSED),
	} {
		for attempts := 1; attempts <= 3; attempts++ {
			client := testkit.NewClient(t, testkit.NewScript(failing), ll2.WithRetries(attempts-1))
			err := testkit.ListOnce(t, client)
			testkit.WantError(t, err)
			told := strings.Contains(err.Error(), fmt.Sprintf("(%d attempts)", attempts))
			if told != (attempts > 1) {
				t.Errorf("%s, %d attempts: %v", name, attempts, err)
			}
		}
	}
}
