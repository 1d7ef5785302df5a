package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files, and the README's picture")

// The test binary is the command itself where asCommand is set: for what can
// only be seen from outside. With asService it asks that address in place of
// the service, whatever it would have asked.
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
	main()
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

// An outcome is what came of a command line.
type outcome struct {
	stdout, stderr string
	code           int
}

// run carries out a command line in this process. Without --demo it asks server.
func run(t *testing.T, server http.RoundTripper, args ...string) outcome {
	t.Helper()
	return runWith(t.Context(), t, server, nil, args...)
}

func runWith(ctx context.Context, t *testing.T, server http.RoundTripper, env map[string]string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		stdout:    &stream{Writer: &stdout, width: 80},
		stderr:    &stream{Writer: &stderr, width: 80},
		getenv:    func(key string) string { return env[key] },
		transport: server,
	}
	code := a.run(ctx, args)
	return outcome{stdout.String(), stderr.String(), code}
}

// madeUp is a service with n made-up events.
func madeUp(n int) *ll2test.Server { return ll2test.NewServer(ll2test.Events(n)...) }

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

func TestEveryCommandPrintsAsRecorded(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]string{
		"list.txt":          "list --demo --format table",
		"list-docked.txt":   "list --demo=515 --format table --order -docking --max 12",
		"list-fields.txt":   "list --demo --format table --fields vehicle,stay,kind,agency",
		"list-filters.txt":  "list --demo=515 --format table --station 4 --since 2003-05 --until 2003-07-15 --order -docking,id",
		"list-search.txt":   "list --demo --format table --search Soyuz --since 1978-08-28T16:37:37Z",
		"list-detailed.csv": "list --demo=40 --format csv --detailed --max 3 --fields id,vehicle,country,human_rated,crew_capacity,payload_capacity,maiden_flight",
		"list.csv":          "list --demo --format csv",
		"list.json":         "list --demo --format json --max 2",
		"list.ndjson":       "list --demo --max 2",
		"list-fields.json":  "list --demo=515 --format json --order -docking --max 2 --at 2026-01-01 --fields id,docking,departure,stay,stay_days,vehicle",
		"list-none.json":    "list --demo --format json --station 99",
		"list-none.csv":     "list --demo --format csv --station 99 --fields id,vehicle",
		"get.txt":           "get 191 --demo --format table",
		"get.json":          "get 191 --demo --format json",
		"get.csv":           "get 191 --demo --format csv",
		"get-docked.txt":    "get 515 --demo=515 --format table --at 2026-01-01",
		"now.txt":           "now --demo=515 --at 2026-01-01 --format table",
		"now-then.txt":      "now --demo --at 1978-07-01 --format table",
		"now.ndjson":        "now --demo=515 --at 2026-01-01 --station 18 --fields vehicle,port,stay",
		"quota.txt":         "quota --demo --format table",
		"quota.json":        "quota --demo --format json",
		"quota.csv":         "quota --demo --format csv",
		"help.txt":          "--help",
		"help-list.txt":     "list --help",
		"help-get.txt":      "get --help",
		"help-now.txt":      "now --help",
		"help-quota.txt":    "quota --help",
		"help-timeline.txt": "timeline --help",
		"version.txt":       "--version",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, nil, strings.Fields(args)...)
			if got.code != exitOK {
				t.Errorf("dockings %s: exit code %d, %q", args, got.code, got.stderr)
			}
			golden(t, name, got.stdout)
			if strings.HasSuffix(name, ".txt") {
				for line := range strings.Lines(got.stdout) {
					if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 && strings.Contains(name, "list") {
						t.Errorf("%d columns: %s", n, line)
					}
				}
			}
		})
	}
}

