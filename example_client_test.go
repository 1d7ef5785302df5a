package ll2_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	"golang.org/x/time/rate"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// Throttle asks the service, and costs nothing.
func ExampleClient_Throttle() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Limit(15, time.Hour)
	client := server.Client() // in a program: ll2.New()

	if _, err := client.DockingEvents.List(ctx); err != nil {
		log.Fatal(err)
	}
	throttle, err := client.Throttle(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(throttle.Used, "of", throttle.Limit, "requests in", throttle.Window)
	// Output: 1 of 15 requests in 1h0m0s
}

// Quota sends nothing: check before a long walk whether the quota suffices.
func ExampleClient_Quota() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Events(515)...)
	client := server.Client(ll2.WithRateLimit(5, time.Hour)) // in a program: ll2.New()

	page, err := client.DockingEvents.List(ctx)
	if err != nil {
		log.Fatal(err)
	}
	quota := client.Quota()
	fmt.Println(quota.Used, "of", quota.Limit, "spent,", page.Left(), "requests to go")

	wait := time.Until(quota.Next(page.Left()))
	fmt.Println("all of them sent in", wait.Round(time.Minute))
	// Output:
	// 1 of 5 spent, 5 requests to go
	// all of them sent in 1h0m0s
}

// Requests to the same service that are not this package's can keep to the same
// quota.
func ExampleClient_Limiter() {
	ctx := context.Background()
	client, err := ll2.New()
	if err != nil {
		log.Fatal(err)
	}

	if err := client.Limiter().Wait(ctx); err != nil {
		log.Fatal(err)
	}
	// Here the program asks for a launch, say, with its own http.Client.

	fmt.Println(client.Quota().Used, "of", client.Quota().Limit)
	// Output: 1 of 15
}

func ExampleWithToken() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.SetTokens("the-right-key")

	// A program takes the key from its environment:
	// ll2.New(ll2.WithToken(os.Getenv("LL2_TOKEN")))
	client := server.Client(ll2.WithToken("another-key"))

	_, err := client.DockingEvents.List(ctx)
	if errors.Is(err, ll2.ErrUnauthorized) {
		fmt.Println("the service does not take the token")
	}
	// Output: the service does not take the token
}

// A mirror or a proxy has an address of its own. Links in its pages may name
// another host, which is not asked.
func ExampleWithBaseURL() {
	ctx := context.Background()
	mirror := ll2test.NewServer(ll2test.Recorded()...)

	client, err := ll2.New(
		ll2.WithBaseURL("https://mirror.example/space/2.2.0"),
		ll2.WithHTTPClient(&http.Client{Transport: mirror}), // a program leaves this out
	)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.DockingEvents.Get(ctx, 191); err != nil {
		log.Fatal(err)
	}
	fmt.Println(mirror.Requests()[0].URL)
	// Output: https://mirror.example/space/2.2.0/docking_event/191/
}

// The address that all services of a client have in common.
func ExampleClient_BaseURL() {
	client, err := ll2.New(ll2.WithBaseURL("https://mirror.example/space/2.2.0"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.BaseURL())
	// Output: https://mirror.example/space/
}

// Any http.RoundTripper carries the requests: a cache, a recorder, an http.Transport
// with a proxy. Here it is the service in memory.
func ExampleWithTransport() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	client, err := ll2.New(ll2.WithTransport(server))
	if err != nil {
		log.Fatal(err)
	}

	event, err := client.DockingEvents.Get(ctx, 191)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(event.FlightVehicle.Spacecraft.Name, "from", server.Requests()[0].URL.Host)
	// Output: Soyuz 32 from ll.thespacedevs.com
}

// The timeout is that of one attempt; a deadline of the context is that of a call,
// with all of its waits and retries.
func ExampleWithTimeout() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{Delay: time.Hour})
	client := server.Client(ll2.WithTimeout(10*time.Millisecond), ll2.WithRetries(0)) // in a program: ll2.New(...)

	_, err := client.DockingEvents.Get(ctx, 191)
	fmt.Println("unavailable:", errors.Is(err, ll2.ErrUnavailable))
	fmt.Println("the call's own deadline:", ctx.Err())
	// Output:
	// unavailable: true
	// the call's own deadline: <nil>
}

// A walk that is in no hurry spreads its requests out. Three of them take two
// intervals and more.
func ExampleWithMinInterval() {
	ctx := context.Background()
	const interval = 10 * time.Millisecond // a program takes 10 seconds, say
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client(ll2.WithMinInterval(interval)) // in a program: ll2.New(...)

	start := time.Now()
	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.PageSize(4)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(events), "events in", len(server.Requests()), "requests")
	fmt.Println("took two intervals or more:", time.Since(start) >= 2*interval)
	// Output:
	// 10 events in 3 requests
	// took two intervals or more: true
}

func ExampleWithUserAgent() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client(ll2.WithUserAgent("my-app/1.2")) // in a program: ll2.New(...)

	if _, err := client.DockingEvents.List(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(server.Requests()[0].Header.Get("User-Agent") == "my-app/1.2 ll2-go/"+ll2.Version)
	// Output: true
}

// Requests beyond the limit are not sent.
func ExampleWithRateLimit() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client(ll2.WithRateLimit(2, time.Hour)) // in a program: ll2.New(...)

	for range 3 {
		_, err := client.DockingEvents.List(ctx)
		fmt.Println("rate limited:", errors.Is(err, ll2.ErrRateLimited))
	}
	fmt.Println("requests:", len(server.Requests()))
	// Output:
	// rate limited: false
	// rate limited: false
	// rate limited: true
	// requests: 2
}

