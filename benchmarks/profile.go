package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// places lists the parts of the program to which time and allocations are assigned. A
// function in several of them counts for the innermost. A function in none of them, such as
// one of package strings, counts for its caller.
var places = []struct {
	name string
	fits *regexp.Regexp
}{
	{"collecting garbage", regexp.MustCompile(`^runtime\.(gc|bgsweep|bgscavenge|scan|wbBuf|\(\*(gc|sweep|wbBuf))`)},
	{"allocating", regexp.MustCompile(`^runtime\.(mallocgc|growslice|newobject|makeslice|makemap|\(\*mheap\)|\(\*mcache\))`)},
	{"system calls", regexp.MustCompile(`^(internal/runtime/)?syscall\.`)},
	{"scheduling, timers and polling", regexp.MustCompile(`^runtime\.(mcall|schedule|findRunnable|netpoll|sysmon|goexit0|ready|park|futex|usleep)`)},
	{"decoding", regexp.MustCompile(`ll2/internal/(jsonscan|body)\.|ll2\.\(\*[A-Za-z]+\)\.(scan|ScanJSON)$|ll2\.\(\*Duration\)`)},
	{"queries and links", regexp.MustCompile(`ll2/internal/query\.`)},
	{"quota", regexp.MustCompile(`ll2/internal/quota\.|ll2\.\(\*(admission|place)\)`)},
	{"the walk", regexp.MustCompile(`ll2\.\(\*(walk|border)\[|ll2/internal/ahead\.`)},
	{"net/http", regexp.MustCompile(`^(net|net/http|net/textproto|bufio|internal/poll)\.`)},
	{"the rest of a request", regexp.MustCompile(`docking-event/ll2\.|ll2/internal/|retryablehttp\.`)},
	{"the rest", regexp.MustCompile(``)},
}

// profiling says where the time and the allocations of walks go.
func profiling(ctx context.Context, how effort) (string, error) {
	shapes := []course{{limit: 100}, {limit: 10}, {limit: 100, detailed: true}}
	names := []string{"walk", "10 a page", "detailed"}
	columns := []string{"where"}
	var shares []map[string]float64
	for i, shape := range shapes {
		times, allocations, err := shape.profile(ctx, how)
		if err != nil {
			return "", err
		}
		shares = append(shares, times, allocations)
		columns = append(columns, names[i]+": time", "allocations")
	}
	t := newTable(columns...)
	for _, p := range places {
		cells := []string{p.name}
		for _, s := range shares {
			cells = append(cells, fmt.Sprintf("%.0f %%", 100*s[p.name]))
		}
		t.add(cells...)
	}
	return t.String(), nil
}

// profile walks for a while and returns the shares of the places.
func (c course) profile(ctx context.Context, how effort) (times, allocations map[string]float64, err error) {
	base, stop, err := start(ctx, serving{events: allEvents})
	if err != nil {
		return nil, nil, err
	}
	defer stop()
	walk, err := openSDK()(target{base: base, http: newHTTPClient(), limit: c.limit, detailed: c.detailed, events: allEvents})
	if err != nil {
		return nil, nil, err
	}
	several := func(d time.Duration) error {
		for began := time.Now(); ; {
			if err := count(ctx, walk, allEvents); err != nil || time.Since(began) >= d {
				return err
			}
		}
	}
	if err := several(0); err != nil {
		return nil, nil, err
	}
	var cpu bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		return nil, nil, err
	}
	err = several(how.latency(5 * time.Second))
	pprof.StopCPUProfile()
	if err != nil {
		return nil, nil, err
	}
	if times, err = byPlace(cpu.Bytes(), "cpu"); err != nil {
		return nil, nil, err
	}
	rate := runtime.MemProfileRate
	runtime.MemProfileRate = 1
	defer func() { runtime.MemProfileRate = rate }()
	before, err := allocated()
	if err != nil {
		return nil, nil, err
	}
	if err := several(how.latency(time.Second)); err != nil {
		return nil, nil, err
	}
	allocations, err = allocated()
	for place := range allocations {
		allocations[place] -= before[place]
	}
	delete(allocations, places[len(places)-1].name) // of the profile itself
	return shared(times), shared(allocations), err
}

// allocated counts all allocations so far by place.
func allocated() (map[string]float64, error) {
	for range 2 {
		runtime.GC() // which is when the profile hears of them
	}
	var b bytes.Buffer
	if err := pprof.Lookup("allocs").WriteTo(&b, 0); err != nil {
		return nil, err
	}
	return byPlace(b.Bytes(), "alloc_objects")
}

// byPlace adds up the samples of a profile.
func byPlace(data []byte, kind string) (map[string]float64, error) {
	p, err := profile.ParseData(data)
	if err != nil {
		return nil, err
	}
	value := slices.IndexFunc(p.SampleType, func(t *profile.ValueType) bool { return t.Type == kind })
	all := make(map[string]float64)
	for _, sample := range p.Sample {
		all[placeOf(sample)] += float64(sample.Value[value])
	}
	return all, nil
}

// placeOf returns the place of a sample: that of its innermost function that is in one.
func placeOf(sample *profile.Sample) string {
	last := len(places) - 1
	for _, location := range sample.Location {
		for _, line := range location.Line {
			for _, p := range places[:last] {
				if p.fits.MatchString(strings.ReplaceAll(line.Function.Name, "github.com/", "")) {
					return p.name
				}
			}
		}
	}
	return places[last].name
}

// shared makes shares of counts.
func shared(counts map[string]float64) map[string]float64 {
	total := 0.0
	for n := range maps.Values(counts) {
		total += n
	}
	for place := range counts {
		counts[place] /= max(1, total)
	}
	return counts
}
