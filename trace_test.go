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
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// traceBackoff is the wait before a retry: of a length that no Retry-After of
// these tests has.
const traceBackoff = 17 * time.Second

type ctxKey struct{}

// A diary records the calls of a trace, one line for each.
type diary struct {
	start time.Time
	lines []string
}

func (d *diary) trace() *ll2.Trace {
	note := func(ctx context.Context, format string, args ...any) {
		line := fmt.Sprintf("%v %v: ", ctx.Value(ctxKey{}), time.Since(d.start)) + fmt.Sprintf(format, args...)
		d.lines = append(d.lines, line)
	}
	return &ll2.Trace{
		Wait: func(ctx context.Context, w ll2.Wait) {
			note(ctx, "wait for %s, %v until +%v", w.Reason, w.For, w.Until.Sub(d.start))
		},
		Attempt: func(ctx context.Context, a ll2.Attempt) {
			note(ctx, "attempt %d of %s: %d in %v: %v", a.Number, strings.TrimPrefix(a.URL, testkit.BaseURL), a.StatusCode, a.Took, a.Err)
		},
	}
}

func (d *diary) want(t *testing.T, want ...string) {
	t.Helper()
	if got := strings.Join(d.lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the trace was told\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// slowly makes an answer take a second.
func slowly(a testkit.Answer) testkit.Answer {
	return func(req *http.Request) (*http.Response, error) {
		time.Sleep(time.Second)
		return a(req)
	}
}

// bodySlowly makes the body of an answer take a second.
func bodySlowly(body string) testkit.Answer {
	return func(req *http.Request) (*http.Response, error) {
		return testkit.NewResponse(req, http.StatusOK, io.MultiReader(slowReader{}, strings.NewReader(body))), nil
	}
}

type slowReader struct{}

func (slowReader) Read([]byte) (int, error) {
	time.Sleep(time.Second)
	return 0, io.EOF
}

func TestTraceIsToldOfEachWaitBeforeAndEachAttemptAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{start: time.Now()}
		transport := testkit.NewScript(
			slowly(testkit.Breaks(syscall.ECONNREFUSED)),
			slowly(testkit.Status(503, "", "Retry-After", "7")),
			slowly(testkit.Status(429, "", "Retry-After", "3")),
			testkit.Status(200, `[]`[:1]),
			bodySlowly(testkit.AnEvent))
		client := testkit.NewClient(t, transport, ll2.WithRetries(5), ll2.WithBackoff(traceBackoff, traceBackoff), ll2.WithTrace(d.trace()))
		ctx := context.WithValue(t.Context(), ctxKey{}, "mine")
		if _, err := client.DockingEvents.Get(ctx, 7); err != nil {
			t.Fatal(err)
		}
		const get = "ll2: GET " + testkit.BaseURL + "docking_event/7/: "
		d.want(t,
			"mine 1s: attempt 1 of docking_event/7/: 0 in 1s: "+get+"connection refused",
			"mine 1s: wait for backoff, 17s until +18s",
			"mine 19s: attempt 2 of docking_event/7/: 503 in 1s: "+get+"503 Service Unavailable (2 attempts)",
			"mine 19s: wait for retry-after, 7s until +26s",
			"mine 27s: attempt 3 of docking_event/7/: 429 in 1s: ll2: rate limited: the next request can go in 3s: "+strings.TrimPrefix(get, "ll2: ")+"429 Too Many Requests (3 attempts)",
			"mine 27s: wait for retry-after, 3s until +30s",
			"mine 30s: attempt 4 of docking_event/7/: 200 in 0s: "+get+`unexpected body at byte 1: unexpected end of JSON input, near "[" (4 attempts)`,
			"mine 30s: wait for backoff, 17s until +47s",
			"mine 48s: attempt 5 of docking_event/7/: 200 in 1s: <nil>",
		)
	})
}

