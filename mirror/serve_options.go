package mirror

import (
	"fmt"
	"net/url"
	"slices"
)

// AllowOrigins lets scripts of web pages of these origins, such as
// "https://example.org", read the answers of [Mirror.ServeHTTP] (CORS). "*" stands
// for all origins. The default is none. Cookies are not used, and an Authorization
// header is allowed and ignored.
func AllowOrigins(origins ...string) Option {
	return func(c *config) error {
		for _, origin := range origins {
			u, err := url.Parse(origin)
			if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host) {
				return fmt.Errorf("mirror: AllowOrigins: %q is not an origin; write it like \"https://example.org\", or \"*\" for all", origin)
			}
		}
		c.origins = slices.Clone(origins)
		return nil
	}
}

// BehindProxy makes the links in answers of [Mirror.ServeHTTP] lead to the host of
// X-Forwarded-Host, with the scheme of X-Forwarded-Proto. Use it only behind a
// reverse proxy that sets both headers: a client that could set them would choose the
// links that caches give to other clients. By default, links lead to the Host of the
// request.
func BehindProxy() Option {
	return func(c *config) error {
		c.proxied = true
		return nil
	}
}
