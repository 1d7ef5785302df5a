package memory_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

// endless serves count events in pages of 100, all alike but for their ids,
// without holding them.
func endless(t testing.TB, count int) *ll2.Client {
	t.Helper()
	page, err := ll2test.NewServer(ll2test.Events(1)...).Client().DockingEvents.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	event, err := json.Marshal(page.Results[0])
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(event, []byte(","))
	transport := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		var body bytes.Buffer
		fmt.Fprintf(&body, `{"count":%d,"previous":null,"results":[`, count)
		end := min(count, offset+100)
		for id := offset + 1; id <= end; id++ {
			fmt.Fprintf(&body, `{"id":%d,`, id)
			body.Write(rest)
			if id < end {
				body.WriteByte(',')
			}
		}
		next := "null"
		if end < count {
			next = fmt.Sprintf(`"http://x/docking_event/?limit=100&offset=%d&ordering=docking%%2Cid"`, end)
		}
		fmt.Fprintf(&body, `],"next":%s}`, next)
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&body), ContentLength: int64(body.Len()), Request: req}, nil
	})
	client, err := ll2.New(ll2.WithHTTPClient(&http.Client{Transport: transport}), ll2.WithoutRateLimit())
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// held returns the memory that is in use after a collection.
func held() int {
	runtime.GC()
	runtime.GC() // what a pool held is gone after the second
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// Not parallel: what others hold would count.
func TestAWalkOver100000EventsHoldsNoMoreThanOneOver500(t *testing.T) {
	growth := func(count int) int {
		client := endless(t, count)
		before, most, n := held(), 0, 0
		for _, err := range client.DockingEvents.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n%(count/5) == 0 {
				most = max(most, held()-before)
			}
		}
		if n != count {
			t.Fatalf("%d events, want %d", n, count)
		}
		return most
	}
	short, long := growth(500), growth(100_000)
	t.Logf("500 events hold %d KiB, 100,000 hold %d KiB", short>>10, long>>10)
	if long-short > 4<<20 {
		t.Errorf("100,000 events hold %d KiB more than 500", (long-short)>>10)
	}
}

func TestParallelLetsGoOfPagesThatWereRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 6
		server := ll2test.NewServer(ll2test.Events(100)...)
		var read []weak.Pointer[ll2.Page[ll2.DockingEvent]]
		for page, err := range server.Client().DockingEvents.Pages(t.Context(), ll2.PageSize(2), ll2.Parallel(n)) {
			if err != nil {
				t.Fatal(err)
			}
			read = append(read, weak.Make(page))
			synctest.Wait()
			runtime.GC()
			alive := 0
			for _, page := range read {
				if page.Value() != nil {
					alive++
				}
			}
			if alive > 2 { // this one, and what a register may still hold
				t.Fatalf("at page %d, %d pages that were read are in memory", len(read), alive)
			}
		}
	})
}

func TestAKeptEventKeepsNothingElse(t *testing.T) {
	for name, keep := range map[string]func(*ll2.Client, func(*ll2.DockingEvent)) error{
		"All": func(client *ll2.Client, keep func(*ll2.DockingEvent)) error {
			n := 0
			for event, err := range client.DockingEvents.All(t.Context()) {
				if err != nil {
					return err
				}
				if n++; n%100 == 50 {
					keep(event)
				}
			}
			return nil
		},
		"Pages": func(client *ll2.Client, keep func(*ll2.DockingEvent)) error {
			for page, err := range client.DockingEvents.Pages(t.Context()) {
				if err != nil {
					return err
				}
				event := page.Results[50] // a copy
				keep(&event)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := endless(t, 25_000)
			kept := make([]*ll2.DockingEvent, 0, 250)
			before := held()
			if err := keep(client, func(e *ll2.DockingEvent) { kept = append(kept, e) }); err != nil {
				t.Fatal(err)
			}
			more := held() - before
			t.Logf("%d events keep %d KiB", len(kept), more>>10)
			if len(kept) != 250 || more > 2<<20 {
				t.Errorf("%d events, one of a page each, keep %d KiB", len(kept), more>>10)
			}
			runtime.KeepAlive(kept)
		})
	}
}

// encoding/json takes some 3,300 allocations for such a page. Unlike times,
// allocations are exact.
func TestDecodingAPageOf100EventsTakesFewAllocations(t *testing.T) {
	page, err := ll2test.NewServer(ll2test.Events(515)...).Client().DockingEvents.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	allocs := testing.AllocsPerRun(20, func() {
		if err := new(ll2.Page[ll2.DockingEvent]).UnmarshalJSON(body); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 800 {
		t.Errorf("%v allocations, want no more than 800", allocs)
	}
}
