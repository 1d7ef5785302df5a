package main

import (
	"slices"
	"strings"
	"testing"
)

func TestTheSuitesOfTheModuleAreFoundWhereverTheyAre(t *testing.T) {
	t.Parallel()
	var packages []*pkg
	for _, rel := range []string{".", "internal/mutate", "internal/quota", "ll2test", "ll2test/httptest", "test/bench", "test/documentation", "test/faults", "testing"} {
		packages = append(packages, &pkg{rel: rel, name: strings.TrimPrefix(rel, "internal/"), tested: true})
	}
	packages[1].name = "main"
	packages = append(packages, &pkg{rel: "internal/wire"}, &pkg{rel: "test/testkit"})

	mutated, missing := choose(packages, []string{"internal/quota", "internal/wire", "internal/gone"})
	if all, _ := choose(packages, []string{"internal/...", "internal/wire"}); !slices.Equal(all, mutated) {
		t.Errorf("below internal are %v, want %v", all, mutated)
	}
	if !slices.Equal(missing, []string{"internal/gone"}) || len(mutated) != 2 || mutated[0].rel != "internal/quota" || mutated[1].rel != "internal/wire" {
		t.Errorf("chosen are %v, missing %v", mutated, missing)
	}
	var got []string
	for _, s := range chooseSuites(packages, mutated, []string{"ll2test", "test"}) {
		got = append(got, s.pkg.rel)
		if s.mutated != (s.pkg.rel == "internal/quota") {
			t.Errorf("%s: mutated is %v", s.pkg.rel, s.mutated)
		}
	}
	if want := []string{".", "internal/quota", "ll2test", "ll2test/httptest", "test/faults"}; !slices.Equal(got, want) {
		t.Errorf("the suites are %v, want %v", got, want)
	}
}
