package ll2_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

var sentinels = map[string]error{
	"ErrNotFound":     ll2.ErrNotFound,
	"ErrUnauthorized": ll2.ErrUnauthorized,
	"ErrRateLimited":  ll2.ErrRateLimited,
	"ErrUnavailable":  ll2.ErrUnavailable,
	"ErrForeignLink":  ll2.ErrForeignLink,
	"ErrLinkLoop":     ll2.ErrLinkLoop,
	"ErrIncomplete":   ll2.ErrIncomplete,
}

// sentinelsOf returns the names of the sentinels that err is.
func sentinelsOf(err error) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(sentinels)) {
		if errors.Is(err, sentinels[name]) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// getAnswered gets event 7 from a service that answers so.
func getAnswered(t *testing.T, a testkit.Answer, opts ...ll2.Option) error {
	t.Helper()
	_, err := testkit.NewClient(t, testkit.NewScript(a), append(opts, ll2.WithRetries(0))...).DockingEvents.Get(t.Context(), 7)
	return err
}

func TestAPIErrorTellsWhatTheServiceSaid(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		detail string
		fields map[string][]string
		text   string
		is     string
	}{
		"detail":           {404, `{"detail":"Not found."}`, "Not found.", nil, ": 404 Not Found: Not found.", "ErrNotFound"},
		"bad key":          {401, `{"detail":"Invalid token."}`, "Invalid token.", nil, ": 401 Unauthorized: Invalid token.", "ErrUnauthorized"},
		"forbidden HTML":   {403, `<html>no</html>`, "", nil, ": 403 Forbidden", "ErrUnauthorized"},
		"field":            {400, `{"space_station__id":["Enter a number."]}`, "", map[string][]string{"space_station__id": {"Enter a number."}}, ": 400 Bad Request: space_station__id: Enter a number.", ""},
		"fields":           {400, `{"b":["1.","2."],"a":["3."]}`, "", map[string][]string{"b": {"1.", "2."}, "a": {"3."}}, ": 400 Bad Request: a: 3.: b: 1. 2.", ""},
		"detail and field": {400, `{"detail":"Bad.","a":["3."]}`, "Bad.", map[string][]string{"a": {"3."}}, ": 400 Bad Request: Bad.: a: 3.", ""},
		"field of a 404":   {404, `{"a":["3."]}`, "", map[string][]string{"a": {"3."}}, ": 404 Not Found: a: 3.", "ErrNotFound"},
		"HTML":             {502, `<html><h1>Bad gateway</h1></html>`, "", nil, ": 502 Bad Gateway", "ErrUnavailable"},
		"HTML 404":         {404, `<html>Not found.</html>`, "", nil, ": 404 Not Found", ""},
		"text 404":         {404, `404 page not found`, "", nil, ": 404 Not Found", ""},
		"empty 404":        {404, ``, "", nil, ": 404 Not Found", ""},
		"empty":            {500, ``, "", nil, ": 500 Internal Server Error", "ErrUnavailable"},
		"JSON list":        {400, `["Bad."]`, "", nil, ": 400 Bad Request", ""},
		"JSON of others":   {404, `{"message":"no route","detail":{"code":5},"a":[7],"n":null}`, "", nil, ": 404 Not Found", ""},
		"half JSON":        {404, `{"detail":"Not fou`, "", nil, ": 404 Not Found", ""},
		"no text for it":   {599, ``, "", nil, ": 599", "ErrUnavailable"},
		"lines":            {400, `{"detail":"One.\r\nTwo.\n"}`, "One.\r\nTwo.\n", nil, ": 400 Bad Request: One. Two.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := getAnswered(t, testkit.Status(tc.status, tc.body, "X-Served-By", "cache-1"))
			testkit.WantError(t, err)
			want := &ll2.APIError{
				StatusCode: tc.status, Method: http.MethodGet, URL: testkit.EventURL, Detail: tc.detail, Fields: tc.fields,
				Header: http.Header{"X-Served-By": {"cache-1"}}, Body: []byte(tc.body), Attempts: 1,
			}
			if diff := gocmp.Diff(want, testkit.AsError[*ll2.APIError](t, err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got, want := err.Error(), "ll2: GET "+testkit.EventURL+tc.text; got != want {
				t.Errorf("the error says\n%q, want\n%q", got, want)
			}
			if got := sentinelsOf(err); got != tc.is {
				t.Errorf("the error is %q, want %q", got, tc.is)
			}
		})
	}
}

func TestAPIErrorKeepsTheStartOfTheBody(t *testing.T) {
	t.Parallel()
	const kept = 64 << 10
	for _, size := range []int{kept - 1, kept, kept + 1, 1 << 20} {
		body := strings.Repeat("0123456789abcdef", size/16+1)[:size]
		api := testkit.AsError[*ll2.APIError](t, getAnswered(t, testkit.Status(http.StatusBadRequest, body)))
		if !bytes.Equal(api.Body, []byte(body[:min(size, kept)])) {
			t.Errorf("of a body of %d bytes, %d are kept, want the first %d", size, len(api.Body), min(size, kept))
		}
	}
}

// The status matters more than the body.
func TestAPIErrorSurvivesABrokenBody(t *testing.T) {
	t.Parallel()
	broken := func(req *http.Request) (*http.Response, error) {
		resp, _ := testkit.BreaksOff("<html>half a pa", errors.New("reset"))(req)
		resp.StatusCode = http.StatusNotImplemented
		return resp, nil
	}
	api := testkit.AsError[*ll2.APIError](t, getAnswered(t, broken))
	if api.StatusCode != http.StatusNotImplemented || string(api.Body) != "<html>half a pa" {
		t.Errorf("got %+v", api)
	}
}

func TestAPIErrorOfARetriedRequestCountsAttempts(t *testing.T) {
	t.Parallel()
	transport := testkit.NewScript(testkit.Status(500, "one"), testkit.Breaks(errors.New("reset")), testkit.Status(502, "three"))
	err := testkit.ListOnce(t, testkit.NewClient(t, transport))
	testkit.WantError(t, err, ": 502 Bad Gateway (3 attempts)")
	if api := testkit.AsError[*ll2.APIError](t, err); api.Attempts != 3 || string(api.Body) != "three" {
		t.Errorf("got %+v", api)
	}
}

func TestUnexpectedBodyIsADecodeError(t *testing.T) {
	t.Parallel()
	const list, get = "List", "Get"
	for name, tc := range map[string]struct{ call, body, says string }{
		"HTML":                  {list, `<html>hello</html>`, `near "<html>hello</html>"`},
		"HTML for an event":     {get, `<html>hello</html>`, `near "<html>hello</html>"`},
		"no count":              {list, `{"next":null,"previous":null,"results":[]}`, "without a count"},
		"count null":            {list, `{"count":null,"next":null,"previous":null,"results":[]}`, "without a count"},
		"count a text":          {list, `{"count":"10","next":null,"previous":null,"results":[]}`, "count"},
		"no results":            {list, `{"count":0,"next":null,"previous":null}`, "without a results list"},
		"results null":          {list, `{"count":0,"next":null,"previous":null,"results":null}`, "without a results list"},
		"results an object":     {list, `{"count":0,"next":null,"previous":null,"results":{}}`, "results"},
		"next a number":         {list, `{"count":0,"next":5,"previous":null,"results":[]}`, "next"},
		"event without id":      {list, `{"count":1,"next":null,"previous":null,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"},{"url":"x"}]}`, "without an id"},
		"event id null":         {list, `{"count":1,"next":null,"previous":null,"results":[{"id":null}]}`, "without an id"},
		"event null":            {list, `{"count":1,"next":null,"previous":null,"results":[null]}`, "without an id"},
		"event a number":        {list, `{"count":1,"next":null,"previous":null,"results":[1]}`, "number"},
		"bad time":              {list, `{"count":1,"next":null,"previous":null,"results":[{"id":1,"docking":"today"}]}`, "today"},
		"null":                  {list, `null`, "without a count"},
		"list":                  {list, `[]`, "array"},
		"API error with 200":    {list, `{"detail":"Not found."}`, "without a count"},
		"two values":            {list, testkit.EmptyPage + testkit.EmptyPage, "after top-level value"},
		"event alone, no id":    {get, `{}`, "without an id"},
		"event alone, null":     {get, `null`, "without an id"},
		"event alone, id text":  {get, `{"id":"7"}`, "id"},
		"event alone, a list":   {get, `[{"id":7}]`, "array"},
		"event alone, and more": {get, `{"id":7} x`, "after top-level value"},
		"page for an event":     {get, testkit.EmptyPage, "without an id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := testkit.NewScript(testkit.Status(http.StatusOK, tc.body))
			err := testkit.Calls[tc.call].Do(t, testkit.NewClient(t, transport))
			testkit.WantError(t, err, "GET "+testkit.ListURL, "unexpected body", tc.says)
			decode := testkit.AsError[*ll2.DecodeError](t, err)
			if !strings.HasPrefix(decode.URL, testkit.ListURL) || decode.Err == nil || decode.Snippet == "" {
				t.Errorf("got %+v", decode)
			}
			if n := transport.Sent(); n != 1 {
				t.Errorf("sent %d requests, want 1: what has another shape will have it again", n)
			}
			if got := sentinelsOf(err); got != "" {
				t.Errorf("the error is %s", got)
			}
		})
	}
}

