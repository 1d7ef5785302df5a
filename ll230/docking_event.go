package ll230

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/query"
)

// dockingEventPath is the path of the docking events below the base URL.
const dockingEventPath = "2.3.0/docking_events/"

// The parameters of the list, as the API spells them. The service silently ignores
// unknown parameters and then sends events that were not asked for. The parameter
// docked is not among these: one server knows it, and the others ignore it.
const (
	paramStation  = "space_station_target__id"
	paramVehicle  = "flight_vehicle_chaser__id"
	paramLocation = "docking_location__id"
	paramAfter    = "docking__gt"
	paramSince    = "docking__gte"
	paramBefore   = "docking__lt"
	paramUntil    = "docking__lte"
	paramSearch   = "search"
	paramOrder    = "ordering"
	paramMode     = "mode"
)

// errNotMade is the error of a service that [DockingEvents] did not make.
var errNotMade = errors.New("ll2: this service was not made by ll230.DockingEvents")

// A DockingEventsService lists and gets docking events of version 2.3.0. Create it
// with [DockingEvents]. It is safe for concurrent use.
type DockingEventsService struct {
	events *ll2.Resource[DockingEvent, int]
}

// DockingEvents returns the service for docking events of version 2.3.0, which sends
// its requests through c. They count against the quota of c together with all other
// requests of c, wait while c is blocked after a 429, and use its token, retries and
// traces. DockingEvents itself sends nothing. If c was not created by [ll2.New], each
// call returns an error.
func DockingEvents(c *ll2.Client) *DockingEventsService {
	return &DockingEventsService{ll2.NewResource(c, dockingEventPath, func(e *DockingEvent) int { return e.ID },
		paramStation, paramVehicle, paramLocation, paramAfter, paramSince, paramBefore, paramUntil)}
}

// List returns one page of the docking events that match the options: the first one,
// or the one at which [ll2.Offset] or [ll2.StartAt] begin. It sends one request.
//
// If no event matches the filters, the page is empty and the error is nil. Invalid
// options are reported before anything is sent.
func (s *DockingEventsService) List(ctx context.Context, opts ...ListOption) (*ll2.Page[DockingEvent], error) {
	l, err := s.listing(opts)
	if err != nil {
		return nil, err
	}
	return s.events.List(ctx, l.filters, l.walk...)
}

// Pages iterates over the pages of the docking events that match the options, with
// one request per page, and yields them as the service sends them. If rows move while
// it reads, pages repeat events or leave some out; [DockingEventsService.All] handles
// that.
//
// Nothing is sent before the range loop starts. Each loop over the result reads the
// list anew from its beginning, and after a break nothing more is sent. An error ends
// the loop: the last value is (nil, [*ll2.PageError]). Errors are invalid options, a
// request that failed, a next link that leads to another place or changes a filter
// ([ll2.ErrForeignLink]), and a next link that leads back, or ten pages in a row
// without a new event ([ll2.ErrLinkLoop]).
func (s *DockingEventsService) Pages(ctx context.Context, opts ...ListOption) iter.Seq2[*ll2.Page[DockingEvent], error] {
	l, err := s.listing(opts)
	if err != nil {
		return failed[ll2.Page[DockingEvent]](err)
	}
	return s.events.Pages(ctx, l.filters, l.walk...)
}

// All iterates over the docking events that match the options, page after page, and
// yields each event once, even if the service sends it several times.
//
// It ends as [DockingEventsService.Pages] does. It also checks that nothing is
// missing. The number of distinct events must be at least the largest count that the
// service reported, less the offset at which All began. If it is smaller, because
// rows moved between pages while All read, the last error is an
// [*ll2.IncompleteError].
//
// The service sorts by docking and departure only, so events with equal times may
// come in a different order on each page. If an event comes twice at the border of
// two pages, All requests exactly the events with that docking time, ordered by
// [ByDocking], with at most one request per border, and yields the missing ones in
// their place.
func (s *DockingEventsService) All(ctx context.Context, opts ...ListOption) iter.Seq2[*DockingEvent, error] {
	l, err := s.listing(opts)
	if err != nil {
		return failed[DockingEvent](err)
	}
	return s.events.All(ctx, l.filters, l.walk...)
}

