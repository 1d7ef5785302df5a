package secrets_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// shows reports every way to print v that shows the secret.
func shows(v any, secret string) []string {
	var ways []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		hex := fmt.Sprintf("%x", secret)
		if text := fmt.Sprintf(verb, v); strings.Contains(text, secret) || strings.Contains(text, hex) {
			ways = append(ways, verb)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
	if encoded, _ := json.Marshal(v); strings.Contains(log.String(), secret) || bytes.Contains(encoded, []byte(secret)) {
		ways = append(ways, "slog or JSON")
	}
	return ways
}

func TestPrintingAClientShowsNoToken(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(http.StatusOK, testkit.EmptyPage))
	client := testkit.NewClient(t, nil, ll2.WithToken(testkit.Canary), ll2.WithHTTPClient(&http.Client{Transport: transport}))
	for name, v := range map[string]any{
		"Client": client, "Client by value": *client, "DockingEvents": client.DockingEvents,
		"Option": ll2.WithToken(testkit.Canary), "Options": []ll2.Option{ll2.WithToken(testkit.Canary)},
	} {
		if ways := shows(v, testkit.Canary); len(ways) > 0 {
			t.Errorf("%s shows the token with %q", name, ways)
		}
	}
}

// An echo is a service that says the token back.
type echo struct {
	name   string
	token  string
	answer func(token string) testkit.Answer
}

var echoes = []echo{
	{"body", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(400, "your key is "+token) }},
	{"detail", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(401, `{"detail":"Bad key `+token+`."}`) }},
	{"field", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(400, `{"key":["`+token+` is bad."]}`) }},
	{"field's name", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(400, `{"`+token+`":["Bad."]}`) }},
	{"header", testkit.Canary, func(token string) testkit.Answer {
		return testkit.Status(400, "", "X-Echo", "Token "+token, "X-Echo", token, "WWW-Authenticate", token)
	}},
	{"429", testkit.Canary, func(token string) testkit.Answer {
		return testkit.Status(429, `{"detail":"`+token+` was throttled."}`, "X-Echo", token)
	}},
	{"body not JSON", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(200, "<html>"+token+"</html>") }},
	{"at the end of a snippet", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(200, "!"+strings.Repeat("x", 70)+token) }},
	{"body of another shape", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(200, `{"count":"`+token+`"}`) }},
	{"bad time", testkit.Canary, func(token string) testkit.Answer {
		return testkit.Status(200, `{"count":1,"results":[{"id":1,"docking":"`+token+`"}]}`)
	}},
	{"at the cut of the body", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(400, strings.Repeat("x", 64<<10-8)+token) }},
	// JSON has several spellings for the same text, and an error shows what
	// it was.
	{"escaped quote", `canary"0123456789`, func(string) testkit.Answer {
		return testkit.Status(401, `{"detail":"Bad key canary\"0123456789."}`)
	}},
	{"escaped character", testkit.Canary, func(string) testkit.Answer {
		return testkit.Status(401, `{"detail":"Bad key \u0063anary-token-0123456789."}`)
	}},
	{"escaped in a field", testkit.Canary, func(string) testkit.Answer {
		return testkit.Status(400, `{"key":["\u0063anary-token-0123456789 is bad."]}`)
	}},
	{"escaped in a field's name", testkit.Canary, func(string) testkit.Answer {
		return testkit.Status(400, `{"\u0063anary-token-0123456789":["Bad."]}`)
	}},
	{"redirect within the origin", testkit.Canary, func(token string) testkit.Answer {
		return func(req *http.Request) (*http.Response, error) {
			if req.URL.Path != "/login" {
				return testkit.Status(302, "", "Location", "/login?key="+token)(req)
			}
			return testkit.Status(404, "")(req)
		}
	}},
	{"redirect away", testkit.Canary, func(token string) testkit.Answer {
		return testkit.Status(302, "", "Location", "https://"+token+".example/?key="+token)
	}},
	{"damaged redirect", testkit.Canary, func(token string) testkit.Answer { return testkit.Status(302, "", "Location", "https://a b/"+token) }},
	{"error of the transport", testkit.Canary, func(token string) testkit.Answer {
		return testkit.Breaks(fmt.Errorf("malformed HTTP response %q", token))
	}},
	{"error of the body", testkit.Canary, func(token string) testkit.Answer {
		return testkit.BreaksOff(`{"count":`, fmt.Errorf("malformed chunked encoding %q", token))
	}},
	{"next link", testkit.Canary, func(token string) testkit.Answer {
		return testkit.Status(200, `{"count":2,"next":"https://a.example/?key=`+token+`","previous":null,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"}]}`)
	}},
	{"next link to itself", testkit.Canary, func(token string) testkit.Answer {
		return testkit.Status(200, `{"count":2,"next":"https://`+token+`.example/docking_event/?ordering=docking,id&limit=100","previous":null,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"}]}`)
	}},
}

