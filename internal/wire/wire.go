// Package wire sends one request through the caller's http.Client and reports what
// happened on the network: whether a connection was made, and how often net/http
// repeated the request automatically. It follows redirects only within the origin of
// the request, so that credentials go nowhere else.
//
// It knows nothing about quotas, retries, JSON or any API: a status is only a number,
// and the caller reads the body.
package wire

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// Send sends req through client once, with ctx as its context. The caller must close the
// response's body, and must not use req again: a Jar adds cookies to its header, and
// would add them again in another attempt.
//
// Send calls sentAgain each time that net/http repeats the request automatically, because
// a kept-alive connection broke before the first byte of a response. It returns the time
// at which it last sent the request, redirects included. With an error, this is the zero
// time if nothing was sent: the context had ended before, or no connection was made.
// Send assumes that a transport other than net/http's has sent the request, unless the
// error is a dial error and no redirect came before.
func Send(ctx context.Context, client *http.Client, req *http.Request, sentAgain func()) (resp *http.Response, last time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return nil, time.Time{}, err // net/http does not report that it sent nothing
	}
	tap := &tap{base: client.Transport, sentAgain: sentAgain}
	tap.trace = httptrace.ClientTrace{GetConn: tap.asksFor, GotConn: tap.gets}
	c := *client
	c.Transport = tap
	resp, err = c.Do(req.WithContext(httptrace.WithClientTrace(ctx, &tap.trace)))
	if err != nil && !tap.sent(err) {
		return resp, time.Time{}, err
	}
	return resp, time.Unix(0, tap.last.Load()), err
}

// isDialError reports whether no connection could be made, to the server or to a proxy.
func isDialError(err error) bool {
	for op := (*net.OpError)(nil); errors.As(err, &op); err = op.Err {
		if op.Op == "dial" {
			return true
		}
	}
	return false
}

// A tap is the transport of one request, redirects included. It observes what net/http
// sends. It has no CloseIdleConnections, which would close the connections of all
// clients that share the transport.
type tap struct {
	base      http.RoundTripper // nil: http.DefaultTransport, with its value when the request is sent
	sentAgain func()
	trace     httptrace.ClientTrace
	asked     atomic.Bool  // net/http has requested a connection
	got       atomic.Bool  // net/http has a connection, or there was a response
	had       atomic.Int32 // number of connections of this hop

	last atomic.Int64 // when a hop was sent last, in nanoseconds since 1970
}

// sent reports whether a part of a request that failed with err may have been sent. For
// net/http this is known; for other transports there is only the error.
func (t *tap) sent(err error) bool {
	return t.got.Load() || !t.asked.Load() && !isDialError(err)
}

func (t *tap) asksFor(string) { t.asked.Store(true) }

// gets is called for each connection. A second one within a hop means that net/http
// repeats the request.
func (t *tap) gets(httptrace.GotConnInfo) {
	t.got.Store(true)
	t.last.Store(time.Now().UnixNano())
	if t.had.Add(1) > 1 {
		t.sentAgain()
	}
}

// RoundTrip sends one hop. A redirect is another hop.
func (t *tap) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	t.had.Store(0)
	t.last.Store(time.Now().UnixNano())
	resp, err := base.RoundTrip(req)
	if resp == nil {
		return nil, err
	}
	t.got.Store(true)
	if leadsNowhere(req.URL, resp) {
		// net/http would hide the response behind an error that looks transient.
		resp.Header = resp.Header.Clone()
		resp.Header.Del("Location")
	}
	return resp, err
}

// leadsNowhere reports whether a response redirects to an invalid URL.
func leadsNowhere(from *url.URL, resp *http.Response) bool {
	if resp.StatusCode/100 != 3 {
		return false
	}
	_, err := from.Parse(resp.Header.Get("Location"))
	return err != nil
}
