//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
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

// startTerminal starts a command in a terminal.
func startTerminal(t *testing.T, cmd *exec.Cmd, columns uint16) *terminal {
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

// screen returns what a terminal shows after all of printed has arrived, without
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
	term := startTerminal(t, command(t, server, "list", "--max", "250"), 80)
	if code := term.end(); code != cli.ExitOK {
		t.Errorf("exit code %d", code)
	}
	printed := term.got.String()
	if !strings.Contains(printed, "100 of 515 events, 1 request made, 5 left") || !strings.Contains(printed, "199 of 515 events") {
		t.Errorf("no progress in\n%q", printed)
	}
	if want := run(t, madeUp(515), "list", "--max", "250", "--format", "table").stdout + "dockings: 250 of 515\n"; screen(printed) != want {
		t.Errorf("the screen shows\n%s", screen(printed))
	}
	if !strings.Contains(printed, "\x1b[1m") {
		t.Error("no colours on a terminal")
	}
}

func TestATerminalIsToldHowOldTheCopyIs(t *testing.T) {
	t.Parallel()
	server := madeUp(40)
	first := command(t, server, "now")
	startTerminal(t, first, 80).end()
	time.Sleep(1100 * time.Millisecond) // an age is one of seconds
	again := command(t, server, "list", "--max", "1")
	again.Env = first.Env
	term := startTerminal(t, again, 80)
	if code := term.end(); code != cli.ExitOK || !regexp.MustCompile(`dockings: as of \d+ seconds? ago\r\n`).MatchString(term.got.String()) {
		t.Errorf("exit code %d, %q", code, term.got.String())
	}
	quiet := command(t, server, "list", "--max", "1", "--quiet", "--fields", "id")
	quiet.Env = first.Env
	term = startTerminal(t, quiet, 80)
	if code := term.end(); code != cli.ExitOK || screen(term.got.String()) != "ID\n40\n" {
		t.Errorf("exit code %d, %q", code, screen(term.got.String()))
	}
}

func TestColorsAreForThoseWhoWantThem(t *testing.T) {
	t.Parallel()
	docked := "\x1b[32mdocked\x1b[0m"
	for _, tt := range []struct {
		env, flag string
		not, want string // patterns
	}{
		{"NO_COLOR=1", "auto", colorCodes.String(), "docked"},
		{"TERM=dumb", "auto", "\x1b", "docked"}, // what moves the cursor is no colour, but a dumb terminal knows neither
		{"X=", "never", colorCodes.String(), "docked"},
		{"X=", "auto", "^$", regexp.QuoteMeta(docked)},
		{"NO_COLOR=1", "always", "^$", regexp.QuoteMeta(docked)},
	} {
		server := madeUp(150)
		server.Fail(ll2test.Fault{}, ll2test.Fault{Delay: time.Second}) // so that there is progress to tell
		cmd := command(t, server, "list", "--color", tt.flag)
		cmd.Env = append(cmd.Env, tt.env)
		term := startTerminal(t, cmd, 80)
		code, printed := term.end(), term.got.String()
		if code != cli.ExitOK || regexp.MustCompile(tt.not).MatchString(printed) || !regexp.MustCompile(tt.want).MatchString(printed) {
			t.Errorf("%s --color %s: exit code %d, %q", tt.env, tt.flag, code, printed)
		}
	}
	if got := run(t, nil, "list", "--demo=40", "--format", "table", "--color", "always"); !strings.Contains(got.stdout, docked) {
		t.Errorf("no colours in a pipe: %q", got.stdout)
	}
}

func TestTheTableIsAsWideAsTheTerminal(t *testing.T) {
	t.Parallel()
	widest := make(map[uint16]int)
	for _, columns := range []uint16{60, 80, 132} {
		term := startTerminal(t, command(t, nil, "list", "--demo=515", "-q"), columns)
		term.end()
		for line := range strings.SplitSeq(screen(term.got.String()), "\n") {
			widest[columns] = max(widest[columns], len([]rune(line)))
		}
		if widest[columns] > int(columns) {
			t.Errorf("%d columns wide in %d", widest[columns], columns)
		}
	}
	if widest[80] < 65 || widest[132] < 100 {
		t.Errorf("widths are %v", widest)
	}
	cmd := command(t, nil, "list", "--demo")
	cmd.Env = append(cmd.Env, "COLUMNS=80")
	term := startTerminal(t, cmd, 132)
	term.end()
	if want := run(t, nil, "list", "--demo", "--format", "table").stdout; screen(term.got.String()) != want {
		t.Errorf("with COLUMNS=80:\n%s", screen(term.got.String()))
	}
}

func TestCtrlCStopsAtOnceAndTheNextOneGoesOn(t *testing.T) {
	t.Parallel()
	server := madeUp(515)
	server.Limit(3, time.Hour)
	cmd := command(t, server, "list")
	env, dir := cmd.Env, cmd.Dir
	term := startTerminal(t, cmd, 130)
	term.until(`dockings: needs 7 more requests, 2 left until \d\d:\d\d UTC: waiting 2 h; Ctrl-C keeps the pages read, --no-wait fails at once`)
	term.until(`quota used up, on at \d\d:\d\d UTC, in (1h00m00s|59m5\ds); 298 of 515, 3 to ask`)
	term.until(`in 59m5\ds; 298 of 515`)
	pressed := time.Now()
	if _, err := term.keys.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	code := term.end()
	for line := range strings.SplitSeq(term.got.String(), "\r") {
		if n := len([]rune(colorCodes.ReplaceAllString(line, ""))); n > 130+len("\x1b[0K\x1b[2K") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	if took := time.Since(pressed); code != cli.ExitInterrupted || took > 5*time.Second {
		t.Errorf("exit code %d after %v", code, took)
	}
	if shown := screen(term.got.String()); !strings.HasSuffix(shown, "dockings: interrupted\n") {
		t.Errorf("the screen shows %q", shown)
	}
	_, stderr, err := shell(t, env, dir, "dockings list --no-wait")
	if !strings.HasPrefix(stderr, "dockings: the quota is used up; try again in ") || err == nil {
		t.Errorf("%v, %q", err, stderr)
	}
	if n := len(asked(server)); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func TestASecondCtrlCIsNotNeeded(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--refresh", "--no-cache"} {
		var once sync.Once
		asked := make(chan struct{})
		cmd := command(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			once.Do(func() { close(asked) })
			<-r.Context().Done()
		}), "get", "1", flag, "--base-url", "http://mirror.example/")
		term := startTerminal(t, cmd, 80)
		<-asked
		if _, err := term.keys.WriteString("\x03"); err != nil {
			t.Fatal(err)
		}
		if code := term.end(); code != cli.ExitInterrupted || !strings.HasSuffix(screen(term.got.String()), "dockings: interrupted\n") {
			t.Errorf("%s: exit code %d, %q", flag, code, term.got.String())
		}
	}
}
