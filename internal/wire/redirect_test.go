package wire_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/docking-event/ll2/internal/wire"
)

func TestTwoURLsHaveAnOriginInCommon(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{"https://api.example", "https://api.example/2.2.0/?a=b#c", true},
		{"https://api.example", "https://API.Example:443/", true},
		{"http://api.example:80", "HTTP://api.example", true},
		{"https://api.example:", "https://api.example", true},
		{"https://me:pw@api.example", "https://api.example", true},
		{"http://[::1]:80", "http://[::1]", true},
		{"https://api.example", "http://api.example", false},
		{"https://api.example:80", "http://api.example", false},
		{"https://api.example", "https://api.example:8443", false},
		{"https://api.example", "https://api.example:0443", false},
		{"https://api.example", "https://api.example.", false},
		{"https://api.example", "https://example", false},
		{"https://api.example", "https://api.example.evil.example", false},
		{"https://api.example", "https://api.example@evil.example", false},
		{"https://api.example", "//api.example", false},
		{"https://api.example", "/2.2.0/", false},
		{"https://api.example", "https:api.example", false},
		{"ftp://api.example", "ftp://api.example:21", false}, // whose port is not known
	} {
		a, errA := url.Parse(tc.a)
		b, errB := url.Parse(tc.b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if wire.SameOrigin(a, b) != tc.same || wire.SameOrigin(b, a) != tc.same {
			t.Errorf("%s and %s have an origin in common: want %v", tc.a, tc.b, tc.same)
		}
	}
}

var redirects = []int{301, 302, 303, 307, 308}

func TestARedirectWithinTheOriginIsFollowedWithTheCredential(t *testing.T) {
	for _, status := range redirects {
		for _, to := range []string{"/there/?a=b", "http://api.example:80/there/?a=b", "//API.example/there/?a=b", "../there/?a=b"} {
			transport := roundTrip(func(req *http.Request) (*http.Response, error) {
				if req.URL.Path == "/here/" {
					return answers(status, "Location", to)(req)
				}
				return answers(http.StatusOK, "Echo", req.Method+" "+req.URL.RequestURI()+" "+req.Header.Get("Authorization"))(req)
			})
			got := send(t, &http.Client{Transport: transport}, get(t, "http://api.example/here/"))
			if got.err != nil || got.again != 0 || got.status != http.StatusOK || got.header.Get("Echo") != "GET /there/?a=b Token canary" {
				t.Errorf("%d to %s: %+v", status, to, got)
			}
		}
	}
}

// A redirect to another origin is the response, and no request goes there.
func TestARedirectToAnotherOriginIsTheAnswer(t *testing.T) {
	for _, status := range redirects {
		for _, to := range []string{
			"https://evil.example/", "http://api.example/", "https://api.example:8443/", "//evil.example/", "https://api.example./",
			"https://api.example@evil.example/", "https://sub.api.example/", "ftp://api.example/", "https:///2.2.0/", "mailto:a@b",
		} {
			for _, from := range []string{"/", "/within"} {
				transport := roundTrip(func(req *http.Request) (*http.Response, error) {
					switch req.URL.String() {
					case "https://api.example/within":
						return answers(http.StatusFound, "Location", "/")(req)
					case "https://api.example/":
						return answers(status, "Location", to)(req)
					}
					t.Errorf("%d from %s to %s: asked %s", status, from, to, req.URL)
					return answers(http.StatusOK)(req)
				})
				allows := func(*http.Request, []*http.Request) error { return nil } // which is not asked
				got := send(t, &http.Client{Transport: transport, CheckRedirect: allows}, get(t, "https://api.example"+from))
				if got.err != nil || !got.sent || got.status != status || got.header.Get("Location") != to || got.body != "a body" {
					t.Errorf("%d from %s to %s: %+v", status, from, to, got)
				}
			}
		}
	}
}

func TestARedirectToAnotherServerNeverArrivesThere(t *testing.T) {
	var arrived atomic.Int32
	other, _ := serve(t, func(http.ResponseWriter, *http.Request) { arrived.Add(1) })
	server, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/within", http.StatusFound)
			return
		}
		http.Redirect(w, r, other.URL, http.StatusFound)
	})
	got := send(t, client, get(t, server.URL+"/"))
	if got.err != nil || got.status != http.StatusFound || got.url != server.URL+"/within" || arrived.Load() != 0 {
		t.Errorf("%+v, %d arrived", got, arrived.Load())
	}
}

