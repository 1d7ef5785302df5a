package quota_test

import (
	"bufio"
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestQuotaCountsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		for range 100 {
			server.Fail(ll2test.Fault{Status: http.StatusBadGateway})
		}
		server.Limit(15, time.Hour)
		client := testkit.Production(server, ll2.WithRetries(30))
		err := testkit.Get(t.Context(), client)
		var api *ll2.APIError
		if e := testkit.Limited(t, err); !e.Local || !errors.As(err, &api) || api.StatusCode != http.StatusBadGateway {
			t.Errorf("error %v, want a local one that wraps the last 502", err)
		}
		if got := testkit.Statuses(server); got[http.StatusBadGateway] != 15 || len(got) != 1 {
			t.Errorf("answers by status: %v, want 15 of 502", got)
		}
	})
}

func TestAPlaceIsGivenBackWhereTheServiceDoesNotCount(t *testing.T) {
	for status, counts := range map[int]bool{
		http.StatusOK: true, http.StatusBadRequest: true, http.StatusNotFound: true,
		http.StatusInternalServerError: true, http.StatusServiceUnavailable: true, 524: true,
		http.StatusMovedPermanently: false, http.StatusUnauthorized: false, http.StatusForbidden: false,
		http.StatusNotAcceptable: false, http.StatusTooManyRequests: false,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ll2test.NewServer(ll2test.Events(1)...)
				fault := ll2test.Fault{Status: status}
				if status == http.StatusOK {
					fault = ll2test.Fault{}
				}
				server.Fail(fault)
				client := server.Client(ll2.WithRateLimit(2, time.Hour), ll2.WithRetries(0))
				_ = testkit.Get(t.Context(), client)
				if used := client.Quota().Used; (used == 1) != counts {
					t.Errorf("%d used after a %d", used, status)
				}
			})
		})
	}
}

func TestAConnectionThatDidNotComeAboutTakesNoPlace(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String() + "/"
	_ = listener.Close()
	client, err := ll2.New(ll2.WithBaseURL(closed), ll2.WithRateLimit(1, time.Hour), ll2.WithBackoff(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := testkit.Get(t.Context(), client); err == nil || errors.Is(err, ll2.ErrRateLimited) {
		t.Errorf("error %v, want that the connection was refused, three times", err)
	}
	if used := client.Quota().Used; used != 0 {
		t.Errorf("%d places used, want none", used)
	}
}

// The server takes the second request of a connection and closes it without an
// answer: net/http sends the request again by itself, and both may have been
// counted.
func TestARequestThatNetHTTPSentTwiceTakesTwoPlaces(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for first := true; ; first = false {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(conn)
			answer := "HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n{\"id\":1,\"docking\":\"2024-01-31T12:00:00Z\"}"
			if _, err := http.ReadRequest(in); err == nil {
				_, _ = conn.Write([]byte(answer))
			}
			if first {
				_, _ = http.ReadRequest(in)
			}
			_ = conn.Close()
		}
	}()
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	client, err := ll2.New(ll2.WithBaseURL("http://"+listener.Addr().String()), ll2.WithRateLimit(9, time.Hour),
		ll2.WithRetries(0), ll2.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	testkit.Spend(t, client, 2)
	if used := client.Quota().Used; used != 3 {
		t.Errorf("%d places used after 2 calls, want 3", used)
	}
}

func TestARedirectTakesOnePlace(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/2.2.0/", ll2test.NewServer(ll2test.Events(1)...))
	mux.Handle("/old/", http.RedirectHandler("/2.2.0/docking_event/1/", http.StatusMovedPermanently))
	server := httptest.NewServer(mux)
	defer server.Close()
	client, err := ll2.New(ll2.WithBaseURL(server.URL+"/old/"), ll2.WithRateLimit(9, time.Hour), ll2.WithHTTPClient(server.Client()))
	if err != nil {
		t.Fatal(err)
	}
	testkit.Spend(t, client, 1)
	if used := client.Quota().Used; used != 1 {
		t.Errorf("%d places used, want 1", used)
	}
}

func TestARedirectThatTheCallerRefusesTakesNoPlace(t *testing.T) {
	t.Parallel()
	away := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"/login"}}, Body: http.NoBody, Request: req}, nil
	})
	refuse := func(*http.Request, []*http.Request) error { return errors.New("no redirects here") }
	client, err := ll2.New(ll2.WithHTTPClient(&http.Client{Transport: away, CheckRedirect: refuse}))
	if err != nil {
		t.Fatal(err)
	}
	if err := testkit.Get(t.Context(), client); err == nil || client.Quota().Used != 0 {
		t.Errorf("%v, %v; want an error and no place used", err, client.Quota())
	}
}

func TestAPanickingTransportGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		first := true
		client := testkit.Through(func(server http.RoundTripper) testkit.RoundTripFunc {
			return func(req *http.Request) (*http.Response, error) {
				if first {
					first = false
					panic("transport")
				}
				return server.RoundTrip(req)
			}
		}, server, ll2.WithRateLimit(1, time.Second), ll2.WithMaxWait(math.MaxInt64))
		func() {
			defer func() { _ = recover() }()
			_ = testkit.Get(t.Context(), client)
		}()
		testkit.Spend(t, client, 1)
	})
}

// No call waits for the answer any more, so the service may count the request as long
// as one that was cancelled.
func TestARequestWhoseConnectionBrokeMayStillBeCounted(t *testing.T) {
	for name, end := range map[string]func() error{
		"by an error":            func() error { return errReset },
		"by a panic":             func() error { panic("transport") },
		"by the goroutine's end": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ll2test.NewServer(ll2test.Events(1)...)
				server.Limit(1, time.Minute)
				ends := true
				client := testkit.Through(func(server http.RoundTripper) testkit.RoundTripFunc {
					return func(req *http.Request) (*http.Response, error) {
						if !ends {
							return server.RoundTrip(req)
						}
						ends = false
						arrived := req.Clone(context.WithoutCancel(req.Context()))
						time.AfterFunc(5*time.Second, func() { _, _ = server.RoundTrip(arrived) })
						return nil, end()
					}
				}, server, ll2.WithRateLimit(1, time.Minute), ll2.WithMaxWait(math.MaxInt64), ll2.WithRetries(0))
				start := time.Now()
				var wg sync.WaitGroup
				wg.Go(func() {
					defer func() { _ = recover() }()
					_ = testkit.Get(t.Context(), client)
				})
				wg.Wait()
				testkit.Spend(t, client, 1)
				if n := testkit.Statuses(server)[http.StatusTooManyRequests]; n != 0 || time.Since(start) != 90*time.Second {
					t.Errorf("%d refused, the next one went after %v, want none, 1m30s", n, time.Since(start))
				}
			})
		})
	}
}