// failed returns a sequence that only yields err.
func failed[T any](err error) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) { yield(nil, &ll2.PageError{Err: err}) }
}

// Get returns one docking event in the detailed shape. It sends one request.
//
// The id must be 1 or more. If the service has no such event, the error is
// [ll2.ErrNotFound]. An event that version 2.2.0 also has, has the same id there.
func (s *DockingEventsService) Get(ctx context.Context, id int) (*DockingEvent, error) {
	if s == nil || s.events == nil {
		return nil, errNotMade
	}
	return s.events.Get(ctx, id)
}

// Query returns the query that [DockingEventsService.List] sends first for these
// options, including page size and order. It is useful for mocks, logs and cache
// keys. The error is the one that List returns for these options.
func Query(opts ...ListOption) (url.Values, error) {
	client, err := ll2.New() // sends nothing
	if err != nil {
		return nil, err
	}
	l, err := DockingEvents(client).listing(opts)
	return l.query, err
}

// A ListOption selects the docking events that [DockingEventsService.List],
// [DockingEventsService.Pages] and [DockingEventsService.All] return, or controls how
// they read them. The functions of this package return ListOptions, and every
// [ll2.WalkOption] is one; the filters of version 2.2.0 are not. Nil options are
// ignored. A later option overrides an earlier one of the same kind. Arguments are
// checked before anything is sent.
type ListOption interface{ ListOption() }

// A filter is a ListOption that sets a parameter.
type filter struct {
	param, value string
	err          error // about the option's argument
}

func (filter) ListOption() {}

// newFilter returns a filter, or the error about the option's argument.
func newFilter(option, param, value string, err error) filter {
	if err != nil {
		err = fmt.Errorf("ll2: %s: %w", option, err)
	}
	return filter{param, value, err}
}

// A listing holds the options of one list.
type listing struct {
	filters url.Values
	walk    []ll2.WalkOption
	query   url.Values // of the first request
}

// listing reads options.
func (s *DockingEventsService) listing(opts []ListOption) (listing, error) {
	if s == nil || s.events == nil {
		return listing{}, errNotMade
	}
	l := listing{filters: make(url.Values)}
	for _, opt := range opts {
		switch opt := opt.(type) {
		case nil:
		case filter:
			if opt.err != nil {
				return listing{}, opt.err
			}
			l.filters.Set(opt.param, opt.value)
		case ll2.WalkOption:
			l.walk = append(l.walk, opt)
		default:
			return listing{}, fmt.Errorf("ll2: %T is no option of ll230 and no ll2.WalkOption", opt)
		}
	}
	var err error
	if l.query, err = s.events.Query(l.filters, l.walk...); err == nil {
		err = check(l.query)
	}
	if err != nil {
		return listing{}, err
	}
	return l, nil
}

// check refuses values in the link of StartAt that the service would silently correct
// or ignore. Values from options were checked before.
func check(q url.Values) error {
	for _, p := range [...]struct {
		name string
		want func(value string) string
	}{
		{paramStation, query.WantID},
		{paramVehicle, query.WantID},
		{paramLocation, query.WantID},
		{paramAfter, query.WantTime},
		{paramSince, query.WantTime},
		{paramBefore, query.WantTime},
		{paramUntil, query.WantTime},
		{paramMode, query.OneOf("normal, detailed, or left out", string(ModeNormal), string(ModeDetailed))},
		{paramOrder, wantOrder},
	} {
		if !q.Has(p.name) {
			continue
		}
		if want := p.want(q.Get(p.name)); want != "" {
			// The value is left out, because the link may contain a token.
			return fmt.Errorf("ll2: StartAt: the link's %s must be %s", p.name, want)
		}
	}
	return nil
}

// wantOrder accepts id only as the last key, where walks add it to every order.
func wantOrder(value string) string {
	keys := query.Keys("keys out of docking and departure, with id behind them", string(ByDocking), string(ByDeparture))
	return keys(strings.TrimSuffix(value, ",id"))
}

