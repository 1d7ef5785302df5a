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

// dockingEventPath is where docking events are below the base URL.
const dockingEventPath = "2.3.0/docking_events/"

// The parameters of the list, as the API spells them. It silently ignores any other
// one, and then sends what nobody asked for. One server knows docked, too, and the
// others ignore it, so it is not among them.
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

// errNotMade is of a service that lists nothing.
var errNotMade = errors.New("ll2: this service was not made by ll230.DockingEvents")

// A DockingEventsService lists and gets docking events of version 2.3.0. Make it
// with [DockingEvents]; it is safe for concurrent use.
type DockingEventsService struct {
	events *ll2.Resource[DockingEvent, int]
}

// DockingEvents returns the docking events of version 2.3.0, by way of c: they spend
// its quota, wait at its gate, and have its token, retries and traces, together with
// all else that c is used for. It sends nothing. A client that [ll2.New] did not make
// is an error of each call.
func DockingEvents(c *ll2.Client) *DockingEventsService {
	return &DockingEventsService{ll2.NewResource(c, dockingEventPath, func(e *DockingEvent) int { return e.ID },
		paramStation, paramVehicle, paramLocation, paramAfter, paramSince, paramBefore, paramUntil)}
}

// List returns one page of the docking events that the options ask for: the first
// one, or the one where [ll2.Offset] or [ll2.StartAt] say. It sends one request.
//
// If no event passes the filters, the page is empty, and there is no error. Wrong
// options are an error before anything is sent.
func (s *DockingEventsService) List(ctx context.Context, opts ...ListOption) (*ll2.Page[DockingEvent], error) {
	l, err := s.listing(opts)
	if err != nil {
		return nil, err
	}
	return s.events.List(ctx, l.filters, l.walk...)
}

// Pages walks over the pages of the docking events that the options ask for, one
// request a page, as the service sends them. If rows move while the walk reads,
// pages repeat events or leave some out; [DockingEventsService.All] watches for that.
//
// Nothing is sent before the range starts, and each range is a walk of its own; a
// break sends nothing more. An error ends the walk and comes as the last value,
// (nil, [*ll2.PageError]): wrong options, a request that failed, a next link that
// leads away or changes a filter ([ll2.ErrForeignLink]), one that leads back, or ten
// pages in a row without a new event ([ll2.ErrLinkLoop]).
func (s *DockingEventsService) Pages(ctx context.Context, opts ...ListOption) iter.Seq2[*ll2.Page[DockingEvent], error] {
	l, err := s.listing(opts)
	if err != nil {
		return failed[ll2.Page[DockingEvent]](err)
	}
	return s.events.Pages(ctx, l.filters, l.walk...)
}

// All walks over the docking events that the options ask for, page after page, and
// yields each event once, however often the service sends it.
//
// It ends as [DockingEventsService.Pages] does, and proves that nothing is missing:
// if it saw fewer distinct events than the largest count on its way, less the offset
// at which it began, it ends with an [*ll2.IncompleteError], because rows moved
// between the pages while it read.
//
// The service sorts by docking and departure only, so that events with equal times
// may come in another order on each page. If an event comes twice at the border of
// two pages, All asks for exactly those with that time of docking, in the order of
// [ByDocking], one request for a border at most, and yields the missing ones in their
// place.
func (s *DockingEventsService) All(ctx context.Context, opts ...ListOption) iter.Seq2[*DockingEvent, error] {
	l, err := s.listing(opts)
	if err != nil {
		return failed[DockingEvent](err)
	}
	return s.events.All(ctx, l.filters, l.walk...)
}

// failed returns a walk that ends before it began.
func failed[T any](err error) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) { yield(nil, &ll2.PageError{Err: err}) }
}

// Get returns one docking event, in the detailed shape. It sends one request.
//
// The id is 1 or more. If the service has no such event, the error is
// [ll2.ErrNotFound]. An event has the same id in version 2.2.0, if that has it.
func (s *DockingEventsService) Get(ctx context.Context, id int) (*DockingEvent, error) {
	if s == nil || s.events == nil {
		return nil, errNotMade
	}
	return s.events.Get(ctx, id)
}

// Query returns what the options ask for, as [DockingEventsService.List] sends it
// first, page size and order included: for mocks, logs and the keys of caches. The
// error is that of List with such options.
func Query(opts ...ListOption) (url.Values, error) {
	client, err := ll2.New() // which sends nothing
	if err != nil {
		return nil, err
	}
	l, err := DockingEvents(client).listing(opts)
	return l.query, err
}

// A ListOption says which docking events [DockingEventsService.List],
// [DockingEventsService.Pages] and [DockingEventsService.All] ask for, and how. Every
// [ll2.WalkOption] is one, and so is what the functions of this package return; the
// filters of version 2.2.0 are none. Nil options are skipped, a later option wins
// over an earlier one of the same kind, and what an option is given is checked before
// anything is sent.
type ListOption interface{ ListOption() }

