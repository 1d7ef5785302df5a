package ll2

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// maxBody is the largest body that is read.
const maxBody = 32 << 20

// keptBuffer is the largest buffer that is used again: a page of 100 events in
// the detailed shape is half as large.
const keptBuffer = 1 << 20

// lateness is how long after sending a request whose answer the client did not
// wait for is taken to be counted at the latest. It is the default timeout of an
// attempt.
const lateness = 30 * time.Second

// An exchange is one request with all of its attempts. Its methods are what
// retryablehttp calls, in this order:
//
//	admit          takes the quota, before the first attempt and each further one
//	RoundTrip      sends, through net/http
//	checkRetry     with the headers: settles the quota
//	read           reads and decodes the body, inside the loop, so that a damaged one is retried
//	checkRetry     concludes the attempt: is there another one, and after how long
//	announcePause  before retryablehttp sleeps
//
// The limiter is not in RoundTrip, because an error from there would be retried,
// nor around the whole, because retries would pass it by.
type exchange struct {
	c        *Client
	target   string
	url      string // the same, to be shown
	admitted func(error)
	decode   func([]byte) error
	free     bool // of quota, and so of the gate
	once     bool // not to be tried again

	number  int // of the attempt under way, from 1
	began   time.Time
	place   *place
	wire    *wire
	status  int // 0 until the headers are in
	pause   Wait
	failure error // of the last attempt
	err     error // with which the exchange ends
}

// A request is what an exchange sends.
type request struct {
	url *url.URL
	// admitted is told once, when the first attempt has its place in the quota,
	// or the error that it has none. It can be nil.
	admitted func(error)
}

func (c *Client) exchange(r request, decode func([]byte) error) *exchange {
	target := r.url.String()
	return &exchange{c: c, target: target, url: c.redact(target), admitted: r.admitted, decode: decode}
}

// run sends the request until it succeeds or trying again cannot help.
func (x *exchange) run(ctx context.Context) error {
	err := x.admit(ctx)
	if x.admitted != nil {
		x.admitted(err)
	}
	if err != nil {
		return err
	}
	// Where a RoundTripper panics, others must not wait for ever.
	defer func() { x.settle(lost, time.Now()) }()

	req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, x.target, nil)
	if err != nil {
		return fmt.Errorf("ll2: GET %s: %w", x.url, err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", x.c.userAgent)
	x.c.authorize(req.Header)
	req.SetResponseHandler(x.read)

	client := *x.c.http
	client.Transport = &roundTripper{base: client.Transport, x: x}
	loop := retryablehttp.Client{
		HTTPClient: &client,
		RetryMax:   x.c.retries,
		CheckRetry: x.checkRetry,
		Backoff: func(_, _ time.Duration, _ int, _ *http.Response) time.Duration {
			return x.announcePause(ctx)
		},
		PrepareRetry: func(*http.Request) error { return x.admit(ctx) },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := loop.Do(req)
	if resp != nil {
		_ = resp.Body.Close() // read already, where there was anything to read
	}
	if err == nil || x.err != nil {
		return x.err
	}
	// What is left is the context ending in the sleep before a retry.
	return contextError(ctx, "GET "+x.url, x.failure)
}

// admit begins an attempt as soon as the quota has a place for it.
func (x *exchange) admit(ctx context.Context) error {
	x.err = x.acquire(ctx)
	x.number++
	x.began = time.Now()
	x.status = 0
	x.wire = new(wire)
	return x.err
}

func (x *exchange) acquire(ctx context.Context) error {
	if x.free {
		if ctx.Err() != nil {
			return contextError(ctx, "GET "+x.url, x.failure)
		}
		return nil
	}
	place, err := x.c.quota.acquire(ctx, x.c.maxWait, func(w Wait) { x.announce(ctx, w) })
	x.place = place
	var limited *RateLimitError
	if errors.As(err, &limited) {
		switch {
		case limited.Err == nil:
			limited.Err = x.failure
		case x.failure != nil:
			limited.Err = fmt.Errorf("%w, after: %w", limited.Err, unprefixed{x.failure})
		}
		return limited
	}
	if err != nil {
		return contextError(ctx, "GET "+x.url, x.failure)
	}
	return nil
}

// checkRetry is called twice: with the headers, and with what read made of the
// body; or once, where no answer came.
func (x *exchange) checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if err == nil && x.status == 0 {
		x.answered(resp)
		return false, nil // so that read is called, whatever the status is
	}
	return x.conclude(ctx, err), nil
}

// answered settles the quota as the service does: a request that it refuses
// before its throttle, or that the throttle itself refuses, does not count.
func (x *exchange) answered(resp *http.Response) {
	x.status = resp.StatusCode
	now := time.Now()
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		// At once where the header says until when; the text is still to come.
		if d, ok := retryAfter(resp.Header, now); ok {
			x.refused(d, WaitRetryAfter)
		}
	case status/100 == 3, status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotAcceptable:
		x.settle(uncounted, now)
	default:
		x.settle(counted, now)
	}
}

