package jsonscan

import (
	"encoding"
	"strconv"
	"time"
)

// Int reads a number without fraction or exponent. It leaves numbers of more than 18
// digits, and those that an int cannot hold, to encoding/json.
func (s *Scanner) Int(field *int) {
	const most = 18 // digits that an int64 can always hold
	if n, size := short(s.data[s.pos:]); size > 0 {
		s.pos += size
		*field = n
		return
	}
	if s.Null() {
		return
	}
	negative := s.take('-', '-')
	data, start := s.data, s.pos
	n, end := int64(0), start
	for end < len(data) && isDigit(data[end]) {
		n = 10*n + int64(data[end]-'0')
		end++
	}
	s.pos = end
	size := end - start
	zeros := size > 1 && data[start] == '0' // leading zeros, which JSON does not allow
	if size == 0 || size > most || zeros || int64(int(n)) != n || s.goesOn() {
		s.Fail()
		return
	}
	if negative {
		n = -n
	}
	*field = int(n)
}

// short returns a number of the usual form and its size: a few digits, no leading 0,
// followed by a comma or a bracket. For all others the size is 0.
func short(data []byte) (n, size int) {
	const most = 9 // digits that an int can always hold
	for size < len(data) && isDigit(data[size]) {
		n = 10*n + int(data[size]-'0')
		size++
	}
	if size == len(data) || size > most || data[size] != ',' && data[size] != '}' || data[0] == '0' {
		return 0, 0
	}
	return n, size
}

// goesOn reports whether a number continues after its digits.
func (s *Scanner) goesOn() bool {
	if s.pos == len(s.data) {
		return false
	}
	switch s.data[s.pos] {
	case '.', 'e', 'E':
		return true
	}
	return false
}

// Float reads a number.
func (s *Scanner) Float(field *float64) {
	if s.Null() {
		return
	}
	f, err := strconv.ParseFloat(string(s.number()), 64)
	if err != nil {
		s.Fail()
		return
	}
	*field = f
}

// Bool reads true or false.
func (s *Scanner) Bool(field *bool) {
	switch s.peek() {
	case 't':
		if *field = true; !s.Then("true") {
			s.Fail()
		}
	case 'f':
		if *field = false; !s.Then("false") {
			s.Fail()
		}
	default:
		if !s.Null() {
			s.Fail()
		}
	}
}

// Time reads a time in RFC 3339.
func (s *Scanner) Time(field *time.Time) {
	if rest := s.data[s.pos:]; len(rest) > commonTime+1 && rest[0] == '"' && rest[commonTime+1] == '"' {
		if t, ok := common(rest[1 : commonTime+1]); ok {
			s.pos += commonTime + 2
			*field = t
			return
		}
	}
	// time.Time itself reads JSON like this, without unescaping.
	if raw, ok := s.plain(); ok && field.UnmarshalText(raw) != nil {
		s.Fail()
	}
}

// commonTime is the length of most times.
const commonTime = len("2006-01-02T15:04:05Z")

// common reads a time in the usual form, 2006-01-02T15:04:05Z. It is not ok for other
// forms, and for the last days of a month, which need a calendar.
func common(raw []byte) (t time.Time, ok bool) {
	if raw[4] != '-' || raw[7] != '-' || raw[10] != 'T' || raw[13] != ':' || raw[16] != ':' || raw[19] != 'Z' {
		return t, false
	}
	century, year := twoDigits(raw[0], raw[1]), twoDigits(raw[2], raw[3])
	month, day := twoDigits(raw[5], raw[6]), twoDigits(raw[8], raw[9])
	hour, minute, second := twoDigits(raw[11], raw[12]), twoDigits(raw[14], raw[15]), twoDigits(raw[17], raw[18])
	if century > 99 || year > 99 || month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59 {
		return t, false
	}
	return time.Date(100*century+year, time.Month(month), day, hour, minute, second, 0, time.UTC), true
}

// twoDigits returns the number of two digits, and more than 99 if they are not
// digits.
func twoDigits(tens, ones byte) int {
	tens, ones = tens-'0', ones-'0'
	if tens > 9 || ones > 9 {
		return 100
	}
	return 10*int(tens) + int(ones)
}

// Unmarshal reads a string with the method that encoding/json would call.
func (s *Scanner) Unmarshal(v encoding.TextUnmarshaler) {
	if raw, ok := s.plain(); ok && v.UnmarshalText(raw) != nil {
		s.Fail()
	}
}

// plain takes a string without escapes. It is not ok if there is a null, or another
// value, at which it fails. It also fails at a long string, because a method that
// reads it would quote it in an error that is then discarded.
func (s *Scanner) plain() (raw []byte, ok bool) {
	const longest = 1000
	if s.Null() {
		return nil, false
	}
	if s.peek() == '"' {
		raw, ok = s.good()
	}
	if !ok || len(raw) > longest {
		s.Fail()
	}
	return raw, !s.failed
}

// number takes a number and returns its text.
func (s *Scanner) number() []byte {
	s.peek()
	start := s.pos
	s.take('-', '-')
	if !s.take('0', '0') {
		s.digits()
	}
	if s.take('.', '.') {
		s.digits()
	}
	if s.take('e', 'E') {
		_ = s.take('+', '-')
		s.digits()
	}
	if s.failed {
		return nil
	}
	return s.data[start:s.pos]
}

// take takes the next byte if it is a or b.
func (s *Scanner) take(a, b byte) bool {
	if s.pos == len(s.data) || s.data[s.pos] != a && s.data[s.pos] != b {
		return false
	}
	s.pos++
	return true
}

// digits takes one or more digits.
func (s *Scanner) digits() {
	start := s.pos
	for s.pos < len(s.data) && isDigit(s.data[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		s.Fail()
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
