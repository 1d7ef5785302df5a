package ll2_test

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

type pointerLimiter struct{ asked int }

func (l *pointerLimiter) Wait(context.Context) error { l.asked++; return nil }

var aClient = &http.Client{}

func TestInvalidOptionFailsNew(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		opt  ll2.Option
		says []string
	}{
		"token empty":               {ll2.WithToken(""), []string{"WithToken", "empty", "leave the option out"}},
		"base URL empty":            {ll2.WithBaseURL(""), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL without scheme":   {ll2.WithBaseURL("ll.thespacedevs.com/2.2.0/"), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL with only a path": {ll2.WithBaseURL("/2.2.0/"), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL of another kind":  {ll2.WithBaseURL("ftp://api.example/"), []string{"WithBaseURL", "http"}},
		"base URL without host":     {ll2.WithBaseURL("https:///2.2.0/"), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL with only a port": {ll2.WithBaseURL("https://:443/"), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL without slashes":  {ll2.WithBaseURL("https:api.example"), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL with a bad port":  {ll2.WithBaseURL("https://api.example:port/"), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL with a space":     {ll2.WithBaseURL("https://api example/"), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL with a NUL":       {ll2.WithBaseURL("https://api.example/\x00"), []string{"WithBaseURL", ll2.DefaultBaseURL}},
		"base URL with a user":      {ll2.WithBaseURL("https://me@api.example/"), []string{"WithBaseURL", "use WithToken"}},
		"base URL with a query":     {ll2.WithBaseURL("https://api.example/?mode=list"), []string{"WithBaseURL", "query", "leave it out"}},
		"base URL with a bare ?":    {ll2.WithBaseURL("https://api.example/?"), []string{"WithBaseURL", "query", "leave it out"}},
		"base URL with a fragment":  {ll2.WithBaseURL("https://api.example/#top"), []string{"WithBaseURL", "fragment", "leave it out"}},
		"HTTP client nil":           {ll2.WithHTTPClient(nil), []string{"WithHTTPClient", "nil", "leave the option out"}},
		"user agent empty":          {ll2.WithUserAgent(""), []string{"WithUserAgent", "empty", "leave the option out"}},
		"user agent blank":          {ll2.WithUserAgent("  "), []string{"WithUserAgent", "empty", "leave the option out"}},
		"user agent with a newline": {ll2.WithUserAgent("a\r\nX-Evil: 1"), []string{"WithUserAgent", "printable ASCII"}},
		"user agent in Unicode":     {ll2.WithUserAgent("café/1"), []string{"WithUserAgent", "printable ASCII"}},
		"rate limit of none":        {ll2.WithRateLimit(0, time.Hour), []string{"WithRateLimit", "1 or more"}},
		"rate limit negative":       {ll2.WithRateLimit(-1, time.Hour), []string{"WithRateLimit", "1 or more"}},
		"rate limit in no time":     {ll2.WithRateLimit(1, 0), []string{"WithRateLimit", "more than zero"}},
		"rate limit backwards":      {ll2.WithRateLimit(1, -time.Hour), []string{"WithRateLimit", "more than zero"}},
		"limiter nil":               {ll2.WithLimiter(nil), []string{"WithLimiter", "nil", "WithoutRateLimit"}},
		"limiter nil bucket":        {ll2.WithLimiter((*rate.Limiter)(nil)), []string{"WithLimiter", "nil", "WithoutRateLimit"}},
		"limiter nil pointer":       {ll2.WithLimiter((*pointerLimiter)(nil)), []string{"WithLimiter", "nil", "WithoutRateLimit"}},
		"limiter nil func":          {ll2.WithLimiter(testkit.LimiterFunc(nil)), []string{"WithLimiter", "nil", "WithoutRateLimit"}},
		"limiter that admits none":  {ll2.WithLimiter(rate.NewLimiter(1, 0)), []string{"WithLimiter", "burst", "1 or more"}},
		"wait negative":             {ll2.WithMaxWait(-1), []string{"WithMaxWait", "0", "math.MaxInt64"}},
		"retries negative":          {ll2.WithRetries(-1), []string{"WithRetries", "-1", "0"}},
		"retries without end":       {ll2.WithRetries(math.MaxInt), []string{"WithRetries"}},
		"transport nil":             {ll2.WithTransport(nil), []string{"WithTransport", "nil", "leave the option out"}},
		"transport nil pointer":     {ll2.WithTransport((*http.Transport)(nil)), []string{"WithTransport", "nil"}},
		"timeout negative":          {ll2.WithTimeout(-1), []string{"WithTimeout", "-1ns", "0 for no bound"}},
		"no interval":               {ll2.WithMinInterval(0), []string{"WithMinInterval", "more than zero"}},
		"interval negative":         {ll2.WithMinInterval(-1), []string{"WithMinInterval", "-1ns", "more than zero"}},
		"backoff negative":          {ll2.WithBackoff(-1, time.Second), []string{"WithBackoff", "0 <= min <= max"}},
		"backoff the wrong way":     {ll2.WithBackoff(2*time.Second, time.Second), []string{"WithBackoff", "2s", "1s", "min <= max"}},
		"logger nil":                {ll2.WithLogger(nil), []string{"WithLogger", "nil", "leave the option out"}},
		"trace nil":                 {ll2.WithTrace(nil), []string{"WithTrace", "nil", "leave the option out"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := ll2.New(ll2.WithHTTPClient(aClient), tc.opt, ll2.WithRetries(1))
			testkit.WantError(t, err, tc.says...)
			if client != nil {
				t.Error("New returned a client beside the error")
			}
		})
	}
}

func TestInvalidTokenFailsNewAndIsNotShown(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"Token " + testkit.Canary, testkit.Canary + " ", " " + testkit.Canary, testkit.Canary + "\n", testkit.Canary + "\r\nX-Evil: 1",
		testkit.Canary + "\t", testkit.Canary + "\x00", testkit.Canary + "\x7f", testkit.Canary + "é", "\ufeff" + testkit.Canary,
	} {
		_, err := ll2.New(ll2.WithToken(key))
		testkit.WantError(t, err, "WithToken", "the key alone")
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

// A password in a URL is as secret as a token.
func TestInvalidBaseURLDoesNotShowItsPassword(t *testing.T) {
	t.Parallel()
	for _, base := range []string{
		"https://me:secret@api.example/", "https://me:secret@api example/", "ftp://me:secret@api.example/",
		"https://me:secret@api.example:port/", "me:secret@api.example", "https://me:secret@/%zz",
	} {
		_, err := ll2.New(ll2.WithBaseURL(base))
		testkit.WantError(t, err, "WithBaseURL")
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestValidOptionIsTaken(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]ll2.Option{
		"none":                    {},
		"nil":                     {nil, nil},
		"token":                   {ll2.WithToken(testkit.Canary)},
		"token of any printable":  {ll2.WithToken("!~\"#aZ09")},
		"base URL":                {ll2.WithBaseURL(ll2.DevelopmentBaseURL)},
		"base URL on IPv6":        {ll2.WithBaseURL("http://[::1]:8080/2.2.0")},
		"HTTP client":             {ll2.WithHTTPClient(aClient)},
		"user agent":              {ll2.WithUserAgent("my-app/1.2 (+https://my.example)")},
		"shortest window":         {ll2.WithRateLimit(1, 1)},
		"longest window":          {ll2.WithRateLimit(math.MaxInt, math.MaxInt64)},
		"bucket":                  {ll2.WithLimiter(rate.NewLimiter(1, 1))},
		"bucket without limit":    {ll2.WithLimiter(rate.NewLimiter(rate.Inf, 0))},
		"limiter":                 {ll2.WithLimiter(new(pointerLimiter))},
		"no limit":                {ll2.WithoutRateLimit()},
		"no wait":                 {ll2.WithMaxWait(0)},
		"wait without bound":      {ll2.WithMaxWait(math.MaxInt64)},
		"no retries":              {ll2.WithRetries(0)},
		"many retries":            {ll2.WithRetries(math.MaxInt - 1)},
		"no backoff":              {ll2.WithBackoff(0, 0)},
		"transport":               {ll2.WithTransport(http.DefaultTransport)},
		"no timeout":              {ll2.WithTimeout(0)},
		"longest timeout":         {ll2.WithTimeout(math.MaxInt64)},
		"shortest interval":       {ll2.WithMinInterval(1)},
		"longest interval":        {ll2.WithMinInterval(math.MaxInt64)},
		"constant backoff":        {ll2.WithBackoff(time.Second, time.Second)},
		"longest backoff":         {ll2.WithBackoff(math.MaxInt64, math.MaxInt64)},
		"logger":                  {ll2.WithLogger(slog.New(slog.DiscardHandler))},
		"trace without callbacks": {ll2.WithTrace(&ll2.Trace{})},
		"the same option twice":   {ll2.WithToken("a"), ll2.WithToken("b"), ll2.WithRetries(1), ll2.WithRetries(2)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := ll2.New(opts...)
			if err != nil || client == nil || client.DockingEvents == nil {
				t.Errorf("New returned %v, %v", client, err)
			}
		})
	}
}

// The number of requests, of ten at once, that each option alone grants.
func TestTheLastOptionThatSaysHowMuchIsSentHolds(t *testing.T) {
	t.Parallel()
	limits := map[string]struct {
		option  func() ll2.Option
		granted int
	}{
		"WithRateLimit":    {func() ll2.Option { return ll2.WithRateLimit(3, time.Hour) }, 3},
		"WithLimiter":      {func() ll2.Option { return ll2.WithLimiter(rate.NewLimiter(rate.Every(time.Hour), 5)) }, 5},
		"WithoutRateLimit": {ll2.WithoutRateLimit, 10},
		"WithQuotaSync":    {ll2.WithQuotaSync, 7},
	}
	for first, a := range limits {
		for second, b := range limits {
			want := b.granted
			if first == "WithRateLimit" && second == "WithQuotaSync" {
				want = a.granted // both hold, and so the stricter one
			}
			server := ll2test.NewServer(ll2test.Events(1)...)
			server.Limit(7, time.Hour)
			if want > 7 || first == "WithoutRateLimit" && want == 10 {
				server.Limit(0, 0)
			}
			client := server.Client(ll2.WithMaxWait(0), ll2.WithRetries(0), a.option(), b.option())
			granted := 0
			for range 10 {
				if testkit.Get(t.Context(), client) == nil {
					granted++
				}
			}
			if granted != want {
				t.Errorf("%s, then %s: %d requests went, want %d", first, second, granted, want)
			}
		}
	}
}

func TestOptionOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(http.StatusServiceUnavailable, ""))
	opts := []ll2.Option{
		ll2.WithToken(testkit.Canary),
		ll2.WithBaseURL("https://mirror.example/ll2"),
		ll2.WithUserAgent("my-app/1.2"),
		ll2.WithHTTPClient(&http.Client{Transport: transport}),
		ll2.WithRetries(0),
		ll2.WithBackoff(0, 0),
		ll2.WithRateLimit(100, time.Hour),
	}
	for range opts {
		opts = append(opts[1:], opts[0])
		for range 2 {
			slices.Reverse(opts)
			client, err := ll2.New(opts...)
			if err != nil {
				t.Fatal(err)
			}
			before := transport.Sent()
			testkit.WantError(t, testkit.ListOnce(t, client), "503")
			if n := transport.Sent() - before; n != 1 {
				t.Errorf("sent %d requests, want 1 without retries", n)
			}
		}
	}
	for _, req := range transport.Requests {
		got := req.URL.Host + req.URL.Path + " " + req.Header.Get("User-Agent") + " " + req.Header.Get("Authorization")
		if want := "mirror.example/ll2/2.2.0/docking_event/ my-app/1.2 ll2-go/" + ll2.Version + " Token " + testkit.Canary; got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
	}
}

func TestHTTPClientIsNotModified(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(
		testkit.Status(http.StatusFound, "", "Location", testkit.ListURL+"?again=1", "Set-Cookie", "a=b"),
		testkit.Status(http.StatusServiceUnavailable, ""), testkit.Status(http.StatusOK, testkit.EmptyPage))
	jar, _ := cookiejar.New(nil)
	for name, callers := range map[string]*http.Client{
		"bare":   {Transport: transport},
		"filled": {Transport: transport, Jar: jar, Timeout: time.Hour},
	} {
		before := *callers
		client, err := ll2.New(ll2.WithBaseURL(testkit.BaseURL), ll2.WithHTTPClient(callers), ll2.WithBackoff(0, 0), ll2.WithToken(testkit.Canary))
		if err != nil {
			t.Fatal(err)
		}
		if err := testkit.ListOnce(t, client); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if callers.Transport != before.Transport || callers.CheckRedirect != nil || callers.Jar != before.Jar || callers.Timeout != before.Timeout {
			t.Errorf("%s: the client was modified: %+v, before %+v", name, callers, before)
		}
	}
}

func TestHTTPClientIsCopiedByNew(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(http.StatusOK, testkit.EmptyPage))
	callers := &http.Client{Transport: transport}
	client := testkit.NewClient(t, nil, ll2.WithHTTPClient(callers))
	callers.Transport = testkit.SendsNothing(t)
	if err := testkit.ListOnce(t, client); err != nil {
		t.Error(err)
	}
}

