package floor

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// A scan is a position in a JSON text of exactly one form: without white space, and with
// its keys in one order. It records any other input in bad, which is checked only at the
// end.
type scan struct {
	text    []byte
	at      int
	bad     bool
	scratch []byte
}

// skip goes past lit where the text goes on with it, and says whether.
func (s *scan) skip(lit string) bool {
	end := s.at + len(lit)
	if end > len(s.text) || string(s.text[s.at:end]) != lit {
		return false
	}
	s.at = end
	return true
}

// want goes past lit, which has to be there.
func (s *scan) want(lit string) {
	if !s.skip(lit) {
		s.fail()
	}
}

// fail remembers that the text is not as expected. At the end of it, everything
// that follows fails quickly, too.
func (s *scan) fail() { s.bad, s.at = true, len(s.text) }

func (s *scan) null() bool { return s.skip("null") }

// raw returns the text of a string with its escapes, and whether there are any.
func (s *scan) raw() (text []byte, escaped bool) {
	s.want(`"`)
	rest := s.text[s.at:]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		s.fail()
		return nil, false
	}
	if bytes.IndexByte(rest[:end], '\\') < 0 {
		s.at += end + 1
		return rest[:end], false
	}
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			s.at += i + 1
			return rest[:i], true
		}
	}
	s.fail()
	return nil, false
}

// string returns a copy of a string.
func (s *scan) string() string {
	text, escaped := s.raw()
	if !escaped {
		return string(text)
	}
	s.scratch = s.scratch[:0]
	for len(text) > 0 {
		i := bytes.IndexByte(text, '\\')
		if i < 0 {
			s.scratch = append(s.scratch, text...)
			break
		}
		s.scratch = append(s.scratch, text[:i]...)
		text = s.unescape(text[i+1:])
	}
	return string(s.scratch)
}

// unescape appends what stands behind a backslash, and returns what follows.
func (s *scan) unescape(text []byte) []byte {
	c := text[0]
	switch c {
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		r, rest := s.rune(text[1:])
		if utf16.IsSurrogate(r) && len(rest) > 1 && rest[0] == '\\' && rest[1] == 'u' {
			low, behind := s.rune(rest[2:])
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				r, rest = both, behind
			}
		}
		s.scratch = utf8.AppendRune(s.scratch, r)
		return rest
	}
	s.scratch = append(s.scratch, c)
	return text[1:]
}

func (s *scan) rune(text []byte) (rune, []byte) {
	if len(text) < 4 {
		s.fail()
		return utf8.RuneError, nil
	}
	n, err := strconv.ParseUint(string(text[:4]), 16, 16)
	if err != nil {
		s.fail()
	}
	return rune(n), text[4:]
}

func (s *scan) bool() bool {
	if s.skip("true") {
		return true
	}
	s.want("false")
	return false
}

func (s *scan) int() int {
	negative := s.skip("-")
	n, start := 0, s.at
	for s.at < len(s.text) && s.text[s.at]-'0' < 10 {
		n = n*10 + int(s.text[s.at]-'0')
		s.at++
	}
	if s.at == start {
		s.fail()
	}
	if negative {
		return -n
	}
	return n
}

func (s *scan) float() float64 {
	end := s.at
	for end < len(s.text) && s.text[end] != ',' && s.text[end] != '}' {
		end++
	}
	f, err := strconv.ParseFloat(string(s.text[s.at:end]), 64)
	if err != nil {
		s.fail()
		return 0
	}
	s.at = end
	return f
}

// time reads "2006-01-02T15:04:05Z", with or without a fraction.
func (s *scan) time() time.Time {
	text, _ := s.raw()
	if len(text) < 20 || text[len(text)-1] != 'Z' {
		s.fail()
		return time.Time{}
	}
	sec := days(digits(text[0:4]), digits(text[5:7]), digits(text[8:10]))*86400 +
		digits(text[11:13])*3600 + digits(text[14:16])*60 + digits(text[17:19])
	nsec := 0
	if fraction := text[19 : len(text)-1]; len(fraction) > 1 {
		nsec = digits(fraction[1:])
		for range 9 - len(fraction[1:]) {
			nsec *= 10
		}
	}
	return time.Unix(int64(sec), int64(nsec)).UTC()
}

func digits(text []byte) int {
	n := 0
	for _, c := range text {
		n = n*10 + int(c-'0')
	}
	return n
}

// days counts from the first day of 1970. The year begins in March here, so
// that a leap day is its last one.
func days(year, month, day int) int {
	if month < 3 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469
}
