package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// readExplained reads the reasons why mutants survive. Each line has file, function,
// change and explanation, separated by tabs.
func readExplained(file string) (map[string]string, error) {
	explained := make(map[string]string)
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return explained, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			parts := strings.Split(line, "\t")
			if len(parts) != 4 {
				return nil, fmt.Errorf("%s: not file, function, change and explanation: %q", file, line)
			}
			explained[strings.Join(parts[:3], "\t")] = parts[3]
		}
	}
	return explained, lines.Err()
}

// An earlierRun holds the results of an earlier run.
type earlierRun struct {
	by   map[string]string // result of a mutant, by its key
	took time.Duration
}

// readRun reads the output of an earlier run. Without a file it returns an empty one.
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

// A report holds the results of a run.
type report struct {
	n         int
	seed      uint64
	again     bool
	took      time.Duration
	samples   []*sample
	verdicts  map[*mutant]string
	explained map[string]string
}

// A tally counts the mutants of a file, of a package or of all.
type tally struct{ possible, notViable, killed, timedOut, survived int }

func (t *tally) add(u tally) {
	t.possible += u.possible
	t.notViable += u.notViable
	t.killed += u.killed
	t.timedOut += u.timedOut
	t.survived += u.survived
}

func (t *tally) viable() int { return t.killed + t.timedOut + t.survived }

func (t *tally) score() string {
	if t.viable() == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(t.killed+t.timedOut)/float64(t.viable()))
}

func (t *tally) row(name string) string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %s |\n",
		name, t.possible, t.notViable, t.viable(), t.killed, t.timedOut, t.survived, t.score())
}

// tallies counts the mutants of each file, of each package and of all, and lists
// those that survived.
func (r *report) tallies() (files, packages string, total tally, survivors []*mutant) {
	var ofFiles, ofPackages strings.Builder
	var order []*pkg
	byPackage := make(map[*pkg]*tally)
	for _, d := range r.samples {
		t := tally{possible: len(d.file.mutants), notViable: d.notViable}
		for _, m := range d.mutants {
			switch r.verdicts[m] {
			case notViable:
				t.notViable++
			case survived:
				t.survived++
				survivors = append(survivors, m)
			case timedOut:
				t.timedOut++
			default:
				t.killed++
			}
		}
		ofFiles.WriteString(t.row(d.file.name))
		if byPackage[d.file.pkg] == nil {
			order = append(order, d.file.pkg)
			byPackage[d.file.pkg] = new(tally)
		}
		byPackage[d.file.pkg].add(t)
		total.add(t)
	}
	for _, p := range order {
		name := p.rel
		if name == "." {
			name = p.name
		}
		ofPackages.WriteString(byPackage[p].row(name))
	}
	ofPackages.WriteString(total.row("**all**"))
	slices.SortFunc(survivors, func(a, b *mutant) int {
		return cmp.Or(cmp.Compare(a.file.name, b.file.name), cmp.Compare(a.from, b.from))
	})
	return ofFiles.String(), ofPackages.String(), total, survivors
}

// write writes the report to a file, and a line to out.
func (r *report) write(out io.Writer, file string) error {
	files, packages, total, survivors := r.tallies()
	var list strings.Builder
	unexplained := 0
	for _, m := range survivors {
		why := r.explained[m.key()]
		if why == "" {
			unexplained++
			why = "**not explained**"
		}
		fmt.Fprintf(&list, "| %s:%d | %s | %s | %s |\n", m.file.name, m.line, m.function, m.change, why)
	}
	runs := ""
	if r.again {
		runs = ", in several runs:\nthose after the first (`-again`) kept what was killed before, and ran what had survived again with the tests that were\nadded for it"
	}
	killed := total.killed + total.timedOut
	text := fmt.Sprintf(document, r.n, r.seed, time.Now().Format(time.DateOnly), total.viable(), r.took.Round(time.Minute).Minutes(),
		killed, total.score(), total.survived, unexplained, packages, files, list.String(), "```", runs)
	fmt.Fprintf(out, "%s: %d of %d killed, %d not explained\n", total.score(), killed, total.viable(), unexplained)
	return os.WriteFile(filepath.Clean(file), []byte(text), 0o644)
}

const document = `# Do the tests bite?

A mutant is the code with one small mistake in it: a comparison negated or its boundary moved, an operator or a truth
value swapped, a number one too large, a statement or the body of a case removed, a break or an error lost, a key of the
JSON or a constant emptied. The tests run on each: those of its package, of package ll2, of ll2test, and of test/. A test
that fails kills the mutant; a mutant that no test notices survives. This command draws the mutants, from every file in
proportion to what can be changed in it, and writes this page:

%[13]ssh
go run ./internal/mutate -n %[1]d -seed %[2]d
%[13]s

On %[3]s, of %[4]d mutants that compile, **%[6]d were killed: %[7]s**. %[8]d survived, %[9]d of them without an
explanation. It took %[5]v minutes on two busy cores%[14]s.

- **possible**: the mutants that there are. **not viable**: drawn, but no Go; they do not count. **viable**: drawn, and
  run.
- **timed out**: the tests took more than six times as long as without the mutant, and five seconds more. They count as
  killed.
- A test that fails or times out has to do so a second time by itself: a busy machine lets one fail now and then. A panic
  and a leak of goroutines are believed at once.
- Only tests that reach the changed function are run. Tests that read or build the files of a package rather than run its
  code see no mutant and are left out.

| package | possible | not viable | viable | killed | timed out | survived | score |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
%[10]s
| file | possible | not viable | viable | killed | timed out | survived | score |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
%[11]s
## What survived

| where | function | change | why no test notices |
| --- | --- | --- | --- |
%[12]s`
