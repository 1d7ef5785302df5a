package ll2

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/docking-event/ll2/internal/hint"
	"github.com/docking-event/ll2/internal/quota"
	"github.com/docking-event/ll2/internal/secret"
	"github.com/docking-event/ll2/internal/wire"
)

// keptBuffer bounds the size of buffers that are used again. A page of 100 events in the
// detailed shape is half as large.
const keptBuffer = 1 << 20

// keptBuffers is the number of buffers that a client keeps. A sync.Pool would lose them
// at each garbage collection, and the body is the largest allocation of a request.
const keptBuffers = 2

// A sender is the part of a client that a request needs.
type sender struct {
	base      *url.URL
	http      *http.Client  // follows redirects within its origin only
	timeout   time.Duration // of an attempt; 0: none
	userAgent string
	secret    secret.Secret
	buffers   chan *bytes.Buffer // for bodies
	admission *admission
	retry     retryPolicy
	traces    traces
}

// A request describes a request to a sender.
type request struct {
	kind   Kind
	url    *url.URL
	decode func(http.Header, []byte) error // header and body of a 2xx; called again for a retry
	free   bool                            // does not count against the quota
	once   bool                            // not to be retried

	// admitted is called once: with nil when the first attempt has its place in the
	// quota, or with the error if it has none. It can be nil.
	admitted func(error)
}

// A call is one request with all of its attempts. It is the transport of the
// loop that repeats them, see repeat.
type call struct {
	*sender
	request
	text string // see shown

	number  int // of the attempt under way, from 1
	began   time.Time
	status  int   // of its answer; 0 until the headers are in
	failure error // of the last attempt
	verdict verdict
}

// send sends the request until it succeeds or a retry cannot help.
func (s *sender) send(ctx context.Context, r request) (err error) {
	c := &call{sender: s, request: r}
	c.once = c.once || hint.IsOnce(ctx)
	if len(s.traces) > 0 {
		var end func(error)
		ctx, end = s.traces.call(ctx, Call{Kind: r.kind, URL: c.shown()})
		err = errUnfinished // until it returns
		defer func() { end(err) }()
	}
	return c.run(ctx)
}

// errUnfinished is the error of a call that did not return, for a trace.
var errUnfinished = errors.New("ll2: a panic or runtime.Goexit ended the call")

// run repeats the attempts.
func (c *call) run(ctx context.Context) error {
	if err := repeat(ctx, c.url, c.retry.retries, c, func() (bool, time.Duration) {
		return !c.verdict.again, c.verdict.pause.For
	}); err != nil {
		return contextError(ctx, c.what(), c.failure)
	}
	return c.verdict.err
}

// exchange returns a new request for one attempt, which the transport may change. It does
// not use http.NewRequest, which would format and parse the URL again.
func (c *call) exchange() *http.Request {
	u := *c.url
	req := &http.Request{
		Method: http.MethodGet, URL: &u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Accept": {"application/json"}, "User-Agent": {c.userAgent}},
	}
	c.secret.Authorize(req.Header)
	return req
}

// shown returns the URL without the token. Only errors and traces need it.
func (c *call) shown() string {
	if c.text == "" {
		c.text = c.secret.Redact(c.url.String())
	}
	return c.text
}

func (c *call) what() string { return "GET " + c.shown() }

// RoundTrip is one attempt. It records the outcome in the call. It always returns an empty
// 200 to the loop, so that no code between them follows redirects, wraps errors or
// repeats a request.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	answer := &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}
	place, err := c.admit(ctx)
	if err != nil {
		c.verdict = verdict{err: err}
		return answer, nil
	}
	// If a transport panics, other requests must not wait forever. The answer is lost
	// then.
	defer func() { place.settle(quota.Lost, later(time.Now(), c.began.Add(lateness))) }()
	sending, cancel := c.bounded(ctx)
	defer cancel()
	resp, last, err := wire.Send(sending, c.http, c.exchange(), place.sentAgain)
	if err == nil {
		err = c.read(place, resp)
	} else {
		c.unanswered(place, last, err)
	}
	c.conclude(ctx, err)
	return answer, nil
}

// bounded returns the context of an attempt, body included. An http.Client with the
// timeout would start a goroutine for it, because it does not know that the transport
// obeys the context.
func (s *sender) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, s.timeout)
}

