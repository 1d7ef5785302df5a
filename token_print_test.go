package ll2_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestTheTokenIsInNothingThatIsSaidOfAnEcho(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]ll2test.Fault{
		"HTML":              {Status: 400, Body: "<h1>" + testkit.Canary + "</h1>"},
		"detail":            {Status: 401, Body: `{"detail":"Invalid token ` + testkit.Canary + `."}`},
		"field":             {Status: 400, Body: `{"token":["Not ` + testkit.Canary + `."]}`},
		"429":               {Status: 429, Body: `{"detail":"` + testkit.Canary + ` was throttled."}`},
		"502, tried again":  {Status: 502, Body: testkit.Canary},
		"Location":          {Status: 302, Header: http.Header{"Location": {"https://other.example/" + testkit.Canary}}},
		"Location's host":   {Status: 302, Header: http.Header{"Location": {"https://" + testkit.Canary + ".example/"}}},
		"Location, damaged": {Status: 302, Header: http.Header{"Location": {"https://[" + testkit.Canary}}},
		"Location, here":    {Status: 302, Header: http.Header{"Location": {"/" + testkit.Canary + "/?key=" + testkit.Canary}}},
		"200 with HTML":     {Status: 200, Body: "<p>" + testkit.Canary},
		"id":                {Status: 200, Body: `{"count":1,"results":[{"id":"` + testkit.Canary + `"}]}`},
		"time":              {Status: 200, Body: `{"count":1,"results":[{"id":1,"docking":"` + testkit.Canary + `"}]}`},
		"duration":          {Status: 200, Body: `{"count":1,"results":[{"id":1,"flight_vehicle":{"spacecraft":{"time_docked":"` + testkit.Canary + `"}}}]}`},
		"next, foreign":     {Status: 200, Body: `{"count":1,"results":[{"id":1}],"next":"/` + testkit.Canary + `/"}`},
		"next, damaged":     {Status: 200, Body: `{"count":1,"results":[{"id":1}],"next":"http://[` + testkit.Canary + `"}`},
		"next, followed":    {Status: 200, Body: `{"count":1,"results":[{"id":1}],"next":"/docking_event/?offset=` + testkit.Canary + `"}`},
		"next, filter":      {Status: 200, Body: `{"count":1,"results":[{"id":1}],"next":"/docking_event/?space_station__id=` + testkit.Canary + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var diary testkit.Diary
				server := ll2test.NewServer()
				for range 3 {
					server.Fail(f)
				}
				client := testkit.Through(testkit.Echoing, server, diary.Options()...)
				_, err := ll2.Collect(client.DockingEvents.All(t.Context()))
				diary.Fail(err)
				diary.Check(t, "docking_event")
			})
		})
	}
}

func TestTheTokenIsNotInWhatIsSaidOfApiThrottle(t *testing.T) {
	t.Parallel()
	const good = `{"your_request_limit":15,"limit_frequency_secs":3600,"current_use":4,"next_use_secs":0,"ident":"` + testkit.Canary + `"}`
	for name, f := range map[string]ll2test.Fault{
		"object":      {},
		"array":       {Status: 200, Body: "[" + good + "]"},
		"broken":      {Status: 200, Body: `{"ident":"` + testkit.Canary + `",}`},
		"half":        {Status: 200, Body: good[:len(good)-1]},
		"no quotes":   {Status: 200, Body: `{"ident":` + testkit.Canary + `}`},
		"other shape": {Status: 200, Body: `{"your_request_limit":"` + testkit.Canary + `"}`},
		"HTML":        {Status: 200, Body: "<p>" + testkit.Canary},
		"400":         {Status: 400, Body: good},
		"502":         {Status: 502, Body: good},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var diary testkit.Diary
				server := ll2test.NewServer(ll2test.Events(1)...)
				server.SetTokens(testkit.Canary)
				server.Fail(f, f, f)
				client := server.Client(diary.Options()...)
				throttle, err := client.Throttle(t.Context())
				if throttle != nil {
					diary.Note(throttle, *throttle)
				}
				diary.Fail(err)
				var decode *ll2.DecodeError
				if bad := f.Status == 200 && name != "array"; bad != errors.As(err, &decode) {
					t.Errorf("error %v, want a *DecodeError: %v", err, bad)
				}

				// A learner logs what goes wrong.
				server = ll2test.NewServer(ll2test.Events(1)...)
				server.Fail(f)
				client = server.Client(append(diary.Options(), ll2.WithQuotaSync())...)
				testkit.Spend(t, client, 1)
				diary.Note(client, client.Quota(), client.Limiter())
				diary.Check(t, "api-throttle/")
			})
		})
	}
}

// A token that was put where it does not belong.
func TestTheTokenIsNotInTheErrorOfAnOption(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]ll2.Option{
		"in the base URL's query":    ll2.WithBaseURL("https://ll.thespacedevs.com/2.2.0/?key=" + testkit.Canary),
		"in the base URL's fragment": ll2.WithBaseURL("https://ll.thespacedevs.com/2.2.0/#" + testkit.Canary),
		"in the base URL's user":     ll2.WithBaseURL("https://" + testkit.Canary + "@ll.thespacedevs.com/2.2.0/"),
		"in a damaged base URL":      ll2.WithBaseURL("https://" + testkit.Canary + ":x/"),
		"with its scheme":            ll2.WithToken("Token " + testkit.Canary),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diary testkit.Diary
			_, err := ll2.New(option)
			diary.Note(option, ll2.WithToken(testkit.Canary), ll2.StartAt("/docking_event/?limit=1"))
			diary.Fail(err)
			diary.Check(t, "ll2: With")
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
		t.Log("the token is", testkit.Canary)
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
		if !bytes.Contains(output, []byte(want.says)) || testkit.ShowsCanary(output) != want.leaks {
			t.Errorf("%s: found %v, want %v and %q in:\n%s", name, testkit.ShowsCanary(output), want.leaks, want.says, testkit.Masked(string(output)))
		}
	}
}

// tokenCall sends a request with the token through a transport that does
// something with it.
func tokenCall(t *testing.T, do func(*http.Request)) {
	t.Helper()
	server := ll2test.NewServer(ll2test.Events(1)...)
	testkit.Spend(t, testkit.Through(func(server http.RoundTripper) testkit.RoundTripFunc {
		return func(req *http.Request) (*http.Response, error) {
			do(req)
			return server.RoundTrip(req)
		}
	}, server, ll2.WithToken(testkit.Canary), ll2.WithBackoff(0, time.Millisecond)), 1)
}
