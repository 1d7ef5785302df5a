package secrets_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// tokenEvents is how many events the service has.
const tokenEvents = 30

// A tokenNet is a small internet on loopback: the service at one origin, and other
// servers at every other host, port and scheme.
type tokenNet struct {
	base    string // of the service
	service *tokenHost
	plain   *tokenHost // whoever else is asked by http
	secure  *tokenHost // and by https
	client  *http.Client
}

// A tokenHost answers as the service does and writes down what it was sent.
type tokenHost struct {
	pages  *ll2test.Server
	server *httptest.Server

	mu       sync.Mutex
	redirect string // of the next request; "": none
	status   int
	edit     func(page map[string]any)
	seen     []http.Header
}

func (h *tokenHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.seen = append(h.seen, r.Header.Clone())
	to, status, edit := h.redirect, h.status, h.edit
	h.redirect = ""
	h.mu.Unlock()
	switch {
	case to != "":
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	case edit != nil:
		answer := httptest.NewRecorder()
		h.pages.ServeHTTP(answer, r)
		var page map[string]any
		_ = json.Unmarshal(answer.Body.Bytes(), &page)
		edit(page)
		_ = json.NewEncoder(w).Encode(page)
	default:
		h.pages.ServeHTTP(w, r)
	}
}

// authorizations returns the Authorization of each request, "" for none, with a
// mark in the place of the token: it must not stand in what a test prints.
func (h *tokenHost) authorizations() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	for _, header := range h.seen {
		all = append(all, testkit.Masked(header.Get("Authorization")))
	}
	return all
}

// newTokenNet returns the internet in which the service is http://home.example
// or https://home.example.
func newTokenNet(t *testing.T, scheme string) *tokenNet {
	t.Helper()
	n := &tokenNet{base: scheme + "://home.example/2.2.0/"}
	known := x509.NewCertPool()
	open := func(secure bool) *tokenHost {
		h := &tokenHost{pages: ll2test.NewServer(ll2test.Events(tokenEvents)...)}
		h.server = httptest.NewUnstartedServer(h)
		if secure {
			h.server.StartTLS()
			known.AddCert(h.server.Certificate())
		} else {
			h.server.Start()
		}
		t.Cleanup(h.server.Close)
		return h
	}
	n.service, n.plain, n.secure = open(scheme == "https"), open(false), open(true)
	home := map[string]string{"http": "home.example:80", "https": "home.example:443"}[scheme]
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: known, ServerName: "example.com"}, // whose certificate httptest has
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			h := n.plain
			switch {
			case addr == home:
				h = n.service
			case strings.HasSuffix(addr, "443"):
				h = n.secure
			}
			return new(net.Dialer).DialContext(ctx, network, h.server.Listener.Addr().String())
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	n.client = &http.Client{Transport: transport, Timeout: 5 * time.Minute} // on a busy machine, too
	return n
}

