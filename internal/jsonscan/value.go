package jsonscan

import (
	"encoding"
	"strconv"
	"time"
)

// Int reads a number without fraction or exponent. It leaves numbers of more
// than 18 digits, and those that an int does not hold, to encoding/json.
func (s *Scanner) Int(field *int) {
	const most = 18 // digits that an int64 holds, whatever they are
	if s.peek() == 'n' {
		s.Null()
		return
	}
	negative := s.take('-', '-')
	n, start := int64(0), s.pos
	for s.pos < len(s.data) && isDigit(s.data[s.pos]) {
		n = 10*n + int64(s.data[s.pos]-'0')
		s.pos++
	}
	size := s.pos - start
	zeros := size > 1 && s.data[start] == '0' // at the beginning, which JSON has not
	if size == 0 || size > most || zeros || int64(int(n)) != n || s.goesOn() {
		s.Fail()
		return
	}
	if negative {
		n = -n
	}
	*field = int(n)
}

// goesOn reports whether a number goes on behind its digits.
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
		s.literal("true")
		*field = true
	case 'f':
		s.literal("false")
		*field = false
	default:
		if !s.Null() {
			s.Fail()
		}
	}
}

// Time reads a time in RFC 3339.
func (s *Scanner) Time(field *time.Time) {
	// As time.Time itself reads JSON: without unescaping.
	if raw, ok := s.plain(); ok && field.UnmarshalText(raw) != nil {
		s.Fail()
	}
}

// Unmarshal reads a string by the method that encoding/json would call.
func (s *Scanner) Unmarshal(v encoding.TextUnmarshaler) {
	if raw, ok := s.plain(); ok && v.UnmarshalText(raw) != nil {
		s.Fail()
	}
}

// plain takes a string without escapes. It is not ok if there is a null, or
// something else, at which it fails: at a long string, too, which whoever reads it
// would quote in an error that nobody sees.
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

// take takes the next byte if it is one of two.
func (s *Scanner) take(a, b byte) bool {
	if s.pos == len(s.data) || s.data[s.pos] != a && s.data[s.pos] != b {
		return false
	}
	s.pos++
	return true
}

// digits takes one digit or more.
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
