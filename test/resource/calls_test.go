package resource_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestGetReturnsTheRowWithTheID(t *testing.T) {
	t.Parallel()
	people := serve(t, astronautPath, crew(30))
	a, err := astronauts(people.Client()).Get(t.Context(), 17)
	if err != nil || *a != crew(30)[16] {
		t.Errorf("%+v, %v; want astronaut 17", a, err)
	}
	rows := manifest(30, 1)
	flights := serve(t, launchPath, rows)
	l, err := launches(flights.Client()).Get(t.Context(), rows[16].ID)
	if err != nil || *l != rows[16] {
		t.Errorf("%+v, %v; want launch %s", l, err, rows[16].ID)
	}
	for _, server := range []*ll2test.Server{people, flights} {
		if n := len(server.Requests()); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	}
}

func TestARowThatIsNotThereIsErrNotFound(t *testing.T) {
	t.Parallel()
	if _, err := astronauts(serve(t, astronautPath, crew(3)).Client()).Get(t.Context(), 4); !errors.Is(err, ll2.ErrNotFound) {
		t.Errorf("%v, want ErrNotFound", err)
	}
	if _, err := launches(serve(t, launchPath, manifest(3, 1)).Client()).Get(t.Context(), "none such"); !errors.Is(err, ll2.ErrNotFound) {
		t.Errorf("%v, want ErrNotFound", err)
	}
}

