package faults_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
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

const (
	faultSeeds   = 200
	faultAllRows = 515
	faultTimeout = 30 * time.Second
)

// A faultKind is one of the faults that pass, in memory.
type faultKind struct {
	name string
	hit  func(server *ll2test.Server, req *http.Request) (*http.Response, error)
}

// faultBy is a fault that the server knows itself.
func faultBy(name string, f ll2test.Fault) faultKind {
	return faultKind{name, func(server *ll2test.Server, req *http.Request) (*http.Response, error) {
		server.Fail(f)
		return server.RoundTrip(req)
	}}
}

// faultInBody is one that comes behind the first 1000 bytes of the answer.
func faultInBody(name string, end func(req *http.Request) error) faultKind {
	return faultKind{name, func(server *ll2test.Server, req *http.Request) (*http.Response, error) {
		resp, err := server.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(resp.Body, 1000), faultReader(func([]byte) (int, error) { return 0, end(req) })), resp.Body}
		return resp, nil
	}}
}

// A faultReader is an io.Reader that is a function.
type faultReader func([]byte) (int, error)

func (f faultReader) Read(p []byte) (int, error) { return f(p) }

func passingFaults() []faultKind {
	after := func(value string) http.Header { return http.Header{"Retry-After": {value}} }
	kinds := []faultKind{
		faultBy("503, Retry-After in seconds", ll2test.Fault{Status: 503, Header: after("7")}),
		faultBy("503, Retry-After negative", ll2test.Fault{Status: 503, Header: after("-7")}),
		faultBy("503, Retry-After unparsable", ll2test.Fault{Status: 503, Header: after("soon")}),
		{"503, Retry-After as an HTTP date", func(server *ll2test.Server, req *http.Request) (*http.Response, error) {
			server.Fail(ll2test.Fault{Status: 503, Header: after(time.Now().UTC().Add(7 * time.Second).Format(http.TimeFormat))})
			return server.RoundTrip(req)
		}},
		faultBy("429", ll2test.Fault{Status: 429, Header: after("30")}),
		faultBy("429, the time in words", ll2test.Fault{Status: 429, Body: `{"detail":"Expected available in 30 seconds."}`}),
		faultBy("429 that names no time", ll2test.Fault{Status: 429, Body: faultHTML}),
		faultBy("connection refused", ll2test.Fault{Err: &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}}),
		faultBy("reset before the first byte", ll2test.Fault{Err: &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}}),
		faultBy("closed before the first byte", ll2test.Fault{Err: io.EOF}),
		faultBy("body cut short", ll2test.Fault{CutAfter: 1000}),
		faultBy("half a JSON", ll2test.Fault{Body: `{"count":515,"next":null,"results":[{"id":1`}),
		faultBy("empty body", ll2test.Fault{Status: 200}),
		faultBy("stalled before the first byte", ll2test.Fault{Delay: time.Hour}),
		faultBy("slow, but in time", ll2test.Fault{Delay: faultTimeout - time.Second}),
		faultInBody("reset in the body", func(*http.Request) error { return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET} }),
		faultInBody("damaged gzip", func(*http.Request) error { return gzip.ErrChecksum }),
		faultInBody("stalled in the body", func(req *http.Request) error {
			<-req.Context().Done()
			return req.Context().Err()
		}),
		{"a body that trickles past the timeout", func(server *ll2test.Server, req *http.Request) (*http.Response, error) {
			resp, err := server.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			body := resp.Body
			resp.Body = struct {
				io.Reader
				io.Closer
			}{faultReader(func(p []byte) (int, error) {
				time.Sleep(time.Second)
				return body.Read(p[:min(len(p), 100)])
			}), body}
			return resp, nil
		}},
	}
	for _, status := range []int{408, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527} {
		kinds = append(kinds, faultBy(fmt.Sprintf("%d with HTML", status), ll2test.Fault{Status: status, Body: faultHTML}))
	}
	return kinds
}