func TestTraceIsCopiedByNew(t *testing.T) {
	t.Parallel()
	attempts := 0
	trace := &ll2.Trace{Attempt: func(context.Context, ll2.Attempt) { attempts++ }}
	client := testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, testkit.EmptyPage)), ll2.WithTrace(trace))
	trace.Attempt = nil
	if err := testkit.ListOnce(t, client); err != nil || attempts != 1 {
		t.Errorf("List: %v; the trace was told of %d attempts, want 1", err, attempts)
	}
}

// Jar and CheckRedirect of the caller's client are used.
func TestHTTPClientsJarAndCheckRedirectAreUsed(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(
		testkit.Status(http.StatusFound, "", "Location", testkit.ListURL+"?again=1", "Set-Cookie", "a=b; Path=/"),
		testkit.Status(http.StatusOK, testkit.EmptyPage))
	jar, _ := cookiejar.New(nil)
	asked := 0
	client := testkit.NewClient(t, nil, ll2.WithHTTPClient(&http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		asked++
		return nil
	}}))
	if err := testkit.ListOnce(t, client); err != nil {
		t.Fatal(err)
	}
	if asked != 1 {
		t.Errorf("CheckRedirect was asked %d times, want 1", asked)
	}
	base, _ := url.Parse(testkit.BaseURL)
	if len(jar.Cookies(base)) != 1 {
		t.Error("the jar has no cookie")
	}
}