func TestDecodeErrorPointsAtThePlace(t *testing.T) {
	t.Parallel()
	body := `{"count":1,"next":null,"previous":null,"results":[{"id":1},{"id":2,"url":"` + strings.Repeat("x", 500) +
		`","launch_id":7,"` + strings.Repeat("y", 500) + `":0}]}`
	err := testkit.ListOnce(t, testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, "  \n"+body))))
	decode := testkit.AsError[*ll2.DecodeError](t, err)
	if !strings.Contains(decode.Snippet, `"launch_id":7`) || len(decode.Snippet) > 200 {
		t.Errorf("the snippet of %q is %q", err, decode.Snippet)
	}
	err = testkit.ListOnce(t, testkit.NewClient(t, testkit.NewScript(testkit.Status(http.StatusOK, strings.Replace(body, `"launch_id":7`, `"launch_id" 7`, 1)))))
	decode = testkit.AsError[*ll2.DecodeError](t, err)
	if want := int64(strings.Index(body, `"launch_id":7`) + len(`"launch_id":7`)); decode.Offset != want || !strings.Contains(decode.Snippet, `"launch_id" 7`) {
		t.Errorf("%q points at %d, want %d", err, decode.Offset, want)
	}
}

func TestBodyAboveTheLimitIsADecodeError(t *testing.T) {
	t.Parallel()
	const most = 32 << 20
	for size, fails := range map[int]bool{most: false, most + 1: true} {
		// In one text, which is read faster than white space.
		begin, end := `{"new":"`, `",`+testkit.EmptyPage[1:]
		body := begin + strings.Repeat("x", size-len(begin)-len(end)) + end
		transport := testkit.NewScript(testkit.Status(http.StatusOK, body))
		err := testkit.ListOnce(t, testkit.NewClient(t, transport))
		if (err != nil) != fails || transport.Sent() != 1 {
			t.Errorf("a body of %d bytes: %v after %d requests", size, err, transport.Sent())
		}
		if fails {
			testkit.WantError(t, err, "32 MiB")
			testkit.AsError[*ll2.DecodeError](t, err)
		}
	}
}