// admit starts an attempt as soon as the quota has a place for it. If it has none, the
// error ends the call.
func (c *call) admit(ctx context.Context) (p *place, err error) {
	if c.free {
		err = ctx.Err()
	} else {
		p, err = c.admission.acquire(ctx, c.retry.maxWait, func(w quota.Wait) { c.announce(ctx, w) })
	}
	c.number++
	c.began, c.status = time.Now(), 0
	if err != nil {
		err = c.refusal(ctx, err)
	}
	if c.number == 1 && c.admitted != nil {
		c.admitted(err)
	}
	return p, err
}

// refusal returns the error of an attempt for which there is no place.
func (c *call) refusal(ctx context.Context, err error) error {
	var limited *RateLimitError
	if !errors.As(err, &limited) {
		return contextError(ctx, c.what(), c.failure)
	}
	switch {
	case limited.Err == nil:
		limited.Err = c.failure
	case c.failure != nil:
		limited.Err = fmt.Errorf("%w, after: %w", limited.Err, unprefixed{c.failure})
	}
	c.traces.refused(ctx, limited)
	return err
}

// answered settles the place as the service counts: a request that the service refuses
// before its throttle, or that the throttle refuses, does not count.
func (c *call) answered(p *place, resp *http.Response) {
	c.status = resp.StatusCode
	now := time.Now()
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		if d, ok := retryAfter(resp.Header, now); ok {
			c.refused(p, d, quota.Told)
		} else {
			// At once, before the body is read. The body may name a time later.
			c.refused(p, c.retry.backoff(c.number), quota.Backoff)
		}
	case status/100 == 3, status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotAcceptable:
		p.settle(quota.Uncounted, now)
	default:
		p.settle(quota.Counted, now)
	}
}

// refused closes the gate for all requests.
func (c *call) refused(p *place, after time.Duration, reason quota.Reason) {
	if !c.free {
		c.admission.quota.Shut(after, reason)
		p.settle(quota.Refused, time.Now())
	}
}

