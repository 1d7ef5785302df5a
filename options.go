package ll2

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2/internal/query"
	"github.com/docking-event/ll2/internal/secret"
)

// Base URLs of the API, for [WithBaseURL]. They contain no version: each service
// adds its own.
const (
	// DefaultBaseURL is the production service.
	DefaultBaseURL = "https://ll.thespacedevs.com/"
	// DevelopmentBaseURL is the provider's instance for development. It has no
	// rate limit, and its data is incomplete and stale.
	DevelopmentBaseURL = "https://lldev.thespacedevs.com/"
)

// Version is the version of this package. The User-Agent contains it.
const Version = "0.1.0"

// An Option configures a [Client]. Pass options to [New] in any order. Nil options
// are skipped. New checks the arguments of all options and returns the first error.
type Option func(*config) error

// config holds the values that the options for New set.
type config struct {
	token   string
	baseURL string // checked

	httpClient *http.Client
	transport  http.RoundTripper // nil: that of httpClient
	timeout    *time.Duration    // nil: that of httpClient
	userAgent  string

	limits   limits
	maxWait  time.Duration
	interval time.Duration

	retries                int
	backoffMin, backoffMax time.Duration

	logs   []*slog.Logger // for warnings that are no event of a trace
	traces traces
}

// limits holds the options that limit the rate of requests.
type limits struct {
	given   bool // by an option, including WithoutRateLimit
	n       int  // of WithRateLimit; 0: none
	per     time.Duration
	sync    bool
	limiter Limiter
}

func newConfig(opts []Option) (*config, error) {
	c := &config{
		baseURL:    DefaultBaseURL,
		httpClient: &http.Client{Timeout: 30 * time.Second},
		userAgent:  "ll2-go/" + Version,
		maxWait:    time.Minute,
		retries:    2,
		backoffMin: 500 * time.Millisecond,
		backoffMax: 10 * time.Second,
	}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// WithToken sends the key of an account with every request, as
// "Authorization: Token KEY". Pass only the key, without "Token". By default
// requests are anonymous. An empty key is an error.
//
// The quota of a token depends on its tier, which the client does not know, so
// the client does not limit itself: use [WithRateLimit] or [WithQuotaSync]. The
// token is sent to the origin of the base URL only, and it appears in no error,
// log or trace.
func WithToken(key string) Option {
	return func(c *config) error {
		for i := range len(key) {
			if key[i] <= ' ' || key[i] > '~' {
				return errors.New("ll2: WithToken: the key must be printable ASCII without spaces; give the key alone")
			}
		}
		if key == "" {
			return errors.New("ll2: WithToken: the key is empty; leave the option out to be anonymous")
		}
		c.token = key
		return nil
	}
}

// WithBaseURL sends requests to another base URL than [DefaultBaseURL], such as
// [DevelopmentBaseURL], a mirror or a proxy. It must be an absolute http or https
// URL without user, query or fragment. A missing slash at its end is added, and a
// version at its end, such as 2.2.0/, is removed, because every service adds its
// own. The URL of an endpoint, such as docking_event/, is an error.
func WithBaseURL(baseURL string) Option {
	return func(c *config) error {
		base, err := query.ParseBase(baseURL, DefaultBaseURL)
		if err != nil {
			return fmt.Errorf("ll2: WithBaseURL: %w", err)
		}
		c.baseURL = base.String()
		return nil
	}
}

// WithHTTPClient sends requests through a copy of client with its Transport, Jar
// and CheckRedirect. [New] makes the copy and does not modify client. Therefore
// replace its Transport before New, for example with httpmock.ActivateNonDefault.
//
// Its Timeout bounds one attempt, reading the body included, but no wait; zero
// means no bound. Without this option the bound is 30 seconds.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("ll2: WithHTTPClient: nil client; leave the option out for the default")
		}
		c.httpClient = client
		return nil
	}
}

// WithTransport sends requests through transport instead of the one of
// [WithHTTPClient] or [http.DefaultTransport]. It does not change anything else of
// the HTTP client, such as the timeout of an attempt.
func WithTransport(transport http.RoundTripper) Option {
	return func(c *config) error {
		if isNil(transport) {
			return errors.New("ll2: WithTransport: nil transport; leave the option out for the default")
		}
		c.transport = transport
		return nil
	}
}

// WithTimeout bounds one attempt, reading the body included, but no wait. The
// default is 30 seconds, or the Timeout of [WithHTTPClient]; 0 means no bound.
func WithTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("ll2: WithTimeout: %v is negative; use 0 for no bound", d)
		}
		c.timeout = &d
		return nil
	}
}

