//go:build unix

package main

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/docking-event/ll2/ll2test"
)

// A terminal is a pseudo-terminal in which a command runs.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	keys *os.File
	got  bytes.Buffer
	from *bufio.Reader
}

// startTerminal starts a command in a terminal, with its standard output in a
// file where one is given.
func startTerminal(t *testing.T, cmd *exec.Cmd, stdout *os.File, columns uint16) *terminal {
	t.Helper()
	keys, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	t.Cleanup(func() { keys.Close() })
	if err := pty.Setsize(keys, &pty.Winsize{Rows: 25, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	if stdout != nil {
		cmd.Stdout = stdout
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &terminal{t: t, cmd: cmd, keys: keys, from: bufio.NewReader(keys)}
}

// until reads what is printed until it matches.
func (term *terminal) until(pattern string) {
	term.t.Helper()
	want := regexp.MustCompile(pattern)
	for !want.Match(term.got.Bytes()) {
		b, err := term.from.ReadByte()
		if err != nil {
			term.t.Fatalf("%v; no %q in\n%q", err, pattern, term.got.String())
		}
		term.got.WriteByte(b)
	}
}

// end reads the rest and returns the exit code.
func (term *terminal) end() int {
	for {
		b, err := term.from.ReadByte()
		if err != nil {
			break // a terminal without a process is an input/output error
		}
		term.got.WriteByte(b)
	}
	_ = term.cmd.Wait()
	return term.cmd.ProcessState.ExitCode()
}

var colorCodes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// screen is what a terminal shows in the end of what was printed, without
// colours.
func screen(printed string) string {
	var lines []string
	for raw := range strings.SplitSeq(colorCodes.ReplaceAllString(printed, ""), "\n") {
		var line []rune
		at := 0
		for raw := []rune(raw); len(raw) > 0; {
			switch text := string(raw); {
			case raw[0] == '\r':
				at, raw = 0, raw[1:]
			case strings.HasPrefix(text, "\x1b[2K"):
				line, raw = nil, raw[4:]
			case strings.HasPrefix(text, "\x1b[0K"):
				line, raw = line[:min(at, len(line))], raw[4:]
			default:
				for len(line) <= at {
					line = append(line, ' ')
				}
				line[at] = raw[0]
				at, raw = at+1, raw[1:]
			}
		}
		lines = append(lines, strings.TrimRight(string(line), " "))
	}
	return strings.Join(lines, "\n")
}

func TestWhatStaysOnATerminalIsTheTable(t *testing.T) {
	t.Parallel()
	server := madeUp(515)
	slow := ll2test.Fault{Delay: 500 * time.Millisecond}
	server.Fail(ll2test.Fault{}, slow, slow, slow)
	term := startTerminal(t, command(t, server, "list", "--max", "250"), nil, 80)
	if code := term.end(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	printed := term.got.String()
	if !strings.Contains(printed, "100 of 250 events, 1 request made, 2 left") || !strings.Contains(printed, "200 of 250 events") {
		t.Errorf("no progress in\n%q", printed)
	}
	if want := run(t, madeUp(515), "list", "--max", "250", "--format", "table").stdout; screen(printed) != want {
		t.Errorf("the screen shows\n%s", screen(printed))
	}
	if !strings.Contains(printed, bold) {
		t.Error("no colours on a terminal")
	}
}

func TestNoColorIsHonoured(t *testing.T) {
	t.Parallel()
	// What moves the cursor is no colour, but a dumb terminal knows neither.
	for variable, not := range map[string]*regexp.Regexp{"NO_COLOR=1": colorCodes, "TERM=dumb": regexp.MustCompile("\x1b")} {
		server := madeUp(150)
		server.Fail(ll2test.Fault{}, ll2test.Fault{Delay: time.Second}) // so that there is progress to tell
		cmd := command(t, server, "list", "--order", "-docking")
		cmd.Env = append(cmd.Env, variable)
		term := startTerminal(t, cmd, nil, 80)
		if code := term.end(); code != exitOK || not.MatchString(term.got.String()) || !strings.Contains(term.got.String(), docked) {
			t.Errorf("%s: exit code %d, %q", variable, code, term.got.String())
		}
	}
	term := startTerminal(t, command(t, nil, "list", "--demo=40", "--order", "-docking"), nil, 80)
	if term.end(); !strings.Contains(term.got.String(), green+docked+reset) {
		t.Errorf("who is docked has no colour in %q", term.got.String())
	}
}

func TestTheTableIsAsWideAsTheTerminal(t *testing.T) {
	t.Parallel()
	widest := make(map[uint16]int)
	for _, columns := range []uint16{60, 80, 132} {
		term := startTerminal(t, command(t, nil, "list", "--demo=515"), nil, columns)
		term.end()
		for line := range strings.SplitSeq(screen(term.got.String()), "\n") {
			widest[columns] = max(widest[columns], len([]rune(line)))
		}
		if widest[columns] > int(columns) {
			t.Errorf("%d columns wide in %d", widest[columns], columns)
		}
	}
	if widest[80] < 70 || widest[132] < 100 {
		t.Errorf("widths are %v", widest)
	}
	cmd := command(t, nil, "list", "--demo")
	cmd.Env = append(cmd.Env, "COLUMNS=80")
	term := startTerminal(t, cmd, nil, 132)
	term.end()
	if want := run(t, nil, "list", "--demo", "--format", "table").stdout; screen(term.got.String()) != want {
		t.Errorf("with COLUMNS=80:\n%s", screen(term.got.String()))
	}
}

func TestWaitingCountsDownAndGoesOn(t *testing.T) {
	t.Parallel()
	server := madeUp(515)
	server.Limit(4, 5*time.Second)
	file, err := os.Create(filepath.Join(t.TempDir(), "out.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	term := startTerminal(t, command(t, server, "list"), file, 80)
	term.until(`quota spent, on at \d\d:\d\d:\d\d, in [2-5]s; 400 of 515, 2 more to ask`)
	term.until(`in 1s; 400 of 515`)
	if code := term.end(); code != exitOK {
		t.Errorf("exit code %d, %q", code, term.got.String())
	}
	data, err := os.ReadFile(file.Name())
	if err != nil || bytes.Count(data, []byte("\n")) != 515 {
		t.Errorf("%d events, %v", bytes.Count(data, []byte("\n")), err)
	}
	if left := screen(term.got.String()); left != "" {
		t.Errorf("the screen still shows %q", left)
	}
	for line := range strings.SplitSeq(term.got.String(), "\r") {
		if n := len([]rune(colorCodes.ReplaceAllString(line, ""))); n > 80+len("\x1b[0K\x1b[2K") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

func TestCtrlCStopsAtOnceAndSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	server := madeUp(515)
	server.Limit(3, time.Hour)
	file, err := os.Create(filepath.Join(t.TempDir(), "out.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd := command(t, server, "list", "--format", "csv", "--fields", "id,vehicle", "--order", "-docking")
	env, dir := cmd.Env, cmd.Dir
	term := startTerminal(t, cmd, file, 80)
	term.until(`quota spent, on at`)
	pressed := time.Now()
	if _, err := term.keys.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	code := term.end()
	if took := time.Since(pressed); code != exitFailed || took > 5*time.Second {
		t.Errorf("exit code %d after %v", code, took)
	}
	lines := strings.Split(strings.TrimSpace(strings.TrimPrefix(screen(strings.ReplaceAll(term.got.String(), "\r\n", "\n")), "^C")), "\n")
	if len(lines) != 2 || lines[0] != "dockings: interrupted" {
		t.Fatalf("the screen shows %q", lines)
	}
	resume, found := strings.CutPrefix(lines[1], "dockings: to go on from there: ")
	if !found {
		t.Fatalf("the screen shows %q", lines)
	}
	server.Limit(0, 0)
	rest, stderr, err := shell(t, env, dir, resume)
	if err != nil || stderr != "" {
		t.Errorf("%s: %v, %s", resume, err, stderr)
	}
	first, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	want := run(t, madeUp(515), "list", "--format", "csv", "--fields", "id,vehicle", "--order", "-docking").stdout
	if string(first)+rest != want {
		t.Errorf("%d and %d lines are not the %d of the whole", bytes.Count(first, []byte("\n")), strings.Count(rest, "\n"), strings.Count(want, "\n"))
	}
}

func TestASecondCtrlCIsNotNeeded(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	cmd := command(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}), "get", "1", "--base-url", "http://mirror.example/")
	term := startTerminal(t, cmd, nil, 80)
	<-asked
	if _, err := term.keys.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	if code := term.end(); code != exitFailed || !strings.HasSuffix(screen(term.got.String()), "dockings: interrupted\n") {
		t.Errorf("exit code %d, %q", code, term.got.String())
	}
}