// ForStation selects the dockings with one station as the target, by the station's
// id; 4 is the ISS. It does not select events in which the station was the chaser.
func ForStation(id int) ListOption { return byID("ForStation", paramStation, "space station", id) }

// ForFlightVehicle selects the dockings in which one flight of a spacecraft was the
// chaser, by the id of the [FlightVehicle].
func ForFlightVehicle(id int) ListOption {
	return byID("ForFlightVehicle", paramVehicle, "flight vehicle", id)
}

// ForDockingLocation selects the dockings at one port, by its id.
func ForDockingLocation(id int) ListOption {
	return byID("ForDockingLocation", paramLocation, "docking location", id)
}

func byID(option, param, what string, id int) ListOption {
	value, err := query.ID(what, id)
	return newFilter(option, param, value, err)
}

// DockedAfter selects dockings later than t.
func DockedAfter(t time.Time) ListOption { return byTime("DockedAfter", paramAfter, t, false) }

// DockedSince selects dockings at t or later.
func DockedSince(t time.Time) ListOption { return byTime("DockedSince", paramSince, t, true) }

// DockedBefore selects dockings earlier than t.
func DockedBefore(t time.Time) ListOption { return byTime("DockedBefore", paramBefore, t, true) }

// DockedUntil selects dockings at t or earlier.
func DockedUntil(t time.Time) ListOption { return byTime("DockedUntil", paramUntil, t, false) }

// byTime rounds t, because the service counts in microseconds; see [query.Bound].
func byTime(option, param string, t time.Time, up bool) ListOption {
	value, err := query.Bound(t, up)
	return newFilter(option, param, value, err)
}

// Search selects docking events in which the service finds text: in the name of the
// docking location, or of the spacecraft, payload or station that is the chaser or
// the target.
func Search(text string) ListOption {
	value, err := query.Text(text)
	return newFilter("Search", paramSearch, value, err)
}

// An Order is a key to sort by, ascending. [Order.Desc] reverses it.
type Order string

// The keys by which the service can sort; it cannot sort by id. Events that are still
// docked come last with ByDeparture and first with ByDeparture.Desc().
const (
	ByDocking   Order = "docking"
	ByDeparture Order = "departure"
)

// Desc returns the same key, descending.
func (o Order) Desc() Order {
	if strings.HasPrefix(string(o), "-") {
		return o
	}
	return "-" + o
}

func (o Order) known() bool {
	key := Order(strings.TrimPrefix(string(o), "-"))
	return key == ByDocking || key == ByDeparture
}

// OrderBy sorts by the first key, then events with equal values by the second, and so
// on. The default is [ByDocking]; OrderBy without arguments restores it.
//
// If [ByDocking] is not among the keys, it is added as the last one. Docking times
// are almost unique, so the order is almost unique as well;
// [DockingEventsService.All] handles the remaining equal times. The id is added after
// it, for servers that can sort by id.
func OrderBy(order ...Order) ListOption {
	terms := make([]string, 0, len(order))
	for _, key := range order {
		if !key.known() {
			// The service would silently ignore it.
			return filter{err: fmt.Errorf("ll2: OrderBy: unknown order %q; use ByDocking or ByDeparture", key)}
		}
		terms = append(terms, string(key))
	}
	return filter{param: paramOrder, value: cmp.Or(strings.Join(terms, ","), string(ByDocking))}
}

// A Mode selects the shape in which the service sends events.
type Mode string

// The modes of a list.
const (
	ModeNormal   Mode = "normal"   // the default
	ModeDetailed Mode = "detailed" // with all fields of the chaser and its launch, at twice the size
)

// InMode requests events in a shape. The default is [ModeNormal].
func InMode(mode Mode) ListOption {
	switch mode {
	case ModeNormal:
		return filter{param: paramMode} // the service's own default
	case ModeDetailed:
		return filter{param: paramMode, value: string(mode)}
	default:
		return filter{err: fmt.Errorf("ll2: InMode: unknown mode %q; use ModeNormal or ModeDetailed", mode)}
	}
}
