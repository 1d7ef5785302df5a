package ll2redis_test

import (
	"flag"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/ll2redis/internal/redistest"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

var hour = flag.Duration("hour", 500*time.Millisecond, "how long an hour of the day of mirrors takes")

// A mirrorDay holds the results of one day of mirrors on one Redis.
type mirrorDay struct {
	mirrors, asked, answered, requests int
	hours                              float64 // that it took, on a machine that is slow
	moved                              float64 // bytes from Redis to each mirror
}

// liveADay has n mirrors with clients and stores of their own list events every minute,
// from then on that Redis has them, for 25 hours, so that the walk of the day is in them.
// A Redis server knows no virtual time, so hours are short.
func liveADay(t *testing.T, n int) mirrorDay {
	t.Helper()
	server := redistest.Start(t)
	service := ll2test.NewServer(ll2test.EventsAround(515, time.Now())...)
	var all []*mirror.Mirror
	for range n {
		store := ll2redis.NewStore(server.Client(t), ll2redis.WithTimeout(never))
		all = append(all, openMirror(t, service, store, mirror.RefreshEvery(*hour), mirror.WalkEvery(24**hour)))
	}
	if err := all[0].Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	client := server.Client(t)
	before, requests, began := sent(t, client), len(service.Requests()), time.Now()
	var asked, answered atomic.Int64
	var callers sync.WaitGroup
	for _, m := range all {
		callers.Go(func() {
			for minutes := time.NewTicker(*hour / 60); time.Since(began) < 25**hour; <-minutes.C {
				asked.Add(1)
				if page, err := m.DockingEvents.List(t.Context(), ll2.PageSize(10)); err != nil || page.Count != 515 {
					t.Error(page, err)
				} else {
					answered.Add(1)
				}
			}
		})
	}
	callers.Wait()
	return mirrorDay{
		mirrors: n, asked: int(asked.Load()), answered: int(answered.Load()), requests: len(service.Requests()) - requests,
		hours: time.Since(began).Hours() / hour.Hours(), moved: float64(sent(t, client)-before) / float64(n),
	}
}

// TestADayOfMirrorsTakesAsManyRequestsHoweverManyThereAre holds that, whatever the
// machine: one that is slow makes the day longer, but no hour dearer.
//
//	go test -run DayOfMirrors -hour 14s -parallel 3 -update .
func TestADayOfMirrorsTakesAsManyRequestsHoweverManyThereAre(t *testing.T) {
	fleets := []int{1, 8}
	if *update {
		fleets = append(fleets, 64) // which leaves a machine little time for anything else
	}
	days := make([]mirrorDay, len(fleets))
	t.Run("days", func(t *testing.T) {
		for i, n := range fleets {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				d := liveADay(t, n)
				t.Logf("%+v", d)
				walks := 1 + d.hours/24
				if most := d.hours + 1 + 6*walks; d.answered != d.asked || d.requests == 0 || float64(d.requests) > most {
					t.Errorf("%+v; at most %.0f requests", d, most)
				}
				days[i] = d
			})
		}
	})
	if !*update || t.Failed() {
		return
	}
	var table strings.Builder
	table.WriteString("| processes | answered | requests in all | moved from Redis to each |\n| ---: | ---: | ---: | ---: |\n")
	for _, d := range days {
		fmt.Fprintf(&table, "| %d | %.0f %% | %d | %.1f MB |\n", d.mirrors, 100*float64(d.answered)/float64(d.asked), d.requests, d.moved/1e6)
	}
	writeTable(t, "../doc/mirror.md", "redis", table.String())
}