// unanswered settles the place of an attempt without a status. It was last sent at the
// time last; zero if it was not sent.
func (c *call) unanswered(p *place, last time.Time, err error) {
	now := time.Now()
	var redirect *wire.RedirectError
	switch {
	case last.IsZero():
		p.settle(quota.Unsent, now)
	case errors.As(err, &redirect):
		p.settle(quota.Uncounted, now)
	default:
		// The connection is gone, but the service may still count the request.
		p.settle(quota.Lost, later(now, last.Add(lateness)))
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// read settles the place, reads the whole body, so that the connection can be used again,
// and decodes it.
func (c *call) read(p *place, resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }()
	c.answered(p, resp)
	if resp.StatusCode/100 != 2 {
		return c.statusError(p, resp)
	}
	buffer := c.buffer(resp.ContentLength)
	defer c.keep(buffer)
	_, err := buffer.ReadFrom(io.LimitReader(resp.Body, maxBody+1))
	data := buffer.Bytes()
	switch {
	case err != nil:
		return fmt.Errorf("reading the body: %w", err)
	case len(data) > maxBody:
		err = fmt.Errorf("more than %d MiB", maxBody>>20)
	default:
		err = c.decode(resp.Header, data)
	}
	if err == nil {
		return nil
	}
	decodeErr := newDecodeError(c.shown(), data, err)
	decodeErr.Err, decodeErr.attempts = c.secret.RedactError(err), c.number
	decodeErr.Field, decodeErr.ID = c.secret.Redact(decodeErr.Field), c.secret.Redact(decodeErr.ID)
	if c.free || c.secret.StandsNear(data, decodeErr.Offset) {
		decodeErr.Snippet = "" // a part of the token may be in it
	}
	return decodeErr
}

// buffer returns an empty buffer for a body of a length; -1 if unknown.
func (s *sender) buffer(length int64) *bytes.Buffer {
	var b *bytes.Buffer
	select {
	case b = <-s.buffers:
	default:
		b = new(bytes.Buffer)
	}
	// The length may be a lie, so a server cannot make the client allocate more.
	b.Grow(bytes.MinRead + int(min(max(0, length), keptBuffer)))
	return b
}

// keep leaves a buffer for the next body.
func (s *sender) keep(b *bytes.Buffer) {
	if b.Cap() > keptBuffer {
		return
	}
	b.Reset()
	select {
	case s.buffers <- b:
	default: // there are enough
	}
}

// statusError returns the error of an answer that is not 2xx. The status matters more
// than an error in its body.
func (c *call) statusError(p *place, resp *http.Response) error {
	// Remove the token before cutting, because the cut could be inside it.
	start, broken := io.ReadAll(io.LimitReader(resp.Body, 2*maxErrorBody))
	body := c.secret.RedactStart(string(start))
	if n, err := io.CopyN(io.Discard, resp.Body, maxBody); n == 0 && broken == nil && errors.Is(err, io.EOF) {
		body = c.secret.Redact(string(start)) // which was all
	}
	apiErr := newAPIError(resp.StatusCode, resp.Header.Clone(), []byte(body[:min(len(body), maxErrorBody)]))
	apiErr.URL, apiErr.Attempts = c.shown(), c.number
	if resp.Request != nil { // a transport that is not net/http's may leave it out
		apiErr.URL = resp.Request.URL.String() // the last one of redirects
	}
	apiErr.redact(c.secret.Redact)
	if resp.StatusCode != http.StatusTooManyRequests {
		return apiErr
	}
	d, ok := retryAfter(resp.Header, time.Now())
	if !ok {
		if d, ok = expectedIn(apiErr.Detail); ok {
			c.refused(p, d, quota.Told)
		}
	}
	limited := newRateLimitError(d, false, apiErr)
	if gate := c.admission.quota.View(); gate.Told && !c.free {
		// An earlier refusal may have named a later time.
		limited.notBefore(time.Until(gate.ShutUntil))
	}
	return limited
}

// conclude ends an attempt: it decides whether another one follows, and reports it.
func (c *call) conclude(ctx context.Context, err error) {
	c.failure, c.verdict = nil, verdict{}
	if final := hint.FinalOf(err); final != nil {
		c.failure, c.verdict = final, verdict{err: final}
	} else if err != nil {
		c.failure = c.describe(ctx, err)
		f := failed{err: c.failure, number: c.number, what: c.what(), answered: c.status != 0, final: c.once}
		if !c.free {
			f.check = func(pause time.Duration) error { return c.admission.check(ctx, pause, c.retry.maxWait) }
		}
		c.verdict = c.retry.judge(ctx, f)
	}
	if len(c.traces) == 0 {
		return
	}
	c.traces.attempt(ctx, Attempt{
		Kind: c.kind, Number: c.number, StatusCode: c.status, URL: c.shown(), Took: time.Since(c.began),
		Err: c.failure, Retrying: c.verdict.again,
	})
	if c.verdict.pause.For > 0 {
		c.announce(ctx, c.verdict.pause)
	}
	var limited *RateLimitError
	if errors.As(c.verdict.err, &limited) && limited.Local {
		c.traces.refused(ctx, limited) // the next attempt
	}
}

// describe adds to an error of net/http what was being done.
func (c *call) describe(ctx context.Context, err error) error {
	var api *APIError
	var decode *DecodeError
	if errors.As(err, &api) || errors.As(err, &decode) {
		return err
	}
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err // which says the URL, too
	}
	err = c.secret.RedactError(err)
	if c.timeout > 0 && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within the %v of an attempt: %w", c.timeout, err)
	}
	if c.number > 1 {
		err = fmt.Errorf("ll2: GET %s: %w (%d attempts)", c.shown(), err, c.number)
	} else {
		err = fmt.Errorf("ll2: GET %s: %w", c.shown(), err)
	}
	var redirect *wire.RedirectError
	if errors.As(err, &redirect) || ctx.Err() != nil {
		return err
	}
	return noAnswerError{err}
}

// A noAnswerError is the error of a request without a complete answer.
type noAnswerError struct{ error }

func (e noAnswerError) Unwrap() error        { return e.error }
func (e noAnswerError) Is(target error) bool { return target == ErrUnavailable }

// announce reports a wait that is about to start.
func (c *call) announce(ctx context.Context, w quota.Wait) {
	if len(c.traces) > 0 {
		c.traces.wait(ctx, Wait{Reason: WaitReason(w.Reason), For: w.For, Until: w.Until, URL: c.shown()})
	}
}
