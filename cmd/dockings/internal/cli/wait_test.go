package cli_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/ll2test"
)

// at2027 is a time behind that of all made-up events, since virtual clocks begin in 2000.
const at2027 = "--at=2027"

func TestAQuotaThatDoesNotSufficeIsToldOfBeforeItIsSpent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, args string
		limit      int
		code       int
		requests   int
		stderr     string
	}{
		{"waits", "list --all --fields id", 4, cli.ExitOK, 7,
			"dockings: needs 6 more requests, 3 left until 01:01 UTC: waiting 1 h; Ctrl-C keeps the pages read, --no-wait fails at once\n"},
		{"does not wait", "list --no-wait", 3, cli.ExitQuota, 1,
			"dockings: needs 5 more requests, 2 left until 01:01 UTC; try again in 1 h, or leave out --no-wait\n"},
		{"does not wait for so long", "list --max-wait 20m", 4, cli.ExitQuota, 1,
			"dockings: needs 6 more requests, 3 left until 01:01 UTC: a wait of 1 h is longer than --max-wait 20 min; try again then\n"},
		{"waits for so long", "list --max-wait 2h --all --fields id", 5, cli.ExitOK, 7,
			"dockings: needs 6 more requests, 4 left until 01:01 UTC: waiting 1 h; Ctrl-C keeps the pages read, --no-wait fails at once\n"},
		{"needs not wait", "list --all --fields id --no-wait", 6, cli.ExitOK, 6, ""},
		{"without a copy", "list --all --fields id --no-cache", 3, cli.ExitOK, 6,
			"dockings: needs 5 more requests, 2 left until 01:01 UTC: waiting 1 h; Ctrl-C keeps the pages read, --no-wait fails at once\n"},
		{"without a copy or a wait", "list --all --no-cache --no-wait", 3, cli.ExitQuota, 1,
			"dockings: needs 5 more requests, 2 left until 01:01 UTC; try again in 1 h, or leave out --no-wait\n"},
		{"what a list needs", "list --no-cache --no-wait --max 250", 3, cli.ExitOK, 3, "dockings: 250 of 515\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(30 * time.Second) // not at the beginning of a minute
				server := madeUp(515)
				server.Limit(tt.limit, time.Hour)
				got := run(t, server, append(strings.Fields(tt.args), at2027)...)
				if n := len(asked(server)); got.code != tt.code || !strings.HasPrefix(got.stderr, tt.stderr) || tt.stderr == "" && got.stderr != "" || n != tt.requests {
					t.Errorf("exit code %d, want %d; %d requests, want %d; stderr\n%swant\n%s", got.code, tt.code, n, tt.requests, got.stderr, tt.stderr)
				}
				if tt.code == cli.ExitOK && strings.Contains(tt.args, "--all") && lines(got.stdout) != 515 {
					t.Errorf("%d events", lines(got.stdout))
				}
			})
		})
	}
}

// stop is a context that a signal ends after a while.
func stop(t *testing.T, s os.Signal, after time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	timer := time.AfterFunc(after, func() { cancel(&cli.SignalError{Signal: s}) })
	t.Cleanup(func() { timer.Stop(); cancel(nil) })
	return ctx
}

func TestAnInterruptedSyncGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		server.Limit(4, time.Hour)
		u := newUser(t, server)
		got := u.runWith(stop(t, os.Interrupt, 10*time.Minute), "sync")
		if got.code != cli.ExitInterrupted || !strings.HasSuffix(got.stderr, "dockings: interrupted\n") {
			t.Errorf("exit code %d, %s", got.code, got.stderr)
		}
		time.Sleep(time.Hour)
		got = u.run("sync")
		if got.code != cli.ExitOK || got.stderr != "dockings: 515 events, read for the first time; 3 requests\n" {
			t.Errorf("exit code %d, %s", got.code, got.stderr)
		}
		if n := len(asked(server)); n != 7 { // six, and the one that a walk goes on with
			t.Errorf("%d requests, want 7", n)
		}
	})
}

func TestASyncThatIsInterruptedInARequestGoesOnBeforeThat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		server.Fail(ll2test.Fault{}, ll2test.Fault{}, ll2test.Fault{}, ll2test.Fault{Delay: 20 * time.Second})
		u := newUser(t, server)
		got := u.runWith(stop(t, os.Interrupt, 5*time.Second), "sync")
		if got.code != cli.ExitInterrupted || got.stdout != "" {
			t.Errorf("exit code %d, %s", got.code, got.stderr)
		}
		before := len(asked(server))
		time.Sleep(2 * time.Minute)
		got = u.run("list", "--all", "--fields", "id", "--quiet", at2027)
		if n := len(asked(server)) - before; got.code != cli.ExitOK || lines(got.stdout) != 515 || n != 5 {
			t.Errorf("exit code %d, %d events, %d requests after %d; %s", got.code, lines(got.stdout), n, before, got.stderr)
		}
	})
}

