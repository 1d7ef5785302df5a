package ll2

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2/internal/ahead"
	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/hint"
	"github.com/docking-event/ll2/internal/query"
	"github.com/docking-event/ll2/internal/secret"
)

// MaxPageSize is the largest number of rows that the service puts on a page.
const MaxPageSize = 100

// keyID is the last key of every order.
const keyID = "id"

// maxIdlePages is the number of pages in a row without a new row after which a walk
// assumes that the chain of links has no end.
const maxIdlePages = 10

// A Page is one page of a list, as the service sent it.
//
// It encodes and decodes as the service writes it: Next and Previous are null if they
// are "". Decoding fails for a page without a count or a results list.
type Page[T any] struct {
	Count    int    // number of all rows that match the filters, on all pages
	Next     string // link to the next page, "" on the last one; see [StartAt]
	Previous string // link to the previous page, "" on the first one
	Results  []T

	// Date is the time at which the service made the page: the Date header of the
	// answer, minus the Age that a cache added. It is zero if it is unknown. It is
	// not part of the JSON.
	Date time.Time
}

// MarshalJSON encodes the page as the service writes it.
func (p Page[T]) MarshalJSON() ([]byte, error) {
	return body.Page[T]{Count: p.Count, Next: p.Next, Previous: p.Previous, Results: p.Results}.Encode()
}

func newPage[T any](p body.Page[T]) Page[T] {
	return Page[T]{Count: p.Count, Next: p.Next, Previous: p.Previous, Results: p.Results}
}

// UnmarshalJSON decodes a page of the service.
func (p *Page[T]) UnmarshalJSON(data []byte) error {
	page, err := body.DecodePage[T](data)
	if err != nil {
		return fmt.Errorf("ll2: %w", err)
	}
	*p = newPage(page)
	return nil
}

// Left returns the number of requests for the remaining pages, according to Count and
// Next: 0 on the last page, at least 1 on any other.
func (p *Page[T]) Left() int {
	if p.Next == "" {
		return 0
	}
	// A number that does not parse is 0: unknown.
	link, err := url.Parse(p.Next)
	if err != nil {
		return 1
	}
	q := link.Query()
	offset, _ := strconv.Atoi(q.Get(query.Offset))
	limit, _ := strconv.Atoi(q.Get(query.Limit))
	if limit < 1 {
		limit = max(1, len(p.Results))
	}
	rest := p.Count - max(0, offset)
	return max(1, rest/limit+min(1, max(0, rest%limit)))
}

// A PageInfo describes a page, for [OnPage].
type PageInfo struct {
	Count   int    // number of all rows that match the filters, on all pages
	Results int    // number of rows on this page
	Left    int    // number of requests for the remaining pages, see [Page.Left]
	Next    string // link to the next page, "" on the last one; see OnPage before you store it
}

// Collect returns all values of seq as a slice. It stops at the first error, and then
// returns the values before it and the error:
//
//	events, err := ll2.Collect(client.DockingEvents.All(ctx))
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	if seq == nil {
		return nil, errors.New("ll2: Collect: nil sequence")
	}
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// ResumeLink returns the link at which a walk that ended with err can continue, for
// [StartAt], and whether there is one. The walk has already yielded all rows before the
// link, so store these rows and the link together.
//
// There is no link if the walk was complete (err is nil), if only a new walk can help
// ([ErrIncomplete]), if the options were bad and nothing was sent, or if err is not the
// error of a walk. Store "" then: the next walk starts from the beginning.
//
// With [ErrForeignLink] and [ErrLinkLoop] the link is that of the page with the bad link.
// The next walk yields the rows of this page again.
func ResumeLink(err error) (link string, ok bool) {
	var page *PageError
	if !errors.As(err, &page) || page == nil || errors.Is(err, ErrIncomplete) ||
		page.URL == "" || strings.Contains(page.URL, secret.Mark) {
		return "", false
	}
	return page.URL, true
}

// walkConfig holds the values that WalkOptions set.
type walkConfig struct {
	limit    int // 0: MaxPageSize
	offset   int
	links    []string // of StartAt; the last one wins
	parallel int      // 0: one page at a time
	onPage   func(PageInfo)
}

