package bench_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

const benchmarkEvents = 515

func BenchmarkDecodePage(b *testing.B) {
	for _, mode := range []ll2.Mode{ll2.ModeNormal, ll2.ModeDetailed} {
		b.Run(string(mode), func(b *testing.B) {
			body := benchmarkPage(b, mode)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				var page ll2.Page[ll2.DockingEvent]
				if err := page.UnmarshalJSON(body); err != nil {
					b.Fatal(err)
				}
				if len(page.Results) != ll2.MaxPageSize {
					b.Fatal(len(page.Results), "events")
				}
			}
		})
	}
}

func BenchmarkAll(b *testing.B) {
	for _, mode := range []ll2.Mode{ll2.ModeNormal, ll2.ModeDetailed} {
		b.Run(string(mode), func(b *testing.B) {
			client := benchmarkClient(b)
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range client.DockingEvents.All(b.Context(), ll2.InMode(mode)) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != benchmarkEvents {
					b.Fatal(n, "events")
				}
			}
		})
	}
}

// Ten events a page are what a walk costs by its requests.
func BenchmarkAllByTen(b *testing.B) {
	client := benchmarkClient(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ll2.Collect(client.DockingEvents.All(b.Context(), ll2.PageSize(10))); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkList(b *testing.B) {
	client := benchmarkClient(b)
	for _, size := range []int{1, ll2.MaxPageSize} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.DockingEvents.List(b.Context(), ll2.PageSize(size)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	client := benchmarkClient(b)
	b.ReportAllocs()
	for b.Loop() {
		event, err := client.DockingEvents.Get(b.Context(), 42)
		if err != nil {
			b.Fatal(err)
		}
		if event.ID != 42 {
			b.Fatal("event", event.ID)
		}
	}
}

// benchmarkClient returns a client whose answers come from memory.
func benchmarkClient(b testing.TB) *ll2.Client {
	server := ll2test.NewServer(ll2test.Events(benchmarkEvents)...)
	client, err := ll2.New(ll2.WithoutRateLimit(), ll2.WithHTTPClient(&http.Client{Transport: &keeper{from: server}}))
	if err != nil {
		b.Fatal(err)
	}
	return client
}

// benchmarkPage returns the first page as the service writes it.
func benchmarkPage(b testing.TB, mode ll2.Mode) []byte {
	query := url.Values{"limit": {"100"}, "ordering": {"docking,id"}, "mode": {string(mode)}}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, ll2.DefaultBaseURL+"docking_event/?"+query.Encode(), nil)
	if err != nil {
		b.Fatal(err)
	}
	resp, err := ll2test.NewServer(ll2test.Events(benchmarkEvents)...).RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// A keeper asks a server once for each URL, and answers from then on itself:
// writing a page costs more than reading it.
type keeper struct {
	from  http.RoundTripper
	pages sync.Map // of []byte, by URL
}

func (k *keeper) RoundTrip(req *http.Request) (*http.Response, error) {
	kept, ok := k.pages.Load(req.URL.String())
	if !ok {
		resp, err := k.from.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		kept, _ = k.pages.LoadOrStore(req.URL.String(), body)
	}
	body := kept.([]byte)
	return &http.Response{
		StatusCode:    http.StatusOK,
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}, nil
}
