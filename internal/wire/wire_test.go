package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/wire"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// answers returns a transport that answers with a status and headers, given by
// name and value.
func answers(status int, header ...string) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		h := make(http.Header)
		for i := 0; i < len(header); i += 2 {
			h.Add(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("a body")), Request: req}, nil
	}
}

// get returns a request with a credential.
func get(t *testing.T, address string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Token canary")
	return req
}

// A result holds the results of Send and the body.
type result struct {
	status int
	header http.Header
	body   string
	url    string // that answered
	sent   bool
	last   time.Time
	again  int
	err    error
}

// send sends through what Client makes of a client.
func send(t *testing.T, client *http.Client, req *http.Request) result {
	t.Helper()
	var r result
	resp, last, err := wire.Send(req.Context(), wire.Client(client), req, func() { r.again++ })
	r.sent, r.last, r.err = !last.IsZero(), last, err
	if err == nil {
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		r.status, r.header, r.body = resp.StatusCode, resp.Header, string(body)
		if resp.Request != nil {
			r.url = resp.Request.URL.String()
		}
	}
	return r
}

// serve starts a server on loopback, and returns a client that knows it.
func serve(t *testing.T, h http.HandlerFunc) (*httptest.Server, *http.Client) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server, server.Client()
}

// hangUp closes the connection of a request without an answer.
func hangUp(t *testing.T, w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	conn.Close()
}

func TestARequestIsSentOnceAndTheBodyIsTheCallersToRead(t *testing.T) {
	var asked atomic.Int32
	server, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s", r.URL, r.Header.Get("Authorization"))
	})
	for range 3 { // and on the same connection
		got := send(t, client, get(t, server.URL+"/a/?b=c"))
		if got.err != nil || !got.sent || got.again != 0 || got.status != http.StatusTeapot || got.body != "/a/?b=c Token canary" {
			t.Errorf("%+v", got)
		}
	}
	if asked.Load() != 3 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestNothingIsSentForAContextThatHasEnded(t *testing.T) {
	server, client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := send(t, client, get(t, server.URL).WithContext(ctx))
	if got.sent || !errors.Is(got.err, context.Canceled) {
		t.Errorf("%+v, want the context's end and nothing sent", got)
	}
}

func TestHTTP2SendsOnce(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	for range 2 {
		if got := send(t, server.Client(), get(t, server.URL)); got.err != nil || got.again != 0 || got.body != "HTTP/2.0" {
			t.Errorf("%+v", got)
		}
	}
}

// net/http automatically repeats a GET if a kept-alive connection breaks before the first
// byte of the response. The service has seen the request each time.
func TestASecondSendingByNetHTTPIsTold(t *testing.T) {
	var asked, broken atomic.Int32
	server, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/breaks" && broken.Add(1) == 1 {
			hangUp(t, w)
			return
		}
		if to := r.URL.Query().Get("to"); to != "" {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
			return
		}
		fmt.Fprint(w, "answer")
	})
	for path, want := range map[string]struct{ asked, again int }{
		"/breaks":        {2, 1},
		"/?to=/breaks":   {3, 1}, // behind a redirect
		"/?to=/":         {2, 0}, // which is none
		"/?to=/?to=/":    {3, 0},
		"/breaks?to=/":   {3, 1},
		"/does-not":      {1, 0},
		"/?to=/does-not": {2, 0},
	} {
		if got := send(t, client, get(t, server.URL+"/warm")); got.err != nil || got.again != 0 {
			t.Fatalf("%+v", got)
		}
		asked.Store(0)
		broken.Store(0)
		got := send(t, client, get(t, server.URL+path))
		if got.err != nil || !got.sent || got.again != want.again || int(asked.Load()) != want.asked || got.body != "answer" {
			t.Errorf("%s: %+v, asked %d times; want %+v", path, got, asked.Load(), want)
		}
	}
}

func TestWhatBreaksOnANewConnectionIsSentOnce(t *testing.T) {
	var asked atomic.Int32
	server, client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		hangUp(t, w)
	})
	got := send(t, client, get(t, server.URL))
	if got.err == nil || !got.sent || got.again != 0 || asked.Load() != 1 {
		t.Errorf("%+v, asked %d times", got, asked.Load())
	}
}

