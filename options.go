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

// Addresses of the API, for [WithBaseURL]. They have no version: each service adds
// its own.
const (
	// DefaultBaseURL is the production service.
	DefaultBaseURL = "https://ll.thespacedevs.com/"
	// DevelopmentBaseURL is the provider's instance for development: it has no
	// rate limit, and little and stale data.
	DevelopmentBaseURL = "https://lldev.thespacedevs.com/"
)

// Version is the version of this package, as the User-Agent names it.
const Version = "0.1.0"

// An Option sets up a [Client]; give it to [New], in any order. Nil options are
// skipped. What an option is given is checked: New returns the first error.
type Option func(*config) error

// config is what the options for New fill in.
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

	logs   []*slog.Logger // told of what a trace is not
	traces traces
}

// limits are what says how much is sent.
type limits struct {
	given   bool // by an option, if only that there are none
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
// "Authorization: Token KEY". Give the key alone, without "Token". The default
// is to be anonymous.
//
// A token has a quota of its own, which depends on its tier, so the client does
// not limit itself then: set [WithRateLimit] where you know the quota. The token
// is sent to the base URL's origin only and stands in no error, log or trace.
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

// WithBaseURL sends requests to another address of the API than
// [DefaultBaseURL], such as [DevelopmentBaseURL], a mirror or a proxy. It is an
// absolute http or https URL without user, query or fragment; a missing slash at
// its end is added, and a version there, such as 2.2.0/, is taken off, since every
// service adds its own. A URL that leads to an endpoint, such as docking_event/,
// is an error.
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

// WithHTTPClient sends requests through a copy of client, made by [New]: its
// Transport, Jar and CheckRedirect are used, and client is not modified. So what
// replaces its Transport, such as httpmock.ActivateNonDefault, comes before New.
//
// Its Timeout bounds one attempt, reading the body included, but no wait; zero
// means no bound. Without this option that is 30 seconds.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("ll2: WithHTTPClient: nil client; leave the option out for the default")
		}
		c.httpClient = client
		return nil
	}
}

// WithTransport sends requests through transport, in place of that of
// [WithHTTPClient] or [http.DefaultTransport]. Everything else of the HTTP client,
// such as the timeout of an attempt, stays.
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

// WithUserAgent names your program to the service, such as "my-app/1.2". The
// header is then "my-app/1.2 ll2-go/0.1.0"; by default it is "ll2-go/0.1.0".
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

// WithRateLimit sends no more than n requests that count in any span of the
// length per: an exact sliding window, as the service's own. Both are more than
// zero. As there, what is answered by a redirect, 401, 403, 406 or 429 does not
// count.
//
// The default is 15 an hour for the production host without a token, which is
// what the service grants an IP address, and no limit otherwise.
//
// Of several limits the last one given holds; with [WithQuotaSync] both hold, and so
// the stricter one.
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

// WithLimiter asks limiter before every request, in place of the client's own
// window, of [WithRateLimit] and of [WithQuotaSync]: the last one given holds. What
// the service says is obeyed all the same: after a 429 the client sends nothing until
// the service's time is up.
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

// WithoutRateLimit sends requests as they come, and lifts limits that were given
// before it. What the service says is obeyed
// all the same: after a 429 the client sends nothing until the service's time is
// up.
func WithoutRateLimit() Option {
	return func(c *config) error {
		c.limits = limits{given: true}
		return nil
	}
}

// WithQuotaSync asks the service how much of the quota is left, by
// [Client.Throttle], which is free: before the first request, and again when the
// quota is spent or a 429 shows that it was. The client keeps to the limit and
// the window that the service names, and counts what others have used: other
// processes at the same address, or with the same token. Beside it a
// [WithRateLimit] holds, too. Without this option no request is sent that the caller
// did not ask for.
//
// Where the service does not answer in 5 seconds, or makes no sense, the client
// logs a warning, keeps to what it was told before, or to 15 requests an hour,
// and asks again before a later request, but not more often than once a minute.
// Callers wait for the answer, whatever [WithMaxWait] is; a [Trace] is told of
// the question as of any attempt, on a goroutine of its own.
func WithQuotaSync() Option {
	return func(c *config) error {
		c.limits = limits{given: true, n: c.limits.n, per: c.limits.per, sync: true}
		return nil
	}
}

