//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/ll2test"
)

// command is the test binary as dockings, in a directory of its own. Where
// server is not nil it asks that in place of the service.
func command(t *testing.T, server http.Handler, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = environment(t, server)
	return cmd
}

// environment has the test binary as dockings in its PATH.
func environment(t *testing.T, server http.Handler) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "dockings")); err != nil {
		t.Fatal(err)
	}
	env := []string{
		asCommand + "=1", "PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + bin, "DOCKINGS_CACHE=" + t.TempDir(), "TERM=xterm",
		"GORACE=atexit_sleep_ms=0", // a second each, else
	}
	if server != nil {
		ts := httptest.NewServer(server)
		t.Cleanup(ts.Close)
		env = append(env, asService+"="+ts.URL)
	}
	return env
}

// shell runs a line of a document as a user does. A watching command gets Ctrl-C when it
// reports that it is watching.
func shell(t *testing.T, env []string, dir, line string) (stdout, stderr string, err error) {
	t.Helper()
	if strings.Contains(line, "dockings serve") {
		// Tests beside this one serve, too, and the machine may.
		line = strings.ReplaceAll(line+" --addr 127.0.0.1:0", ":8022", ":0")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir, cmd.Env = dir, env
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if !strings.Contains(line, "dockings watch") && !strings.Contains(line, "dockings serve") {
		err = cmd.Run()
		return out.String(), errOut.String(), err
	}
	cmd = exec.CommandContext(t.Context(), "sh", "-c", "exec "+strings.TrimSpace(line)) // so that it gets the signal itself
	cmd.Dir, cmd.Env, cmd.Stdout = dir, env, &out
	said, told := io.Pipe()
	cmd.Stderr = told
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Error(err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted {
		t.Errorf("%s: exit code %d", line, code)
	}
	return watched, first, nil
}

// watched stands for what a command printed that was interrupted.
const watched = "watched"

// chat matches the lines that commands print on standard error on success.
var chat = regexp.MustCompile(`(?m)^dockings: (\d+ of \d+(; use --all to show all of them)?|no event matches|no vehicle was docked .*|\d+ events?(,| at) .*|as of .*|wrote .* kB)\n`)

// generous is a service whose quota is enough for all the commands of a test.
func generous(events int) *ll2test.Server {
	server := madeUp(events)
	server.Limit(1000, time.Hour)
	return server
}

func TestEveryExampleOfTheHelpRuns(t *testing.T) {
	t.Parallel()
	env, dir := environment(t, generous(515)), t.TempDir()
	for _, cmd := range commands() {
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			stdout, stderr, err := shell(t, env, dir, line)
			if err != nil || chat.ReplaceAllString(stderr, "") != "" || stdout == "" && !chat.MatchString(stderr) && !strings.Contains(line, "--quiet") && !strings.Contains(line, "> ") && !strings.Contains(line, "-o ") {
				t.Errorf("%s: %v, stdout %.200q, stderr %q", line, err, stdout, stderr)
			}
		}
	}
}

func TestEveryCommandOfTheReadmeRuns(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	env := environment(t, generous(515))
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) < 6 {
		t.Fatalf("%d blocks of commands", len(blocks))
	}
	for _, block := range blocks {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSpace(line)
			in, with := dir, env
			if strings.HasPrefix(line, "go ") {
				in, with = filepath.Join("..", ".."), append(os.Environ(), "GOBIN="+t.TempDir())
			}
			stdout, stderr, err := shell(t, with, in, line)
			if err != nil || chat.ReplaceAllString(stderr, "") != "" {
				t.Errorf("%s: %v, stderr %q", line, err, stderr)
			}
			if m := regexp.MustCompile(`(?:> |-o )(\S+)$`).FindStringSubmatch(line); m != nil && stdout != watched {
				if info, err := os.Stat(filepath.Join(dir, m[1])); err != nil || info.Size() == 0 {
					t.Errorf("%s: %v", line, err)
				}
			} else if stdout == "" && !strings.HasPrefix(line, "go ") && !chat.MatchString(stderr) {
				t.Errorf("%s printed nothing", line)
			}
		}
	}
}

func TestAReaderThatStopsEarlyIsNoError(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"table", "json", "ndjson", "csv"} {
		cmd := command(t, madeUp(515), "list", "--all", "--format", format)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReaderSize(stdout, 16).ReadString('\n'); err != nil {
			t.Error(err)
		}
		stdout.Close()
		if err := cmd.Wait(); err != nil || chat.ReplaceAllString(stderr.String(), "") != "" {
			t.Errorf("%s: %v, %q", format, err, stderr.String())
		}
	}
}

func TestAFullDiskIsToldInOneLine(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Logf("this system has no /dev/full: %v", err)
		return
	}
	defer full.Close()
	dir := t.TempDir()
	link := filepath.Join(dir, "full.png")
	if err := os.Symlink("/dev/full", link); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, want string }{
		{"list --demo", "dockings: cannot write the output: no space left on device\n"},
		{"list --demo --format table", "dockings: cannot write the output: no space left on device\n"},
		{"get 191 --demo --format table", "dockings: cannot write the output: no space left on device\n"},
		{"timeline --demo -o " + link, "dockings: cannot write " + link + ": no space left on device\n"},
	} {
		cmd := command(t, nil, strings.Fields(tt.args)...)
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &stderr
		err := cmd.Run()
		if cmd.ProcessState.ExitCode() != cli.ExitFailed || stderr.String() != tt.want {
			t.Errorf("%s: %v, %q", tt.args, err, stderr.String())
		}
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		t.Errorf("/dev/full is not what it was: %v, %v", info, err)
	}
}

func TestAPictureIsThereOnlyWhenItIsWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "t.svg")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(when, want string) {
		t.Helper()
		data, err := os.ReadFile(file)
		if err != nil || !bytes.HasPrefix(data, []byte(want)) {
			t.Errorf("%s: %v, %.10q", when, err, data)
		}
		if all, _ := os.ReadDir(dir); len(all) != 1 {
			t.Errorf("%s: there is %v", when, all)
		}
	}
	server := madeUp(515)
	server.Fail(ll2test.Fault{}, ll2test.Fault{Status: 418})
	if got := run(t, server, "timeline", "-o", file, "--no-cache"); got.code != cli.ExitFailed {
		t.Error(got)
	}
	check("after a failure", "old")

	server = madeUp(515)
	asked := make(chan struct{})
	cmd := command(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(server.Requests()) == 3 {
			close(asked)
			<-r.Context().Done()
			return
		}
		server.ServeHTTP(w, r)
	}), "timeline", "-o", file)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != cli.ExitInterrupted || stderr.String() != "dockings: interrupted\n" {
		t.Errorf("exit code %d, %q", cmd.ProcessState.ExitCode(), stderr.String())
	}
	check("after Ctrl-C", "old")

	if got := run(t, madeUp(515), "timeline", "-o", file); got.code != cli.ExitOK {
		t.Error(got)
	}
	check("in the end", "<svg ")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

func TestALinkStaysALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target.svg"), filepath.Join(dir, "link.svg")
	if err := os.WriteFile(target, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if got := run(t, nil, "timeline", "-q", "--demo", "-o", link); got != (outcome{}) {
		t.Error(got)
	}
	if to, err := os.Readlink(link); err != nil || to != target {
		t.Errorf("the link is gone: %v", err)
	}
	if info, err := os.Stat(target); err != nil || info.Size() == 0 {
		t.Errorf("the target is not written: %v", err)
	}
}

func TestAPipeCanBeWrittenTo(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe.svg")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		data, err := os.ReadFile(pipe)
		read <- fmt.Sprintf("%v %.5s", err, data)
	}()
	if got := run(t, nil, "timeline", "-q", "--demo", "-o", pipe); got != (outcome{}) {
		t.Error(got)
	}
	if got := <-read; got != "<nil> <svg " {
		t.Error(got)
	}
}

// Thirty commands within an hour, ten from each of three terminals at once.
func TestAnHourOfThirtyCommandsTakesEightRequestsAtMost(t *testing.T) {
	t.Parallel()
	server := madeUp(515)
	server.Limit(15, time.Hour)
	ts := httptest.NewServer(server)
	t.Cleanup(ts.Close)
	env, dir := append(environment(t, nil), "LL2_BASE_URL="+ts.URL), t.TempDir()
	commands := []string{
		"dockings list", "dockings now", "dockings get 191", "dockings timeline -o $TERMINAL.svg", "dockings now --station iss",
		"dockings stations", "dockings list --vehicle 'Soyuz*' --all --format csv", "dockings ports --station mir",
		"dockings list --docked --jq length", "dockings now",
	}
	var terminals sync.WaitGroup
	for i := range 3 {
		terminals.Go(func() {
			for _, line := range commands {
				_, stderr, err := shell(t, slices.Concat(env, []string{fmt.Sprint("TERMINAL=", i)}), dir, line)
				if err != nil {
					t.Errorf("terminal %d: %s: %v, %s", i, line, err, stderr)
				}
			}
		})
	}
	terminals.Wait()
	first := len(asked(server))
	if first > 8 {
		t.Errorf("%d requests in the first hour", first)
	}
	t.Logf("%d requests in the first hour", first)
	// In each later hour the copy is too old again.
	for hour := 2; hour <= 9; hour++ {
		before := len(asked(server))
		for i, line := range commands[:5] {
			if i == 0 {
				line += " --max-age 1ms"
			}
			if _, stderr, err := shell(t, append(env, "TERMINAL=0"), dir, line); err != nil {
				t.Errorf("hour %d: %s: %v, %s", hour, line, err, stderr)
			}
		}
		if n := len(asked(server)) - before; n != 1 {
			t.Errorf("%d requests in hour %d", n, hour)
		}
	}
}
