package retries_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// retried are the statuses after which the same request can succeed.
var retried = map[int]bool{
	408: true, 429: true, 499: true, 500: true, 502: true, 503: true, 504: true,
	520: true, 521: true, 522: true, 523: true, 524: true, 525: true, 526: true, 527: true,
}

func TestExactlyTheStatusesThatMayPassAreRetried(t *testing.T) {
	t.Parallel()
	for code := 400; code < 600; code++ {
		transport := testkit.NewScript(testkit.Status(code, "<html>failure</html>"))
		_, err := testkit.NewClient(t, transport, ll2.WithRetries(3)).DockingEvents.Get(t.Context(), 7)
		want := 1
		if retried[code] {
			want = 4
		}
		if n := transport.Sent(); n != want {
			t.Errorf("%d: sent %d requests, want %d", code, n, want)
		}
		api := testkit.AsError[*ll2.APIError](t, err)
		if api.StatusCode != code || api.Attempts != want || string(api.Body) != "<html>failure</html>" {
			t.Errorf("%d: the error is %+v, want %d attempts", code, api, want)
		}
		if says := strings.Contains(err.Error(), fmt.Sprintf("(%d attempts)", want)); says != (want > 1) {
			t.Errorf("%d: %v", code, err)
		}
	}
}

// Of what is neither a success nor a failure, nothing changes with time.
func TestRedirectionWithoutAPlaceIsNotRetried(t *testing.T) {
	t.Parallel()
	for _, code := range []int{300, 301, 302, 303, 304, 307, 308} {
		transport := testkit.NewScript(testkit.Status(code, ""))
		err := testkit.ListOnce(t, testkit.NewClient(t, transport))
		if !testkit.IsStatus(code)(err) || transport.Sent() != 1 {
			t.Errorf("%d: %v after %d requests, want an *APIError after 1", code, err, transport.Sent())
		}
	}
}

func TestRetriesAreBounded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		opts []ll2.Option
		want int
	}{
		"default": {nil, 3},
		"0":       {[]ll2.Option{ll2.WithRetries(0)}, 1},
		"1":       {[]ll2.Option{ll2.WithRetries(1)}, 2},
		"2":       {[]ll2.Option{ll2.WithRetries(2)}, 3},
		"5":       {[]ll2.Option{ll2.WithRetries(5)}, 6},
	} {
		for kind, failure := range map[string]testkit.Answer{
			"status": testkit.Status(500, ""), "no answer": testkit.Breaks(syscall.ECONNRESET), "body": testkit.BreaksOff(`{"id":`, io.ErrUnexpectedEOF),
		} {
			for name2, call := range testkit.Calls {
				transport := testkit.NewScript(failure)
				err := call.Do(t, testkit.NewClient(t, transport, tc.opts...))
				if n := transport.Sent(); err == nil || n != tc.want {
					t.Errorf("%s, %s retries, %s: %v after %d requests, want %d", name2, name, kind, err, n, tc.want)
				}
			}
		}
	}
}

// failures are results other than an answer, and whether a retry may succeed.
var failures = map[string]struct {
	fails   testkit.Answer
	retried bool
	says    string
}{
	"refused":              {testkit.Breaks(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}), true, "connection refused"},
	"reset":                {testkit.Breaks(syscall.ECONNRESET), true, "connection reset"},
	"closed":               {testkit.Breaks(io.EOF), true, "EOF"},
	"name not found":       {testkit.Breaks(&net.DNSError{Err: "no such host", Name: "api.example", IsNotFound: true}), true, "no such host"},
	"cut body":             {testkit.BreaksOff(`{"id":7`, io.ErrUnexpectedEOF), true, "unexpected EOF"},
	"reset in the body":    {testkit.BreaksOff(``, syscall.ECONNRESET), true, "connection reset"},
	"damaged body":         {testkit.BreaksOff(``, errors.New("gzip: invalid checksum")), true, "invalid checksum"},
	"JSON stops half-way":  {testkit.Status(200, `{"id":7,"docking":"20`), true, "unexpected end of JSON input"},
	"JSON stops at once":   {testkit.Status(200, ``), true, "unexpected end of JSON input"},
	"no content":           {testkit.Status(204, ``), true, "unexpected end of JSON input"},
	"JSON of another form": {testkit.Status(200, `[]`), false, "array"},
	"JSON with an error":   {testkit.Status(200, `{"id":7,}`), false, "invalid character"},
	"JSON without an id":   {testkit.Status(200, `{"url":"x"}`), false, "without an id"},
	"HTML":                 {testkit.Status(200, `<html>`), false, "invalid character"},
}

