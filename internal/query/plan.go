package query

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The parameters of every list.
const (
	Search = "search"
	Order  = "ordering"
	Mode   = "mode"
	Limit  = "limit"
	Offset = "offset"
)

// A Param is a parameter of a list.
type Param struct {
	Option  string                         // the option that sets it, for errors; "" if there is none
	Want    func(value string) (it string) // describes valid values if a value in a link is invalid; nil: all are valid
	Default string                         // the value that the service uses if there is none; "": it has no name
}

// A List describes the parameters of an endpoint.
type List struct {
	Endpoint Endpoint
	Params   map[string]Param
	Last     []string // keys added at the end of every order, so that it has no ties
	Limit    int      // default number of rows on a page
}

// A Wish holds the options of a caller.
type Wish struct {
	Given  map[string]string // parameters, "" for the service's default
	Limit  int               // 0: that of the List
	Offset int
	Links  []string // to start at; the last one wins
}

// A Plan is the checked and complete query for reading all pages of a list (a walk).
type Plan struct {
	First url.Values // the query of the first request
	list  List
	given map[string]string
	total string // the order, once it is total
}

// New checks the options of a caller.
func (l List) New(w Wish) (*Plan, error) {
	p := &Plan{First: make(url.Values), list: l, given: maps.Clone(w.Given)}
	if p.given == nil {
		p.given = make(map[string]string)
	}
	if w.Limit > 0 {
		p.given[Limit] = strconv.Itoa(w.Limit)
	}
	if ordering := p.given[Order]; ordering != "" {
		total, err := TotalOrder(ordering, l.Last...)
		if err != nil {
			return nil, err
		}
		p.given[Order], p.total = total, total
	}
	for _, link := range w.Links {
		var err error
		if p.First, err = l.start(link); err != nil {
			return nil, fmt.Errorf("StartAt: %w", err)
		}
	}
	if len(w.Links) > 0 {
		p.completeFirst()
		return p, p.contradicts(p.First)
	}
	for name, value := range p.given {
		if value != "" {
			p.First.Set(name, value)
		}
	}
	if w.Offset > 0 {
		p.First.Set(Offset, strconv.Itoa(w.Offset))
	}
	p.completeFirst()
	return p, nil
}

func (p *Plan) completeFirst() {
	p.Complete(p.First)
	p.total = p.First.Get(Order)
}

// Complete adds the page size, the shape and the total order if a query has none. Like
// the service, it ignores a parameter without a value.
func (p *Plan) Complete(q url.Values) {
	if q.Get(Limit) == "" {
		q.Set(Limit, cmp.Or(p.given[Limit], strconv.Itoa(p.list.Limit)))
	}
	if mode := p.First.Get(Mode); mode != "" && q.Get(Mode) == "" {
		q.Set(Mode, mode)
	}
	ordering := q.Get(Order)
	if ordering != "" && ordering == p.total {
		return // as in most links
	}
	total, err := TotalOrder(cmp.Or(ordering, p.given[Order]), p.list.Last...)
	want := p.list.Params[Order].Want
	if err != nil || want != nil && want(ordering) != "" { // an invalid order is ignored
		total, _ = TotalOrder(p.given[Order], p.list.Last...)
	}
	q.Set(Order, total)
}

// Strays returns the name of the first parameter, in the order of names, with which a
// query chooses other rows than the first query of the plan, or "". A parameter with
// several values counts as well: services use the last value, and this package the first.
func (p *Plan) Strays(q url.Values) string {
	strays := ""
	for name := range p.list.Params {
		chooses := name != Order && name != Limit && name != Offset
		strayed := len(q[name]) > 1 || chooses && !p.list.same(name, q.Get(name), p.First.Get(name))
		if strayed && (strays == "" || name < strays) {
			strays = name
		}
	}
	return strays
}

// contradicts refuses options that contradict the link. Otherwise one of the two would
// silently win.
func (p *Plan) contradicts(link url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(p.given)) {
		if value, linked := p.given[name], link.Get(name); !p.list.same(name, value, linked) {
			return fmt.Errorf("%s contradicts the link of StartAt: %s is %s here, %s there",
				cmp.Or(p.list.Params[name].Option, name), name, OrNotSet(value), OrNotSet(linked))
		}
	}
	return nil
}

// same reports whether two values of a parameter are equivalent.
func (l List) same(name, a, b string) bool {
	none := l.Params[name].Default
	return SameValue(cmp.Or(a, none), cmp.Or(b, none))
}

// OrNotSet quotes the values of a parameter.
func OrNotSet(values ...string) string {
	if strings.Join(values, "") == "" {
		return "not set"
	}
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = strconv.Quote(value)
	}
	return strings.Join(quoted, " and ")
}

// start parses a link to start at. It refuses values that the service would silently
// correct or ignore, so that a link that was written by hand gets what it asks for.
func (l List) start(link string) (url.Values, error) {
	at, err := l.Endpoint.ParseLink(link)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(at)) {
		values := at[name]
		param, known := l.Params[name]
		switch {
		case !known:
			return nil, fmt.Errorf("the service does not know the link's parameter %q and would ignore it", name)
		case len(values) > 1:
			return nil, fmt.Errorf("the link has %s more than once", name)
		case param.Want == nil:
			continue
		}
		if want := param.Want(values[0]); want != "" {
			return nil, fmt.Errorf("the link's %s is %q; it must be %s", name, values[0], want)
		}
	}
	_, err = TotalOrder(at.Get(Order), l.Last...)
	return at, err
}

// Within returns a [Param.Want] for numbers from least to most.
func Within(least, most int, it string) func(string) string {
	return func(value string) string {
		if n, err := strconv.Atoi(value); err != nil || n < least || n > most {
			return it
		}
		return ""
	}
}

// OneOf returns a [Param.Want] for a choice of words.
func OneOf(it string, words ...string) func(string) string {
	return func(value string) string {
		if !slices.Contains(words, value) {
			return it
		}
		return ""
	}
}

// Keys returns a [Param.Want] for comma-separated lists of keys to sort by, each with an
// optional -. An empty list is valid.
func Keys(it string, keys ...string) func(string) string {
	return func(value string) string {
		if value == "" {
			return ""
		}
		for key := range strings.SplitSeq(value, ",") {
			if !slices.Contains(keys, strings.TrimPrefix(strings.TrimSpace(key), "-")) {
				return it
			}
		}
		return ""
	}
}
