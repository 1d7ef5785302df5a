// Package text formats text for people: single lines, lengths of time, and suggestions
// for misspelt words.
package text

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// IsControl reports whether a character would act on a terminal or end a line. Line and
// paragraph separators count, and so do characters that change the direction of text.
func IsControl(r rune) bool {
	return r < 0x20 || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

// Clean turns a text into one line: it replaces control characters by spaces.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// Closest returns the choice that differs from word by one or two typing errors, or "" if
// there is none. It ignores case.
func Closest(word string, choices []string) string {
	word = strings.ToLower(word)
	best, least := "", min(2, len(word)/2)+1
	for _, choice := range choices {
		if d := levenshtein.ComputeDistance(word, strings.ToLower(choice)); d < least {
			best, least = choice, d
		}
	}
	return best
}

// Unknown returns the error for a word that is not one of the choices. It lists them, and
// suggests the closest one.
func Unknown(word string, choices []string) error {
	if near := Closest(word, choices); near != "" {
		return fmt.Errorf("%q is unknown; did you mean %s? Write one of %s", word, near, strings.Join(choices, ", "))
	}
	return fmt.Errorf("%q is unknown; write one of %s", word, strings.Join(choices, ", "))
}

// Count formats a number of things: 1 request, 2 requests.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Seconds rounds up to whole seconds, so that a user who waits that long is not too early.
func Seconds(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(d.Seconds())) * time.Second
}

// Short formats a length of time in its largest units, rounded up: 58 min, 1 h 20 min.
func Short(d time.Duration) string {
	if d <= time.Minute {
		return fmt.Sprintf("%d s", max(0, int(math.Ceil(d.Seconds()))))
	}
	minutes := int(math.Ceil(d.Minutes()))
	switch h, m := minutes/60, minutes%60; {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	default:
		return fmt.Sprintf("%d h %d min", h, m)
	}
}

// Countdown formats whole seconds as 1h02m03s, 2m03s or 3s.
func Countdown(d time.Duration) string {
	h, m, s := d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second
	switch {
	case h > 0:
		return fmt.Sprintf("%dh%02dm%02ds", h, m, s)
	case m > 0:
		return fmt.Sprintf("%dm%02ds", m, s)
	}
	return fmt.Sprintf("%ds", s)
}

// DaysAndHours formats a stay: 106d 20h.
func DaysAndHours(d time.Duration) string {
	const day = 24 * time.Hour
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Sprintf("%s%dd %02dh", sign, d/day, d%day/time.Hour)
}

// A Clock formats times in a zone, with its name.
type Clock struct {
	Zone *time.Location
	Name string // of the zone, as the user wrote it
}

// UTC is the default clock.
var UTC = Clock{time.UTC, "UTC"}

// At formats a time of day, with the date unless it is today. A time in the future is
// rounded up to the minute, so that a user who comes back then is not too early.
func (c Clock) At(t, now time.Time) string {
	if rest := t.Sub(t.Truncate(time.Minute)); rest > 0 && t.After(now) {
		t = t.Add(time.Minute - rest)
	}
	t, now = t.In(c.Zone), now.In(c.Zone)
	layout := "2006-01-02 15:04"
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		layout = "15:04"
	}
	return t.Format(layout) + " " + c.Name
}

// Minute formats a time to the minute.
func (c Clock) Minute(t time.Time) string { return t.In(c.Zone).Format("2006-01-02 15:04") }

// Day formats the day of a time.
func (c Clock) Day(t time.Time) string { return t.In(c.Zone).Format(time.DateOnly) }

// Short returns the name of the zone for a title: Berlin for Europe/Berlin.
func (c Clock) Short() string {
	return strings.ReplaceAll(c.Name[strings.LastIndexByte(c.Name, '/')+1:], "_", " ")
}

// Initials returns the initials of a name of three words or more, such as ISS, or "".
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) < 3 {
		return ""
	}
	var b strings.Builder
	for _, word := range words {
		first, _ := utf8.DecodeRuneInString(word)
		b.WriteRune(unicode.ToUpper(first))
	}
	return b.String()
}
