package ll2redis_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
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

// patience is how long the tests wait for a slow Redis.
const patience = 250 * time.Millisecond

func TestWhenRedisFailsNothingIsSentOrOnlyTheShare(t *testing.T) {
	command := func(args ...any) func(*testing.T, *redistest.Server, *redistest.Proxy) {
		return func(t *testing.T, server *redistest.Server, _ *redistest.Proxy) {
			t.Helper()
			if err := server.Client(t).Do(t.Context(), args...).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, fault := range map[string]struct {
		begin, end func(*testing.T, *redistest.Server, *redistest.Proxy)
		says       string
	}{
		"gone": {
			begin: func(_ *testing.T, s *redistest.Server, _ *redistest.Proxy) { s.Stop() },
			end:   func(_ *testing.T, s *redistest.Server, _ *redistest.Proxy) { s.Start() },
			says:  "for a place in \"quota\": ", // reset, or refused
		},
		"slow": {
			begin: func(_ *testing.T, _ *redistest.Server, p *redistest.Proxy) { p.Delay(4 * patience) },
			end:   func(_ *testing.T, _ *redistest.Server, p *redistest.Proxy) { p.Delay(0) },
			says:  "no answer within 250ms",
		},
		"read-only": {
			begin: command("REPLICAOF", "127.0.0.1", "1"),
			end:   command("REPLICAOF", "NO", "ONE"),
			says:  "READONLY",
		},
		"without the replicas that it has to have": {
			begin: command("CONFIG", "SET", "min-replicas-to-write", "1"),
			end:   command("CONFIG", "SET", "min-replicas-to-write", "0"),
			says:  "NOREPLICAS",
		},
		"out of memory": {
			begin: command("CONFIG", "SET", "maxmemory", "1"),
			end:   command("CONFIG", "SET", "maxmemory", "0"),
			says:  "OOM",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, "--appendonly", "yes")
			proxy := redistest.NewProxy(t, server)
			// Without retries the fault itself is what the error says.
			client := redis.NewClient(&redis.Options{Addr: proxy.Addr, MaxRetries: -1, DialerRetries: 1})
			t.Cleanup(func() { client.Close() })
			var log logBuffer
			strict := newLimiter(t, client, 10, time.Hour, ll2redis.WithTimeout(patience))
			shared := newLimiter(t, client, 10, time.Hour, ll2redis.WithTimeout(patience),
				ll2redis.WithLocalShare(3), ll2redis.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))

			service := ll2test.NewServer(ll2test.Events(1)...)
			get := func(limiter ll2.Limiter) error {
				_, err := service.Client(ll2.WithLimiter(limiter), ll2.WithMaxWait(0)).DockingEvents.Get(t.Context(), 1)
				return err
			}
			if err := get(shared); err != nil {
				t.Fatal(err)
			}
			fault.begin(t, server, proxy)

			for range 3 {
				var limited *ll2.RateLimitError
				if err := get(strict); !errors.As(err, &limited) || !strings.Contains(err.Error(), fault.says) {
					t.Errorf("without a share the error is %v, and does not say %s", err, fault.says)
				}
			}
			if sent := len(service.Requests()); sent != 1 {
				t.Fatalf("without a share %d requests were sent", sent-1)
			}

			// One of the three it had from Redis.
			for range 2 {
				if err := get(shared); err != nil {
					t.Errorf("of the share: %v", err)
				}
			}
			for range 20 {
				var limited *ll2.RateLimitError
				if err := get(shared); !errors.As(err, &limited) {
					t.Fatalf("beyond the share: %v", err)
				}
				near(t, "the wait for the share", limited.RetryAfter, time.Hour)
			}
			if sent := len(service.Requests()); sent != 3 {
				t.Errorf("with a share of 3, of which 1 was used, %d requests were sent", sent-1)
			}

			fault.end(t, server, proxy)
			eventually(t, "the share ends, and its places are known to Redis", func() bool {
				settle, err := shared.Reserve(t.Context(), 0)
				if err == nil {
					settle(time.Time{})
				}
				return strings.Contains(log.String(), "answers again") &&
					client.ZCount(t.Context(), "quota", "0", "(inf").Val() >= 3
			})
			eventually(t, "the rest of the quota is used", func() bool {
				return get(strict) == nil && len(service.Requests()) == 10
			})
			for range 20 {
				if err := errors.Join(get(strict), get(shared)); err == nil {
					t.Fatal("more than the quota was granted")
				}
			}
			if sent := len(service.Requests()); sent != 10 {
				t.Errorf("all together sent %d requests in a quota of 10", sent)
			}
			begun, ended := strings.Count(log.String(), "going on with the local share"), strings.Count(log.String(), "answers again")
			if begun != 1 || ended != 1 {
				t.Errorf("the log tells of %d beginnings and %d ends:\n%s", begun, ended, log.String())
			}
		})
	}
}