// WithMinInterval lets at least d pass between the starts of two requests, retries
// included. A wait for that counts as one for the quota, see [WithMaxWait], and who
// came first goes first. Of clients that share a quota by [Client.Limiter] the longest
// interval holds for all. The default is none. Questions for the quota itself, which
// are free, do not wait.
func WithMinInterval(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("ll2: WithMinInterval: %v; it must be more than zero", d)
		}
		c.interval = d
		return nil
	}
}

// WithLogger logs waits at Info, retries at Warn and attempts at Debug. The
// default is to log nothing.
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

// WithTrace calls back as net/http/httptrace does. New copies trace.
func WithTrace(trace *Trace) Option {
	return func(c *config) error {
		if trace == nil {
			return errors.New("ll2: WithTrace: nil trace; leave the option out for none")
		}
		c.traces = append(c.traces, *trace)
		return nil
	}
}

// A WalkOption says how a list is walked, whatever it is a list of. It is a
// [ListOption], too, and one of every other version of the API. The zero value
// changes nothing.
type WalkOption struct{ set func(*walkConfig) error }

// ListOption marks the option as one that the lists of any version take.
func (WalkOption) ListOption() {}

func (o WalkOption) apply(c *walkConfig) error {
	if o.set == nil {
		return nil
	}
	return o.set(c)
}

func (o WalkOption) addTo(l *listing) error { return o.apply(&l.walk) }

// A listing is what the options of one list fill in: parameters, "" for the
// service's default, and how to walk.
type listing struct {
	given map[string]string
	walk  walkConfig
}

// PageSize sets how many events a page holds, 1 to [MaxPageSize]. The default is
// MaxPageSize, because every page takes a place in the quota.
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

// Offset leaves out the first n events, 0 by default. Past the end there are
// none, which is no error. It gives way to [StartAt].
func Offset(n int) WalkOption {
	return WalkOption{func(c *walkConfig) error {
		if n < 0 {
			return fmt.Errorf("ll2: Offset: %d is negative; it must be 0 or more", n)
		}
		c.offset = n
		return nil
	}}
}

// StartAt goes on where another walk stopped: link is a [Page]'s Next, or what
// [ResumeLink] returned. Only its query counts, which is sent as it stands, with a
// page size and a total order where it has none; its host is not asked.
//
// Other options may say what the link says, so that a program can give the same
// options to the first walk and to the one that resumes it; one that contradicts
// the link is an error. [Offset] gives way to the link.
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

// Parallel asks for up to n pages at once, 1 by default: as soon as the first
// page says how many there are, further ones are asked for before their turn.
// The walk yields the same in the same order and holds at most n pages in
// memory. It takes no more requests of the quota, unless the range is left early,
// a page fails, or events are removed meanwhile. A break cancels what is under way and waits
// for it.
//
// The pages' links are foreseen from the first one's; from the first that turns
// out otherwise, the walk goes on one by one. [Trace] callbacks come on other
// goroutines. To [DockingEventsService.List] it means nothing.
func Parallel(n int) WalkOption {
	return WalkOption{func(c *walkConfig) error {
		if n < 1 {
			return fmt.Errorf("ll2: Parallel: %d pages at once; it must be 1 or more", n)
		}
		c.parallel = n
		return nil
	}}
}

// OnPage has [DockingEventsService.All] call f with each page before it yields the
// page's events, to show progress. It is called on the goroutine that ranges, in
// the order of the pages, with [Parallel] too. It has no effect on Pages and List,
// which return pages themselves.
//
// The page's Next is not safe to store yet: a program that ends before it has used
// the page's events, and goes on there with [StartAt], loses them. It is safe once
// all of them were used, which is when f is called with the page behind it, or the
// range has come to its end by itself. Better store what [ResumeLink] returns when
// the walk fails, or range over Pages and store each page's Next together with its
// Results.
func OnPage(f func(PageInfo)) WalkOption {
	return WalkOption{func(c *walkConfig) error {
		if f == nil {
			return errors.New("ll2: OnPage: nil func; leave the option out")
		}
		c.onPage = f
		return nil
	}}
}