// A plan is everything that a walk requests.
type plan struct {
	walkConfig
	endpoint query.Endpoint
	key      string // in which few rows are equal, see keyed; "" if there is none
	*query.Plan
}

// A walk reads a list page by page.
type walk[T any, ID int | string] struct {
	plan
	get  ahead.Get[*Page[T]]
	used chan<- []T // rows that are not used any more
	id   func(*T) ID
	fail func(query string, err error) *PageError

	seen  map[ID]struct{} // ids of all rows so far
	roomy bool            // it has room for all rows
	at    string          // the query of the page that was yielded last
	steps query.Steps     // where the walk is
	lead  string          // the part before the query in a link to the list
}

// pages follows the next links, one page a step. The caller records the new rows of each
// page in w.seen.
func (w *walk[T, ID]) pages(ctx context.Context) iter.Seq2[*Page[T], error] {
	return func(yield func(*Page[T], error) bool) {
		reader := ahead.New(ctx, w.parallel, w.get)
		defer reader.Stop()
		followed := make(map[string]bool)
		idle, known := 0, 0
		at := w.First.Encode()
		for w.steps = query.StepsFrom(at); ; {
			followed[at] = true
			page, err := reader.Get(at)
			if err != nil {
				yield(nil, w.fail(at, err))
				return
			}
			next, foreseeable, err := w.next(page)
			if followed[next] {
				next, foreseeable, err = "", false, fmt.Errorf("%w: %q was followed before", ErrLinkLoop, page.Next)
			}
			reader.Follow(next, foreseeable, page.Count, MaxPageSize)
			w.at = at
			if !yield(page, nil) {
				return
			}
			if idle++; len(w.seen) > known {
				idle, known = 0, len(w.seen)
			}
			if err == nil && next != "" && idle >= maxIdlePages {
				err = fmt.Errorf("%w: %d pages in a row brought nothing new", ErrLinkLoop, idle)
			}
			if err != nil {
				yield(nil, w.fail(at, err))
				return
			}
			if next == "" {
				return
			}
			at = next
		}
	}
}

// next returns the query of a page's next link, or "" if there is none or it cannot be
// followed. The links after it are foreseeable if it has a page size and an offset.
func (w *walk[T, ID]) next(page *Page[T]) (text string, foreseeable bool, err error) {
	if page.Next == "" {
		return "", false, nil
	}
	lead, written, _ := strings.Cut(page.Next, "?")
	if text = w.steps.Next(); written == text && lead == w.lead {
		w.steps.Offset += w.steps.Size
		return text, true, nil // like nearly every link
	}
	link, err := w.endpoint.ParseLink(page.Next)
	if err != nil {
		return "", false, queryError{err}
	}
	foreseeable = link.Has(query.Limit) && link.Has(query.Offset)
	w.Complete(link)
	if name := w.Strays(link); name != "" {
		return "", false, fmt.Errorf("%w: %s is %s in %q, and was %s when the walk began",
			ErrForeignLink, name, query.OrNotSet(link[name]...), page.Next, query.OrNotSet(w.First.Get(name)))
	}
	text = link.Encode()
	w.steps, w.lead = query.StepsFrom(text), lead
	return text, foreseeable, nil
}

// note marks a row as seen and reports whether it is new.
func (w *walk[T, ID]) note(row *T) bool {
	id := w.id(row)
	if _, again := w.seen[id]; again {
		return false
	}
	w.seen[id] = struct{}{}
	return true
}

// expect makes room for the ids of all rows at the second page. It does not trust a very
// large count.
func (w *walk[T, ID]) expect(count int) {
	const most = 10_000
	if !w.roomy && len(w.seen) > 0 {
		seen := make(map[ID]struct{}, min(count, most))
		maps.Copy(seen, w.seen)
		w.seen, w.roomy = seen, true
	}
}

// eachPage yields the pages as they are.
func (w *walk[T, ID]) eachPage(ctx context.Context, yield func(*Page[T], error) bool) {
	for page, err := range w.pages(hint.Walk(ctx)) {
		if err == nil {
			for i := range page.Results {
				w.note(&page.Results[i])
			}
		}
		if !yield(page, err) {
			return
		}
	}
}

