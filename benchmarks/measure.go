package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A row is one subject of a comparison: run does the measured work once.
type row struct {
	name string
	run  func() error
}

// A measured row has what one run of it takes.
type measured struct {
	name    string
	times   []time.Duration // one a round
	mallocs []uint64
	bytes   []uint64
}

// measure runs all rows in turn, round after round, so that what else the
// machine does hits all alike: each row batch times, and once unmeasured at the
// very beginning. Every round begins with another row.
func measure(rows []row, rounds, batch int) ([]measured, error) {
	all := make([]measured, len(rows))
	for i, r := range rows {
		all[i].name = r.name
		if err := r.run(); err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
	}
	for round := range rounds {
		for k := range rows {
			i := (k + round) % len(rows)
			if err := all[i].add(rows[i].run, batch); err != nil {
				return nil, fmt.Errorf("%s: %w", rows[i].name, err)
			}
		}
	}
	return all, nil
}

func (m *measured) add(run func() error, batch int) error {
	var before, after runtime.MemStats
	runtime.GC() // of what the row before left
	runtime.ReadMemStats(&before)
	began := time.Now()
	for range batch {
		if err := run(); err != nil {
			return err
		}
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	n := uint64(batch)
	m.times = append(m.times, took/time.Duration(batch))
	m.mallocs = append(m.mallocs, (after.Mallocs-before.Mallocs)/n)
	m.bytes = append(m.bytes, (after.TotalAlloc-before.TotalAlloc)/n)
	return nil
}

// ratios compares the row with another, round by round, since those of one
// round met the same machine.
func (m *measured) ratios(base *measured) []float64 {
	all := make([]float64, len(m.times))
	for i := range all {
		all[i] = float64(m.times[i]) / float64(base.times[i])
	}
	return all
}

// quantile returns the value below which a share q of all is.
func quantile[T int | int64 | uint64 | float64 | time.Duration](all []T, q float64) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(math.Round(q*float64(len(sorted)-1)))]
}

func median[T int | int64 | uint64 | float64 | time.Duration](all []T) T { return quantile(all, 0.5) }

func named(all []measured, name string) *measured {
	return &all[slices.IndexFunc(all, func(m measured) bool { return m.name == name })]
}

// comparison is the table of rows, one of which is 1.
func comparison(what, base string, all []measured) string {
	one := named(all, base)
	t := newTable(what, "ratio", "middle half", "median", "allocations", "allocated")
	for _, m := range all {
		ratios := m.ratios(one)
		middle := formatRatio(quantile(ratios, 0.25)) + " to " + formatRatio(quantile(ratios, 0.75))
		if m.name == base {
			middle = ""
		}
		t.add(m.name, formatRatio(median(ratios)), middle, formatTime(median(m.times)),
			strconv.FormatUint(median(m.mallocs), 10), formatBytes(median(m.bytes)))
	}
	return t.String()
}

// A table is one of Markdown, its first column for names.
type table struct{ strings.Builder }

func newTable(columns ...string) *table {
	t := new(table)
	t.add(columns...)
	t.add(append([]string{"---"}, slices.Repeat([]string{"---:"}, len(columns)-1)...)...)
	return t
}

func (t *table) add(cells ...string) { t.WriteString("| " + strings.Join(cells, " | ") + " |\n") }

func formatRatio(r float64) string {
	if r < 0.0995 {
		return fmt.Sprintf("%.3f", r)
	}
	return fmt.Sprintf("%.2f", r)
}

func formatTime(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.1f µs", float64(d)/float64(time.Microsecond))
	}
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

func formatBytes(n uint64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.0f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
