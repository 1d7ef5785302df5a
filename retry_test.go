package ll2_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

func TestTheLongestRetryAfterIsTheLongestDuration(t *testing.T) {
	t.Parallel()
	for _, seconds := range []string{"9223372036.854775807", "9223372036.854775808", "9223372037", "1" + strings.Repeat("0", 400)} {
		got, ok := ll2.RetryAfter(http.Header{"Retry-After": {seconds}}, time.Now())
		if got != math.MaxInt64 || !ok {
			t.Errorf("Retry-After: %s is %v, %v", seconds, got, ok)
		}
	}
}

// A Retry-After is a number of seconds, possibly with a fraction, or a date. Anything
// else, and a date in the past, counts as none. The wait is never shorter than asked.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{
		"", "0", "1", "2429", " 5 ", "007", "-1", "+1", "1.5", ".5", "5.", ".", "1..5", "0.0000000001", "1e3", "0x10", "1_0", "Inf", "NaN",
		"9007199254740993", "9223372036", "9223372037", "99999999999999999999", strings.Repeat("9", 400), "1, 2", "1 2", "١", "soon",
		"Fri, 31 Dec 1999 23:59:59 GMT", "Sat, 01 Jan 2000 00:00:01 GMT", "Sat, 01 Jan 2000 00:00:01 UTC", "Friday, 31-Dec-99 23:59:59 GMT",
		"Fri Dec 31 23:59:59 1999", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Sat, 32 Jan 2000 00:00:00 GMT",
	} {
		f.Add(value, "")
		f.Add(value, "Fri, 31 Dec 1999 23:59:00 GMT")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		d, ok := ll2.RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, now)
		if ok && d <= 0 {
			t.Errorf("%q, %q: %v", value, date, d)
		}
		if until, err := http.ParseTime(strings.TrimSpace(value)); err == nil {
			if sent, err := http.ParseTime(date); err == nil {
				now = sent
			}
			if ok != until.After(now) || ok && d != until.Sub(now) {
				t.Errorf("%q, %q: %v, %t", value, date, d, ok)
			}
			return
		}
		seconds, isNumber := new(big.Rat).SetString(strings.TrimSpace(value))
		if strings.Trim(strings.TrimSpace(value), "0123456789.") != "" {
			isNumber = false
		}
		if ok != (isNumber && seconds.Sign() > 0) {
			t.Fatalf("%q: %v, %t", value, d, ok)
		}
		if !ok || d == math.MaxInt64 && seconds.Cmp(big.NewRat(math.MaxInt64-1023, 1e9)) >= 0 {
			return
		}
		// A float64 is off by no more than 1 in 2^52, and the last step is up.
		off := new(big.Rat).Sub(new(big.Rat).Mul(seconds, big.NewRat(1e9, 1)), new(big.Rat).SetInt64(int64(d)))
		if exact, _ := off.Float64(); math.Abs(exact) > 1+float64(d)/(1<<51) {
			t.Errorf("%q: %d ns, off by %v ns", value, d, exact)
		}
	})
}

// ownBackoff is the wait if the service names none. No Retry-After of these tests has
// this length.
const ownBackoff = 17 * time.Second

// In virtual time it is midnight of 2000-01-01 UTC first.
var (
	epoch    = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	httpDate = func(d time.Duration) string { return epoch.Add(d).Format(http.TimeFormat) }
)

