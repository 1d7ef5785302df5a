package cookbook_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// call calls the function in a new instance, and returns the answer.
func call(store mirror.Store, server *ll2test.Server) (*http.Response, error) {
	m, err := cookbook.OpenForFunction(store, ll2.WithTransport(server))
	if err != nil {
		return nil, err
	}
	defer m.Close()
	w := httptest.NewRecorder()
	cookbook.Docked(m)(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return w.Result(), nil
}

func ExampleDocked() {
	server := ll2test.NewServer(ll2test.Events(515)...)
	server.Limit(15, time.Hour)
	shared := mirror.Memory() // in a function: ll2redis.NewStore, or mirror.Dir on a shared disk
	for _, tt := range []struct {
		name  string
		store mirror.Store
	}{
		{"first instance", shared},
		{"second instance", shared},
		{"third, with a store of its own", mirror.Memory()},
		{"fourth, with a store of its own", mirror.Memory()},
	} {
		before := len(server.Requests())
		resp, err := call(tt.store, server)
		if err != nil {
			fmt.Println(err)
			return
		}
		wait := ""
		if resp.Header.Get("Retry-After") != "" {
			wait = ", with Retry-After"
		}
		fmt.Printf("%s: %d requests, %s%s\n", tt.name, len(server.Requests())-before, resp.Status, wait)
	}
	// Output:
	// first instance: 7 requests, 200 OK
	// second instance: 0 requests, 200 OK
	// third, with a store of its own: 7 requests, 200 OK
	// fourth, with a store of its own: 5 requests, 503 Service Unavailable, with Retry-After
}

func TestTheFunctionAnswersInTimeWhateverTheServiceDoes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault ll2test.Fault
		wait  string // Retry-After
	}{
		"hangs":   {ll2test.Fault{Delay: time.Hour}, "60"},
		"is down": {ll2test.Fault{Status: http.StatusBadGateway}, "60"},
		"refuses": {ll2test.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1200"}}}, "1200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := ll2test.NewServer(ll2test.Events(50)...)
				server.Fail(ll2test.Fault{}, tt.fault) // the question about the quota, and the first page
				began := time.Now()
				resp, err := call(mirror.Memory(), server)
				if err != nil {
					t.Fatal(err)
				}
				if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") != tt.wait {
					t.Errorf("%s, Retry-After %q, want %q", resp.Status, resp.Header.Get("Retry-After"), tt.wait)
				}
				if took := time.Since(began); took > 3*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}
