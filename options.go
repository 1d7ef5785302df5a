package ll2

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// An Option sets up a [Client]; give it to [New], in any order. Nil options are
// skipped. What an option is given is checked: New returns the first error.
type Option func(*config) error

// config is what the options for New fill in.
type config struct {
	token      string
	baseURL    *url.URL
	httpClient *http.Client
	userAgent  string

	quotaOption string // which of the options that exclude each other was given
	limit       int
	per         time.Duration
	limiter     Limiter
	quotaSync   bool
	maxWait     time.Duration

	retries                int
	backoffMin, backoffMax time.Duration

	log   *slog.Logger
	trace Trace
}

func newConfig(opts []Option) (*config, error) {
	base, err := parseBaseURL(DefaultBaseURL)
	if err != nil {
		return nil, err
	}
	c := &config{
		baseURL:    base,
		httpClient: &http.Client{Timeout: 30 * time.Second},
		userAgent:  "ll2-go/" + Version,
		maxWait:    time.Minute,
		retries:    2,
		backoffMin: 500 * time.Millisecond,
		backoffMax: 10 * time.Second,
		log:        slog.New(slog.DiscardHandler),
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
// absolute http or https URL without user, query or fragment; a missing slash
// at its end is added.
func WithBaseURL(baseURL string) Option {
	return func(c *config) (err error) {
		c.baseURL, err = parseBaseURL(baseURL)
		return err
	}
}

func parseBaseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Opaque != "":
		// Without the URL: there may be a password in it.
		return nil, fmt.Errorf("ll2: WithBaseURL: not a URL; write it like %q", DefaultBaseURL)
	case u.User != nil:
		return nil, errors.New("ll2: WithBaseURL: the URL holds a user; use WithToken to authenticate")
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, fmt.Errorf("ll2: WithBaseURL: %q is not an absolute http or https URL like %q", s, DefaultBaseURL)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("ll2: WithBaseURL: the URL has a query or a fragment; leave it out")
	}
	return u.JoinPath("/"), nil
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
func WithRateLimit(n int, per time.Duration) Option {
	return func(c *config) error {
		if n < 1 {
			return fmt.Errorf("ll2: WithRateLimit: n is %d; it must be 1 or more", n)
		}
		if per <= 0 {
			return fmt.Errorf("ll2: WithRateLimit: per is %v; it must be more than zero", per)
		}
		c.limit, c.per = n, per
		return c.chooseQuota("WithRateLimit")
	}
}

// WithLimiter asks limiter before every request, in place of the client's own
// window. What the service says is obeyed all the same: after a 429 the client
// sends nothing until the service's time is up.
func WithLimiter(limiter Limiter) Option {
	return func(c *config) error {
		if isNil(limiter) {
			return errors.New("ll2: WithLimiter: nil limiter; use WithoutRateLimit for none")
		}
		if l, ok := limiter.(*rate.Limiter); ok && l.Burst() < 1 && l.Limit() != rate.Inf {
			return fmt.Errorf("ll2: WithLimiter: the limiter's burst is %d, so it admits no request; make it 1 or more", l.Burst())
		}
		c.limiter = limiter
		return c.chooseQuota("WithLimiter")
	}
}

// isNil reports whether v is nil, or holds a nil pointer, func or the like, which
// an interface hides.
func isNil(v any) bool {
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Slice, reflect.Chan:
		return value.IsNil()
	default:
		return false
	}
}

// WithoutRateLimit sends requests as they come. What the service says is obeyed
// all the same: after a 429 the client sends nothing until the service's time is
// up.
func WithoutRateLimit() Option {
	return func(c *config) error { return c.chooseQuota("WithoutRateLimit") }
}

// WithQuotaSync asks the service how much of the quota is left, by
// [Client.Throttle], which is free: before the first request, and again when the
// quota is spent or a 429 shows that it was. The client keeps to the limit and
// the window that the service names, and counts what others have used: other
// processes at the same address, or with the same token. Without this option no
// request is sent that the caller did not ask for.
//
// Where the service does not answer in 5 seconds, or makes no sense, the client
// logs a warning, keeps to what it was told before, or to 15 requests an hour,
// and asks again before a later request, but not more often than once a minute.
// Callers wait for the answer, whatever [WithMaxWait] is; a [Trace] is told of
// the question as of any attempt, on a goroutine of its own.
func WithQuotaSync() Option {
	return func(c *config) error {
		c.quotaSync = true
		return c.chooseQuota("WithQuotaSync")
	}
}

