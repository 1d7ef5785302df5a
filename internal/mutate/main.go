// Command mutate breaks the package in small ways, one at a time, and counts how
// often its tests notice. Run it in the package's directory:
//
//	go run ./internal/mutate -n 320 -seed 1
//
// It writes doc/mutants.md. Why a survivor may survive stands in
// internal/mutate/explained.txt.
//
// A mutant that does not compile is left out of the score; one that makes the
// tests run for ever is killed. The tests have to pass before it begins.
//
// With -again and the output of an earlier run of the same command on the same
// files, with tests added meanwhile, what was killed then is not run again, nor is
// what survived and is explained.
package main

import (
	"context"
	"flag"
	"fmt"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// blind are the tests that read or build the files of the package, which no
// mutant changes, so they cannot kill one.
const blind = "^(TestSnippetsOfTheReadme.*|TestEveryLinkInADocComment.*|TestEveryExportedName.*|" +
	"TestWhatTheDocumentsPointAt.*|TestEveryOptionAndEveryCallHasAnExample)$"

func main() {
	var (
		n       = flag.Int("n", 320, "how many mutants, about")
		seed    = flag.Uint64("seed", 1, "which ones")
		workers = flag.Int("workers", 2, "how many at the same time")
		timeout = flag.Duration("timeout", time.Minute, "for the tests on one mutant")
		slow    = flag.Duration("slow", 500*time.Millisecond, "tests that take longer run only if the others pass")
		memory  = flag.Int("memory", 4096, "MiB of address space for the tests on one mutant")
		skip    = flag.String("skip", "", "more tests to leave out, a regular expression")
		again   = flag.String("again", "", "a file with the output of an earlier run, whose verdicts are kept, but for survivors that are not explained")
	)
	flag.Parse()
	if err := mutate(context.Background(), *n, *seed, *workers, *slow, *again, &suite{
		timeout: *timeout, memory: *memory, skip: blind + when(*skip != "", "|"+*skip),
	}); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func when(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func mutate(ctx context.Context, n int, seed uint64, workers int, slow time.Duration, again string, s *suite) error {
	began := time.Now()
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	s.dir = dir
	work, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	earlier, err := readRun(again)
	if err != nil {
		return err
	}
	explained, err := readExplained(filepath.Join(dir, "internal", "mutate", "explained.txt"))
	if err != nil {
		return err
	}

	fset := token.NewFileSet()
	sources, err := readPackage(fset, dir)
	if err != nil {
		return err
	}
	c, err := newChecker(ctx, fset, dir, sources)
	if err != nil {
		return err
	}
	samples := draw(c, sources, n, seed)
	var shared, single []*mutant
	for _, d := range samples {
		for _, m := range d.mutants {
			if alone(m) {
				single = append(single, m)
			} else {
				shared = append(shared, m)
			}
		}
	}
	all := slices.Concat(shared, single)
	fmt.Printf("%d mutants; %d of them need a build of their own\n", len(all), len(single))

	binary := filepath.Join(work, "all.test")
	if err := compile(ctx, dir, work, binary, together(shared)); err != nil {
		return err
	}
	if err := s.measure(ctx, binary, slow); err != nil {
		return err
	}
	fmt.Printf("the tests pass without a mutant; slow are %s\n", strings.Join(s.slow, " "))

	// In no order, so that what is done so far says something of the whole.
	rand.New(rand.NewPCG(seed, seed)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for key, by := range earlier.by {
		if by == survived && explained[key] == "" {
			delete(earlier.by, key)
		}
	}
	verdicts, err := judgeAll(ctx, s, all, earlier.by, binary, work, workers)
	if err != nil {
		return err
	}
	took := earlier.took + time.Since(began)
	fmt.Printf("took %v\n", took.Round(time.Second))
	r := report{n: n, seed: seed, again: again != "", took: took, samples: samples, verdicts: verdicts, explained: explained}
	return r.write(filepath.Join(dir, "doc", "mutants.md"))
}

// judgeAll judges the mutants on some workers, but for those of which it is known
// already what became of them.
func judgeAll(ctx context.Context, s *suite, all []*mutant, known map[string]string, binary, work string, workers int) (map[*mutant]verdict, error) {
	var (
		mu       sync.Mutex
		wg       sync.WaitGroup
		first    error
		queue    = all
		verdicts = make(map[*mutant]verdict)
	)
	for w := range workers {
		own := filepath.Join(work, fmt.Sprintf("worker%d", w))
		if err := os.MkdirAll(own, 0o700); err != nil {
			return nil, err
		}
		wg.Go(func() {
			for {
				mu.Lock()
				if len(queue) == 0 || first != nil {
					mu.Unlock()
					return
				}
				m := queue[0]
				queue = queue[1:]
				mu.Unlock()

				var v verdict
				var err error
				if by, ok := known[m.key()]; ok {
					v = newVerdict(m, by)
				} else {
					v, err = judgeOne(ctx, s, m, binary, own)
				}
				mu.Lock()
				if err != nil {
					first = fmt.Errorf("%s:%d: %s: %w", m.file.name, m.line, m.change, err)
				}
				verdicts[m] = v
				fmt.Printf("%d/%d %d %s:%d %s: %s: %s\n", len(verdicts), len(all), m.number, m.file.name, m.line, m.function, m.change,
					v.by)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return verdicts, first
}

func judgeOne(ctx context.Context, s *suite, m *mutant, binary, work string) (verdict, error) {
	if alone(m) {
		binary = filepath.Join(work, "one.test")
		if err := compile(ctx, s.dir, work, binary, map[string][]byte{m.file.name: m.apply()}); err != nil {
			return verdict{}, err
		}
	}
	return s.judge(ctx, m, binary)
}