// retryAfters are values that a service can send, and the length of each.
var retryAfters = map[string]struct {
	headers []string
	want    time.Duration // 0: nothing, so the client's own backoff
}{
	"seconds":                 {[]string{"Retry-After", "7"}, 7 * time.Second},
	"one second":              {[]string{"Retry-After", "1"}, time.Second},
	"space around":            {[]string{"Retry-After", " 7 "}, 7 * time.Second},
	"leading zero":            {[]string{"Retry-After", "007"}, 7 * time.Second},
	"fraction":                {[]string{"Retry-After", "1.5"}, 1500 * time.Millisecond},
	"small fraction":          {[]string{"Retry-After", "0.001"}, time.Millisecond},
	"finer than time goes":    {[]string{"Retry-After", "1.0000000001"}, time.Second + 1},
	"a minute":                {[]string{"Retry-After", "60"}, time.Minute},
	"date":                    {[]string{"Retry-After", httpDate(30 * time.Second)}, 30 * time.Second},
	"date by the same clock":  {[]string{"Retry-After", httpDate(30 * time.Second), "Date", httpDate(0)}, 30 * time.Second},
	"date by a fast clock":    {[]string{"Retry-After", httpDate(time.Hour + 30*time.Second), "Date", httpDate(time.Hour)}, 30 * time.Second},
	"date by a slow clock":    {[]string{"Retry-After", httpDate(-time.Hour + 30*time.Second), "Date", httpDate(-time.Hour)}, 30 * time.Second},
	"date beside a bad Date":  {[]string{"Retry-After", httpDate(30 * time.Second), "Date", "today"}, 30 * time.Second},
	"date in RFC 850":         {[]string{"Retry-After", "Saturday, 01-Jan-00 00:00:30 GMT"}, 30 * time.Second},
	"nothing":                 {nil, 0},
	"empty":                   {[]string{"Retry-After", ""}, 0},
	"zero":                    {[]string{"Retry-After", "0"}, 0},
	"zero fraction":           {[]string{"Retry-After", "0.0"}, 0},
	"negative":                {[]string{"Retry-After", "-5"}, 0},
	"date in the past":        {[]string{"Retry-After", httpDate(-30 * time.Second)}, 0},
	"date that is now":        {[]string{"Retry-After", httpDate(0)}, 0},
	"date past by its clock":  {[]string{"Retry-After", httpDate(30 * time.Second), "Date", httpDate(time.Hour)}, 0},
	"words":                   {[]string{"Retry-After", "soon"}, 0},
	"unit":                    {[]string{"Retry-After", "7s"}, 0},
	"exponent":                {[]string{"Retry-After", "1e1"}, 0},
	"hexadecimal":             {[]string{"Retry-After", "0x7"}, 0},
	"not a number":            {[]string{"Retry-After", "NaN"}, 0},
	"infinite":                {[]string{"Retry-After", "Inf"}, 0},
	"two points":              {[]string{"Retry-After", "1.2.3"}, 0},
	"a point":                 {[]string{"Retry-After", "."}, 0},
	"a date of another style": {[]string{"Retry-After", "2000-01-01T00:00:30Z"}, 0},
}

func TestRetryAfterIsObeyedToTheNanosecond(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusBadGateway} {
		for name, tc := range retryAfters {
			t.Run(http.StatusText(code)+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := testkit.NewScript(testkit.Status(code, "", tc.headers...), testkit.Status(200, testkit.AnEvent))
					var waits []ll2.Wait
					client := testkit.NewClient(t, transport, ll2.WithBackoff(ownBackoff, ownBackoff),
						ll2.WithTrace(&ll2.Trace{Wait: func(_ context.Context, w ll2.Wait) { waits = append(waits, w) }}))
					if _, err := client.DockingEvents.Get(t.Context(), 7); err != nil {
						t.Fatal(err)
					}
					want := ll2.Wait{Reason: ll2.WaitRetryAfter, For: tc.want, Until: epoch.Add(tc.want)}
					if tc.want == 0 {
						want = ll2.Wait{Reason: ll2.WaitBackoff, For: ownBackoff, Until: epoch.Add(ownBackoff)}
					}
					if gaps := transport.Gaps(); len(gaps) != 1 || gaps[0] != want.For {
						t.Errorf("waited %v, want %v once", gaps, want.For)
					}
					if len(waits) != 1 || waits[0].Reason != want.Reason || waits[0].For != want.For || !waits[0].Until.Equal(want.Until) {
						t.Errorf("the trace was told %+v, want %+v", waits, want)
					}
				})
			})
		}
	}
}

