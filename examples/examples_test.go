// Package examples_test runs the examples as a user does.
package examples_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the examples print to testdata")

// exportNote is on stderr, because what export writes to stdout is data.
const exportNote = "8 made-up events, served in process; -live exports from the real service.\n"

// bin is the directory of the examples, each built once.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	var err error
	if bin, err = os.MkdirTemp("", "ll2-examples-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(bin)
	build := []string{"build", "-o", bin + string(filepath.Separator)}
	for _, name := range examples() {
		build = append(build, "./"+name)
	}
	if out, err := exec.Command("go", build...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// examples returns the names of all that are here.
func examples() []string {
	programs, _ := filepath.Glob("*/main.go")
	for i, path := range programs {
		programs[i] = filepath.Dir(path)
	}
	return programs
}

type result struct {
	stdout, stderr string
	code           int
}

// runIn runs a command line in dir, without a network.
func runIn(t *testing.T, dir, commandLine string, env ...string) result {
	t.Helper()
	cmd := command(t, commandLine)
	cmd.Dir = dir
	cmd.Env = append(cmd.Env, env...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	r := run(t, cmd)
	r.stdout = stdout.String()
	return r
}

// command makes a command of a command line. The proxy that it is to use refuses
// connections.
func command(t *testing.T, commandLine string) *exec.Cmd {
	t.Helper()
	args := strings.Fields(commandLine)
	path, err := filepath.Abs(filepath.Join(bin, args[0]))
	if err != nil {
		t.Fatal(err)
	}
	const dead = "http://127.0.0.1:9"
	cmd := exec.CommandContext(t.Context(), path, args[1:]...)
	cmd.Env = append(os.Environ(), "LL2_TOKEN=", "HTTPS_PROXY="+dead, "HTTP_PROXY="+dead, "NO_PROXY=", "no_proxy=")
	return cmd
}

func run(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{stderr: stderr.String(), code: cmd.ProcessState.ExitCode()}
}

// compare compares with a golden file.
func compare(t *testing.T, name, file, got string) {
	t.Helper()
	golden := filepath.Join(name, "testdata", file)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the output is not that of %s; if it is as it should be, run go test ./examples -update. It is:\n%s", golden, got)
	}
}

// checkTrouble checks that the run failed and said why, in one line.
func checkTrouble(t *testing.T, r result, want string) {
	t.Helper()
	if r.code != 1 {
		t.Errorf("exit code %d, want 1", r.code)
	}
	if strings.Count(r.stderr, "\n") != 1 || !regexp.MustCompile(`^`+want+`.*\n$`).MatchString(r.stderr) {
		t.Errorf("stderr is %q, want one line like %q", r.stderr, want)
	}
}

func TestEveryExampleWorksWithoutNetwork(t *testing.T) {
	t.Parallel()
	runs := []struct{ name, args, golden, notes string }{
		{name: "walk"},
		{name: "walk", args: "-api 2.3.0", golden: "output_230.txt"},
		{name: "now"},
		{name: "now", args: "-station 4 -at 2001-01-01T00:00:00Z", golden: "output_2001.txt"},
		{name: "export", notes: exportNote},
		{name: "export", args: "-format ndjson", golden: "output_ndjson.txt", notes: exportNote},
		{name: "observe"},
		{name: "mock"},
		{name: "astronauts"},
		{name: "mirror"},
	}
	covered := []string{"resume", "gateway"} // in tests of their own
	for _, run := range runs {
		covered = append(covered, run.name)
		t.Run(run.name+" "+run.args, func(t *testing.T) {
			t.Parallel()
			r := runIn(t, t.TempDir(), run.name+" "+run.args)
			if r.code != 0 || r.stderr != run.notes {
				t.Errorf("exit code %d, stderr %q; want 0 and %q", r.code, r.stderr, run.notes)
			}
			if run.golden == "" {
				run.golden = "output.txt"
			}
			compare(t, run.name, run.golden, r.stdout)
			if first, _, _ := strings.Cut(r.stderr+r.stdout, "\n"); !strings.Contains(first, "served in process") {
				t.Errorf("the first line is %q, which does not say where the events are from", first)
			}
		})
	}
	for _, name := range examples() {
		if !slices.Contains(covered, name) {
			t.Errorf("%s is not run by any test", name)
		}
	}
}

func TestTheRealServiceOutOfReachIsOneLine(t *testing.T) {
	t.Parallel()
	for _, name := range examples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runIn(t, t.TempDir(), name+" -live", "LL2_TOKEN=s3cr3t")
			checkTrouble(t, r, name+": cannot reach the service; come back when there is a network: ")
			if strings.Contains(r.stdout, "served in process") {
				t.Errorf("with -live it says that it serves the events itself: %s", r.stdout)
			}
			if all := r.stdout + r.stderr; strings.Contains(all, "s3cr3t") {
				t.Errorf("it shows the token: %s", all)
			}
		})
	}
}

