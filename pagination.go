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

// MaxPageSize is the most rows that the service puts on a page.
const MaxPageSize = 100

// keyID is the last key of every order.
const keyID = "id"

// maxIdlePages is how many pages in a row may bring no new row before a walk
// takes its links for a chain without an end.
const maxIdlePages = 10

// A Page is one page of a list, as the service sent it.
//
// It encodes and decodes as the service writes it: Next and Previous are null
// where they are "". Decoding fails for a page without a count or a results
// list.
type Page[T any] struct {
	Count    int    // of all that the filters fit, on all pages together
	Next     string // link to the next page, "" on the last one; see [StartAt]
	Previous string // link to the page before, "" on the first one
	Results  []T

	// Date is when the service made the page: the time in the Date header of the
	// answer less the Age that a cache on the way says. It is zero if the answer
	// does not say, and not a part of the JSON.
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

// Left returns how many requests the rest of the walk takes, as far as Count
// and Next tell: 0 on the last page, at least 1 on any other.
func (p *Page[T]) Left() int {
	if p.Next == "" {
		return 0
	}
	// What does not parse counts as 0, and so as unknown.
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

// A PageInfo is what [OnPage] is told of a page.
type PageInfo struct {
	Count   int    // of all that the filters fit, on all pages together
	Results int    // rows on this page
	Left    int    // requests that the rest of the walk takes, see [Page.Left]
	Next    string // link to the next page, "" on the last one; when to store it: see OnPage
}

// Collect reads seq to its end, or to its first error. On an error it returns
// what came before, and the error:
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

// ResumeLink returns the link at which a walk that ended with err can go on, for
// [StartAt], and whether there is one. What stands before that link was yielded,
// so a program can store the link together with that. There is none if the walk
// came to its end (err is nil), if only a new walk helps ([ErrIncomplete]), if
// nothing was sent because the options were wrong, and if err is not of a walk:
// store "" then, so that the next walk begins anew.
//
// With [ErrForeignLink] and [ErrLinkLoop] it is the page that held the bad link,
// whose rows come again.
func ResumeLink(err error) (link string, ok bool) {
	var page *PageError
	if !errors.As(err, &page) || page == nil || errors.Is(err, ErrIncomplete) ||
		page.URL == "" || strings.Contains(page.URL, secret.Mark) {
		return "", false
	}
	return page.URL, true
}

// walkConfig is what WalkOptions fill in.
type walkConfig struct {
	limit    int // 0: MaxPageSize
	offset   int
	links    []string // of StartAt; the last one wins
	parallel int      // 0: one page at a time
	onPage   func(PageInfo)
}

// A plan is what a walk asks for.
type plan struct {
	walkConfig
	endpoint query.Endpoint
	key      string // by which few rows are equal, see keyed; "" if there is none
	*query.Plan
}

// A walk reads a list page by page.
type walk[T any, ID int | string] struct {
	plan
	get  ahead.Get[*Page[T]]
	used chan<- []T // rows that nobody has any more
	id   func(*T) ID
	fail func(query string, err error) *PageError

	seen  map[ID]struct{} // ids of all rows so far
	roomy bool            // it has room for all that are to come
	at    string          // the query of the page that was yielded last
	steps query.Steps     // where the walk is
	lead  string          // what stands before the query in a link to the list
}

// pages walks along the next links, one page a step. Which rows of a page are new
// is for the one who ranges to find out, and to note in w.seen.
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

// next returns the query of a page's next link, "" where there is none or it
// cannot be followed. What comes behind it is foreseeable if the link says how
// large a page is and where it begins.
func (w *walk[T, ID]) next(page *Page[T]) (text string, foreseeable bool, err error) {
	if page.Next == "" {
		return "", false, nil
	}
	lead, written, _ := strings.Cut(page.Next, "?")
	if text = w.steps.Next(); written == text && lead == w.lead {
		w.steps.Offset += w.steps.Size
		return text, true, nil // as nearly every link
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

// expect makes room for the ids of all rows once there is more than one page, as far as
// a count is to be believed.
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

// eachRow yields what the pages hold, each row once, and proves that nothing is
// missing: rows that move between two pages while the walk reads are seen twice
// or not at all, and the largest count tells which.
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

// A keyed row knows the value of a key by which lists of it can be sorted and
// filtered, and in which few rows are equal.
type keyed interface {
	OrderKey() (key string, value time.Time)
}

// A border is where one page of a walk ends and the next begins. Rows that are
// equal in all that the service sorts by come in any order, and in another one at
// each request: at a border some come twice then, and others never.
type border[T any, ID int | string] struct {
	*walk[T, ID]
	before string    // the query of the page before; "" at the first one
	last   time.Time // the key of its last row
}

// tie returns the rows that are equal to the last one of the page before, if one
// of them comes again at the start of page: then others may be missing. The
// service is asked for exactly them.
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
		// Whoever goes on begins at the page before: this border is to be seen again.
		return nil, b.fail(before, err)
	}
	return slices.DeleteFunc(tie.Results, func(row T) bool {
		_, key := keyOf(&row)
		return !key.Equal(last)
	}), nil
}

// sortsByKey reports whether rows that are equal in the key stand together.
func (b *border[T, ID]) sortsByKey() bool {
	return b.key != "" && query.FirstKey(b.First.Get(query.Order)) == b.key
}

// comesAgain reports whether a row with the key at, with which rows begin, was
// seen before.
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

// A queryError is an error of package query in words of this package.
type queryError struct{ error }

func (e queryError) Error() string { return "ll2: " + e.error.Error() }
func (e queryError) Unwrap() error { return e.error }
func (e queryError) Is(target error) bool {
	return target == ErrForeignLink && errors.Is(e.error, query.ErrForeign)
}
