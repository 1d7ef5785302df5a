package main

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/ll2test"
)

func TestElsewhereThanOnATerminalWaitingIsALine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		server.Limit(4, time.Hour+3*time.Second) // not at the same moment as a tick
		got := run(t, server, "list", "--fields", "id")
		if got.code != exitOK || strings.Count(got.stdout, "\n") != 515 {
			t.Fatalf("exit code %d, %s", got.code, got.stderr)
		}
		want := regexp.MustCompile(`^dockings: quota spent, on at (\S+ )?\d\d:\d\d:\d\d, in 1h00m0\ds; 400 of 515, 2 more to ask\n$`)
		if !want.MatchString(got.stderr) {
			t.Errorf("stderr is not one such line:\n%s", got.stderr)
		}
	})
}

func TestElsewhereThanOnATerminalProgressIsALineNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		slow := ll2test.Fault{Delay: 23 * time.Second}
		server.Fail(ll2test.Fault{}, slow, slow, slow, slow, slow, slow)
		got := run(t, server, "list", "--fields", "id")
		want := `dockings: asking the service
dockings: 100 of 515 events, 1 request made, 5 left
dockings: 200 of 515 events, 2 requests made, 4 left
dockings: 300 of 515 events, 3 requests made, 3 left
dockings: 400 of 515 events, 4 requests made, 2 left
dockings: 500 of 515 events, 5 requests made, 1 left
`
		if got.stderr != want {
			t.Errorf("stderr is\n%s, want\n%s", got.stderr, want)
		}
	})
}

func TestProgressCountsWhatIsWanted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(515)
		slow := ll2test.Fault{Delay: 23 * time.Second}
		server.Fail(ll2test.Fault{}, slow, slow, slow)
		got := run(t, server, "list", "--fields", "id", "--max", "250")
		want := `dockings: asking the service
dockings: 100 of 250 events, 1 request made, 2 left
dockings: 200 of 250 events, 2 requests made, 1 left
`
		if got.stderr != want {
			t.Errorf("stderr is\n%s, want\n%s", got.stderr, want)
		}
	})
}

func TestQuickWorkIsQuiet(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"list", "now", "get 1", "quota", "list --demo=515"} {
		if got := run(t, madeUp(515), strings.Fields(args)...); got.stderr != "" {
			t.Errorf("%s: %q", args, got.stderr)
		}
	}
}

func TestQuotaSaysWhenTheNextRequestCanGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := madeUp(3)
		server.Limit(2, time.Hour)
		run(t, server, "now")
		time.Sleep(10 * time.Minute)
		run(t, server, "now")
		got := run(t, server, "quota", "--format", "table")
		if !regexp.MustCompile(`USED +2\nLEFT +0\nNEXT REQUEST +in 50m00s, at \S`).MatchString(got.stdout) {
			t.Errorf("quota is\n%s", got.stdout)
		}
		got = run(t, server, "quota", "--format", "csv")
		if got.stdout != "limit,window,used,left,next\n2,PT1H,2,0,2000-01-01T01:00:00Z\n" {
			t.Errorf("quota is\n%s", got.stdout)
		}
	})
}

func TestTimeLeftIsWrittenShortAndRoundedUp(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", time.Millisecond: "1s", 59 * time.Second: "59s", 60 * time.Second: "1m00s", 3599*time.Second + 1: "1h00m00s",
		2*time.Hour + 3*time.Minute + 4*time.Second: "2h03m04s",
	} {
		if got := countdown(wholeSeconds(d)); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}
