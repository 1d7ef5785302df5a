// Package secret holds a token so that it gets into requests and into nothing
// else: not into what fmt prints of the one who holds it, nor into texts and
// errors that a service or a proxy made of what it was sent.
//
// It knows nothing of HTTP exchanges, quotas or any API: it takes a text and
// gives it back without the token.
package secret

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Mark stands where the token stood.
const Mark = "[REDACTED]"

// A Secret is a token, or none; make it with [New]. The token is in the reach of
// its funcs only: fmt prints a func as an address, and unexported fields without
// asking their String method.
type Secret struct {
	authorize  func(http.Header)
	redact     func(string) string
	trim       func(string) string
	standsNear func(body []byte, offset int64) bool
}

// New returns the secret of a token, which is sent as "Authorization: scheme
// token"; with the token "" there is nothing to send and nothing to take out.
func New(scheme, token string) Secret {
	if token == "" {
		same := func(text string) string { return text }
		return Secret{func(http.Header) {}, same, same, func([]byte, int64) bool { return false }}
	}
	quoted := strconv.Quote(token)
	// As it is, or escaped: a service can send back what it was sent.
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

// trimStart returns text without the start of one of the forms at its end.
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

// RedactStart returns the start of a longer text without the token, also of one
// that the end of the start cuts in two.
func (s Secret) RedactStart(start string) string { return s.trim(s.redact(start)) }

// StandsNear reports whether the token, or the start of one that the end of the
// body cuts in two, stands in the body within 4 KiB of an offset.
func (s Secret) StandsNear(body []byte, offset int64) bool { return s.standsNear(body, offset) }

// RedactError returns err, or if its text holds the token an error without it.
// That one Is all that err Is, but nobody gets at err itself.
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

// A redactedError holds the original in a func only, which fmt cannot look into. It
// is used by its pointer, since comparing two errors that hold funcs would panic.
type redactedError struct {
	text string
	is   func(error) bool
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return e.is(target) }