func (n *tokenNet) dial(t *testing.T) *ll2.Client {
	t.Helper()
	client, err := ll2.New(ll2.WithToken(testkit.Canary), ll2.WithBaseURL(n.base), ll2.WithHTTPClient(n.client),
		ll2.WithBackoff(0, time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// check holds that the token went to the service, and nothing to anybody else.
func (n *tokenNet) check(t *testing.T) {
	t.Helper()
	if sent := append(n.plain.authorizations(), n.secure.authorizations()...); len(sent) > 0 {
		t.Errorf("another origin was asked %d times, with Authorization %q", len(sent), sent)
	}
	sent := n.service.authorizations()
	if len(sent) == 0 {
		t.Error("the service was not asked")
	}
	for _, authorization := range sent {
		if authorization != "Token <the token>" {
			t.Errorf("the service was sent Authorization %q", authorization)
		}
	}
}

// tokenElsewhere are origins that are not the service's, by its scheme.
var tokenElsewhere = map[string][]string{
	"http": {
		"http://other.example", "//other.example", "http://home.example:8080", "https://home.example", "https://home.example:80",
		"https://other.example", "http://home.example.other.example", "http://home.example@other.example", "http://sub.home.example",
	},
	"https": {
		"https://other.example", "//other.example:8443", "https://home.example:8443", "http://home.example", "http://home.example:443",
		"http://other.example", "https://sub.home.example",
	},
}

const tokenPath = "/2.2.0/docking_event/?limit=10&offset=10&ordering=id"

func TestTheTokenFollowsNoRedirectToAnotherOrigin(t *testing.T) {
	t.Parallel()
	for scheme, elsewhere := range tokenElsewhere {
		for _, origin := range elsewhere {
			for _, status := range []int{301, 302, 303, 307, 308} {
				t.Run(fmt.Sprintf("%s to %s by %d", scheme, origin, status), func(t *testing.T) {
					t.Parallel()
					n := newTokenNet(t, scheme)
					n.client.CheckRedirect = func(*http.Request, []*http.Request) error { return nil } // the caller would
					n.service.redirect, n.service.status = origin+tokenPath, status
					_, err := n.dial(t).DockingEvents.List(t.Context())
					if !errors.Is(err, ll2.ErrForeignLink) {
						t.Errorf("error %v, want ErrForeignLink", err)
					}
					n.check(t)
				})
			}
		}
	}
}

// Without the client's check, net/http itself takes the header along to another port
// and scheme of the same host. The test shows that the hosts here would see it.
func TestTheTokenWouldFollowARedirectByNetHTTPItself(t *testing.T) {
	t.Parallel()
	n := newTokenNet(t, "http")
	n.service.redirect, n.service.status = "https://home.example"+tokenPath, http.StatusFound
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.base+"docking_event/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Token "+testkit.Canary)
	resp, err := n.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if sent := n.secure.authorizations(); len(sent) != 1 || sent[0] != "Token <the token>" {
		t.Errorf("the other origin was sent %q", sent)
	}
}

func TestTheTokenFollowsNoLinkToAnotherOrigin(t *testing.T) {
	t.Parallel()
	for scheme, elsewhere := range tokenElsewhere {
		for _, origin := range elsewhere {
			t.Run(scheme+" to "+origin, func(t *testing.T) {
				t.Parallel()
				n := newTokenNet(t, scheme)
				n.service.edit = func(page map[string]any) {
					for _, link := range []string{"next", "previous"} {
						if s, ok := page[link].(string); ok {
							_, query, _ := strings.Cut(s, "?")
							page[link] = origin + "/2.2.0/docking_event/?" + query
						}
					}
				}
				if got := testkit.All(t, n.dial(t), ll2.PageSize(10)); len(got) != tokenEvents {
					t.Errorf("%d events, want %d", len(got), tokenEvents)
				}
				n.check(t)
			})
		}
	}
}

func TestTheTokenFollowsNoStartAtToAnotherOrigin(t *testing.T) {
	t.Parallel()
	for scheme, elsewhere := range tokenElsewhere {
		for _, origin := range elsewhere {
			t.Run(scheme+" to "+origin, func(t *testing.T) {
				t.Parallel()
				n := newTokenNet(t, scheme)
				if got := testkit.All(t, n.dial(t), ll2.StartAt(origin+tokenPath)); len(got) != tokenEvents-10 {
					t.Errorf("%d events, want %d", len(got), tokenEvents-10)
				}
				n.check(t)
			})
		}
	}
}

// The control: within the origin it is followed, with the token.
func TestTheTokenFollowsARedirectWithinTheOrigin(t *testing.T) {
	t.Parallel()
	for scheme, location := range map[string]string{"http": "http://home.example:80" + tokenPath, "https": tokenPath} {
		n := newTokenNet(t, scheme)
		n.service.redirect, n.service.status = location, http.StatusFound
		if _, err := n.dial(t).DockingEvents.List(t.Context()); err != nil {
			t.Error(err)
		}
		if sent := n.service.authorizations(); len(sent) != 2 {
			t.Errorf("%s: %d requests, want 2", scheme, len(sent))
		}
		n.check(t)
	}
}
