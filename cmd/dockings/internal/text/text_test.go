package text_test

import (
	"testing"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/text"
)

func TestTimeLeftIsWrittenShortAndRoundedUp(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration][2]string{
		0: {"0s", "0 s"}, time.Millisecond: {"1s", "1 s"}, 59 * time.Second: {"59s", "59 s"}, 60 * time.Second: {"1m00s", "60 s"},
		61 * time.Second: {"1m01s", "2 min"}, 3599*time.Second + 1: {"1h00m00s", "1 h"}, -time.Second: {"-1s", "0 s"},
		2*time.Hour + 3*time.Minute + 4*time.Second: {"2h03m04s", "2 h 4 min"},
	} {
		if got := [2]string{text.Countdown(text.Seconds(d)), text.Short(d)}; got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestClocksSayTheirZoneAndNeverTooEarly(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]string{
		0: "12:00 UTC", time.Second: "12:01 UTC", 12*time.Hour - time.Second: "2026-01-02 00:00 UTC", 24 * time.Hour: "2026-01-02 12:00 UTC",
		-30 * time.Second: "11:59 UTC",
	} {
		if got := text.UTC.At(now.Add(after), now); got != want {
			t.Errorf("%v is %s, want %s", after, got, want)
		}
	}
}

func TestWordsAreCountedAndGuessed(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		text.Count(1, "request"): "1 request", text.Count(0, "request"): "0 requests",
		text.Closest("lst", []string{"get", "list"}): "list", text.Closest("LIST", []string{"list"}): "list",
		text.Closest("xyz", []string{"get", "list"}) + "?": "?",
		text.Initials("International Space Station"):       "ISS", text.Initials("Salyut 6") + ".": ".",
		text.DaysAndHours(-25 * time.Hour): "-1d 01h",
		text.Clean("a\x1b\u2028b\u202e"):   "a  b ",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