// Even if a service echoes the token, no error, log line or trace holds it.
func TestEchoedTokenIsInNoErrorLogOrTrace(t *testing.T) {
	t.Parallel()
	for _, e := range echoes {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			var traced []error
			client := testkit.NewClient(t, testkit.NewScript(e.answer(e.token)),
				ll2.WithToken(e.token), ll2.WithRetries(1),
				ll2.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
				ll2.WithTrace(&ll2.Trace{Attempt: func(_ context.Context, a ll2.Attempt) {
					traced = append(traced, a.Err, errors.New(a.URL))
				}}))
			_, err := ll2.Collect(client.DockingEvents.All(t.Context()))
			wantNoSecret(t, err, e.token)
			for _, err := range traced {
				if err != nil && len(shows(err, e.token)) > 0 {
					t.Errorf("a trace shows the token: %v", err)
				}
			}
			if strings.Contains(log.String(), e.token) {
				t.Errorf("the log shows the token:\n%s", log.String())
			}
		})
	}
}

// wantNoSecret looks into an error and all that it wraps.
func wantNoSecret(t *testing.T, err error, secret string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if ways := shows(err, secret); len(ways) > 0 {
		t.Errorf("%T shows the token with %q: %+v", err, ways, err)
	}
	var api *ll2.APIError
	if errors.As(err, &api) {
		if bytes.Contains(api.Body, []byte(secret)) || strings.Contains(fmt.Sprint(api.Header, api.Fields, api.Detail, api.URL), secret) {
			t.Errorf("the APIError holds the token: %s", fmt.Sprintf("%+v %s", *api, api.Body))
		}
		if bytes.HasSuffix(api.Body, []byte("canary-t")) {
			t.Error("the APIError's body ends in the token's beginning")
		}
	}
	var decode *ll2.DecodeError
	if errors.As(err, &decode) && strings.Contains(decode.Snippet+decode.Err.Error(), secret) {
		t.Errorf("the DecodeError holds the token: %+v", *decode)
	}
}

// Not even half a token may be shown.
func TestAnAnswerThatBreaksOffInTheTokenDoesNotShowItsBeginning(t *testing.T) {
	t.Parallel()
	half := testkit.Canary[:len(testkit.Canary)-3]
	broken := func(body string) testkit.Answer {
		return func(req *http.Request) (*http.Response, error) {
			resp, err := testkit.BreaksOff(body, io.ErrUnexpectedEOF)(req)
			resp.StatusCode = http.StatusBadRequest
			return resp, err
		}
	}
	for name, answer := range map[string]testkit.Answer{
		"an error answer":   broken("your key is " + half),
		"one in JSON":       broken(`{"detail":"Bad key ` + half),
		"a page":            testkit.Status(http.StatusOK, `{"count":1,"results":[{"id":1,"launch_id":"`+half),
		"what is no page":   testkit.Status(http.StatusOK, "<p>"+half),
		"long before a cut": broken(strings.Repeat("x", 64<<10-8) + half),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := testkit.ListOnce(t, testkit.NewClient(t, testkit.NewScript(answer), ll2.WithToken(testkit.Canary), ll2.WithRetries(0)))
			wantNoSecret(t, err, half[:8])
		})
	}
}

// A transport that is not net/http's may say what it was given.
func TestConnectionErrorShowsNoToken(t *testing.T) {
	t.Parallel()
	client := testkit.NewClient(t, testkit.NewScript(testkit.Breaks(&net.OpError{Op: "dial", Err: io.ErrClosedPipe})), ll2.WithToken(testkit.Canary))
	wantNoSecret(t, testkit.ListOnce(t, client), testkit.Canary)
}

// Where the token stands in what was asked for, such as a dummy one in a
// program's test, PageError.URL has it taken out. That is no link to go on from:
// it would search for the mark, find nothing, and look like the end.
func TestResumingFromAURLWithoutItsTokenIsAnError(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(404, ""), testkit.Status(200, testkit.EmptyPage))
	client := testkit.NewClient(t, transport, ll2.WithToken("test"))
	_, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.Search("test")))
	failed := testkit.AsError[*ll2.PageError](t, err)
	_, err = ll2.Collect(client.DockingEvents.All(t.Context(), ll2.StartAt(failed.URL)))
	if err == nil {
		t.Fatalf("resumed from %s as %s", failed.URL, transport.Requests[1].URL)
	}
	testkit.WantError(t, err, "StartAt")
	if n := transport.Sent(); n != 1 {
		t.Errorf("sent %d requests, want 1", n)
	}
}
