package ll2_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestDefaultIsTheProductionService(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(http.StatusOK, testkit.AnEvent))
	client, err := ll2.New(ll2.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DockingEvents.Get(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if got, want := transport.Requests[0].URL.String(), "https://ll.thespacedevs.com/2.2.0/docking_event/7/"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

func TestAClientThatNewDidNotMakeSaysSo(t *testing.T) {
	t.Parallel()
	var client ll2.Client
	if _, err := client.DockingEvents.List(t.Context()); err == nil || !strings.Contains(err.Error(), "New") {
		t.Errorf("List: %v", err)
	}
	if _, err := new(ll2.DockingEventsService).Get(t.Context(), 1); err == nil {
		t.Error("Get: no error")
	}
	if _, err := client.Throttle(t.Context()); err == nil {
		t.Error("Throttle: no error")
	}
	if _, err := (*ll2.Client)(nil).Throttle(context.Background()); err == nil {
		t.Error("Throttle of nil: no error")
	}
}

func TestQuotaTellsWhenTheNextCanGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client := server.Client(ll2.WithRateLimit(3, time.Hour))
		start := time.Now()
		testkit.Spend(t, client, 1)
		time.Sleep(10 * time.Minute)
		testkit.Spend(t, client, 1)
		time.Sleep(10 * time.Minute)
		q := client.Quota()
		if q.Limit != 3 || q.Window != time.Hour || q.Used != 2 || q.String() != "2 of 3 in 1h0m0s used" {
			t.Errorf("%+v, want 2 used of 3 an hour", q)
		}
		for n, want := range map[int]time.Duration{
			-1: 20 * time.Minute, 1: 20 * time.Minute, 2: time.Hour, 3: 70 * time.Minute,
			4: 80 * time.Minute, 5: 2 * time.Hour, 7: 140 * time.Minute,
		} {
			if got := q.Next(n).Sub(start); got != want {
				t.Errorf("the next %d can go at %v, want %v", n, got, want)
			}
		}
		if n := len(server.Requests()); n != 2 {
			t.Errorf("%d requests, want 2: asking for the quota sends none", n)
		}
		// It is a snapshot.
		testkit.Spend(t, client, 1)
		if q.Used != 2 || !q.Next(2).Equal(start.Add(time.Hour)) {
			t.Errorf("%+v changed", q)
		}
	})
}

func TestAWaitThatIsTooLongToTellIsNotOver(t *testing.T) {
	t.Parallel()
	client := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithRateLimit(1, 24*time.Hour))
	testkit.Spend(t, client, 1)
	if next := client.Quota().Next(200_000); time.Until(next) < 100*365*24*time.Hour {
		t.Errorf("the next 200,000 can go at %v", next)
	}
}

func TestQuotaWithoutALimitIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client := server.Client()
		testkit.Spend(t, client, 20)
		if q := client.Quota(); q.Limit != 0 || q.Window != 0 || q.Used != 0 || q.Next(100).After(time.Now()) || q.String() != "no quota known" {
			t.Errorf("%+v, want nothing known and no wait", q)
		}
		server.Fail(ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"600"}}})
		testkit.Limited(t, testkit.Get(t.Context(), client))
		if got := time.Until(client.Quota().Next(1)); got != 10*time.Minute {
			t.Errorf("the next can go in %v, want 10m: the gate is shut", got)
		}
		if q := new(ll2.Client).Quota(); q.Limit != 0 || new(ll2.Client).Limiter() != nil {
			t.Errorf("%+v of a client that New did not make", q)
		}
	})
}

func askThrottle(t *testing.T, body string, opts ...ll2.Option) (*ll2.Throttle, error) {
	t.Helper()
	return testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, body)), opts...).Throttle(t.Context())
}

