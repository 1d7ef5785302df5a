package cli_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/ll2test"
)

// always is a fault for as many requests as any command sends.
func always(f ll2test.Fault) []ll2test.Fault { return slices.Repeat([]ll2test.Fault{f}, 20) }

func TestFailuresAreExplainedInOneLine(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	unknown := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "ll.thespacedevs.com", IsNotFound: true}}
	for _, tt := range []struct {
		name  string
		args  string
		env   map[string]string
		setUp func(*ll2test.Server)
		code  int
		says  string
	}{
		{name: "out of order", args: "list", code: cli.ExitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Status: 502, Body: "<h1>Bad gateway</h1>"})...) },
			says:  "the service is unavailable (502); try again later"},
		{name: "no network", args: "now", code: cli.ExitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Err: refused})...) },
			says:  "cannot reach the service; check the network, or try --demo: connection refused"},
		{name: "no name", args: "list --no-cache --search x", code: cli.ExitFailed,
			setUp: func(s *ll2test.Server) {
				s.Fail(always(ll2test.Fault{Err: &url.Error{Op: "Get", URL: "https://ll.thespacedevs.com/2.2.0/?a=b", Err: unknown}})...)
			},
			says: "cannot reach the service; check the network, or try --demo: no such host: ll.thespacedevs.com"},
		{name: "no answer", args: "list --timeout 5s", code: cli.ExitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Delay: time.Minute})...) },
			says:  "cannot reach the service; check the network, or try --demo: no answer in time"},
		{name: "another site", args: "get 1 --base-url https://mirror.example/", code: cli.ExitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(ll2test.Fault{Status: 404, Body: "<h1>Not found</h1>"}) },
			says:  "there is no Launch Library 2 at https://mirror.example; check --base-url"},
		{name: "another API", args: "list", code: cli.ExitFailed, env: map[string]string{"LL2_BASE_URL": "https://mirror.example/"},
			setUp: func(s *ll2test.Server) { s.Fail(ll2test.Fault{Body: `{"events":[]}`}) },
			says:  "the server at https://mirror.example is not Launch Library 2; check --base-url"},
		{name: "bad token", args: "list", code: cli.ExitFailed, env: map[string]string{"LL2_TOKEN": "wrong"},
			setUp: func(s *ll2test.Server) { s.SetTokens("right") },
			says:  "the service rejected the token in LL2_TOKEN"},
		{name: "no token", args: "list", code: cli.ExitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Status: 401})...) },
			says:  "the service requires a token; set LL2_TOKEN to the API key of your account"},
		{name: "no such event", args: "get 4711", code: cli.ExitNotFound, says: "there is no docking event 4711; if it is new, use --refresh"},
		{name: "no such event, really", args: "get 4711 --no-cache", code: cli.ExitNotFound, says: "there is no docking event 4711"},
		{name: "offline", args: "list --offline", code: cli.ExitFailed,
			says: "there is no copy yet, and --offline forbids a request to the service; run dockings sync first"},
		{name: "quota of one", args: "get 1 --no-wait --base-url https://mirror.example/", code: cli.ExitQuota,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Status: 429})...) },
			says:  "the quota is used up; try again in 60 s, at 00:01 UTC"},
		{name: "odd status", args: "timeline -o t.png", code: cli.ExitFailed,
			setUp: func(s *ll2test.Server) { s.Fail(always(ll2test.Fault{Status: 418})...) },
			says:  "the service answered 418 I'm a teapot"},
		{name: "token that cannot be one", args: "quota", code: cli.ExitUsage, env: map[string]string{"LL2_TOKEN": "se cret"},
			says: "LL2_TOKEN: the key must be printable"},
		{name: "jq that does not fit", args: "list --jq .vehicle", code: cli.ExitFailed, says: "); the JSON is a list, so write '.[] | .vehicle'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := madeUp(515)
				if tt.setUp != nil {
					tt.setUp(server)
				}
				u := newUser(t, server)
				u.env = tt.env
				got := u.run(strings.Fields(tt.args)...)
				got.stderr = regexp.MustCompile(`(?m)^dockings: asking the service.*\n`).ReplaceAllString(got.stderr, "")
				if got.code != tt.code || !strings.HasPrefix(got.stderr, "dockings: ") || !strings.Contains(got.stderr, tt.says) || lines(got.stderr) != 1 {
					t.Errorf("exit code %d, want %d; %q, want %q", got.code, tt.code, got.stderr, tt.says)
				}
				if token := tt.env["LL2_TOKEN"]; token != "" && strings.Contains(got.stderr, token) {
					t.Errorf("the token is in %q", got.stderr)
				}
				if strings.Contains(got.stderr, "?") {
					t.Errorf("an address is in %q", got.stderr)
				}
			})
		})
	}
}

func TestWhatPassesIsNotNoticedWithoutACopy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		server.Fail(ll2test.Fault{}, ll2test.Fault{}, ll2test.Fault{Status: 503}, ll2test.Fault{CutAfter: 5000}, ll2test.Fault{Delay: 9 * time.Second},
			ll2test.Fault{Err: io.ErrUnexpectedEOF})
		got := run(t, server, "list", "--all", "--fields", "id", "--no-cache", "--at", "2027")
		if got.code != cli.ExitOK || lines(got.stdout) != 515 {
			t.Errorf("exit code %d, %d lines, %s", got.code, lines(got.stdout), got.stderr)
		}
	})
}

func TestNoTokenGoesToADemo(t *testing.T) {
	t.Parallel()
	u := newUser(t, nil)
	u.env = map[string]string{"LL2_TOKEN": "se cret"}
	if got := u.run("list", "--demo"); got.code != cli.ExitOK {
		t.Error(got)
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
		{syscall.ENOSPC, cli.ExitFailed, "dockings: cannot write the output: no space left on device\n"},
		{syscall.EPIPE, cli.ExitOK, ""},
		{errors.New("gone"), cli.ExitFailed, "dockings: cannot write the output: gone\n"},
	} {
		for _, args := range []string{
			"list --format table", "list --format json", "list --format ndjson", "list --format csv", "list --format csv --station 99",
			"list --jq .[]", "get 1 --format table", "get 1 --format csv", "now --format table", "stations --format table",
			"quota --format table", "quota --format json", "--help", "--version", "help list",
		} {
			var stderr strings.Builder
			a := &cli.App{
				Stdout: &sheet.Stream{Writer: broken{tt.err}}, Stderr: &sheet.Stream{Writer: &stderr}, Transport: madeUp(150),
				Getenv: func(string) string { return "" }, CacheDir: func() (string, error) { return t.TempDir(), nil },
			}
			if code := a.Run(t.Context(), strings.Fields(args)); code != tt.code || stderr.String() != tt.stderr {
				t.Errorf("%s, %v: exit code %d, %q", args, tt.err, code, stderr.String())
			}
		}
	}
}
