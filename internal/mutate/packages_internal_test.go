package main

import (
	"slices"
	"testing"
)

func TestTheSuitesOfTheModuleAreFoundWhereverTheyAre(t *testing.T) {
	t.Parallel()
	var packages []*pkg
	for _, rel := range []string{".", "internal/mutate", "internal/quota", "ll2test", "ll2test/httptest", "test/documentation", "test/faults", "testing"} {
		packages = append(packages, &pkg{rel: rel, tested: true})
	}
	packages = append(packages, &pkg{rel: "internal/wire"}, &pkg{rel: "test/testkit"})

	mutated, missing := choose(packages, []string{"internal/quota", "internal/wire", "internal/gone"})
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
