package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/ll2test"
	gocmp "github.com/google/go-cmp/cmp"
)

// always is a fault for as many requests as any command sends.
func always(f ll2test.Fault) []ll2test.Fault { return slices.Repeat([]ll2test.Fault{f}, 20) }

func TestFailuresAreExplainedInOneLine(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name  string
		args  string
		env   map[string]string
		setUp func(*ll2test.Server)
		code  int
		says  string
	}{
		{name: "out of order", args: "list", code: exitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Status: 502, Body: "<h1>Bad gateway</h1>"})...) },
			says:  "the service is out of order (502); come back later"},
		{name: "no network", args: "now", code: exitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Err: refused})...) },
			says:  "cannot reach the service; check the network, or try --demo: connection refused"},
		{name: "another site", args: "get 1 --base-url https://mirror.example/", code: exitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(ll2test.Fault{Status: 404, Body: "<h1>Not found</h1>"}) },
			says:  "there is no Launch Library 2 at https://mirror.example/2.2.0/docking_event/1/; check --base-url"},
		{name: "another API", args: "list --base-url https://mirror.example/", code: exitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(ll2test.Fault{Body: `{"events":[]}`}) },
			says:  "is not Launch Library 2; check --base-url"},
		{name: "bad token", args: "list", code: exitFailed, env: map[string]string{"LL2_TOKEN": "wrong"},
			setUp: func(s *ll2test.Server) { s.SetTokens("right") },
			says:  "the service does not take the token in LL2_TOKEN"},
		{name: "no such event", args: "get 4711", code: exitNotFound, says: "there is no docking event 4711"},
		{name: "quota", args: "list --no-wait", code: exitQuota,
			setUp: func(s *ll2test.Server) { s.Limit(2, time.Hour) },
			says:  "the quota is spent; come back in "},
		{name: "quota of one", args: "get 1 --no-wait --base-url https://mirror.example/", code: exitQuota,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Status: 429})...) },
			says:  "the quota is spent; come back later"},
		{name: "odd status", args: "timeline -o t.png", code: exitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Status: 418})...) },
			says:  "418"},
		{name: "token that cannot be one", args: "quota", code: exitUsage, env: map[string]string{"LL2_TOKEN": "se cret"},
			says: "LL2_TOKEN: the key must be printable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := madeUp(515)
				if tt.setUp != nil {
					tt.setUp(server)
				}
				got := runWith(t.Context(), t, server, tt.env, strings.Fields(tt.args)...)
				line, _, _ := strings.Cut(got.stderr, "\n")
				if got.code != tt.code || !strings.HasPrefix(line, "dockings: ") || !strings.Contains(line, tt.says) {
					t.Errorf("exit code %d, want %d; %q, want %q", got.code, tt.code, got.stderr, tt.says)
				}
				if token := tt.env["LL2_TOKEN"]; token != "" && strings.Contains(got.stderr, token) {
					t.Errorf("the token is in %q", got.stderr)
				}
			})
		})
	}
}

func TestWhatPassesIsNotNoticed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		server.Fail(ll2test.Fault{}, ll2test.Fault{Status: 503}, ll2test.Fault{CutAfter: 5000}, ll2test.Fault{Delay: 20 * time.Second},
			ll2test.Fault{Err: io.ErrUnexpectedEOF})
		got := run(t, server, "list", "--fields", "id")
		if lines := strings.Count(got.stdout, "\n"); got.code != exitOK || lines != 515 {
			t.Errorf("exit code %d, %d lines, %s", got.code, lines, got.stderr)
		}
	})
}

func TestNoTokenGoesToADemo(t *testing.T) {
	t.Parallel()
	got := runWith(t.Context(), t, nil, map[string]string{"LL2_TOKEN": "se cret"}, "list", "--demo")
	if got.code != exitOK {
		t.Error(got)
	}
}

var resumeLine = regexp.MustCompile(`(?m)^dockings: to go on from there: dockings (.*)$`)

// words splits a command line as a shell does. It knows quotes only.
func words(line string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}

func TestAnInterruptedListGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	for _, flags := range []string{
		"--format ndjson --fields id",
		"--format csv --fields id --order -departure",
		"--format ndjson --fields id --max 333 --detailed",
		"--format ndjson --fields id --station 4 --since 1999 --until 2024-06-01 --order -docking",
	} {
		t.Run(flags, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := madeUp(515)
				server.Limit(2, time.Hour)
				args := append([]string{"list"}, strings.Fields(flags)...)
				want := run(t, madeUp(515), args...).stdout
				var all strings.Builder
				for runs := 1; ; runs++ {
					// As a signal does in main.
					ctx, interrupt := context.WithCancel(t.Context())
					timer := time.AfterFunc(10*time.Minute, interrupt)
					got := runWith(ctx, t, server, nil, args...)
					timer.Stop()
					interrupt()
					all.WriteString(got.stdout)
					if got.code == exitOK {
						break
					}
					resume := resumeLine.FindStringSubmatch(got.stderr)
					if got.code != exitFailed || !strings.Contains(got.stderr, "dockings: interrupted\n") || runs > 9 {
						t.Fatalf("run %d: exit code %d, %s", runs, got.code, got.stderr)
					}
					if resume != nil {
						args = words(resume[1])
					}
					time.Sleep(time.Hour)
				}
				if diff := gocmp.Diff(want, all.String()); diff != "" {
					t.Errorf("in pieces it is not the same:\n%s", diff)
				}
			})
		})
	}
}