// deaf returns an address at which no server listens.
func deaf(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestWithoutAConnectionNothingIsSent(t *testing.T) {
	nobody := deaf(t)
	proxy := http.ProxyURL(&url.URL{Scheme: "http", Host: nobody})
	unknown := httptest.NewUnstartedServer(http.NotFoundHandler())
	unknown.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of what the client says of its certificate
	unknown.StartTLS()
	defer unknown.Close()
	ctx, cancel := context.WithCancel(t.Context())
	for name, tc := range map[string]struct {
		transport *http.Transport
		address   string
	}{
		"refused":                 {&http.Transport{}, "http://" + nobody},
		"of unknown certificate":  {&http.Transport{}, unknown.URL},
		"proxy refused":           {&http.Transport{Proxy: proxy}, "http://api.example"},
		"proxy refused, with TLS": {&http.Transport{Proxy: proxy}, "https://api.example"},
		"ended in the dial": {&http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}}, "http://api.example"},
		"error of a dialer": {&http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("no route")
		}}, "http://api.example"},
	} {
		t.Run(name, func(t *testing.T) {
			defer tc.transport.CloseIdleConnections()
			req := get(t, tc.address)
			if name == "ended in the dial" {
				req = req.WithContext(ctx)
			}
			if got := send(t, &http.Client{Transport: tc.transport}, req); got.err == nil || got.sent || got.again != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// For a transport that is not net/http's there is only the error.
func TestATransportOfAnotherKindHasSentUnlessItCouldNotDial(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, tc := range map[string]struct {
		err  error
		sent bool
	}{
		"dial":                 {dial, false},
		"dial, wrapped":        {fmt.Errorf("fake: %w", dial), false},
		"dial, to a proxy":     {&net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial}, false},
		"dial, by SOCKS":       {&net.OpError{Op: "socks connect", Net: "tcp", Err: fmt.Errorf("proxy: %w", dial)}, false},
		"read":                 {&net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset")}, true},
		"read, without reason": {&net.OpError{Op: "read", Net: "tcp"}, true},
		"any":                  {errors.New("dial"), true},
		"timeout":              {context.DeadlineExceeded, true},
		"no answer":            {nil, true}, // and no error
	} {
		t.Run(name, func(t *testing.T) {
			broken := roundTrip(func(*http.Request) (*http.Response, error) { return nil, tc.err })
			got := send(t, &http.Client{Transport: broken}, get(t, "http://api.example"))
			if got.err == nil || got.sent != tc.sent || tc.err != nil && !errors.Is(got.err, tc.err) {
				t.Errorf("%+v, want sent %v", got, tc.sent)
			}
			// Behind a redirect there was an answer before.
			redirected := roundTrip(func(req *http.Request) (*http.Response, error) {
				if req.URL.Path == "/" {
					return answers(http.StatusFound, "Location", "/there")(req)
				}
				return nil, tc.err
			})
			if got := send(t, &http.Client{Transport: redirected}, get(t, "http://api.example/")); got.err == nil || !got.sent {
				t.Errorf("behind a redirect: %+v, want it sent", got)
			}
		})
	}
}

func TestADialThatFailsBehindARedirectDoesNotUndoTheFirstRequest(t *testing.T) {
	server, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close") // so that the next one has to dial
		http.Redirect(w, r, "/there", http.StatusFound)
	})
	dials := 0
	client.Transport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials > 1 {
			return nil, errors.New("no route")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	if got := send(t, client, get(t, server.URL)); got.err == nil || !got.sent || dials != 2 {
		t.Errorf("%+v after %d dials", got, dials)
	}
}

func TestTheTimeoutOfTheClientHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		slow := roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		got := send(t, &http.Client{Transport: slow, Timeout: 30 * time.Second}, get(t, "http://api.example"))
		if !errors.Is(got.err, context.DeadlineExceeded) || !got.sent || time.Since(start) != 30*time.Second {
			t.Errorf("%+v after %v", got, time.Since(start))
		}
	})
}

// A later replacement of http.DefaultTransport is used, although the client was copied
// before.
func TestWithoutATransportTheDefaultOneOfTheMomentSends(t *testing.T) {
	client := wire.Client(&http.Client{})
	defer func(before http.RoundTripper) { http.DefaultTransport = before }(http.DefaultTransport)
	http.DefaultTransport = answers(http.StatusTeapot)
	resp, last, err := wire.Send(t.Context(), client, get(t, "http://api.example"), nil)
	if err != nil || last.IsZero() || resp.StatusCode != http.StatusTeapot {
		t.Fatalf("%v, %v, %v", resp, last, err)
	}
	resp.Body.Close()
}

func TestTheCallersTraceIsToldToo(t *testing.T) {
	server, client := serve(t, func(http.ResponseWriter, *http.Request) {})
	asked, got := 0, 0
	req := get(t, server.URL)
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { asked++ }, GotConn: func(httptrace.GotConnInfo) { got++ },
	}))
	if r := send(t, client, req); r.err != nil || asked != 1 || got != 1 {
		t.Errorf("%+v; the trace was told %d and %d times", r, asked, got)
	}
}

// Many share a transport: one that fails does not close their connections.
func TestConnectionsAreKept(t *testing.T) {
	var opened atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	for range 5 {
		if got := send(t, server.Client(), get(t, server.URL)); got.status != http.StatusServiceUnavailable {
			t.Errorf("%+v", got)
		}
	}
	if opened.Load() != 1 {
		t.Errorf("%d connections for requests one by one", opened.Load())
	}
}

func TestARedirectIsSentWhenItIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hops := 0
		slow := roundTrip(func(req *http.Request) (*http.Response, error) {
			time.Sleep(10 * time.Second)
			if hops++; hops < 3 {
				return answers(http.StatusFound, "Location", "/elsewhere/")(req)
			}
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		start := time.Now()
		got := send(t, &http.Client{Transport: slow, Timeout: time.Minute}, get(t, "http://api.example/"))
		if got.err == nil || got.last.Sub(start) != 20*time.Second {
			t.Errorf("%v, sent last after %v, want 20s", got.err, got.last.Sub(start))
		}
	})
}