// WithUserAgent adds the name of your program, such as "my-app/1.2", to the
// User-Agent. The header is then "my-app/1.2 ll2-go/0.1.0"; by default it is
// "ll2-go/0.1.0".
func WithUserAgent(app string) Option {
	return func(c *config) error {
		for i := range len(app) {
			if app[i] < ' ' || app[i] > '~' {
				return fmt.Errorf("ll2: WithUserAgent: %q is not printable ASCII", app)
			}
		}
		if strings.TrimSpace(app) == "" {
			return errors.New("ll2: WithUserAgent: the name is empty; leave the option out for the default")
		}
		c.userAgent = strings.TrimSpace(app) + " ll2-go/" + Version
		return nil
	}
}

// WithRateLimit sends at most n requests that count in any period of the length
// per. This is an exact sliding window, like the service's own. n must be 1 or more
// and per more than zero. As in the service, requests that are answered with a
// redirect, 401, 403, 406 or 429 do not count.
//
// The default is 15 an hour for the production host without a token, which is the
// quota that the service grants an IP address, and no limit otherwise.
//
// Of several limits the last one applies. Together with [WithQuotaSync] the
// stricter of the two applies.
func WithRateLimit(n int, per time.Duration) Option {
	return func(c *config) error {
		if n < 1 {
			return fmt.Errorf("ll2: WithRateLimit: n is %d; it must be 1 or more", n)
		}
		if per <= 0 {
			return fmt.Errorf("ll2: WithRateLimit: per is %v; it must be more than zero", per)
		}
		c.limits = limits{given: true, n: n, per: per, sync: c.limits.sync}
		return nil
	}
}

// WithLimiter calls limiter before every request. It replaces the client's own
// window, [WithRateLimit] and [WithQuotaSync]; the last of these options applies.
// The client still obeys the service: after a 429 it sends nothing until the
// service's time is up.
func WithLimiter(limiter Limiter) Option {
	return func(c *config) error {
		if isNil(limiter) {
			return errors.New("ll2: WithLimiter: nil limiter; use WithoutRateLimit for none")
		}
		if l, ok := limiter.(*rate.Limiter); ok && l.Burst() < 1 && l.Limit() != rate.Inf {
			return fmt.Errorf("ll2: WithLimiter: the limiter's burst is %d, so it admits no request; make it 1 or more", l.Burst())
		}
		c.limits = limits{given: true, limiter: limiter}
		return nil
	}
}

// WithoutRateLimit sends requests without a limit, and removes limits of earlier
// options. The client still obeys the service: after a 429 it sends nothing until
// the service's time is up.
func WithoutRateLimit() Option {
	return func(c *config) error {
		c.limits = limits{given: true}
		return nil
	}
}

// WithQuotaSync asks the service how much of the quota is left, with a request as
// in [Client.Throttle], which is free: before the first request, and again when the
// quota is used up or a 429 shows that it was. The client keeps to the limit and
// the window of the service, and takes into account the requests of other processes
// at the same IP address, or with the same token. A [WithRateLimit] applies as well.
// Without this option the client sends only the requests that its callers ask for.
//
// If the service does not answer within 5 seconds, or the answer makes no sense, the
// client logs a warning and keeps to the last known quota, or to 15 requests an
// hour. It asks again before a later request, but at most once a minute. Callers
// wait for the answer, whatever [WithMaxWait] is. A [Trace] sees the request like
// any other, on a goroutine of its own.
func WithQuotaSync() Option {
	return func(c *config) error {
		c.limits = limits{given: true, n: c.limits.n, per: c.limits.per, sync: true}
		return nil
	}
}

// WithMinInterval waits until at least d has passed between the starts of two
// requests, retries included. d must be more than zero; the default is none. The
// wait is bounded by [WithMaxWait] like a wait for the quota, and callers go in the
// order in which they came. If clients share a quota by [Client.Limiter], the
// longest interval applies to all. Requests for the quota itself, which are free, do
// not wait.
func WithMinInterval(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("ll2: WithMinInterval: %v; it must be more than zero", d)
		}
		c.interval = d
		return nil
	}
}

// WithLogger logs waits at Info, retries at Warn and attempts at Debug. By default
// nothing is logged. If the option is given several times, each logger is used.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) error {
		if logger == nil {
			return errors.New("ll2: WithLogger: nil logger; leave the option out to log nothing")
		}
		c.logs = append(c.logs, logger)
		c.traces = append(c.traces, logTrace(logger))
		return nil
	}
}

