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

// A day holds the results of one simulated day.
type day struct {
	asked, answered, requests int
	oldest                    time.Duration // of an answer
	lies                      int           // answers whose age was another than they said
}

// lookAllDay has n mirrors on one store walk over all events again and again for a day,
// from then on that the store has them.
func lookAllDay(t *testing.T, store func() mirror.Store, n int, every time.Duration, trouble func() *ll2test.Fault) (d day) {
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
			mirrors = append(mirrors, open(t, client, store()))
		}
		later := trouble
		trouble = func() *ll2test.Fault { return nil }
		refresh(t, mirrors[0])
		trouble, d.requests = later, 0
		for range dayLong / every {
			time.Sleep(every)
			for _, m := range mirrors {
				d.asked++
				var date time.Time
				rows := 0
				for page, err := range m.DockingEvents.Pages(t.Context()) {
					if err != nil || page.Count != 515 || rows > 0 && !page.Date.Equal(date) {
						t.Error(page, err)
						break
					}
					date = page.Date
					rows += len(page.Results)
				}
				if rows != 515 {
					continue
				}
				d.answered++
				d.oldest = max(d.oldest, time.Since(date))
				// A Date has whole seconds, and what others wrote is seen after a second.
				if off := date.Sub(last).Abs(); off > 2*time.Second {
					d.lies++
				}
			}
		}
	})
	return d
}

func TestADayOfLookingEveryMinuteTakesAFewRequestsWhateverTheServiceDoes(t *testing.T) {
	none := func() *ll2test.Fault { return nil }
	folder := func() func() mirror.Store {
		path := t.TempDir()
		return func() mirror.Store { return mirror.Dir(path) } // as in a process of its own
	}
	memory := func() func() mirror.Store {
		shared := mirror.Memory()
		return func() mirror.Store { return shared }
	}
	var b strings.Builder
	b.WriteString("| a day | answered | requests in all | oldest answer | ages that were not true |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, test := range []struct {
		name    string
		n, most int
		trouble func() *ll2test.Fault
		store   func() mirror.Store
	}{
		{"1 mirror", 1, 45, none, folder()},
		{"8 mirrors on one folder", 8, 45, none, folder()},
		{"64 mirrors on one folder", 64, 45, none, folder()},
		{"2 mirrors, no network", 2, 45, func() *ll2test.Fault { return &ll2test.Fault{Err: errors.New("no network")} }, memory()},
		{"2 mirrors, every answer a 503", 2, 45, func() *ll2test.Fault { return &ll2test.Fault{Status: http.StatusServiceUnavailable} }, memory()},
		{"2 mirrors, every answer a 429 for 40 minutes", 2, 45, func() *ll2test.Fault {
			fault := testkit.RetryAfter(http.StatusTooManyRequests, "2400")
			return &fault
		}, memory()},
		{"2 mirrors, every answer a 429 that does not say", 2, 45, func() *ll2test.Fault { return &ll2test.Fault{Status: http.StatusTooManyRequests} }, memory()},
	} {
		every := time.Minute
		if *years < 200 {
			every = time.Duration(min(4*test.n, 60)) * time.Minute // 60 million events are too many for every run
		}
		d := lookAllDay(t, test.store, test.n, every, test.trouble)
		if d.answered != d.asked || d.requests > test.most || d.lies > 0 {
			t.Errorf("%s: %+v", test.name, d)
		}
		fmt.Fprintf(&b, "| %s | %.0f %% | %d | %v | %d |\n", test.name, 100*float64(d.answered)/float64(d.asked), d.requests, d.oldest.Round(time.Minute), d.lies)
	}
	if *years == 200 {
		testkit.Golden(t, "../doc/mirror.md", "day", b.String())
	}
}
