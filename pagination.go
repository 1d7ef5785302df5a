package ll2

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"
)

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
	query := link.Query()
	offset, _ := strconv.Atoi(query.Get("offset"))
	limit, _ := strconv.Atoi(query.Get("limit"))
	if limit < 1 {
		limit = max(1, len(p.Results))
	}
	rest := p.Count - max(0, offset)
	return max(1, rest/limit+min(1, max(0, rest%limit)))
}

// pageJSON is the service's form of a page. Pointers tell a missing or null key
// from an empty one.
type pageJSON[T any] struct {
	Count    *int    `json:"count"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Results  *[]T    `json:"results"`
}

// MarshalJSON encodes the page as the service writes it.
func (p Page[T]) MarshalJSON() ([]byte, error) {
	results := p.Results
	if results == nil {
		results = []T{}
	}
	return json.Marshal(pageJSON[T]{&p.Count, orNull(p.Next), orNull(p.Previous), &results})
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// UnmarshalJSON decodes a page of the service.
func (p *Page[T]) UnmarshalJSON(data []byte) error {
	if page, ok := scanPage[T](data); ok {
		*p = page
		return nil
	}
	var wire pageJSON[T]
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	switch {
	case wire.Count == nil:
		return errors.New("ll2: page without a count")
	case wire.Results == nil:
		return errors.New("ll2: page without a results list")
	}
	*p = Page[T]{*wire.Count, Value(wire.Next), Value(wire.Previous), *wire.Results}
	return nil
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

// A listing is a list of the service that is walked page by page.
type listing[T any] struct {
	endpoint string                                           // what the path of its links ends in
	url      func(url.Values) *url.URL                        // the request for a query
	get      func(context.Context, request) (*Page[T], error) // sends it
	complete func(link url.Values)                            // adds what a link's query leaves out
	id       func(*T) int                                     // tells whether two are the same
	parallel int                                              // pages that may be asked for at once
	onPage   func(*Page[T])                                   // is told of each page by all; can be nil

	// Links can hold whatever a service sends back.
	redact      func(string) string
	redactError func(error) error
}

// pages walks from the query first along the next links, one page a step.
func (l listing[T]) pages(ctx context.Context, first url.Values) iter.Seq2[*Page[T], error] {
	return func(yield func(*Page[T], error) bool) {
		ahead := newAhead(ctx, l)
		defer ahead.stop()
		followed := make(map[string]bool)
		for query := first; ; {
			followed[query.Encode()] = true
			u := l.url(query)
			page, err := ahead.get(query)
			if err != nil {
				yield(nil, l.fail(u, err))
				return
			}
			next, foreseeable, err := l.next(page, followed)
			ahead.follow(next, foreseeable, page.Count)
			if !yield(page, nil) {
				return
			}
			if err != nil {
				yield(nil, l.fail(u, err))
			}
			if next == nil {
				return
			}
			query = next
		}
	}
}

// next returns the query of a page's next link, nil where there is none or it
// cannot be followed. What comes behind it is foreseeable if the link says how
// large a page is and where it begins.
func (l listing[T]) next(page *Page[T], followed map[string]bool) (query url.Values, foreseeable bool, err error) {
	if page.Next == "" {
		return nil, false, nil
	}
	query, err = parseLink(page.Next, l.endpoint)
	if err != nil {
		return nil, false, err
	}
	foreseeable = query.Has(paramLimit) && query.Has(paramOffset)
	l.complete(query)
	if followed[query.Encode()] {
		return nil, false, fmt.Errorf("%w: %q was followed before", ErrLinkLoop, page.Next)
	}
	return query, foreseeable, nil
}

func (l listing[T]) fail(u *url.URL, err error) *PageError {
	return &PageError{URL: l.redact(u.String()), Err: l.redactError(err)}
}

// all walks the pages and yields what they hold, each once, and proves that
// nothing is missing: rows that move between two pages while the walk reads
// are seen twice or not at all, and the largest count tells which.
func (l listing[T]) all(ctx context.Context, first url.Values) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		seen := make(map[int]struct{})
		count := 0
		for page, err := range l.pages(ctx, first) {
			if err != nil {
				yield(nil, err)
				return
			}
			count = max(count, page.Count)
			if l.onPage != nil {
				l.onPage(page)
			}
			for i := range page.Results {
				id := l.id(&page.Results[i])
				if _, again := seen[id]; again {
					continue
				}
				seen[id] = struct{}{}
				// A copy, so that an event that the caller keeps does not keep
				// its page.
				v := page.Results[i]
				if !yield(&v, nil) {
					return
				}
			}
		}
		offset, _ := strconv.Atoi(first.Get("offset"))
		if want := count - offset; len(seen) < want {
			yield(nil, l.fail(l.url(first), &IncompleteError{Want: want, Got: len(seen)}))
		}
	}
}

// parseLink returns the query of a link to the endpoint, without format: the
// service copies it into links, and following it would fetch HTML. The host and
// what precedes the endpoint in the path do not count: mirrors and proxies
// differ there, and the link's host is not asked anyway.
func parseLink(link, endpoint string) (url.Values, error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is not a URL", ErrForeignLink, link)
	}
	if !strings.HasSuffix(u.Path, "/"+endpoint) {
		return nil, fmt.Errorf("%w: the path of %q does not end in /%s", ErrForeignLink, link, endpoint)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("%w: the query of %q is damaged: %w", ErrForeignLink, link, err)
	}
	query.Del("format")
	return query, nil
}
