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

// dockingEventPath is where docking events are below the base URL.
const dockingEventPath = "2.2.0/docking_event/"

// The parameters of the list that are not every list's, as the API spells them.
// It silently ignores any other one, and then sends what nobody asked for.
const (
	paramStation  = "space_station__id"
	paramVehicle  = "flight_vehicle__id"
	paramLocation = "docking_location__id"
	paramAfter    = "docking__gt"
	paramSince    = "docking__gte"
	paramBefore   = "docking__lt"
	paramUntil    = "docking__lte"
)

// newDockingEvents returns the resource that docking events are.
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

// A DockingEventsService lists and gets docking events. Clients carry one:
// Client.DockingEvents.
type DockingEventsService struct{ events *Resource[DockingEvent, int] }

// List returns one page of the docking events that the options ask for: the
// first one, or where [Offset] or [StartAt] say. It sends one request.
//
// A filter that no event fits gives a page without results, not an error.
// Wrong options are an error before anything is sent.
func (s *DockingEventsService) List(ctx context.Context, opts ...ListOption) (*Page[DockingEvent], error) {
	p, err := s.plan(opts)
	return s.resource().list(ctx, p, err)
}

// Pages walks over the pages of the docking events that the options ask for,
// one request a page, as the service sends them. A page that is asked for
// again, or whose rows moved while the walk read, repeats events or leaves some
// out; [DockingEventsService.All] watches for that.
//
// Nothing is sent before the range starts, and each range is a walk of its own;
// a break sends nothing more. An error ends the walk and comes as the last
// value, (nil, [*PageError]): wrong options, a request that failed, a next link
// that leads away or changes a filter ([ErrForeignLink]), one that leads back, or
// ten pages in a row without a new event ([ErrLinkLoop]). An empty page that has a
// next link does not end it.
func (s *DockingEventsService) Pages(ctx context.Context, opts ...ListOption) iter.Seq2[*Page[DockingEvent], error] {
	p, err := s.plan(opts)
	return s.resource().pages(ctx, p, err)
}

// All walks over the docking events that the options ask for, page after page,
// and yields each event once, however often the service sent it.
//
// It ends as [DockingEventsService.Pages] does, and proves that nothing is
// missing: if it saw fewer distinct events than the largest count on its way, less
// the offset at which it began, it ends with an [*IncompleteError], because rows
// moved between the pages while it read. That can be so although nothing is
// missing: the largest count has an event, too, that was removed before All came to
// it.
//
// No loss goes unnoticed while events are only added, only removed or only moved in
// the order. Otherwise at most as many can be missing without an error as were
// removed after All had yielded them, and at most as many as were added. If one that
// it yielded is removed and another one is added:
//   - to a page that All has yet to read, the event is missing that moves up from
//     the next page to those that were read;
//   - to those that it has read, the event that was added is missing.
//
// An event is removed in this sense if it leaves what the options ask for, also
// because it is corrected, or moves among those that [Offset] or [StartAt] leave
// out; it is added if it comes into that.
//
// If an event comes twice at the border of two pages, the service may have sorted
// events with the same time of docking differently on each. In the order of
// [ByDocking] All then asks for exactly those events, one request for a border at
// most, and yields the missing ones in their place.
func (s *DockingEventsService) All(ctx context.Context, opts ...ListOption) iter.Seq2[*DockingEvent, error] {
	p, err := s.plan(opts)
	return s.resource().all(ctx, p, err)
}

// Get returns one docking event, in the detailed shape. It sends one request.
//
// The id is 1 or more. Where the service has no such event, the error is
// [ErrNotFound].
func (s *DockingEventsService) Get(ctx context.Context, id int) (*DockingEvent, error) {
	return s.resource().Get(ctx, id)
}

// resource returns what the service is built on: for a service that no client
// carries, one that says so.
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

// Query returns what the options ask for, as [DockingEventsService.List] sends it
// first, page size and order included: for mocks, logs and the keys of caches. The
// error is that of List with such options.
func Query(opts ...ListOption) (url.Values, error) {
	p, err := (&DockingEventsService{newDockingEvents(nil)}).plan(opts)
	if err != nil {
		return nil, err
	}
	return p.First, nil
}

// A ListOption says which docking events [DockingEventsService.List],
// [DockingEventsService.Pages] and [DockingEventsService.All] ask for, and how.
// Every [WalkOption] is one. Nil options are skipped, a later option wins over an
// earlier one of the same kind, and what an option is given is checked before
// anything is sent.
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
	err          error // of what the option was given
}

// newFilter returns a filter, or the error of what an option was given.
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

// ForSpaceStation asks for dockings with one station, by its id; 4 is the ISS.
func ForSpaceStation(id int) ListOption {
	return byID("ForSpaceStation", paramStation, "space station", id)
}

// ForFlightVehicle asks for the dockings of one flight of a spacecraft, by the
// id of the [FlightVehicle].
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

// Search asks for docking events in which the service finds text.
func Search(text string) ListOption {
	value, err := query.Text(text)
	return newFilter("Search", query.Search, value, err)
}

// An Order is a key to sort by, ascending; [Order.Desc] turns it round.
type Order string

// The keys by which the service can sort. Events that are still docked come
// last in [ByDeparture], first in ByDeparture.Desc().
const (
	// ByID sorts by the event's id. The service probably ignores this key
	// silently, as its documentation names only the other two: then the events
	// come in the order of the keys behind it.
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

// OrderBy sorts by the first key, events that are equal in it by the second,
// and so on. The default is [ByDocking], which OrderBy() restores.
//
// Unless they are among them, [ByDocking] and [ByID] are added as the last keys.
// Without a total order the service may sort equal events differently on every
// page, so that a walk sees some twice and others never. Docking times alone are
// almost unique, so the order is nearly total even if the service ignores the id;
// [DockingEventsService.All] notices the rest.
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

// A Mode is a shape in which the service sends events.
type Mode string

// The modes of a list.
const (
	ModeNormal   Mode = "normal"   // the default
	ModeDetailed Mode = "detailed" // with the fields that only the detailed shape has, at three times the size
)

// InMode asks for events in a shape, by default [ModeNormal].
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

// ScanJSON reads the event faster than encoding/json does. It is for this
// module's own use.
func (e *DockingEvent) ScanJSON(s *jsonscan.Scanner) {
	// What an event in the normal shape needs, in one allocation.
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
