package main

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"time"
)

const (
	fewEvents  = 500
	manyEvents = 100_000
)

// memory measures what a walk over many events holds and costs, beside walks
// over a few.
func memory(ctx context.Context, how effort) (string, error) {
	var lasting []subject
	for _, s := range subjects() {
		if s.name == ours || s.name == plainName || s.name == floorName {
			lasting = append(lasting, s)
		}
	}
	var stretches []stretch
	for _, events := range []int{fewEvents, how.many} {
		base, stop, err := start(ctx, serving{events: events})
		if err != nil {
			return "", err
		}
		defer stop()
		walks, err := openAll(ctx, lasting, func() target {
			return target{base: base, http: newHTTPClient(), limit: pageEvents, events: events}
		})
		if err != nil {
			return "", err
		}
		for i, s := range lasting {
			stretches = append(stretches, stretch{s.name, events, walks[i]})
		}
	}
	// As many events each, in one long walk or in many short ones.
	var rows []row
	for _, s := range stretches {
		rows = append(rows, row{s.name, func() error {
			for range how.many / s.events {
				if err := count(ctx, s.walk, s.events); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	all, err := measure(rows, how.fewer(10), 1)
	if err != nil {
		return "", err
	}
	t := newTable("walk", "events", "live heap", "peak heap", "time an event", "allocations an event", "allocated an event")
	for i, s := range stretches {
		live, peak, err := s.heap(ctx)
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.name, err)
		}
		m, n := &all[i], float64(how.many)
		t.add(s.name, strconv.Itoa(s.events), formatBytes(live), formatBytes(peak),
			formatTime(median(m.times)/time.Duration(how.many)),
			fmt.Sprintf("%.1f", float64(median(m.mallocs))/n), fmt.Sprintf("%.2f KiB", float64(median(m.bytes))/n/1024))
	}
	return t.String(), nil
}

// A stretch is a walk over so many events.
type stretch struct {
	name   string
	events int
	walk   walk
}

// heap walks and looks at the heap at the end of every page: what it is there
// at most, and at most right after a collection, of which there are ten on the
// way. The heap before the walk does not count.
func (s stretch) heap(ctx context.Context) (live, peak uint64, err error) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	grown := func() uint64 {
		runtime.ReadMemStats(&m)
		return max(m.HeapAlloc, before) - before
	}
	n, every := 0, s.events/min(10, s.events/pageEvents)
	err = s.walk(ctx, func(event) bool {
		n++
		if n%pageEvents == 0 {
			peak = max(peak, grown())
		}
		if n%every == 0 {
			runtime.GC()
			live = max(live, grown())
		}
		return true
	})
	return live, peak, err
}
