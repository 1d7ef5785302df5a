package ll2

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/hint"
	"github.com/docking-event/ll2/internal/query"
)

// A Resource is a list endpoint of the service. Its rows are decoded into T, a struct of
// yours, and identified by an ID. Client.DockingEvents uses one. Create it with
// [NewResource]. It is safe for concurrent use.
type Resource[T any, ID int | string] struct {
	sender   *sender
	err      error // of each call: the client or the path is bad
	endpoint query.Endpoint
	base     *url.URL // of the list; nil if err is set
	address  string   // the same as text
	id       func(*T) ID
	params   map[string]query.Param
	key      string   // in which few rows are equal, see keyed; "" if there is none
	last     []string // the last keys of every order
}

// newResource returns the resource at a path such as "2.2.0/docking_event/".
func newResource[T any, ID int | string](s *sender, path string, id func(*T) ID, params map[string]query.Param) *Resource[T, ID] {
	r := &Resource[T, ID]{sender: s, id: id, params: map[string]query.Param{
		query.Search: {},
		query.Order:  {},
		query.Mode:   {Default: "normal"}, // in 2.3.0; 2.2.0 has no such value
		query.Limit:  {Option: "PageSize", Want: query.Within(1, MaxPageSize, fmt.Sprintf("1 to %d", MaxPageSize))},
		query.Offset: {Option: "Offset", Want: query.Within(0, math.MaxInt, "0 or more")},
	}}
	maps.Copy(r.params, params)
	endpoint, err := query.ParsePath(path)
	switch {
	case s == nil:
		r.err = errNotNew
	case err != nil:
		r.err = fmt.Errorf("ll2: resource %q: %w; write it like \"2.2.0/astronaut/\"", path, err)
	case id == nil:
		r.err = fmt.Errorf("ll2: resource %q: the func that tells the id of a row is nil", path)
	}
	r.endpoint = endpoint
	if r.err == nil {
		r.base = s.base.JoinPath(endpoint.Path())
		r.address = r.base.String()
	}
	if r.key, _ = keyOf(new(T)); r.err == nil && r.key != "" && !query.IsKey(r.key) {
		r.err = fmt.Errorf("ll2: resource %q: OrderKey returns %q, which is no key to sort by", path, r.key)
	}
	r.last = []string{keyID}
	if r.key != "" {
		// The id makes an order total, but not every endpoint sorts by it.
		r.last = []string{r.key, keyID}
	}
	return r
}

// List returns one page of the rows that match the filters: the first page, or the one
// at [Offset] or [StartAt]. It sends one request.
//
// The filters are the parameters that were passed to [NewResource], and search, ordering
// and mode. Each has one value. The value "" selects the service's default and is not
// sent. Any other parameter is an error before anything is sent, because the service
// silently ignores unknown parameters. If no row matches, the page is empty and err is
// nil.
func (r *Resource[T, ID]) List(ctx context.Context, filters url.Values, opts ...WalkOption) (*Page[T], error) {
	p, err := r.planOf(filters, opts)
	return r.list(ctx, p, err)
}

// Pages ranges over the pages of the rows that match the filters, as the service sends
// them, one request for each page. [Resource.List] describes the filters. If rows move
// while it reads, pages can repeat rows or leave some out; [Resource.All] detects that.
//
// Nothing is sent before the range starts, each range starts again from the first page,
// and a break sends nothing more. An error ends the range: it is the last value, as
// (nil, [*PageError]). Errors are a bad filter or option, a request that failed, a next
// link that leads away or changes a filter ([ErrForeignLink]), and a next link that leads
// back or ten pages in a row without a new row ([ErrLinkLoop]).
func (r *Resource[T, ID]) Pages(ctx context.Context, filters url.Values, opts ...WalkOption) iter.Seq2[*Page[T], error] {
	p, err := r.planOf(filters, opts)
	return r.pages(ctx, p, err)
}

