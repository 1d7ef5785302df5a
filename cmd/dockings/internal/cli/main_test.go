package cli_test

import (
	"bytes"
	"context"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/ll2test"
	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files, and the README's picture")

// The test binary is the command itself if asCommand is set: for what can only be seen
// from outside. With asService it asks that address in place of the service, whatever it
// would have asked.
const (
	asCommand = "DOCKINGS_TEST_COMMAND"
	asService = "DOCKINGS_TEST_SERVICE"
)

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) == "" {
		os.Exit(m.Run())
	}
	if address := os.Getenv(asService); address != "" {
		http.DefaultTransport = redirect(address)
	}
	os.Exit(cli.Main())
}

// redirect is a transport to one host.
type redirect string

func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	to, err := url.Parse(string(r))
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = to.Scheme, to.Host
	return new(http.Transport).RoundTrip(req)
}

// An outcome is the result of a command line.
type outcome struct {
	stdout, stderr string
	code           int
}

// A user runs commands in this process, with a cache folder of his own.
type user struct {
	t      *testing.T
	server http.RoundTripper // asked without --demo
	cache  string
	env    map[string]string
	width  int
}

func newUser(t *testing.T, server http.RoundTripper) *user {
	t.Helper()
	return &user{t: t, server: server, cache: t.TempDir(), env: map[string]string{}, width: 80}
}

func (u *user) run(args ...string) outcome { return u.runWith(u.t.Context(), args...) }

func (u *user) runWith(ctx context.Context, args ...string) outcome {
	u.t.Helper()
	var stdout, stderr bytes.Buffer
	a := &cli.App{
		Stdout:    &sheet.Stream{Writer: &stdout, Width: u.width},
		Stderr:    &sheet.Stream{Writer: &stderr, Width: u.width},
		Getenv:    func(key string) string { return u.env[key] },
		CacheDir:  func() (string, error) { return u.cache, nil },
		Transport: u.server,
	}
	code := a.Run(ctx, args)
	return outcome{stdout.String(), stderr.String(), code}
}

// run carries out one command line for a user without a copy.
func run(t *testing.T, server http.RoundTripper, args ...string) outcome {
	t.Helper()
	return newUser(t, server).run(args...)
}

// madeUp is a service with n made-up events.
func madeUp(n int) *ll2test.Server { return ll2test.NewServer(ll2test.Events(n)...) }

// january is the beginning of a day of that month.
func january(year, day int) time.Time {
	return time.Date(year, time.January, day, 0, 0, 0, 0, time.UTC)
}

// golden compares with a file in testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it):\n%s", file, diff)
	}
}

// asked returns the requests to a server that count towards its quota.
func asked(server *ll2test.Server) []ll2test.Request {
	var all []ll2test.Request
	for _, r := range server.Requests() {
		if !strings.HasSuffix(r.URL.Path, "/api-throttle/") {
			all = append(all, r)
		}
	}
	return all
}

func lines(s string) int { return strings.Count(s, "\n") }
