package ll2redis_test

import (
	"context"
	"errors"
	"math"
	"slices"
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

// newLimiter returns a limiter that is closed with the test.
func newLimiter(t *testing.T, client redis.UniversalClient, n int, per time.Duration, opts ...ll2redis.LimiterOption) *ll2redis.Limiter {
	t.Helper()
	l, err := ll2redis.NewLimiter(client, "quota", n, per, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// reserve takes a place without waiting, or returns in how long there is one.
func reserve(t *testing.T, l *ll2redis.Limiter) (settle func(time.Time), wait time.Duration) {
	t.Helper()
	settle, err := l.Reserve(t.Context(), 0)
	var limited *ll2.RateLimitError
	switch {
	case err == nil:
		return settle, 0
	case errors.As(err, &limited) && limited.Local && limited.RetryAfter > 0:
		return nil, limited.RetryAfter
	}
	t.Fatal(err)
	return nil, 0
}

func near(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if got > want || got < want-5*time.Second {
		t.Errorf("%s is %v, want a little less than %v", what, got, want)
	}
}

func TestProcessesTogetherGetTheQuotaAndTheExactTime(t *testing.T) {
	server := redistest.Start(t)
	a := newLimiter(t, server.Client(t), 3, time.Hour)
	b := newLimiter(t, server.Client(t), 3, time.Hour)
	start := time.Now()
	first, _ := reserve(t, a)
	second, _ := reserve(t, b)
	if _, wait := reserve(t, a); wait != 0 {
		t.Fatalf("the third has to wait for %v", wait)
	}
	_, wait := reserve(t, b)
	near(t, "the wait for requests under way", wait, time.Hour)

	first(start.Add(-20 * time.Minute))
	if err := a.Close(); err != nil { // which tells
		t.Fatal(err)
	}
	_, wait = reserve(t, b)
	near(t, "the wait for the first to be counted", wait, 40*time.Minute)

	second(time.Time{}) // not counted; b tells with its next question
	if _, wait = reserve(t, b); wait != 0 {
		t.Errorf("a place that was given back is not free: %v", wait)
	}
	if _, wait = reserve(t, b); wait == 0 {
		t.Error("it was given twice")
	}
}

func TestWhatBecameOfARequestIsToldAfterAMomentOfQuiet(t *testing.T) {
	server := redistest.Start(t)
	a := newLimiter(t, server.Client(t), 1, time.Hour)
	b := newLimiter(t, server.Client(t), 1, time.Hour)
	settle, _ := reserve(t, a)
	if _, wait := reserve(t, b); wait == 0 {
		t.Fatal("the place was granted twice")
	}
	settle(time.Time{})
	// B waits for an hour, but its turn comes as soon as a has told.
	eventually(t, "a place that was given back is free", func() bool {
		_, wait := reserve(t, b)
		return wait == 0
	})
}

func TestWaitHoldsAPlaceForALeaseLonger(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	l := newLimiter(t, client, 1, time.Hour, ll2redis.WithLease(10*time.Minute))
	if err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	near(t, "the key's time to live", client.PTTL(t.Context(), "quota").Val(), 70*time.Minute)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var limited *ll2.RateLimitError
	if err := l.Wait(ctx); !errors.As(err, &limited) {
		t.Errorf("a deadline that is too near: %v", err)
	}
}

func TestPlacesAreServedInOrder(t *testing.T) {
	server := redistest.Start(t)
	const per = 800 * time.Millisecond
	holder := newLimiter(t, server.Client(t), 1, per)
	settle, _ := reserve(t, holder)
	settle(time.Now())

	client := server.Client(t)
	var mu sync.Mutex
	var order []int
	var all sync.WaitGroup
	for i := range 5 {
		l := newLimiter(t, server.Client(t), 1, per)
		all.Go(func() {
			settle, err := l.Reserve(t.Context(), math.MaxInt64)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			order = append(order, i)
			mu.Unlock()
			settle(time.Now())
			l.Close()
		})
		eventually(t, "the queue has grown", func() bool {
			return client.ZCount(t.Context(), "quota", "-inf", "(0").Val() == int64(i+1-granted(&mu, &order))
		})
	}
	all.Wait()
	if !slices.IsSorted(order) || len(order) != 5 {
		t.Errorf("served in the order %v", order)
	}
}

func granted(mu *sync.Mutex, order *[]int) int {
	mu.Lock()
	defer mu.Unlock()
	return len(*order)
}

func TestAWaitEndsWithTheContextAndLeavesTheQueue(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	l := newLimiter(t, client, 1, time.Hour)
	reserve(t, l)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := l.Reserve(ctx, math.MaxInt64)
		done <- err
	}()
	waiting := func() int64 { return client.ZCount(t.Context(), "quota", "-inf", "(0").Val() }
	eventually(t, "it waits", func() bool { return waiting() == 1 })
	cancel()
	if err := <-done; err != context.Canceled {
		t.Errorf("it returned %v", err)
	}
	eventually(t, "it has left the queue", func() bool { return waiting() == 0 })
	if _, err := l.Reserve(ctx, 0); err != context.Canceled {
		t.Errorf("with a context that had ended: %v", err)
	}
}

func TestARequestCostsOneRoundTrip(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	trips := new(counter)
	client.AddHook(trips)
	limiter := newLimiter(t, client, 1000, time.Hour)
	service := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithLimiter(limiter))
	get := func() {
		if _, err := service.DockingEvents.Get(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	get()
	trips.n.Store(0)
	for range 200 {
		get()
	}
	if n := trips.n.Load(); n != 200 {
		t.Errorf("200 requests took %d round trips", n)
	}
	if places := client.ZCount(t.Context(), "quota", "0", "(inf").Val(); places != 201 {
		t.Errorf("%d places are taken, want 201", places)
	}
}

// A counter counts commands and pipelines, a round trip each.
type counter struct{ n atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmds)
	}
}

func TestAFlushOfScriptsIsSurvived(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	l := newLimiter(t, client, 2, time.Hour)
	reserve(t, l)
	if err := client.ScriptFlush(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if _, wait := reserve(t, l); wait != 0 {
		t.Errorf("the second place: %v", wait)
	}
	if _, wait := reserve(t, l); wait == 0 {
		t.Error("a third place was granted")
	}
}

// startCluster starts a cluster of one server.
func startCluster(t *testing.T) *redistest.Server {
	t.Helper()
	server := redistest.Start(t, "--cluster-enabled", "yes")
	node := server.Client(t)
	if err := node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the cluster is up", func() bool {
		return strings.Contains(node.ClusterInfo(t.Context()).Val(), "cluster_state:ok")
	})
	return server
}

func TestAClusterWillDo(t *testing.T) {
	cluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{startCluster(t).Addr}})
	t.Cleanup(func() { cluster.Close() })
	l := newLimiter(t, cluster, 1, time.Hour)
	settle, _ := reserve(t, l)
	settle(time.Time{})
	if _, wait := reserve(t, l); wait != 0 {
		t.Errorf("a place that was given back: %v", wait)
	}
	if _, wait := reserve(t, l); wait == 0 {
		t.Error("a second place was granted")
	}
}

func TestTheKeyExpiresByItself(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	l := newLimiter(t, client, 3, 100*time.Millisecond)
	settle, _ := reserve(t, l)
	settle(time.Now())
	eventually(t, "the key is gone", func() bool { return client.Exists(t.Context(), "quota").Val() == 0 })
	for range 3 {
		if _, wait := reserve(t, l); wait != 0 {
			t.Error("the quota is not whole")
		}
	}
}

// eventually waits for what another goroutine or server does.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