// Numbers begin anew with each call, and a wait of no length is none.
func TestTraceOfAWalkNumbersEachRequestsAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{start: time.Now()}
		transport := testkit.NewScript(
			testkit.Status(200, `{"count":2,"next":"https://x.example/docking_event/?limit=1&offset=1&ordering=id","previous":null,"results":[{"id":1,"docking":"2024-01-31T12:00:00Z"}]}`),
			testkit.Status(500, ""),
			testkit.Status(200, `{"count":2,"next":null,"previous":null,"results":[{"id":2,"docking":"2024-01-31T12:00:00Z"}]}`))
		client := testkit.NewClient(t, transport, ll2.WithTrace(d.trace()))
		_, err := ll2.Collect(client.DockingEvents.All(t.Context(), ll2.PageSize(1), ll2.OrderBy(ll2.ByID)))
		if err != nil {
			t.Fatal(err)
		}
		const second = "docking_event/?limit=1&offset=1&ordering=id%2Cdocking"
		d.want(t,
			"<nil> 0s: attempt 1 of docking_event/?limit=1&ordering=id%2Cdocking: 200 in 0s: <nil>",
			"<nil> 0s: attempt 1 of "+second+": 500 in 0s: ll2: GET "+testkit.BaseURL+second+": 500 Internal Server Error",
			"<nil> 0s: attempt 2 of "+second+": 200 in 0s: <nil>",
		)
	})
}

func TestTraceWithoutCallbacksIsSkipped(t *testing.T) {
	t.Parallel()
	client := testkit.NewClient(t, testkit.NewScript(testkit.Status(500, ""), testkit.Status(200, testkit.EmptyPage)), ll2.WithTrace(&ll2.Trace{}), ll2.WithBackoff(1, 1))
	if err := testkit.ListOnce(t, client); err != nil {
		t.Error(err)
	}
}

func TestLoggerIsToldWaitsAtInfoRetriesAtWarnAttemptsAtDebug(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for level, want := range map[slog.Level][]string{
			slog.LevelDebug: {"DEBUG ll2: attempt", "WARN ll2: retrying", "INFO ll2: waiting", "DEBUG ll2: attempt"},
			slog.LevelInfo:  {"WARN ll2: retrying", "INFO ll2: waiting"},
			slog.LevelWarn:  {"WARN ll2: retrying"},
			slog.LevelError: nil,
		} {
			var log bytes.Buffer
			handler := slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})
			client := testkit.NewClient(t, testkit.NewScript(testkit.Status(503, ""), testkit.Status(200, testkit.AnEvent)),
				ll2.WithLogger(slog.New(handler)), ll2.WithBackoff(time.Second, time.Second))
			if _, err := client.DockingEvents.Get(t.Context(), 7); err != nil {
				t.Fatal(err)
			}
			var got []string
			for line := range strings.Lines(log.String()) {
				_, rest, _ := strings.Cut(line, "level=")
				lvl, rest, _ := strings.Cut(rest, ` msg="`)
				msg, rest, _ := strings.Cut(rest, `"`)
				got = append(got, lvl+" "+msg)
				if !strings.Contains(rest, "url="+testkit.EventURL) {
					t.Errorf("the line does not name the request: %s", line)
				}
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("at %v the log is\n%s", level, log.String())
			}
		}
	})
}

// The test runs itself again, since a program's own output is what should stay
// empty: the logs of the library below, and the default loggers, go there.
func TestNothingIsPrintedByDefault(t *testing.T) {
	t.Parallel()
	const child = "LL2_TEST_SILENT_CHILD"
	if os.Getenv(child) != "" {
		client := testkit.NewClient(t, testkit.NewScript(testkit.Breaks(syscall.ECONNREFUSED), testkit.Status(503, ""), testkit.Status(200, `<html>`)))
		_ = testkit.ListOnce(t, client)
		os.Exit(0) // before the testing package prints
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNothingIsPrintedByDefault$")
	cmd.Env = append(os.Environ(), child+"=1", "GOCOVERDIR="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v, and it printed: %s", err, out)
	}
}

// A told records the calls of a trace in words, with the context of each.
type told []string

func (d *told) trace(name string) *ll2.Trace {
	note := func(ctx context.Context, format string, args ...any) {
		*d = append(*d, fmt.Sprintf("%s %v: ", name, ctx.Value(ctxKey{}))+fmt.Sprintf(format, args...))
	}
	return &ll2.Trace{
		Call: func(ctx context.Context, c ll2.Call) (context.Context, func(error)) {
			note(ctx, "call %s %s", c.Kind, strings.TrimPrefix(c.URL, testkit.BaseURL))
			inner := context.WithValue(ctx, ctxKey{}, fmt.Sprintf("%v>%s", ctx.Value(ctxKey{}), name))
			return inner, func(err error) { note(inner, "end %v", sentinelsOf(err)) }
		},
		Wait:    func(ctx context.Context, w ll2.Wait) { note(ctx, "wait %v", w.For) },
		Refused: func(ctx context.Context, err *ll2.RateLimitError) { note(ctx, "refused %v", err.RetryAfter) },
		Attempt: func(ctx context.Context, a ll2.Attempt) {
			note(ctx, "attempt %s %d %d %v", a.Kind, a.Number, a.StatusCode, a.Retrying)
		},
	}
}

func (d *told) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(*d, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(*d, "\n"), strings.Join(want, "\n"))
	}
}

func TestACallIsTracedAroundAllThatItDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d told
		client := testkit.NewClient(t, testkit.NewScript(testkit.Status(503, ""), testkit.Status(200, testkit.EmptyPage)),
			ll2.WithTrace(d.trace("A")), ll2.WithTrace(d.trace("B")), ll2.WithRateLimit(2, time.Hour), ll2.WithBackoff(time.Second, time.Second))
		ctx := context.WithValue(t.Context(), ctxKey{}, "mine")
		if _, err := client.DockingEvents.List(ctx); err != nil {
			t.Fatal(err)
		}
		testkit.Limited(t, testkit.Get(ctx, client))
		const list = "docking_event/?limit=100&ordering=docking%2Cid"
		d.want(t,
			"A mine: call list "+list, "B mine>A: call list "+list,
			"A mine>A>B: attempt list 1 503 true", "B mine>A>B: attempt list 1 503 true",
			"A mine>A>B: wait 1s", "B mine>A>B: wait 1s",
			"A mine>A>B: attempt list 2 200 false", "B mine>A>B: attempt list 2 200 false",
			"B mine>A>B: end ", "A mine>A: end ",
			"A mine: call one docking_event/1/", "B mine>A: call one docking_event/1/",
			"A mine>A>B: refused 59m59s", "B mine>A>B: refused 59m59s",
			"B mine>A>B: end ErrRateLimited", "A mine>A: end ErrRateLimited",
		)
	})
}

// A tracer is not to take it for a success.
func TestACallThatDoesNotReturnIsNotTracedAsASuccess(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(){"panic": func() { panic("transport") }, "Goexit": runtime.Goexit} {
		var told []error
		client := testkit.NewClient(t, testkit.RoundTripFunc(func(*http.Request) (*http.Response, error) {
			end()
			return nil, errors.New("not reached")
		}), ll2.WithTrace(&ll2.Trace{Call: func(ctx context.Context, _ ll2.Call) (context.Context, func(error)) {
			return ctx, func(err error) { told = append(told, err) }
		}}))
		var wg sync.WaitGroup
		wg.Go(func() {
			defer func() { _ = recover() }()
			_ = testkit.Get(t.Context(), client)
		})
		wg.Wait()
		if len(told) != 1 || told[0] == nil {
			t.Errorf("%s: told %v, want one error", name, told)
		}
	}
}

func TestEachRequestIsACallOfItsKind(t *testing.T) {
	t.Parallel()
	for name, call := range testkit.Calls {
		kind := map[string]string{"Get": "one", "Throttle": "throttle"}[name]
		if kind == "" {
			kind = "list"
		}
		var d told
		client := testkit.NewClient(t, testkit.NewScript(testkit.Status(200, call.Body)), ll2.WithTrace(d.trace("A")))
		if err := call.Do(t, client); err != nil {
			t.Fatal(err)
		}
		if len(d) != 3 || !strings.HasPrefix(d[0], "A <nil>: call "+kind+" "+call.Path) || d[1] != "A <nil>>A: attempt "+kind+" 1 200 false" || d[2] != "A <nil>>A: end " {
			t.Errorf("%s: told %q, want a call of kind %s", name, []string(d), kind)
		}
	}
	var d told
	server := ll2test.NewServer(ll2test.Events(25)...)
	testkit.All(t, server.Client(ll2.WithTrace(d.trace("A"))), ll2.PageSize(10))
	if len(d) != 3*3 {
		t.Errorf("of three pages the trace was told %q", []string(d))
	}
}

