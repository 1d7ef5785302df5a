package main

import (
	"errors"
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// testsOf returns tests that take as long as they are called, and reach function
// 7, but for those with a name that ends in "elsewhere".
func testsOf(names ...string) []*test {
	var tests []*test
	for _, name := range names {
		took, elsewhere := strings.CutSuffix(name, "elsewhere")
		d, err := time.ParseDuration(took)
		if err != nil {
			panic(err)
		}
		tests = append(tests, &test{name: name, took: d, reached: map[int]bool{7: !elsewhere}})
	}
	return tests
}

func show(plan []batch) string {
	var parts []string
	for _, b := range plan {
		var names []string
		for _, t := range b.tests {
			names = append(names, t.name)
		}
		parts = append(parts, b.suite.pkg.rel+": "+strings.Join(names, " "))
	}
	return strings.Join(parts, "; ")
}

func TestLikelyKillersRunFirstAndOnlyThoseThatReachTheMutant(t *testing.T) {
	t.Parallel()
	quota := &pkg{rel: "internal/quota"}
	suites := []*suite{
		{pkg: &pkg{rel: "."}, mutated: true, tests: testsOf("3s", "20ms", "400ms", "1selsewhere", "10ms")},
		{pkg: quota, mutated: true, tests: testsOf("2s", "5ms")},
		{pkg: &pkg{rel: "internal/service"}, mutated: true, tests: testsOf("1ms")},
		{pkg: &pkg{rel: "test/faults"}, tests: testsOf("900ms", "600ms")},
		{pkg: &pkg{rel: "test/secrets"}, tests: testsOf("30ms")},
	}
	function := &ast.FuncDecl{Type: &ast.FuncType{}}
	j := &judge{suites: suites, slow: 500 * time.Millisecond, numbers: map[*ast.FuncDecl]int{function: 7}}

	const shared = "internal/quota: 5ms; .: 10ms 20ms; test/secrets: 30ms; .: 400ms; " +
		"internal/quota: 2s; .: 3s; test/faults: 600ms; test/faults: 900ms"
	if got := show(j.plan(&mutant{file: &source{pkg: quota}, inside: function})); got != shared {
		t.Errorf("for a mutant of a function\n%s, want\n%s", got, shared)
	}
	const single = "internal/quota: 5ms; internal/quota: 2s; .: 10ms 20ms; .: 400ms; .: 1selsewhere; .: 3s; " +
		"test/secrets: 30ms; test/faults: 600ms; test/faults: 900ms"
	if got := show(j.plan(&mutant{file: &source{pkg: quota}})); got != single {
		t.Errorf("for a mutant with a build of its own\n%s, want\n%s", got, single)
	}
}

func TestTheWorkersEndWithTheFirstError(t *testing.T) {
	t.Parallel()
	items := slices.Repeat([]int{1}, 1000)
	var done atomic.Int64
	err := each(3, items, func(worker, _ int) error {
		if worker < 0 || worker > 2 {
			t.Errorf("worker %d", worker)
		}
		if n := done.Add(1); n > 10 {
			return fmt.Errorf("error of item %d", n)
		}
		return nil
	})
	if err == nil || done.Load() > 13 {
		t.Errorf("error %v after %d items", err, done.Load())
	}
	if err := each(3, items, func(int, int) error { return nil }); err != nil {
		t.Error(err)
	}
	if err := each(3, []error{nil}, func(int, error) error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}
