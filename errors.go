package ll2

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/hint"
	"github.com/docking-event/ll2/internal/wire"
)

// Errors for [errors.Is]. The types behind them, for [errors.As], have the details.
var (
	// ErrNotFound is a 404 in the API's own JSON: [DockingEventsService.Get] with
	// an id that the service does not have. A 404 in HTML, the answer of a wrong
	// base URL or of a content delivery network, is only an [*APIError]. A filter
	// that matches no event is no error.
	ErrNotFound = errors.New("ll2: not found")

	// ErrUnauthorized is a 401 or a 403: the service does not accept the token
	// of [WithToken].
	ErrUnauthorized = errors.New("ll2: unauthorized")

	// ErrRateLimited is every [*RateLimitError] and every 429.
	ErrRateLimited = errors.New("ll2: rate limited")

	// ErrUnavailable is a request that the service did not answer, or answered
	// with a 5xx or a truncated body, after all retries. The caller is not at
	// fault: a later request, or a copy of the data, may help.
	ErrUnavailable = errors.New("ll2: unavailable")

	// ErrForeignLink is a link or a redirect that the client does not follow: the
	// path of the link does not end with the path of the endpoint, the link
	// changes a filter, or the redirect goes to another origin.
	ErrForeignLink = errors.New("ll2: foreign link")

	// ErrLinkLoop is a page whose next link was followed before, or ten pages in
	// a row without a new event.
	ErrLinkLoop = errors.New("ll2: link loop")

	// ErrIncomplete is every [*IncompleteError].
	ErrIncomplete = errors.New("ll2: incomplete")
)

var (
	errNotNew     = errors.New("ll2: this client was not made by New")
	errNoResource = errors.New("ll2: this resource was not made by NewResource")
	errNilContext = errors.New("ll2: nil context; use context.Background()")
)

// maxBody bounds the bodies that are read.
const maxBody = 32 << 20

// maxErrorBody is how much of an error answer's body an APIError keeps.
const maxErrorBody = 64 << 10

// An APIError is an answer whose status is not 2xx, whatever its body is.
//
// For [errors.Is] it is [ErrNotFound], [ErrUnauthorized], [ErrRateLimited],
// [ErrUnavailable] or [ErrForeignLink], depending on its status.
type APIError struct {
	StatusCode int
	Method     string
	URL        string // of the request

	// Detail is the API's own description of the error; "" if the body is not
	// the API's.
	Detail string
	// Fields holds the API's complaints about each parameter, in a 400.
	Fields map[string][]string

	Header   http.Header
	Body     []byte // at most the first 64 KiB
	Attempts int    // how many requests were sent, this one included
}

// newAPIError reads the API's description of an error from its JSON: either a
// detail, or a list of complaints for each parameter.
func newAPIError(status int, header http.Header, body []byte) *APIError {
	e := &APIError{StatusCode: status, Method: http.MethodGet, Header: header, Body: body}
	var keys map[string]json.RawMessage
	if json.Unmarshal(body, &keys) != nil {
		return e
	}
	for key, raw := range keys {
		var complaints []string
		if key == "detail" {
			_ = json.Unmarshal(raw, &e.Detail) // a detail of another type is left in Body
		} else if json.Unmarshal(raw, &complaints) == nil && complaints != nil {
			if e.Fields == nil {
				e.Fields = make(map[string][]string)
			}
			e.Fields[key] = complaints
		}
	}
	return e
}

// redact removes the token from everything that the service sent, except the body.
func (e *APIError) redact(redact func(string) string) {
	e.URL, e.Detail = redact(e.URL), redact(e.Detail)
	redactAll(e.Header, redact)
	redactAll(e.Fields, redact)
}

func redactAll(lists map[string][]string, redact func(string) string) {
	for key, values := range lists {
		for i, value := range values {
			values[i] = redact(value)
		}
		if clean := redact(key); clean != key {
			delete(lists, key)
			lists[clean] = values
		}
	}
}

// Error returns one line with the request and the answer.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ll2: %s %s: %d", e.Method, e.URL, e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if e.Detail != "" {
		b.WriteString(": " + oneLine(e.Detail))
	}
	for _, key := range slices.Sorted(maps.Keys(e.Fields)) {
		fmt.Fprintf(&b, ": %s: %s", oneLine(key), oneLine(strings.Join(e.Fields[key], " ")))
	}
	if to := e.redirectsAway(); to != "" {
		fmt.Fprintf(&b, ": redirect to %s refused: it leads away from the base URL", to)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	return b.String()
}

