package quota_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// A crowd is 64 goroutines that use one quota at once: a quarter walks over all
// events and goes on where an error came, a quarter gets single ones, a quarter
// walks until it is cancelled, and a quarter looks at the quota and lists a page.
type crowd struct {
	clients []*ll2.Client // which the goroutines take in turns
	events  int
	life    time.Duration // within which those who are cancelled are
	prompt  time.Duration // how long a cancelled walk may take to return
	repeats int           // requests under way that net/http can have repeated by itself, beyond the limit

	failed, cancelled, midway atomic.Int32
}

const (
	crowdSize = 64
	crowdPage = 10
)

func (c *crowd) run(t *testing.T) {
	var wg sync.WaitGroup
	for i := range crowdSize {
		client := c.clients[i/4%len(c.clients)]
		random := rand.New(rand.NewPCG(515, uint64(i)))
		role := []func(*testing.T, *ll2.Client, *rand.Rand){c.walk, c.get, c.leave, c.look}[i%4]
		wg.Go(func() { role(t, client, random) })
	}
	wg.Wait()
	if c.failed.Load() == 0 {
		t.Error("no call failed")
	}
	if n := c.cancelled.Load(); n != crowdSize/4 {
		t.Errorf("%d walks were cancelled, want %d", n, crowdSize/4)
	}
	if c.midway.Load() == 0 {
		t.Error("no walk was cancelled after its first event")
	}
	for _, client := range c.clients {
		if err := c.persist(t, func() error { return testkit.Get(t.Context(), client) }); err != nil {
			t.Error(err)
		}
	}
}

// persist calls again what fails, when it can go.
func (c *crowd) persist(t *testing.T, call func() error) error {
	for range 1000 {
		err := call()
		if err == nil {
			return nil
		}
		c.failed.Add(1)
		var limited *ll2.RateLimitError
		var api *ll2.APIError
		var broken *net.OpError
		switch {
		case errors.As(err, &limited):
			time.Sleep(limited.RetryAfter)
		case errors.As(err, &api) && api.StatusCode >= 500, errors.As(err, &broken),
			errors.Is(err, errReset), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		default:
			t.Errorf("error that no fault explains: %v", err)
			return err
		}
	}
	return errors.New("no end after 1000 calls")
}

var errReset = errors.New("connection reset by peer")

func (c *crowd) walk(t *testing.T, client *ll2.Client, _ *rand.Rand) {
	seen := make(map[int]bool)
	opts := []ll2.ListOption{ll2.PageSize(crowdPage)}
	err := c.persist(t, func() error {
		for event, err := range client.DockingEvents.All(t.Context(), opts...) {
			if err != nil {
				var page *ll2.PageError
				if errors.As(err, &page) {
					opts = append(opts, ll2.StartAt(page.URL))
				}
				return err
			}
			if seen[event.ID] {
				t.Errorf("event %d came again", event.ID)
			}
			seen[event.ID] = true
		}
		return nil
	})
	if err != nil || len(seen) != c.events {
		t.Errorf("a walk saw %d events (%v), want %d", len(seen), err, c.events)
	}
}