func TestFailureThatMayPassIsRetried(t *testing.T) {
	t.Parallel()
	for name, tc := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := 1
			if tc.retried {
				want = 3
			}
			transport := testkit.NewScript(tc.fails)
			_, err := testkit.NewClient(t, transport).DockingEvents.Get(t.Context(), 7)
			testkit.WantError(t, err, "GET "+testkit.EventURL, tc.says)
			if n := transport.Sent(); n != want {
				t.Errorf("sent %d requests, want %d", n, want)
			}
			if !tc.retried {
				return
			}
			transport = testkit.NewScript(tc.fails, tc.fails, testkit.Status(200, testkit.AnEvent))
			event, err := testkit.NewClient(t, transport).DockingEvents.Get(t.Context(), 7)
			if err != nil || event.ID != 7 {
				t.Errorf("after two failures: %+v, %v", event, err)
			}
		})
	}
}

// Nothing of an attempt that failed shows in the result of the next one.
func TestRetryStartsFromNothing(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(
		testkit.Status(200, `{"count":9,"next":"x","previous":"y","results":[{"id":1,"url":"first"},{"id":2`),
		testkit.Status(200, `{"count":1,"next":null,"previous":null,"results":[{"id":3,"docking":"2024-01-31T12:00:00Z"}]}`))
	page, err := testkit.NewClient(t, transport).DockingEvents.List(t.Context())
	if err != nil || page.Count != 1 || page.Next != "" || len(page.Results) != 1 || page.Results[0].URL != "" {
		t.Errorf("got %+v, %v", page, err)
	}
}

// A retry is the same request again.
func TestRetryRepeatsTheRequest(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(http.StatusBadGateway, ""), testkit.Breaks(io.ErrUnexpectedEOF), testkit.Status(http.StatusOK, testkit.EmptyPage))
	if err := testkit.ListOnce(t, testkit.NewClient(t, transport, ll2.WithToken(testkit.Canary)), ll2.ForSpaceStation(4)); err != nil {
		t.Fatal(err)
	}
	first := transport.Requests[0]
	for _, again := range transport.Requests[1:] {
		if again.Method != first.Method || again.URL.String() != first.URL.String() {
			t.Errorf("retried %s %s as %s %s", first.Method, first.URL, again.Method, again.URL)
		}
		if diff := gocmp.Diff(first.Header, again.Header); diff != "" {
			t.Errorf("a retry's headers differ (-first +again):\n%s", diff)
		}
	}
}

func TestRefusedConnectionIsRetried(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close() // so that the port is closed
	var attempts []ll2.Attempt
	client := testkit.NewClient(t, nil, ll2.WithBaseURL("http://"+address), ll2.WithHTTPClient(&http.Client{}),
		ll2.WithTrace(&ll2.Trace{Attempt: func(_ context.Context, a ll2.Attempt) { attempts = append(attempts, a) }}))
	err = testkit.ListOnce(t, client)
	testkit.WantError(t, err, "GET http://"+address+"/2.2.0/docking_event/", "connection refused", "(3 attempts)")
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v is not ECONNREFUSED", err)
	}
	if len(attempts) != 3 || attempts[2].StatusCode != 0 || !errors.Is(attempts[2].Err, syscall.ECONNREFUSED) {
		t.Errorf("the attempts are %+v, want 3 refused ones", attempts)
	}
}

