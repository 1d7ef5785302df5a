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

// Sentinels for [errors.Is]. The structs behind them, for [errors.As], say more.
var (
	// ErrNotFound is a 404 in the API's own JSON: [DockingEventsService.Get]
	// with an id that the service does not know. A 404 in HTML, as a wrong base
	// URL or a content delivery network answers, is an [*APIError] only. A
	// filter that no event fits is no error.
	ErrNotFound = errors.New("ll2: not found")

	// ErrUnauthorized is a 401 or a 403: the service does not take the token of
	// [WithToken].
	ErrUnauthorized = errors.New("ll2: unauthorized")

	// ErrRateLimited is every [*RateLimitError] and every 429.
	ErrRateLimited = errors.New("ll2: rate limited")

	// ErrUnavailable is a request that the service did not answer, or answered
	// with a 5xx, after all retries: the trouble is not with the caller, and a
	// later request, or a copy of the data, may help.
	ErrUnavailable = errors.New("ll2: unavailable")

	// ErrForeignLink is a link or a redirect that leads away from the endpoint:
	// a link whose path does not end in the endpoint's, or a redirect to
	// another origin. It is not followed.
	ErrForeignLink = errors.New("ll2: foreign link")

	// ErrLinkLoop is a page whose next link was followed before.
	ErrLinkLoop = errors.New("ll2: link loop")

	// ErrIncomplete is every [*IncompleteError].
	ErrIncomplete = errors.New("ll2: incomplete")
)

var (
	errNotNew     = errors.New("ll2: this client was not made by New")
	errNoResource = errors.New("ll2: this resource was not made by NewResource")
	errNilContext = errors.New("ll2: nil context; use context.Background()")
)

// maxBody is the largest body that is read.
const maxBody = 32 << 20

// maxErrorBody is how much of an error answer's body an APIError keeps.
const maxErrorBody = 64 << 10

// An APIError is an answer whose status is not 2xx, whatever its body is.
//
// It is [ErrNotFound], [ErrUnauthorized], [ErrRateLimited], [ErrUnavailable] or
// [ErrForeignLink] where its status says so.
type APIError struct {
	StatusCode int
	Method     string
	URL        string // of the request that was answered so

	// Detail is the API's own word for what is wrong, "" where the body is not
	// the API's.
	Detail string
	// Fields holds what is wrong with each parameter, as the API says in a 400.
	Fields map[string][]string

	Header   http.Header
	Body     []byte // the first 64 KiB of it
	Attempts int    // how many requests were sent, this one included
}

// newAPIError reads what the API says of an error in its JSON: either a detail,
// or a list of complaints for each parameter.
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

// redact takes the token out of all that the service said but for the body.
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

// Error says which request was answered how, in one line.
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

// oneLine is for what the service says: an error is one line, and a terminal is
// to take no orders from it.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// Is makes the error its sentinel for [errors.Is].
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

// redirectsAway returns where the answer redirects to, if to another origin.
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

// A DecodeError is a 2xx answer whose body is not what the API promises: not
// JSON, JSON of another shape, a page without a count or a results list or with a
// negative count, more rows than were asked for, a row without an id, an event
// without a docking time, or of version 2.3.0 with more than 1000 elements in its
// lists, or more than 32 MiB. It is [ErrUnavailable] if the body was cut off.
type DecodeError struct {
	URL     string
	Offset  int64  // in the body, of the end of what does not fit; 0 if that is not known
	Snippet string // of the body there; "" for api-throttle/, which can hold the token
	Field   string // in JSON, such as results[3].flight_vehicle.id; "" if not known
	ID      string // of the row that has the field; "" if not known
	Err     error

	attempts  int
	truncated bool
}

// Error says which answer could not be read, and where.
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

// Is makes the error of a body that was cut off [ErrUnavailable].
func (e *DecodeError) Is(target error) bool { return target == ErrUnavailable && e.truncated }