// WithTrace calls the functions of trace while the client works. New copies trace.
// If the option is given several times, each trace is called.
func WithTrace(trace *Trace) Option {
	return func(c *config) error {
		if trace == nil {
			return errors.New("ll2: WithTrace: nil trace; leave the option out for none")
		}
		c.traces = append(c.traces, *trace)
		return nil
	}
}

// A WalkOption says how to read a list, whatever its rows are. It is also a
// [ListOption], and an option for every other version of the API. The zero value
// changes nothing.
type WalkOption struct{ set func(*walkConfig) error }

// ListOption marks the option as one that lists of every version accept.
func (WalkOption) ListOption() {}

func (o WalkOption) apply(c *walkConfig) error {
	if o.set == nil {
		return nil
	}
	return o.set(c)
}

func (o WalkOption) addTo(l *listing) error { return o.apply(&l.walk) }

// A listing holds the values that the options of one list set: parameters, "" for
// the service's default, and how to walk.
type listing struct {
	given map[string]string
	walk  walkConfig
}

// PageSize sets the number of events on a page, 1 to [MaxPageSize]. The default is
// MaxPageSize, because every page costs a request.
func PageSize(n int) WalkOption {
	return WalkOption{func(c *walkConfig) error {
		if n < 1 || n > MaxPageSize {
			// The service would cut it to 100, or take 10 for 0.
			return fmt.Errorf("ll2: PageSize: %d is outside of 1 to %d", n, MaxPageSize)
		}
		c.limit = n
		return nil
	}}
}

// Offset skips the first n events. n must be 0 or more, the default. An offset past
// the end returns no events and no error. If [StartAt] is given, Offset is ignored.
func Offset(n int) WalkOption {
	return WalkOption{func(c *walkConfig) error {
		if n < 0 {
			return fmt.Errorf("ll2: Offset: %d is negative; it must be 0 or more", n)
		}
		c.offset = n
		return nil
	}}
}

// StartAt continues where another walk stopped. link is the Next of a [Page], or the
// result of [ResumeLink]. Only its query is used: it is sent unchanged, with a page
// size and a unique order if it has none. Its host is not contacted.
//
// Other options may repeat the parameters of the link, so that a program can pass the
// same options to the first walk and to the one that resumes it. An option that
// contradicts the link is an error, except [Offset], which is ignored.
func StartAt(link string) WalkOption {
	return WalkOption{func(c *walkConfig) error {
		if link == "" {
			return errors.New("ll2: StartAt: the link is empty; leave the option out to start at the beginning")
		}
		if strings.Contains(link, secret.Mark) {
			return errors.New("ll2: StartAt: the link had the token taken out of it; begin a new walk with the options")
		}
		c.links = append(c.links, link)
		return nil
	}}
}

// Parallel fetches up to n pages at once. n must be 1 or more; the default is 1. As
// soon as the first page says how many there are, the following pages are requested
// ahead. The results and their order do not change, and at most n pages are in
// memory. It takes no more requests, unless the range ends early, a page fails, or
// events are removed meanwhile. A break cancels the requests in progress and waits
// until they have ended.
//
// The links of the pages are predicted from the first one. If a link differs from the
// prediction, the walk continues page by page. [Trace] callbacks run on other
// goroutines. Parallel has no effect on [DockingEventsService.List].
func Parallel(n int) WalkOption {
	return WalkOption{func(c *walkConfig) error {
		if n < 1 {
			return fmt.Errorf("ll2: Parallel: %d pages at once; it must be 1 or more", n)
		}
		c.parallel = n
		return nil
	}}
}

// OnPage calls f with each page before [DockingEventsService.All] yields the events of
// the page, to show progress. f runs on the goroutine that ranges, in the order of the
// pages, with [Parallel] too. OnPage has no effect on Pages and List, which return
// pages themselves.
//
// Do not store the Next of that page yet. A program that ends before it has used the
// page's events, and continues there with [StartAt], loses them. Next is safe when all
// events of the page were used, which is when f is called with the following page, or
// the range is complete. It is simpler to store the result of [ResumeLink] when the
// walk fails, or to range over Pages and store each page's Next with its Results.
func OnPage(f func(PageInfo)) WalkOption {
	return WalkOption{func(c *walkConfig) error {
		if f == nil {
			return errors.New("ll2: OnPage: nil func; leave the option out")
		}
		c.onPage = f
		return nil
	}}
}