// Two clients, as with two tokens or two base URLs, keep to one quota.
func ExampleWithLimiter() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	first := server.Client(ll2.WithRateLimit(15, time.Hour)) // in a program: ll2.New(...)
	second := server.Client(ll2.WithLimiter(first.Limiter()))

	for _, client := range []*ll2.Client{first, second, second} {
		if _, err := client.DockingEvents.List(ctx); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(first.Quota().Used, second.Quota().Used)
	// Output: 3 3
}

// A token bucket spreads requests out: here one every 4 minutes, after the first
// six.
func ExampleWithLimiter_tokenBucket() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	bucket := rate.NewLimiter(rate.Every(4*time.Minute), 6)
	client := server.Client(ll2.WithLimiter(bucket)) // in a program: ll2.New(...)

	for n := 1; ; n++ {
		_, err := client.DockingEvents.List(ctx)
		var limited *ll2.RateLimitError
		if errors.As(err, &limited) {
			fmt.Println("request", n, "can go in", limited.RetryAfter.Round(time.Minute))
			break
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	// Output: request 7 can go in 4m0s
}

// The service alone decides when it has had enough.
func ExampleWithoutRateLimit() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Limit(15, time.Hour)
	client := server.Client(ll2.WithBaseURL(ll2.DefaultBaseURL), ll2.WithoutRateLimit()) // in a program: ll2.New(...)

	for {
		_, err := client.DockingEvents.List(ctx)
		if errors.Is(err, ll2.ErrRateLimited) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	requests := server.Requests()
	fmt.Println(len(requests), "requests, the last one a", requests[len(requests)-1].Status)
	// Output: 16 requests, the last one a 429
}

// Requests of another process at the same address count.
func ExampleWithQuotaSync() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Limit(15, time.Hour)
	another := server.Client()
	for range 9 {
		if _, err := another.DockingEvents.List(ctx); err != nil {
			log.Fatal(err)
		}
	}

	client := server.Client(ll2.WithQuotaSync()) // in a program: ll2.New(...)
	if _, err := client.DockingEvents.List(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Quota().Used, "of", client.Quota().Limit)
	// Output: 10 of 15
}

// With 0 a request that would have to wait fails at once, as in a program whose
// user sits in front of it.
func ExampleWithMaxWait() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Limit(1, 30*time.Second)
	client := server.Client(ll2.WithMaxWait(0)) // in a program: ll2.New(...)

	for range 2 {
		_, err := client.DockingEvents.List(ctx)
		fmt.Println("rate limited:", errors.Is(err, ll2.ErrRateLimited))
	}
	// Output:
	// rate limited: false
	// rate limited: true
}

// Without retries every failure is the program's own business, and no request is
// spent that it did not ask for.
func ExampleWithRetries() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{Status: http.StatusServiceUnavailable})
	client := server.Client(ll2.WithRetries(0)) // in a program: ll2.New(...)

	_, err := client.DockingEvents.Get(ctx, 191)
	fmt.Println(err)
	fmt.Println("requests:", len(server.Requests()))
	// Output:
	// ll2: GET http://ll2.test/2.2.0/docking_event/191/: 503 Service Unavailable
	// requests: 1
}

// A test does not want to wait for half a second.
func ExampleWithBackoff() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{Status: http.StatusServiceUnavailable}, ll2test.Fault{CutAfter: 100})
	client := server.Client(ll2.WithBackoff(time.Millisecond, 2*time.Millisecond))

	event, err := client.DockingEvents.Get(ctx, 191)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(event.FlightVehicle.Spacecraft.Name, "at the third attempt:", len(server.Requests()))
	// Output: Soyuz 32 at the third attempt: 3
}

// Retries are logged as warnings.
func ExampleWithLogger() {
	ctx := context.Background()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			if attr.Key == slog.TimeKey {
				return slog.Attr{} // so that the output is always the same
			}
			return attr
		},
	}))
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{Err: errors.New("connection reset")})
	client := server.Client( // in a program: ll2.New(...)
		ll2.WithLogger(logger),
		ll2.WithBackoff(time.Millisecond, time.Millisecond),
	)

	if _, err := client.DockingEvents.Get(ctx, 191); err != nil {
		log.Fatal(err)
	}
	// Output:
	// level=WARN msg="ll2: retrying" url=http://ll2.test/2.2.0/docking_event/191/ attempt=1 error="ll2: GET http://ll2.test/2.2.0/docking_event/191/: connection reset"
}

// A trace sees each attempt and each wait, for metrics for example.
func ExampleWithTrace() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{}, ll2test.Fault{Status: http.StatusBadGateway})
	client := server.Client( // in a program: ll2.New(...)
		ll2.WithBackoff(time.Millisecond, time.Millisecond),
		ll2.WithTrace(&ll2.Trace{
			Attempt: func(_ context.Context, a ll2.Attempt) { fmt.Println("attempt", a.Number, a.StatusCode) },
			Wait:    func(_ context.Context, w ll2.Wait) { fmt.Println("wait", w.Reason, w.For) },
		}),
	)

	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.PageSize(5)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(events), "events")
	// Output:
	// attempt 1 200
	// attempt 1 502
	// wait backoff 1ms
	// attempt 2 200
	// 10 events
}