var inner = &ll2.APIError{StatusCode: 503, Method: "GET", URL: testkit.ListURL}

// The texts as a user reads them, in full.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err  error
		text string
		is   string
	}{
		{&ll2.RateLimitError{RetryAfter: 40*time.Minute + 29*time.Second}, "ll2: rate limited: the next request can go in 40m29s", "ErrRateLimited"},
		{&ll2.RateLimitError{RetryAfter: time.Minute, Local: true}, "ll2: rate limited, not sent: the next request can go in 1m0s", "ErrRateLimited"},
		{&ll2.RateLimitError{Local: true}, "ll2: rate limited, not sent: when the next request can go is not known", "ErrRateLimited"},
		{&ll2.RateLimitError{RetryAfter: time.Second, Local: true, Err: inner}, "ll2: rate limited, not sent: the next request can go in 1s: GET " + testkit.ListURL + ": 503 Service Unavailable", "ErrRateLimited ErrUnavailable"},
		{&ll2.IncompleteError{Want: 515, Got: 511}, "ll2: incomplete: the service counted 515 events, the walk saw 511: rows moved meanwhile; walk again", "ErrIncomplete"},
		{&ll2.PageError{URL: testkit.ListURL + "?offset=5", Err: inner}, "ll2: at " + testkit.ListURL + "?offset=5: GET " + testkit.ListURL + ": 503 Service Unavailable", "ErrUnavailable"},
		{&ll2.PageError{URL: testkit.ListURL, Err: inner}, "ll2: GET " + testkit.ListURL + ": 503 Service Unavailable", "ErrUnavailable"},
		{&ll2.PageError{Err: errors.New("ll2: PageSize: 0")}, "ll2: PageSize: 0", ""},
		{&ll2.PageError{URL: testkit.ListURL, Err: &ll2.IncompleteError{Want: 2, Got: 1}}, "ll2: at " + testkit.ListURL + ": incomplete: the service counted 2 events, the walk saw 1: rows moved meanwhile; walk again", "ErrIncomplete"},
		{&ll2.DecodeError{URL: testkit.ListURL, Offset: 5, Snippet: "<html>\n", Err: errors.New("bad")}, "ll2: GET " + testkit.ListURL + `: unexpected body at byte 5: bad, near "<html>\n"`, ""},
		{&ll2.DecodeError{URL: testkit.ListURL, Err: errors.New("ll2: bad")}, "ll2: GET " + testkit.ListURL + ": unexpected body: bad", ""},
		{&ll2.APIError{StatusCode: 429, Method: "GET", URL: testkit.ListURL, Detail: "Slow."}, "ll2: GET " + testkit.ListURL + ": 429 Too Many Requests: Slow.", "ErrRateLimited"},
		{fmt.Errorf("my program: %w", &ll2.PageError{URL: testkit.ListURL, Err: inner}), "my program: ll2: GET " + testkit.ListURL + ": 503 Service Unavailable", "ErrUnavailable"},
	} {
		if got := tc.err.Error(); got != tc.text {
			t.Errorf("%T says\n%s\nwant\n%s", tc.err, got, tc.text)
		}
		if got := sentinelsOf(tc.err); got != tc.is {
			t.Errorf("%q is %q, want %q", tc.err, got, tc.is)
		}
	}
}

