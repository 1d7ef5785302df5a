package cli_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/docking-event/ll2/ll2test"
)

// later are events of a while later: one departed, one docked, one was corrected, one
// added and one removed.
func later(events []ll2.DockingEvent, now time.Time) []ll2.DockingEvent {
	all := append([]ll2.DockingEvent{}, events[1:]...)
	for i := range all {
		if all[i].Departure == nil {
			all[i].Departure = &now
			break
		}
	}
	all[10].DockingLocation = all[11].DockingLocation
	docked, added := all[len(all)-1], all[5]
	docked.ID, docked.Docking, docked.Departure = 9001, now, nil
	docked.FlightVehicle.Spacecraft.Name = "Soyuz of the day"
	docked.FlightVehicle.ID, docked.FlightVehicle.Spacecraft.ID = 9001, 9001
	added.ID = 9002
	return append(all, docked, added)
}

func TestSyncPrintsWhatChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(january(2026, 15)))
		events := ll2test.Events(90)
		server := ll2test.NewServer(events...)
		u := newUser(t, server)
		if got := u.run("sync"); got != (outcome{"", "dockings: 90 events, read for the first time; 1 request\n", cli.ExitOK}) {
			t.Errorf("%+v", got)
		}
		time.Sleep(time.Minute)
		if got := u.run("sync"); got != (outcome{"", "dockings: 90 events, nothing changed; 1 request\n", cli.ExitOK}) {
			t.Errorf("%+v", got)
		}
		time.Sleep(time.Minute)
		server.SetEvents(later(events, time.Now())...)
		got := u.run("sync", "--format", "table")
		if got.code != cli.ExitOK || got.stderr != "dockings: 91 events, 1 docked, 1 departed, 1 corrected, 1 added, 1 removed; 1 request\n" {
			t.Errorf("exit code %d, %s", got.code, got.stderr)
		}
		golden(t, "sync.txt", got.stdout)
		if got := u.run("sync", "-q"); got != (outcome{code: cli.ExitOK}) {
			t.Errorf("%+v", got)
		}
	})
}

// watching runs dockings watch until a while after something has happened.
func watching(t *testing.T, server *ll2test.Server, happen func(), args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &cli.App{
		Stdout: &sheet.Stream{Writer: &stdout}, Stderr: &sheet.Stream{Writer: &stderr}, Transport: server,
		Getenv: func(string) string { return "" }, CacheDir: func() (string, error) { return t.TempDir(), nil },
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan int)
	go func() { ended <- a.Run(ctx, append([]string{"watch"}, args...)) }()
	time.Sleep(30 * time.Minute)
	happen()
	time.Sleep(26 * time.Hour) // old events are looked at once a day
	cancel(&cli.SignalError{Signal: os.Interrupt})
	code := <-ended
	return outcome{stdout.String(), stderr.String(), code}
}

func TestWatchTellsOfDockingsAndDepartures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		want string // of standard output; lines
	}{
		"all of them": {nil,
			"2026-01-15 00:30 UTC  Tianzhou 11 departed from Tiangong, aft\n" +
				"2026-01-15 00:30 UTC  Soyuz of the day docked at Tiangong, forward\n"},
		"some":    {[]string{"--vehicle", "soyuz of*", "--jq", `"\(.change) \(.vehicle)"`}, "docked Soyuz of the day\n"},
		"another": {[]string{"--station", "salyut 6"}, ""},
		"all kinds": {[]string{"--all", "--fields", "change,changed,id"},
			`{"change":"removed","changed":null,"id":1}` + "\n" + `{"change":"added","changed":null,"id":9002}` + "\n" +
				`{"change":"corrected","changed":"port_id","id":12}` + "\n" + `{"change":"departed","changed":"departure","id":505}` + "\n" +
				`{"change":"docked","changed":null,"id":9001}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(january(2026, 15)))
				events := ll2test.Events(515)
				server := ll2test.NewServer(events...)
				got := watching(t, server, func() { server.SetEvents(later(events, time.Now())...) }, tt.args...)
				if got.code != cli.ExitInterrupted || !sameLines(got.stdout, tt.want) || got.stderr != "dockings: 515 events, watching; Ctrl-C ends it\ndockings: interrupted\n" {
					t.Errorf("exit code %d\n%swant\n%s%s", got.code, got.stdout, tt.want, got.stderr)
				}
			})
		})
	}
}

// sameLines compares texts of lines in any order.
func sameLines(a, b string) bool {
	count := make(map[string]int)
	for line := range strings.Lines(a) {
		count[line]++
	}
	for line := range strings.Lines(b) {
		count[line]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestWatchTellsOfAServiceThatIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(90)
		got := watching(t, server, func() { server.Fail(ll2test.Fault{Status: 503}, ll2test.Fault{Status: 503}) })
		want := "dockings: the service is unavailable (503); try again later; next attempt at 01:0"
		if got.code != cli.ExitInterrupted || strings.Count(got.stderr, want) != 2 {
			t.Errorf("exit code %d, %s", got.code, got.stderr)
		}
	})
}
