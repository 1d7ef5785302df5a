package main

import (
	"context"
	"iter"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// serviceFlags say where the events come from.
type serviceFlags struct {
	demo    demoFlag
	baseURL string
	noWait  bool
}

// client builds the client that the flags ask for. It reports to p.
func (a *app) client(p *progress) (*ll2.Client, error) {
	f := a.service
	if f.demo.on && f.baseURL != "" {
		return nil, usagef("--demo asks no service, so --base-url has no meaning with it; leave one of them out")
	}
	opts := []ll2.Option{
		ll2.WithUserAgent("dockings/" + version),
		ll2.WithTrace(&ll2.Trace{Wait: p.wait, Attempt: p.attempt}),
		ll2.WithMaxWait(math.MaxInt64),
	}
	if f.noWait {
		opts = append(opts, ll2.WithMaxWait(0))
	}
	if f.demo.on {
		return f.demo.server().Client(opts...), nil
	}
	if token := a.getenv("LL2_TOKEN"); token != "" {
		opts = append(opts, ll2.WithToken(token))
	}
	if f.baseURL != "" {
		opts = append(opts, ll2.WithBaseURL(f.baseURL))
	} else {
		// Every run of the tool is a process of its own, so what others have
		// spent is known to the service alone. It grants an hour's quota to an
		// address or a token; a mirror need not know of quotas at all.
		opts = append(opts, ll2.WithQuotaSync())
	}
	if a.transport != nil {
		opts = append(opts, ll2.WithHTTPClient(&http.Client{Transport: a.transport, Timeout: 30 * time.Second}))
	}
	client, err := ll2.New(opts...)
	if err != nil {
		return nil, usageError{err}
	}
	return client, nil
}

func (f *demoFlag) server() *ll2test.Server {
	if f.events == 0 {
		return ll2test.NewServer(ll2test.Recorded()...)
	}
	return ll2test.NewServer(ll2test.Events(f.events)...)
}

// walk yields what the options ask for, and tells p of every page and event.
func walk(ctx context.Context, client *ll2.Client, p *progress, opts ...ll2.ListOption) iter.Seq2[*ll2.DockingEvent, error] {
	return func(yield func(*ll2.DockingEvent, error) bool) {
		first, offset := true, 0
		onPage := ll2.OnPage(func(page ll2.PageInfo) {
			if first {
				first, offset = false, offsetOf(page)
			}
			p.page(page.Count-offset, page.Results, page.Left)
		})
		for event, err := range client.DockingEvents.All(ctx, append(slices.Clip(opts), onPage)...) {
			if err == nil {
				p.event()
			}
			if !yield(event, err) {
				return
			}
		}
	}
}

// offsetOf returns how many events come before a page, which is the first of a
// walk that goes on where another one stopped.
func offsetOf(page ll2.PageInfo) int {
	if page.Next == "" {
		return max(0, page.Count-page.Results)
	}
	next, err := url.Parse(page.Next)
	if err != nil {
		return 0
	}
	after, _ := strconv.Atoi(next.Query().Get("offset"))
	return max(0, after-page.Results)
}

// isThrottle tells the question for the quota, which is free, from those that
// are not.
func isThrottle(attempt ll2.Attempt) bool {
	return strings.HasSuffix(attempt.URL, "/api-throttle/")
}
