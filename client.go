package ll2

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2/internal/query"
	"github.com/docking-event/ll2/internal/quota"
	"github.com/docking-event/ll2/internal/secret"
	"github.com/docking-event/ll2/internal/wire"
)

// A Client sends requests to one base URL of the API, within one quota. Create it with
// [New]. It is safe for concurrent use; create one and share it.
type Client struct {
	// DockingEvents lists and gets docking events of version 2.2.0.
	DockingEvents *DockingEventsService

	sender *sender
}

// The quota that the service grants an IP address without a token.
const (
	anonymousLimit  = 15
	anonymousWindow = time.Hour
)

// New returns a client. Without options it sends anonymous requests to [DefaultBaseURL],
// at most 15 in any hour. New sends nothing. It returns the error of the first bad
// option.
func New(opts ...Option) (*Client, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(cfg.baseURL)
	if err != nil {
		return nil, fmt.Errorf("ll2: base URL: %w", err)
	}
	base.Host = strings.TrimSuffix(base.Host, ":") // a port that is empty
	client, timeout := newHTTPClient(cfg)
	s := &sender{
		base:      base,
		http:      wire.Client(client),
		timeout:   timeout,
		buffers:   make(chan *bytes.Buffer, keptBuffers),
		userAgent: cfg.userAgent,
		secret:    secret.New("Token", cfg.token),
		retry:     retryPolicy{retries: cfg.retries, backoff: fullJitter(cfg.backoffMin, cfg.backoffMax), maxWait: cfg.maxWait},
		traces:    cfg.traces,
	}
	s.admission = newAdmission(cfg, s)
	return &Client{DockingEvents: &DockingEventsService{newDockingEvents(s)}, sender: s}, nil
}

// newHTTPClient returns a copy of the caller's HTTP client with the changes of the
// options and without its timeout, which it returns.
func newHTTPClient(c *config) (*http.Client, time.Duration) {
	client := *c.httpClient
	if c.transport != nil {
		client.Transport = c.transport
	}
	timeout := client.Timeout
	if c.timeout != nil {
		timeout = *c.timeout
	}
	client.Timeout = 0
	return &client, timeout
}

// newAdmission returns the admission, which decides when a request of s may go.
func newAdmission(cfg *config, s *sender) *admission {
	a := new(admission)
	l := cfg.limits
	var q quota.Config
	switch shared, isShared := l.limiter.(*sharedQuota); {
	case isShared:
		*a = admission(*shared)
	case l.limiter != nil:
		a.limiter = l.limiter
	case l.sync:
		q.OwnLimit, q.OwnWindow = l.n, l.per
		q.Limit, q.Window = anonymousLimit, anonymousWindow // until the service tells it
		q.Ask = func(ctx context.Context) (quota.Reading, error) {
			t, err := throttle(ctx, s, true)
			if err != nil {
				return quota.Reading{}, err
			}
			return quota.Reading(*t), nil
		}
		q.Warn = func(ctx context.Context, err error) {
			for _, log := range cfg.logs {
				log.WarnContext(ctx, "ll2: the service does not say how much of the quota is left", "error", err)
			}
		}
	case l.n > 0:
		q.Limit, q.Window = l.n, l.per
	case !l.given && cfg.token == "" && isProduction(s.base):
		q.Limit, q.Window = anonymousLimit, anonymousWindow
	}
	if a.quota == nil {
		a.quota = quota.New(q)
	}
	a.quota.Space(cfg.interval)
	return a
}

// isProduction reports whether base is the service with the quota for an IP address.
func isProduction(base *url.URL) bool {
	production, err := url.Parse(DefaultBaseURL)
	host := strings.TrimSuffix(base.Hostname(), ".")
	return err == nil && strings.EqualFold(host, production.Hostname())
}

// BaseURL returns the base URL of the client, without a version and with a slash at its
// end.
func (c *Client) BaseURL() string {
	if c == nil || c.sender == nil {
		return ""
	}
	return c.sender.base.String()
}

// NewResource returns the list endpoint of c at a path such as "2.2.0/astronaut/", whose
// rows are decoded into T with encoding/json. It shares the client's quota, retries,
// token and traces. It sends nothing. If the client, path or func is bad, each call
// fails.
//
// The func id returns the id of a row. A row with a zero id is a [*DecodeError]. The
// params are the filters that the endpoint has, as it spells them. Any other filter is an
// error before anything is sent, because the service silently ignores unknown parameters.
// Every list has search, ordering and mode. Page size and offset are options.
//
// A walk adds the id as the last key of every order, so that the order is unique.
// Otherwise the service may sort equal rows differently on every page. If *T has a method
//
//	OrderKey() (key string, value time.Time)
//
// then key, in which few rows are equal, is added before the id, because some endpoints
// silently ignore the id. NewResource calls the method of a zero T to learn the key. A
// walk in the order of that key detects a row that appears on two neighbouring pages. It
// then requests all rows with that value (key__gte and key__lte), at most one request for
// each border of two pages, and yields the missing rows in their place.
//
// If *T has a method Validate() error, a row for which it returns an error is a
// [*DecodeError] too.
func NewResource[T any, ID int | string](c *Client, path string, id func(*T) ID, params ...string) *Resource[T, ID] {
	known := make(map[string]query.Param, len(params))
	for _, name := range params {
		if name != query.Limit && name != query.Offset { // which every list has, with bounds
			known[name] = query.Param{}
		}
	}
	var s *sender
	if c != nil {
		s = c.sender
	}
	return newResource(s, path, id, known)
}