// A key that cannot be one shows that it is taken from there.
func TestTheTokenIsTakenFromTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, name := range examples() {
		r := runIn(t, t.TempDir(), name+" -live", "LL2_TOKEN=s3cr3t key")
		checkTrouble(t, r, name+": ll2: WithToken: ")
		if strings.Contains(r.stderr, "s3cr3t") {
			t.Errorf("it shows the token: %s", r.stderr)
		}
	}
}

func TestABadCommandLineIsOneLine(t *testing.T) {
	t.Parallel()
	for commandLine, want := range map[string]string{
		"walk -frobnicate":           "walk: flag provided but not defined: -frobnicate; see -help",
		"walk -station 0":            "walk: ll2: ForSpaceStation: 0 is not the id",
		"walk -order docing":         "walk: ll2: OrderBy: unknown order \"docing\"",
		"walk -api 2.4.0":            "walk: unknown version \"2.4.0\"; -api is 2.2.0 or 2.3.0",
		"walk -api 2.3.0 -order id":  "walk: ll2: OrderBy: unknown order \"id\"; use ByDocking or ByDeparture",
		"walk -api 2.3.0 -vehicle 0": "walk: ll2: ForFlightVehicle: 0 is not the id",
		"walk 4":                     "walk: unexpected argument \"4\"; see -help",
		"now -frobnicate":            "now: flag provided but not defined: -frobnicate; see -help",
		"now -station 0":             "now: ll2: ForSpaceStation: 0 is not the id",
		"now -station iss":           "now: invalid value \"iss\" for flag -station",
		"now -at noon":               "now: invalid value \"noon\" for flag -at",
		"now 4":                      "now: unexpected argument \"4\"; see -help",
		"export -frobnicate":         "export: flag provided but not defined: -frobnicate; see -help",
		"export -format xml":         "export: unknown format \"xml\"; use csv or ndjson",
		"export -format=":            "export: unknown format \"\"; use csv or ndjson",
		"export csv":                 "export: unexpected argument \"csv\"; see -help",
		"observe -frobnicate":        "observe: flag provided but not defined: -frobnicate; see -help",
		"observe 4":                  "observe: unexpected argument \"4\"; see -help",
		"mock -frobnicate":           "mock: flag provided but not defined: -frobnicate; see -help",
		"mock -since then":           "mock: invalid value \"then\" for flag -since",
		"mock 4":                     "mock: unexpected argument \"4\"; see -help",
		"resume -frobnicate":         "resume: flag provided but not defined: -frobnicate; see -help",
		"resume -state":              "resume: flag needs an argument: -state; see -help",
		"resume -state .":            "resume: read \\.: ",
		"resume -state none/of/it":   "resume: open none/of/it",
		"resume state":               "resume: unexpected argument \"state\"; see -help",
		"export -live -station -1":   "export: ll2: ForSpaceStation: -1 is not the id",
		"now -live -at 0000-01-01T":  "now: invalid value",
	} {
		t.Run(commandLine, func(t *testing.T) {
			t.Parallel()
			checkTrouble(t, runIn(t, t.TempDir(), commandLine), want)
		})
	}
}

// A file that is open for reading stands for a full disk.
func TestOutputThatCannotBeWrittenIsOneLine(t *testing.T) {
	t.Parallel()
	readOnly, err := os.Open("examples_test.go")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { readOnly.Close() })
	for _, commandLine := range []string{"walk", "now", "export", "export -format ndjson", "observe", "mock"} {
		cmd := command(t, commandLine)
		cmd.Stdout = readOnly
		r := run(t, cmd)
		r.stderr = strings.TrimPrefix(r.stderr, exportNote)
		name, _, _ := strings.Cut(commandLine, " ")
		checkTrouble(t, r, name+": write .*stdout: ")
	}
}

func TestHelpIsNoTrouble(t *testing.T) {
	t.Parallel()
	for _, name := range examples() {
		r := runIn(t, t.TempDir(), name+" -help")
		if r.code != 0 || !strings.Contains(r.stdout+r.stderr, "\n  -live\n") {
			t.Errorf("%s -help: exit code %d, %s%s", name, r.code, r.stdout, r.stderr)
		}
	}
}
