package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A verdict says what became of a mutant.
type verdict struct {
	*mutant
	survived bool
	timedOut bool
	by       string // the test that killed it, or what stands in its place
}

const (
	survived = "SURVIVED"
	timedOut = "time-out"
	crashed  = "panic or leak"
)

func newVerdict(m *mutant, by string) verdict {
	return verdict{mutant: m, survived: by == survived, timedOut: by == timedOut, by: by}
}

// A suite is the package's tests, the quick ones apart from the slow ones.
type suite struct {
	dir     string
	timeout time.Duration
	memory  int // in MiB that a test binary may reserve
	skip    string
	slow    []string
}

var (
	failed = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)
	passed = regexp.MustCompile(`(?m)^--- PASS: (\S+) \((\d+\.\d+)s\)`)
)

// run runs some tests of a binary and returns what they print, and whether they
// pass.
func (s *suite) run(ctx context.Context, binary string, number int, args ...string) (output string, ok bool, err error) {
	// The binary ends itself before; a mutant may keep it from doing so.
	ctx, cancel := context.WithTimeout(ctx, s.timeout+15*time.Second)
	defer cancel()
	// A mutant that allocates without end must not take the machine down.
	limited := fmt.Sprintf(`ulimit -v %d && exec "$@"`, s.memory<<10)
	cmd := exec.CommandContext(ctx, "sh", slices.Concat(
		[]string{"-c", limited, "sh", binary, "-test.failfast", "-test.timeout=" + s.timeout.String(), "-test.skip=" + s.skip}, args)...)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, &out, &out
	cmd.Env = append(os.Environ(), environ+"="+strconv.Itoa(number))
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	output = out.String()
	if ctx.Err() != nil {
		output += "\ntest timed out"
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && ctx.Err() == nil {
		return "", false, err
	}
	return output, err == nil, nil
}

// measure runs the tests without a mutant, all of which have to pass, and finds
// the slow ones.
func (s *suite) measure(ctx context.Context, binary string, slow time.Duration) error {
	output, ok, err := s.run(ctx, binary, 0, "-test.v")
	if err != nil {
		return err
	}
	if !ok {
		last := strings.Split(strings.TrimSpace(output), "\n")
		return fmt.Errorf("the tests fail without a mutant: %q\n%s", failed.FindAllString(output, -1),
			strings.Join(last[max(0, len(last)-20):], "\n"))
	}
	s.slow = nil
	for _, match := range passed.FindAllStringSubmatch(output, -1) {
		if d, err := time.ParseDuration(match[2] + "s"); err == nil && d >= slow {
			s.slow = append(s.slow, match[1])
		}
	}
	return nil
}

// judge runs the quick tests on a mutant, and where they pass the slow ones.
func (s *suite) judge(ctx context.Context, m *mutant, binary string) (verdict, error) {
	slow := "^(" + strings.Join(s.slow, "|") + ")$"
	quick := *s
	quick.skip = cmp.Or(s.skip, "^$") + "|" + slow
	for _, part := range []struct {
		suite *suite
		args  []string
	}{{&quick, nil}, {s, []string{"-test.run=" + slow}}} {
		v, err := part.suite.part(ctx, m, binary, part.args)
		if err != nil || !v.survived {
			return v, err
		}
	}
	return newVerdict(m, survived), nil
}

// part runs some of the tests. A test that fails has to do so again by itself: a
// busy machine lets one fail now and then.
func (s *suite) part(ctx context.Context, m *mutant, binary string, args []string) (verdict, error) {
	for range 2 {
		output, ok, err := s.run(ctx, binary, m.number, args...)
		if err != nil || ok {
			return newVerdict(m, survived), err
		}
		if strings.Contains(output, "test timed out") {
			return newVerdict(m, timedOut), nil
		}
		match := failed.FindStringSubmatch(output)
		if match == nil {
			return newVerdict(m, crashed), nil
		}
		if _, ok, err = s.run(ctx, binary, m.number, "-test.run=^"+regexp.QuoteMeta(match[1])+"$"); err != nil || !ok {
			return newVerdict(m, match[1]), err
		}
	}
	return newVerdict(m, survived), nil
}

// An earlierRun is what an earlier run found.
type earlierRun struct {
	by   map[string]string // what became of a mutant, for its key
	took time.Duration
}

// readRun reads the output of an earlier run; no file is none.
func readRun(file string) (earlierRun, error) {
	run := earlierRun{by: make(map[string]string)}
	if file == "" {
		return run, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return run, err
	}
	line := regexp.MustCompile(`^\d+/\d+ \d+ (\S+):\d+ (\S+): (.*): ([^:]+)$`)
	for s := range strings.Lines(string(text)) {
		s = strings.TrimSuffix(s, "\n")
		if took, ok := strings.CutPrefix(s, "took "); ok {
			if run.took, err = time.ParseDuration(took); err != nil {
				return run, err
			}
		}
		if part := line.FindStringSubmatch(s); part != nil {
			run.by[strings.Join(part[1:4], "\t")] = part[4]
		}
	}
	return run, nil
}
