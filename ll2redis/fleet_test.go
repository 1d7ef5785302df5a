package ll2redis_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/ll2redis/internal/redistest"
	"github.com/docking-event/ll2/ll2test"
)

var update = flag.Bool("update", false, "write the figures into doc/quota.md and doc/mirror.md")

const (
	fleetN         = 40
	fleetPer       = 3 * time.Second
	fleetLease     = 200 * time.Millisecond
	fleetProcesses = 8
	fleetCallers   = 6                     // in each process: together more than the quota has places
	fleetBefore    = 20 * time.Millisecond // longest time until the service counts
	fleetAfter     = 10 * time.Millisecond // and from there to the answer

	workerEnv = "LL2REDIS_TEST_WORKER" // address of Redis, URL of the service, crashes in a thousand requests
)

// A fleet holds the results of one run.
type fleet struct {
	windows, granted, refused, crashes int
	again                              time.Duration // mean time in which a place is used again
	questions                          float64       // to Redis, for each request
}

// most is the largest number of requests that the service grants: at once, and anew
// after each per.
func (f fleet) most() int { return fleetN * f.windows }

// used is the part of the quota that is used in the long run: counting by most
// would hide a loss in each window until it adds up to a whole one.
func (f fleet) used() float64 { return 100 * fleetPer.Seconds() / f.again.Seconds() }

func TestAFleetIsNeverRefusedAndUsesTheQuota(t *testing.T) {
	const windows = 8
	var steady, crashing fleet
	t.Run("runs", func(t *testing.T) {
		t.Run("steady", func(t *testing.T) {
			t.Parallel()
			steady = runFleet(t, windows, 0)
			t.Logf("%+v", steady)
			if steady.refused != 0 || steady.used() < 97 || float64(steady.granted) < 0.97*float64(steady.most()) {
				t.Errorf("the fleet got %d of %d requests, %.1f %% in the long run, and was refused %d times",
					steady.granted, steady.most(), steady.used(), steady.refused)
			}
		})
		t.Run("with crashes", func(t *testing.T) {
			t.Parallel()
			crashing = runFleet(t, windows, 30)
			t.Logf("%+v", crashing)
			if crashing.crashes == 0 {
				t.Error("no process crashed")
			}
			// A crash costs the lease of all places that its process held.
			if crashing.refused != 0 || float64(crashing.granted) < 0.8*float64(crashing.most()) {
				t.Errorf("with %d crashes the fleet got %d of %d requests, and was refused %d times",
					crashing.crashes, crashing.granted, crashing.most(), crashing.refused)
			}
		})
	})
	if *update && !t.Failed() {
		writeFigures(t, steady, crashing)
	}
}

// runFleet runs the processes for so many windows against one service, over
// sockets. Of a thousand requests so many end with their process.
func runFleet(t *testing.T, windows, crashes int) fleet {
	t.Helper()
	redisServer := redistest.Start(t)
	service := ll2test.NewServer(ll2test.Events(1)...)
	service.Limit(fleetN, fleetPer)
	var mu sync.Mutex
	var counted []time.Time
	result := fleet{windows: windows}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(rand.N(fleetBefore))
		answer := httptest.NewRecorder()
		service.ServeHTTP(answer, r)
		mu.Lock()
		switch answer.Code {
		case http.StatusOK:
			counted = append(counted, time.Now())
		case http.StatusTooManyRequests:
			result.refused++
		default:
			t.Errorf("the service answered %d", answer.Code)
		}
		mu.Unlock()
		time.Sleep(rand.N(fleetAfter))
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	defer web.Close()

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var crashed atomic.Int64
	var all sync.WaitGroup
	for range fleetProcesses {
		all.Go(func() {
			for ctx.Err() == nil {
				if runWorker(ctx, t, fmt.Sprintf("%s %s/ %d", redisServer.Addr, web.URL, crashes)) {
					crashed.Add(1)
				}
			}
		})
	}
	eventually(t, "the first request", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(counted) > 0
	})
	mu.Lock()
	end := counted[0].Add(time.Duration(windows) * fleetPer)
	mu.Unlock()
	time.Sleep(time.Until(end))
	stats := redisServer.Client(t).InfoMap(t.Context(), "commandstats").Val()["Commandstats"]
	stop()
	all.Wait()

	mu.Lock()
	defer mu.Unlock()
	for _, at := range counted {
		if at.Before(end) {
			result.granted++
		}
	}
	last := min(len(counted), windows*fleetN)
	result.again = (middle(counted[last-fleetN:last]) - middle(counted[:fleetN])) * fleetN / time.Duration(last-fleetN)
	result.crashes = int(crashed.Load())
	calls, _, _ := strings.Cut(strings.TrimPrefix(stats["cmdstat_evalsha"], "calls="), ",")
	questions, _ := strconv.Atoi(calls)
	result.questions = float64(questions) / float64(len(counted))
	return result
}

