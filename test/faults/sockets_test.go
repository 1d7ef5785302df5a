package faults_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// errFaultCause is why the caller's context ends in the tests in which it does.
var errFaultCause = errors.New("the caller has gone home")

const (
	faultPatience = 5 * time.Minute        // of a client whose attempts must not time out
	faultHaste    = 300 * time.Millisecond // of one whose attempts must, in virtual time
)

// A faultScript says what a server on loopback does to the second page.
type faultScript struct {
	http2   bool
	timeout time.Duration
	answer  faultHandler
	dial    func(number int) (addr string) // where another connection goes; "", or nil: to the server
}

type faultHandler func(s *faultSocket, w http.ResponseWriter, r *http.Request)

// A faultSocket is such a server at work.
type faultSocket struct {
	faultScript

	t       *testing.T
	server  *httptest.Server
	pages   *ll2test.Server
	mu      sync.Mutex
	still   faultTimes
	asked   int           // for the second page
	headers chan struct{} // told when the client has the headers of the second page
	cancel  context.CancelCauseFunc
}

// faultOverSocket stages a fault that answer makes.
func faultOverSocket(answer faultHandler) faultScript {
	return faultScript{timeout: faultPatience, answer: answer}
}

// hasty is for a bubble of synctest: there nothing but the fault takes time.
func (s faultScript) hasty() faultScript {
	s.timeout = faultHaste
	return s
}

func (s faultScript) overHTTP2() faultScript {
	s.http2 = true
	return s
}

// stage starts a server of its own for every walk.
func (s faultScript) stage(t *testing.T, times int) faultStage {
	t.Helper()
	live := &faultSocket{
		faultScript: s,
		t:           t,
		pages:       ll2test.NewServer(ll2test.Events(faultEvents)...),
		still:       faultTimes{times},
		headers:     make(chan struct{}, 100),
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	live.cancel = cancel
	t.Cleanup(func() { cancel(nil) })
	transport := live.start()
	return faultStage{
		client: func(opts ...ll2.Option) *ll2.Client {
			client, err := ll2.New(append(opts,
				ll2.WithBaseURL(live.server.URL+"/2.2.0/"),
				ll2.WithHTTPClient(&http.Client{Transport: transport, Timeout: live.timeout}),
				ll2.WithBackoff(0, time.Millisecond),
			)...)
			if err != nil {
				t.Fatal(err)
			}
			return client
		},
		requests: func() int {
			live.mu.Lock()
			defer live.mu.Unlock()
			return live.asked
		},
		mend: func() {
			live.mu.Lock()
			defer live.mu.Unlock()
			live.still.left = 0
		},
		caller: func() context.Context { return ctx },
	}
}

type faultConnKey struct{}

// start returns the transport of the server's client.
func (s *faultSocket) start() http.RoundTripper {
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of what is done to it here
	s.server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, faultConnKey{}, c)
	}
	s.server.EnableHTTP2 = s.http2
	var pipes *faultPipes
	if s.timeout == faultHaste {
		_ = s.server.Listener.Close()
		pipes = &faultPipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		s.server.Listener = pipes
	}
	if s.http2 {
		s.server.StartTLS()
	} else {
		s.server.Start()
	}
	s.t.Cleanup(s.server.Close)
	transport := s.server.Client().Transport.(*http.Transport)
	if pipes != nil {
		transport.DialContext = pipes.dial
	}
	if s.dial != nil {
		var number atomic.Int32
		transport.DisableKeepAlives = true // so that each request dials
		transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if to := s.dial(int(number.Add(1))); to != "" && s.take() {
				addr = to
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
	}
	return testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		resp, err := transport.RoundTrip(req)
		if faultSecondPage(req.URL.String()) {
			s.headers <- struct{}{}
		}
		return resp, err
	})
}

func (s *faultSocket) take() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.still.take()
}

