package walks_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestResumeLinkIsWhereAWalkCanGoOn(t *testing.T) {
	t.Parallel()
	const link = testkit.ListURL + "?limit=100&offset=300"
	page := func(err error) *ll2.PageError { return &ll2.PageError{URL: link, Err: err} }
	other := errors.New("the disk is full")
	limited := &ll2.RateLimitError{Local: true}
	incomplete := &ll2.IncompleteError{Want: 2, Got: 1}
	for name, tc := range map[string]struct {
		err  error
		want string // "" for none
	}{
		"the walk came to its end": {nil, ""},
		"a request that failed":    {page(limited), link},
		"nothing else is known":    {page(nil), link},
		"a bad link":               {page(ll2.ErrForeignLink), link},
		"a loop":                   {page(fmt.Errorf("%w: here", ll2.ErrLinkLoop)), link},
		"wrapped":                  {fmt.Errorf("import: %w", page(limited)), link},
		"wrapped twice":            {fmt.Errorf("run: %w", fmt.Errorf("%w, and: %w", other, page(limited))), link},
		"joined":                   {errors.Join(other, page(limited)), link},
		"joined, and first":        {errors.Join(page(limited), other), link},
		"the first of two walks":   {errors.Join(page(limited), &ll2.PageError{URL: "another", Err: other}), link},

		"only a new walk helps":            {page(incomplete), ""},
		"only a new walk helps, joined":    {errors.Join(other, page(fmt.Errorf("again: %w", incomplete))), ""},
		"the options were wrong":           {&ll2.PageError{Err: errors.New("ll2: PageSize: 0 is outside of 1 to 100")}, ""},
		"the token was taken out of it":    {&ll2.PageError{URL: testkit.ListURL + "?search=[REDACTED]", Err: limited}, ""},
		"not of a walk":                    {limited, ""},
		"not of this package":              {other, ""},
		"an answer to Get":                 {&ll2.APIError{StatusCode: 404, URL: link}, ""},
		"nil pointer":                      {(*ll2.PageError)(nil), ""},
		"nil pointer, wrapped":             {fmt.Errorf("import: %w", (*ll2.PageError)(nil)), ""},
		"nil pointer to a limit":           {(*ll2.RateLimitError)(nil), ""},
		"nil pointer to a decoder's error": {(*ll2.DecodeError)(nil), ""},
		"nil pointer to an answer":         {(*ll2.APIError)(nil), ""},
		"around a nil pointer":             {page((*ll2.APIError)(nil)), link},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := ll2.ResumeLink(tc.err); got != tc.want || ok != (tc.want != "") {
				t.Errorf("ResumeLink is (%q, %v), want %q", got, ok, tc.want)
			}
		})
	}
}

// The links of real walks, which end as each of them says.
func TestResumeLinkOfAWalkThatNothingCanGoOnFromIsNone(t *testing.T) {
	t.Parallel()
	client := ll2test.NewServer(ll2test.Events(30)...).Client(ll2.WithToken(testkit.Canary))
	for name, opts := range map[string][]ll2.ListOption{
		"a wrong option":         {ll2.PageSize(0)},
		"a link to another list": {ll2.StartAt("https://ll.thespacedevs.com/2.2.0/astronaut/?limit=10")},
		"an option against it":   {ll2.StartAt(testkit.ListURL + "?limit=10&offset=10"), ll2.PageSize(20)},
	} {
		_, err := ll2.Collect(client.DockingEvents.All(t.Context(), opts...))
		if link, ok := ll2.ResumeLink(err); err == nil || ok {
			t.Errorf("%s: (%q, %v) of %v", name, link, ok, err)
		}
	}
	// A walk that searched for the token cannot go on from a link without it.
	down := testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusNotFound, "")), ll2.WithToken(testkit.Canary))
	_, err := ll2.Collect(down.DockingEvents.All(t.Context(), ll2.Search(testkit.Canary)))
	if link, ok := ll2.ResumeLink(err); err == nil || ok {
		t.Errorf("a link with the token: (%q, %v)", testkit.Masked(link), ok)
	}
}

// A store holds the data that a program keeps between its runs.
type store struct {
	ids  map[int]bool
	link string
}

