package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/mirror"
)

// Ask asks the service itself, for at most most events, or for all if most is 0. It stops
// at the first event for which want returns false; want can be nil. If it fails, it also
// returns the events that came before the error. Count is the number of events that match
// the options.
func (s *Source) Ask(ctx context.Context, most int, want func(*ll2.DockingEvent) bool, opts ...ll2.ListOption) (events []*ll2.DockingEvent, count int, err error) {
	s.gate.direct(most)
	opts = append(opts, ll2.InMode(ll2.ModeDetailed), ll2.OnPage(func(p ll2.PageInfo) { count = p.Count }))
	if 0 < most && most < ll2.MaxPageSize {
		opts = append(opts, ll2.PageSize(most))
	}
	for event, err := range s.client.DockingEvents.All(ctx, opts...) {
		if err != nil {
			if ctx.Err() != nil {
				err = fmt.Errorf("%w", context.Cause(ctx))
			}
			return events, count, err
		}
		if want != nil && !want(event) {
			break
		}
		if events = append(events, event); len(events) == most {
			break
		}
	}
	return events, count, nil
}

// Changes yields changes from now on, and refreshes the copy whenever that is due. It
// calls failed for each refresh that fails. The copy must exist already.
func (s *Source) Changes(ctx context.Context, failed func(error, time.Time)) iter.Seq2[mirror.Change, error] {
	return func(yield func(mirror.Change, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = s.mirror.Run(ctx) // ends with the context
		}()
		go s.lookForFailures(ctx, failed)
		defer func() { cancel(); <-ended }()
		for change, err := range s.mirror.Changes(ctx, 0) {
			if !yield(change, err) || err != nil {
				return
			}
		}
	}
}

// Handler returns a handler that answers requests as the service does, from the copy.
func (s *Source) Handler() http.Handler { return s.mirror }

// Copied returns all events of the copy in its current state, while [Source.Changes]
// refreshes it.
func (s *Source) Copied(ctx context.Context) (events []*ll2.DockingEvent, err error) {
	for event, err := range s.mirror.DockingEvents.All(ctx, ll2.InMode(ll2.ModeDetailed)) {
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

// Asked returns the status of the copy, as [Source.Status] does, but without failures of
// the store.
func (s *Source) Asked() mirror.Status {
	status := s.mirror.Status()
	if status.Err != nil && ofStore(status.Err) {
		status.Err = nil
	}
	return status
}

// lookForFailures calls failed once for each refresh that fails.
func (s *Source) lookForFailures(ctx context.Context, failed func(error, time.Time)) {
	ticker := time.NewTicker(looksEvery)
	defer ticker.Stop()
	var told time.Time
	for {
		if status := s.mirror.Status(); status.Err != nil && !ofStore(status.Err) && !status.Next.Equal(told) && status.Next.After(time.Now()) {
			told = status.Next
			failed(status.Err, status.Next)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// An observer is a transport that reports the pages of lists.
type observer struct {
	next http.RoundTripper
	page func(u *url.URL, count, results int)
}

// RoundTrip reads the body of a list to its end.
func (o *observer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.HasSuffix(req.URL.Path, "/docking_event/") {
		return resp, err
	}
	body, readErr := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	rest := io.Reader(bytes.NewReader(body))
	if readErr != nil {
		rest = io.MultiReader(rest, &failing{readErr})
	} else {
		var page struct {
			Count   int `json:"count"`
			Results []struct{}
		}
		if json.Unmarshal(body, &page) == nil && page.Count > 0 {
			o.page(req.URL, page.Count, len(page.Results))
		}
	}
	resp.Body = io.NopCloser(rest)
	return resp, nil
}

// A failing reader returns the error of the body.
type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }
