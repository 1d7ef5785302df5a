package ll2redis_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/ll2redis/internal/redistest"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// A fault is something that can happen to a Redis.
type fault struct {
	begin, end func(*testing.T, *redistest.Server, *redistest.Proxy)
	says       string // a mirror's Status, when it has refreshed
	readable   bool   // others still load what is there
	timeout    time.Duration
}

func command(args ...any) func(*testing.T, *redistest.Server, *redistest.Proxy) {
	return func(t *testing.T, server *redistest.Server, _ *redistest.Proxy) {
		t.Helper()
		if err := server.Client(t).Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

var storeFaults = map[string]fault{
	"gone, and back without its data": {
		begin: func(_ *testing.T, s *redistest.Server, _ *redistest.Proxy) { s.Stop() },
		end:   func(_ *testing.T, s *redistest.Server, _ *redistest.Proxy) { s.Start() },
		says:  "ll2redis: cannot ", // reset, or refused
	},
	"restarted without its data": {
		begin: func(_ *testing.T, s *redistest.Server, _ *redistest.Proxy) { s.Stop(); s.Start() },
		end:   func(*testing.T, *redistest.Server, *redistest.Proxy) {},
	},
	"hanging": {
		begin: func(_ *testing.T, _ *redistest.Server, p *redistest.Proxy) { p.Delay(time.Minute) },
		end:   func(_ *testing.T, _ *redistest.Server, p *redistest.Proxy) { p.Delay(0); p.Cut() },
		says:  "no answer within", timeout: patience,
	},
	"read-only": {
		begin:    command("REPLICAOF", "127.0.0.1", "1"),
		end:      command("REPLICAOF", "NO", "ONE"),
		says:     "READONLY",
		readable: true,
	},
	"without the replicas that it has to have": {
		begin:    command("CONFIG", "SET", "min-replicas-to-write", "1"),
		end:      command("CONFIG", "SET", "min-replicas-to-write", "0"),
		says:     "NOREPLICAS",
		readable: true,
	},
	"out of memory": {
		begin:    command("CONFIG", "SET", "maxmemory", "1"),
		end:      command("CONFIG", "SET", "maxmemory", "0"),
		says:     "OOM",
		readable: true,
	},
}

// twoStates returns n events, and the same with another one.
func twoStates(n int) (before, after []ll2.DockingEvent) {
	after = ll2test.EventsAround(n+1, time.Now())
	return after[:n], after
}

func TestMirrorsAnswerFromMemoryWhateverBecomesOfRedis(t *testing.T) {
	for name, f := range storeFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if f.timeout == 0 {
				f.timeout = never
			}
			server := redistest.Start(t)
			proxy := redistest.NewProxy(t, server)
			before, after := twoStates(30)
			service := ll2test.NewServer(before...)
			open := func(opts ...mirror.Option) *mirror.Mirror {
				client := redis.NewClient(&redis.Options{Addr: proxy.Addr, MaxRetries: -1, DialerRetries: 1})
				t.Cleanup(func() { client.Close() })
				return openMirror(t, service, ll2redis.NewStore(client, ll2redis.WithTimeout(f.timeout)), opts...)
			}
			one, other := open(), open()
			if a, b := count(t, one), count(t, other); a != 30 || b != 30 {
				t.Fatal(a, b)
			}

			f.begin(t, server, proxy)
			asked := len(service.Requests())
			for range 200 {
				for _, m := range []*mirror.Mirror{one, other} {
					if n := count(t, m); n != 30 {
						t.Fatalf("%d events", n)
					}
				}
			}
			if n := len(service.Requests()) - asked; n != 0 {
				t.Errorf("%d requests for what is in memory", n)
			}
			service.SetEvents(after...)
			for range 2 { // the second time nothing is new
				if err := one.Refresh(t.Context()); err != nil {
					t.Error(err)
				}
				if n := count(t, one); n != 31 {
					t.Errorf("%d events after a refresh", n)
				}
			}
			if s := one.Status(); f.says != "" && (s.Err == nil || !strings.Contains(s.Err.Error(), f.says)) {
				t.Errorf("the status says %v, not %q", s.Err, f.says)
			}
			if n := count(t, other); f.says != "" && n != 30 {
				t.Errorf("another mirror has %d events", n)
			}
			if f.readable {
				if n := count(t, open(mirror.Offline())); n != 30 {
					t.Errorf("what is there has %d events", n)
				}
			}

			f.end(t, server, proxy)
			eventually(t, "the copy is on Redis again", func() bool {
				if err := one.Refresh(t.Context()); err != nil {
					t.Fatal(err)
				}
				m := open(mirror.Offline())
				page, err := m.DockingEvents.List(t.Context())
				return err == nil && page.Count == 31 && one.Status().Err == nil
			})
			eventually(t, "the other mirror sees it", func() bool { return count(t, other) == 31 })
		})
	}
}