// chooseQuota refuses two options that each say how much is sent: with either
// winning, the other would be broken without a word.
func (c *config) chooseQuota(option string) error {
	if c.quotaOption != "" {
		return fmt.Errorf("ll2: %s and %s exclude each other; give one", c.quotaOption, option)
	}
	c.quotaOption = option
	return nil
}

// WithMaxWait bounds a single sleep for the quota or for a Retry-After. A
// request that would have to wait longer is not sent and fails at once with a
// [*RateLimitError] that says when it could go. The default is 1 minute; 0 means
// never to wait, [math.MaxInt64] to wait as long as it takes.
func WithMaxWait(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("ll2: WithMaxWait: %v is negative; use 0 never to wait, math.MaxInt64 to wait without bound", d)
		}
		c.maxWait = d
		return nil
	}
}

// WithRetries sets how often a failed request is tried again, by default 2
// times; 0 means never. Every retry takes a place in the quota.
func WithRetries(n int) Option {
	return func(c *config) error {
		if n < 0 || n == math.MaxInt {
			return fmt.Errorf("ll2: WithRetries: %d is not a number of retries; use 0 for none", n)
		}
		c.retries = n
		return nil
	}
}

// WithBackoff sets how long the client waits before it tries a failed request
// again where the service does not say: a random time between min and a bound
// that doubles from attempt to attempt, up to max (where min is 0, max at once).
// The default is 500 ms and 10 s.
func WithBackoff(min, max time.Duration) Option { //nolint:predeclared // what the documentation calls them
	return func(c *config) error {
		if min < 0 || max < min {
			return fmt.Errorf("ll2: WithBackoff(%v, %v): want 0 <= min <= max", min, max)
		}
		c.backoffMin, c.backoffMax = min, max
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
		c.log = logger
		return nil
	}
}

// WithTrace calls back as net/http/httptrace does. New copies trace.
func WithTrace(trace *Trace) Option {
	return func(c *config) error {
		if trace == nil {
			return errors.New("ll2: WithTrace: nil trace; leave the option out for none")
		}
		c.trace = *trace
		return nil
	}
}

// A ListOption says which docking events [DockingEventsService.List],
// [DockingEventsService.Pages] and [DockingEventsService.All] ask for, and how.
// Nil options are skipped, a later option wins over an earlier one of the same
// kind, and what an option is given is checked before anything is sent.
type ListOption func(*listOptions) error

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
	return func(o *listOptions) error {
		if err := checkID(option, what, id); err != nil {
			return err
		}
		o.set(option, param, strconv.Itoa(id))
		return nil
	}
}

func checkID(option, what string, id int) error {
	if id < 1 {
		return fmt.Errorf("ll2: %s: %d is not the id of a %s; ids are 1 and more", option, id, what)
	}
	return nil
}

// DockedAfter asks for dockings later than t.
func DockedAfter(t time.Time) ListOption { return byTime("DockedAfter", paramAfter, t, false) }

// DockedSince asks for dockings at t or later.
func DockedSince(t time.Time) ListOption { return byTime("DockedSince", paramSince, t, true) }

// DockedBefore asks for dockings earlier than t.
func DockedBefore(t time.Time) ListOption { return byTime("DockedBefore", paramBefore, t, true) }

// DockedUntil asks for dockings at t or earlier.
func DockedUntil(t time.Time) ListOption { return byTime("DockedUntil", paramUntil, t, false) }

// byTime sends t in UTC with a Z: the + of an offset would arrive as a space.
// The service counts in microseconds and cuts off what is finer, which for
// "at t or later" and "earlier than t" would let a docking just before t in or
// out; up is then the right way.
func byTime(option, param string, t time.Time, up bool) ListOption {
	return func(o *listOptions) error {
		if t.IsZero() {
			return fmt.Errorf("ll2: %s: the time is zero; leave the option out for no bound", option)
		}
		at := t.UTC().Truncate(time.Microsecond)
		if up && at.Before(t) {
			at = at.Add(time.Microsecond)
		}
		if year := at.Year(); year < 1 || year > 9999 {
			return fmt.Errorf("ll2: %s: the year %d is outside of what the service can read, 1 to 9999", option, year)
		}
		o.set(option, param, at.Format(time.RFC3339Nano))
		return nil
	}
}

