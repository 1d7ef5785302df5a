package ll2_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// The error of a walk says where it failed. The events before it are good, and another
// walk can fetch the rest.
func ExamplePageError() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{}, ll2test.Fault{Status: http.StatusBadGateway}) // the second request
	client := server.Client(ll2.WithRetries(0))                                // in a program: ll2.New(...)

	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.PageSize(4)))
	var stopped *ll2.PageError
	if !errors.As(err, &stopped) {
		log.Fatal(err)
	}
	fmt.Println(len(events), "events, and then:", stopped.Err)

	rest, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.StartAt(stopped.URL)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(rest), "more")
	// Output:
	// 4 events, and then: ll2: GET http://ll2.test/2.2.0/docking_event/?limit=4&offset=4&ordering=docking%2Cid: 502 Bad Gateway
	// 6 more
}

// If the wait would be too long, the call fails at once. The error says how long.
func ExampleRateLimitError() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Limit(1, time.Hour)
	client := server.Client() // in a program: ll2.New()

	for range 3 {
		_, err := client.DockingEvents.Get(ctx, 191)
		var limited *ll2.RateLimitError
		switch {
		case errors.As(err, &limited):
			fmt.Println("come back in", limited.RetryAfter.Round(time.Minute), "- sent:", !limited.Local)
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println("got it")
		}
	}
	// Output:
	// got it
	// come back in 1h0m0s - sent: true
	// come back in 1h0m0s - sent: false
}

// An APIError keeps what the service answered, JSON or not.
func ExampleAPIError() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{Status: http.StatusForbidden, Body: "<h1>Access denied</h1>"})
	client := server.Client() // in a program: ll2.New()

	_, err := client.DockingEvents.Get(ctx, 191)
	var answer *ll2.APIError
	if !errors.As(err, &answer) {
		log.Fatal(err)
	}
	fmt.Println(answer.StatusCode, answer.Header.Get("Content-Type"))
	fmt.Printf("%s\n", answer.Body)
	fmt.Println("unauthorized:", errors.Is(err, ll2.ErrUnauthorized))
	// Output:
	// 403 text/html; charset=utf-8
	// <h1>Access denied</h1>
	// unauthorized: true
}

// A DecodeError shows the place that is not as promised.
func ExampleDecodeError() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{Body: `{"count": "ten", "results": []}`})
	client := server.Client() // in a program: ll2.New()

	_, err := client.DockingEvents.List(ctx)
	var unreadable *ll2.DecodeError
	if !errors.As(err, &unreadable) {
		log.Fatal(err)
	}
	fmt.Println("byte", unreadable.Offset, "of", unreadable.Snippet)
	// Output: byte 15 of {"count": "ten", "results": []}
}

// Rows that are added or removed while a walk reads can hide an event from it. All then
// ends with an error; walk again.
func ExampleIncompleteError() {
	ctx := context.Background()
	events := ll2test.Recorded()
	server := ll2test.NewServer(events...)
	client := server.Client() // in a program: ll2.New()

	seen := 0
	for _, err := range client.DockingEvents.All(ctx, ll2.OrderBy(ll2.ByID), ll2.PageSize(5)) {
		var incomplete *ll2.IncompleteError
		switch {
		case errors.As(err, &incomplete):
			fmt.Println("saw", incomplete.Got, "of", incomplete.Want, "- walk again")
		case err != nil:
			log.Fatal(err)
		}
		if seen++; seen == 1 {
			// The service removes the event with the lowest id, 187. The others
			// move up, and 292 from the second page to the first.
			server.SetEvents(append(events[:6:6], events[7:]...)...)
		}
	}
	// Output: saw 9 of 10 - walk again
}

// When a request can go again, whatever the error is wrapped in.
func ExampleRetryAt() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Limit(1, time.Hour)
	client := server.Client() // in a program: ll2.New()

	for range 2 {
		_, err := client.DockingEvents.List(ctx)
		if at, ok := ll2.RetryAt(err); ok {
			fmt.Println("again in", time.Until(at).Round(time.Minute))
		} else if err != nil {
			log.Fatal(err)
		}
	}
	// Output: again in 1h0m0s
}

// A walk that was interrupted goes on where it stopped, if that is of any use.
func ExampleResumeLink() {
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Recorded()...)
	server.Fail(ll2test.Fault{}, ll2test.Fault{Status: http.StatusNotImplemented}) // the second request
	client := server.Client()                                                      // in a program: ll2.New()

	events, err := ll2.Collect(client.DockingEvents.All(ctx, ll2.PageSize(4)))
	for err != nil {
		link, ok := ll2.ResumeLink(err)
		if !ok {
			log.Fatal("begin a new walk: ", err)
		}
		fmt.Println(len(events), "events, and on")
		var rest []*ll2.DockingEvent
		rest, err = ll2.Collect(client.DockingEvents.All(ctx, ll2.StartAt(link)))
		events = append(events, rest...)
	}
	fmt.Println(len(events), "events")
	// Output:
	// 4 events, and on
	// 10 events
}