// oneLine makes one line of a text of the service, without control characters, which
// a terminal would obey.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// Is reports whether target is one of the errors of this package that the status
// stands for.
func (e *APIError) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound && (e.Detail != "" || len(e.Fields) > 0)
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	case ErrUnavailable:
		return e.StatusCode/100 == 5
	case ErrForeignLink:
		return e.redirectsAway() != ""
	}
	return false
}

// redirectsAway returns the origin to which the answer redirects, if it is another one.
func (e *APIError) redirectsAway() string {
	location := e.Header.Get("Location")
	if e.StatusCode/100 != 3 || location == "" {
		return ""
	}
	from, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	to, err := from.Parse(location)
	if err != nil || wire.SameOrigin(from, to) {
		return ""
	}
	return to.Scheme + "://" + to.Host
}

// A DecodeError is a 2xx answer whose body is not what the API promises: it is not
// JSON or has another shape; a page has no count, a negative count, no results list or
// more rows than requested; a row has no id; an event has no docking time, or in version
// 2.3.0 more than 1000 elements in its lists; or the body is larger than 32 MiB. If
// the body was truncated, the error is also [ErrUnavailable].
type DecodeError struct {
	URL     string
	Offset  int64  // in the body, of the end of the wrong value; 0 if unknown
	Snippet string // the body around Offset; "" for api-throttle/, which can contain the token
	Field   string // the path in the JSON, such as results[3].flight_vehicle.id; "" if unknown
	ID      string // of the row that has the field; "" if unknown
	Err     error

	attempts  int
	truncated bool
}

// Error returns one line with the request and the place in the body.
func (e *DecodeError) Error() string {
	s := "ll2: GET " + e.URL + ": unexpected body"
	if e.Offset > 0 {
		s += fmt.Sprintf(" at byte %d", e.Offset)
	}
	s += ": " + oneLine(trimPrefix(e.Err))
	switch {
	case e.Snippet != "" && e.Offset > 0:
		s += fmt.Sprintf(", near %q", e.Snippet)
	case e.Snippet != "":
		s += fmt.Sprintf("; it begins with %q", e.Snippet)
	}
	if e.attempts > 1 {
		s += fmt.Sprintf(" (%d attempts)", e.attempts)
	}
	return s
}

// Is reports whether target is [ErrUnavailable] and the body was truncated.
func (e *DecodeError) Is(target error) bool { return target == ErrUnavailable && e.truncated }

// Unwrap returns the error of the decoder.
func (e *DecodeError) Unwrap() error {
	if e == nil {
		return nil // so that errors.Is and errors.As find nothing in a nil pointer
	}
	return e.Err
}

// newDecodeError returns err with its place in the body.
func newDecodeError(url string, data []byte, err error) *DecodeError {
	const around = 40
	e := &DecodeError{URL: url, Err: err, truncated: len(data) <= maxBody && body.Truncated(data)}
	var in *body.Error
	if errors.As(err, &in) {
		in.Err = unprefixed{in.Err}
		e.Offset, e.Field, e.ID = int64(in.End), in.Field, in.ID
	}
	start := max(0, min(int(e.Offset), len(data))-around)
	end := min(len(data), start+2*around)
	e.Snippet = string(bytes.ToValidUTF8(data[start:end], nil))
	return e
}

// A RateLimitError is a request that the quota does not allow now. Either the service
// refused it (429), or the client did not send it because it would have had to wait
// longer than [WithMaxWait] or the context allows.
type RateLimitError struct {
	// RetryAfter is the time from the creation of the error until the next request
	// can go; 0 if unknown. For a 429 it is the time that the service named, or a
	// longer time that it named before. The client obeys for 24 hours at most; then
	// one request goes first.
	RetryAfter time.Duration

	// RetryAt is the time at which the next request can go; zero if unknown. The
	// function [RetryAt] finds it in an error that wraps this one.
	RetryAt time.Time

	// Local is true if the client did not send the request.
	Local bool

	// Err is the [*APIError] of the 429, or the failure whose retry would have had
	// to wait, or nil.
	Err error
}

