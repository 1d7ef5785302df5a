package cancellation_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

var errWentHome = errors.New("the user went home")

// A stage is the state of a call when it is cancelled, a second after it began.
type stage struct {
	client *ll2.Client
	call   func(context.Context, *ll2.Client) error // get, where it is nil

	// The effects that stay: requests that count in the window, and how long after
	// that the next request goes.
	used int
	next time.Duration
}

// fiveAnHour are the options of the clients in these tests: enough for none to wait
// that is not meant to.
var fiveAnHour = []ll2.Option{ll2.WithRateLimit(5, time.Hour), ll2.WithMaxWait(math.MaxInt64), ll2.WithBackoff(time.Minute, time.Minute)}

// failing returns a client of a server with faults.
func failing(faults ...ll2test.Fault) *ll2.Client {
	server := ll2test.NewServer(ll2test.Events(1)...)
	server.Fail(faults...)
	return server.Client(fiveAnHour...)
}

// overPipes returns a client with a transport of net/http, whose connections end
// in this process and so live in virtual time. The first one does not come about,
// or the service says on it what it says and then no more. On others it answers.
func overPipes(t *testing.T, connects bool, says string) *ll2.Client {
	t.Helper()
	var dialled atomic.Int32
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		says := says
		if dialled.Add(1) > 1 {
			says = "HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n{\"id\":1,\"docking\":\"2024-01-31T12:00:00Z\"}"
		} else if !connects {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			in := bufio.NewReader(there)
			if _, err := http.ReadRequest(in); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(there, says)
			_, _ = io.Copy(io.Discard, in) // until the client hangs up
		}()
		return here, nil
	}}
	t.Cleanup(transport.CloseIdleConnections)
	client, err := ll2.New(append(slices.Clip(fiveAnHour),
		ll2.WithBaseURL("http://ll2.test/"), ll2.WithHTTPClient(&http.Client{Transport: transport}))...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// meanwhile begins another call, and waits until it is under way.
func meanwhile(t *testing.T, client *ll2.Client) {
	go func() {
		if err := testkit.Get(t.Context(), client); err != nil && t.Context().Err() == nil {
			t.Errorf("the other call: %v", err)
		}
	}()
	synctest.Wait()
}

var stages = map[string]func(*testing.T) stage{
	"connecting": func(t *testing.T) stage { return stage{client: overPipes(t, false, "")} },
	"headers":    func(t *testing.T) stage { return stage{client: overPipes(t, true, ""), used: 1} },
	"half of the headers": func(t *testing.T) stage {
		return stage{client: overPipes(t, true, "HTTP/1.1 200 OK\r\nContent-"), used: 1}
	},
	"body": func(t *testing.T) stage {
		return stage{client: overPipes(t, true, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\""), used: 1}
	},
	"body without a length": func(t *testing.T) stage {
		return stage{client: overPipes(t, true, "HTTP/1.1 200 OK\r\n\r\n{\"id\":1,\"docking\":\"2024-01-31T12:00:00Z\"}"), used: 1}
	},
	"body of an error": func(t *testing.T) stage {
		return stage{client: overPipes(t, true, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 8\r\n\r\n<h1>"), used: 1}
	},

	"backoff": func(*testing.T) stage {
		return stage{client: failing(ll2test.Fault{Status: http.StatusBadGateway}), used: 1}
	},
	"backoff where nothing was answered": func(*testing.T) stage {
		return stage{client: failing(ll2test.Fault{Err: io.ErrUnexpectedEOF}), used: 1}
	},
	"Retry-After": func(*testing.T) stage {
		return stage{client: failing(testkit.RetryAfter(http.StatusServiceUnavailable, "60")), used: 1}
	},
	"second attempt": func(*testing.T) stage {
		return stage{client: failing(testkit.RetryAfter(http.StatusServiceUnavailable, "0.5"), ll2test.Fault{Delay: time.Minute}), used: 2}
	},

	"quota": func(t *testing.T) stage {
		client := failing()
		testkit.Spend(t, client, 5)
		return stage{client: client, used: 5, next: time.Hour - time.Second}
	},
	"quota behind somebody else": func(t *testing.T) stage {
		client := failing()
		testkit.Spend(t, client, 4)
		time.Sleep(time.Minute)
		testkit.Spend(t, client, 1)
		for range 4 {
			meanwhile(t, client)
		}
		return stage{client: client, used: 5, next: time.Hour - time.Second}
	},
	"quota of another client": func(t *testing.T) stage {
		client := failing()
		testkit.Spend(t, client, 5)
		return stage{
			client: ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithLimiter(client.Limiter()), ll2.WithMaxWait(math.MaxInt64)),
			used:   5, next: time.Hour - time.Second,
		}
	},

	"gate": func(*testing.T) stage {
		return stage{client: failing(testkit.RetryAfter(http.StatusTooManyRequests, "60")), next: 59 * time.Second}
	},
	"gate behind who goes first": func(t *testing.T) stage {
		client := failing(testkit.RetryAfter(http.StatusTooManyRequests, "1"), ll2test.Fault{Delay: 10 * time.Second})
		meanwhile(t, client)
		time.Sleep(2 * time.Second)
		return stage{client: client, used: 1, next: 8 * time.Second}
	},
	"first through the gate": func(*testing.T) stage {
		return stage{
			client: failing(testkit.RetryAfter(http.StatusTooManyRequests, "0.5"), ll2test.Fault{Delay: time.Minute}),
			used:   1,
		}
	},

	"sync": func(*testing.T) stage {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Delay: 4 * time.Second})
		// The question goes on for whoever comes next.
		return stage{client: server.Client(ll2.WithQuotaSync()), next: 3 * time.Second}
	},
	"sync that somebody else began": func(t *testing.T) stage {
		server := ll2test.NewServer(ll2test.Events(1)...)
		server.Fail(ll2test.Fault{Delay: 4 * time.Second})
		client := server.Client(ll2.WithQuotaSync())
		meanwhile(t, client)
		return stage{client: client, next: 3 * time.Second}
	},
	"throttle": func(*testing.T) stage {
		return stage{
			client: failing(ll2test.Fault{Delay: time.Minute}),
			call: func(ctx context.Context, client *ll2.Client) error {
				_, err := client.Throttle(ctx)
				return err
			},
		}
	},

	"limiter": func(*testing.T) stage {
		first := true
		return stage{client: ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithLimiter(testkit.LimiterFunc(func(ctx context.Context) error {
			if first {
				first = false
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})))}
	},
	"limiter that fails when its context ends": func(*testing.T) stage {
		first := true
		return stage{client: ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithLimiter(testkit.LimiterFunc(func(ctx context.Context) error {
			if first {
				first = false
				<-ctx.Done()
				return errors.New("connection to the store is closed")
			}
			return nil
		})))}
	},
	"token bucket": func(t *testing.T) stage {
		bucket := rate.NewLimiter(rate.Every(time.Minute), 1)
		client := ll2test.NewServer(ll2test.Events(1)...).Client(ll2.WithLimiter(bucket))
		testkit.Spend(t, client, 1)
		return stage{client: client, used: 1, next: 59 * time.Second} // the one that was spent
	},
}

func TestACancelledCallEndsAtOnceWithItsCauseAndLeavesTheQuotaRight(t *testing.T) {
	t.Parallel()
	for name, prepare := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := prepare(t)
				if s.call == nil {
					s.call = testkit.Get
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				time.AfterFunc(time.Second, func() { cancel(errWentHome) })
				start := time.Now()
				err := s.call(ctx, s.client)
				if took := time.Since(start); took != time.Second {
					t.Errorf("ended after %v, want 1s", took)
				}
				if !errors.Is(err, context.Canceled) || !errors.Is(err, errWentHome) {
					t.Errorf("error %v, want context.Canceled and %q", err, errWentHome)
				}
				if used := s.client.Quota().Used; used != s.used {
					t.Errorf("%d places are taken, want %d", used, s.used)
				}

				start = time.Now()
				if err := testkit.Get(t.Context(), s.client); err != nil {
					t.Errorf("the next request: %v", err)
				}
				// A token bucket counts in float64.
				if took := time.Since(start).Round(time.Microsecond); took != s.next {
					t.Errorf("the next request took %v, want %v", took, s.next)
				}
			})
		})
	}
}

func TestAWalkThatIsCancelledBetweenTwoPagesSaysWhereToGoOn(t *testing.T) {
	t.Parallel()
	server := ll2test.NewServer(ll2test.Events(30)...)
	client := server.Client()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	var got []int
	var end error
	for event, err := range client.DockingEvents.All(ctx, ll2.PageSize(10)) {
		if err != nil {
			end = err
			break
		}
		if got = append(got, event.ID); len(got) == 20 {
			cancel(errWentHome)
		}
	}
	var page *ll2.PageError
	if !errors.Is(end, context.Canceled) || !errors.Is(end, errWentHome) || !errors.As(end, &page) {
		t.Fatalf("error %v, want a *PageError with the cause", end)
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
	for _, event := range testkit.All(t, client, ll2.StartAt(page.URL)) {
		got = append(got, event.ID)
	}
	var want []int
	for _, event := range testkit.All(t, client) {
		want = append(want, event.ID)
	}
	testkit.WantSame(t, got, want)
}
