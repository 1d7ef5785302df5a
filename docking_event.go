package ll2

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"time"

	"github.com/docking-event/ll2/internal/jsonscan"
	"github.com/docking-event/ll2/internal/query"
)

// dockingEventPath is the path of the docking events below the base URL.
const dockingEventPath = "2.2.0/docking_event/"

// The parameters that only this list has, as the API spells them. The service
// silently ignores any other parameter and returns rows that the caller did not want.
const (
	paramStation  = "space_station__id"
	paramVehicle  = "flight_vehicle__id"
	paramLocation = "docking_location__id"
	paramAfter    = "docking__gt"
	paramSince    = "docking__gte"
	paramBefore   = "docking__lt"
	paramUntil    = "docking__lte"
)

// newDockingEvents returns the resource of the docking events.
func newDockingEvents(s *sender) *Resource[DockingEvent, int] {
	return newResource(s, dockingEventPath, func(e *DockingEvent) int { return e.ID }, map[string]query.Param{
		paramStation:  {Option: "ForSpaceStation", Want: query.WantID},
		paramVehicle:  {Option: "ForFlightVehicle", Want: query.WantID},
		paramLocation: {Option: "ForDockingLocation", Want: query.WantID},
		paramAfter:    {Option: "DockedAfter", Want: query.WantTime},
		paramSince:    {Option: "DockedSince", Want: query.WantTime},
		paramBefore:   {Option: "DockedBefore", Want: query.WantTime},
		paramUntil:    {Option: "DockedUntil", Want: query.WantTime},
		query.Search:  {Option: "Search"},
		query.Order:   {Option: "OrderBy", Want: query.Keys("keys out of id, docking and departure", string(ByID), string(ByDocking), string(ByDeparture))},
		query.Mode:    {Option: "InMode", Want: query.OneOf(string(ModeDetailed)+", or left out", string(ModeDetailed))},
	})
}

// A DockingEventsService lists and gets docking events. The field DockingEvents of a
// [Client] is one.
type DockingEventsService struct{ events *Resource[DockingEvent, int] }

// List returns one page of docking events: the first page, or the one at [Offset] or
// [StartAt]. It sends one request.
//
// If no event matches the filters, the page has no results and err is nil. Bad options
// are an error before anything is sent.
func (s *DockingEventsService) List(ctx context.Context, opts ...ListOption) (*Page[DockingEvent], error) {
	p, err := s.plan(opts)
	return s.resource().list(ctx, p, err)
}

// Pages ranges over the pages of docking events as the service sends them, one request
// for each page. If rows move while it reads, pages can repeat events or leave some
// out; [DockingEventsService.All] detects that.
//
// Nothing is sent before the range starts, each range starts again from the first page,
// and a break sends nothing more. An error ends the range: it is the last value, as
// (nil, [*PageError]). Errors are bad options, a request that failed, a next link that
// leads away or changes a filter ([ErrForeignLink]), and a next link that leads back or
// ten pages in a row without a new event ([ErrLinkLoop]). An empty page with a next link
// does not end the range.
func (s *DockingEventsService) Pages(ctx context.Context, opts ...ListOption) iter.Seq2[*Page[DockingEvent], error] {
	p, err := s.plan(opts)
	return s.resource().pages(ctx, p, err)
}

