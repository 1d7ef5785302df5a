// Package when parses times as people write them.
package when

import (
	"errors"
	"fmt"
	"strings"
	"time"

	str2duration "github.com/xhit/go-str2duration/v2"
)

// A Span is an instant, or a whole day, month or year.
type Span struct {
	From time.Time
	End  time.Time // the start of the next day, month or year; From for an instant
}

// Instant reports whether the span has no length.
func (s Span) Instant() bool { return !s.End.After(s.From) }

// Has reports whether t is in the span, the end of an instant included.
func (s Span) Has(t time.Time) bool {
	return !t.Before(s.From) && (t.Before(s.End) || s.Instant() && t.Equal(s.From))
}

var errTime = errors.New("write a time such as 2024, 2024-12, 2024-12-31, 2024-12-31T18:00Z, yesterday or 7d (ago)")

// Parse parses a time. A time without a zone is in loc. Now, today, yesterday and 7d,
// which means seven days ago, are relative to now.
func Parse(words string, now time.Time, loc *time.Location) (Span, error) {
	now = now.In(loc)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, loc)
	switch strings.ToLower(words) {
	case "now":
		return Span{now, now}, nil
	case "today":
		return Span{midnight, midnight.AddDate(0, 0, 1)}, nil
	case "yesterday":
		return Span{midnight.AddDate(0, 0, -1), midnight}, nil
	}
	for _, span := range []struct {
		layout              string
		years, months, days int
	}{
		{"2006", 1, 0, 0},
		{"2006-01", 0, 1, 0},
		{"2006-01-02", 0, 0, 1},
	} {
		if t, err := time.ParseInLocation(span.layout, words, loc); err == nil {
			return Span{t, t.AddDate(span.years, span.months, span.days)}, nil
		}
	}
	instant := strings.Replace(words, " ", "T", 1)
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, instant, loc); err == nil {
			return Span{t, t}, nil
		}
	}
	if d, err := Duration(words); err == nil {
		t := now.Add(-d)
		return Span{t, t}, nil
	}
	return Span{}, errTime
}

// ParseRange parses a span, or two spans with .. between them: the range goes from the
// start of the first to the end of the second.
func ParseRange(words string, now time.Time, loc *time.Location) (Span, error) {
	first, last, two := strings.Cut(words, "..")
	from, err := Parse(first, now, loc)
	if err != nil || !two {
		return from, err
	}
	to, err := Parse(last, now, loc)
	if err != nil {
		return Span{}, err
	}
	if !from.From.Before(to.End) {
		return Span{}, fmt.Errorf("%s is not before %s; swap them", first, last)
	}
	return Span{from.From, to.End}, nil
}

// Duration parses a length of time such as 30s, 90m, 7d or 1w2d.
func Duration(words string) (time.Duration, error) {
	d, err := str2duration.ParseDuration(strings.ToLower(words))
	if err != nil || d < 0 {
		return 0, errors.New("write a length of time such as 30s, 90m, 12h or 7d")
	}
	return d, nil
}