func TestRedirectsWithoutEndAreRefused(t *testing.T) {
	asked := 0
	transport := roundTrip(func(req *http.Request) (*http.Response, error) {
		asked++
		return answers(http.StatusFound, "Location", fmt.Sprintf("/%d", asked))(req)
	})
	got := send(t, &http.Client{Transport: transport}, get(t, "http://api.example/"))
	var refused *wire.RedirectError
	if !errors.As(got.err, &refused) || !strings.Contains(got.err.Error(), "10 redirects") || !got.sent || asked != 10 {
		t.Errorf("%+v after %d requests", got, asked)
	}
}

func TestTheCallersPolicyIsAskedWithinTheOrigin(t *testing.T) {
	no := errors.New("not there")
	for name, tc := range map[string]struct {
		says    error
		asked   int
		refused bool
	}{
		"allows":          {nil, 2, false},
		"takes the last":  {http.ErrUseLastResponse, 1, false},
		"refuses":         {no, 1, true},
		"wraps the last":  {fmt.Errorf("enough: %w", http.ErrUseLastResponse), 1, true}, // net/http takes that for an error
		"wraps a refusal": {fmt.Errorf("policy: %w", no), 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			transport := roundTrip(func(req *http.Request) (*http.Response, error) {
				if asked++; asked == 1 {
					return answers(http.StatusFound, "Location", "/there")(req)
				}
				return answers(http.StatusOK)(req)
			})
			policy := func(req *http.Request, via []*http.Request) error {
				if req.URL.Path != "/there" || len(via) != 1 || via[0].URL.Path != "/" {
					t.Errorf("asked about %s after %d requests", req.URL, len(via))
				}
				return tc.says
			}
			got := send(t, &http.Client{Transport: transport, CheckRedirect: policy}, get(t, "http://api.example/"))
			var refused *wire.RedirectError
			if is := errors.As(got.err, &refused); is != tc.refused || (got.err != nil) != tc.refused || asked != tc.asked || !got.sent {
				t.Errorf("%+v after %d requests, want %d, refused %v", got, asked, tc.asked, tc.refused)
			}
			if tc.refused && (!errors.Is(got.err, tc.says) || refused.Error() != tc.says.Error()) {
				t.Errorf("%v is not what the policy said: %v", got.err, tc.says)
			}
		})
	}
}

// net/http would turn it into an error that looks transient.
func TestARedirectThatLeadsNowhereIsTheAnswer(t *testing.T) {
	for _, status := range redirects {
		for _, to := range []string{"https://a b/", "http://[::1", "%zz", "https://api.example:port/", ":", "\x7f", "/\n"} {
			header := http.Header{"Location": {to}, "Other": {"kept"}}
			transport := roundTrip(func(req *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("a body")), Request: req}, nil
			})
			got := send(t, &http.Client{Transport: transport}, get(t, "http://api.example/"))
			if got.err != nil || !got.sent || got.status != status || got.body != "a body" || got.header.Get("Other") != "kept" || got.header.Get("Location") != "" {
				t.Errorf("%d to %q: %+v", status, to, got)
			}
			if header.Get("Location") != to {
				t.Errorf("%d to %q: the transport's own header is changed", status, to)
			}
		}
	}
	// Elsewhere it is a header like any other.
	if got := send(t, &http.Client{Transport: answers(http.StatusOK, "Location", "%zz")}, get(t, "http://api.example/")); got.header.Get("Location") != "%zz" {
		t.Errorf("%+v", got)
	}
}

func TestAnAnswerWithoutHeadersIsNoRedirect(t *testing.T) {
	bare := roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusFound, Body: http.NoBody}, nil
	})
	if got := send(t, &http.Client{Transport: bare}, get(t, "http://api.example/")); got.err != nil || got.status != http.StatusFound {
		t.Errorf("%+v", got)
	}
}

func TestTheCallersClientIsNotChangedAndItsJarIsUsed(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	cookies := make(chan string, 10)
	server, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cookies <- r.Header.Get("Cookie")
		if r.URL.Path == "/login" {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "7", Path: "/"})
			http.Redirect(w, r, "/", http.StatusFound)
		}
	})
	client.Jar = jar
	before := *client
	for _, path := range []string{"/", "/login", "/"} {
		if got := send(t, client, get(t, server.URL+path)); got.err != nil || got.status != http.StatusOK {
			t.Errorf("%s: %+v", path, got)
		}
	}
	close(cookies)
	for _, want := range []string{"", "", "session=7", "session=7", ""} {
		if got := <-cookies; got != want {
			t.Errorf("the cookie was %q, want %q", got, want)
		}
	}
	if client.CheckRedirect != nil || client.Transport != before.Transport || client.Jar != before.Jar || client.Timeout != before.Timeout {
		t.Errorf("the client is %+v now", client)
	}
}
