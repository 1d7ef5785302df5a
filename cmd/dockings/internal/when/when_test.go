package when_test

import (
	"testing"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/when"
)

var now = time.Date(2026, 3, 29, 10, 30, 0, 0, time.UTC)

func TestTimesSpanWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ words, from, end string }{
		{"2024", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"},
		{"2024-12", "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z"},
		{"2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"},
		{"2024-02-29 18:30", "2024-02-29T18:30:00Z", "2024-02-29T18:30:00Z"},
		{"2024-02-29T18:30", "2024-02-29T18:30:00Z", "2024-02-29T18:30:00Z"},
		{"2024-02-29T18:30:15.5Z", "2024-02-29T18:30:15.5Z", "2024-02-29T18:30:15.5Z"},
		{"2024-02-29T01:30+02:00", "2024-02-28T23:30:00Z", "2024-02-28T23:30:00Z"},
		{"yesterday", "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z"},
		{"Today", "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"},
		{"now", "2026-03-29T10:30:00Z", "2026-03-29T10:30:00Z"},
		{"7d", "2026-03-22T10:30:00Z", "2026-03-22T10:30:00Z"},
		{"1w2d", "2026-03-20T10:30:00Z", "2026-03-20T10:30:00Z"},
		{"90m", "2026-03-29T09:00:00Z", "2026-03-29T09:00:00Z"},
		{"2024-03..2024-05", "2024-03-01T00:00:00Z", "2024-06-01T00:00:00Z"},
		{"7d..now", "2026-03-22T10:30:00Z", "2026-03-29T10:30:00Z"},
	} {
		span, err := when.ParseRange(tt.words, now, time.UTC)
		if from, end := span.From.UTC().Format(time.RFC3339Nano), span.End.UTC().Format(time.RFC3339Nano); err != nil || from != tt.from || end != tt.end {
			t.Errorf("%s is from %s to %s, want %s to %s; %v", tt.words, from, end, tt.from, tt.end, err)
		}
		if span.Instant() != (tt.from == tt.end) || !span.Has(span.From) || span.Has(span.From.Add(-1)) || !span.Instant() && span.Has(span.End) {
			t.Errorf("%s: has what it should not, or not what it should", tt.words)
		}
	}
}

func TestADayIsOneOfItsZone(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	span, err := when.Parse("today", now, zone) // the clocks go forward
	if length := span.End.Sub(span.From); err != nil || length != 23*time.Hour {
		t.Errorf("today is %v long; %v", length, err)
	}
	if span, err = when.Parse("2024-07-01T02:00", now, zone); err != nil || !span.From.Equal(time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%v, %v", span, err)
	}
}

func TestWhatIsNoTimeIsRefused(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"", "noon", "2024-13", "2024-02-30", "24", "-7d", "7", "2024..", "..2024", "2025..2024", "2024-01-01T25:00"} {
		if span, err := when.ParseRange(words, now, time.UTC); err == nil {
			t.Errorf("%q is %v", words, span)
		}
	}
}
