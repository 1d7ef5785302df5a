package ll2test

import (
	"net/http"
	"time"

	"github.com/docking-event/ll2"
)

// Client returns a client of the server that works in memory: no socket is
// opened, so it can be used inside a testing/synctest bubble. An attempt has 30
// seconds, as with [ll2.New].
//
// The server's host is one of its own, to which a client does not limit itself:
// only [Server.Limit] sets a quota. With ll2.WithBaseURL(ll2.DefaultBaseURL) the
// client behaves as towards production. Options come after the server's own, so
// an ll2.WithHTTPClient takes the client somewhere else.
//
// Client panics on options that New refuses.
func (s *Server) Client(opts ...ll2.Option) *ll2.Client {
	own := []ll2.Option{
		ll2.WithBaseURL("http://ll2.test/"),
		ll2.WithHTTPClient(&http.Client{Transport: s, Timeout: 30 * time.Second}),
	}
	client, err := ll2.New(append(own, opts...)...)
	if err != nil {
		panic(err)
	}
	return client
}