// refused shuts the gate for everybody.
func (x *exchange) refused(after time.Duration, reason WaitReason) {
	if x.free {
		return
	}
	x.c.quota.close(after, reason)
	x.settle(refused, time.Now())
}

func (x *exchange) settle(o outcome, at time.Time) {
	if x.place != nil {
		x.place.settle(o, at)
		x.place = nil
	}
}

// read takes the whole body off the connection, so that the connection can be
// used again, and makes a result or an error of it.
func (x *exchange) read(resp *http.Response) error {
	defer func() {
		_ = resp.Body.Close()
		resp.Body = http.NoBody // retryablehttp would read on
	}()
	if resp.StatusCode/100 != 2 {
		return x.statusError(resp)
	}
	buffer := x.c.buffer(resp.ContentLength)
	defer x.c.keep(buffer)
	_, err := buffer.ReadFrom(io.LimitReader(resp.Body, maxBody+1))
	body := buffer.Bytes()
	switch {
	case err != nil:
		return fmt.Errorf("reading the body: %w", err)
	case len(body) > maxBody:
		err = fmt.Errorf("more than %d MiB", maxBody>>20)
	default:
		err = x.decode(body)
	}
	if err == nil {
		return nil
	}
	decodeErr := newDecodeError(x.url, body, err)
	decodeErr.Err, decodeErr.attempts = x.c.redactError(err), x.number
	if x.free || x.holdsToken(body, decodeErr.Offset) {
		decodeErr.Snippet = "" // a part of the token may be in it
	}
	return decodeErr
}

// holdsToken reports whether the token stands in the body near an offset.
func (x *exchange) holdsToken(body []byte, offset int64) bool {
	const around = 4 << 10
	at := min(int(offset), len(body))
	near := string(body[max(0, at-around):min(len(body), at+around)])
	return x.c.redact(near) != near
}

// buffer returns an empty buffer for a body whose length is told, or -1.
func (c *Client) buffer(length int64) *bytes.Buffer {
	b, ok := c.buffers.Get().(*bytes.Buffer)
	if !ok {
		b = new(bytes.Buffer)
	}
	// As far as it is told the truth: nobody gets memory for saying a number.
	b.Grow(bytes.MinRead + int(min(max(0, length), keptBuffer)))
	return b
}

// keep leaves a buffer for the next body.
func (c *Client) keep(b *bytes.Buffer) {
	if b.Cap() <= keptBuffer {
		b.Reset()
		c.buffers.Put(b)
	}
}

// statusError makes an error of an answer that is not 2xx. Whatever came of its
// body: the status says more than the body's end.
func (x *exchange) statusError(resp *http.Response) error {
	start, _ := io.ReadAll(io.LimitReader(resp.Body, 2*maxErrorBody))
	_, _ = io.CopyN(io.Discard, resp.Body, maxBody)
	// The token goes out before the cut, which could lie in it.
	body := []byte(x.c.redact(string(start)))
	apiErr := newAPIError(resp.StatusCode, resp.Header.Clone(), body[:min(len(body), maxErrorBody)])
	apiErr.URL, apiErr.Attempts = x.url, x.number
	if resp.Request != nil { // a transport that is not net/http's may leave it out
		apiErr.URL = resp.Request.URL.String() // the last one of redirects
	}
	apiErr.redact(x.c.redact)
	if resp.StatusCode != http.StatusTooManyRequests {
		return apiErr
	}
	d, ok := retryAfter(resp.Header, time.Now())
	if !ok {
		d, ok = expectedIn(apiErr.Detail)
		if ok {
			x.refused(d, WaitRetryAfter)
		} else {
			x.refused(x.c.backoff(x.number), WaitBackoff)
		}
	}
	return &RateLimitError{RetryAfter: d, Err: apiErr}
}

