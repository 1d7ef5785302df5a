package ll2

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"time"
)

// A Duration is a length of time that the service writes in ISO 8601, such as
// P108DT4H24M37S. It embeds a [time.Duration] and so has its methods, such as Hours and
// Seconds. It prints and encodes as the service writes it: days of 24 hours are the
// largest unit, parts that are zero are left out, nothing is padded, and zero is P0D.
//
// Decoding is exact to the nanosecond. Years, months and weeks, which the service does
// not send, are errors. So are a duration of more than about 292 years and digits below
// the nanosecond.
//
// database/sql stores it as the same text, and a nil *Duration as NULL. To store a
// number that SQL can compute with, use the embedded time.Duration, which is in
// nanoseconds. Scan reads both.
//
// This package has its own type because github.com/sosodev/duration keeps the parts as
// floats, prints months and weeks, and prints zero as PT0S.
type Duration struct{ time.Duration }

const day = 24 * time.Hour

// The parts in the order in which they may appear. A part is its count and its letter;
// hours and smaller parts follow a T.
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

// MarshalText encodes the duration as [Duration.String].
func (d Duration) MarshalText() ([]byte, error) { return d.append(nil), nil }

// UnmarshalText decodes a duration as the service writes it.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := parseDuration(text)
	if err != nil {
		return err
	}
	d.Duration = v
	return nil
}

// Value returns the text of [Duration.String], for database/sql.
func (d Duration) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads a duration from a database: a text as the service writes it, or a whole
// number of nanoseconds, which can be a text too. NULL is an error: if the column can
// be NULL, scan into a *Duration or a [database/sql.Null] of Duration.
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
	rest := text
	negative := len(rest) > 0 && rest[0] == '-'
	limit := uint64(math.MaxInt64)
	if negative {
		rest = rest[1:]
		limit++ // the most negative duration is one further from zero
	}
	if len(rest) == 0 || rest[0] != 'P' {
		return 0, formError(text)
	}
	rest = rest[1:]
	total, smallest := uint64(0), uint64(math.MaxUint64)
	inTime, ended := false, false // ended: a part is the last thing read
	for i := 0; i < len(rest); i++ {
		if rest[i] == 'T' && !inTime {
			inTime, ended = true, false
			continue
		}
		count, nanos, start := uint64(0), uint64(0), i
		for ; i < len(rest) && isDigit(rest[i]); i++ {
			if count < math.MaxUint64/10-1 {
				count = 10*count + uint64(rest[i]-'0')
			} else {
				count = math.MaxUint64 // is too long, and stays so
			}
		}
		if i == start || i == len(rest) {
			return 0, formError(text)
		}
		fraction := rest[i] == '.'
		if fraction {
			digits := leadingDigits(rest[i+1:])
			if i += 1 + len(digits); len(digits) == 0 || i == len(rest) {
				return 0, formError(text)
			}
			var ok bool
			if nanos, ok = parseFraction(digits); !ok {
				return 0, fmt.Errorf("ll2: duration %q is finer than a nanosecond", text)
			}
		}
		unit := unitOf(rest[i], inTime)
		if unit == 0 || unit >= smallest || fraction && unit != uint64(time.Second) {
			return 0, formError(text)
		}
		over, part := bits.Mul64(count, unit)
		if over != 0 || part > limit-nanos || total > limit-nanos-part {
			return 0, fmt.Errorf("ll2: duration %q is longer than 292 years, the most that a time.Duration holds", text)
		}
		total += part + nanos
		smallest, ended = unit, true
	}
	if !ended {
		return 0, formError(text)
	}
	if negative {
		return time.Duration(-total), nil
	}
	return time.Duration(total), nil
}

func formError(text []byte) error {
	return fmt.Errorf("ll2: duration %q is not of the form P108DT4H24M37S", text)
}

// unitOf returns the unit of the letter after a count, or 0 if the letter is not allowed
// there.
func unitOf(letter byte, inTime bool) uint64 {
	switch {
	case letter == 'D' && !inTime:
		return uint64(day)
	case letter == 'H' && inTime:
		return uint64(time.Hour)
	case letter == 'M' && inTime:
		return uint64(time.Minute)
	case letter == 'S' && inTime:
		return uint64(time.Second)
	}
	return 0
}

// leadingDigits returns the digits at the start of s.
func leadingDigits(s []byte) []byte {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[:n]
}

// parseFraction reads the digits after a decimal point as nanoseconds.
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