// newRateLimitError returns the error for a request that can go after the given time;
// 0 if unknown.
func newRateLimitError(after time.Duration, local bool, err error) *RateLimitError {
	e := &RateLimitError{Local: local, Err: err}
	e.notBefore(after)
	return e
}

// notBefore sets the time after which the next request can go, unless the error has a
// longer one.
func (e *RateLimitError) notBefore(after time.Duration) {
	if after > e.RetryAfter {
		e.RetryAfter, e.RetryAt = after, time.Now().Add(after)
	}
}

// Error returns one line that says when the next request can go.
func (e *RateLimitError) Error() string {
	s := "ll2: rate limited"
	if e.Local {
		s += ", not sent"
	}
	if e.RetryAfter > 0 {
		after := max(e.RetryAfter, (e.RetryAfter + time.Second - 1).Truncate(time.Second)) // whole seconds, unless that overflows
		s += fmt.Sprintf(": the next request can go in %v", after)
	} else {
		s += ": when the next request can go is not known"
	}
	if e.Err != nil {
		s += ": " + trimPrefix(e.Err)
	}
	return s
}

// Is reports whether target is [ErrRateLimited].
func (e *RateLimitError) Is(target error) bool { return target == ErrRateLimited }

// Unwrap returns Err.
func (e *RateLimitError) Unwrap() error {
	if e == nil {
		return nil // so that errors.Is and errors.As find nothing in a nil pointer
	}
	return e.Err
}

// A PageError wraps the error that ended a walk: the range over
// [DockingEventsService.Pages] or [DockingEventsService.All].
type PageError struct {
	// URL is the URL of the request that failed. If a page came but its next link
	// cannot be followed ([ErrForeignLink], [ErrLinkLoop]), it is the URL of that
	// page. With [ErrIncomplete] it is that of the first request of the walk, and
	// it is "" if the options were wrong and nothing was sent. [ResumeLink] reports
	// whether a walk can continue there.
	URL string
	Err error
}

// Error returns one line with the URL and the error that ended the walk.
func (e *PageError) Error() string {
	s := trimPrefix(e.Err)
	if final := hint.FinalOf(e.Err); final != nil && s == final.Error() {
		return s // it has its own prefix
	}
	if e.URL == "" || strings.Contains(s, e.URL) {
		return "ll2: " + s
	}
	return "ll2: at " + e.URL + ": " + s
}

// Unwrap returns Err.
func (e *PageError) Unwrap() error {
	if e == nil {
		return nil // so that errors.Is and errors.As find nothing in a nil pointer
	}
	return e.Err
}

// An IncompleteError is the error of a walk that read the last page and saw fewer
// events than the service counts, because rows moved between the pages while it read.
// Only a new walk can help.
type IncompleteError struct {
	Want int // the largest count of all pages, minus the offset of the first page
	Got  int // the number of distinct events
}

// Error returns one line with both numbers.
func (e *IncompleteError) Error() string {
	return fmt.Sprintf("ll2: incomplete: the service counted %d events, the walk saw %d: rows moved meanwhile; walk again",
		e.Want, e.Got)
}

// Is reports whether target is [ErrIncomplete].
func (e *IncompleteError) Is(target error) bool { return target == ErrIncomplete }

// contextError returns the error of a context that ended during what. It wraps the
// context's cause and, if there is one, the failure that was about to be retried.
func contextError(ctx context.Context, what string, failure error) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if !errors.Is(cause, err) {
		err = fmt.Errorf("%w: %w", err, cause)
	} else {
		err = cause
	}
	if failure != nil {
		return fmt.Errorf("ll2: %s: %w, after: %w", what, err, unprefixed{failure})
	}
	return fmt.Errorf("ll2: %s: %w", what, err)
}

// unprefixed is an error that is quoted in another one of this package.
type unprefixed struct{ error }

func (e unprefixed) Error() string { return trimPrefix(e.error) }
func (e unprefixed) Unwrap() error { return e.error }

// trimPrefix returns the text of an error to be quoted in another one of this
// package. A caller may have made the struct without an error.
func trimPrefix(err error) string {
	if err == nil {
		return "nothing is known of the error"
	}
	return strings.TrimPrefix(err.Error(), "ll2: ")
}
