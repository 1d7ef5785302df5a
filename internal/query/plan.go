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

// The parameters that every list has.
const (
	Search = "search"
	Order  = "ordering"
	Mode   = "mode"
	Limit  = "limit"
	Offset = "offset"
)

// A Param is a parameter of a list.
type Param struct {
	Option  string                         // that sets it, for errors; "" if there is none
	Want    func(value string) (it string) // what it must be, if a value in a link is not right; nil: any is
	Default string                         // what the service takes none for; "": there is no word for it
}

// A List is what there is to ask an endpoint for.
type List struct {
	Endpoint Endpoint
	Params   map[string]Param
	Last     []string // keys behind every order, so that it has no ties
	Limit    int      // of rows on a page, if nobody says another one
}

// A Wish is what a caller asks for.
type Wish struct {
	Given  map[string]string // parameters, "" for the service's default
	Limit  int               // 0: that of the List
	Offset int
	Links  []string // to start at; the last one wins
}

// A Plan is what a walk asks for: checked and complete.
type Plan struct {
	First url.Values // the query of the first request
	list  List
	given map[string]string
	total string // the order, once it is
}

// New checks what a caller asks for.
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

// Complete adds the page size, the shape and the total order if a query has none.
// A parameter without a value is none, as to the service.
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
	if err != nil || want != nil && want(ordering) != "" { // a damaged one is none
		total, _ = TotalOrder(p.given[Order], p.list.Last...)
	}
	q.Set(Order, total)
}

// Strays returns the first parameter by name that has a query choose other rows
// than the first one, or "". One with several values does: services take the last
// one, and what reads a query here takes the first.
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

// contradicts refuses wishes that say other than the link: with either winning,
// the other would be broken without a word.
func (p *Plan) contradicts(link url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(p.given)) {
		if value, linked := p.given[name], link.Get(name); !p.list.same(name, value, linked) {
			return fmt.Errorf("%s contradicts the link of StartAt: %s is %s here, %s there",
				cmp.Or(p.list.Params[name].Option, name), name, OrNotSet(value), OrNotSet(linked))
		}
	}
	return nil
}

// same reports whether two values of a parameter ask for the same.
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

// start reads a link to start at. It refuses what the service would silently
// correct or ignore, so that a link that was written by hand cannot mean something
// else than it says.
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

// Within returns a [Param.Want] of numbers from least to most.
func Within(least, most int, it string) func(string) string {
	return func(value string) string {
		if n, err := strconv.Atoi(value); err != nil || n < least || n > most {
			return it
		}
		return ""
	}
}

// OneOf returns a [Param.Want] of words.
func OneOf(it string, words ...string) func(string) string {
	return func(value string) string {
		if !slices.Contains(words, value) {
			return it
		}
		return ""
	}
}

// Keys returns a [Param.Want] of comma lists of keys to sort by, each with an
// optional -. An empty list is one.
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
