package ll2test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// RoundTrip answers a request in memory. It uses no socket and leaves no goroutine
// behind. The context of the request limits the Delay of a [Fault] and the reading of
// the body, as in net/http.
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if req.URL == nil {
		return nil, errors.New("ll2test: the request has no URL")
	}
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := call{method: req.Method, url: req.URL, header: req.Header}
	if c.method == "" {
		c.method = http.MethodGet // as in net/http
	}
	a, err := s.exchange(ctx, c)
	if err != nil {
		return nil, err
	}
	resp := &http.Response{
		Status:     statusLine(a.status),
		StatusCode: a.status,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     make(http.Header, len(a.header)),
		Body:       http.NoBody,
		Request:    req,
	}
	for key, values := range a.header {
		if len(values) > 0 {
			resp.Header[key] = values
		}
	}
	if !bodyAllowed(a.status) {
		return resp, nil
	}
	resp.ContentLength = int64(len(a.body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(a.body)))
	if c.method != http.MethodHead {
		b := &body{ctx: ctx, rest: a.body, end: io.EOF}
		if a.cut > 0 {
			b.rest, b.end = a.body[:a.cut], io.ErrUnexpectedEOF
		}
		resp.Body = b
	}
	return resp, nil
}

// ServeHTTP answers a request over a socket, for use with net/http/httptest. A
// [Fault] with an Err, and one that truncates the body, end the connection with the
// panic that net/http provides for this, [http.ErrAbortHandler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u := cloneURL(r.URL)
	u.Scheme, u.Host = "http", r.Host
	if r.TLS != nil {
		u.Scheme = "https"
	}
	a, err := s.exchange(r.Context(), call{method: r.Method, url: u, header: r.Header})
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), a.header)
	if !bodyAllowed(a.status) {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if a.cut == 0 {
		_, _ = w.Write(a.body) // the client has hung up
		return
	}
	_, _ = w.Write(a.body[:a.cut])
	// Without it, the bytes would be discarded with the connection.
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// exchange does everything for a call: it arrives, waits, and fails or is answered.
func (s *Server) exchange(ctx context.Context, c call) (*answer, error) {
	number, f := s.arrive(c)
	if err := sleep(ctx, f.Delay); err != nil {
		return nil, err
	}
	if f.Err != nil {
		return nil, f.Err
	}
	a := s.answer(c, f)
	s.answered(number, a.status)
	return a, nil
}

func statusLine(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// bodyAllowed reports whether HTTP allows a body with the status.
func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// A body is the body of a response, which can end before all of its bytes.
type body struct {
	ctx    context.Context //nolint:containedctx // a body ends with its request
	rest   []byte
	end    error
	closed atomic.Bool
}

func (b *body) Read(p []byte) (int, error) {
	if b.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	if len(b.rest) == 0 {
		return 0, b.end
	}
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *body) Close() error {
	b.closed.Store(true)
	return nil
}
