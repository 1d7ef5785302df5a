package ll2

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/docking-event/ll2/internal/quota"
	"github.com/docking-event/ll2/internal/wire"
)

// WithRetries sets how often a failed request is retried. n must be 0 or more; the
// default is 2. Every retry counts against the quota.
func WithRetries(n int) Option {
	return func(c *config) error {
		if n < 0 || n == math.MaxInt {
			return fmt.Errorf("ll2: WithRetries: %d is not a number of retries; use 0 for none", n)
		}
		c.retries = n
		return nil
	}
}

// WithBackoff sets the wait before a retry if the service does not name a time. It is a
// random time between min and a bound that doubles from attempt to attempt, up to max. If
// min is 0, the bound is max from the start. The default is 500 ms and 10 s.
func WithBackoff(min, max time.Duration) Option { //nolint:predeclared // what the documentation calls them
	return func(c *config) error {
		if min < 0 || max < min {
			return fmt.Errorf("ll2: WithBackoff(%v, %v): want 0 <= min <= max", min, max)
		}
		c.backoffMin, c.backoffMax = min, max
		return nil
	}
}

// WithMaxWait bounds a single wait for the quota or for a Retry-After. A request that
// would have to wait longer is not sent. It fails at once with a [*RateLimitError] that
// says when it could go. The default is 1 minute. 0 means never to wait, and
// [math.MaxInt64] to wait as long as necessary.
func WithMaxWait(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("ll2: WithMaxWait: %v is negative; use 0 never to wait, math.MaxInt64 to wait without bound", d)
		}
		c.maxWait = d
		return nil
	}
}

// A retryPolicy decides which failed attempts are repeated, and when.
type retryPolicy struct {
	retries int
	backoff func(attempt int) time.Duration
	maxWait time.Duration
}

// A failed attempt, for a retryPolicy.
type failed struct {
	err      error
	number   int    // of the attempt, from 1
	what     string // what was being done
	answered bool   // there was a status
	final    bool   // not to be repeated

	// check returns the error with which the quota would refuse the next attempt
	// after a pause. It is nil if the request is free.
	check func(pause time.Duration) error
}

// A verdict is the consequence of an attempt: another one after a pause, or the end with
// an error.
type verdict struct {
	again bool
	pause quota.Wait
	err   error
}

// judge decides the consequence of a failed attempt.
func (r retryPolicy) judge(ctx context.Context, f failed) verdict {
	if !mayPass(f.err) {
		return verdict{err: f.err}
	}
	if ctx.Err() != nil {
		failure := f.err
		if !f.answered || errors.Is(failure, ctx.Err()) {
			failure = nil // it is the end of the context
		}
		return verdict{err: contextError(ctx, f.what, failure)}
	}
	if f.final || f.number > r.retries {
		return verdict{err: f.err}
	}
	now := time.Now()
	var limited *RateLimitError
	isLimited := errors.As(f.err, &limited)
	pause := r.pause(f, isLimited, now)
	err := rateLimited(quota.Refuse(ctx, now, pause, true, r.maxWait))
	if err != nil && pause.Reason == quota.Backoff {
		return verdict{err: f.err} // the deadline is nearer than another attempt
	}
	if err == nil && f.check != nil {
		err = f.check(pause.For)
	}
	if err == nil {
		return verdict{again: true, pause: pause}
	}
	if isLimited {
		return verdict{err: f.err} // it has the time already
	}
	var local *RateLimitError
	errors.As(err, &local)
	local.Err = f.err
	return verdict{err: local}
}

// pause returns how long to wait before the next attempt, and why.
func (r retryPolicy) pause(f failed, isLimited bool, now time.Time) quota.Wait {
	var api *APIError
	pause := quota.Wait{Reason: quota.Backoff, For: r.backoff(f.number)}
	switch {
	case isLimited && f.check != nil:
		// All requests wait at the gate, this one too.
		pause = quota.Wait{}
	case errors.As(f.err, &api):
		if d, ok := retryAfter(api.Header, now); ok {
			pause = quota.Wait{Reason: quota.Told, For: d}
		}
	}
	if pause.For > 0 {
		pause.Until = now.Add(pause.For)
	}
	return pause
}