// A filter is a ListOption that sets a parameter.
type filter struct {
	param, value string
	err          error // of what the option was given
}

func (filter) ListOption() {}

// newFilter returns a filter, or the error of what an option was given.
func newFilter(option, param, value string, err error) filter {
	if err != nil {
		err = fmt.Errorf("ll2: %s: %w", option, err)
	}
	return filter{param, value, err}
}

// A listing is what the options of one list ask for.
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

// check refuses values in a link of StartAt that the service would silently correct
// or ignore. What options say is right before it comes here.
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
			// Without the value: whoever made the link may have put a token into it.
			return fmt.Errorf("ll2: StartAt: the link's %s must be %s", p.name, want)
		}
	}
	return nil
}

// wantOrder wants no id but as the last key, which walks add to every order.
func wantOrder(value string) string {
	keys := query.Keys("keys out of docking and departure, with id behind them", string(ByDocking), string(ByDeparture))
	return keys(strings.TrimSuffix(value, ",id"))
}

// ForStation asks for dockings with one station, by its id; 4 is the ISS. Those of a
// station that came itself, and was the chaser, are not among them.
func ForStation(id int) ListOption { return byID("ForStation", paramStation, "space station", id) }

// ForFlightVehicle asks for the dockings in which one flight of a spacecraft was the
// chaser, by the id of the [FlightVehicle].
func ForFlightVehicle(id int) ListOption {
	return byID("ForFlightVehicle", paramVehicle, "flight vehicle", id)
}

// ForDockingLocation asks for the dockings at one port, by its id.
func ForDockingLocation(id int) ListOption {
	return byID("ForDockingLocation", paramLocation, "docking location", id)
}

func byID(option, param, what string, id int) ListOption {
	value, err := query.ID(what, id)
	return newFilter(option, param, value, err)
}

// DockedAfter asks for dockings later than t.
func DockedAfter(t time.Time) ListOption { return byTime("DockedAfter", paramAfter, t, false) }

// DockedSince asks for dockings at t or later.
func DockedSince(t time.Time) ListOption { return byTime("DockedSince", paramSince, t, true) }

// DockedBefore asks for dockings earlier than t.
func DockedBefore(t time.Time) ListOption { return byTime("DockedBefore", paramBefore, t, true) }

// DockedUntil asks for dockings at t or earlier.
func DockedUntil(t time.Time) ListOption { return byTime("DockedUntil", paramUntil, t, false) }

// byTime rounds t, since the service counts in microseconds; see [query.Bound].
func byTime(option, param string, t time.Time, up bool) ListOption {
	value, err := query.Bound(t, up)
	return newFilter(option, param, value, err)
}

// Search asks for docking events in which the service finds text: in the name of the
// docking location, or of the spacecraft, payload or station that is the chaser or
// the target.
func Search(text string) ListOption {
	value, err := query.Text(text)
	return newFilter("Search", paramSearch, value, err)
}

// An Order is a key to sort by, ascending; [Order.Desc] turns it round.
type Order string

// The keys by which the service can sort. It cannot by id. Events that are still
// docked come last in ByDeparture, first in ByDeparture.Desc().
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

// OrderBy sorts by the first key, events that are equal in it by the second, and so
// on. The default is [ByDocking], which OrderBy() restores.
//
// Unless it is among them, [ByDocking] is added as the last key. Docking times are
// almost unique, so the order is nearly total; [DockingEventsService.All] notices the
// rest. The id comes behind it, too, for servers that sort by it.
func OrderBy(order ...Order) ListOption {
	terms := make([]string, 0, len(order))
	for _, key := range order {
		if !key.known() {
			// The service would drop it silently.
			return filter{err: fmt.Errorf("ll2: OrderBy: unknown order %q; use ByDocking or ByDeparture", key)}
		}
		terms = append(terms, string(key))
	}
	return filter{param: paramOrder, value: cmp.Or(strings.Join(terms, ","), string(ByDocking))}
}

// A Mode is a shape in which the service sends events.
type Mode string

// The modes of a list.
const (
	ModeNormal   Mode = "normal"   // the default
	ModeDetailed Mode = "detailed" // with all of the chaser and its launch, at twice the size
)

// InMode asks for events in a shape, by default [ModeNormal].
func InMode(mode Mode) ListOption {
	switch mode {
	case ModeNormal:
		return filter{param: paramMode} // which is what the service does unasked
	case ModeDetailed:
		return filter{param: paramMode, value: string(mode)}
	default:
		return filter{err: fmt.Errorf("ll2: InMode: unknown mode %q; use ModeNormal or ModeDetailed", mode)}
	}
}