func TestSentinelsAreTheirOwn(t *testing.T) {
	t.Parallel()
	for name, err := range sentinels {
		testkit.WantError(t, err)
		if got := sentinelsOf(fmt.Errorf("wrapped: %w", err)); got != name {
			t.Errorf("%s is %q", name, got)
		}
	}
}

// Programs make such errors in tests of their own, and do not fill them in.
func TestErrorsThatAreNotFilledInDoNotPanic(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&ll2.APIError{}, &ll2.DecodeError{}, &ll2.RateLimitError{}, &ll2.PageError{}, &ll2.PageError{URL: testkit.ListURL}, &ll2.IncompleteError{},
	} {
		t.Run(fmt.Sprintf("%T", err), func(t *testing.T) {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("panic: %v", r)
				}
			}()
			testkit.WantError(t, err)
			if got := sentinelsOf(err); got != "" && got != "ErrRateLimited" && got != "ErrIncomplete" {
				t.Errorf("%T is %s", err, got)
			}
		})
	}
}

func TestAnErrorTellsTheAttemptsWhereThereWereMoreThanOne(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]testkit.Answer{
		"status":     testkit.Status(http.StatusBadGateway, ""),
		"429":        testkit.Status(http.StatusTooManyRequests, ""),
		"half":       testkit.Status(http.StatusOK, `{"count":1`),
		"connection": testkit.Breaks(syscall.ECONNREFUSED),
	} {
		for attempts := 1; attempts <= 3; attempts++ {
			client := testkit.NewClient(t, testkit.NewScript(failing), ll2.WithRetries(attempts-1))
			err := testkit.ListOnce(t, client)
			testkit.WantError(t, err)
			told := strings.Contains(err.Error(), fmt.Sprintf("(%d attempts)", attempts))
			if told != (attempts > 1) {
				t.Errorf("%s, %d attempts: %v", name, attempts, err)
			}
		}
	}
}