// conclude ends an attempt and reports whether there is to be another one.
func (x *exchange) conclude(ctx context.Context, err error) bool {
	failure := x.describe(ctx, err)
	if x.status == 0 {
		x.unanswered(ctx, err)
	}
	attempt := Attempt{Number: x.number, StatusCode: x.status, URL: x.url, Took: time.Since(x.began), Err: failure}
	attrs := []any{"url", x.url, "number", attempt.Number, "status", attempt.StatusCode, "took", attempt.Took}
	if failure != nil {
		attrs = append(attrs, "error", failure)
	}
	x.c.log.DebugContext(ctx, "ll2: attempt", attrs...)
	if x.c.trace.Attempt != nil {
		x.c.trace.Attempt(ctx, attempt)
	}
	x.failure, x.err = failure, nil
	if failure == nil {
		return false
	}
	if x.err = x.giveUp(ctx); x.err != nil {
		return false
	}
	x.c.log.WarnContext(ctx, "ll2: trying again", "url", x.url, "attempt", x.number, "error", failure)
	return true
}

// describe says of an error of net/http what was being done.
func (x *exchange) describe(ctx context.Context, err error) error {
	var api *APIError
	var decode *DecodeError
	if err == nil || errors.As(err, &api) || errors.As(err, &decode) {
		return err
	}
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err // which says the URL, too
	}
	err = x.c.redactError(err)
	if x.c.http.Timeout > 0 && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within the %v of an attempt: %w", x.c.http.Timeout, err)
	}
	if x.number > 1 {
		return fmt.Errorf("ll2: GET %s: %w (%d attempts)", x.url, err, x.number)
	}
	return fmt.Errorf("ll2: GET %s: %w", x.url, err)
}

func isTimeout(err error) bool {
	var netErr net.Error
	return errors.As(err, &netErr) && netErr.Timeout()
}

// unanswered settles the quota of an attempt that failed without a status.
func (x *exchange) unanswered(ctx context.Context, err error) {
	now := time.Now()
	var redirect redirectError
	switch {
	case x.wire.neverSent():
		x.settle(unsent, now)
	case errors.As(err, &redirect):
		x.settle(uncounted, now)
	case ctx.Err() != nil, isTimeout(err):
		// The client stopped listening; the service may be about to count.
		x.settle(lost, later(now, x.began.Add(lateness)))
	default:
		x.settle(lost, now)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// announcePause tells of the pause before a retry, which retryablehttp sleeps.
func (x *exchange) announcePause(ctx context.Context) time.Duration {
	if x.pause.For > 0 {
		x.announce(ctx, x.pause)
	}
	return x.pause.For
}

func (x *exchange) announce(ctx context.Context, w Wait) {
	x.c.log.InfoContext(ctx, "ll2: waiting", "reason", w.Reason, "for", w.For, "until", w.Until, "url", x.url)
	if x.c.trace.Wait != nil {
		x.c.trace.Wait(ctx, w)
	}
}

// A roundTripper is the transport of one exchange. It watches what net/http
// sends. It has no CloseIdleConnections, which retryablehttp calls at every
// failure, and which would close those of everybody who shares the transport.
type roundTripper struct {
	base http.RoundTripper // nil: http.DefaultTransport, as it is when the request goes
	x    *exchange
}

func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	w, place := t.x.wire, t.x.place
	var connections atomic.Int32
	resp, err := base.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) {
			w.got.Store(true)
			// The second one is a connection that broke before the first byte of
			// an answer; net/http repeats a GET then by itself.
			if connections.Add(1) > 1 && place != nil {
				place.sentAgain()
			}
		},
	})))
	if resp != nil && leadsNowhere(req.URL, resp) {
		// net/http would hide the answer behind an error that looks as if it
		// could pass.
		resp.Header = resp.Header.Clone()
		resp.Header.Del("Location")
	}
	return resp, err
}

// leadsNowhere reports whether an answer redirects to what is no URL.
func leadsNowhere(from *url.URL, resp *http.Response) bool {
	_, err := from.Parse(resp.Header.Get("Location"))
	return resp.StatusCode/100 == 3 && err != nil
}

// wire is what net/http did in one attempt. A transport that is not net/http's
// tells nothing.
type wire struct{ asked, got atomic.Bool }

// neverSent reports that no connection came about, and so nothing was sent.
func (w *wire) neverSent() bool { return w.asked.Load() && !w.got.Load() }
