package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// The results for mutants that no single test killed.
const (
	survived  = "SURVIVED"
	timedOut  = "time-out"
	crashed   = "panic or leak"
	notViable = "not viable" // it compiles, but a package that imports its package does not
)

// A judge runs tests on mutants.
type judge struct {
	runner
	suites  []*suite
	slow    time.Duration
	numbers map[*ast.FuncDecl]int // of the functions whose mutants share a build
}

// A batch is a group of tests of a suite that run together.
type batch struct {
	suite *suite
	tests []*test
}

// prepare builds and measures the suites. The suite of the module's own package comes
// first, because the others need its parts as well.
func (j *judge) prepare(ctx context.Context, c *config, shared []*mutant, work string) error {
	slices.SortStableFunc(j.suites, func(a, b *suite) int { return cmp.Compare(a.pkg.rel, b.pkg.rel) })
	files := together(shared)
	first := min(1, len(j.suites))
	for _, part := range [][]*suite{j.suites[:first], j.suites[first:]} {
		err := each(c.workers, part, func(worker int, s *suite) error {
			s.binary = filepath.Join(work, strings.ReplaceAll(s.pkg.rel, "/", "-")+".test")
			return compile(ctx, s.pkg, filepath.Join(work, fmt.Sprintf("worker%d", worker)), s.binary, files)
		})
		if err != nil {
			return err
		}
	}
	for _, s := range j.suites {
		if err := j.measure(ctx, s, work, c.workers); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s: %d tests, %.1f s one after the other\n", s.pkg.rel, len(s.tests), sum(s.tests).Seconds())
	}
	return nil
}

// inOrder returns the suites that may kill a mutant of a package: its own, then that
// of the module's package, then the others, quick ones first. Suites of other mutated
// packages are left out.
func (j *judge) inOrder(of *pkg) []*suite {
	var suites []*suite
	for _, s := range j.suites {
		if s.pkg == of || s.pkg.rel == "." || !s.mutated {
			suites = append(suites, s)
		}
	}
	distance := func(s *suite) int {
		switch {
		case s.pkg == of:
			return 0
		case s.pkg.rel == ".":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(suites, func(a, b *suite) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)), cmp.Compare(sum(a.tests), sum(b.tests)))
	})
	return suites
}

// plan returns the batches to run on a mutant until one kills it. If the mutant
// shares its build, the quick tests of all suites come first, and only tests that
// reach its function run. Otherwise each suite must be built, and all of it runs
// before the next one.
func (j *judge) plan(m *mutant) []batch {
	tiers := [3][]batch{}
	var all []batch
	for _, s := range j.inOrder(m.file.pkg) {
		mine := j.tiers(s, m)
		for i := range tiers {
			tiers[i] = append(tiers[i], mine[i]...)
		}
		all = append(all, slices.Concat(mine[:]...)...)
	}
	if alone(m) {
		return all
	}
	return slices.Concat(tiers[:]...)
}

// tiers returns a suite's tests that may kill a mutant: quick ones together, less
// quick ones together, and each slow one alone.
func (j *judge) tiers(s *suite, m *mutant) (tiers [3][]batch) {
	tests := slices.DeleteFunc(slices.Clone(s.tests), func(t *test) bool { return !alone(m) && !t.reached[j.numbers[m.inside]] })
	slices.SortStableFunc(tests, func(a, b *test) int { return cmp.Compare(a.took, b.took) })
	for _, t := range tests {
		tier := 0
		switch {
		case t.took >= j.slow:
			tier = 2
		case t.took >= j.slow/5:
			tier = 1
		}
		if tier < 2 && len(tiers[tier]) > 0 {
			tiers[tier][0].tests = append(tiers[tier][0].tests, t)
		} else {
			tiers[tier] = append(tiers[tier], batch{suite: s, tests: []*test{t}})
		}
	}
	return tiers
}

// judge returns the result for a mutant.
func (j *judge) judge(ctx context.Context, m *mutant, work string) (string, error) {
	var built *suite
	for _, b := range j.plan(m) {
		binary := b.suite.binary
		if alone(m) {
			binary = filepath.Join(work, "one.test")
			if built != b.suite {
				err := compile(ctx, b.suite.pkg, work, binary, map[string][]byte{m.file.at: m.apply()})
				if failure := (*buildError)(nil); errors.As(err, &failure) {
					return notViable, nil
				}
				if err != nil {
					return "", err
				}
				built = b.suite
			}
		}
		by, err := j.try(ctx, m, binary, b)
		if err != nil || by != survived {
			return by, err
		}
	}
	return survived, nil
}

// try runs a batch of tests. A test that fails, or does not end, must do so again
// when it runs alone: on a busy machine a test fails now and then.
func (j *judge) try(ctx context.Context, m *mutant, binary string, b batch) (string, error) {
	env := fmt.Sprintf("%s=%d", mutantEnv, m.number)
	for range 2 {
		output, ok, err := j.run(ctx, b.suite.pkg, binary, env, j.limit(sum(b.tests)), only(b.tests))
		if err != nil || ok {
			return survived, err
		}
		by, pattern := crashed, failed
		if strings.Contains(output, outOfTime) {
			by, pattern = timedOut, running
		}
		match := pattern.FindStringSubmatch(output)
		if match == nil {
			return by, nil
		}
		suspect := slices.DeleteFunc(slices.Clone(b.tests), func(t *test) bool { return t.name != match[1] })
		output, ok, err = j.run(ctx, b.suite.pkg, binary, env, j.limit(sum(suspect)), only(suspect))
		switch {
		case err != nil:
			return "", err
		case ok:
			continue
		case strings.Contains(output, outOfTime):
			return timedOut, nil
		case b.suite.pkg.rel != ".":
			return match[1] + " in " + b.suite.pkg.rel, nil
		}
		return match[1], nil
	}
	return survived, nil
}

// each calls do with each item, on several workers, until a call fails.
func each[T any](workers int, items []T, do func(worker int, item T) error) error {
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		first error
		next  int
	)
	for worker := range workers {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				done := i >= len(items) || first != nil
				mu.Unlock()
				if done {
					return
				}
				if err := do(worker, items[i]); err != nil {
					mu.Lock()
					if first == nil {
						first = err
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}