// Unwrap returns what the decoder said.
func (e *DecodeError) Unwrap() error {
	if e == nil {
		return nil // so that errors.Is and errors.As find nothing in a nil pointer
	}
	return e.Err
}

// newDecodeError points at the place in the body at which err came.
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

// A RateLimitError is a request that the quota does not allow now: the service
// refused it (429), or the client did not send it, because it would have had to
// wait longer than [WithMaxWait] or the context allow.
type RateLimitError struct {
	// RetryAfter is how long after the error was made the next request can go; 0:
	// unknown. Of a 429 it is what the service says, or a longer time that it said
	// before. The client obeys for 24 hours at most: then one request goes first.
	RetryAfter time.Duration

	// RetryAt is the time at which the next request can go; zero: unknown. See
	// [RetryAt] for an error that wraps this one.
	RetryAt time.Time

	// Local is true where this attempt was not sent.
	Local bool

	// Err is the [*APIError] of the 429, or the failure whose retry would have
	// had to wait, or nil.
	Err error
}

// newRateLimitError returns the error for a request that can go after so long; 0:
// unknown.
func newRateLimitError(after time.Duration, local bool, err error) *RateLimitError {
	e := &RateLimitError{Local: local, Err: err}
	e.notBefore(after)
	return e
}

// notBefore has the error say that the next request can go after so long, unless
// it says a longer time already.
func (e *RateLimitError) notBefore(after time.Duration) {
	if after > e.RetryAfter {
		e.RetryAfter, e.RetryAt = after, time.Now().Add(after)
	}
}

// Error says when the next request can go.
func (e *RateLimitError) Error() string {
	s := "ll2: rate limited"
	if e.Local {
		s += ", not sent"
	}
	if e.RetryAfter > 0 {
		s += fmt.Sprintf(": the next request can go in %v", e.RetryAfter)
	} else {
		s += ": when the next request can go is not known"
	}
	if e.Err != nil {
		s += ": " + trimPrefix(e.Err)
	}
	return s
}

// Is makes the error [ErrRateLimited].
func (e *RateLimitError) Is(target error) bool { return target == ErrRateLimited }

// Unwrap returns Err.
func (e *RateLimitError) Unwrap() error {
	if e == nil {
		return nil // so that errors.Is and errors.As find nothing in a nil pointer
	}
	return e.Err
}

// A PageError is how [DockingEventsService.Pages] and
// [DockingEventsService.All] end where they cannot go on.
type PageError struct {
	// URL is the request that failed. If the page itself came but its next link
	// cannot be followed ([ErrForeignLink], [ErrLinkLoop]), it is that page's
	// request; with [ErrIncomplete] it is the walk's first one; and it is "" if
	// the options were wrong and nothing was sent. [ResumeLink] tells whether a
	// walk can go on there.
	URL string
	Err error
}

// Error says what ended the walk, and where.
func (e *PageError) Error() string {
	s := trimPrefix(e.Err)
	if final := hint.FinalOf(e.Err); final != nil && s == final.Error() {
		return s // it has a prefix of its own
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

// An IncompleteError is a walk that came to its end and saw fewer events than
// the service counts: rows moved between the pages while it read. Only a new
// walk mends it.
type IncompleteError struct {
	Want int // the largest count on the way, less the offset at which the walk began
	Got  int // distinct events seen
}

// Error says how many events are missing.
func (e *IncompleteError) Error() string {
	return fmt.Sprintf("ll2: incomplete: the service counted %d events, the walk saw %d: rows moved meanwhile; walk again",
		e.Want, e.Got)
}

// Is makes the error [ErrIncomplete].
func (e *IncompleteError) Is(target error) bool { return target == ErrIncomplete }

// contextError says that the context ended while doing what, keeping both what
// ended it and, where there is one, the failure that was to be tried again.
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
// package. Nothing stops a caller from leaving it out of a struct.
func trimPrefix(err error) string {
	if err == nil {
		return "nothing is known of the error"
	}
	return strings.TrimPrefix(err.Error(), "ll2: ")
}
