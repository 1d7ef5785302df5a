package ll2

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"strconv"
)

const dockingEventEndpoint = "docking_event/"

// A DockingEventsService lists and gets docking events. Clients carry one:
// [Client.DockingEvents].
type DockingEventsService struct{ client *Client }

// List returns one page of the docking events that the options ask for: the
// first one, or where [Offset] or [StartAt] say. It sends one request.
//
// A filter that no event fits gives a page without results, not an error.
// Wrong options are an error before anything is sent.
func (s *DockingEventsService) List(ctx context.Context, opts ...ListOption) (*Page[DockingEvent], error) {
	list, first, err := s.listing(ctx, opts)
	if err != nil {
		return nil, err
	}
	return list.get(ctx, request{url: list.url(first)})
}

// Pages walks over the pages of the docking events that the options ask for,
// one request a page, as the service sends them. A page that is asked for
// again, or whose rows moved while the walk read, repeats events or leaves some
// out; [DockingEventsService.All] watches for that.
//
// Nothing is sent before the range starts, and each range is a walk of its own;
// a break sends nothing more. An error ends the walk and comes as the last
// value, (nil, [*PageError]): wrong options, a request that failed, a next link
// that leads away ([ErrForeignLink]) or back ([ErrLinkLoop]). An empty page that
// has a next link does not end it.
func (s *DockingEventsService) Pages(ctx context.Context, opts ...ListOption) iter.Seq2[*Page[DockingEvent], error] {
	return func(yield func(*Page[DockingEvent], error) bool) {
		list, first, err := s.listing(ctx, opts)
		if err != nil {
			yield(nil, &PageError{Err: err})
			return
		}
		list.pages(ctx, first)(yield)
	}
}

// All walks over the docking events that the options ask for, page after page,
// and yields each event once, however often the service sent it.
//
// It ends as [DockingEventsService.Pages] does, and proves that nothing is
// missing: where it saw fewer distinct events than the largest count on its
// way, less the offset at which it began, it ends with an [*IncompleteError],
// because rows moved between the pages while it read. One case cannot be seen
// from outside: as many events removed before the walk's place as added after
// it.
func (s *DockingEventsService) All(ctx context.Context, opts ...ListOption) iter.Seq2[*DockingEvent, error] {
	return func(yield func(*DockingEvent, error) bool) {
		list, first, err := s.listing(ctx, opts)
		if err != nil {
			yield(nil, &PageError{Err: err})
			return
		}
		list.all(ctx, first)(yield)
	}
}

// Get returns one docking event, in the detailed shape. It sends one request.
//
// The id is 1 or more. Where the service has no such event, the error is
// [ErrNotFound].
func (s *DockingEventsService) Get(ctx context.Context, id int) (*DockingEvent, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	if err := checkID("Get", "docking event", id); err != nil {
		return nil, err
	}
	var event *DockingEvent
	u := s.client.base.JoinPath(dockingEventEndpoint, strconv.Itoa(id)+"/")
	err := s.client.fetch(ctx, request{url: u}, func(body []byte) error {
		event = new(DockingEvent)
		if err := decode(body, event); err != nil {
			return err
		}
		return checkEvent(event)
	})
	if err != nil {
		return nil, err
	}
	return event, nil
}

// listing checks the options and returns what walks their list, and the query
// with which that begins.
func (s *DockingEventsService) listing(ctx context.Context, opts []ListOption) (listing[DockingEvent], url.Values, error) {
	var list listing[DockingEvent]
	if err := s.check(ctx); err != nil {
		return list, nil, err
	}
	o, err := newListOptions(opts)
	if err != nil {
		return list, nil, s.client.redactError(err)
	}
	first, err := o.query()
	if err != nil {
		return list, nil, s.client.redactError(err)
	}
	endpoint := s.client.base.JoinPath(dockingEventEndpoint)
	list = listing[DockingEvent]{
		endpoint: dockingEventEndpoint,
		url: func(query url.Values) *url.URL {
			u := *endpoint
			u.RawQuery = query.Encode()
			return &u
		},
		get:         s.page,
		parallel:    o.parallel,
		onPage:      o.onPage,
		complete:    o.complete,
		id:          func(e *DockingEvent) int { return e.ID },
		redact:      s.client.redact,
		redactError: s.client.redactError,
	}
	return list, first, nil
}

func (s *DockingEventsService) page(ctx context.Context, r request) (*Page[DockingEvent], error) {
	var page *Page[DockingEvent]
	err := s.client.fetch(ctx, r, func(body []byte) error {
		page = new(Page[DockingEvent])
		if err := page.UnmarshalJSON(body); err != nil {
			return err
		}
		for i := range page.Results {
			if err := checkEvent(&page.Results[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// checkEvent refuses an event that cannot be told from another one.
func checkEvent(e *DockingEvent) error {
	if e.ID == 0 {
		return errors.New("ll2: docking event without an id")
	}
	return nil
}

func (s *DockingEventsService) check(ctx context.Context) error {
	if s == nil || s.client == nil {
		return errNotNew
	}
	return checkContext(ctx)
}
