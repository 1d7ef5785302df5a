package mirror

import (
	"fmt"
	"net/url"
	"slices"
)

// AllowOrigins lets scripts of web pages of these origins, such as
// "https://example.org", read what [Mirror.ServeHTTP] answers (CORS); "*" stands for all
// of them. The default is none. Cookies play no part, and an Authorization header is
// allowed and ignored.
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

// BehindProxy has the links that [Mirror.ServeHTTP] answers lead to the host of
// X-Forwarded-Host, by the scheme of X-Forwarded-Proto. It is for a reverse proxy that
// sets both: a caller who could set them himself would choose where the links lead that
// caches give to others. By default they lead to the Host of the request.
func BehindProxy() Option {
	return func(c *config) error {
		c.proxied = true
		return nil
	}
}