// All ranges over the rows that match the filters, page by page, and yields each row
// once, however often the service sends it. [Resource.List] describes the filters.
//
// Errors end the range as in [Resource.Pages]. All also proves that no row is missing: if
// it saw fewer distinct rows than the largest count of all pages, minus the offset of the
// first page, it ends with an [*IncompleteError]. [DockingEventsService.All] describes the
// losses that it cannot detect, and [NewResource] how it handles rows with equal keys.
func (r *Resource[T, ID]) All(ctx context.Context, filters url.Values, opts ...WalkOption) iter.Seq2[*T, error] {
	p, err := r.planOf(filters, opts)
	return r.all(ctx, p, err)
}

// Query returns the query of the first request of List, Pages and All, including page
// size and order. It is for mocks, logs and cache keys. It sends nothing.
func (r *Resource[T, ID]) Query(filters url.Values, opts ...WalkOption) (url.Values, error) {
	p, err := r.planOf(filters, opts)
	if err != nil {
		return nil, err
	}
	return p.First, nil
}

// planOf checks filters and options.
func (r *Resource[T, ID]) planOf(filters url.Values, opts []WalkOption) (plan, error) {
	if err := r.usable(); err != nil {
		return plan{}, err
	}
	given := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(filters)) {
		values := filters[name]
		known, ok := r.params[name]
		switch {
		case name == query.Limit || name == query.Offset:
			return plan{}, fmt.Errorf("ll2: the filters have %s; use the option %s", name, known.Option)
		case name == "format":
			return plan{}, errors.New("ll2: the filters have format; leave it out: a client always asks for JSON")
		case !ok:
			return plan{}, fmt.Errorf("ll2: the filters have %q, which the resource was not made with; the service would silently ignore what it does not know", name)
		case len(values) > 1:
			return plan{}, fmt.Errorf("ll2: the filters have %s more than once", name)
		case len(values) == 1:
			given[name] = values[0]
		}
	}
	var config walkConfig
	for _, opt := range opts {
		if err := opt.apply(&config); err != nil {
			return plan{}, err
		}
	}
	return r.plan(given, config)
}

// plan returns the plan for the given parameters.
func (r *Resource[T, ID]) plan(given map[string]string, config walkConfig) (plan, error) {
	list := query.List{Endpoint: r.endpoint, Params: r.params, Last: r.last, Limit: MaxPageSize}
	p, err := list.New(query.Wish{Given: given, Limit: config.limit, Offset: config.offset, Links: config.links})
	if err != nil {
		err = queryError{err}
		if r.sender != nil {
			err = r.sender.secret.RedactError(err)
		}
		return plan{}, err
	}
	return plan{config, r.endpoint, r.key, p}, nil
}

// list, pages and all implement List, Pages and All, for a plan or the error of making
// it.
func (r *Resource[T, ID]) list(ctx context.Context, p plan, err error) (*Page[T], error) {
	if err := cmp.Or(r.check(ctx), err); err != nil {
		return nil, err
	}
	return r.page(ctx, p.First.Encode(), nil, nil)
}

func (r *Resource[T, ID]) pages(ctx context.Context, p plan, err error) iter.Seq2[*Page[T], error] {
	return func(yield func(*Page[T], error) bool) {
		if err := cmp.Or(r.check(ctx), err); err != nil {
			yield(nil, &PageError{Err: err})
			return
		}
		r.walk(p).eachPage(ctx, yield)
	}
}

func (r *Resource[T, ID]) all(ctx context.Context, p plan, err error) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		if err := cmp.Or(r.check(ctx), err); err != nil {
			yield(nil, &PageError{Err: err})
			return
		}
		r.walk(p).eachRow(ctx, yield)
	}
}