// update is one run, as the README shows it.
func (s *store) update(ctx context.Context, client *ll2.Client) (events int, err error) {
	opts := []ll2.ListOption{ll2.PageSize(10)}
	if s.link != "" {
		opts = append(opts, ll2.StartAt(s.link))
	}
	got, err := ll2.Collect(client.DockingEvents.All(ctx, opts...))
	for _, event := range got {
		s.ids[event.ID] = true
	}
	s.link, _ = ll2.ResumeLink(err)
	return len(got), err
}

// A program that stored its link once and never let go of it got the end of the
// list in each of its later runs, without an error.
func TestAProgramThatStoresItsResumeLinkIsRightRunAfterRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := ll2test.Events(55)
		server := ll2test.NewServer(all[:50]...)
		server.Limit(3, time.Hour)
		s := store{ids: make(map[int]bool)}
		run := func(wantEvents, wantStored int, want error) {
			t.Helper()
			n, err := s.update(t.Context(), server.Client(ll2.WithMaxWait(0)))
			if n != wantEvents || len(s.ids) != wantStored || !errors.Is(err, want) {
				t.Fatalf("%d events, %d in the store, %v; want %d, %d, %v", n, len(s.ids), err, wantEvents, wantStored, want)
			}
			if at, ok := ll2.RetryAt(err); ok {
				time.Sleep(time.Until(at))
			}
		}
		run(30, 30, ll2.ErrRateLimited)
		run(20, 50, nil)
		server.SetEvents(all...) // five new ones at the end
		server.Limit(1000, time.Hour)
		run(55, 55, nil)
		run(55, 55, nil)

		// Rows move while it reads: only a new walk helps, and that is what comes.
		moving := 0
		for _, err := range server.Client().DockingEvents.All(t.Context(), ll2.PageSize(10)) {
			if moving++; moving == 1 {
				server.SetEvents(all[1:]...)
			}
			s.link, _ = ll2.ResumeLink(err)
		}
		run(54, 55, nil)

		// A link that no longer fits, as of another version of the program, is given
		// up by the run that meets it.
		s.link = strings.Replace(testkit.ListURL, "docking_event", "astronaut", 1) + "?limit=10&offset=20"
		run(0, 55, ll2.ErrForeignLink)
		run(54, 55, nil)
	})
}

// The page that OnPage announces was not used yet. Of two programs that die with the
// 14th event, the one that stores the link of the page before loses nothing.
func TestTheNextOfOnPageIsSafeOnlyWhenThePageBehindComes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		early bool // stores what is announced, at once
		lost  int
	}{"too early": {true, 7}, "when the page behind comes": {false, 0}} {
		server := ll2test.NewServer(ll2test.Events(50)...)
		var stored, announced string
		seen := make(map[int]bool)
		for event, err := range server.Client().DockingEvents.All(t.Context(), ll2.PageSize(10), ll2.OnPage(func(page ll2.PageInfo) {
			if stored, announced = announced, page.Next; tc.early {
				stored = page.Next
			}
		})) {
			if err != nil {
				t.Fatal(err)
			}
			if seen[event.ID] = true; len(seen) == 13 {
				break
			}
		}
		for _, event := range testkit.All(t, server.Client(), ll2.StartAt(stored)) {
			seen[event.ID] = true
		}
		if lost := 50 - len(seen); lost != tc.lost {
			t.Errorf("%s: %d events are lost, want %d", name, lost, tc.lost)
		}
	}
}

// Range over Pages, and every page's Next is safe together with its Results.
func TestThePageNextIsSafeWithThePagesResults(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(45)...)
	for last := 1; last <= 5; last++ { // the page that the program stores before it dies
		var link string
		seen := make(map[int]bool)
		n := 0
		for page, err := range server.Client().DockingEvents.Pages(t.Context(), ll2.PageSize(10)) {
			if err != nil {
				t.Fatal(err)
			}
			for _, event := range page.Results {
				seen[event.ID] = true
			}
			link = page.Next
			if n++; n == last {
				break
			}
		}
		if (link == "") != (last == 5) {
			t.Fatalf("the link of page %d is %q", last, link)
		}
		if link != "" {
			for _, event := range testkit.All(t, server.Client(), ll2.StartAt(link)) {
				seen[event.ID] = true
			}
		}
		if len(seen) != 45 {
			t.Errorf("after page %d: %d events, want 45", last, len(seen))
		}
	}
}