// The words of a 429 count if it has no header.
func TestA429SaysItsTimeInWords(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]time.Duration{
		`{"detail":"Request was throttled. Expected available in 7 seconds."}`:  7 * time.Second,
		`{"detail":"Request was throttled. Expected available in 1 second."}`:   time.Second,
		`{"detail":"Request was throttled. Expected available in 0 seconds."}`:  ownBackoff,
		`{"detail":"Request was throttled. Expected available in -1 seconds."}`: ownBackoff,
		`{"detail":"Request was throttled."}`:                                   ownBackoff,
		`{"detail":"Request was throttled. Expected available in a while."}`:    ownBackoff,
		`{"detail":7}`:                     ownBackoff,
		`<html>slow down</html>`:           ownBackoff,
		``:                                 ownBackoff,
		`{"detail":"Expected available in`: ownBackoff,
	} {
		synctest.Test(t, func(t *testing.T) {
			transport := testkit.NewScript(testkit.Status(429, body), testkit.Status(200, testkit.AnEvent))
			_, err := testkit.NewClient(t, transport, ll2.WithBackoff(ownBackoff, ownBackoff)).DockingEvents.Get(t.Context(), 7)
			if gaps := transport.Gaps(); err != nil || len(gaps) != 1 || gaps[0] != want {
				t.Errorf("%s: %v after waits of %v, want one of %v", body, err, gaps, want)
			}
		})
	}
}

func TestHeaderOfA429GoesBeforeItsWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := testkit.NewScript(
			testkit.Status(429, `{"detail":"Request was throttled. Expected available in 3 seconds."}`, "Retry-After", "7"), testkit.Status(200, testkit.AnEvent))
		_, err := testkit.NewClient(t, transport).DockingEvents.Get(t.Context(), 7)
		if gaps := transport.Gaps(); err != nil || gaps[0] != 7*time.Second {
			t.Errorf("%v after waits of %v", err, gaps)
		}
	})
}

// Bounds of a wait, and the length that the refusal names.
var tooLong = map[string]struct {
	retryAfter string
	deadline   time.Duration
	opts       []ll2.Option
	want       time.Duration
}{
	"above the default":          {"60.000000001", 0, nil, time.Minute + 1},
	"above WithMaxWait":          {"11", 0, []ll2.Option{ll2.WithMaxWait(10 * time.Second)}, 11 * time.Second},
	"no wait allowed":            {"1", 0, []ll2.Option{ll2.WithMaxWait(0)}, time.Second},
	"past the deadline":          {"7", 5 * time.Second, nil, 7 * time.Second},
	"past the deadline, allowed": {"7", 5 * time.Second, []ll2.Option{ll2.WithMaxWait(math.MaxInt64)}, 7 * time.Second},
	"above both":                 {"7", 5 * time.Second, []ll2.Option{ll2.WithMaxWait(0)}, 7 * time.Second},
	"a date":                     {httpDate(2429 * time.Second), 0, nil, 2429 * time.Second},
	"longer than time goes":      {"99999999999999999999", 0, nil, math.MaxInt64},
	"longer than floats go":      {"9" + string(make9s(400)), 0, nil, math.MaxInt64},
}

func make9s(n int) []byte {
	nines := make([]byte, n)
	for i := range nines {
		nines[i] = '9'
	}
	return nines
}

func TestRetryAfterThatIsTooLongIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for name, tc := range tooLong {
		// Of the 503, the retry was not sent; of the 429, this very attempt was.
		for code, local := range map[int]bool{http.StatusServiceUnavailable: true, http.StatusTooManyRequests: false} {
			t.Run(http.StatusText(code)+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					ctx := t.Context()
					if tc.deadline > 0 {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, tc.deadline)
						defer cancel()
					}
					transport := testkit.NewScript(testkit.Status(code, `{"detail":"Later."}`, "Retry-After", tc.retryAfter))
					_, err := testkit.NewClient(t, transport, tc.opts...).DockingEvents.Get(ctx, 7)
					if !time.Now().Equal(epoch) || transport.Sent() != 1 {
						t.Errorf("took %v and %d requests, want none and one", time.Since(epoch), transport.Sent())
					}
					testkit.WantError(t, err, "rate limited", max(tc.want, (tc.want+time.Second-1).Truncate(time.Second)).String(), http.StatusText(code), "Later.")
					limited := testkit.AsError[*ll2.RateLimitError](t, err)
					if limited.RetryAfter != tc.want || limited.Local != local {
						t.Errorf("got %+v, want RetryAfter %v and Local %t", limited, tc.want, local)
					}
					if api := testkit.AsError[*ll2.APIError](t, limited.Err); api.StatusCode != code || api.Attempts != 1 {
						t.Errorf("the error behind it is %+v", api)
					}
					if !errors.Is(err, ll2.ErrRateLimited) {
						t.Errorf("%v is not ErrRateLimited", err)
					}
				})
			})
		}
	}
}

func TestRetryAfterWithinWithMaxWaitIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, code := range []int{503, 429} {
		synctest.Test(t, func(t *testing.T) {
			transport := testkit.NewScript(testkit.Status(code, "", "Retry-After", "7200"), testkit.Status(200, testkit.AnEvent))
			_, err := testkit.NewClient(t, transport, ll2.WithMaxWait(math.MaxInt64)).DockingEvents.Get(t.Context(), 7)
			if err != nil || transport.Gaps()[0] != 2*time.Hour {
				t.Errorf("%d: %v after waits of %v", code, err, transport.Gaps())
			}
		})
	}
}

// No further attempt, no wait: then what the service said is the error.
func TestRetryAfterOfTheLastAttemptIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := testkit.NewScript(testkit.Status(503, "", "Retry-After", "7200"))
		_, err := testkit.NewClient(t, transport, ll2.WithRetries(0)).DockingEvents.Get(t.Context(), 7)
		if !testkit.IsStatus(503)(err) || errors.Is(err, ll2.ErrRateLimited) || !time.Now().Equal(epoch) {
			t.Errorf("%v after %v", err, time.Since(epoch))
		}
	})
}

func TestA429WithoutRetriesSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body    string
		headers []string
		want    time.Duration
	}{
		"header":  {"", []string{"Retry-After", "2429"}, 2429 * time.Second},
		"words":   {`{"detail":"Request was throttled. Expected available in 2429 seconds."}`, nil, 2429 * time.Second},
		"neither": {"", nil, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			transport := testkit.NewScript(testkit.Status(429, tc.body, tc.headers...))
			_, err := testkit.NewClient(t, transport, ll2.WithRetries(0), ll2.WithBackoff(ownBackoff, ownBackoff)).DockingEvents.Get(t.Context(), 7)
			testkit.WantError(t, err, "rate limited", "429 Too Many Requests")
			limited := testkit.AsError[*ll2.RateLimitError](t, err)
			if limited.RetryAfter != tc.want || limited.Local || !testkit.IsStatus(429)(limited.Err) || transport.Sent() != 1 || !time.Now().Equal(epoch) {
				t.Errorf("%s: got %+v after %v and %d requests, want RetryAfter %v", name, limited, time.Since(epoch), transport.Sent(), tc.want)
			}
		})
	}
}

// Though the call that got the 429 is over, its time holds for the next one.
func TestA429IsNeverRetriedEarlyByTheNextCallEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := testkit.NewScript(testkit.Status(429, "", "Retry-After", "7"), testkit.Status(200, testkit.AnEvent))
		client := testkit.NewClient(t, transport, ll2.WithRetries(0))
		if _, err := client.DockingEvents.Get(t.Context(), 7); !errors.Is(err, ll2.ErrRateLimited) {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if _, err := client.DockingEvents.Get(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
		if gaps := transport.Gaps(); len(gaps) != 1 || gaps[0] != 7*time.Second {
			t.Errorf("waited %v, want 7s", gaps)
		}
	})
}

