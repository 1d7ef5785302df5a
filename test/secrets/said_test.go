package secrets_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

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
		"next, foreign":     {Status: 200, Body: `{"count":1,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"}],"next":"/` + testkit.Canary + `/"}`},
		"next, damaged":     {Status: 200, Body: `{"count":1,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"}],"next":"http://[` + testkit.Canary + `"}`},
		"next, followed":    {Status: 200, Body: `{"count":1,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"}],"next":"/docking_event/?offset=` + testkit.Canary + `"}`},
		"next, filter":      {Status: 200, Body: `{"count":1,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"}],"next":"/docking_event/?space_station__id=` + testkit.Canary + `"}`},
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
