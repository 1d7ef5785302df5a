package faults_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// faultAnswer stages a fault in memory. Its answer is made when the request
// comes, from what the server would have sent.
func faultAnswer(answer func(page string) ll2test.Fault) func(*testing.T, int) faultStage {
	return func(t *testing.T, times int) faultStage {
		t.Helper()
		server := ll2test.NewServer(ll2test.Events(faultEvents)...)
		still := &faultTimes{times}
		transport := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			if faultSecondPage(req.URL.String()) && still.take() {
				page := faultBody(t, ll2test.NewServer(ll2test.Events(faultEvents)...), req.URL.String())
				server.Fail(answer(page))
			}
			return testkit.Echoing(server)(req)
		})
		return faultStage{
			client: func(opts ...ll2.Option) *ll2.Client {
				return server.Client(append(opts,
					ll2.WithHTTPClient(&http.Client{Transport: transport, Timeout: 30 * time.Second}))...)
			},
			requests: func() int {
				n := 0
				for _, req := range server.Requests() {
					if faultSecondPage(req.URL.String()) {
						n++
					}
				}
				return n
			},
			mend:   func() { still.left = 0 },
			caller: t.Context,
		}
	}
}

// faultStatus is the same answer each time.
func faultStatus(status int, header, value, body string) func(*testing.T, int) faultStage {
	return faultAnswer(func(string) ll2test.Fault {
		f := ll2test.Fault{Status: status, Body: body}
		if header != "" {
			f.Header = http.Header{header: {value}}
		}
		return f
	})
}

// faultEdit is the server's own answer with one text in the place of another.
func faultEdit(old, replacement string) func(*testing.T, int) faultStage {
	return faultAnswer(func(page string) ll2test.Fault {
		if !strings.Contains(page, old) {
			panic("the page has no " + old)
		}
		return ll2test.Fault{Body: strings.Replace(page, old, replacement, 1)}
	})
}

// answerFaults are answers that come whole, but are not what was asked for.
func answerFaults() []fault {
	var all []fault
	for _, status := range []int{500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 408, 499} {
		all = append(all, fault{
			name: fmt.Sprintf("%d with HTML", status), gist: strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status))),
			stage: faultStatus(status, "", "", faultHTML),
		})
	}
	const retryAfter = "Retry-After"
	return append(all,
		fault{name: "503, Retry-After in seconds", gist: "503 Service Unavailable", stage: faultStatus(503, retryAfter, "7", "")},
		fault{
			name: "503, Retry-After as an HTTP date", gist: "503 Service Unavailable",
			stage: faultAnswer(func(string) ll2test.Fault {
				date := time.Now().UTC().Add(7 * time.Second).Format(http.TimeFormat)
				return ll2test.Fault{Status: 503, Header: http.Header{retryAfter: {date}}}
			}),
		},
		fault{
			name: "503, Retry-After as a date that is over", gist: "503 Service Unavailable",
			stage: faultStatus(503, retryAfter, "Fri, 31 Dec 1999 23:59:00 GMT", ""), // virtual time begins a minute later
		},
		fault{name: "503, Retry-After negative", gist: "503 Service Unavailable", stage: faultStatus(503, retryAfter, "-7", "")},
		fault{
			name: "503, Retry-After huge", fate: faultStands, gist: "not sent: the next request can go in 2562047h47m16",
			stage: faultStatus(503, retryAfter, "99999999999999999999", ""),
		},
		fault{name: "503, Retry-After unparsable", gist: "503 Service Unavailable", stage: faultStatus(503, retryAfter, "soon", "")},
		fault{
			name: "429, Retry-After within WithMaxWait", gist: "429 Too Many Requests",
			stage: faultStatus(429, retryAfter, "30", `{"detail":"Request was throttled. Expected available in 30 seconds."}`),
		},
		fault{
			name: "429, the time in words only", gist: "Expected available in 30 seconds.",
			stage: faultStatus(429, "", "", `{"detail":"Request was throttled. Expected available in 30 seconds."}`),
		},
		fault{
			name: "429 that names no time", gist: "when the next request can go is not known",
			stage: faultStatus(429, "", "", faultHTML),
		},
		fault{
			name: "429, Retry-After beyond WithMaxWait", fate: faultStands, gist: "the next request can go in 40m29s",
			stage: faultStatus(429, retryAfter, "2429", ""),
		},
		fault{
			name: "200 with HTML", fate: faultStands, gist: "invalid character '<'",
			stage: faultStatus(200, "", "", faultHTML),
		},
		fault{name: "200 with an empty body", gist: "unexpected end of JSON input", stage: faultStatus(200, "", "", "")},
		fault{
			name: "200 with half a JSON", gist: "unexpected end of JSON input",
			stage: faultAnswer(func(page string) ll2test.Fault { return ll2test.Fault{Body: page[:len(page)/2]} }),
		},
		fault{
			name: "200 with two JSON values", fate: faultStands, gist: "after top-level value",
			stage: faultAnswer(func(page string) ll2test.Fault { return ll2test.Fault{Body: page + page} }),
		},
		fault{
			name: "`results` null", fate: faultStands, gist: "page without a results list",
			stage: faultStatus(200, "", "", `{"count":30,"next":null,"previous":null,"results":null}`),
		},
		fault{
			name: "`results` an object", fate: faultStands, gist: "cannot unmarshal object",
			stage: faultStatus(200, "", "", `{"count":30,"next":null,"previous":null,"results":{}}`),
		},
		fault{name: "`count` a string", fate: faultStands, gist: "cannot unmarshal string", stage: faultEdit(`"count":30`, `"count":"30"`)},
		fault{name: "`count` missing", fate: faultStands, gist: "page without a count", stage: faultEdit(`"count":30,`, ``)},
		fault{name: "an `id` that is a string", fate: faultStands, gist: "cannot unmarshal string", stage: faultEdit(`"id":11,`, `"id":"11",`)},
		fault{name: "an event without an `id`", fate: faultStands, gist: "docking event without an id", stage: faultEdit(`"id":11,`, ``)},
		fault{
			name: "an array 100,000 deep", fate: faultStands, gist: "exceeded max depth",
			stage: faultStatus(200, "", "", `{"count":30,"results":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+`}`),
		},
		fault{name: "invalid UTF-8 in a text", fate: faultHarmless, stage: faultEdit(`"name":"`, "\"name\":\"\xff\xfe")},
		fault{name: "a key twice", fate: faultHarmless, stage: faultEdit(`"id":11,`, `"id":4711,"id":11,`)},
	)
}

func TestFaultsInAnswersAreTriedAgainWhereThatCanHelp(t *testing.T) {
	table := faultRows{head: "| fault | attempts | waits | what the caller sees | if it comes only once |\n" +
		"| --- | ---: | --- | --- | --- |\n"}
	for _, f := range answerFaults() {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				once, stays := f.runs(t)
				if stays.requests != stays.attempts {
					t.Errorf("%d requests in %d attempts", stays.requests, stays.attempts)
				}
				table.rows = append(table.rows, []string{
					f.name, strconv.Itoa(stays.attempts), stays.waited(), stays.sees(f.gist), once.again(f.fate),
				})
			})
		})
	}
	testkit.Golden(t, "../../doc/faults.md", "answers", table.String())
}
