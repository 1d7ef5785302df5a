package ll2

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// A Duration is a length of time that the service writes in ISO 8601, such as
// P108DT4H24M37S. It embeds a [time.Duration], so Hours, Seconds and the rest
// are at hand, and prints and encodes as the service writes it: days are the
// largest unit (24 hours each), parts that are zero are left out, nothing is
// padded, the zero is P0D.
//
// Decoding is exact to the nanosecond. Years, months and weeks, which the
// service does not send, are errors, and so are a duration of more than some
// 292 years and digits below the nanosecond.
//
// By database/sql it is stored as the same text, and a nil *Duration as NULL. For
// a number that SQL can compute with, store the embedded time.Duration, which is
// in nanoseconds: Scan reads both.
//
// The type is the package's own because github.com/sosodev/duration keeps the
// parts as floats and prints months and weeks, and zero as PT0S.
type Duration struct{ time.Duration }

const day = 24 * time.Hour

// The parts in the order in which they may appear. A part is written as its
// count and its letter; those from hours on stand behind a T.
var durationParts = [...]struct {
	letter byte
	unit   time.Duration
	time   bool
}{
	{'D', day, false},
	{'H', time.Hour, true},
	{'M', time.Minute, true},
	{'S', time.Second, true},
}

// String returns the duration as the service writes it.
func (d Duration) String() string { return string(d.append(nil)) }

func (d Duration) append(b []byte) []byte {
	// Unsigned, so that the most negative duration has a magnitude too.
	rest := uint64(d.Duration)
	if d.Duration < 0 {
		b = append(b, '-')
		rest = -rest
	}
	b = append(b, 'P')
	if rest == 0 {
		return append(b, "0D"...)
	}
	inTime := false
	for _, part := range durationParts {
		count := rest / uint64(part.unit)
		fraction := uint64(0)
		rest -= count * uint64(part.unit)
		if part.unit == time.Second {
			fraction = rest
		}
		if count == 0 && fraction == 0 {
			continue
		}
		if part.time && !inTime {
			inTime = true
			b = append(b, 'T')
		}
		b = strconv.AppendUint(b, count, 10)
		if fraction != 0 {
			digits := fmt.Appendf(nil, ".%09d", fraction)
			for digits[len(digits)-1] == '0' {
				digits = digits[:len(digits)-1]
			}
			b = append(b, digits...)
		}
		b = append(b, part.letter)
	}
	return b
}

// MarshalText encodes the duration as [Duration.String] writes it.
func (d Duration) MarshalText() ([]byte, error) { return d.append(nil), nil }

// UnmarshalText decodes the service's form of a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := parseDuration(text)
	if err != nil {
		return err
	}
	d.Duration = v
	return nil
}

// Value returns the duration for a database, as [Duration.String] writes it.
func (d Duration) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads a duration out of a database: a text in the service's form, or a
// whole number of nanoseconds, which can be a text, too. NULL is an error: scan
// what can be NULL into a *Duration or a [database/sql.Null] of Duration.
func (d *Duration) Scan(src any) error {
	switch src := src.(type) {
	case int64:
		d.Duration = time.Duration(src)
		return nil
	case string:
		if n, err := strconv.ParseInt(src, 10, 64); err == nil {
			d.Duration = time.Duration(n)
			return nil
		}
		return d.UnmarshalText([]byte(src))
	case []byte:
		return d.Scan(string(src))
	case nil:
		return errors.New("ll2: duration: NULL cannot be scanned into a Duration; use *Duration or sql.Null[ll2.Duration]")
	}
	return fmt.Errorf("ll2: duration: %T cannot be scanned into a Duration; it takes a text like P108DT4H24M37S and whole nanoseconds", src)
}

// parseDuration reads [-]P[nD][T[nH][nM][n[.n]S]] with at least one part.
func parseDuration(text []byte) (time.Duration, error) {
	garbage := func() (time.Duration, error) {
		return 0, fmt.Errorf("ll2: duration %q is not of the form P108DT4H24M37S", text)
	}
	rest := text
	negative := false
	if len(rest) > 0 && rest[0] == '-' {
		negative, rest = true, rest[1:]
	}
	if len(rest) == 0 || rest[0] != 'P' {
		return garbage()
	}
	rest = rest[1:]

	limit := uint64(math.MaxInt64)
	if negative {
		limit++ // the most negative duration is one further from zero
	}
	total := uint64(0)
	inTime, atT := false, false // atT: the T is the last thing read
	next, seen := 0, false
	for len(rest) > 0 {
		if rest[0] == 'T' {
			if inTime {
				return garbage()
			}
			inTime, atT, rest = true, true, rest[1:]
			continue
		}
		count, fraction, n := scanCount(rest)
		if n == 0 || n == len(rest) {
			return garbage()
		}
		for next < len(durationParts) && (durationParts[next].letter != rest[n] || durationParts[next].time != inTime) {
			next++
		}
		if next == len(durationParts) {
			return garbage()
		}
		unit := uint64(durationParts[next].unit)
		if len(fraction) > 0 && unit != uint64(time.Second) {
			return garbage()
		}
		nanos, ok := parseFraction(fraction)
		if !ok {
			return 0, fmt.Errorf("ll2: duration %q is finer than a nanosecond", text)
		}
		c, err := strconv.ParseUint(string(count), 10, 64)
		if err != nil || c > limit/unit || c*unit > limit-nanos || total > limit-nanos-c*unit {
			return 0, fmt.Errorf("ll2: duration %q is longer than 292 years, the most that a time.Duration holds", text)
		}
		total += c*unit + nanos
		rest, atT, seen = rest[n+1:], false, true
		next++
	}
	if !seen || atT {
		return garbage()
	}
	if negative {
		return time.Duration(-total), nil
	}
	return time.Duration(total), nil
}

// scanCount splits the digits at the start of s, with a fraction where there is
// one, and returns how long both are; 0 where s does not start with a number.
func scanCount(s []byte) (count, fraction []byte, n int) {
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	count = s[:n]
	if n == 0 || n == len(s) || s[n] != '.' {
		return count, nil, n
	}
	start := n + 1
	for n = start; n < len(s) && isDigit(s[n]); n++ {
	}
	if n == start {
		return nil, nil, 0
	}
	return count, s[start:n], n
}

// parseFraction reads the digits behind a decimal point as nanoseconds.
func parseFraction(digits []byte) (nanos uint64, ok bool) {
	unit := uint64(time.Second)
	for i := range digits {
		unit /= 10
		digit := uint64(digits[i] - '0')
		if unit == 0 && digit != 0 {
			return 0, false
		}
		nanos += digit * unit
	}
	return nanos, true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