func TestALogHasEveryRequestAndNotesToo(t *testing.T) {
	t.Parallel()
	got := run(t, madeUp(250), "list", "-v", "--fields", "id")
	if n := strings.Count(got.stderr, "limit=100"); got.code != cli.ExitOK || n != 3 || !strings.HasSuffix(got.stderr, "dockings: 30 of 250; use --all to show all of them\n") {
		t.Errorf("exit code %d, %d requests in the log: %s", got.code, n, got.stderr)
	}
}

func TestCtrlCKeepsWhatThereIs(t *testing.T) {
	t.Parallel()
	for signal, code := range map[os.Signal]int{os.Interrupt: cli.ExitInterrupted, syscall.SIGTERM: cli.ExitTerminated} {
		synctest.Test(t, func(t *testing.T) {
			server := madeUp(515)
			server.Limit(4, time.Hour)
			got := newUser(t, server).runWith(stop(t, signal, 10*time.Minute), "list", "--no-cache", "--all", "--fields", "id", at2027)
			if got.code != code || lines(got.stdout) != 400 || !strings.HasSuffix(got.stderr, "dockings: interrupted\n") {
				t.Errorf("exit code %d, %d events, %s", got.code, lines(got.stdout), got.stderr)
			}
		})
	}
}

func TestAnOldCopyAnswersIfTheServiceDoesNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		u := newUser(t, server)
		u.run("sync")
		time.Sleep(3 * time.Hour)
		server.Fail(always(ll2test.Fault{Status: 503})...)
		for range 3 {
			got := u.run("list", "--max", "1", "--fields", "id", at2027)
			want := "dockings: as of 3 hours ago: the service is unavailable (503); try again later\ndockings: 1 of 515\n"
			if got.code != cli.ExitOK || got.stdout != "{\"id\":515}\n" || got.stderr != want &&
				!strings.HasPrefix(got.stderr, "dockings: as of 3 hours ago: the last request to the service failed; the next one is at 03:0") {
				t.Errorf("%+v", got)
			}
		}
		if n := len(asked(server)); n != 7 {
			t.Errorf("%d requests, want 7: the others are to know that it failed", n)
		}
		if got := u.run("list", "--refresh"); got.code != cli.ExitFailed || got.stdout != "" {
			t.Errorf("%+v", got)
		}
		if got := u.run("list", "--offline", "--fields", "id", "--all", at2027); got.code != cli.ExitOK || lines(got.stdout) != 515 || got.stderr != "" {
			t.Errorf("%d events, %s", lines(got.stdout), got.stderr)
		}
	})
}

func TestAnOldCopyAnswersIfTheQuotaIsSpent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(90)
		u := newUser(t, server)
		u.run("sync")
		time.Sleep(3*time.Hour + 30*time.Second)
		// Not ten minutes: at the same instant a line could tell how far the work is.
		server.Fail(ll2test.Fault{}, ll2test.Fault{Status: 429, Header: http.Header{"Retry-After": {"595"}}})
		want := "dockings: as of 3 hours ago: the quota is used up; try again in 10 min, at 03:11 UTC\ndockings: 1 of 90\n"
		for range 3 {
			if got := u.run("list", "--max", "1", at2027); got.code != cli.ExitOK || got.stderr != want {
				t.Errorf("exit code %d, %s", got.code, got.stderr)
			}
		}
		if got := u.run("list", "--refresh", "--no-wait"); got.code != cli.ExitQuota || got.stderr != "dockings: the quota is used up; try again in 10 min, at 03:11 UTC\n" {
			t.Errorf("%+v", got)
		}
		got := u.run("list", "--refresh", "--max", "1", at2027)
		want = "dockings: the quota is used up until 03:11 UTC: waiting 10 min; Ctrl-C keeps the pages read, --no-wait fails at once\ndockings: 1 of 90\n"
		if got.code != cli.ExitOK || got.stderr != want {
			t.Errorf("exit code %d, %s", got.code, got.stderr)
		}
	})
}

func TestACopyIsAsYoungAsOneWants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		u := newUser(t, server)
		for _, step := range []struct {
			after    time.Duration
			args     string
			requests int
		}{
			{0, "list", 6},
			{59 * time.Minute, "now", 0},
			{2 * time.Minute, "stations", 1},
			{5 * time.Minute, "list --max-age 10m", 0},
			{6 * time.Minute, "list --max-age 10m", 1},
			{2 * time.Hour, "list --max-age 3h", 0},
			{0, "get 1 --offline", 0},
			{time.Second, "list --max-age 1s", 1},
			{2 * time.Second, "list --refresh", 1},
			{2 * time.Second, "list --no-cache", 1},
			{2 * time.Second, "get 1 --no-cache", 1},
			{2 * time.Second, "now --no-cache", 1},
			{2 * time.Second, "list --no-cache --station iss", 6},
			{2 * time.Second, "list --no-cache --station 4 --since 2024 --max 5", 1},
			{2 * time.Second, "get 4711", 0},
		} {
			time.Sleep(step.after)
			before := len(asked(server))
			got := u.run(append(strings.Fields(step.args), at2027)...)
			if n := len(asked(server)) - before; n != step.requests {
				t.Errorf("%s took %d requests, want %d; %s", step.args, n, step.requests, got.stderr)
			}
		}
	})
}