func TestACallWithADeadlineIsAnsweredInTimeWhenRedisHangs(t *testing.T) {
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	client := redis.NewClient(&redis.Options{Addr: proxy.Addr})
	t.Cleanup(func() { client.Close() })
	service := ll2test.NewServer(ll2test.EventsAround(30, time.Now())...)
	m := openMirror(t, service, ll2redis.NewStore(client, ll2redis.WithTimeout(never)), mirror.Patience(0))
	if n := count(t, m); n != 30 {
		t.Fatal(n)
	}
	proxy.Delay(time.Hour)
	t.Cleanup(func() { proxy.Delay(0); proxy.Cut() })
	eventually(t, "a call looks at Redis, and goes on without", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		page, err := m.DockingEvents.List(ctx)
		if err != nil || page.Count != 30 {
			t.Fatal(page, err)
		}
		return m.Status().Err != nil
	})
	if err := m.Status().Err; !strings.Contains(err.Error(), "no answer within ") {
		t.Error(err)
	}
}

func TestWhenRedisIsDownCallsFailAtOnceUntilItIsBack(t *testing.T) {
	for name, begin := range map[string]func(*redistest.Server, *redistest.Proxy){
		"gone":    func(s *redistest.Server, _ *redistest.Proxy) { s.Stop() },
		"hanging": func(_ *redistest.Server, p *redistest.Proxy) { p.Delay(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			proxy := redistest.NewProxy(t, server)
			var dials atomic.Int64
			client := redis.NewClient(&redis.Options{Addr: proxy.Addr, MaxRetries: -1, DialerRetries: 1, ReadTimeout: -1,
				Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
					dials.Add(1)
					return new(net.Dialer).DialContext(ctx, network, addr)
				}})
			t.Cleanup(func() { client.Close() })
			s := ll2redis.NewStore(client, ll2redis.WithTimeout(patience))
			saved := saveOver(t, newStore(t, server), "events", []byte("x"))
			begin(server, proxy)
			if _, _, err := s.Load(t.Context(), "events"); err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			eventually(t, "it is known to be down", func() bool {
				before := dials.Load()
				for range 1000 {
					_, _, loadErr := s.Load(t.Context(), "events")
					saveErr := s.Save(t.Context(), "events", nil, saved)
					_, ok, lockErr := s.TryLock(t.Context(), "events", never)
					for _, err := range []error{loadErr, saveErr, lockErr} {
						if ok || err == nil || !strings.HasPrefix(err.Error(), "ll2redis: cannot ") || strings.Count(err.Error(), "ll2redis: ") != 1 {
							t.Fatal(ok, err)
						}
					}
				}
				return dials.Load()-before < 100 // of 3000 calls
			})
			proxy.Delay(0)
			proxy.Cut()
			if name == "gone" {
				server.Start()
			}
			eventually(t, "Redis is back", func() bool {
				_, _, err := s.Load(t.Context(), "events")
				return err == nil || errors.Is(err, fs.ErrNotExist)
			})
		})
	}
}

