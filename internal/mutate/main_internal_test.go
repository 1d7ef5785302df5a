package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// small is a module in which each mutant meets another end.
var small = map[string]string{
	"go.mod": "module example.com/small\n\ngo 1.25\n",
	"small.go": `package small

import "example.com/small/internal/deep"

const limit = 3

func Double(n int) int {
	if deep.Low(n) {
		return 0
	}
	return n * 2
}

func Unseen(n int) int { return n + 0 }

func Limit() int { return limit }

func Wait(n int64) {
	for n > 0 {
		n--
	}
}
`,
	"small_test.go": `package small

import "testing"

func TestWait(t *testing.T) { Wait(5) }

func TestDouble(t *testing.T) {
	if Double(5) != 10 {
		t.Error("Double(5)")
	}
}
`,
	"internal/deep/deep.go": `package deep

func Low(n int) bool { return n < 1 }
`,
	"internal/deep/deep_test.go": `package deep

import "testing"

func TestLow(t *testing.T) {
	if !Low(0) {
		t.Error("Low(0)")
	}
}
`,
	"test/borders/borders_test.go": `package borders

import (
	"testing"

	"example.com/small"
)

func TestBorders(t *testing.T) {
	if small.Double(1) != 2 || small.Limit() != 3 {
		t.Error("a border")
	}
}
`,
	"test/documentation/documentation_test.go": `package documentation

import "testing"

func TestFails(t *testing.T) { t.Error("it is not run") }
`,
	"internal/mutate/explained.txt": "small.go\tUnseen\t0 becomes 1\tNobody looks.\n",
	"doc/mutants.md":                "",
}

func TestAMutantIsKilledByTheFirstOfAllPackagesThatNoticesIt(t *testing.T) {
	root := t.TempDir()
	for name, text := range small {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := &config{
		root: root, n: 100, seed: 1, workers: 2, slow: time.Second, report: "doc/mutants.md",
		packages: []string{".", "internal/...", "internal/gone"}, suites: []string{"test"},
		runner: runner{least: 2 * time.Second, memory: 4096},
	}
	var out bytes.Buffer
	c.out = &out
	if err := mutate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(root, "output")
	if err := os.WriteFile(output, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run, err := readRun(output)
	if err != nil || run.took == 0 {
		t.Fatalf("the output is read as %+v, %v:\n%s", run, err, out.String())
	}
	for mutant, want := range map[string]string{
		"internal/deep/deep.go\tLow\t< becomes >= in `n < 1`": "TestLow in internal/deep",
		"internal/deep/deep.go\tLow\t< becomes <= in `n < 1`": "TestBorders in test/borders",
		"small.go\tDouble\t* becomes / in `n * 2`":            "TestDouble",
		"small.go\tUnseen\t0 becomes 1":                       survived,
		"small.go\tconst\t3 becomes 4":                        "TestBorders in test/borders",
		"small.go\tWait\t-- becomes ++ in `n--`":              timedOut,
	} {
		if got := run.by[mutant]; got != want {
			t.Errorf("%q: %q, want %q", mutant, got, want)
		}
	}
	report, err := os.ReadFile(filepath.Join(root, "doc", "mutants.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "not there: internal/gone\n") {
		t.Error("it is not said that a package is not there")
	}
	for _, want := range []string{"| small | ", "| internal/deep | ", "| **all** | ", "| small.go:14 | Unseen | 0 becomes 1 | Nobody looks. |"} {
		if !strings.Contains(string(report), want) {
			t.Errorf("the report has no %q:\n%s", want, report)
		}
	}
}
