package ahead_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/ahead"
)

// most is the largest page.
const most = 100

// A service sends pages of ten rows: the page at an offset is that number.
type service struct {
	count int
	takes time.Duration
	get   func(ctx context.Context, offset int, admitted func(error)) error // before a page is sent; can be nil

	mu           sync.Mutex
	asked        []int // offsets, in the order in which they were asked for
	early        []int // those that were asked for before their turn
	flying, most int   // at a time
}

func (s *service) Get(ctx context.Context, query string, admitted func(error)) (int, error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return -1, err
	}
	offset, _ := strconv.Atoi(q.Get("offset"))
	s.mu.Lock()
	s.asked = append(s.asked, offset)
	if admitted != nil {
		s.early = append(s.early, offset)
	}
	s.flying++
	s.most = max(s.most, s.flying)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.flying--
	}()
	if s.get != nil {
		if err := s.get(ctx, offset, admitted); err != nil {
			return -1, err
		}
	} else if admitted != nil {
		admitted(nil)
	}
	select {
	case <-ctx.Done():
		return -1, context.Cause(ctx)
	case <-time.After(s.takes):
		return offset, nil
	}
}

// at is the query of the page at an offset.
func at(offset int) string { return limited(offset, "10") }

// limited is at for a page of another size.
func limited(offset int, limit string) string {
	q := url.Values{"limit": {limit}, "mode": {"detailed"}}
	if offset > 0 {
		q.Set("offset", strconv.Itoa(offset))
	}
	return q.Encode()
}

// walk reads pages as long as there are any, and calls read with each.
func (s *service) walk(r *ahead.Reader[int], read func(offset int)) (pages []int, err error) {
	defer r.Stop()
	for q := at(0); q != ""; {
		page, err := r.Get(q)
		if err != nil {
			return pages, err
		}
		pages = append(pages, page)
		q = ""
		if next := page + 10; next < s.count {
			q = at(next)
		}
		r.Follow(q, true, s.count, most)
		if read != nil {
			read(page)
		}
	}
	return pages, nil
}

// tens are the offsets of the pages of so many rows.
func tens(rows int) []int {
	var all []int
	for offset := 0; offset < rows; offset += 10 {
		all = append(all, offset)
	}
	return all
}

func wantPages(t *testing.T, what string, got, want []int) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestPagesComeInTheirOrderHoweverManyAreHeld(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 2, 3, 4, 100, math.MaxInt} {
		for _, rows := range []int{0, 5, 10, 11, 20, 21, 95} {
			synctest.Test(t, func(t *testing.T) {
				s := &service{count: rows, takes: time.Second}
				s.get = func(_ context.Context, offset int, admitted func(error)) error {
					if admitted != nil {
						admitted(nil)
					}
					time.Sleep(time.Duration(offset*7%50) * time.Second) // later ones can be faster
					return nil
				}
				pages, err := s.walk(ahead.New(t.Context(), n, s.Get), nil)
				want := tens(max(1, rows))
				wantPages(t, fmt.Sprintf("%d rows, %d at once, pages", rows, n), pages, want)
				slices.Sort(s.asked)
				wantPages(t, fmt.Sprintf("%d rows, %d at once, requests", rows, n), s.asked, want)
				if err != nil || s.flying != 0 {
					t.Errorf("%v, %d under way at the end", err, s.flying)
				}
				if n <= 1 && (s.most > 1 || len(s.early) > 0) {
					t.Errorf("%d at once where %d may be", s.most, n)
				}
			})
		}
	}
}

func TestNoMorePagesAreHeldThanMayBe(t *testing.T) {
	for _, n := range []int{2, 3, 5} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{count: 200, takes: time.Second}
			read := 0
			_, err := s.walk(ahead.New(t.Context(), n, s.Get), func(int) {
				read++
				time.Sleep(time.Hour) // all that is under way arrives
				s.mu.Lock()
				defer s.mu.Unlock()
				// Pages that were read are not held any more, except for this one.
				if held := len(s.asked) - read + 1; held > n || read == 10 && held != n {
					t.Errorf("%d pages are held at the %dth, of %d", held, read, n)
				}
			})
			if err != nil || s.most > n {
				t.Errorf("%v; %d at a time, of %d", err, s.most, n)
			}
		})
	}
}

func TestOnlyWhatIsToBeExpectedIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{count: 30, takes: time.Second}
		pages, err := s.walk(ahead.New(t.Context(), 10, s.Get), func(offset int) {
			if offset == 10 {
				s.count = 25
			}
		})
		wantPages(t, "pages", pages, tens(30))
		wantPages(t, "before their turn", s.early, []int{10, 20})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRowsThatAreAddedMeanwhileAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{count: 30, takes: time.Second}
		pages, err := s.walk(ahead.New(t.Context(), 3, s.Get), func(offset int) {
			if offset == 10 {
				s.count = 80
			}
		})
		wantPages(t, "pages", pages, tens(80))
		wantPages(t, "before their turn", s.early, tens(80)[1:])
		if err != nil {
			t.Error(err)
		}
	})
}

func TestPagesBeyondTheEndAreCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{count: 100, takes: time.Second}
		s.get = func(ctx context.Context, offset int, admitted func(error)) error {
			if admitted != nil {
				admitted(nil)
			}
			if offset > 20 {
				<-ctx.Done()
			}
			return ctx.Err()
		}
		pages, err := s.walk(ahead.New(t.Context(), 4, s.Get), func(offset int) {
			if offset == 10 {
				s.count = 30 // and the page at 20 has no next link
			}
		})
		wantPages(t, "pages", pages, tens(30))
		if err != nil || s.flying != 0 {
			t.Errorf("%v, %d under way", err, s.flying)
		}
	})
}

// From the first link that differs from the prediction, there is one request at a
// time, and requests under way are cancelled.
func TestAnUnforeseenLinkEndsGoingAhead(t *testing.T) {
	for name, tc := range map[string]struct {
		after       int // the pages whose links are as foreseen
		next        string
		foreseeable bool
		count       int
	}{
		"none":                  {3, "", true, 1000},
		"not foreseeable":       {3, at(40), false, 1000},
		"first not foreseeable": {0, at(10), false, 1000},
		"another offset":        {3, at(50), true, 1000},
		"back again":            {3, at(10), true, 1000},
		"another limit":         {3, limited(40, "20"), true, 1000},
		"another key":           {3, "limit=10&offset=40", true, 1000},
		"another at the end":    {3, at(50), true, 40}, // where nothing is under way
		"no limit":              {0, limited(10, ""), true, 1000},
		"limit 0":               {0, limited(10, "0"), true, 1000},
		"negative limit":        {0, limited(10, "-10"), true, 1000},
		"more than a page":      {0, limited(10, "101"), true, 1000},
		"limit in words":        {0, limited(10, "ten"), true, 1000},
		"no offset":             {0, at(0), true, 1000},
		"negative offset":       {0, "limit=10&offset=-10", true, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{takes: time.Second}
				r := ahead.New(t.Context(), 3, s.Get)
				defer r.Stop()
				for i := range tc.after {
					if page, err := r.Get(at(10 * i)); page != 10*i || err != nil {
						t.Fatalf("page %d: %d, %v", i, page, err)
					}
					r.Follow(at(10*(i+1)), true, tc.count, most)
				}
				if page, err := r.Get(at(10 * tc.after)); page != 10*tc.after || err != nil {
					t.Fatalf("%d, %v", page, err)
				}
				r.Follow(tc.next, tc.foreseeable, tc.count, most)
				if s.flying != 0 {
					t.Errorf("%d under way", s.flying)
				}
				s.asked, s.early = nil, nil
				for _, offset := range []int{700, 300, 310, 320} {
					if page, err := r.Get(at(offset)); page != offset || err != nil {
						t.Errorf("%d, %v, want %d", page, err, offset)
					}
					r.Follow(at(offset+10), true, 1000, most)
				}
				wantPages(t, "asked", s.asked, []int{700, 300, 310, 320})
				wantPages(t, "before their turn", s.early, nil)
			})
		})
	}
}

func TestStopCancelsWhatIsUnderWayAndWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{count: 200, takes: time.Hour}
		s.get = func(ctx context.Context, offset int, admitted func(error)) error {
			if offset == 0 {
				return ctx.Err()
			}
			admitted(nil)
			<-ctx.Done()
			time.Sleep(time.Minute) // it takes its time to clean up
			return ctx.Err()
		}
		r := ahead.New(t.Context(), 4, s.Get)
		if _, err := r.Get(at(0)); err != nil {
			t.Fatal(err)
		}
		r.Follow(at(10), true, 200, most)
		synctest.Wait()
		start := time.Now()
		if s.flying != 3 {
			t.Errorf("%d under way, want 3", s.flying)
		}
		r.Stop()
		if s.flying != 0 || time.Since(start) != time.Minute {
			t.Errorf("%d under way after %v", s.flying, time.Since(start))
		}
		r.Stop() // again, which changes nothing
		wantPages(t, "asked", s.asked, []int{0, 10, 20, 30})
	})
}

func TestAWalkEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3500*time.Millisecond, func() { cancel(gone) })
		s := &service{count: 200, takes: time.Second}
		pages, err := s.walk(ahead.New(ctx, 3, s.Get), nil)
		wantPages(t, "pages", pages, tens(70)) // the first alone, and then three a second
		if !errors.Is(err, gone) || s.flying != 0 {
			t.Errorf("%v, %d under way", err, s.flying)
		}
	})
}

func TestAnOffsetBeyondAllNumbersIsNotAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{takes: time.Second}
		r := ahead.New(t.Context(), 8, s.Get)
		defer r.Stop()
		if _, err := r.Get(at(0)); err != nil {
			t.Fatal(err)
		}
		r.Follow(at(math.MaxInt-15), true, math.MaxInt, most)
		if page, err := r.Get(at(math.MaxInt - 15)); page != math.MaxInt-15 || err != nil {
			t.Errorf("%d, %v", page, err)
		}
		wantPages(t, "asked", s.asked, []int{0, math.MaxInt - 15, math.MaxInt - 5})
	})
}
