package ll2

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Addresses of the API, for [WithBaseURL].
const (
	// DefaultBaseURL is the production service.
	DefaultBaseURL = "https://ll.thespacedevs.com/2.2.0/"
	// DevelopmentBaseURL is the provider's instance for development: it has no
	// rate limit, and little and stale data.
	DevelopmentBaseURL = "https://lldev.thespacedevs.com/2.2.0/"
)

// MaxPageSize is the most events that the service puts on a page.
const MaxPageSize = 100

// Version is the version of this package, as the User-Agent names it.
const Version = "0.1.0"

// What the service grants an IP address without a token.
const (
	anonymousLimit  = 15
	anonymousWindow = time.Hour
)

// A Client talks to one address of the API, within one quota. Make it with
// [New]; it is safe for concurrent use, so build one and share it.
type Client struct {
	// DockingEvents lists and gets docking events.
	DockingEvents *DockingEventsService

	base      *url.URL
	http      *http.Client
	userAgent string

	// The token is in the reach of these two only: fmt prints a func as an
	// address, and unexported fields without asking their String method.
	authorize func(http.Header)
	redact    func(string) string

	buffers *sync.Pool // of *bytes.Buffer, for bodies
	quota   *quota
	maxWait time.Duration
	retries int
	backoff func(attempt int) time.Duration

	log   *slog.Logger
	trace Trace
}

// New returns a client for [DefaultBaseURL], anonymous, which keeps to 15
// requests an hour, unless the options say otherwise. It sends nothing. The
// error is of the first option that is not right.
func New(opts ...Option) (*Client, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	c := &Client{
		base:      cfg.baseURL,
		http:      newHTTPClient(cfg.httpClient),
		userAgent: cfg.userAgent,
		authorize: func(http.Header) {},
		redact:    func(s string) string { return s },
		buffers:   new(sync.Pool),
		quota:     new(quota),
		maxWait:   cfg.maxWait,
		retries:   cfg.retries,
		backoff:   fullJitter(cfg.backoffMin, cfg.backoffMax),
		log:       cfg.log,
		trace:     cfg.trace,
	}
	if token := cfg.token; token != "" {
		c.authorize = func(h http.Header) { h.Set("Authorization", "Token "+token) }
		c.redact = newRedactor(token)
	}
	shared, _ := cfg.limiter.(*sharedQuota)
	switch {
	case shared != nil:
		c.quota = (*quota)(shared)
	case cfg.limiter != nil:
		c.quota.limiter = cfg.limiter
	case cfg.limit > 0:
		c.quota.window = newWindow(cfg.limit, cfg.per)
	case cfg.quotaSync:
		c.quota.learner = &learner{log: c.log, throttle: func(ctx context.Context) (*Throttle, error) {
			return c.throttle(ctx, true)
		}}
	case cfg.quotaOption == "" && cfg.token == "" && isProduction(c.base):
		c.quota.window = newWindow(anonymousLimit, anonymousWindow)
	}
	c.DockingEvents = &DockingEventsService{client: c}
	return c, nil
}

// redactionMark stands where the token stood.
const redactionMark = "[REDACTED]"

// newRedactor returns what takes a token out of a text, as it is or escaped: a
// service or a proxy can send back what it was sent.
func newRedactor(token string) func(string) string {
	quoted := strconv.Quote(token)
	return strings.NewReplacer(
		token, redactionMark,
		quoted[1:len(quoted)-1], redactionMark,
		url.QueryEscape(token), redactionMark,
		url.PathEscape(token), redactionMark,
	).Replace
}

// redactError returns err, or where its text holds the token an error without
// it. That one Is all that err Is, but nobody gets at err itself.
func (c *Client) redactError(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if clean := c.redact(text); clean != text {
		return redactedError{clean, func(target error) bool { return errors.Is(err, target) }}
	}
	return err
}

// A redactedError holds the original in a func only, which fmt cannot look into.
type redactedError struct {
	text string
	is   func(error) bool
}

func (e redactedError) Error() string        { return e.text }
func (e redactedError) Is(target error) bool { return e.is(target) }

// isProduction reports whether the service's quota for an IP address holds.
func isProduction(base *url.URL) bool {
	production, err := url.Parse(DefaultBaseURL)
	host := strings.TrimSuffix(base.Hostname(), ".")
	return err == nil && strings.EqualFold(host, production.Hostname())
}