// A Throttle is the service's view of the caller's quota.
type Throttle struct {
	Limit  int           // requests that the service grants in a Window
	Window time.Duration // a sliding window
	Used   int           // requests in the last Window that counted
	NextIn time.Duration // until the next request can go; 0: now
}

// Throttle asks the service how much of the quota is used. Requests of other processes
// at the same IP address, or with the same token, are included. The request is free, so
// it is sent even if the quota is used up.
func (c *Client) Throttle(ctx context.Context) (*Throttle, error) {
	if c == nil || c.sender == nil {
		return nil, errNotNew
	}
	if ctx == nil {
		return nil, errNilContext
	}
	return throttle(ctx, c.sender, false)
}

// throttle asks version 2.2.0: all versions share one quota.
func throttle(ctx context.Context, s *sender, once bool) (*Throttle, error) {
	var t *Throttle
	err := s.send(ctx, request{
		kind: KindThrottle, url: s.base.JoinPath("2.2.0/api-throttle/"), free: true, once: once,
		decode: func(_ http.Header, data []byte) (err error) {
			t, err = decodeThrottle(data)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// decodeThrottle reads the answer of api-throttle/. It is an object or an array of one,
// because the service and its specification differ. It ignores the name of the caller
// (ident), which can be the token.
func decodeThrottle(data []byte) (*Throttle, error) {
	var wire throttleJSON
	var err error
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("[")) {
		var list []throttleJSON
		if err = json.Unmarshal(data, &list); len(list) > 0 {
			wire = list[0]
		}
	} else {
		err = json.Unmarshal(data, &wire)
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
		NextIn: max(0, seconds(wire.Next)), // it can be negative
	}, nil
}

type throttleJSON struct {
	Limit  *int     `json:"your_request_limit"`
	Window *float64 `json:"limit_frequency_secs"`
	Used   int      `json:"current_use"`
	Next   float64  `json:"next_use_secs"`
}

// A Quota is a client's view of its quota at one moment.
type Quota struct {
	Limit  int           // requests in a Window; 0: unknown
	Window time.Duration // a sliding window

	// Used is the number of requests that count, including those in progress. It is
	// larger than Limit if net/http repeated some.
	Used int

	// BlockedUntil is the time until which nothing is sent, because the service
	// refused a request (429); zero if nothing is blocked.
	BlockedUntil time.Time

	next func(n int) time.Time
}

// Quota returns the client's own view of its quota. It sends nothing. Requests of others
// are included only with [WithQuotaSync], as of the last time that the client asked the
// service; [Client.Throttle] asks now.
//
// With [WithLimiter] the result describes the limiter only if it is a [*rate.Limiter]:
// its burst is the Limit, and the Window is the time in which it fills up.
func (c *Client) Quota() Quota {
	if c == nil || c.sender == nil {
		return Quota{}
	}
	v := c.sender.admission.quota.View()
	q := Quota{Limit: v.Limit, Window: v.Window, Used: v.Used, BlockedUntil: v.ShutUntil, next: v.Next}
	if bucket, ok := c.sender.admission.limiter.(*rate.Limiter); ok && bucket.Limit() > 0 && bucket.Limit() != rate.Inf {
		now, perSecond := time.Now(), float64(bucket.Limit())
		tokens := bucket.TokensAt(now)
		q.Limit, q.Used = bucket.Burst(), bucket.Burst()-int(math.Floor(tokens))
		q.Window = seconds(float64(q.Limit) / perSecond)
		q.next = func(n int) time.Time {
			at := now.Add(seconds(max(0, float64(n)-tokens) / perSecond))
			if gate := v.Next(n); gate.After(at) {
				return gate
			}
			return at
		}
	}
	return q
}

// Left returns how many requests can go now: 0 while a 429 blocks them, and
// [math.MaxInt] if no limit is known.
func (q Quota) Left() int {
	switch {
	case !q.BlockedUntil.IsZero():
		return 0
	case q.Limit == 0:
		return math.MaxInt
	}
	return max(0, q.Limit-q.Used)
}

// String returns a text such as "4 of 15 in 1h0m0s used" or
// "15 of 15 in 1h0m0s used, blocked until 12:07:41 UTC".
func (q Quota) String() string {
	s := "no quota known"
	if q.Limit > 0 {
		s = fmt.Sprintf("%d of %d in %v used", q.Used, q.Limit, q.Window)
	}
	if !q.BlockedUntil.IsZero() {
		s += ", blocked until " + q.BlockedUntil.UTC().Format("15:04:05 UTC")
	}
	return s
}

// Next returns the time at which n more requests can go, if no other process sends any
// and each is answered at once. n must be 1 or more. The time is not in the future if
// they can go now. If Limit is 0, they can, unless a 429 blocks them. The zero Quota
// returns the zero time.
func (q Quota) Next(n int) time.Time {
	if q.next == nil {
		return time.Time{}
	}
	return q.next(max(1, n))
}

// Limiter returns the client's window, block after a 429, and interval, for
// [WithLimiter] of another client. Both clients together then keep to one quota. Call its
// Wait before requests that you send without a client. Their outcome is unknown, so each
// is assumed to count, at any time up to 30 seconds after Wait returned.
func (c *Client) Limiter() Limiter {
	if c == nil || c.sender == nil {
		return nil
	}
	return (*sharedQuota)(c.sender.admission)
}
