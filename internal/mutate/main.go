// Command mutate breaks the module's packages in small ways, one at a time, and
// counts how often the tests notice. Run it in the module's directory:
//
//	go run ./internal/mutate -n 200 -seed 1
//
// It writes doc/mutants.md. The file internal/mutate/explained.txt explains why
// mutants may survive.
//
// A mutant that does not compile does not count in the score. One that makes the
// tests run forever counts as killed. All tests must pass before the run begins.
//
// The flag -again takes the output of an earlier run of the same command on the same
// files, after which tests were added. Mutants that were killed then, and explained
// survivors, are not run again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/token"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// blind matches tests that read or build the files of the package. Mutants do not
// change these files, so the tests cannot kill any.
const blind = "^(TestSnippetsOfTheReadme.*|TestEveryLinkInADocComment.*|TestEveryExportedName.*|" +
	"TestWhatTheDocumentsPointAt.*|TestEveryOptionAndEveryCallHasAnExample)$"

type config struct {
	root     string
	n        int
	seed     uint64
	workers  int
	packages []string
	suites   []string
	slow     time.Duration
	again    string
	report   string
	runner   runner
	out      io.Writer // gets a line for each mutant, and other events
}

func main() {
	var (
		c        = config{out: os.Stdout}
		packages = flag.String("packages", ".,internal/...", "packages to mutate")
		suites   = flag.String("suites", "ll2test,test", "directories with more tests to run, in addition to those of the packages and of the module's own package")
		skip     = flag.String("skip", "", "more tests to leave out, a regular expression")
	)
	flag.IntVar(&c.n, "n", 200, "number of mutants")
	flag.Uint64Var(&c.seed, "seed", 1, "seed of the sample")
	flag.IntVar(&c.workers, "workers", 2, "number of mutants to test at the same time")
	flag.DurationVar(&c.slow, "slow", 500*time.Millisecond, "tests that take longer run only if the others pass")
	flag.StringVar(&c.again, "again", "", "a file with the output of an earlier run, whose results are kept, except for survivors that are not explained")
	flag.StringVar(&c.report, "report", "doc/mutants.md", "where to write the report")
	flag.DurationVar(&c.runner.least, "timeout", 5*time.Second, "time limit of tests on a mutant, in addition to six times their normal time")
	flag.IntVar(&c.runner.memory, "memory", 4096, "MiB of address space for the tests on one mutant")
	flag.Parse()
	c.packages, c.suites = strings.Split(*packages, ","), strings.Split(*suites, ",")
	c.runner.skip = blind
	if *skip != "" {
		c.runner.skip += "|" + *skip
	}
	var err error
	if c.root, err = os.Getwd(); err == nil {
		err = mutate(context.Background(), &c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func mutate(ctx context.Context, c *config) error {
	began := time.Now()
	work, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	earlier, err := readRun(c.again)
	if err != nil {
		return err
	}
	explained, err := readExplained(filepath.Join(c.root, "internal", "mutate", "explained.txt"))
	if err != nil {
		return err
	}
	for key, by := range earlier.by {
		if by == survived && explained[key] == "" {
			delete(earlier.by, key)
		}
	}

	packages, err := listPackages(ctx, c.root)
	if err != nil {
		return err
	}
	mutated, missing := choose(packages, c.packages)
	if len(missing) > 0 {
		fmt.Fprintf(c.out, "not there: %s\n", strings.Join(missing, " "))
	}
	samples, err := sampleOf(ctx, c, mutated)
	if err != nil {
		return err
	}
	var all, shared []*mutant
	for _, d := range samples {
		for _, m := range d.mutants {
			if all = append(all, m); !alone(m) {
				shared = append(shared, m)
			}
		}
	}
	fmt.Fprintf(c.out, "%d mutants; %d of them need a build of their own\n", len(all), len(all)-len(shared))

	j := &judge{runner: c.runner, suites: chooseSuites(packages, mutated, c.suites), slow: c.slow, numbers: numbers(shared)}
	if err := j.prepare(ctx, c, shared, work); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "ready after %v\n", time.Since(began).Round(time.Second))

	// The order is random, so that the results so far are typical of the whole.
	rand.New(rand.NewPCG(c.seed, c.seed)).Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	judging := time.Now()
	verdicts, err := judgeAll(ctx, c, j, all, earlier.by, work)
	if err != nil {
		return err
	}
	took := earlier.took + time.Since(began)
	fmt.Fprintf(c.out, "took %v\n", took.Round(time.Second))
	fmt.Fprintf(c.out, "a mutant takes %.1f s of a worker\n", time.Since(judging).Seconds()*float64(c.workers)/float64(max(1, len(all))))
	r := report{n: c.n, seed: c.seed, again: c.again != "", took: took, samples: samples, verdicts: verdicts, explained: explained}
	return r.write(c.out, filepath.Join(c.root, filepath.FromSlash(c.report)))
}

// sampleOf draws the mutants of the packages.
func sampleOf(ctx context.Context, c *config, packages []*pkg) ([]*sample, error) {
	fset := token.NewFileSet()
	var sources []*source
	for _, p := range packages {
		if err := p.read(fset); err != nil {
			return nil, err
		}
		sources = append(sources, p.sources...)
	}
	if len(sources) == 0 {
		return nil, errors.New("no package to mutate")
	}
	check, err := newChecker(ctx, fset, c.root, packages)
	if err != nil {
		return nil, err
	}
	return draw(check.compiles, sources, c.n, c.seed), nil
}

// judgeAll judges the mutants, except for those with a known result.
func judgeAll(ctx context.Context, c *config, j *judge, all []*mutant, known map[string]string, work string) (map[*mutant]string, error) {
	var mu sync.Mutex
	verdicts := make(map[*mutant]string)
	err := each(c.workers, all, func(worker int, m *mutant) error {
		by, ok := known[m.key()]
		if !ok {
			var err error
			if by, err = j.judge(ctx, m, filepath.Join(work, fmt.Sprintf("worker%d", worker))); err != nil {
				return fmt.Errorf("%s:%d: %s: %w", m.file.name, m.line, m.change, err)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		verdicts[m] = by
		fmt.Fprintf(c.out, "%d/%d %d %s:%d %s: %s: %s\n", len(verdicts), len(all), m.number, m.file.name, m.line, m.function, m.change, by)
		return nil
	})
	return verdicts, err
}
