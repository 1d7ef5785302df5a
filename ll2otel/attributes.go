package ll2otel

import (
	"context"
	"errors"
	"net"
	"net/url"
	"path"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/docking-event/ll2"
)

// The attributes that the semantic conventions do not have.
const (
	kindKey          = attribute.Key("ll2.kind")           // ll2.Kind
	attemptsKey      = attribute.Key("ll2.attempts")       // sent in a call
	waitReasonKey    = attribute.Key("ll2.wait.reason")    // ll2.WaitReason
	waitPlannedKey   = attribute.Key("ll2.wait.planned")   // in seconds; absent: not known
	retryAfterKey    = attribute.Key("ll2.retry_after")    // in seconds; absent: not known
	refusalSourceKey = attribute.Key("ll2.refusal.source") // local, remote
	versionKey       = attribute.Key("ll2.api.version")    // of the service
	outcomeKey       = attribute.Key("ll2.mirror.outcome") // ok, error
)

// server returns the attributes of the host that a URL names.
func server(u *url.URL) []attribute.KeyValue {
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		if port = 443; u.Scheme == "http" {
			port = 80
		}
	}
	return []attribute.KeyValue{semconv.ServerAddress(u.Hostname()), semconv.ServerPort(port)}
}

// template returns the path of a URL with a name in place of a row's id, so that there
// are few different ones.
func template(kind ll2.Kind, u *url.URL) string {
	if kind == ll2.KindOne {
		return path.Dir(path.Clean(u.Path)) + "/{id}/"
	}
	return u.Path
}

// attemptError returns the error.type of an attempt, "" if it did not fail.
func attemptError(a ll2.Attempt) string {
	if a.Err != nil && a.StatusCode >= 400 {
		return strconv.Itoa(a.StatusCode)
	}
	return errorType(a.Err)
}

// callError returns the error.type of a call whose context is ctx, "" if it did not
// fail. A call that its context ended may quote the failure that it would have retried.
func callError(ctx context.Context, err error) string {
	if ended := ctx.Err(); ended != nil && errors.Is(err, ended) {
		return errorType(ended)
	}
	return errorType(err)
}

// errorType returns the error.type of an error, "" for nil.
func errorType(err error) string {
	var api *ll2.APIError
	var decode *ll2.DecodeError
	var slow net.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ll2.ErrRateLimited): // it may quote any other
		return "rate_limited"
	case errors.Is(err, ll2.ErrNotFound):
		return "not_found"
	case errors.Is(err, ll2.ErrUnauthorized):
		return "unauthorized"
	case errors.Is(err, ll2.ErrForeignLink):
		return "foreign_link"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		return "timeout"
	case errors.As(err, &decode):
		return "decode"
	case errors.Is(err, ll2.ErrUnavailable):
		return "unavailable"
	case errors.As(err, &api):
		return strconv.Itoa(api.StatusCode)
	}
	return semconv.ErrorTypeOther.Value.AsString()
}

// withError adds an error.type, if there is one.
func withError(attrs []attribute.KeyValue, errorType string) []attribute.KeyValue {
	if errorType == "" {
		return attrs
	}
	return append(attrs, semconv.ErrorTypeKey.String(errorType))
}
