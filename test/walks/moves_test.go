package walks_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// A list is the ids of all rows in the order in which the service sends them.
type list []int

// newcomer is the least id of rows that are not there at first.
const newcomer = 10

// lists returns every list that can be made of the ids, each at most once in it.
func lists(ids ...int) []list {
	all := []list{{}}
	for i := 0; i < len(all); i++ {
		for _, id := range ids {
			if !slices.Contains(all[i], id) {
				all = append(all, append(slices.Clone(all[i]), id))
			}
		}
	}
	return all
}

func (l list) clip(offset int) list { return l[min(offset, len(l)):] }

// without returns what is in l and not in others.
func (l list) without(others list) list {
	return slices.DeleteFunc(slices.Clone(l), func(id int) bool { return slices.Contains(others, id) })
}

// stayed returns the longest part of l, of the rows of the beginning whose id is
// more than least, that is in the order of the beginning: the rows around them
// moved.
func (l list) stayed(least int) list {
	var longest list
	for i, id := range l {
		if least < id && id < newcomer {
			if part := append(list{id}, l[i+1:].stayed(id)...); len(part) > len(longest) {
				longest = part
			}
		}
	}
	return longest
}

// dockings returns a time for each row, later and later. A row that stayed has the
// same one in every list.
func (l list) dockings() []string {
	stayed := l.stayed(0)
	times := make([]string, len(l))
	last := 0
	for i, id := range l {
		if last++; slices.Contains(stayed, id) {
			last = 1000 * id
		}
		times[i] = time.Unix(int64(last), 0).UTC().Format(time.RFC3339)
	}
	return times
}

// equal returns the same time for each row, which may come in any order then.
func (l list) equal() []string { return slices.Repeat([]string{"1990-01-01T00:00:00Z"}, len(l)) }

// A history holds the states of a list when each page was requested; it stays as it
// was at the last one.
type history struct {
	lists    []list
	dockings func(list) []string
	offset   int // at which the walk begins
	size     int // of a page

	pages int      // asked for
	sent  [][]int  // rows of each page
	keys  []string // dockings of the list as it is now
}

// now returns the list as it was when the latest page was asked for.
func (h *history) now() list { return h.lists[min(h.pages, len(h.lists))-1] }

// RoundTrip sends a page, or of the list as it is the rows that dock at one time.
func (h *history) RoundTrip(req *http.Request) (*http.Response, error) {
	q := req.URL.Query()
	exactly := q.Get("docking__gte")
	if exactly == "" {
		h.pages++
		h.keys = h.dockings(h.now())
	}
	offset, _ := strconv.Atoi(q.Get("offset"))
	size, _ := strconv.Atoi(q.Get("limit"))
	var rows []string
	var sent []int
	count := 0
	for i, id := range h.now() {
		if exactly != "" && h.keys[i] != exactly {
			continue
		}
		if count++; count > offset && len(rows) < size {
			rows = append(rows, fmt.Sprintf(`{"id":%d,"docking":%q}`, id, h.keys[i]))
			sent = append(sent, id)
		}
	}
	next := "null"
	if offset+size < count {
		q.Set("offset", strconv.Itoa(offset+size))
		next = strconv.Quote(testkit.ListURL + "?" + q.Encode())
	}
	if exactly == "" {
		h.sent = append(h.sent, sent)
	}
	body := fmt.Sprintf(`{"count":%d,"next":%s,"previous":null,"results":[%s]}`, count, next, strings.Join(rows, ","))
	return testkit.Status(http.StatusOK, body)(req)
}

// walk walks over the list while it changes, and returns the rows that came and
// whether All found the walk complete.
func (h *history) walk(t *testing.T) (got list, complete bool) {
	t.Helper()
	events, err := ll2.Collect(testkit.NewClient(t, h).DockingEvents.All(t.Context(), ll2.PageSize(h.size), ll2.Offset(h.offset)))
	if err != nil && !errors.Is(err, ll2.ErrIncomplete) {
		t.Fatal(err)
	}
	got = testkit.IDs(events)
	wantNothingTwice(t, got)
	return got, err == nil
}

// String is for the messages of tests.
func (h *history) String() string {
	return fmt.Sprintf("%v in pages of %d from %d", h.lists, h.size, h.offset)
}

