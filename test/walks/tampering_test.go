package walks_test

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// A nextTrick changes the links to the next page as a server could; n counts the
// pages from 1.
type nextTrick struct {
	edit func(n int, next *url.URL)
	want error // where no rows move
}

// play walks over a table whose links are tampered with.
func (trick nextTrick) play(t *testing.T, s *shiftingTable, edits int) (got []int, err error) {
	t.Helper()
	tamper := testkit.RewritingPages(func(n int, page map[string]any) {
		link, ok := page["next"].(string)
		if !ok {
			return
		}
		next, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		trick.edit(n, next)
		if page["next"] = next.String(); page["next"] == "" {
			page["next"] = nil
		}
	})
	client := testkit.Through(func(server http.RoundTripper) testkit.RoundTripFunc {
		return tamper(s.through(edits, s.any)(server))
	}, s.server)
	events, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(shiftPage)))
	for _, req := range s.server.Requests() {
		if !strings.HasPrefix(req.URL.String(), "http://ll2.test/2.2.0/docking_event/?") || req.URL.Query().Has("format") {
			t.Errorf("asked %s", req.URL)
		}
	}
	if s.requests > 20 {
		t.Errorf("%d requests for %d events", s.requests, shiftRows)
	}
	return testkit.IDs(events), err
}

func nextOffset(next *url.URL, offset int) {
	query := next.Query()
	query.Set("offset", strconv.Itoa(offset))
	next.RawQuery = query.Encode()
}

// nextTricks are for pages of 5.
var nextTricks = map[string]nextTrick{
	"repeats": {func(n int, next *url.URL) {
		if n == 2 {
			nextOffset(next, 5)
		}
	}, ll2.ErrLinkLoop},
	"loops over three pages": {func(n int, next *url.URL) {
		if n == 4 {
			nextOffset(next, 5)
		}
	}, ll2.ErrLinkLoop},
	"loops over three pages, in another order and form": {func(n int, next *url.URL) {
		if n == 4 {
			next.RawQuery = "offset=%35&ordering=docking,id&format=api&limit=5"
		}
	}, ll2.ErrLinkLoop},
	"skips a page": {func(n int, next *url.URL) {
		if n == 2 {
			nextOffset(next, 15)
		}
	}, ll2.ErrIncomplete},
	"skips half a page": {func(n int, next *url.URL) {
		if n == 2 {
			nextOffset(next, 12)
		}
	}, ll2.ErrIncomplete},
	"overlaps": {func(n int, next *url.URL) {
		if n == 2 {
			nextOffset(next, 8)
		}
	}, nil},
	"ends too soon": {func(n int, next *url.URL) {
		if n == 2 {
			*next = url.URL{}
		}
	}, ll2.ErrIncomplete},
	"names another host":   {func(_ int, next *url.URL) { next.Host = "evil.example" }, nil},
	"names another scheme": {func(_ int, next *url.URL) { next.Scheme = "https" }, nil},
	"names no scheme":      {func(_ int, next *url.URL) { next.Scheme = "" }, nil},
	"names another port":   {func(_ int, next *url.URL) { next.Host = "ll2.test:8080" }, nil},
	"names a user":         {func(_ int, next *url.URL) { next.User = url.UserPassword("root", "root") }, nil},
	"has another prefix":   {func(_ int, next *url.URL) { next.Path = "/mirror/9.9.9/docking_event/" }, nil},
	"has another path":     {func(_ int, next *url.URL) { next.Path = "/2.2.0/launch/" }, ll2.ErrForeignLink},
	"names an offset twice": {func(n int, next *url.URL) {
		if n == 2 {
			next.RawQuery += "&offset=15" // which the service would take
		}
	}, ll2.ErrForeignLink},
	"has format=api":  {func(_ int, next *url.URL) { next.RawQuery = "format=api&" + next.RawQuery }, nil},
	"has format=json": {func(_ int, next *url.URL) { next.RawQuery += "&format=json" }, nil},
}

func TestTamperedNextLinksRepeatNothingAndLoseNothingSilently(t *testing.T) {
	t.Parallel()
	for name, trick := range nextTricks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			still := newShiftingTable(1)
			got, err := trick.play(t, still, 0)
			wantNothingTwice(t, got)
			if !errors.Is(err, trick.want) || trick.want == nil && (err != nil || len(still.missing(got)) > 0) {
				t.Errorf("%d events and error %v, want %v", len(got), err, trick.want)
			}
			for seed := range uint64(shiftSeeds / 8) {
				s := newShiftingTable(seed)
				got, err := trick.play(t, s, 3)
				wantNothingTwice(t, got)
				switch {
				case err == nil:
					if len(got) < s.largest {
						t.Errorf("seed %d: %d events of %d, and no error", seed, len(got), s.largest)
					}
				case !errors.Is(err, ll2.ErrIncomplete) && (trick.want == nil || !errors.Is(err, trick.want)):
					t.Errorf("seed %d: %v", seed, err)
				}
			}
		})
	}
}