func TestALockOfWhichNobodyHeardIsGivenBack(t *testing.T) {
	for name, wait := range map[string]func(*testing.T) (context.Context, context.CancelFunc){
		"the store's patience": func(t *testing.T) (context.Context, context.CancelFunc) { return t.Context(), func() {} },
		"the caller's": func(t *testing.T) (context.Context, context.CancelFunc) {
			return context.WithTimeout(t.Context(), patience/4)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			direct := server.Client(t)
			proxy := redistest.NewProxy(t, server)
			client := redis.NewClient(&redis.Options{Addr: proxy.Addr})
			t.Cleanup(func() { client.Close() })
			s := ll2redis.NewStore(client, ll2redis.WithTimeout(patience))
			eventually(t, "there is a connection, and the script is known", func() bool {
				unlock, ok, err := s.TryLock(t.Context(), "events", never)
				if ok && err == nil {
					unlock()
				}
				return ok && err == nil
			})
			proxy.Delay(3 * patience)
			ctx, cancel := wait(t)
			defer cancel()
			if _, ok, err := s.TryLock(ctx, "events", never); ok || err == nil {
				t.Fatal(ok, err)
			}
			locked := func() bool { return direct.Exists(t.Context(), eventsKey+":lock").Val() == 1 }
			eventually(t, "it was taken all the same", locked)
			proxy.Delay(0)
			eventually(t, "it is free", func() bool { return !locked() })
		})
	}
}

func TestALockThatCouldNotBeGivenBackIsWhenRedisIsBack(t *testing.T) {
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	s := ll2redis.NewStore(hastyClient(t, server))
	unlock, ok, err := s.TryLock(t.Context(), "events", never)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	server.Stop()
	unlock()
	server.Start()
	other := newStore(t, server)
	eventually(t, "the lock is free", func() bool {
		_, ok, err := other.TryLock(t.Context(), "events", never)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	})
}

func TestAScriptWhoseAnswerWasLostIsNotTakenForSomebodyElses(t *testing.T) {
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	client := redis.NewClient(&redis.Options{Addr: proxy.Addr, MinRetryBackoff: time.Millisecond})
	t.Cleanup(func() { client.Close() })
	s := ll2redis.NewStore(client, ll2redis.WithTimeout(never))
	saveOver(t, s, "known", nil) // so that the scripts are
	if unlock, _, err := s.TryLock(t.Context(), "known", never); err != nil {
		t.Fatal(err)
	} else {
		unlock()
	}
	var gen uint64
	for range 3 {
		proxy.LoseAnswer()
		if err := s.Save(t.Context(), "events", []byte("x"), gen); err != nil {
			t.Errorf("over generation %d: %v", gen, err)
		}
		_, next := mustLoad(t, newStore(t, server), "events")
		if gen != 0 && next != gen+1 {
			t.Errorf("generation %d after %d", next, gen)
		}
		gen = next
	}
	proxy.LoseAnswer()
	unlock, ok, err := s.TryLock(t.Context(), "events", never)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	unlock()
	if lost := proxy.Lost(); lost != 4 {
		t.Errorf("%d answers were lost, of 4", lost)
	}
}

func TestARedisThatIsAwayFromTheBeginningIsNoErrorOfOpen(t *testing.T) {
	server := redistest.Start(t)
	server.Stop()
	service := ll2test.NewServer(ll2test.EventsAround(30, time.Now())...)
	m := openMirror(t, service, ll2redis.NewStore(hastyClient(t, server)))
	if n := count(t, m); n != 30 {
		t.Error(n)
	}
	if s := m.Status(); s.Err == nil || s.Next.Before(time.Now()) {
		t.Errorf("%+v", s)
	}
	for _, r := range service.Requests() {
		if r.Status != http.StatusOK {
			t.Errorf("%+v", r)
		}
	}
}
