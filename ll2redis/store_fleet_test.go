package ll2redis_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/ll2redis/internal/redistest"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

const (
	mirrorEnv = "LL2REDIS_TEST_MIRROR" // address of Redis, URL of the service

	mirrorProcesses = 8
	mirrorKills     = 30
	mirrorQuota     = 15
	mirrorStates    = 40 // of the service, which has another event with each
	mirrorFirst     = 60 // events in the first state: all fit on one page
	mirrorHour      = 250 * time.Millisecond

	// mirrorLease is less than the five minutes of a mirror, because the test does not
	// wait that long after a kill.
	mirrorLease = 5 * time.Second
)

// A hastyLock is a store whose locks end soon.
type hastyLock struct{ mirror.Store }

func (s hastyLock) TryLock(ctx context.Context, name string, ttl time.Duration) (func(), bool, error) {
	return s.Store.TryLock(ctx, name, min(ttl, mirrorLease))
}

// workMirror is one process of the fleet: it walks over all events again and again, and
// prints how many there were and a sum of them.
func workMirror() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	var addr, url string
	if _, err := fmt.Sscan(os.Getenv(mirrorEnv), &addr, &url); err != nil {
		panic(err)
	}
	client, err := ll2.New(ll2.WithBaseURL(url), ll2.WithMaxWait(0))
	if err != nil {
		panic(err)
	}
	store := hastyLock{ll2redis.NewStore(redis.NewClient(&redis.Options{Addr: addr}))}
	m, err := mirror.Open(client, store, mirror.RefreshEvery(mirrorHour), mirror.Patience(0))
	if err != nil {
		panic(err)
	}
	for ; ; time.Sleep(10 * time.Millisecond) {
		n, sum, err := sumOf(m.DockingEvents)
		switch {
		case errors.Is(err, mirror.ErrCold):
			fmt.Println("cold")
		case err != nil:
			fmt.Println("error", err)
		default:
			fmt.Println("events", n, sum)
		}
	}
}

// sumOf walks over all events and returns their number and a sum of them.
func sumOf(events *ll2.DockingEventsService) (n int, sum string, err error) {
	hash := sha256.New()
	for event, err := range events.All(context.Background(), ll2.PageSize(100)) {
		if err != nil {
			return 0, "", err
		}
		if err := json.NewEncoder(hash).Encode(event); err != nil {
			return 0, "", err
		}
		n++
	}
	return n, fmt.Sprintf("%x", hash.Sum(nil)[:8]), nil
}

// A mirrorFleet is the processes, the Redis and the service that they share.
type mirrorFleet struct {
	t       *testing.T
	redis   *redistest.Server
	service *ll2test.Server
	web     *httptest.Server
	sums    map[int]string // of each state, by the number of its events

	mu      sync.Mutex
	all     []*mirrorProcess
	asked   map[int]int // by the status of the answer
	current int         // state of the service
}

type mirrorProcess struct {
	cmd   *exec.Cmd
	stdin io.Closer
	ended chan struct{}
	// Under the fleet's mutex.
	answers, cold, events int
}

func startMirrorFleet(t *testing.T) *mirrorFleet {
	t.Helper()
	events := ll2test.EventsAround(mirrorFirst+mirrorStates, time.Now())
	f := &mirrorFleet{
		t: t, redis: redistest.Start(t), service: ll2test.NewServer(events[:mirrorFirst]...),
		sums: make(map[int]string), asked: make(map[int]int),
	}
	for n := mirrorFirst; n < mirrorFirst+mirrorStates; n++ {
		count, sum, err := sumOf(ll2test.NewServer(events[:n]...).Client().DockingEvents)
		if err != nil || count != n {
			t.Fatal(count, err)
		}
		f.sums[n] = sum
	}
	f.service.Limit(mirrorQuota, time.Hour)
	f.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.service.ServeHTTP(w, r)
		requests := f.service.Requests()
		status := requests[len(requests)-1].Status
		f.asked[status]++
		if status == http.StatusOK && f.current < mirrorStates-1 {
			f.current++
			f.service.SetEvents(events[:mirrorFirst+f.current]...)
		}
	}))
	t.Cleanup(f.web.Close)
	for range mirrorProcesses {
		f.all = append(f.all, f.start())
	}
	t.Cleanup(func() {
		for i := range f.all {
			f.kill(i)
		}
	})
	return f
}

func (f *mirrorFleet) start() *mirrorProcess {
	p := &mirrorProcess{cmd: exec.Command(os.Args[0]), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s/", mirrorEnv, f.redis.Addr, f.web.URL))
	p.cmd.Stderr = io.Discard       // go-redis complains that Redis is gone
	stdin, err := p.cmd.StdinPipe() // ends when this process does
	if err != nil {
		f.t.Fatal(err)
	}
	p.stdin = stdin
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		for lines := bufio.NewReader(out); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				return // and the last line is half a one
			}
			f.heard(p, strings.TrimSpace(line))
		}
	}()
	return p
}

