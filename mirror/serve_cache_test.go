package mirror_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestBodiesAreCompressedForThoseWhoAcceptIt(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(30)...)
	m := open(t, server.Client(), mirror.Memory())
	plain := bodyOf(t, serve(t, m, http.MethodGet, list))
	for accept, want := range map[string]bool{
		"gzip": true, "GZIP": true, "deflate, gzip;q=0.5": true, "br, gzip ; q=1.0": true, "*": true, "*;q=0.1": true, "identity;q=0.5, gzip": true, "identity;q=0, gzip;q=0.001": true,
		"": false, "identity": false, "gzip;q=0": false, "gzip;q=0, *": false, "*;q=0": false, "gzip;q=0.4, identity;q=0.5": false, "gzip;q=2": false, "gzip;q=NaN": false, "gzip;q=-1": false,
		"gzip;q=x": false, "zgip, br": false, ",;,;q=1": false,
	} {
		resp := serve(t, m, http.MethodGet, list, "Accept-Encoding", accept)
		head := serve(t, m, http.MethodHead, list, "Accept-Encoding", accept)
		if got := resp.Header.Get("Content-Encoding") == "gzip"; got != want || resp.Header.Get("Vary") != "Accept, Accept-Encoding" {
			t.Errorf("%q: compressed %v; %v", accept, got, resp.Header)
		}
		if length := resp.Header.Get("Content-Length"); length == "" || length != head.Header.Get("Content-Length") || want && length > "2" && len(length) >= len(fmt.Sprint(len(plain))) {
			t.Errorf("%q: %s bytes, %s for HEAD, %d as they are", accept, length, head.Header.Get("Content-Length"), len(plain))
		}
		if bodyOf(t, resp) != plain {
			t.Errorf("%q: another body", accept)
		}
	}
	small := serve(t, m, http.MethodGet, list+"?offset=30", "Accept-Encoding", "gzip")
	if small.Header.Get("Content-Encoding") != "" || small.Header.Get("Vary") == "" {
		t.Errorf("a small body: %v", small.Header)
	}
}

// A discarder is a writer of responses that keeps nothing.
type discarder struct{ header http.Header }

func (d discarder) Header() http.Header         { return d.header }
func (d discarder) Write(p []byte) (int, error) { return len(p), nil }
func (d discarder) WriteHeader(int)             {}

func TestAnAnswerIsMadeAndCompressedOnce(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(200)...)
	m := open(t, server.Client(), mirror.Memory())
	allocated := func(link string, encoding string) (perAnswer uint64) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
		r.Header.Set("Accept-Encoding", encoding)
		const answers = 20
		m.ServeHTTP(discarder{make(http.Header)}, r)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range answers {
			m.ServeHTTP(discarder{make(http.Header)}, r)
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / answers
	}
	for _, encoding := range []string{"gzip", "identity"} {
		if n := allocated(list+"?limit=100&mode=detailed", encoding); n > 16<<10 {
			t.Errorf("%s: %d bytes are allocated for an answer that is ready", encoding, n)
		}
	}
}

func TestWhatIsKeptDoesNotGrowWithTheQueriesOfStrangers(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(100)...)
	m := open(t, server.Client(), mirror.Memory())
	inUse := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := inUse()
	for i := range 500 { // of 450 kB each
		link := fmt.Sprintf("%s?limit=100&mode=detailed&x=%d", list, i)
		m.ServeHTTP(discarder{make(http.Header)}, httptest.NewRequestWithContext(t.Context(), http.MethodGet, link, nil))
	}
	if after := inUse(); after > before+64<<20 {
		t.Errorf("%d MB are in use after 500 different pages", (after-before)>>20)
	}
}