func (c *crowd) get(t *testing.T, client *ll2.Client, random *rand.Rand) {
	for range 5 {
		id := 1 + random.IntN(c.events)
		err := c.persist(t, func() error {
			event, err := client.DockingEvents.Get(t.Context(), id)
			if err == nil && event.ID != id {
				t.Errorf("got event %d, want %d", event.ID, id)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func (c *crowd) leave(t *testing.T, client *ll2.Client, random *rand.Rand) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var left time.Time
	var timer *time.Timer
	start := sync.OnceFunc(func() {
		timer = time.AfterFunc(time.Duration(random.Int64N(int64(c.life))), func() {
			left = time.Now()
			cancel()
		})
	})
	opts := []ll2.ListOption{ll2.PageSize(crowdPage)}
	if random.IntN(2) == 0 {
		start()
	} else { // with its first page, however long that takes
		opts = append(opts, ll2.OnPage(func(ll2.PageInfo) { start() }))
	}
	defer func() { timer.Stop() }()
	for ended := false; ; ended = ctx.Err() != nil {
		events, err := ll2.Collect(client.DockingEvents.All(ctx, opts...))
		var limited *ll2.RateLimitError
		switch {
		case errors.Is(err, context.Canceled):
			if took := time.Since(left); took > c.prompt {
				t.Errorf("a cancelled walk took %v to return", took)
			}
			c.cancelled.Add(1)
			if len(events) > 0 {
				c.midway.Add(1)
			}
			return
		case ended:
			t.Errorf("a walk whose context has ended returned %d events and the error %v", len(events), err)
			return
		case errors.As(err, &limited):
			wait(ctx, limited.RetryAfter)
		}
	}
}

// wait sleeps, but not longer than the context.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (c *crowd) look(t *testing.T, client *ll2.Client, random *rand.Rand) {
	for range 5 {
		quota := client.Quota()
		if used, most := quota.Used, quota.Limit+c.repeats; used > most || quota.Next(1).After(quota.Next(2)) {
			t.Errorf("%d places of %d are taken, the next one free at %v, the one after it at %v",
				used, quota.Limit, quota.Next(1), quota.Next(2))
		}
		time.Sleep(time.Duration(random.Int64N(int64(c.life / 5))))
		for _, call := range []func() error{
			func() error {
				_, err := client.Throttle(t.Context())
				return err
			},
			func() error {
				page, err := client.DockingEvents.List(t.Context(), ll2.PageSize(1))
				if err == nil && page.Count != c.events {
					t.Errorf("a page counts %d events, want %d", page.Count, c.events)
				}
				return err
			},
		} {
			if err := c.persist(t, call); err != nil {
				t.Error(err)
			}
		}
	}
}

// mixedFaults returns faults of which every third is one.
func mixedFaults(n int, delay time.Duration) []ll2test.Fault {
	random := rand.New(rand.NewPCG(5, 15))
	faults := make([]ll2test.Fault, n)
	for i := range faults {
		faults[i].Delay = time.Duration(random.Int64N(int64(delay)))
		switch random.IntN(15) {
		case 0:
			faults[i].Status, faults[i].Body = http.StatusBadGateway, "<h1>Bad gateway</h1>"
		case 1:
			faults[i].Status, faults[i].Header = http.StatusServiceUnavailable, http.Header{"Retry-After": {fmt.Sprint(delay.Seconds())}}
		case 2:
			faults[i].CutAfter = 200
		case 3:
			faults[i].Err = errReset
		case 4:
			faults[i].Status = 524
		}
	}
	return faults
}

func TestManyGoroutinesShareAQuotaWithoutRaceLeakOrRefusal(t *testing.T) {
	for name, test := range map[string]struct {
		opts    []ll2.Option
		refused bool // the client learns of the quota by 429s
	}{
		"the production host's quota":  {opts: []ll2.Option{ll2.WithBaseURL(ll2.DefaultBaseURL)}},
		"the quota that was asked for": {opts: []ll2.Option{ll2.WithQuotaSync()}},
		"no quota but the service's":   {refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				events := ll2test.Events(60)
				server := ll2test.NewServer(events...)
				server.Limit(15, time.Hour)
				server.Fail(mixedFaults(1000, 20*time.Second)...)
				client := server.Client(append(test.opts, ll2.WithMaxWait(math.MaxInt64))...)
				c := &crowd{clients: []*ll2.Client{client}, events: len(events), life: 12 * time.Hour, prompt: 10 * time.Millisecond}
				if !test.refused {
					c.clients = append(c.clients, server.Client(ll2.WithLimiter(client.Limiter()), ll2.WithMaxWait(math.MaxInt64)))
				}
				c.run(t)
				if n := testkit.Statuses(server)[http.StatusTooManyRequests]; (n > 0) != test.refused {
					t.Errorf("%d requests were refused, want some: %t", n, test.refused)
				}
			})
		})
	}
}

func TestManyGoroutinesShareAQuotaOverSockets(t *testing.T) {
	events := ll2test.Events(60)
	server := ll2test.NewServer(events...)
	server.Fail(mixedFaults(5000, 5*time.Millisecond)...)
	server.Limit(200, 300*time.Millisecond)
	ts := httptest.NewServer(server)
	defer ts.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	defer transport.CloseIdleConnections()
	client, err := ll2.New(ll2.WithBaseURL(ts.URL+"/2.2.0/"), ll2.WithHTTPClient(&http.Client{Transport: transport}),
		ll2.WithRateLimit(200, 300*time.Millisecond), ll2.WithBackoff(0, time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	// In real time others run, too. That who is cancelled returns at once holds in
	// virtual time, above.
	c := &crowd{clients: []*ll2.Client{client}, events: len(events), life: time.Second, prompt: time.Hour, repeats: crowdSize}
	c.run(t)
	if n := testkit.Statuses(server)[http.StatusTooManyRequests]; n > 0 {
		t.Errorf("%d requests were refused, want none", n)
	}
}
