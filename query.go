package ll2

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The parameters of the list, as the API spells them. It ignores any other
// without a word, and then sends what nobody asked for.
const (
	paramStation  = "space_station__id"
	paramVehicle  = "flight_vehicle__id"
	paramLocation = "docking_location__id"
	paramAfter    = "docking__gt"
	paramSince    = "docking__gte"
	paramBefore   = "docking__lt"
	paramUntil    = "docking__lte"
	paramSearch   = "search"
	paramOrder    = "ordering"
	paramMode     = "mode"
	paramLimit    = "limit"
	paramOffset   = "offset"
)

// listOptions is what the options of a list fill in.
type listOptions struct {
	given    map[string]givenParam
	offset   int
	parallel int
	onPage   func(*Page[DockingEvent])
	link     url.Values // of StartAt; nil without
}

// A givenParam is a parameter that an option gave; its value is "" where the
// option says what the API has no word for.
type givenParam struct{ option, value string }

func newListOptions(opts []ListOption) (*listOptions, error) {
	o := &listOptions{given: make(map[string]givenParam), parallel: 1}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(o); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (o *listOptions) set(option, param, value string) {
	o.given[param] = givenParam{option, value}
}

// query returns what the first request asks for.
func (o *listOptions) query() (url.Values, error) {
	query := make(url.Values)
	if o.link != nil {
		for param, values := range o.link {
			query[param] = slices.Clone(values)
		}
		o.complete(query)
		return query, o.contradicts(query)
	}
	for param, given := range o.given {
		if given.value != "" {
			query.Set(param, given.value)
		}
	}
	if o.offset > 0 {
		query.Set(paramOffset, strconv.Itoa(o.offset))
	}
	o.complete(query)
	return query, nil
}

// complete adds the page size and the total order where a query has none.
func (o *listOptions) complete(query url.Values) {
	if !query.Has(paramLimit) {
		query.Set(paramLimit, strconv.Itoa(MaxPageSize))
		if given, ok := o.given[paramLimit]; ok {
			query.Set(paramLimit, given.value)
		}
	}
	if !query.Has(paramOrder) {
		query.Set(paramOrder, o.order())
	} else if total, err := linkOrder(query.Get(paramOrder)); err == nil {
		query.Set(paramOrder, total)
	} else {
		query.Set(paramOrder, o.order()) // a damaged one is none
	}
}

// order returns the total order that the options ask for.
func (o *listOptions) order() string {
	if given, ok := o.given[paramOrder]; ok {
		return given.value
	}
	return string(ByDocking + "," + ByID)
}

// contradicts refuses options that say other than the link of StartAt: with
// either winning, the other would be broken without a word.
func (o *listOptions) contradicts(link url.Values) error {
	for param, given := range o.given {
		if linked := link.Get(param); !sameValue(param, given.value, linked) {
			return fmt.Errorf("ll2: %s contradicts the link of StartAt: %s is %s here, %s there",
				given.option, param, orNotSet(given.value), orNotSet(linked))
		}
	}
	return nil
}

func orNotSet(value string) string {
	if value == "" {
		return "not set"
	}
	return strconv.Quote(value)
}

// sameValue compares times as instants: the service may write them otherwise.
func sameValue(param, a, b string) bool {
	switch param {
	case paramAfter, paramSince, paramBefore, paramUntil:
		at, errA := time.Parse(time.RFC3339Nano, a)
		bt, errB := time.Parse(time.RFC3339Nano, b)
		return errA == nil && errB == nil && at.Equal(bt)
	}
	return a == b
}

// totalOrder joins keys as the API wants them, and adds ByID where it is
// missing.
func totalOrder(order []Order) (string, error) {
	terms := make([]string, 0, len(order)+1)
	named := make(map[Order]bool)
	for _, key := range order {
		switch key.key() {
		case ByID, ByDocking, ByDeparture:
		default:
			// The service would drop it silently.
			return "", fmt.Errorf("ll2: OrderBy: unknown order %q; use ByID, ByDocking or ByDeparture", key)
		}
		if named[key.key()] {
			return "", fmt.Errorf("ll2: OrderBy: %q is named twice", key.key())
		}
		named[key.key()] = true
		terms = append(terms, string(key))
	}
	if !named[ByID] {
		terms = append(terms, string(ByID))
	}
	return strings.Join(terms, ","), nil
}

// checkLink refuses what the service would silently correct or ignore, so that
// a link that was written by hand cannot mean something else than it says.
func checkLink(query url.Values) error {
	for param, values := range query {
		value := values[0]
		bad := func(want string) error {
			return fmt.Errorf("ll2: StartAt: the link's %s is %q; it must be %s", param, value, want)
		}
		if len(values) > 1 {
			return fmt.Errorf("ll2: StartAt: the link has %s more than once", param)
		}
		n, notInt := strconv.Atoi(value)
		switch param {
		case paramStation, paramVehicle, paramLocation:
			if notInt != nil || n < 1 {
				return bad("an id, 1 or more")
			}
		case paramAfter, paramSince, paramBefore, paramUntil:
			if _, err := time.Parse(time.RFC3339Nano, value); err != nil {
				return bad("a time like 2024-01-31T12:00:00Z")
			}
		case paramLimit:
			if notInt != nil || n < 1 || n > MaxPageSize {
				return bad(fmt.Sprintf("1 to %d", MaxPageSize))
			}
		case paramOffset:
			if notInt != nil || n < 0 {
				return bad("0 or more")
			}
		case paramMode:
			if value != string(ModeDetailed) {
				return bad(string(ModeDetailed) + ", or left out")
			}
		case paramOrder:
			if _, err := linkOrder(value); err != nil {
				return fmt.Errorf("%w, in the link of StartAt", err)
			}
		case paramSearch:
		default:
			return fmt.Errorf("ll2: StartAt: the service does not know the link's parameter %q and would ignore it", param)
		}
	}
	return nil
}

// linkOrder reads a link's ordering and makes it total.
func linkOrder(ordering string) (string, error) {
	var order []Order
	for term := range strings.SplitSeq(ordering, ",") {
		order = append(order, Order(strings.TrimSpace(term)))
	}
	return totalOrder(order)
}