// Get returns the row with an id, in the shape that the service sends for a single row. It
// sends one request. If there is no such row, the error is [ErrNotFound].
func (r *Resource[T, ID]) Get(ctx context.Context, id ID) (*T, error) {
	if err := r.check(ctx); err != nil {
		return nil, err
	}
	element := fmt.Sprint(id)
	if number, ok := any(id).(int); ok && number < 1 {
		return nil, fmt.Errorf("ll2: Get: %d is not the id of a %s; ids are 1 and more", number, r.endpoint)
	}
	if strings.Trim(element, ".") == "" || strings.ContainsAny(element, "/?#%") {
		return nil, fmt.Errorf("ll2: Get: %q is not the id of a %s", element, r.endpoint)
	}
	var row *T
	u := r.base.JoinPath(element + "/")
	ctx, ready := hint.WithReady[*T](ctx)
	err := r.sender.send(ctx, request{kind: KindOne, url: u, decode: func(_ http.Header, data []byte) error {
		var given bool
		if row, given = ready.Take(); given {
			return r.checkID(row)
		}
		row = new(T)
		if err := body.ReadRow(data, row); err != nil {
			return err
		}
		return r.checkID(row)
	}})
	if err != nil {
		return nil, err
	}
	return row, nil
}

// usable returns the error of a resource that cannot work.
func (r *Resource[T, ID]) usable() error {
	switch {
	case r == nil:
		return errNoResource
	case r.err == nil && r.sender == nil: // the zero value
		return errNoResource
	}
	return r.err
}

// check returns the error of a call that cannot work.
func (r *Resource[T, ID]) check(ctx context.Context) error {
	if err := r.usable(); err != nil {
		return err
	}
	if ctx == nil {
		return errNilContext
	}
	return nil
}

// checkID returns an error for a row without an id.
func (r *Resource[T, ID]) checkID(row *T) error {
	var zero ID
	if r.id(row) == zero {
		return fmt.Errorf("ll2: %s without an id", r.endpoint)
	}
	return nil
}

func (r *Resource[T, ID]) url(query string) *url.URL {
	u := *r.base
	u.RawQuery = query
	return &u
}

// page sends the request for a page. admitted is called when the request has its place in
// the quota, or has none; it can be nil. The rows of the page are stored in used ones, if
// there are some.
func (r *Resource[T, ID]) page(ctx context.Context, q string, admitted func(error), used <-chan []T) (*Page[T], error) {
	var page *Page[T]
	ctx, ready := hint.WithReady[body.Page[T]](ctx)
	err := r.sender.send(ctx, request{kind: KindList, url: r.url(q), admitted: admitted, decode: func(header http.Header, data []byte) error {
		most := query.SizeOf(q)
		if most < 1 || most > MaxPageSize {
			most = MaxPageSize // a link of another server can have such a limit
		}
		read, given := ready.Take()
		if !given {
			var rows []T
			select {
			case rows = <-used:
			default:
			}
			var err error
			if read, err = body.ReadPage(data, most, rows); err != nil {
				return err
			}
		}
		page = new(Page[T])
		*page = newPage(read)
		page.Date = dateOf(header)
		for i := range page.Results {
			if err := r.checkID(&page.Results[i]); err != nil {
				return err
			}
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// dateOf returns the time at which an answer was made, or zero if it is unknown.
func dateOf(h http.Header) time.Time {
	text := h.Get("Date")
	if text == "" {
		return time.Time{}
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return time.Time{}
	}
	if age, err := strconv.Atoi(h.Get("Age")); err == nil && age > 0 {
		date = date.Add(-seconds(float64(age)))
	}
	return date.UTC()
}

func (r *Resource[T, ID]) walk(p plan) *walk[T, ID] {
	used := make(chan []T, 1)
	return &walk[T, ID]{
		plan: p,
		get: func(ctx context.Context, q string, admitted func(error)) (*Page[T], error) {
			return r.page(ctx, q, admitted, used)
		},
		used: used,
		id:   r.id,
		seen: make(map[ID]struct{}),
		lead: r.address,
		fail: func(at string, err error) *PageError {
			hide := r.sender.secret
			return &PageError{URL: hide.Redact(r.url(at).String()), Err: hide.RedactError(err)}
		},
	}
}
