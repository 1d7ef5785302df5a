package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A suite holds the tests of a package, in a binary with all mutants that share a
// build.
type suite struct {
	pkg     *pkg
	mutated bool // the package itself is mutated
	binary  string
	tests   []*test
}

// A test is a top-level test, a fuzz target with its seeds, or an example.
type test struct {
	name    string
	took    time.Duration // when it runs alone, without a mutant
	reached map[int]bool  // functions with mutants that it reaches, by number
}

// sum returns the duration of the tests one after the other.
func sum(tests []*test) time.Duration {
	var d time.Duration
	for _, t := range tests {
		d += t.took
	}
	return d
}

// A runner runs test binaries.
type runner struct {
	least  time.Duration // least time limit of tests, however quick they are without a mutant
	memory int           // MiB that a test binary may reserve
	skip   string        // regular expression of tests to leave out
}

// limit returns how long tests may take on a mutant. A busy machine can be slower
// than it was when they were measured.
func (r *runner) limit(took time.Duration) time.Duration { return r.least + 6*took }

var (
	failed   = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)
	running  = regexp.MustCompile(`(?m)^panic: test timed out after .*\n\s*running tests:\n\s*([^\s/]+)`)
	testName = regexp.MustCompile(`^(Test|Fuzz|Example)\w*$`)
)

// outOfTime is in the output of tests that did not end.
const outOfTime = "test timed out"

// run runs some tests of a binary and returns their output, and whether they pass.
func (r *runner) run(ctx context.Context, p *pkg, binary, env string, limit time.Duration, args ...string) (output string, ok bool, err error) {
	// The binary ends itself earlier, but a mutant may prevent that.
	ctx, cancel := context.WithTimeout(ctx, limit+5*time.Second)
	defer cancel()
	// A mutant that allocates endlessly must not affect the machine.
	limited := fmt.Sprintf(`ulimit -v %d && exec "$@"`, r.memory<<10)
	cmd := exec.CommandContext(ctx, "sh", slices.Concat(
		[]string{"-c", limited, "sh", binary, "-test.failfast", "-test.timeout=" + limit.String()}, args)...)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, &out, &out
	cmd.Env = append(os.Environ(), env)
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	output = out.String()
	if ctx.Err() != nil {
		output += "\n" + outOfTime
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && ctx.Err() == nil {
		return "", false, err
	}
	return output, err == nil, nil
}

// only returns the arguments that run exactly these tests.
func only(tests []*test) string {
	var names []string
	for _, t := range tests {
		names = append(names, regexp.QuoteMeta(t.name))
	}
	return "-test.run=^(" + strings.Join(names, "|") + ")$"
}

// measure runs a suite without a mutant, which must pass, and then each test alone,
// to learn how long it takes and which functions it reaches. A test that does not
// reach a function cannot kill its mutants.
func (r *runner) measure(ctx context.Context, s *suite, work string, workers int) error {
	const patience = 10 * time.Minute
	skip := "-test.skip=" + cmp.Or(r.skip, "^$")
	output, ok, err := r.run(ctx, s.pkg, s.binary, mutantEnv+"=0", patience, skip)
	if err != nil {
		return err
	}
	if !ok {
		last := strings.Split(strings.TrimSpace(output), "\n")
		return fmt.Errorf("the tests of %s fail without a mutant: %q\n%s", s.pkg.rel, failed.FindAllString(output, -1),
			strings.Join(last[max(0, len(last)-20):], "\n"))
	}
	if output, _, err = r.run(ctx, s.pkg, s.binary, mutantEnv+"=0", patience, "-test.list=."); err != nil {
		return err
	}
	skipped, err := regexp.Compile(cmp.Or(r.skip, "^$"))
	if err != nil {
		return err
	}
	s.tests = nil
	for name := range strings.FieldsSeq(output) {
		if testName.MatchString(name) && !skipped.MatchString(name) {
			s.tests = append(s.tests, &test{name: name})
		}
	}
	return each(workers, s.tests, func(worker int, t *test) error {
		file := filepath.Join(work, fmt.Sprintf("reached%d", worker))
		defer os.Remove(file)
		began := time.Now()
		// Failures do not matter here; tests that count allocations may fail.
		if _, _, err := r.run(ctx, s.pkg, s.binary, reachedEnv+"="+file, patience, only([]*test{t})); err != nil {
			return err
		}
		t.took, t.reached = time.Since(began), make(map[int]bool)
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		for word := range strings.FieldsSeq(string(text)) {
			function, err := strconv.Atoi(word)
			if err != nil {
				return err
			}
			t.reached[function] = true
		}
		return nil
	})
}