func TestThrottleIsReadAsObjectAndAsArray(t *testing.T) {
	t.Parallel()
	full := `{"your_request_limit":15,"limit_frequency_secs":3600,"current_use":4,"next_use_secs":0,"ident":"203.0.113.7"}`
	want := ll2.Throttle{Limit: 15, Window: time.Hour, Used: 4}
	for name, tc := range map[string]struct {
		body string
		want ll2.Throttle
	}{
		"object":             {full, want},
		"array":              {"[" + full + "]", want},
		"array after space":  {" \r\n\t[ " + full + " ]\n", want},
		"more than one":      {"[" + full + `,{"your_request_limit":1,"limit_frequency_secs":1}]`, want},
		"next use":           {strings.Replace(full, `secs":0`, `secs":2429`, 1), ll2.Throttle{Limit: 15, Window: time.Hour, Used: 4, NextIn: 2429 * time.Second}},
		"next use fraction":  {strings.Replace(full, `secs":0`, `secs":1.5`, 1), ll2.Throttle{Limit: 15, Window: time.Hour, Used: 4, NextIn: 1500 * time.Millisecond}},
		"next use negative":  {strings.Replace(full, `secs":0`, `secs":-3`, 1), want},
		"next use null":      {strings.Replace(full, `secs":0`, `secs":null`, 1), want},
		"next use huge":      {strings.Replace(full, `secs":0`, `secs":1e300`, 1), ll2.Throttle{Limit: 15, Window: time.Hour, Used: 4, NextIn: math.MaxInt64}},
		"limit and window":   {`{"your_request_limit":15,"limit_frequency_secs":3600}`, ll2.Throttle{Limit: 15, Window: time.Hour}},
		"of a minute":        {`{"your_request_limit":1,"limit_frequency_secs":60}`, ll2.Throttle{Limit: 1, Window: time.Minute}},
		"no requests at all": {`{"your_request_limit":0,"limit_frequency_secs":3600}`, ll2.Throttle{Window: time.Hour}},
		"unknown keys":       {`{"your_request_limit":15,"limit_frequency_secs":3600,"tier":{"name":"x"},"ident":7}`, ll2.Throttle{Limit: 15, Window: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := askThrottle(t, tc.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(&tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// With a token, ident can be the token: the error shows nothing of the body.
func TestThrottleOfAnotherShapeIsADecodeErrorWithoutSnippet(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no limit":        `{"limit_frequency_secs":3600,"ident":"` + testkit.Canary + `"}`,
		"no window":       `{"your_request_limit":15,"ident":"` + testkit.Canary + `"}`,
		"limit null":      `{"your_request_limit":null,"limit_frequency_secs":3600,"ident":"` + testkit.Canary + `"}`,
		"limit a text":    `{"your_request_limit":"` + testkit.Canary + `","limit_frequency_secs":3600}`,
		"window a text":   `{"ident":"` + testkit.Canary + `","your_request_limit":15,"limit_frequency_secs":"3600"}`,
		"empty object":    `{}`,
		"empty array":     `[]`,
		"array of null":   `[null]`,
		"array of arrays": `[[]]`,
		"null":            `null`,
		"text":            `"` + testkit.Canary + `"`,
		"HTML":            `<html>` + testkit.Canary + `</html>`,
		"two values":      `{"your_request_limit":15,"limit_frequency_secs":3600} "` + testkit.Canary + `"`,
		"half":            `{"your_request_limit":15,"limit_frequency_secs":3600,"ident":"` + testkit.Canary,
		"empty":           ``,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A client without the token, too, may ask a service that shows one.
			for _, opts := range [][]ll2.Option{{ll2.WithToken(testkit.Canary)}, nil} {
				throttle, err := askThrottle(t, body, opts...)
				testkit.WantError(t, err, "GET "+testkit.BaseURL+"api-throttle/: unexpected body")
				decode := testkit.AsError[*ll2.DecodeError](t, err)
				if decode.Snippet != "" || strings.Contains(err.Error(), "canary") {
					t.Errorf("the error shows the body: %v", err)
				}
				if throttle != nil {
					t.Errorf("Throttle returned %+v beside the error", throttle)
				}
			}
		})
	}
}

func TestThrottleOfNonsenseIsADecodeError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"your_request_limit":-1,"limit_frequency_secs":3600}`,
		`{"your_request_limit":15,"limit_frequency_secs":0}`,
		`{"your_request_limit":15,"limit_frequency_secs":-3600}`,
	} {
		throttle, err := askThrottle(t, body)
		var decode *ll2.DecodeError
		if !errors.As(err, &decode) {
			t.Errorf("%s is read as %+v, %v", body, throttle, err)
		}
	}
}

func TestThrottleErrorsAreTheServices(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(http.StatusUnauthorized, `{"detail":"Invalid token."}`))
	_, err := testkit.NewClient(t, transport).Throttle(t.Context())
	testkit.WantError(t, err, "api-throttle/: 401", "Invalid token.")
	if !errors.Is(err, ll2.ErrUnauthorized) || transport.Sent() != 1 {
		t.Errorf("%v after %d requests", err, transport.Sent())
	}
}

// While a 429 holds everything else up, the question of how long is free.
func TestThrottlePassesTheGateOfA429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := testkit.NewScript(testkit.Status(429, "", "Retry-After", "3600"), testkit.Status(200, testkit.Calls["Throttle"].Body))
		client := testkit.NewClient(t, transport)
		if err := testkit.ListOnce(t, client); !errors.Is(err, ll2.ErrRateLimited) {
			t.Fatal(err)
		}
		if _, err := client.Throttle(t.Context()); err != nil {
			t.Error(err)
		}
		if err := testkit.ListOnce(t, client); !errors.Is(err, ll2.ErrRateLimited) || transport.Sent() != 2 {
			t.Errorf("%v after %d requests, want the gate shut still", err, transport.Sent())
		}
	})
}

// A 429 of its own is obeyed, and says nothing about the quota of the others.
func TestThrottleObeysItsOwn429AndShutsNoGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		transport := testkit.NewScript(testkit.Status(429, "", "Retry-After", "7"), testkit.Status(200, testkit.Calls["Throttle"].Body), testkit.Status(429, "", "Retry-After", "3600"), testkit.Status(200, testkit.EmptyPage))
		client := testkit.NewClient(t, transport)
		if _, err := client.Throttle(t.Context()); err != nil || time.Since(start) != 7*time.Second {
			t.Errorf("%v after %v, want an answer after 7s", err, time.Since(start))
		}
		_, err := client.Throttle(t.Context())
		if limited := testkit.AsError[*ll2.RateLimitError](t, err); limited.RetryAfter != time.Hour {
			t.Errorf("got %+v", limited)
		}
		if err := testkit.ListOnce(t, client); err != nil {
			t.Error(err)
		}
	})
}

func TestBaseURLLosesItsVersion(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		ll2.DefaultBaseURL:                      "https://ll.thespacedevs.com/",
		ll2.DevelopmentBaseURL:                  "https://lldev.thespacedevs.com/",
		"https://api.example":                   "https://api.example/",
		"https://api.example/2.2.0/":            "https://api.example/",
		"https://api.example/2.2.0":             "https://api.example/",
		"https://api.example/2.3.0//":           "https://api.example/",
		"https://api.example/proxy/2.3.0/":      "https://api.example/proxy/",
		"https://api.example/2.2.0/proxy":       "https://api.example/2.2.0/proxy/",
		"https://api.example/v2.2.0/":           "https://api.example/v2.2.0/",
		"https://api.example/2.2/":              "https://api.example/2.2/",
		"http://[::1]:8080/a%20b/2.2.0":         "http://[::1]:8080/a%20b/",
		"https://api.example/docking_event/a/b": "https://api.example/docking_event/a/b/",
	} {
		script := testkit.NewScript(testkit.Status(http.StatusOK, testkit.EmptyPage))
		client, err := ll2.New(ll2.WithBaseURL(given), ll2.WithTransport(script), ll2.WithoutRateLimit())
		if err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		if err := testkit.ListOnce(t, client); err != nil {
			t.Errorf("%s: %v", given, err)
		}
		if asked := script.Requests[0].URL.String(); client.BaseURL() != want || !strings.HasPrefix(asked, want+"2.2.0/docking_event/?") {
			t.Errorf("%s: the base URL is %s, want %s; asked %s", given, client.BaseURL(), want, asked)
		}
	}
	if got := new(ll2.Client).BaseURL() + (*ll2.Client)(nil).BaseURL(); got != "" {
		t.Errorf("clients that New did not make have the base URL %q", got)
	}
}

// Links of pages and addresses out of a browser are pasted there.
func TestABaseURLThatLeadsToAnEndpointIsRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"docking_event", "docking_event/", "2.2.0/docking_event/", "2.2.0/docking_event/7/", "2.2.0/docking_event/7",
		"2.3.0/docking_events/", "2.3.0/docking_events/7/", "2.2.0/api-throttle/", "proxy/api-throttle", "docking_event//",
	} {
		_, err := ll2.New(ll2.WithBaseURL("https://api.example/" + path))
		testkit.WantError(t, err, "WithBaseURL", "endpoint", "https://api.example/"+path, "before")
	}
}

func TestAQuotaSaysHowMuchIsLeftAndUntilWhenA429Blocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		client := server.Client(ll2.WithRateLimit(3, time.Hour), ll2.WithRetries(0), ll2.WithMaxWait(0))
		want := func(left int, blocked time.Duration, says string) {
			t.Helper()
			q := client.Quota()
			var until time.Duration
			if !q.BlockedUntil.IsZero() {
				until = time.Until(q.BlockedUntil)
			}
			if q.Left() != left || until != blocked || q.String() != says {
				t.Errorf("%d left, blocked for %v, %q; want %d, %v, %q", q.Left(), until, q, left, blocked, says)
			}
		}
		want(3, 0, "0 of 3 in 1h0m0s used")
		testkit.Spend(t, client, 1)
		want(2, 0, "1 of 3 in 1h0m0s used")
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "90"))
		_ = testkit.Get(t.Context(), client)
		want(0, 90*time.Second, "1 of 3 in 1h0m0s used, blocked until 00:01:30 UTC")
		if next := client.Quota().Next(1); time.Until(next) != 90*time.Second {
			t.Errorf("the next can go in %v, want 90s", time.Until(next))
		}
		time.Sleep(90 * time.Second)
		want(2, 0, "1 of 3 in 1h0m0s used")
		testkit.Spend(t, client, 2)
		want(0, 0, "3 of 3 in 1h0m0s used")
	})
}

func TestAQuotaOfACallersLimiterSaysWhatItCan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.Events(1)...)
		bucket := server.Client(ll2.WithLimiter(rate.NewLimiter(rate.Every(time.Minute), 4)))
		testkit.Spend(t, bucket, 3)
		q := bucket.Quota()
		if q.Limit != 4 || q.Window != 4*time.Minute || q.Used != 3 || q.Left() != 1 || q.String() != "3 of 4 in 4m0s used" {
			t.Errorf("%+v, %v", q, q)
		}
		for n, want := range map[int]time.Duration{1: 0, 2: time.Minute, 4: 3 * time.Minute} {
			if got := max(0, time.Until(q.Next(n))).Round(time.Millisecond); got != want {
				t.Errorf("the next %d can have gone in %v, want %v", n, got, want)
			}
		}
		unknown := server.Client(ll2.WithLimiter(testkit.LimiterFunc(func(context.Context) error { return nil })), ll2.WithRetries(0))
		if q := unknown.Quota(); q.Limit != 0 || q.Left() != math.MaxInt || q.String() != "no quota known" {
			t.Errorf("%+v, %v", q, q)
		}
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "60"))
		_ = testkit.Get(t.Context(), unknown)
		if q := unknown.Quota(); q.Left() != 0 || q.String() != "no quota known, blocked until 00:01:00 UTC" {
			t.Errorf("%+v, %v", q, q)
		}
		if q := (ll2.Quota{}); q.Left() != math.MaxInt || q.String() != "no quota known" || !q.Next(1).IsZero() {
			t.Errorf("the zero Quota: %+v, %v", q, q)
		}
	})
}
