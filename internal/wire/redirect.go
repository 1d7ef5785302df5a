package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is how many redirects net/http follows by default.
const maxRedirects = 10

// A RedirectError is a redirect that the policy of the client refused: another
// attempt would be refused, too.
type RedirectError struct{ Err error }

// Error returns what the policy said.
func (e *RedirectError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *RedirectError) Unwrap() error { return e.Err }

// Client returns a copy of callers that follows redirects to the same origin
// only. A redirect elsewhere is the answer: net/http itself would send an
// Authorization header along to another port or scheme of the same host. The
// caller's CheckRedirect is asked about the others.
func Client(callers *http.Client) *http.Client {
	c := *callers
	c.CheckRedirect = sameOriginOnly(callers.CheckRedirect)
	return &c
}

func sameOriginOnly(callers func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if !SameOrigin(req.URL, via[0].URL) {
			return http.ErrUseLastResponse
		}
		// net/http leaves it out if the host is spelled in other letters, and the
		// request would be anonymous without a word.
		if credential := via[0].Header.Get("Authorization"); credential != "" {
			req.Header.Set("Authorization", credential)
		}
		if callers != nil {
			err := callers(req, via)
			if err == nil || err == http.ErrUseLastResponse { //nolint:errorlint // as net/http compares it: wrapped, it is an error there
				return err
			}
			return &RedirectError{err}
		}
		if len(via) >= maxRedirects {
			return &RedirectError{fmt.Errorf("stopped after %d redirects", maxRedirects)}
		}
		return nil
	}
}

// SameOrigin reports whether two URLs have scheme, host and port in common.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
