package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// readExplained reads why survivors survive: file, function, change and
// explanation, with a tab between them, one mutant a line.
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

// A report is what a run found.
type report struct {
	n         int
	seed      uint64
	again     bool
	took      time.Duration
	samples   []*sample
	verdicts  map[*mutant]verdict
	explained map[string]string
}

// A tally counts the mutants of a file, or of all.
type tally struct{ viable, killed, timedOut, survived, notViable int }

func (t *tally) add(u tally) {
	t.viable += u.viable
	t.killed += u.killed
	t.timedOut += u.timedOut
	t.survived += u.survived
	t.notViable += u.notViable
}

func (t tally) score() string {
	if t.viable == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(t.killed+t.timedOut)/float64(t.viable))
}

func (t tally) row(name string, possible int) string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %s |\n",
		name, possible, t.notViable, t.viable, t.killed, t.timedOut, t.survived, t.score())
}

func (r *report) write(file string) error {
	var table strings.Builder
	var total tally
	var survivors []*mutant
	possible := 0
	for _, d := range r.samples {
		t := tally{notViable: d.notViable}
		for _, m := range d.mutants {
			t.viable++
			switch v := r.verdicts[m]; {
			case v.survived:
				t.survived++
				survivors = append(survivors, m)
			case v.timedOut:
				t.timedOut++
			default:
				t.killed++
			}
		}
		table.WriteString(t.row(d.file.name, len(d.file.mutants)))
		total.add(t)
		possible += len(d.file.mutants)
	}
	table.WriteString(total.row("**all**", possible))

	slices.SortFunc(survivors, func(a, b *mutant) int {
		return cmp.Or(cmp.Compare(a.file.name, b.file.name), cmp.Compare(a.from, b.from))
	})
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
	text := fmt.Sprintf(document, r.n, r.seed, time.Now().Format(time.DateOnly), total.viable, r.took.Round(time.Minute).Minutes(),
		total.killed+total.timedOut, total.score(), total.survived, unexplained, table.String(), list.String(), "```",
		when(r.again, ", in several runs:\nthose after the first (`-again`) kept what was killed before, and ran what had survived again with the tests that were\nadded for it"))
	fmt.Printf("%s: %d of %d killed, %d not explained\n", total.score(), total.killed+total.timedOut, total.viable, unexplained)
	return os.WriteFile(filepath.Clean(file), []byte(text), 0o644)
}

const document = `# Do the tests bite?

A mutant is the package with one small mistake in it: a comparison negated or its boundary moved, an operator or a truth
value swapped, a number one too large, a statement or the body of a case removed, a break or an error lost, a key of the
JSON or a constant emptied. The tests of the package run on each. One that fails kills the mutant; one mistake that no
test notices survives. This command draws the mutants, from every file in proportion to what can be changed in it, and
writes this page:

%[12]ssh
go run ./internal/mutate -n %[1]d -seed %[2]d
%[12]s

On %[3]s, of %[4]d mutants that compile, **%[6]d were killed: %[7]s**. %[8]d survived, %[9]d of them without an
explanation. It took %[5]v minutes on two busy cores%[13]s.

- **possible**: the mutants that there are in the file. **not viable**: drawn, but no Go; they do not count. **viable**:
  drawn, and run.
- **timed out**: the tests did not come to an end within a minute. They count as killed.
- A test that fails has to fail a second time by itself: a busy machine lets one fail now and then. A panic, a leak of
  goroutines and a time-out are believed at once.
- Tests that read or build the files of the package rather than run its code see no mutant and are left out.

| file | possible | not viable | viable | killed | timed out | survived | score |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
%[10]s
## What survived

| where | function | change | why no test notices |
| --- | --- | --- | --- |
%[11]s`