// Each 429 names a time of its own.
func TestEvery429IsWaitedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := testkit.NewScript(testkit.Status(429, "", "Retry-After", "7"), testkit.Status(429, "", "Retry-After", "3"), testkit.Status(429, "", "Retry-After", "5"))
		_, err := testkit.NewClient(t, transport).DockingEvents.Get(t.Context(), 7)
		limited := testkit.AsError[*ll2.RateLimitError](t, err)
		if api := testkit.AsError[*ll2.APIError](t, err); api.Attempts != 3 || limited.RetryAfter != 5*time.Second || limited.Local {
			t.Errorf("got %+v of %+v", limited, api)
		}
		if gaps := transport.Gaps(); len(gaps) != 2 || gaps[0] != 7*time.Second || gaps[1] != 3*time.Second {
			t.Errorf("waited %v, want 7s and 3s", gaps)
		}
	})
}

func TestRetryAtFindsTheTimeThroughEveryWrapper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later := time.Now().Add(40 * time.Minute)
		limited := &ll2.RateLimitError{RetryAfter: 40 * time.Minute, RetryAt: later}
		unknown := &ll2.RateLimitError{Local: true}
		answer := func(headers ...string) *ll2.APIError {
			header := make(http.Header)
			for pair := range slices.Chunk(headers, 2) {
				header.Set(pair[0], pair[1])
			}
			return &ll2.APIError{StatusCode: http.StatusServiceUnavailable, Header: header}
		}
		other := errors.New("the disk is full")
		for name, tc := range map[string]struct {
			err  error
			want time.Duration // from now; 0: none
		}{
			"a limit":                    {limited, 40 * time.Minute},
			"of a walk":                  {&ll2.PageError{URL: testkit.ListURL, Err: limited}, 40 * time.Minute},
			"wrapped":                    {fmt.Errorf("import: %w", &ll2.PageError{Err: limited}), 40 * time.Minute},
			"joined":                     {errors.Join(other, limited), 40 * time.Minute},
			"joined and wrapped":         {fmt.Errorf("%w, and: %w", other, errors.Join(other, fmt.Errorf("x: %w", limited))), 40 * time.Minute},
			"a limit goes before":        {&ll2.RateLimitError{RetryAt: later, Err: answer("Retry-After", "5")}, 40 * time.Minute},
			"a 503":                      {answer("Retry-After", "5"), 5 * time.Second},
			"a 503 of a walk":            {&ll2.PageError{Err: answer("Retry-After", "5")}, 5 * time.Second},
			"under a limit without time": {&ll2.RateLimitError{Err: answer("Retry-After", "5")}, 5 * time.Second},
			"by the service's clock":     {answer("Retry-After", "Mon, 01 Jan 2024 00:01:00 GMT", "Date", "Mon, 01 Jan 2024 00:00:00 GMT"), time.Minute},

			"none":                       {nil, 0},
			"another error":              {other, 0},
			"a limit without time":       {unknown, 0},
			"an answer without time":     {answer(), 0},
			"an answer without a header": {&ll2.APIError{StatusCode: 429}, 0},
			"at once":                    {answer("Retry-After", "0"), 0},
			"nonsense":                   {answer("Retry-After", "soon"), 0},
			"only a new walk helps":      {&ll2.PageError{Err: &ll2.IncompleteError{}}, 0},
			"nil limit":                  {(*ll2.RateLimitError)(nil), 0},
			"nil answer":                 {(*ll2.APIError)(nil), 0},
			"nil page":                   {(*ll2.PageError)(nil), 0},
			"nil body":                   {(*ll2.DecodeError)(nil), 0},
			"nil in a page":              {fmt.Errorf("x: %w", &ll2.PageError{Err: (*ll2.RateLimitError)(nil)}), 0},
		} {
			at, ok := ll2.RetryAt(tc.err)
			if ok != (tc.want > 0) || ok && time.Until(at) != tc.want || !ok && !at.IsZero() {
				t.Errorf("%s: (%v, %v), want %v from now", name, at, ok, tc.want)
			}
		}
	})
}