// A logBuffer can be read while others write.
type logBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func TestARedisThatWasRestartedGrantsWhatItDoesNotRemember(t *testing.T) {
	for name, c := range map[string]struct {
		appendonly string
		want       int
	}{
		"with its append-only file it remembers":    {"yes", 5},
		"without its data it grants the quota anew": {"no", 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, "--appendonly", c.appendonly)
			l := newLimiter(t, server.Client(t), 5, time.Hour)
			granted := 0
			take := func() {
				for range 20 {
					if settle, wait := reserve(t, l); wait == 0 {
						granted++
						settle(time.Now())
					}
				}
			}
			take()
			server.Stop()
			server.Start()
			take()
			if granted != c.want {
				t.Errorf("%d places of 5 were granted, want %d", granted, c.want)
			}
		})
	}
}

func TestASlowRedisIsAsExact(t *testing.T) {
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	client := redis.NewClient(&redis.Options{Addr: proxy.Addr})
	t.Cleanup(func() { client.Close() })
	l := newLimiter(t, client, 3, time.Hour, ll2redis.WithTimeout(10*time.Second))
	proxy.Delay(patience)
	var granted atomic.Int64
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if settle, err := l.Reserve(t.Context(), 0); err == nil {
				granted.Add(1)
				settle(time.Now())
			} else if !errors.Is(err, ll2.ErrRateLimited) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := granted.Load(); n != 3 {
		t.Errorf("%d places of 3 were granted", n)
	}
}

func TestAPlaceWhoseAnswerCameTooLateIsGivenBack(t *testing.T) {
	for name, ask := range map[string]func(*testing.T, *ll2redis.Limiter){
		"for the limiter": func(t *testing.T, l *ll2redis.Limiter) {
			if _, err := l.Reserve(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "no answer within") {
				t.Errorf("it returned %v", err)
			}
		},
		"for the caller": func(t *testing.T, l *ll2redis.Limiter) {
			ctx, cancel := context.WithTimeout(t.Context(), patience/2)
			defer cancel()
			if _, err := l.Reserve(ctx, 0); err != context.DeadlineExceeded {
				t.Errorf("it returned %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			direct := server.Client(t)
			proxy := redistest.NewProxy(t, server)
			client := redis.NewClient(&redis.Options{Addr: proxy.Addr})
			t.Cleanup(func() { client.Close() })
			l := newLimiter(t, client, 3, time.Hour, ll2redis.WithTimeout(patience))
			places := func() int64 { return direct.ZCount(t.Context(), "quota", "0", "(inf").Val() }
			proxy.Delay(3 * patience)
			began := time.Now()
			ask(t, l)
			if took := time.Since(began); took >= 3*patience {
				t.Errorf("it took %v", took)
			}
			if places() != 1 {
				t.Fatalf("%d places are taken", places())
			}
			proxy.Delay(0)
			eventually(t, "the place is free", func() bool { return places() == 0 })
		})
	}
}

func TestWhatRedisCouldNotBeToldIsToldWhenItIsBack(t *testing.T) {
	server := redistest.Start(t, "--appendonly", "yes")
	l := newLimiter(t, hastyClient(t, server), 1, time.Hour)
	settle, _ := reserve(t, l)
	server.Stop()
	settle(time.Time{})
	if _, err := l.Reserve(t.Context(), 0); err == nil {
		t.Fatal("a place was granted without Redis")
	}
	server.Start()
	if _, wait := reserve(t, l); wait != 0 {
		t.Errorf("a place that was given back: %v", wait)
	}
}

// hastyClient returns a client that tries once.
func hastyClient(t *testing.T, server *redistest.Server) *redis.Client {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: server.Addr, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { client.Close() })
	return client
}

func TestWithAShareNewNeedsNoRedis(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	server.Stop()
	l := newLimiter(t, client, 10, time.Hour, ll2redis.WithLocalShare(2))
	granted := 0
	for range 10 {
		if _, wait := reserve(t, l); wait == 0 {
			granted++
		}
	}
	if granted != 2 {
		t.Errorf("%d places of a share of 2 were granted", granted)
	}
}

func TestWhoWaitsForTheShareGoesOnWhenRedisIsBack(t *testing.T) {
	server := redistest.Start(t)
	l := newLimiter(t, hastyClient(t, server), 10, time.Hour, ll2redis.WithLocalShare(1))
	reserve(t, l)
	server.Stop()
	if _, wait := reserve(t, l); wait == 0 {
		t.Error("a request under way does not count in the share")
	}
	done := make(chan error)
	go func() {
		_, err := l.Reserve(t.Context(), 2*time.Hour)
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("the share has no place, but it returned %v", err)
	case <-time.After(patience):
	}
	server.Start()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it still waits for the share")
	}
}