func TestAllEventsComeInEveryFormat(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]int{"table": 516, "csv": 516, "ndjson": 515, "json": 517} {
		got := run(t, madeUp(515), "list", "--format", format)
		if lines := strings.Count(got.stdout, "\n"); lines != want || got.code != exitOK {
			t.Errorf("%s: %d lines and exit code %d, want %d and 0", format, lines, got.code, want)
		}
	}
}

func TestFiltersGoToTheService(t *testing.T) {
	t.Parallel()
	server := madeUp(40)
	got := run(t, server, "list", "--station", "4", "--vehicle", "1005", "--location", "111", "--search", "Soyuz 3",
		"--since", "2024", "--until", "2025-02", "--order", "-departure,id", "--detailed", "--max", "7")
	if got.code != exitOK || got.stderr != "dockings: no event fits\n" {
		t.Errorf("exit code %d, %q", got.code, got.stderr)
	}
	requests := server.Requests()
	want := "docking__gte=2024-01-01T00%3A00%3A00Z&docking__lt=2025-03-01T00%3A00%3A00Z&docking_location__id=111&" +
		"flight_vehicle__id=1005&limit=7&mode=detailed&ordering=-departure%2Cid%2Cdocking&search=Soyuz+3&space_station__id=4"
	if query := requests[len(requests)-1].URL.RawQuery; query != want {
		t.Errorf("asked for\n%s, want\n%s", query, want)
	}
}

func TestMaxAsksForNoMoreThanItTakes(t *testing.T) {
	t.Parallel()
	server := madeUp(515)
	got := run(t, server, "list", "--max", "150")
	if n := strings.Count(got.stdout, "\n"); n != 150 {
		t.Errorf("%d events, want 150", n)
	}
	if n := len(asked(server)); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestATimelineStopsAtThoseThatHadLeft(t *testing.T) {
	t.Parallel()
	server := madeUp(515)
	file := filepath.Join(t.TempDir(), "t.svg")
	if got := run(t, server, "timeline", "--since", "2024", "-o", file); got != (outcome{}) {
		t.Error(got)
	}
	if n := len(asked(server)); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	stays := 0
	for _, e := range ll2test.Events(515) {
		if e.Docked() || !e.Departure.Before(date(2024, 1, 1)) {
			stays++
		}
	}
	want := fmt.Sprintf(">%d stays at ", stays)
	if data, err := os.ReadFile(file); err != nil || !strings.Contains(string(data), want) {
		t.Errorf("%v; the picture has not %q", err, want)
	}
}

func TestNowStopsAtTheFirstThatDeparted(t *testing.T) {
	t.Parallel()
	server := madeUp(515)
	if got := run(t, server, "now"); got.code != exitOK || strings.Count(got.stdout, "\n") != 10 {
		t.Errorf("exit code %d, %s", got.code, got.stdout)
	}
	if n := len(asked(server)); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestNowIsWhatTheWholeListSays(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"1978-09-01", "1995-03-01T12:00Z", "2020", "2025-11-30"} {
		var moment timeFlag
		if err := moment.Set(at); err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, e := range ll2test.Events(515) {
			if !e.Docking.After(moment.start) && (e.Docked() || e.Departure.After(moment.start)) {
				want++
			}
		}
		got := run(t, madeUp(515), "now", "--at", at)
		if n := strings.Count(got.stdout, "\n"); n != want {
			t.Errorf("--at %s: %d are docked, want %d", at, n, want)
		}
	}
}

func TestNobodyIsDockedWithoutAComplaint(t *testing.T) {
	t.Parallel()
	got := run(t, nil, "now", "--demo", "--station", "14", "--at", "2026-01-01")
	want := outcome{"", "dockings: nobody was docked at station 14 at 2026-01-01 00:00 UTC\n", exitOK}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// asked is what a server was asked of its quota.
func asked(server *ll2test.Server) []ll2test.Request {
	var all []ll2test.Request
	for _, r := range server.Requests() {
		if !isThrottle(ll2.Attempt{URL: r.URL.String()}) {
			all = append(all, r)
		}
	}
	return all
}