// A Throttle is how the service sees the caller's quota.
type Throttle struct {
	Limit  int           // requests that it grants in a Window
	Window time.Duration // a sliding one
	Used   int           // requests of the last Window that counted
	NextIn time.Duration // until the next request can go; 0: now
}

// Throttle asks the service how much of the quota is used, by whomever: another
// process at the same IP address, or with the same token, counts too. The
// question is free of quota, so it goes out when the quota is spent, too.
func (c *Client) Throttle(ctx context.Context) (*Throttle, error) {
	if c == nil || c.http == nil {
		return nil, errNotNew
	}
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	return c.throttle(ctx, false)
}

func (c *Client) throttle(ctx context.Context, once bool) (*Throttle, error) {
	var throttle *Throttle
	x := c.exchange(request{url: c.base.JoinPath("api-throttle/")}, func(body []byte) (err error) {
		throttle, err = decodeThrottle(body)
		return err
	})
	x.free, x.once = true, once
	if err := x.run(ctx); err != nil {
		return nil, err
	}
	return throttle, nil
}

// Quota returns what the client itself knows of its quota; it sends nothing.
// Others that spend the same quota show in it only with [WithQuotaSync], and as
// of the last time that the service was asked; [Client.Throttle] asks now.
func (c *Client) Quota() Quota {
	if c == nil || c.quota == nil {
		return Quota{}
	}
	return c.quota.view()
}

// Limiter returns the client's window and gate, for [WithLimiter] of another
// client: both together then keep to one quota.
func (c *Client) Limiter() Limiter {
	if c == nil || c.quota == nil {
		return nil
	}
	return (*sharedQuota)(c.quota)
}

// decodeThrottle reads the answer of api-throttle/, an object or an array of
// one: the service and its specification differ. What it says of who the caller
// is (ident) is left alone, because that can be the token.
func decodeThrottle(body []byte) (*Throttle, error) {
	var wire throttleJSON
	var err error
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		var list []throttleJSON
		if err = json.Unmarshal(body, &list); len(list) > 0 {
			wire = list[0]
		}
	} else {
		err = json.Unmarshal(body, &wire)
	}
	if err != nil {
		return nil, err
	}
	if wire.Limit == nil || *wire.Limit < 0 || wire.Window == nil || *wire.Window <= 0 {
		return nil, errors.New("ll2: no your_request_limit or no limit_frequency_secs that makes sense")
	}
	return &Throttle{
		Limit:  *wire.Limit,
		Window: seconds(*wire.Window),
		Used:   wire.Used,
		NextIn: max(0, seconds(wire.Next)), // can be negative just after a place became free
	}, nil
}

type throttleJSON struct {
	Limit  *int     `json:"your_request_limit"`
	Window *float64 `json:"limit_frequency_secs"`
	Used   int      `json:"current_use"`
	Next   float64  `json:"next_use_secs"`
}

var errNotNew = errors.New("ll2: this client was not made by New")

func checkContext(ctx context.Context) error {
	if ctx == nil {
		return errors.New("ll2: nil context; use context.Background()")
	}
	return nil
}

// fetch sends a request that counts against the quota, again where that can
// help, and hands the body of the answer to decode.
func (c *Client) fetch(ctx context.Context, r request, decode func(body []byte) error) error {
	return c.exchange(r, decode).run(ctx)
}

// newHTTPClient copies the caller's client and gives the copy the package's
// rules.
func newHTTPClient(callers *http.Client) *http.Client {
	h := *callers
	h.CheckRedirect = sameOriginOnly(callers.CheckRedirect)
	return &h
}

// maxRedirects is how many redirects net/http follows by default.
const maxRedirects = 10

// A redirectError is a redirect that was refused by policy: another attempt
// would be refused too.
type redirectError struct{ error }

func (e redirectError) Unwrap() error { return e.error }

// sameOriginOnly returns a policy that stops at a redirect to another origin,
// so that the token goes nowhere else: net/http itself would send it along to
// another port or scheme of the same host. The redirect is the answer then.
func sameOriginOnly(callers func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if !sameOrigin(req.URL, via[0].URL) {
			return http.ErrUseLastResponse
		}
		if callers != nil {
			err := callers(req, via)
			if err != nil && !errors.Is(err, http.ErrUseLastResponse) {
				return redirectError{err}
			}
			return err
		}
		if len(via) >= maxRedirects {
			return redirectError{fmt.Errorf("stopped after %d redirects", maxRedirects)}
		}
		return nil
	}
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