// All ranges over docking events, page by page, and yields each event once, however
// often the service sends it.
//
// Errors end the range as in [DockingEventsService.Pages]. All also proves that no event
// is missing: if it saw fewer distinct events than the largest count of all pages, minus
// the offset of the first page, it ends with an [*IncompleteError], because rows moved
// between the pages while it read. The error can be a false alarm: the largest count
// includes an event that was removed before All reached it.
//
// All detects every loss if events are only added, only removed or only moved in the
// order. Otherwise events can be missing without an error: at most as many as were
// removed after All yielded them, and at most as many as were added, whichever is less.
// If an event that All yielded is removed and another one is added
//   - to a page that All has not read yet, the event that moves up from the next page
//     to the pages already read is missing;
//   - to the pages already read, the added event is missing.
//
// Here, removed means that an event no longer matches the options, for example because
// it was corrected, or that it moved to the part that [Offset] or [StartAt] skips. Added
// means the opposite.
//
// If an event appears on two neighbouring pages, the service may have sorted events with
// the same docking time differently on each. In the order of [ByDocking], All then
// requests exactly the events with that time, at most one request for each border of
// two pages, and yields the missing ones in their place.
func (s *DockingEventsService) All(ctx context.Context, opts ...ListOption) iter.Seq2[*DockingEvent, error] {
	p, err := s.plan(opts)
	return s.resource().all(ctx, p, err)
}

// Get returns one docking event, in the detailed shape. It sends one request.
//
// The id must be 1 or more. If the service has no such event, the error is
// [ErrNotFound].
func (s *DockingEventsService) Get(ctx context.Context, id int) (*DockingEvent, error) {
	return s.resource().Get(ctx, id)
}

// resource returns the resource of the service. Its methods fail if the service does not
// come from a client.
func (s *DockingEventsService) resource() *Resource[DockingEvent, int] {
	if s == nil || s.events == nil {
		return &Resource[DockingEvent, int]{err: errNotNew}
	}
	return s.events
}

func (s *DockingEventsService) plan(opts []ListOption) (plan, error) {
	l, err := newListing(opts)
	if err != nil {
		return plan{}, err
	}
	return s.resource().plan(l.given, l.walk)
}

// Query returns the query of the first request of [DockingEventsService.List] with the
// same options, including page size and order. It is for mocks, logs and cache keys. Its
// errors are those of List for bad options.
func Query(opts ...ListOption) (url.Values, error) {
	p, err := (&DockingEventsService{newDockingEvents(nil)}).plan(opts)
	if err != nil {
		return nil, err
	}
	return p.First, nil
}

// A ListOption selects and orders the docking events of [DockingEventsService.List],
// [DockingEventsService.Pages] and [DockingEventsService.All]. Every [WalkOption] is
// one. Nil options are skipped. If an option is given twice, the later one wins. Bad
// arguments are errors before anything is sent.
type ListOption interface{ addTo(l *listing) error }