func TestQueryIsWhatIsAskedForFirst(t *testing.T) {
	t.Parallel()
	filters := url.Values{"status__id": {"2"}, "search": {"a b"}, "ordering": {"-name"}, "mode": {"list"}}
	for name, opts := range map[string][]ll2.WalkOption{
		"no options": nil,
		"options":    {ll2.PageSize(5), ll2.Offset(3), ll2.Parallel(2), ll2.OnPage(func(ll2.PageInfo) {})},
		"a link": {ll2.StartAt("https://x.example/astronaut/?status__id=2&search=a+b&ordering=-name,id&mode=list&offset=20&format=api"),
			ll2.Offset(3)}, // which gives way
	} {
		server := serve(t, astronautPath, crew(30))
		r := astronauts(server.Client())
		query, err := r.Query(filters, opts...)
		if err != nil || len(server.Requests()) != 0 {
			t.Fatalf("%s: %v after %d requests", name, err, len(server.Requests()))
		}
		if _, err := r.List(t.Context(), filters, opts...); err != nil {
			t.Fatal(err)
		}
		for _, err := range r.All(t.Context(), filters, opts...) {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, req := range server.Requests()[:2] {
			if req.URL.RawQuery != query.Encode() {
				t.Errorf("%s: asked %s, want %s", name, req.URL.RawQuery, query.Encode())
			}
		}
		query.Set("status__id", "9") // is the caller's own
		if again, err := r.Query(filters, opts...); err != nil || again.Get("status__id") != "2" {
			t.Errorf("%s: then %v, %v", name, again, err)
		}
	}
	if filters.Encode() != "mode=list&ordering=-name&search=a+b&status__id=2" {
		t.Errorf("the caller's filters became %v", filters)
	}
}

func TestAResourceSharesTheQuotaOfItsClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := serve(t, astronautPath, crew(3))
		server.SetEvents(ll2test.Events(3)...)
		client := server.Client(ll2.WithRateLimit(3, time.Hour), ll2.WithMaxWait(0))
		r, same := astronauts(client), astronauts(client)
		if _, err := r.List(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		testkit.Spend(t, client, 1)
		if _, err := same.Get(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		_, err := r.Get(t.Context(), 1)
		for name, err := range map[string]error{"Get": err, "List": testkit.ListOnce(t, client)} {
			if e := testkit.Limited(t, err); !e.Local || e.RetryAfter != time.Hour {
				t.Errorf("%s: %v, want that the next can go in 1h", name, err)
			}
		}
		if q := client.Quota(); q.Used != 3 {
			t.Errorf("%v, want 3 used", q)
		}
		// A 429 of one stops the other.
		time.Sleep(time.Hour)
		server.Fail(testkit.RetryAfter(http.StatusTooManyRequests, "600"))
		testkit.Limited(t, errOf(r.List(t.Context(), nil)))
		if e := testkit.Limited(t, testkit.ListOnce(t, client)); e.RetryAfter != 10*time.Minute {
			t.Errorf("%v, want 10m", e)
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

func TestAResourceIsRetriedAsTheEventsAre(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(25))
	server.Fail(ll2test.Fault{Status: http.StatusBadGateway}, ll2test.Fault{CutAfter: 50}, ll2test.Fault{},
		ll2test.Fault{Err: errors.New("reset")})
	got, err := ll2.Collect(astronauts(server.Client(ll2.WithBackoff(0, 0))).All(t.Context(), nil, ll2.PageSize(10)))
	if err != nil || len(got) != 25 || len(server.Requests()) != 6 {
		t.Errorf("%d rows in %d requests, %v; want 25 in 6", len(got), len(server.Requests()), err)
	}
}

func TestAResourceSendsTokenAndUserAgent(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(3))
	server.SetTokens(testkit.Canary)
	r := astronauts(server.Client(ll2.WithToken(testkit.Canary), ll2.WithUserAgent("my-app/1")))
	if _, err := r.List(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if _, err := r.Get(t.Context(), 1); err != nil {
		t.Error(err)
	}
	for _, req := range server.Requests() {
		if h := req.Header; h.Get("Authorization") != "Token "+testkit.Canary || h.Get("User-Agent") != "my-app/1 ll2-go/"+ll2.Version || h.Get("Accept") != "application/json" {
			t.Errorf("sent %v", testkit.Masked(fmt.Sprint(h)))
		}
	}
}

func TestATraceSaysWhetherAListOrOneRowIsAskedFor(t *testing.T) {
	t.Parallel()
	var told []string
	trace := &ll2.Trace{
		Call: func(ctx context.Context, c ll2.Call) (context.Context, func(error)) {
			told = append(told, "call "+string(c.Kind)+" "+c.URL)
			return ctx, nil
		},
		Attempt: func(_ context.Context, a ll2.Attempt) { told = append(told, "attempt "+string(a.Kind)+" "+a.URL) },
	}
	r := astronauts(serve(t, astronautPath, crew(15)).Client(ll2.WithTrace(trace)))
	if _, err := ll2.Collect(r.All(t.Context(), nil, ll2.PageSize(10))); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	const base = "http://ll2.test/2.2.0/astronaut/"
	want := []string{
		"call list " + base + "?limit=10&ordering=id", "attempt list " + base + "?limit=10&ordering=id",
		"call list " + base + "?limit=10&offset=10&ordering=id", "attempt list " + base + "?limit=10&offset=10&ordering=id",
		"call one " + base + "7/", "attempt one " + base + "7/",
	}
	if !slices.Equal(told, want) {
		t.Errorf("the trace was told\n%q, want\n%q", told, want)
	}
}

// A service can send back what it was sent, in links too: they are followed, and
// nothing that is said of them shows the token.
func TestATokenInALinkIsShownNowhere(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]string{
		"followed":        "https://api.example/2.2.0/astronaut/?limit=10&offset=10&ordering=id&key=" + testkit.Canary,
		"foreign":         "https://api.example/2.2.0/agency/?key=" + testkit.Canary,
		"another filter":  "https://api.example/2.2.0/astronaut/?limit=10&offset=10&ordering=id&search=" + testkit.Canary,
		"a damaged query": "https://api.example/2.2.0/astronaut/?%zz=" + testkit.Canary,
		"no URL":          "://" + testkit.Canary,
	} {
		var diary testkit.Diary
		server := serve(t, astronautPath, crew(30))
		n := 0
		tamper := testkit.RewritingPages(func(page int, body map[string]any) {
			n = page
			body["next"] = next
		})
		client := testkit.Through(tamper, server, diary.Options()...)
		_, err := ll2.Collect(astronauts(client).All(t.Context(), nil, ll2.PageSize(10)))
		if err == nil || n == 0 {
			t.Errorf("%s: %v after %d pages", name, err, n)
		}
		diary.Fail(err)
		diary.Check(t, "astronaut")
		// Nor is it where the walk is resumed.
		var page *ll2.PageError
		if errors.As(err, &page) {
			_, err := astronauts(client).List(t.Context(), nil, ll2.StartAt(page.URL))
			diary.Fail(err)
		}
		_, err = astronauts(client).List(t.Context(), nil, ll2.StartAt(next))
		diary.Fail(err)
		diary.Check(t, "astronaut")
	}
}

func TestATokenInARowsErrorIsShownNowhere(t *testing.T) {
	t.Parallel()
	var diary testkit.Diary
	client := testkit.NewClient(t, testkit.NewScript(ok(`{"id":1,"name":"`+testkit.Canary+`"}`)), diary.Options()...)
	_, err := ll2.NewResource(client, astronautPath, func(a *checked) int { return a.ID }).Get(t.Context(), 1)
	diary.Fail(err)
	diary.Check(t, "no good name")
	testkit.AsError[*ll2.DecodeError](t, err)
}

// One resource, one set of options and one map serve all goroutines.
func TestAResourceAndItsOptionsAreSharedBetweenGoroutines(t *testing.T) {
	t.Parallel()
	server := serve(t, launchPath, manifest(60, 4))
	server.ShuffleTies(1)
	server.IgnoreOrder("id")
	r := launches(server.Client())
	filters := url.Values{"net__gt": {"2020-01-01T00:00:00Z"}, "ordering": {"-net"}}
	var mu sync.Mutex
	pages := 0
	opts := []ll2.WalkOption{ll2.PageSize(7), ll2.Parallel(3), ll2.Offset(0), ll2.OnPage(func(ll2.PageInfo) {
		mu.Lock()
		defer mu.Unlock()
		pages++
	})}
	shared := r.All(t.Context(), filters, opts...)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			seq := shared
			if i%2 == 0 {
				seq = r.All(t.Context(), filters, opts...)
			}
			if got, err := ll2.Collect(seq); err != nil || len(got) != 60 {
				t.Errorf("%d rows, %v; want 60", len(got), err)
			}
			if _, err := r.Get(t.Context(), manifest(60, 4)[i].ID); err != nil {
				t.Error(err)
			}
			if _, err := r.Query(filters, opts...); err != nil {
				t.Error(err)
			}
			if _, err := r.List(t.Context(), filters, append(opts[:3:3], ll2.StartAt("/launch/?ordering=-net&net__gt=2020-01-01T00:00:00Z&limit=7"))...); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if pages != 8*9 {
		t.Errorf("OnPage was called for %d pages, want %d", pages, 8*9)
	}
}

func TestACancelledContextEndsAWalk(t *testing.T) {
	t.Parallel()
	server := serve(t, astronautPath, crew(30))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range astronauts(server.Client()).All(ctx, nil, ll2.PageSize(10), ll2.Parallel(2)) {
		if n++; n == 10 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) || errors.Is(last, ll2.ErrUnavailable) {
		t.Errorf("%v after %d rows, want the context's end", last, n)
	}
}
