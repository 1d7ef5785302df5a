// Package wire sends one request through an http.Client of somebody else's and
// reports what became of it on the wire: whether a connection came about, and
// how often net/http sent the request by itself. It follows redirects within the
// origin of the request only, so that credentials go nowhere else.
//
// It knows nothing of quotas, retries, JSON or any API: a status is a number to
// it, and a body is the caller's to read.
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

// Send sends req through client, once, with ctx for its context: the answer's body is
// open. The request is not the caller's any more: a Jar adds to its header what it would
// add again to the header of another attempt. It calls sentAgain for each time that net/http sends the request once
// more by itself, because a connection that it had kept broke before the first byte of
// an answer. It returns when it sent the request last, redirects included; if there is an
// error, that is the zero time if nothing left the machine: the context had ended
// before, or no connection came about.
// A transport that is not net/http's is taken to have sent the request, unless its
// error is of dialing and no redirect came before.
func Send(ctx context.Context, client *http.Client, req *http.Request, sentAgain func()) (resp *http.Response, last time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return nil, time.Time{}, err // net/http would not say that it sent nothing
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

// isDialError reports whether a connection could not be made, be it one to a
// proxy.
func isDialError(err error) bool {
	for op := (*net.OpError)(nil); errors.As(err, &op); err = op.Err {
		if op.Op == "dial" {
			return true
		}
	}
	return false
}

// A tap is the transport of one request, redirects included. It watches what
// net/http sends. It has no CloseIdleConnections, which would close those of
// everybody who shares the transport.
type tap struct {
	base      http.RoundTripper // nil: http.DefaultTransport, as it is when the request goes
	sentAgain func()
	trace     httptrace.ClientTrace
	asked     atomic.Bool  // net/http looked for a connection
	got       atomic.Bool  // and has one, or there was an answer
	had       atomic.Int32 // connections that this hop had

	last atomic.Int64 // when a hop was sent last, in nanoseconds since 1970
}

// sent reports whether anything may have been sent of a request that ended in
// err. What net/http did is known; of others there is only the error.
func (t *tap) sent(err error) bool {
	return t.got.Load() || !t.asked.Load() && !isDialError(err)
}

func (t *tap) asksFor(string) { t.asked.Store(true) }

// gets hears of a connection. A second one within a hop is net/http's own second
// sending.
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
		// net/http would hide the answer behind an error that looks as if it
		// could pass.
		resp.Header = resp.Header.Clone()
		resp.Header.Del("Location")
	}
	return resp, err
}

// leadsNowhere reports whether an answer redirects to what is no URL.
func leadsNowhere(from *url.URL, resp *http.Response) bool {
	if resp.StatusCode/100 != 3 {
		return false
	}
	_, err := from.Parse(resp.Header.Get("Location"))
	return err != nil
}
