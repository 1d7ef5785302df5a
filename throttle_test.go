package ll2_test

import (
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
)

func askThrottle(t *testing.T, body string, opts ...ll2.Option) (*ll2.Throttle, error) {
	t.Helper()
	return newWireClient(t, newScript(status(http.StatusOK, body)), opts...).Throttle(t.Context())
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
			if diff := cmp.Diff(&tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// With a token, ident can be the token: the error shows nothing of the body.
func TestThrottleOfAnotherShapeIsADecodeErrorWithoutSnippet(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no limit":        `{"limit_frequency_secs":3600,"ident":"` + canary + `"}`,
		"no window":       `{"your_request_limit":15,"ident":"` + canary + `"}`,
		"limit null":      `{"your_request_limit":null,"limit_frequency_secs":3600,"ident":"` + canary + `"}`,
		"limit a text":    `{"your_request_limit":"` + canary + `","limit_frequency_secs":3600}`,
		"window a text":   `{"ident":"` + canary + `","your_request_limit":15,"limit_frequency_secs":"3600"}`,
		"empty object":    `{}`,
		"empty array":     `[]`,
		"array of null":   `[null]`,
		"array of arrays": `[[]]`,
		"null":            `null`,
		"text":            `"` + canary + `"`,
		"HTML":            `<html>` + canary + `</html>`,
		"two values":      `{"your_request_limit":15,"limit_frequency_secs":3600} "` + canary + `"`,
		"half":            `{"your_request_limit":15,"limit_frequency_secs":3600,"ident":"` + canary,
		"empty":           ``,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A client without the token, too, may ask a service that shows one.
			for _, opts := range [][]ll2.Option{{ll2.WithToken(canary)}, nil} {
				throttle, err := askThrottle(t, body, opts...)
				wantError(t, err, "GET "+wireBase+"api-throttle/: unexpected body")
				decode := asError[*ll2.DecodeError](t, err)
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
	transport := newScript(status(http.StatusUnauthorized, `{"detail":"Invalid token."}`))
	_, err := newWireClient(t, transport).Throttle(t.Context())
	wantError(t, err, "api-throttle/: 401", "Invalid token.")
	if !errors.Is(err, ll2.ErrUnauthorized) || transport.sent() != 1 {
		t.Errorf("%v after %d requests", err, transport.sent())
	}
}

// While a 429 holds everything else up, the question of how long is free.
func TestThrottlePassesTheGateOfA429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := newScript(status(429, "", "Retry-After", "3600"), status(200, calls["Throttle"].body))
		client := newWireClient(t, transport)
		if err := listOnce(t, client); !errors.Is(err, ll2.ErrRateLimited) {
			t.Fatal(err)
		}
		if _, err := client.Throttle(t.Context()); err != nil {
			t.Error(err)
		}
		if err := listOnce(t, client); !errors.Is(err, ll2.ErrRateLimited) || transport.sent() != 2 {
			t.Errorf("%v after %d requests, want the gate shut still", err, transport.sent())
		}
	})
}

// A 429 of its own is obeyed, and says nothing about the quota of the others.
func TestThrottleObeysItsOwn429AndShutsNoGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		transport := newScript(status(429, "", "Retry-After", "7"), status(200, calls["Throttle"].body), status(429, "", "Retry-After", "3600"), status(200, emptyPage))
		client := newWireClient(t, transport)
		if _, err := client.Throttle(t.Context()); err != nil || time.Since(start) != 7*time.Second {
			t.Errorf("%v after %v, want an answer after 7s", err, time.Since(start))
		}
		_, err := client.Throttle(t.Context())
		if limited := asError[*ll2.RateLimitError](t, err); limited.RetryAfter != time.Hour {
			t.Errorf("got %+v", limited)
		}
		if err := listOnce(t, client); err != nil {
			t.Error(err)
		}
	})
}