func (s *faultSocket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if want := map[bool]int{false: 1, true: 2}[s.http2]; r.ProtoMajor != want {
		s.t.Errorf("HTTP/%d, want %d", r.ProtoMajor, want)
	}
	if !faultSecondPage(r.URL.String()) {
		s.pages.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	if s.answer == nil || !s.take() {
		s.pages.ServeHTTP(w, r)
		return
	}
	s.answer(s, w, r)
}

// page returns the second page as it should have been.
func (s *faultSocket) page(r *http.Request) []byte {
	return []byte(faultBody(s.t, s.pages, "http://"+r.Host+r.URL.String()))
}

// begin sends a part of a body and waits until the client has the headers, so that a
// later failure of the connection hits the body.
func (s *faultSocket) begin(w http.ResponseWriter, r *http.Request, part []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(part)
	_ = http.NewResponseController(w).Flush()
	select {
	case <-s.headers:
	case <-r.Context().Done():
	}
}

// reset ends the connection as a machine does that knows nothing of it any more.
func (s *faultSocket) reset(r *http.Request) {
	conn := r.Context().Value(faultConnKey{}).(net.Conn)
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = wrapped.NetConn()
	}
	if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
		s.t.Error(err)
	}
	_ = conn.Close()
	panic(http.ErrAbortHandler)
}

func faultResetFirst(s *faultSocket, _ http.ResponseWriter, r *http.Request) { s.reset(r) }

func faultResetInBody(s *faultSocket, w http.ResponseWriter, r *http.Request) {
	page := s.page(r)
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	s.begin(w, r, page[:len(page)/2])
	s.reset(r)
}

// faultAbort gives up: over HTTP/1.1 that closes the connection, over HTTP/2 it
// resets the stream.
func faultAbort(*faultSocket, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func faultAbortInBody(s *faultSocket, w http.ResponseWriter, r *http.Request) {
	page := s.page(r)
	s.begin(w, r, page[:len(page)/2])
	panic(http.ErrAbortHandler)
}

func faultCutWithLength(s *faultSocket, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", strconv.Itoa(len(s.page(r))))
	faultAbortInBody(s, w, r)
}

// faultCutWithoutLength ends the body by the end of the connection, as HTTP/1.0
// did: nothing but the JSON shows that it is half a one.
func faultCutWithoutLength(s *faultSocket, w http.ResponseWriter, r *http.Request) {
	page := s.page(r)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.t.Error(err)
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
	_, _ = conn.Write(page[:len(page)/2])
}

// faultGzip sends the page in gzip, after damage has been done to it.
func faultGzip(damage func(body []byte) []byte) faultHandler {
	return func(s *faultSocket, w http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(s.page(r))
		_ = z.Close()
		faultSendGzip(w, r, damage(b.Bytes()))
	}
}

func faultSendGzip(w http.ResponseWriter, r *http.Request, body []byte) {
	if r.Header.Get("Accept-Encoding") != "gzip" {
		panic("the client does not ask for gzip")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// faultTrickle sends the page in so many pieces, one after each pause.
func faultTrickle(pieces int, pause time.Duration) faultHandler {
	return func(s *faultSocket, w http.ResponseWriter, r *http.Request) {
		page := s.page(r)
		w.Header().Set("Content-Length", strconv.Itoa(len(page)))
		size := len(page)/pieces + 1
		for len(page) > 0 && r.Context().Err() == nil {
			piece := page[:min(size, len(page))]
			page = page[len(piece):]
			_, _ = w.Write(piece)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(pause)
		}
	}
}

func faultStallFirst(_ *faultSocket, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func faultStallInBody(s *faultSocket, w http.ResponseWriter, r *http.Request) {
	s.begin(w, r, s.page(r)[:1000])
	<-r.Context().Done()
}

func faultCancelFirst(s *faultSocket, _ http.ResponseWriter, r *http.Request) {
	s.cancel(errFaultCause)
	<-r.Context().Done()
}

func faultCancelInBody(s *faultSocket, w http.ResponseWriter, r *http.Request) {
	s.begin(w, r, s.page(r)[:1000])
	s.cancel(errFaultCause)
	<-r.Context().Done()
}
