package ll2_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// A tokenDiary is all that a client says: its logs in both forms, its traces,
// its errors, printed in every way.
type tokenDiary struct{ bytes.Buffer }

func (d *tokenDiary) note(values ...any) {
	for _, v := range values {
		fmt.Fprintf(d, "%v\n%+v\n%#v\n", v, v, v)
	}
}

// fail writes down an error, and what it is made of.
func (d *tokenDiary) fail(err error) {
	if err == nil {
		return
	}
	d.note(err)
	var api *ll2.APIError
	if errors.As(err, &api) {
		d.note(*api, string(api.Body), api.Header, api.Fields, api.URL)
	}
	switch wrapper := err.(type) {
	case interface{ Unwrap() error }:
		d.fail(wrapper.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range wrapper.Unwrap() {
			d.fail(err)
		}
	}
}

func (d *tokenDiary) options() []ll2.Option {
	level := &slog.HandlerOptions{Level: slog.LevelDebug}
	return []ll2.Option{
		ll2.WithToken(canary),
		ll2.WithLogger(slog.New(tokenHandlers{slog.NewTextHandler(d, level), slog.NewJSONHandler(d, level)})),
		ll2.WithTrace(&ll2.Trace{
			Wait:    func(_ context.Context, w ll2.Wait) { d.note(w) },
			Attempt: func(_ context.Context, a ll2.Attempt) { d.note(a); d.fail(a.Err) },
		}),
	}
}

// tokenHandlers logs to both.
type tokenHandlers [2]slog.Handler

func (h tokenHandlers) Enabled(context.Context, slog.Level) bool { return true }
func (h tokenHandlers) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h tokenHandlers) WithGroup(string) slog.Handler            { return h }
func (h tokenHandlers) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(h[0].Handle(ctx, r), h[1].Handle(ctx, r))
}

// check holds that there is something to read, and nothing of the token in it.
func (d *tokenDiary) check(t *testing.T, says string) {
	t.Helper()
	text := d.String()
	if !strings.Contains(text, says) {
		t.Errorf("nothing says %q:\n%s", says, tokenMasked(text))
	}
	if tokenGrep([]byte(text)) {
		t.Errorf("the token is in:\n%s", tokenMasked(text))
	}
}

// tokenGrep is what is done to all that the tests print.
func tokenGrep(output []byte) bool { return bytes.Contains(output, []byte(canary)) }

// tokenEchoing is a server that sends back in a header what it was sent.
func tokenEchoing(server http.RoundTripper) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := server.RoundTrip(req)
		if resp != nil {
			resp.Header["X-Echo"] = req.Header["Authorization"]
		}
		return resp, err
	}
}

func TestTheTokenIsInNothingThatIsSaidOfAnyFault(t *testing.T) {
	t.Parallel()
	for _, f := range answerFaults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var diary tokenDiary
				stage := f.stage(t, faultEver)
				client := stage.client(diary.options()...)
				_, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(faultPageSize), ll2.OrderBy(ll2.ByID)))
				diary.fail(err)
				diary.note(client, *client, client.DockingEvents, client.Quota(), client.Limiter())
				diary.check(t, "offset=10")
			})
		})
	}
}

func TestTheTokenIsInNothingThatIsSaidOfAnEcho(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]ll2test.Fault{
		"HTML":              {Status: 400, Body: "<h1>" + canary + "</h1>"},
		"detail":            {Status: 401, Body: `{"detail":"Invalid token ` + canary + `."}`},
		"field":             {Status: 400, Body: `{"token":["Not ` + canary + `."]}`},
		"429":               {Status: 429, Body: `{"detail":"` + canary + ` was throttled."}`},
		"502, tried again":  {Status: 502, Body: canary},
		"Location":          {Status: 302, Header: http.Header{"Location": {"https://other.example/" + canary}}},
		"Location's host":   {Status: 302, Header: http.Header{"Location": {"https://" + canary + ".example/"}}},
		"Location, damaged": {Status: 302, Header: http.Header{"Location": {"https://[" + canary}}},
		"Location, here":    {Status: 302, Header: http.Header{"Location": {"/" + canary + "/?key=" + canary}}},
		"200 with HTML":     {Status: 200, Body: "<p>" + canary},
		"id":                {Status: 200, Body: `{"count":1,"results":[{"id":"` + canary + `"}]}`},
		"time":              {Status: 200, Body: `{"count":1,"results":[{"id":1,"docking":"` + canary + `"}]}`},
		"duration":          {Status: 200, Body: `{"count":1,"results":[{"id":1,"flight_vehicle":{"spacecraft":{"time_docked":"` + canary + `"}}}]}`},
		"next, foreign":     {Status: 200, Body: `{"count":1,"results":[{"id":1}],"next":"/` + canary + `/"}`},
		"next, damaged":     {Status: 200, Body: `{"count":1,"results":[{"id":1}],"next":"http://[` + canary + `"}`},
		"next, followed":    {Status: 200, Body: `{"count":1,"results":[{"id":1}],"next":"/docking_event/?offset=` + canary + `"}`},
		"next, filter":      {Status: 200, Body: `{"count":1,"results":[{"id":1}],"next":"/docking_event/?space_station__id=` + canary + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var diary tokenDiary
				server := ll2test.NewServer()
				for range 3 {
					server.Fail(f)
				}
				client := through(tokenEchoing, server, diary.options()...)
				_, err := ll2.Collect(client.DockingEvents.All(t.Context()))
				diary.fail(err)
				diary.check(t, "docking_event")
			})
		})
	}
}