// A program that has a copy of the data uses it then. Other errors are mistakes of the
// program.
func TestErrUnavailableIsOfTheServiceAndNotOfTheCaller(t *testing.T) {
	t.Parallel()
	const event = `{"id":7,"docking":"2024-01-31T12:00:00Z"}`
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	away, round := "https://elsewhere.example/", testkit.EventURL
	tooLong := ll2.WithTimeout(time.Second)
	for name, tc := range map[string]struct {
		answer testkit.Answer
		opts   []ll2.Option
		want   string
	}{
		"dial error":           {testkit.Breaks(refused), nil, "ErrUnavailable"},
		"no such host":         {testkit.Breaks(&net.DNSError{Err: "no such host", Name: "api.example", IsNotFound: true}), nil, "ErrUnavailable"},
		"reset":                {testkit.Breaks(syscall.ECONNRESET), nil, "ErrUnavailable"},
		"closed":               {testkit.Breaks(io.ErrUnexpectedEOF), nil, "ErrUnavailable"},
		"truncated body":       {testkit.BreaksOff(event[:9], io.ErrUnexpectedEOF), nil, "ErrUnavailable"},
		"timeout":              {testkit.Hangs, []ll2.Option{tooLong}, "ErrUnavailable"},
		"timeout of the body":  {testkit.HangsInTheBody, []ll2.Option{tooLong}, "ErrUnavailable"},
		"500":                  {testkit.Status(500, ""), nil, "ErrUnavailable"},
		"501":                  {testkit.Status(501, ""), nil, "ErrUnavailable"},
		"503":                  {testkit.Status(503, ""), nil, "ErrUnavailable"},
		"522":                  {testkit.Status(522, "<html>"), nil, "ErrUnavailable"},
		"400":                  {testkit.Status(400, `{"detail":"Bad."}`), nil, ""},
		"401":                  {testkit.Status(401, ""), nil, "ErrUnauthorized"},
		"404":                  {testkit.Status(404, `{"detail":"Not found."}`), nil, "ErrNotFound"},
		"404 of somebody else": {testkit.Status(404, ""), nil, ""},
		"408":                  {testkit.Status(408, ""), nil, ""},
		"429":                  {testkit.Status(429, "", "Retry-After", "1"), nil, "ErrRateLimited"},
		"long 429":             {testkit.Status(429, "", "Retry-After", "3000"), nil, "ErrRateLimited"},
		"foreign redirect":     {testkit.Status(302, "", "Location", away), nil, "ErrForeignLink"},
		"redirected for ever":  {testkit.Status(302, "", "Location", round), nil, ""},
		"redirect refused": {testkit.Status(302, "", "Location", round), []ll2.Option{ll2.WithHTTPClient(&http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("no") },
		})}, ""},
		"bad JSON":      {testkit.Status(200, "<html>"), nil, ""},
		"half the JSON": {testkit.Status(200, event[:9]), nil, "ErrUnavailable"}, // as a body that is cut off on the wire
		"another shape": {testkit.Status(200, "[]"), nil, ""},
		"not sent":      {testkit.Status(200, event), []ll2.Option{ll2.WithLimiter(testkit.LimiterFunc(func(context.Context) error { return errors.New("no") }))}, "ErrRateLimited"},
		// Both are true: a retry could go, but not now.
		"503, and its retry not sent": {testkit.Status(503, "", "Retry-After", "3000"), nil, "ErrRateLimited ErrUnavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, retries := range []int{0, 2} {
					script := testkit.NewScript(tc.answer)
					opts := append([]ll2.Option{ll2.WithRetries(retries)}, tc.opts...)
					client := testkit.NewClient(t, nil, append(opts, ll2.WithTransport(script))...)
					_, err := client.DockingEvents.Get(t.Context(), 7)
					want := tc.want
					if retries == 0 && strings.HasSuffix(want, " ErrUnavailable") {
						want = "ErrUnavailable"
					}
					if testkit.WantError(t, err); sentinelsOf(err) != want {
						t.Errorf("%d retries: %v is %q, want %q", retries, err, sentinelsOf(err), want)
					}
					_, walk := ll2.Collect(client.DockingEvents.All(t.Context()))
					if errors.Is(walk, ll2.ErrUnavailable) != strings.Contains(want, "ErrUnavailable") {
						t.Errorf("%d retries, in a walk: %v", retries, walk)
					}
				}
			})
		})
	}
}

func TestACallThatTheCallerEndedIsNotErrUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, answer := range map[string]testkit.Answer{"answer": testkit.Hangs, "body": testkit.HangsInTheBody} {
			cancelled, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			late, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			over, end := context.WithCancel(t.Context())
			end()
			for _, ctx := range []context.Context{cancelled, late, over} {
				_, err := testkit.NewClient(t, testkit.NewScript(answer)).DockingEvents.Get(ctx, 7)
				if !errors.Is(err, ctx.Err()) || sentinelsOf(err) != "" {
					t.Errorf("no %s: %v is %q", name, err, sentinelsOf(err))
				}
			}
		}
	})
}