// Ten commands from each of three terminals at once, hour after hour.
func TestALaterHourTakesOneRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(january(2026, 15)))
		server := madeUp(515)
		server.Limit(15, time.Hour)
		u := newUser(t, server)
		// Once a day all is read anew, by six more.
		for hour, most := range []int{8, 1, 1, 1, 1, 1} {
			before := len(asked(server))
			var terminals sync.WaitGroup
			for range 3 {
				terminals.Go(func() {
					for _, args := range []string{"list", "now", "get 191", "stations", "ports --station iss", "list --docked", "vehicles", "agencies", "now", "list --all"} {
						if got := u.run(strings.Fields(args)...); got.code != cli.ExitOK || strings.Contains(got.stderr, "as of") {
							t.Errorf("hour %d: %s: exit code %d, %s", hour, args, got.code, got.stderr)
						}
						time.Sleep(5 * time.Minute)
					}
				})
			}
			terminals.Wait()
			if n := len(asked(server)) - before; n > most {
				t.Errorf("%d requests in hour %d, want %d", n, hour+1, most)
			}
			time.Sleep(11 * time.Minute)
		}
	})
}

func TestWithoutACopyTheServiceChooses(t *testing.T) {
	t.Parallel()
	server := madeUp(40)
	got := run(t, server, "list", "--no-cache", "--station", "4", "--vehicle", "1005", "--port", "111",
		"--since", "2024", "--until", "2025-02", "--sort", "-departure,id", "--max", "7")
	if got.code != cli.ExitOK || got.stderr != "dockings: no event matches\n" {
		t.Errorf("exit code %d, %q", got.code, got.stderr)
	}
	requests := server.Requests()
	want := "docking__gte=2024-01-01T00%3A00%3A00Z&docking__lt=2025-03-01T00%3A00%3A00Z&docking_location__id=111&" +
		"flight_vehicle__id=1005&limit=7&mode=detailed&ordering=-departure%2Cid%2Cdocking&space_station__id=4"
	if query := requests[len(requests)-1].URL.RawQuery; query != want {
		t.Errorf("asked for\n%s, want\n%s", query, want)
	}
}

func TestAFolderThatCannotBeOneIsToldOf(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		file:            "dockings: cannot keep a copy in " + file + ": it is not a folder; continuing without one\n",
		file + "/below": "dockings: cannot keep a copy in " + file + "/below: not a directory; continuing without one\n",
	} {
		u := newUser(t, madeUp(3))
		u.env["DOCKINGS_CACHE"] = dir
		if got := u.run("list", "--fields", "id"); got.code != cli.ExitOK || lines(got.stdout) != 3 || got.stderr != want {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}

// files are the files of the copy whose names have an end.
func files(t *testing.T, u *user, end string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(u.cache, "dockings", "*"+end))
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	return all
}

func TestADamagedCopyIsReadAnew(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func([]byte) []byte{
		"cut":     func(b []byte) []byte { return b[:len(b)/2] },
		"empty":   func([]byte) []byte { return nil },
		"changed": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
	} {
		server := madeUp(150)
		u := newUser(t, server)
		u.run("sync")
		file := files(t, u, ".events.ll2")[0]
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, damage(data), 0o600); err != nil {
			t.Fatal(err)
		}
		got := u.run("list", "--all", "--fields", "id")
		if n := len(asked(server)); got.code != cli.ExitOK || lines(got.stdout) != 150 || got.stderr != "" || n != 4 {
			t.Errorf("%s: exit code %d, %d events, %d requests, %s", name, got.code, lines(got.stdout), n, got.stderr)
		}
	}
}

func TestTheCopyOfANewerVersionIsLeftAlone(t *testing.T) {
	t.Parallel()
	u := newUser(t, madeUp(150))
	u.run("sync")
	file := files(t, u, ".events.ll2")[0]
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	newer := newerFormat(t, data)
	if err := os.WriteFile(file, newer, 0o600); err != nil {
		t.Fatal(err)
	}
	want := "dockings: the copy in " + filepath.Join(u.cache, "dockings") + " is from a newer version of this tool; continuing without it\n"
	if got := u.run("list", "--all", "--fields", "id"); got.code != cli.ExitOK || lines(got.stdout) != 150 || got.stderr != want {
		t.Errorf("exit code %d, %d events, %s", got.code, lines(got.stdout), got.stderr)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != string(newer) {
		t.Errorf("the file is not what it was: %v", err)
	}
}