// noHeader is the header of the request that only drives the loop.
var noHeader = make(http.Header)

// repeat sends a request through transport with retryablehttp, until done reports the last
// attempt. Before each further attempt it waits for the pause that done returned. It
// returns an error only if the context ended in a pause.
func repeat(ctx context.Context, u *url.URL, retries int, transport http.RoundTripper, done func() (last bool, pause time.Duration)) error {
	var pause time.Duration
	loop := retryablehttp.Client{
		HTTPClient: &http.Client{Transport: transport},
		RetryMax:   retries,
		CheckRetry: func(context.Context, *http.Response, error) (again bool, _ error) {
			var last bool
			last, pause = done()
			return !last, nil
		},
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return pause },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	req := (&http.Request{Method: http.MethodGet, URL: u, Header: noHeader}).WithContext(ctx)
	resp, err := loop.Do(&retryablehttp.Request{Request: req})
	if resp != nil {
		_ = resp.Body.Close()
	}
	return err
}

// mayPass reports whether a failure is transient.
func mayPass(err error) bool {
	var api *APIError
	if errors.As(err, &api) {
		switch s := api.StatusCode; s {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, 499, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		default:
			return 520 <= s && s <= 527 // a content delivery network's own
		}
	}
	var decode *DecodeError
	if errors.As(err, &decode) {
		return decode.truncated
	}
	var redirect *wire.RedirectError
	return !errors.As(err, &redirect) && !isCertificateError(err)
}

func isCertificateError(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		notTLS       tls.RecordHeaderError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &verification) || errors.As(err, &notTLS) ||
		errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid)
}

// retryAfter returns the wait that a Retry-After asks for. It ignores a time in the past
// and a value that it cannot read.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if date, err := http.ParseTime(value); err == nil {
		// Use the service's clock if it sent the time: the clock of this machine can be
		// wrong.
		if sent, err := http.ParseTime(h.Get("Date")); err == nil {
			now = sent
		}
		d := date.Sub(now)
		return d, d > 0
	}
	if value == "" || strings.Trim(value, "0123456789.") != "" {
		return 0, false
	}
	s, err := strconv.ParseFloat(value, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return seconds(s), s > 0
}

// expectedIn reads the time in the words of a 429, which end in "Expected available in
// 2429 seconds.", or 1 second.
func expectedIn(detail string) (time.Duration, bool) {
	_, rest, ok := strings.Cut(detail, "available in ")
	number, unit, _ := strings.Cut(rest, " ")
	s, err := strconv.ParseUint(number, 10, 63)
	if !ok || err != nil || !strings.HasPrefix(unit, "second") {
		return 0, false
	}
	return seconds(float64(s)), s > 0
}

// RetryAt returns the time at which a request that failed with err can be sent again. ok
// is true if err contains a time: a [*RateLimitError] contains one if the time is known,
// and an [*APIError] if the service sent a Retry-After, which RetryAt counts from now.
// RetryAt also finds these errors if other errors wrap them.
func RetryAt(err error) (at time.Time, ok bool) {
	var limited *RateLimitError
	if errors.As(err, &limited) && limited != nil && !limited.RetryAt.IsZero() {
		return limited.RetryAt, true
	}
	var api *APIError
	if errors.As(err, &api) && api != nil {
		now := time.Now()
		if d, ok := retryAfter(api.Header, now); ok {
			return now.Add(d), true
		}
	}
	return time.Time{}, false
}

// seconds converts without overflow.
func seconds(s float64) time.Duration {
	if ns := math.Ceil(s * float64(time.Second)); ns < math.MaxInt64 {
		return time.Duration(ns)
	}
	return math.MaxInt64
}

// fullJitter returns a function for the random wait after an attempt, counted from 1.
func fullJitter(least, most time.Duration) func(attempt int) time.Duration {
	return func(attempt int) time.Duration {
		bound := most
		if doubled := least << min(attempt, 32); doubled > 0 && doubled>>min(attempt, 32) == least {
			bound = min(most, doubled)
		}
		return least + time.Duration(rand.Float64()*float64(bound-least))
	}
}
