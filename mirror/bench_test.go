package mirror_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func BenchmarkList(b *testing.B) {
	server := ll2test.NewServer(ll2test.Events(515)...)
	m, err := mirror.Open(server.Client(), mirror.Memory())
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	opts := []ll2.ListOption{ll2.ForSpaceStation(4), ll2.OrderBy(ll2.ByDeparture.Desc())}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.DockingEvents.List(b.Context(), opts...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkServeHTTP(b *testing.B) {
	server := ll2test.NewServer(ll2test.Events(515)...)
	m, err := mirror.Open(server.Client(), mirror.Memory())
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://gateway.example/2.2.0/docking_event/?ordering=-docking", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		m.ServeHTTP(discarder{make(http.Header)}, r)
	}
}