// Search asks for docking events in which the service finds text.
func Search(text string) ListOption {
	return func(o *listOptions) error {
		if strings.TrimSpace(text) == "" {
			return errors.New("ll2: Search: the text is empty; leave the option out to search nothing")
		}
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return fmt.Errorf("ll2: Search: %q is not UTF-8 text without NUL", text)
		}
		o.set("Search", paramSearch, text)
		return nil
	}
}

// An Order is a key to sort by, ascending; [Order.Desc] turns it round.
type Order string

// The keys by which the service can sort. Events that are still docked come
// last in [ByDeparture], first in ByDeparture.Desc().
const (
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
// Unless it is among them, [ByID] is added as the last key: without a total order
// the service may sort equal events differently on every page, so that a walk
// sees some twice and others never.
func OrderBy(order ...Order) ListOption {
	return func(o *listOptions) error {
		if len(order) == 0 {
			order = []Order{ByDocking}
		}
		ordering, err := totalOrder(order)
		if err != nil {
			return err
		}
		o.set("OrderBy", paramOrder, ordering)
		return nil
	}
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
	return func(o *listOptions) error {
		switch mode {
		case ModeNormal:
			o.set("InMode", paramMode, "") // the API has no word for it
		case ModeDetailed:
			o.set("InMode", paramMode, string(mode))
		default:
			return fmt.Errorf("ll2: InMode: unknown mode %q; use ModeNormal or ModeDetailed", mode)
		}
		return nil
	}
}

// PageSize sets how many events a page holds, 1 to [MaxPageSize]. The default is
// MaxPageSize, because every page takes a place in the quota.
func PageSize(n int) ListOption {
	return func(o *listOptions) error {
		if n < 1 || n > MaxPageSize {
			// The service would cut it to 100, or take 10 for 0.
			return fmt.Errorf("ll2: PageSize: %d is outside of 1 to %d", n, MaxPageSize)
		}
		o.set("PageSize", paramLimit, strconv.Itoa(n))
		return nil
	}
}

// Offset leaves out the first n events, 0 by default. Past the end there are
// none, which is no error. It gives way to [StartAt].
func Offset(n int) ListOption {
	return func(o *listOptions) error {
		if n < 0 {
			return fmt.Errorf("ll2: Offset: %d is negative; it must be 0 or more", n)
		}
		o.offset = n
		return nil
	}
}

// StartAt goes on where another walk stopped: link is a [Page]'s Next or a
// [PageError]'s URL. Only its query counts, which is sent as it stands, with a
// page size and a total order where it has none; its host is not asked.
//
// Other options may say what the link says, so that a program can give the same
// options to the first walk and to the one that resumes it; one that contradicts
// the link is an error. [Offset] gives way to the link.
func StartAt(link string) ListOption {
	return func(o *listOptions) error {
		if link == "" {
			return errors.New("ll2: StartAt: the link is empty; leave the option out to start at the beginning")
		}
		if strings.Contains(link, redactionMark) {
			return errors.New("ll2: StartAt: the link had the token taken out of it; begin a new walk with the options")
		}
		query, err := parseLink(link, dockingEventEndpoint)
		if err != nil {
			return fmt.Errorf("ll2: StartAt: %w", unprefixed{err})
		}
		if err := checkLink(query); err != nil {
			return err
		}
		o.link = query
		return nil
	}
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
func Parallel(n int) ListOption {
	return func(o *listOptions) error {
		if n < 1 {
			return fmt.Errorf("ll2: Parallel: %d pages at once; it must be 1 or more", n)
		}
		o.parallel = n
		return nil
	}
}

// OnPage has [DockingEventsService.All] call f with each page, as it was sent,
// before it yields the page's events: to show progress by its Count and
// [Page.Left], or to keep its Next. It is called on the goroutine that ranges, in
// the order of the pages, with [Parallel] too. To Pages and List, which return
// pages themselves, it means nothing.
func OnPage(f func(page *Page[DockingEvent])) ListOption {
	return func(o *listOptions) error {
		if f == nil {
			return errors.New("ll2: OnPage: nil func; leave the option out")
		}
		o.onPage = f
		return nil
	}
}
