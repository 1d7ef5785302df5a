package ll2

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// giveUp returns the error with which the exchange ends, or nil where the
// attempt is to be repeated after x.pause.
func (x *exchange) giveUp(ctx context.Context) error {
	if !mayPass(x.failure) {
		return x.failure
	}
	if ctx.Err() != nil {
		failure := x.failure
		if x.status == 0 || errors.Is(failure, ctx.Err()) {
			failure = nil // is the context's end itself
		}
		return contextError(ctx, "GET "+x.url, failure)
	}
	if x.once || x.number > x.c.retries {
		return x.failure
	}
	now := time.Now()
	var api *APIError
	var limited *RateLimitError
	x.pause = Wait{Reason: WaitBackoff, For: x.c.backoff(x.number)}
	switch {
	case errors.As(x.failure, &limited) && !x.free:
		// The gate is where that wait is, for everybody.
		x.pause = Wait{}
	case errors.As(x.failure, &api):
		if d, ok := retryAfter(api.Header, now); ok {
			x.pause = Wait{Reason: WaitRetryAfter, For: d}
		}
	}
	if x.pause.For > 0 {
		x.pause.Until = now.Add(x.pause.For)
	}
	refusal := refuse(ctx, now, x.pause, true, x.c.maxWait)
	if refusal != nil && x.pause.Reason == WaitBackoff {
		return x.failure // the deadline is nearer than another attempt
	}
	if refusal == nil && !x.free {
		refusal = x.c.quota.check(ctx, x.pause.For, x.c.maxWait)
	}
	if refusal == nil {
		return nil
	}
	var local *RateLimitError
	errors.As(refusal, &local)
	if limited != nil {
		// It says the time already, if no other 429 has closed the gate for longer.
		limited.RetryAfter = max(limited.RetryAfter, local.RetryAfter)
		return x.failure
	}
	local.Err = x.failure
	return local
}

// mayPass reports whether a failure can be gone at the next attempt.
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
		return stopsHalfWay(decode.Err)
	}
	var redirect redirectError
	return !errors.As(err, &redirect) && !isCertificateError(err)
}

// stopsHalfWay reports whether the JSON is good as far as it goes: an answer
// without a Content-Length can be cut off without any other sign.
func stopsHalfWay(err error) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input"
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

// retryAfter returns how long a Retry-After asks to wait. A time that is over,
// or that cannot be read, is none.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if date, err := http.ParseTime(value); err == nil {
		// By the service's clock where it tells the time: this machine's can be
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

// expectedIn reads the time that a 429 says in words, which end in "Expected
// available in 2429 seconds.", or 1 second.
func expectedIn(detail string) (time.Duration, bool) {
	_, rest, ok := strings.Cut(detail, "available in ")
	number, unit, _ := strings.Cut(rest, " ")
	s, err := strconv.ParseUint(number, 10, 63)
	if !ok || err != nil || !strings.HasPrefix(unit, "second") {
		return 0, false
	}
	return seconds(float64(s)), s > 0
}

// seconds converts without overflow.
func seconds(s float64) time.Duration {
	if ns := math.Ceil(s * float64(time.Second)); ns < math.MaxInt64 {
		return time.Duration(ns)
	}
	return math.MaxInt64
}

// fullJitter returns the random wait after the attempt of a number, counted
// from 1.
func fullJitter(least, most time.Duration) func(attempt int) time.Duration {
	return func(attempt int) time.Duration {
		bound := most
		if doubled := least << min(attempt, 32); doubled > 0 && doubled>>min(attempt, 32) == least {
			bound = min(most, doubled)
		}
		return least + time.Duration(rand.Float64()*float64(bound-least))
	}
}
