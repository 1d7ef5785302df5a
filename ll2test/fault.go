package ll2test

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// A Fault is what happens to one request. The zero Fault is none: that request
// is answered as ever. Fields can be combined.
type Fault struct {
	// Status is answered in place of the service, with Body as it is, even
	// empty. Like the service itself it stands behind the checks of address,
	// Accept header and token, and behind the quota: where the window is full
	// the answer is the 429, and the fault is spent. Statuses 3xx, 401, 403,
	// 406 and 429 take no place in the window, others do.
	//
	// With 0 the service answers, and Header, Body and CutAfter change that
	// answer, whatever it is.
	Status int

	// Header is put over the answer's headers. A key without values takes the
	// header away. The Content-Type is the service's own, unless Status and
	// Body together are the answer: then it is JSON for a Body that begins like
	// JSON, HTML for any other.
	Header http.Header

	// Body takes the place of the answer's body, unless it is "".
	Body string

	// CutAfter breaks the body off behind that many bytes, as a lost connection
	// does: reading on fails with io.ErrUnexpectedEOF. 0 is no cut, and a body
	// that is not longer comes whole.
	CutAfter int

	// Delay passes before anything else happens, unless the request's context
	// ends sooner.
	Delay time.Duration

	// Err is what a RoundTrip fails with, as it is; over sockets the connection
	// is closed without an answer. The request never reaches the service, so it
	// takes no place in the window.
	Err error
}

// sleep waits out d. It returns the context's error where that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// counts reports whether the request that meets the fault takes a place in the
// window: the service refuses and redirects before it counts.
func (f Fault) counts() bool {
	switch f.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotAcceptable, http.StatusTooManyRequests:
		return false
	}
	return f.Status/100 != 3
}

// scripted is the answer of a fault with a Status.
func (f Fault) scripted() *answer {
	a := newAnswer(f.Status, typeHTML, []byte(f.Body))
	if strings.HasPrefix(f.Body, "{") || strings.HasPrefix(f.Body, "[") {
		a.header.Set("Content-Type", typeJSON)
	}
	return a
}

// change puts the fault over an answer.
func (f Fault) change(a *answer) {
	for key, values := range f.Header {
		a.header[http.CanonicalHeaderKey(key)] = values
	}
	if f.Body != "" {
		a.body = []byte(f.Body)
	}
	if f.CutAfter > 0 && f.CutAfter < len(a.body) {
		a.cut = f.CutAfter
	}
}