// givenUp returns after how long an attempt of New's client is given up that gets no
// answer, and 0 if it is not.
func givenUp(t *testing.T, opts ...ll2.Option) time.Duration {
	t.Helper()
	client, err := ll2.New(append(opts, ll2.WithRetries(0))...)
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), day)
	defer cancel()
	start := time.Now()
	_, err = client.DockingEvents.List(ctx)
	testkit.WantError(t, err)
	return time.Since(start) % day
}

// A transport and a timeout go on top of whatever HTTP client there is, which is not
// modified.
func TestTransportAndTimeoutComposeWithAnHTTPClientInAnyOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := testkit.RoundTripFunc(testkit.Hangs)
		transport := ll2.WithTransport(hangs)
		http9, httpNone := &http.Client{Timeout: 9 * time.Second, Transport: testkit.SendsNothing(t)}, &http.Client{Transport: hangs}
		for name, tc := range map[string]struct {
			opts []ll2.Option
			want time.Duration
		}{
			"transport alone":               {[]ll2.Option{transport}, 30 * time.Second},
			"timeout":                       {[]ll2.Option{transport, ll2.WithTimeout(5 * time.Second)}, 5 * time.Second},
			"no timeout":                    {[]ll2.Option{transport, ll2.WithTimeout(0)}, 0},
			"client without timeout":        {[]ll2.Option{ll2.WithHTTPClient(httpNone)}, 0},
			"its timeout":                   {[]ll2.Option{ll2.WithHTTPClient(httpNone), ll2.WithTimeout(7 * time.Second)}, 7 * time.Second},
			"transport of one":              {[]ll2.Option{ll2.WithHTTPClient(http9), transport}, 9 * time.Second},
			"transport and timeout of one":  {[]ll2.Option{ll2.WithHTTPClient(http9), transport, ll2.WithTimeout(7 * time.Second)}, 7 * time.Second},
			"transport, no timeout of one":  {[]ll2.Option{ll2.WithHTTPClient(http9), transport, ll2.WithTimeout(0)}, 0},
			"the shortest timeout there is": {[]ll2.Option{transport, ll2.WithTimeout(1)}, 1},
		} {
			for range tc.opts {
				tc.opts = append(tc.opts[1:], tc.opts[0])
				for range 2 {
					slices.Reverse(tc.opts)
					if got := givenUp(t, tc.opts...); got != tc.want {
						t.Errorf("%s: given up after %v, want %v", name, got, tc.want)
					}
				}
			}
		}
		if http9.Timeout != 9*time.Second || httpNone.Timeout != 0 {
			t.Errorf("the callers' clients were modified: %+v, %+v", http9, httpNone)
		}
	})
}

func TestTheLastTransportAndTimeoutHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := givenUp(t, ll2.WithTransport(testkit.SendsNothing(t)), ll2.WithTimeout(time.Hour),
			ll2.WithTimeout(3*time.Second), ll2.WithTransport(testkit.RoundTripFunc(testkit.HangsInTheBody)))
		if got != 3*time.Second {
			t.Errorf("given up after %v, want 3s: reading the body counts", got)
		}
	})
}

// Everything else of an HTTP client stays with another transport.
func TestTransportLeavesJarAndCheckRedirectOfTheHTTPClient(t *testing.T) {
	t.Parallel()
	jar, _ := cookiejar.New(nil)
	asked := 0
	callers := &http.Client{Transport: testkit.SendsNothing(t), Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { asked++; return nil }}
	client := testkit.NewClient(t, nil, ll2.WithHTTPClient(callers), ll2.WithTransport(testkit.NewScript(
		testkit.Status(http.StatusFound, "", "Location", testkit.ListURL+"?again=1", "Set-Cookie", "a=b; Path=/"),
		testkit.Status(http.StatusOK, testkit.EmptyPage))))
	if err := testkit.ListOnce(t, client); err != nil {
		t.Fatal(err)
	}
	base, _ := url.Parse(testkit.BaseURL)
	if asked != 1 || len(jar.Cookies(base)) != 1 {
		t.Errorf("CheckRedirect was asked %d times, the jar has %v", asked, jar.Cookies(base))
	}
}