func TestNoWaitSaysWhenToComeBackAndHowToGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		server.Limit(4, time.Hour)
		got := run(t, server, "list", "--no-wait", "--format", "json", "--fields", "id")
		if got.code != exitQuota || !strings.HasSuffix(got.stdout, "}\n]\n") || strings.Count(got.stdout, "id") != 400 {
			t.Errorf("exit code %d, %d events", got.code, strings.Count(got.stdout, "id"))
		}
		if !regexp.MustCompile(`^dockings: the quota is spent; come back in (1h00m0|59m5)\ds, at (\S+ )?\d\d:\d\d:\d\d\n`).MatchString(got.stderr) {
			t.Error(got.stderr)
		}
		resume := resumeLine.FindStringSubmatch(got.stderr)
		if resume == nil {
			t.Fatalf("no command to resume in %s", got.stderr)
		}
		time.Sleep(time.Hour)
		got = run(t, server, words(resume[1])...)
		if got.code != exitOK || strings.Count(got.stdout, "id") != 115 {
			t.Errorf("resumed: exit code %d, %d events", got.code, strings.Count(got.stdout, "id"))
		}
	})
}

// shifting changes the events of a server behind its first answer to a list.
type shifting struct {
	*ll2test.Server
	change func()
}

func (s *shifting) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.Server.RoundTrip(req)
	if s.change != nil && strings.HasSuffix(req.URL.Path, "/docking_event/") {
		s.change()
		s.change = nil
	}
	return resp, err
}

func TestRowsThatMoveAreNoticed(t *testing.T) {
	t.Parallel()
	events := ll2test.Events(250)
	for name, tt := range map[string]struct {
		before, after int // how many of the first events are missing
		code          int
		lines         int
	}{
		"removed": {0, 5, exitFailed, 245}, // five that came later are not seen
		"added":   {5, 0, exitFailed, 245}, // five are seen twice, and the five new ones never
		"still":   {0, 0, exitOK, 250},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &shifting{Server: ll2test.NewServer(events[tt.before:]...)}
			server.change = func() { server.SetEvents(events[tt.after:]...) }
			got := run(t, server, "list", "--fields", "id")
			lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
			slices.Sort(lines)
			if distinct := len(slices.Compact(lines)); got.code != tt.code || distinct != tt.lines || strings.Count(got.stdout, "\n") != distinct {
				t.Errorf("exit code %d, %d events, %d distinct; %s", got.code, strings.Count(got.stdout, "\n"), distinct, got.stderr)
			}
			if tt.code != exitOK && !strings.Contains(got.stderr, "the list changed while it was read: 245 of 250 events came; run the command again") {
				t.Error(got.stderr)
			}
		})
	}
}

// broken fails every write.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestOutputThatCannotBeWrittenEndsTheWork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err    error
		code   int
		stderr string
	}{
		{syscall.ENOSPC, exitFailed, "dockings: cannot write the output: no space left on device\n"},
		{syscall.EPIPE, exitOK, ""},
		{errors.New("gone"), exitFailed, "dockings: cannot write the output: gone\n"},
	} {
		for _, args := range []string{
			"list --format table", "list --format json", "list --format ndjson", "list --format csv", "list --format csv --station 99",
			"get 1 --format table", "get 1 --format csv", "now --format table", "quota --format table", "quota --format json", "--help", "--version",
		} {
			server := madeUp(150)
			var stderr strings.Builder
			a := &app{stdout: &stream{Writer: broken{tt.err}}, stderr: &stream{Writer: &stderr}, getenv: func(string) string { return "" }, transport: server}
			if code := a.run(t.Context(), strings.Fields(args)); code != tt.code || stderr.String() != tt.stderr {
				t.Errorf("%s, %v: exit code %d, %q", args, tt.err, code, stderr.String())
			}
			if n := len(asked(server)); n > 1 {
				t.Errorf("%s, %v: went on for %d requests", args, tt.err, n)
			}
		}
	}
}

func TestNoTextOfTheServiceActsOnTheTerminal(t *testing.T) {
	t.Parallel()
	event := ll2test.Recorded()[0]
	event.FlightVehicle.Spacecraft.Name = "So\x1b[2Jyuz\r\n\u202e29\u0085"
	for _, command := range []string{"list", "get " + plain(event.ID)} {
		for format, want := range map[string]string{"table": "So [2Jyuz 29", "csv": event.FlightVehicle.Spacecraft.Name} {
			got := run(t, ll2test.NewServer(event), append(strings.Fields(command), "--format", format)...)
			if format == "table" && (strings.ContainsAny(got.stdout, "\x1b\r\u202e\u0085") || !strings.Contains(got.stdout, want)) {
				t.Errorf("%s as %s: %q", command, format, got.stdout)
			}
			if format == "csv" && !strings.Contains(got.stdout, "So\x1b[2Jyuz") {
				t.Errorf("%s as %s lacks the name as it is: %q", command, format, got.stdout)
			}
		}
	}
}