func TestTheTokenIsNotInWhatIsSaidOfDamagedHeaders(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"status line":   canary + "\r\n\r\n",
		"status":        "HTTP/1.1 " + canary + "\r\n\r\n",
		"header":        "HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n",
		"length":        "HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n",
		"transfer":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n",
		"chunk":         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + canary + "\r\n",
		"status's text": "HTTP/1.1 400 " + canary + "\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diary tokenDiary
			stage := faultOverSocket(func(s *faultSocket, w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					s.t.Error(err)
					return
				}
				defer conn.Close()
				_, _ = io.WriteString(conn, answer)
			}).stage(t, faultEver)
			client := stage.client(diary.options()...)
			_, err := client.DockingEvents.List(t.Context(), ll2.Offset(10))
			if err == nil {
				t.Error("no error")
			}
			diary.fail(err)
			diary.check(t, "offset=10")
		})
	}
}

func TestTheTokenIsNotInWhatIsSaidOfApiThrottle(t *testing.T) {
	t.Parallel()
	const good = `{"your_request_limit":15,"limit_frequency_secs":3600,"current_use":4,"next_use_secs":0,"ident":"` + canary + `"}`
	for name, f := range map[string]ll2test.Fault{
		"object":      {},
		"array":       {Status: 200, Body: "[" + good + "]"},
		"broken":      {Status: 200, Body: `{"ident":"` + canary + `",}`},
		"half":        {Status: 200, Body: good[:len(good)-1]},
		"no quotes":   {Status: 200, Body: `{"ident":` + canary + `}`},
		"other shape": {Status: 200, Body: `{"your_request_limit":"` + canary + `"}`},
		"HTML":        {Status: 200, Body: "<p>" + canary},
		"400":         {Status: 400, Body: good},
		"502":         {Status: 502, Body: good},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var diary tokenDiary
				server := ll2test.NewServer(ll2test.Events(1)...)
				server.SetTokens(canary)
				server.Fail(f, f, f)
				client := server.Client(diary.options()...)
				throttle, err := client.Throttle(t.Context())
				if throttle != nil {
					diary.note(throttle, *throttle)
				}
				diary.fail(err)
				var decode *ll2.DecodeError
				if bad := f.Status == 200 && name != "array"; bad != errors.As(err, &decode) {
					t.Errorf("error %v, want a *DecodeError: %v", err, bad)
				}

				// A learner logs what goes wrong.
				server = ll2test.NewServer(ll2test.Events(1)...)
				server.Fail(f)
				client = server.Client(append(diary.options(), ll2.WithQuotaSync())...)
				spend(t, client, 1)
				diary.note(client, client.Quota(), client.Limiter())
				diary.check(t, "api-throttle/")
			})
		})
	}
}

// A token that was put where it does not belong.
func TestTheTokenIsNotInTheErrorOfAnOption(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]ll2.Option{
		"in the base URL's query":    ll2.WithBaseURL("https://ll.thespacedevs.com/2.2.0/?key=" + canary),
		"in the base URL's fragment": ll2.WithBaseURL("https://ll.thespacedevs.com/2.2.0/#" + canary),
		"in the base URL's user":     ll2.WithBaseURL("https://" + canary + "@ll.thespacedevs.com/2.2.0/"),
		"in a damaged base URL":      ll2.WithBaseURL("https://" + canary + ":x/"),
		"with its scheme":            ll2.WithToken("Token " + canary),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diary tokenDiary
			_, err := ll2.New(option)
			diary.note(option, ll2.WithToken(canary), ll2.StartAt("/docking_event/?limit=1"))
			diary.fail(err)
			diary.check(t, "ll2: With")
		})
	}
}

// tokenChild tells a child process of this test binary what to do.
const tokenChild = "LL2_TEST_CHILD"

// What the tests print is searched for the token. Here a child leaks it, as a
// careless test would, and the search must find it; and one comes to a bad end
// over a client with a token, of which nothing must be seen.
func TestTheSearchForTheTokenBites(t *testing.T) {
	t.Parallel()
	switch os.Getenv(tokenChild) {
	case "log":
		t.Log("the token is", canary)
		return
	case "request":
		tokenCall(t, func(req *http.Request) { slog.Info("sending", "header", req.Header) })
		return
	case "panic":
		tokenCall(t, func(*http.Request) { panic("transport broke") })
		return
	case "nil":
		_, err := (*ll2.DockingEventsService)(nil).List(t.Context())
		t.Log(err)
		var service ll2.DockingEventsService
		_, err = service.List(t.Context(), ll2.OrderBy(ll2.ByID))
		t.Log(err)
		return
	}
	for name, want := range map[string]struct {
		says  string
		leaks bool
	}{
		"log":     {"the token is", true},
		"request": {"sending", true},
		"panic":   {"panic: transport broke", false},
		"nil":     {"ll2: this client was not made by New", false},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheSearchForTheTokenBites$", "-test.v")
		cmd.Env = append(os.Environ(), tokenChild+"="+name)
		output, _ := cmd.CombinedOutput() // one of them panics
		if !bytes.Contains(output, []byte(want.says)) || tokenGrep(output) != want.leaks {
			t.Errorf("%s: found %v, want %v and %q in:\n%s", name, tokenGrep(output), want.leaks, want.says, tokenMasked(string(output)))
		}
	}
}

// tokenCall sends a request with the token through a transport that does
// something with it.
func tokenCall(t *testing.T, do func(*http.Request)) {
	t.Helper()
	server := ll2test.NewServer(ll2test.Events(1)...)
	spend(t, through(func(server http.RoundTripper) roundTrip {
		return func(req *http.Request) (*http.Response, error) {
			do(req)
			return server.RoundTrip(req)
		}
	}, server, ll2.WithToken(canary), ll2.WithBackoff(0, time.Millisecond)), 1)
}