// newListing reads options.
func newListing(opts []ListOption) (*listing, error) {
	l := &listing{given: make(map[string]string)}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt.addTo(l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// A filter is a ListOption that sets a parameter.
type filter struct {
	param, value string
	err          error // of the option's argument
}

// newFilter returns a filter, or one with the error of the option's argument.
func newFilter(option, param, value string, err error) filter {
	if err != nil {
		err = fmt.Errorf("ll2: %s: %w", option, err)
	}
	return filter{param, value, err}
}

func (f filter) addTo(l *listing) error {
	if f.err == nil {
		l.given[f.param] = f.value
	}
	return f.err
}

// ForSpaceStation selects dockings with one station. The id must be 1 or more; 4 is the
// International Space Station.
func ForSpaceStation(id int) ListOption {
	return byID("ForSpaceStation", paramStation, "space station", id)
}

// ForFlightVehicle selects the dockings of one flight of a spacecraft. The id is that of
// the [FlightVehicle], 1 or more.
func ForFlightVehicle(id int) ListOption {
	return byID("ForFlightVehicle", paramVehicle, "flight vehicle", id)
}

// ForDockingLocation selects the dockings at one port. The id is that of the
// [DockingLocation], 1 or more.
func ForDockingLocation(id int) ListOption {
	return byID("ForDockingLocation", paramLocation, "docking location", id)
}

func byID(option, param, what string, id int) ListOption {
	value, err := query.ID(what, id)
	return newFilter(option, param, value, err)
}

// DockedAfter selects dockings after t.
func DockedAfter(t time.Time) ListOption { return byTime("DockedAfter", paramAfter, t, false) }

// DockedSince selects dockings at t or later.
func DockedSince(t time.Time) ListOption { return byTime("DockedSince", paramSince, t, true) }

// DockedBefore selects dockings before t.
func DockedBefore(t time.Time) ListOption { return byTime("DockedBefore", paramBefore, t, true) }

// DockedUntil selects dockings at t or earlier.
func DockedUntil(t time.Time) ListOption { return byTime("DockedUntil", paramUntil, t, false) }

// byTime rounds t, because the service has microseconds; see [query.Bound].
func byTime(option, param string, t time.Time, up bool) ListOption {
	value, err := query.Bound(t, up)
	return newFilter(option, param, value, err)
}

// Search selects docking events in which the service finds text. The service does not
// document which fields it searches; probably the names of station and spacecraft.
func Search(text string) ListOption {
	value, err := query.Text(text)
	return newFilter("Search", query.Search, value, err)
}

// An Order is a key to sort by, ascending; [Order.Desc] reverses it.
type Order string

// The keys by which the service can sort. Events that are still docked come
// last in [ByDeparture], first in ByDeparture.Desc().
const (
	// ByID sorts by the event's id. The service probably ignores this key
	// silently, because its documentation names only the other two. Then the
	// following keys decide the order.
	ByID        Order = "id"
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

func (o Order) key() Order { return Order(strings.TrimPrefix(string(o), "-")) }

// OrderBy sorts by the first key, then by the second, and so on. The default is
// [ByDocking]; OrderBy() restores it.
//
// [ByDocking] and [ByID] are added as the last keys, each if the keys do not have it, so
// that the order is unique. Otherwise the service may sort equal events differently on
// every page, and paging would repeat some and skip others. Docking times are almost
// unique, so this works even if the service ignores the id;
// [DockingEventsService.All] handles the rest.
func OrderBy(order ...Order) ListOption {
	terms := make([]string, 0, len(order))
	for _, key := range order {
		switch key.key() {
		case ByID, ByDocking, ByDeparture:
		default:
			// The service would drop it silently.
			return filter{err: fmt.Errorf("ll2: OrderBy: unknown order %q; use ByID, ByDocking or ByDeparture", key)}
		}
		terms = append(terms, string(key))
	}
	if len(terms) == 0 {
		terms = append(terms, string(ByDocking))
	}
	ordering, err := query.TotalOrder(strings.Join(terms, ","))
	if err != nil {
		return filter{err: fmt.Errorf("ll2: OrderBy: %w", err)}
	}
	return filter{param: query.Order, value: ordering}
}

// A Mode selects the shape in which the service sends events.
type Mode string

// The modes of a list.
const (
	ModeNormal   Mode = "normal"   // the default
	ModeDetailed Mode = "detailed" // with all fields, at three times the size
)

// InMode selects the shape of the events. The default is [ModeNormal].
func InMode(mode Mode) ListOption {
	switch mode {
	case ModeNormal:
		return filter{param: query.Mode} // the API has no word for it
	case ModeDetailed:
		return filter{param: query.Mode, value: string(mode)}
	default:
		return filter{err: fmt.Errorf("ll2: InMode: unknown mode %q; use ModeNormal or ModeDetailed", mode)}
	}
}

// ScanJSON decodes the event faster than encoding/json. It is for use by this module
// only.
func (e *DockingEvent) ScanJSON(s *jsonscan.Scanner) {
	// One allocation for all pointers of an event in the normal shape.
	first := new(struct {
		texts     [5]string
		ints      [2]int
		times     [2]time.Time
		durations [2]Duration
		agencies  [1]Agency
	})
	s.Use(jsonscan.Blocks{Texts: first.texts[:], Ints: first.ints[:], Times: first.times[:]})
	e.scan(s, &blocks{durations: first.durations[:], agencies: first.agencies[:]})
}
