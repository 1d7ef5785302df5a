package main

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func sourcesOf(mutants ...int) []*source {
	var sources []*source
	for i, n := range mutants {
		s := &source{name: fmt.Sprintf("%d.go", i)}
		for range n {
			s.mutants = append(s.mutants, &mutant{file: s})
		}
		sources = append(sources, s)
	}
	return sources
}

func TestASampleIsSharedOutByWhatThereIsToChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		n       int
		mutants []int
		want    []int
	}{
		"in proportion":            {100, []int{100, 300, 600}, []int{10, 30, 60}},
		"a few of each":            {100, []int{10, 0, 2, 988}, []int{5, 0, 2, 93}},
		"fewer in a small sample":  {6, []int{10, 20, 1000}, []int{1, 1, 4}},
		"none of each in a tiny":   {3, []int{10, 20, 1000}, []int{0, 0, 3}},
		"no more than there are":   {100, []int{3, 4}, []int{3, 4}},
		"the rest where it is due": {10, []int{50, 51}, []int{5, 5}},
		"nothing":                  {10, []int{0}, []int{0}},
	} {
		if got := portions(sourcesOf(tt.mutants...), tt.n); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestTheSameSeedDrawsTheSameMutants(t *testing.T) {
	t.Parallel()
	sources := sourcesOf(40, 60)
	odd := func(m *mutant) error {
		if slices.Index(m.file.mutants, m)%2 == 1 {
			return errors.New("no Go")
		}
		return nil
	}
	drawn := func(seed uint64) (mutants []*mutant, notViable int) {
		for _, d := range draw(odd, sources, 20, seed) {
			mutants = append(mutants, d.mutants...)
			notViable += d.notViable
		}
		return mutants, notViable
	}
	first, notViable := drawn(1)
	if again, _ := drawn(1); !slices.Equal(first, again) {
		t.Error("the same seed draws others")
	}
	if other, _ := drawn(2); slices.Equal(first, other) {
		t.Error("another seed draws the same")
	}
	if len(first) != 20 || notViable == 0 || slices.ContainsFunc(first, func(m *mutant) bool { return odd(m) != nil }) {
		t.Errorf("%d mutants, and %d that are no Go", len(first), notViable)
	}
}