// eachRow yields the rows of all pages, each row once, and proves that none is missing.
// Rows that move between two pages while the walk reads are seen twice or not at all; the
// largest count shows whether some are missing.
func (w *walk[T, ID]) eachRow(ctx context.Context, yield func(*T, error) bool) {
	ctx = hint.Walk(ctx)
	border := border[T, ID]{walk: w}
	count := 0
	emit := func(rows []T) bool {
		for i := range rows {
			if !w.note(&rows[i]) {
				continue
			}
			// A copy, so that a row that the caller keeps does not keep its page.
			row := rows[i]
			if !yield(&row, nil) {
				return false
			}
		}
		return true
	}
	for page, err := range w.pages(ctx) {
		if err != nil {
			yield(nil, err)
			return
		}
		count = max(count, page.Count)
		w.expect(count)
		if w.onPage != nil {
			w.onPage(PageInfo{Count: page.Count, Results: len(page.Results), Left: page.Left(), Next: page.Next})
		}
		tie, err := border.tie(ctx, page)
		if err != nil {
			yield(nil, err)
			return
		}
		if !emit(tie) || !emit(page.Results) {
			return
		}
		select {
		case w.used <- page.Results: // each row that was yielded is a copy
		default:
		}
	}
	offset, _ := strconv.Atoi(w.First.Get(query.Offset))
	if want := count - offset; len(w.seen) < want {
		yield(nil, w.fail(w.First.Encode(), &IncompleteError{Want: want, Got: len(w.seen)}))
	}
}

// A keyed row has a key by which lists of it can be sorted and filtered, and in which few
// rows are equal.
type keyed interface {
	OrderKey() (key string, value time.Time)
}

// A border lies between two pages of a walk. The service returns rows with equal sort
// keys in any order, which can change with each request. Then some of them appear on both
// pages and others on neither.
type border[T any, ID int | string] struct {
	*walk[T, ID]
	before string    // the query of the page before; "" at the first one
	last   time.Time // the key of its last row
}

// tie returns the rows with the same key as the last row of the previous page, if one of
// them appears again at the start of page. Then others may be missing, so tie requests
// exactly these rows.
func (b *border[T, ID]) tie(ctx context.Context, page *Page[T]) ([]T, error) {
	if !b.sortsByKey() {
		return nil, nil
	}
	before, last := b.before, b.last
	b.before = b.at
	if n := len(page.Results); n > 0 {
		_, b.last = keyOf(&page.Results[n-1])
	}
	if before == "" || !b.comesAgain(page.Results, last) {
		return nil, nil
	}
	exactly := maps.Clone(b.First)
	exactly.Del(query.Offset)
	exactly.Set(query.Limit, strconv.Itoa(MaxPageSize))
	exactly.Set(b.key+"__gte", query.FormatTime(last))
	exactly.Set(b.key+"__lte", query.FormatTime(last))
	tie, err := b.get(ctx, exactly.Encode(), nil)
	if err != nil {
		// A walk that continues must see this border again: it starts at the page before.
		return nil, b.fail(before, err)
	}
	return slices.DeleteFunc(tie.Results, func(row T) bool {
		_, key := keyOf(&row)
		return !key.Equal(last)
	}), nil
}

// sortsByKey reports whether rows with equal keys are neighbours.
func (b *border[T, ID]) sortsByKey() bool {
	return b.key != "" && query.FirstKey(b.First.Get(query.Order)) == b.key
}

// comesAgain reports whether one of the first rows, those with the key at, was seen
// before.
func (b *border[T, ID]) comesAgain(rows []T, at time.Time) bool {
	for i := range rows {
		if _, key := keyOf(&rows[i]); !key.Equal(at) {
			return false
		}
		if _, again := b.seen[b.id(&rows[i])]; again {
			return true
		}
	}
	return false
}

// keyOf returns the key of a row and its name, "" if it has none.
func keyOf[T any](row *T) (string, time.Time) {
	if row, ok := any(row).(keyed); ok {
		return row.OrderKey()
	}
	return "", time.Time{}
}

// A queryError is an error of package query with the prefix of this package.
type queryError struct{ error }

func (e queryError) Error() string { return "ll2: " + e.error.Error() }
func (e queryError) Unwrap() error { return e.error }
func (e queryError) Is(target error) bool {
	return target == ErrForeignLink && errors.Is(e.error, query.ErrForeign)
}
