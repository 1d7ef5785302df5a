package ll2test

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// A Fault changes the answer to one request. The zero Fault changes nothing: the
// request gets the normal answer. Fields can be combined.
type Fault struct {
	// Status replaces the answer of the service, with Body as its body, even if that
	// is empty. Like the service itself, it comes after the checks of address, Accept
	// header and token, and after the quota: if the window is full, the answer is the
	// 429, and the fault is used up. Answers with a status of 3xx, 401, 403, 406 and
	// 429 do not count against the quota, others do.
	//
	// If Status is 0, the service answers, and Header, Body and CutAfter change that
	// answer, whatever it is.
	Status int

	// Header overwrites headers of the answer. A key without values removes the
	// header. The Content-Type is that of the service, except if Status and Body are
	// set: then it is JSON for a Body that begins like JSON, and HTML for any other.
	Header http.Header

	// Body replaces the body of the answer, unless it is "".
	Body string

	// CutAfter truncates the body after that many bytes, as a lost connection does:
	// further reads fail with io.ErrUnexpectedEOF. 0 means no cut. A body that is not
	// longer comes whole.
	CutAfter int

	// Delay is waited before anything else happens. The wait ends early if the
	// context of the request ends.
	Delay time.Duration

	// Err is the error of RoundTrip, unchanged. Over sockets the connection is closed
	// without an answer. The request never reaches the service, so it does not count
	// against the quota.
	Err error
}

// sleep waits for d. It returns the context's error if the context ends first.
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

// counts reports whether a request with this fault counts against the quota: the
// service refuses and redirects before it counts.
func (f Fault) counts() bool {
	switch f.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotAcceptable, http.StatusTooManyRequests:
		return false
	}
	return f.Status/100 != 3
}

// scripted returns the answer of a fault with a Status.
func (f Fault) scripted() *answer {
	a := newAnswer(f.Status, typeHTML, []byte(f.Body))
	if strings.HasPrefix(f.Body, "{") || strings.HasPrefix(f.Body, "[") {
		a.header.Set("Content-Type", typeJSON)
	}
	return a
}

// change applies the fault to an answer.
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
