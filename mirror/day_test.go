package mirror_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
	"github.com/docking-event/ll2/test/testkit"
)

// A day is what one simulated day told.
type day struct {
	asked, answered, requests int
	oldest                    time.Duration // of an answer
	lies                      int           // answers whose age was another than they said
}

// lookEveryMinute has n mirrors on one store list events every minute for a day, from
// then on that the store has them. One of them at a time walks over all every half
// hour, since that many walks of that many mirrors would take the test an hour.
func lookEveryMinute(t *testing.T, store mirror.Store, n int, trouble func() *ll2test.Fault) (d day) {
	in(t, func(t *testing.T) {
		server := ll2test.NewServer(ll2test.EventsAround(515, time.Now())...)
		var last time.Time // when the service last answered a refresh
		transport := testkit.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			d.requests++
			fault := trouble()
			if fault != nil {
				server.Fail(*fault)
			}
			at := time.Now()
			resp, err := server.RoundTrip(req)
			if err == nil && resp.StatusCode == http.StatusOK {
				last = at
			}
			return resp, err
		})
		client := server.Client(ll2.WithTransport(transport), ll2.WithMaxWait(0))
		var mirrors []*mirror.Mirror
		for range n {
			mirrors = append(mirrors, open(t, client, store))
		}
		later := trouble
		trouble = func() *ll2test.Fault { return nil }
		refresh(t, mirrors[0])
		trouble, d.requests = later, 0
		for minute := range 24 * 60 {
			time.Sleep(time.Minute)
			for i, m := range mirrors {
				d.asked++
				page, err := m.DockingEvents.List(t.Context(), ll2.PageSize(10))
				if err != nil || page.Count != 515 {
					t.Error(page, err)
					continue
				}
				d.answered++
				d.oldest = max(d.oldest, time.Since(page.Date))
				// A Date has whole seconds, and what others wrote is seen after a second.
				if off := page.Date.Sub(last).Abs(); off > 2*time.Second {
					d.lies++
				}
				if i == minute%n && minute%30 == 0 {
					all(t, m)
				}
			}
		}
	})
	return d
}

func TestADayOfLookingEveryMinuteTakesAFewRequestsWhateverTheServiceDoes(t *testing.T) {
	none := func() *ll2test.Fault { return nil }
	var b strings.Builder
	b.WriteString("| a day | answered | requests in all | oldest answer | ages that were not true |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, test := range []struct {
		name    string
		n, most int
		trouble func() *ll2test.Fault
		store   mirror.Store
	}{
		{"1 mirror", 1, 45, none, mirror.Dir(t.TempDir())},
		{"8 mirrors on one folder", 8, 45, none, mirror.Dir(t.TempDir())},
		{"64 mirrors on one folder", 64, 45, none, mirror.Dir(t.TempDir())},
		{"2 mirrors, no network", 2, 45, func() *ll2test.Fault { return &ll2test.Fault{Err: errors.New("no network")} }, mirror.Memory()},
		{"2 mirrors, every answer a 503", 2, 45, func() *ll2test.Fault { return &ll2test.Fault{Status: http.StatusServiceUnavailable} }, mirror.Memory()},
		{"2 mirrors, every answer a 429 for 40 minutes", 2, 45, func() *ll2test.Fault {
			fault := testkit.RetryAfter(http.StatusTooManyRequests, "2400")
			return &fault
		}, mirror.Memory()},
		{"2 mirrors, every answer a 429 that does not say", 2, 45, func() *ll2test.Fault { return &ll2test.Fault{Status: http.StatusTooManyRequests} }, mirror.Memory()},
	} {
		d := lookEveryMinute(t, test.store, test.n, test.trouble)
		if d.answered != d.asked || d.requests > test.most || d.lies > 0 {
			t.Errorf("%s: %+v", test.name, d)
		}
		fmt.Fprintf(&b, "| %s | %.0f %% | %d | %v | %d |\n", test.name, 100*float64(d.answered)/float64(d.asked), d.requests, d.oldest.Round(time.Minute), d.lies)
	}
	testkit.Golden(t, "../doc/mirror.md", "day", b.String())
}