// A faultTally counts over all seeds.
type faultTally struct {
	mu              sync.Mutex
	requests        int
	hits            map[string]int
	whole, stitched int // walks that came through, and those that were resumed
}

// walk reads all events under a mix of faults and resumes as often as it takes.
func (n *faultTally) walk(t *testing.T, seed uint64, server *ll2test.Server) []int {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	kinds := passingFaults()
	client := server.Client(ll2.WithHTTPClient(&http.Client{
		Timeout: faultTimeout,
		Transport: testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			n.mu.Lock()
			n.requests++
			n.mu.Unlock()
			if random.IntN(5) > 0 {
				return server.RoundTrip(req)
			}
			kind := kinds[random.IntN(len(kinds))]
			n.mu.Lock()
			n.hits[kind.name]++
			n.mu.Unlock()
			return kind.hit(server, req)
		}),
	}))
	options := []ll2.ListOption{ll2.PageSize(25)}
	var got []int
	for walks := 1; walks <= 50; walks++ {
		part, err := ll2.Collect(client.DockingEvents.All(t.Context(), options...))
		got = append(got, testkit.IDs(part)...)
		if err == nil {
			n.mu.Lock()
			defer n.mu.Unlock()
			if walks == 1 {
				n.whole++
			} else {
				n.stitched++
			}
			return got
		}
		var page *ll2.PageError
		if !errors.As(err, &page) || page.URL == "" {
			t.Fatalf("seed %d: %v says not where to go on", seed, err)
		}
		options = []ll2.ListOption{ll2.PageSize(25), ll2.StartAt(page.URL)}
	}
	t.Fatalf("seed %d: no end after 50 walks", seed)
	return nil
}

func TestAWalkUnderFaultsYieldsEveryEventOnceOrSaysWhereToGoOn(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(faultAllRows)
	var want []int
	for _, e := range testkit.All(t, ll2test.NewServer(events...).Client()) {
		want = append(want, e.ID)
	}
	if len(want) != faultAllRows {
		t.Fatalf("%d events without faults", len(want))
	}
	tally := &faultTally{hits: make(map[string]int)}
	t.Cleanup(func() { tally.check(t) }) // after all of them
	const groups = 8
	for group := range groups {
		t.Run(fmt.Sprintf("seed %d and every %dth from there", group, groups), func(t *testing.T) {
			t.Parallel()
			server := ll2test.NewServer(events...)
			for seed := group; seed < faultSeeds; seed += groups {
				synctest.Test(t, func(t *testing.T) {
					if got := tally.walk(t, uint64(seed), server); !slices.Equal(got, want) {
						t.Errorf("seed %d: %d events %v, want %d in order", seed, len(got), got, len(want))
					}
				})
			}
		})
	}
}

// check holds that the walks above met what they were to meet.
func (n *faultTally) check(t *testing.T) {
	t.Helper()
	hits := 0
	var never []string
	for _, kind := range passingFaults() {
		hits += n.hits[kind.name]
		if n.hits[kind.name] == 0 {
			never = append(never, kind.name)
		}
	}
	if never != nil {
		t.Errorf("never hit: %s", strings.Join(never, "; "))
	}
	if share := float64(hits) / float64(n.requests); share < 0.18 || share > 0.22 {
		t.Errorf("%d of %d requests were hit, want a fifth", hits, n.requests)
	}
	if n.whole+n.stitched != faultSeeds || n.whole == 0 || n.stitched == 0 {
		t.Errorf("%d walks came through and %d were resumed, want some of both, %d together", n.whole, n.stitched, faultSeeds)
	}
	testkit.Golden(t, "../../doc/faults.md", "walk", fmt.Sprintf("| seeds | kinds of faults | requests | hit | complete at once | complete by StartAt |\n"+
		"| ---: | ---: | ---: | ---: | ---: | ---: |\n| %d | %d | %d | %d | %d | %d |\n",
		faultSeeds, len(n.hits), n.requests, hits, n.whole, n.stitched))
}