// middle returns the mean of times, since the year 1970.
func middle(times []time.Time) time.Duration {
	var sum time.Duration
	for _, at := range times {
		sum += at.Sub(times[0])
	}
	return time.Duration(times[0].UnixNano()) + sum/time.Duration(len(times))
}

// runWorker runs one process and reports whether it crashed.
func runWorker(ctx context.Context, t *testing.T, job string) bool {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), workerEnv+"="+job)
	stdin, err := cmd.StdinPipe() // ends when this process does
	if err != nil {
		t.Error(err)
		return false
	}
	defer stdin.Close()
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != crashCode {
		t.Errorf("a process ended with %v: %s", err, out)
	}
	return true
}

const crashCode = 42

// work is one process of the fleet.
func work() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	var addr, url string
	var crashes int
	if _, err := fmt.Sscan(os.Getenv(workerEnv), &addr, &url, &crashes); err != nil {
		panic(err)
	}
	limiter, err := ll2redis.NewLimiter(redis.NewClient(&redis.Options{Addr: addr}), "fleet", fleetN, fleetPer,
		ll2redis.WithLease(fleetLease))
	if err != nil {
		panic(err)
	}
	client, err := ll2.New(ll2.WithBaseURL(url), ll2.WithLimiter(limiter), ll2.WithMaxWait(math.MaxInt64), ll2.WithRetries(0),
		ll2.WithHTTPClient(&http.Client{Transport: crashingTransport(crashes)}))
	if err != nil {
		panic(err)
	}
	var all sync.WaitGroup
	for range fleetCallers {
		all.Go(func() {
			for {
				if _, err := client.DockingEvents.Get(context.Background(), 1); err != nil {
					panic(err)
				}
			}
		})
	}
	all.Wait()
}

// A crashingTransport ends the process in the middle of so many of a thousand
// requests.
type crashingTransport int

func (c crashingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if rand.N(1000) < int(c) {
		time.AfterFunc(rand.N(fleetBefore+fleetAfter), func() { os.Exit(crashCode) })
	}
	return http.DefaultTransport.RoundTrip(req)
}

// writeFigures writes what the runs gave into doc/quota.md.
func writeFigures(t *testing.T, steady, crashing fleet) {
	t.Helper()
	var table strings.Builder
	table.WriteString("| run | windows | granted | of | in the long run | refused | crashes | round trips a request |\n")
	table.WriteString("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, row := range []struct {
		name string
		fleet
	}{{"steady", steady}, {"with crashes", crashing}} {
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %.1f %% | %d | %d | %.1f |\n", row.name, row.windows, row.granted, row.most(),
			row.used(), row.refused, row.crashes, row.questions)
	}
	writeTable(t, "../doc/quota.md", "redis", table.String())
}

// writeTable writes a table between the markers of its name in a document.
func writeTable(t *testing.T, document, name, table string) {
	t.Helper()
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	old, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no markers", document)
	}
	if err := os.WriteFile(document, []byte(before+begin+table+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
