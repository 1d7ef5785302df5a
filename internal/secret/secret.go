// Package secret holds a token so that it appears in requests and nowhere else: not
// when fmt prints the value that holds it, and not in texts and errors in which a
// service or a proxy repeats a request.
//
// It knows nothing about HTTP exchanges, quotas or any API: it takes a text and
// returns it without the token.
package secret

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Mark replaces the token.
const Mark = "[REDACTED]"

// A Secret is a token, or none. Create it with [New]. Only its funcs can reach the
// token: fmt prints a func as an address, and prints unexported fields without
// calling their String method.
type Secret struct {
	authorize  func(http.Header)
	redact     func(string) string
	trim       func(string) string
	standsNear func(body []byte, offset int64) bool
}

// New returns the secret of a token, which is sent as "Authorization: scheme token".
// With the token "" nothing is sent and nothing is removed.
func New(scheme, token string) Secret {
	if token == "" {
		same := func(text string) string { return text }
		return Secret{func(http.Header) {}, same, same, func([]byte, int64) bool { return false }}
	}
	quoted := strconv.Quote(token)
	// The token can come back unchanged or escaped.
	forms := []string{token, quoted[1 : len(quoted)-1], url.QueryEscape(token), url.PathEscape(token)}
	var pairs []string
	around := 0
	for _, form := range forms {
		pairs = append(pairs, form, Mark)
		around = max(around, 4<<10+len(form))
	}
	s := Secret{
		authorize: func(h http.Header) { h.Set("Authorization", scheme+" "+token) },
		redact:    strings.NewReplacer(pairs...).Replace,
		trim:      func(text string) string { return trimStart(text, forms) },
	}
	s.standsNear = func(body []byte, offset int64) bool {
		at := int(max(0, min(offset, int64(len(body)))))
		end := min(len(body), at+around)
		near := string(body[max(0, at-around):end])
		clean := s.redact(near)
		return clean != near || end == len(body) && s.trim(clean) != clean
	}
	return s
}

// trimStart removes the start of one of the forms from the end of text.
func trimStart(text string, forms []string) string {
	cut := len(text)
	for _, form := range forms {
		for n := min(len(form)-1, len(text)); n > 0; n-- {
			if strings.HasSuffix(text, form[:n]) {
				cut = min(cut, len(text)-n)
				break
			}
		}
	}
	return text[:cut]
}

// Authorize puts the token into a request's header.
func (s Secret) Authorize(h http.Header) { s.authorize(h) }

// Redact returns text without the token.
func (s Secret) Redact(text string) string { return s.redact(text) }

// RedactStart returns the start of a longer text without the token. If that start
// ends within a token, the incomplete token is removed as well.
func (s Secret) RedactStart(start string) string { return s.trim(s.redact(start)) }

// StandsNear reports whether the body contains the token within 4 KiB of an offset.
// The start of a token at the end of the body counts as well.
func (s Secret) StandsNear(body []byte, offset int64) bool { return s.standsNear(body, offset) }

// RedactError returns err, or an error without the token if the text of err contains
// it. errors.Is gives the same results for that one, but err itself cannot be
// reached.
func (s Secret) RedactError(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if clean := s.redact(text); clean != text {
		return &redactedError{clean, func(target error) bool { return errors.Is(err, target) }}
	}
	return err
}

// A redactedError holds the original only in a func, which fmt cannot look into. It
// is used as a pointer, since comparing two errors that hold funcs would panic.
type redactedError struct {
	text string
	is   func(error) bool
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return e.is(target) }
