package ll2test

import (
	"net/http"
	"time"

	"github.com/docking-event/ll2"
)

// Client returns a client of the server that works in memory. It opens no socket, so
// it can be used inside a testing/synctest bubble. An attempt has 30 seconds, as with
// [ll2.New].
//
// The server has a host name of its own, for which a client does not limit its
// requests: only [Server.Limit] sets a quota. With
// [ll2.WithBaseURL] of [ll2.DefaultBaseURL] the client behaves as it does with the
// production service. The given options come after the server's own, so
// [ll2.WithHTTPClient] can lead the client to another server.
//
// Client panics if [ll2.New] refuses the options.
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
