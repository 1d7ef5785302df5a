package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is how many redirects net/http follows by default.
const maxRedirects = 10

// A RedirectError is the error for a redirect that the client's CheckRedirect refused. It
// would refuse another attempt as well.
type RedirectError struct{ Err error }

// Error returns the text of the error of CheckRedirect.
func (e *RedirectError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *RedirectError) Unwrap() error { return e.Err }

// Client returns a copy of the caller's client that follows redirects only to the same
// origin. A redirect to another origin is returned as the response, because net/http
// would send the Authorization header to another port or scheme of the same host. The
// caller's CheckRedirect decides about redirects to the same origin.
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
		// net/http omits the header if the host is spelled in other letters, and the
		// request would silently be anonymous.
		if credential := via[0].Header.Get("Authorization"); credential != "" {
			req.Header.Set("Authorization", credential)
		}
		if callers != nil {
			err := callers(req, via)
			if err == nil || err == http.ErrUseLastResponse { //nolint:errorlint // net/http compares it the same way: if wrapped, it is an error there
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

// SameOrigin reports whether two URLs have the same scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
