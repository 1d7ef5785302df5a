package ll2_test

import (
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

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