// This checks the documentation of All about rows that are added, removed and moved
// while it reads, in general, for every way in which a list of three or four rows can
// change between two of its pages. Rows that Offset leaves out are not part of the
// list.
//
// The position of the walk is after the rows of the pages that were read.
func TestAllMissesOneRowForEachThatWasRemovedAndOnlyIfAsManyWereAdded(t *testing.T) {
	t.Parallel()
	silent, noticed, nothing := 0, 0, 0
	check := func(before, after list, size, pages, offset int) {
		h := &history{lists: append(slices.Repeat([]list{before}, pages), after), dockings: list.dockings, offset: offset, size: size}
		got, complete := h.walk(t)
		before, after = before.clip(offset), after.clip(offset)
		place := size * pages
		read, rest := before[:place], after.clip(place)

		var (
			missing = after.without(got)
			removed = read.without(after) // of those that were read
			added   = after.without(before)
			fewer   = max(0, len(before)-len(after))
			again   = len(rest) - len(rest.without(read)) // rows that were read and moved behind the place
		)
		// The rule in terms of the edit: rows that were read and come again show All
		// that others were pushed over its position.
		if want := again == 0 && fewer == 0; complete != want {
			t.Errorf("%v, edited after %d pages: complete is %v, want %v", h, pages, complete, want)
		}
		// And what follows from it.
		switch {
		case len(missing) == 0:
			nothing++
		case !complete:
			noticed++
		default:
			silent++
			if len(missing) != len(removed) || len(missing) > len(added) {
				t.Errorf("%v, edited after %d pages: %v are missing and nothing is said; %v were removed, %v added", h, pages, missing, removed, added)
			}
		}
	}
	for _, after := range lists(1, 2, 3, newcomer, newcomer+1) {
		check(list{1, 2, 3}, after, 1, 1, 0)
		check(list{1, 2, 3}, after, 1, 2, 0)
		check(list{1, 2, 3}, after, 2, 1, 0)
		check(list{1, 2, 3}, after, 1, 1, 1)
	}
	for _, after := range lists(1, 2, 3, 4, newcomer, newcomer+1) {
		check(list{1, 2, 3, 4}, after, 2, 1, 0)
	}
	t.Logf("%d losses are not noticed, %d are, nothing is lost %d times", silent, noticed, nothing)
	if silent == 0 || noticed == 0 || nothing == 0 {
		t.Error("want some of each")
	}
}

// One change of each kind, or one removed and one added, in a list of four rows of
// which two were read, wherever they are removed and added.
func TestOneRowThatComesGoesOrMovesIsSeenAsTheDocumentationSays(t *testing.T) {
	t.Parallel()
	const place = 2
	before := list{1, 2, 3, 4}
	side := func(i int) string {
		if i < place {
			return "before"
		}
		return "behind"
	}
	type outcome struct {
		missing  string
		complete bool
	}
	want := map[string]outcome{
		"added before":   {"what was added", false},
		"added behind":   {"nothing", true},
		"removed before": {"what comes over the border", false},
		"removed behind": {"nothing", false}, // All cannot know that

		"moved from before to before": {"nothing", true},
		"moved from before to behind": {"what comes over the border", false},
		"moved from behind to before": {"what moved", false},
		"moved from behind to behind": {"nothing", true},

		"removed before, added before": {"what was added", true}, // not noticed
		"removed before, added behind": {"what comes over the border", true},
		"removed behind, added before": {"what was added", false},
		"removed behind, added behind": {"nothing", true},
	}
	seen := map[string]bool{}
	check := func(name string, after list, edited int) {
		t.Helper()
		h := &history{lists: []list{before, after}, dockings: list.dockings, size: place}
		got, complete := h.walk(t)
		found := outcome{"something else", complete}
		switch missing := after.without(got); {
		case len(missing) == 0:
			found.missing = "nothing"
		case len(missing) == 1 && missing[0] == newcomer:
			found.missing = "what was added"
		case len(missing) == 1 && missing[0] == edited:
			found.missing = "what moved"
		case len(missing) == 1 && missing[0] == before[place]:
			found.missing = "what comes over the border"
		}
		if seen[name] = true; found != want[name] {
			t.Errorf("%s: %v: %+v, want %+v", name, h, found, want[name])
		}
	}
	for j := range len(before) + 1 {
		check("added "+side(j), slices.Insert(slices.Clone(before), j, newcomer), 0)
	}
	for i, id := range before {
		without := before.without(list{id})
		check("removed "+side(i), without, 0)
		for j := range before {
			check("removed "+side(i)+", added "+side(j), slices.Insert(slices.Clone(without), j, newcomer), 0)
			check("moved from "+side(i)+" to "+side(j), slices.Insert(slices.Clone(without), j, id), id)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d kinds of changes, want %d", len(seen), len(want))
	}
}

// In general, for any changes between all of the pages, and with rows that are equal
// in the order, so that they come in any, and All reads them again.
func TestAllNeverMissesMoreThanWereRemovedNorMoreThanWereAdded(t *testing.T) {
	t.Parallel()
	for name, dockings := range map[string]func(list) []string{"each at its time": list.dockings, "all at one time": list.equal} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			silent := 0
			for _, second := range lists(1, 2, newcomer, newcomer+1) {
				for _, third := range lists(1, 2, newcomer, newcomer+1) {
					h := &history{lists: []list{{1, 2}, second, third}, dockings: dockings, size: 1}
					got, complete := h.walk(t)
					if !complete {
						continue
					}
					missing, removed := h.now().without(got), got.without(h.now())
					added, largest := 0, 0
					for i, l := range h.lists[:min(h.pages, len(h.lists))] {
						if largest = max(largest, len(l)); i > 0 {
							added += len(l.without(h.lists[i-1]))
						}
					}
					fewer := largest - len(h.now())
					if len(missing) > 0 {
						silent++
					}
					if len(missing) > len(removed)-fewer || len(missing) > added {
						t.Errorf("%v: %v are missing and nothing is said; %v were removed, %d added", h, missing, removed, added)
					}
				}
			}
			t.Logf("%d losses are not noticed", silent)
			if silent == 0 {
				t.Error("want some")
			}
		})
	}
}