// A server that closes the connection in the middle of the body, for real.
func TestBodyCutOffOnTheWireIsRetried(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{
		"with a length": "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
		"chunked":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n",
		"with neither":  "HTTP/1.0 200 OK\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if n.Add(1) > 1 {
					_, _ = io.WriteString(w, testkit.EmptyPage)
					return
				}
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(conn, head+testkit.EmptyPage[:30])
				_ = conn.Close()
			}))
			defer server.Close()
			client := testkit.NewClient(t, nil, ll2.WithHTTPClient(server.Client()), ll2.WithBaseURL(server.URL))
			if err := testkit.ListOnce(t, client); err != nil || n.Load() != 2 {
				t.Errorf("%v after %d requests, want a page after 2", err, n.Load())
			}
		})
	}
}

func TestACutOffBodyIsRetried(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	server.Fail(ll2test.Fault{}, ll2test.Fault{CutAfter: 5000})
	client := server.Client(ll2.WithBackoff(0, time.Millisecond))
	if got := testkit.All(t, client, ll2.PageSize(10)); len(got) != 30 {
		t.Errorf("%d events, want 30", len(got))
	}
	if n := len(server.Requests()); n != 4 {
		t.Errorf("%d requests, want 4: three pages, one of them twice", n)
	}
}

// A certificate does not become better with time, and asking again and again
// would only spend it.
func TestBadCertificateIsNotRetried(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the request arrived")
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it logs each bad handshake
	server.StartTLS()
	defer server.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	trusting := server.Client()
	for name, tc := range map[string]struct {
		url    string
		client *http.Client
		says   string
	}{
		"unknown authority": {server.URL, &http.Client{Transport: new(http.Transport)}, "certificate"},
		"another host":      {strings.Replace(server.URL, "127.0.0.1", "localhost", 1), trusting, "certificate"},
		"no TLS at all":     {strings.Replace(plain.URL, "http", "https", 1), &http.Client{Transport: new(http.Transport)}, "HTTP response to HTTPS client"},
	} {
		attempts := 0
		client := testkit.NewClient(t, nil, ll2.WithBaseURL(tc.url), ll2.WithHTTPClient(tc.client),
			ll2.WithTrace(&ll2.Trace{Attempt: func(context.Context, ll2.Attempt) { attempts++ }}))
		testkit.WantError(t, testkit.ListOnce(t, client), tc.says)
		if attempts != 1 {
			t.Errorf("%s: %d attempts, want 1", name, attempts)
		}
		tc.client.CloseIdleConnections()
	}
}

// The timeout is an attempt's, not the call's, and covers the body.
func TestTimeoutOfAnAttemptIsRetried(t *testing.T) {
	t.Parallel()
	for name, hanging := range map[string]testkit.Answer{"headers": testkit.Hangs, "body": testkit.HangsInTheBody} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := testkit.NewScript(hanging)
				client := testkit.NewClient(t, nil, ll2.WithHTTPClient(&http.Client{Transport: transport, Timeout: 5 * time.Second}),
					ll2.WithBackoff(time.Second, time.Second))
				start := time.Now()
				_, err := client.DockingEvents.Get(t.Context(), 7)
				testkit.WantError(t, err, "GET "+testkit.EventURL, "deadline exceeded", "(3 attempts)")
				if took := time.Since(start); took != 17*time.Second || transport.Sent() != 3 {
					t.Errorf("took %v and %d requests, want 3 of 5s and 2s between them", took, transport.Sent())
				}
				var netErr net.Error
				if !errors.As(err, &netErr) || !netErr.Timeout() {
					t.Errorf("%v is no timeout", err)
				}
			})
		})
	}
}

// So that no call hangs.
func TestDefaultTimeoutIsThirtySeconds(t *testing.T) {
	// Not parallel: a client without WithHTTPClient uses http.DefaultTransport.
	callers := http.DefaultTransport
	defer func() { http.DefaultTransport = callers }()
	synctest.Test(t, func(t *testing.T) {
		transport := testkit.NewScript(testkit.Hangs)
		http.DefaultTransport = transport
		client, err := ll2.New(ll2.WithRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = client.DockingEvents.Get(t.Context(), 7)
		testkit.WantError(t, err, "deadline exceeded")
		if took := time.Since(start); took != 30*time.Second || transport.Sent() != 1 {
			t.Errorf("took %v and %d requests, want 30s and 1", took, transport.Sent())
		}
	})
}