// Wrong options are no call: nothing is sent.
func TestWhatIsWrongBeforeSendingIsNoCall(t *testing.T) {
	t.Parallel()
	var d told
	client := testkit.NewClient(t, testkit.SendsNothing(t), ll2.WithTrace(d.trace("A")))
	testkit.WantError(t, testkit.ListOnce(t, client, ll2.PageSize(0)))
	_, err := client.DockingEvents.Get(t.Context(), 0)
	testkit.WantError(t, err)
	d.want(t)
}

func TestACallbackMayLeaveContextAndEndOut(t *testing.T) {
	t.Parallel()
	calls := 0
	ctx := context.WithValue(t.Context(), ctxKey{}, "mine")
	client := testkit.NewClient(t, testkit.NewScript(testkit.Status(200, testkit.EmptyPage)), ll2.WithTrace(&ll2.Trace{
		Call: func(context.Context, ll2.Call) (context.Context, func(error)) { calls++; return nil, nil }, //nolint:nilnil // which is what is tested
		Attempt: func(ctx context.Context, _ ll2.Attempt) {
			if ctx.Value(ctxKey{}) != "mine" {
				t.Error("the attempt has another context than the call")
			}
		},
	}))
	if _, err := client.DockingEvents.List(ctx); err != nil || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// The context of a call is that of its requests: it carries values to the transport,
// and can end the call.
func TestTheContextOfACallIsThatOfItsRequests(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	var ended error
	trace := &ll2.Trace{Call: func(ctx context.Context, _ ll2.Call) (context.Context, func(error)) {
		ctx, cancel := context.WithCancelCause(context.WithValue(ctx, ctxKey{}, "span"))
		cancel(enough)
		return ctx, func(err error) { ended = err }
	}}
	client := testkit.NewClient(t, testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent with %v", req.Context().Value(ctxKey{}))
		return nil, errors.New("sent")
	}), ll2.WithTrace(trace))
	err := testkit.ListOnce(t, client)
	if !errors.Is(err, enough) || !errors.Is(err, context.Canceled) || ended == nil || ended.Error() != err.Error() {
		t.Errorf("%v, want that the call was cancelled; it ended with %v", err, ended)
	}
	trace.Call = func(ctx context.Context, _ ll2.Call) (context.Context, func(error)) {
		return context.WithValue(ctx, ctxKey{}, "span"), nil
	}
	script := testkit.NewScript(testkit.Status(200, testkit.EmptyPage))
	if err := testkit.ListOnce(t, testkit.NewClient(t, script, ll2.WithTrace(trace))); err != nil || script.Requests[0].Context().Value(ctxKey{}) != "span" {
		t.Errorf("%v; the request's context has %v", err, script.Requests[0].Context().Value(ctxKey{}))
	}
}

func TestSeveralLoggersAreAllTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var first, second bytes.Buffer
		logger := func(b *bytes.Buffer) *slog.Logger {
			return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
		// The request for the quota fails. Only the log reports it.
		client := testkit.NewClient(t, testkit.NewScript(testkit.Status(404, ""), testkit.Status(503, ""), testkit.Status(200, testkit.EmptyPage)),
			ll2.WithLogger(logger(&first)), ll2.WithLogger(logger(&second)), ll2.WithQuotaSync())
		if err := testkit.ListOnce(t, client); err != nil {
			t.Fatal(err)
		}
		for _, says := range []string{"ll2: attempt", "ll2: retrying", "how much of the quota is left"} {
			if a, b := strings.Count(first.String(), says), strings.Count(second.String(), says); a == 0 || a != b {
				t.Errorf("the first log says %q %d times, the second one %d times", says, a, b)
			}
		}
	})
}