// heard judges what a process said.
func (f *mirrorFleet) heard(p *mirrorProcess, line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var n int
	var sum string
	if line == "cold" && p.answers == 0 {
		p.cold++
		return
	}
	if _, err := fmt.Sscanf(line, "events %d %s", &n, &sum); err != nil {
		f.t.Errorf("a process said %q", line)
		return
	}
	switch {
	case f.sums[n] != sum:
		f.t.Errorf("%d events with the sum %s, which the service never had", n, sum)
	case n < p.events:
		f.t.Errorf("%d events after %d: the copy went back", n, p.events)
	case n > mirrorFirst+f.current:
		f.t.Errorf("%d events, the service has %d", n, mirrorFirst+f.current)
	}
	p.answers, p.events = p.answers+1, n
}

func (f *mirrorFleet) kill(i int) {
	_ = f.all[i].cmd.Process.Kill()
	<-f.all[i].ended
	_ = f.all[i].cmd.Wait()
	_ = f.all[i].stdin.Close()
}

// until waits until every process has what is wanted.
func (f *mirrorFleet) until(what string, has func(*mirrorProcess) bool) {
	f.t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		f.mu.Lock()
		missing := 0
		for _, p := range f.all {
			if !has(p) {
				missing++
			}
		}
		f.mu.Unlock()
		switch {
		case missing == 0:
			return
		case f.t.Failed():
			f.t.FailNow()
		case time.Now().After(deadline):
			f.t.Fatalf("never: %s; %d processes do not\n%s", what, missing, f)
		}
	}
}

// String says how things are.
func (f *mirrorFleet) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "asked %v by status, the service has %d events\n", f.asked, mirrorFirst+f.current)
	for _, p := range f.all {
		fmt.Fprintf(&b, "%d answers, the last of %d events; %d times cold\n", p.answers, p.events, p.cold)
	}
	return b.String()
}

func TestAFleetOfMirrorsSharesOneCopyThroughKillsAndWithoutRedis(t *testing.T) {
	f := startMirrorFleet(t)
	for range mirrorKills {
		time.Sleep(rand.N(mirrorHour))
		i := rand.N(len(f.all))
		f.kill(i)
		f.mu.Lock()
		f.all[i] = nil
		f.mu.Unlock()
		p := f.start()
		f.mu.Lock()
		f.all[i] = p
		f.mu.Unlock()
	}
	f.until("the quota is spent", func(*mirrorProcess) bool { return f.asked[http.StatusTooManyRequests] > 0 })
	// The last answer can have died with who asked for it.
	f.until("all have the same copy", func(p *mirrorProcess) bool {
		newest := slices.MaxFunc(f.all, func(a, b *mirrorProcess) int { return a.events - b.events })
		return p.events > 0 && p.events == newest.events
	})
	f.mu.Lock()
	t.Logf("%d processes, %d killed: %v by status", mirrorProcesses, mirrorKills, f.asked)
	// One is refused and tells the others, unless it dies before it can.
	if f.asked[http.StatusOK] != mirrorQuota || f.asked[http.StatusTooManyRequests] > 1+mirrorKills {
		t.Errorf("the service was asked %v times, by status", f.asked)
	}
	refused := f.asked[http.StatusTooManyRequests]
	f.mu.Unlock()

	f.redis.Stop()
	more := func(n int) func(*mirrorProcess) bool {
		before := make(map[*mirrorProcess]int)
		for _, p := range f.all {
			before[p] = p.answers
		}
		return func(p *mirrorProcess) bool { return p.answers >= before[p]+n }
	}
	f.mu.Lock()
	enough := more(100)
	f.mu.Unlock()
	f.until("all answer without Redis", enough)
	f.mu.Lock()
	// A process that does not know yet that the service refuses asks it once.
	if n := f.asked[http.StatusTooManyRequests] - refused; n > mirrorProcesses {
		t.Errorf("without Redis %d processes asked a service that refuses %d times", mirrorProcesses, n)
	}
	f.mu.Unlock()

	// A process that finds nothing fills the store that came back empty.
	f.redis.Start()
	f.service.Limit(1000, time.Hour)
	f.kill(0)
	p := f.start()
	f.mu.Lock()
	f.all[0] = p
	f.mu.Unlock()
	f.until("all have a copy of after that", func(p *mirrorProcess) bool { return p.events >= mirrorFirst+mirrorQuota })
}
