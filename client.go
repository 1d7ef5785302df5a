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

// A Client talks to one address of the API, within one quota. Make it with
// [New]; it is safe for concurrent use, so build one and share it.
type Client struct {
	// DockingEvents lists and gets docking events of version 2.2.0.
	DockingEvents *DockingEventsService

	sender *sender
}

// What the service grants an IP address without a token.
const (
	anonymousLimit  = 15
	anonymousWindow = time.Hour
)

// New returns a client for [DefaultBaseURL], anonymous, which keeps to 15
// requests an hour, unless the options say otherwise. It sends nothing. The
// error is of the first option that is not right.
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

// newHTTPClient returns a copy of the caller's HTTP client with what the options
// change, and without its timeout.
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

// newAdmission returns what says when a request of s may go.
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
		q.Limit, q.Window = anonymousLimit, anonymousWindow // until the service says what it is
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

// isProduction reports whether the service's quota for an IP address holds.
func isProduction(base *url.URL) bool {
	production, err := url.Parse(DefaultBaseURL)
	host := strings.TrimSuffix(base.Hostname(), ".")
	return err == nil && strings.EqualFold(host, production.Hostname())
}

// BaseURL returns the address that the client talks to, without a version and with
// a slash at its end.
func (c *Client) BaseURL() string {
	if c == nil || c.sender == nil {
		return ""
	}
	return c.sender.base.String()
}

// NewResource returns the list endpoint of c at a path such as
// "2.2.0/astronaut/", whose rows are decoded into T. It shares the client's quota,
// retries, token and traces. It sends nothing; a client, path or func that is not
// right is an error of each call.
//
// The func id tells the id of a row: a row for which that is zero is a
// [*DecodeError]. The params are the filters that the endpoint knows, as it spells
// them: any other is an error before anything is sent, since the service silently
// ignores what it does not know. Every list knows search, ordering and mode, and
// a page size and an offset, which are options.
//
// A walk asks for the order of its filters, and then by id, so that the service
// has no choice how to sort equal rows, which it would make differently on every
// page. If *T has a method
//
//	OrderKey() (key string, value time.Time)
//
// then key, by which few rows are equal, comes before the id in every order, since
// some endpoints silently do not sort by id. NewResource calls the method of a zero T
// to learn the key. A walk in the order of that key notices when a row comes twice at
// the border of two pages, asks for all rows with that very value (key__gte and
// key__lte), one request for a border at most, and yields in their place those that
// it would have missed.
//
// If *T has a method Validate() error, a row for which it returns an error is a
// [*DecodeError], too. T is decoded by encoding/json.
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
	if c == nil || c.sender == nil {
		return nil, errNotNew
	}
	if ctx == nil {
		return nil, errNilContext
	}
	return throttle(ctx, c.sender, false)
}

// throttle asks under 2.2.0: there is one quota for all versions.
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

// decodeThrottle reads the answer of api-throttle/, an object or an array of
// one: the service and its specification differ. What it says of who the caller
// is (ident) is left alone, because that can be the token.
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
		NextIn: max(0, seconds(wire.Next)), // can be negative just after a place became free
	}, nil
}

type throttleJSON struct {
	Limit  *int     `json:"your_request_limit"`
	Window *float64 `json:"limit_frequency_secs"`
	Used   int      `json:"current_use"`
	Next   float64  `json:"next_use_secs"`
}

// A Quota is what a client knows of its quota, at one moment.
type Quota struct {
	Limit  int           // requests in a Window; 0: not known
	Window time.Duration // a sliding one
	Used   int           // places that are taken, by requests under way too; more than Limit if net/http repeated some by itself

	// BlockedUntil is the time until which nothing is sent, since the service
	// refused a request (429); zero if nothing is blocked.
	BlockedUntil time.Time

	next func(n int) time.Time
}

// Quota returns what the client itself knows of its quota; it sends nothing.
// Others that spend the same quota show in it only with [WithQuotaSync], and as
// of the last time that the service was asked; [Client.Throttle] asks now.
//
// Of a limiter of [WithLimiter] it knows something if that is a [*rate.Limiter]: the
// burst is the Limit, and the Window is the time in which it fills up.
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

// Left returns how many requests can go now: none as long as a 429 blocks them, and
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

// String says how much is used and whether the service blocks requests, such as
// "4 of 15 in 1h0m0s used" or "15 of 15 in 1h0m0s used, blocked until 12:07:41 UTC".
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

// Next returns when the next n requests can have gone, n being 1 or more, if
// nobody else sends any and each is answered at once. It is not in the future if
// they can go now, as all can if Limit is 0, unless a 429 blocks them. It is the
// zero time for a Quota that no client returned.
func (q Quota) Next(n int) time.Time {
	if q.next == nil {
		return time.Time{}
	}
	return q.next(max(1, n))
}

// Limiter returns the client's window, gate and interval, for [WithLimiter] of
// another client: both together then keep to one quota. Its Wait is for requests of
// other kinds. Nobody tells what becomes of those, so each is taken to be counted by
// the service up to 30 seconds after Wait returned.
func (c *Client) Limiter() Limiter {
	if c == nil || c.sender == nil {
		return nil
	}
	return (*sharedQuota)(c.sender.admission)
}
