package floor

import (
	"unicode/utf8"

	"github.com/docking-event/ll2"
)

// first begins an object and returns its first key, next the one behind a value. Both
// return nil at its end.
func (s *scan) first() []byte { return s.key(s.begins('{', '}')) }
func (s *scan) next() []byte  { return s.key(s.goesOn('}')) }

func (s *scan) key(there bool) []byte {
	if !there {
		return nil
	}
	s.space()
	key, escaped := s.raw()
	if s.space(); escaped {
		s.fail()
	}
	s.want(`:`)
	if s.space(); s.bad {
		return nil
	}
	return key
}

// begins goes past a bracket, and says whether there is anything before the other one.
func (s *scan) begins(open, end byte) bool {
	if s.at == len(s.text) || s.text[s.at] != open {
		s.fail()
		return false
	}
	s.at++
	if s.space(); s.at < len(s.text) && s.text[s.at] == end {
		s.at++
		return false
	}
	return !s.bad
}

// goesOn goes past a comma or the bracket at the end, and says whether it was a comma.
func (s *scan) goesOn(end byte) bool {
	s.space()
	if s.at == len(s.text) {
		s.fail()
		return false
	}
	c := s.text[s.at]
	s.at++
	if c != ',' && c != end {
		s.fail()
	}
	s.space()
	return c == ',' && !s.bad
}

func (s *scan) space() {
	for s.at < len(s.text) && (s.text[s.at] == ' ' || s.text[s.at] == '\n' || s.text[s.at] == '\t' || s.text[s.at] == '\r') {
		s.at++
	}
}

// valid returns a copy of a string that JSON allows.
func (s *scan) valid() string {
	text := s.string()
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			if !utf8.ValidString(text[i:]) {
				s.fail()
			}
			break
		}
	}
	return text
}

func (s *scan) duration() (d ll2.Duration) {
	text, _ := s.raw()
	if d.UnmarshalText(text) != nil {
		s.fail()
	}
	return d
}

func (s *scan) date() (d ll2.Date) {
	text, _ := s.raw()
	if d.UnmarshalText(text) != nil {
		s.fail()
	}
	return d
}

// any goes past a value of any kind.
func (s *scan) any() {
	if s.at == len(s.text) {
		s.fail()
		return
	}
	switch c := s.text[s.at]; c {
	case '"':
		s.raw()
	case '{':
		for key := s.first(); key != nil; key = s.next() {
			s.any()
		}
	case '[':
		for more := s.begins('[', ']'); more; more = s.goesOn(']') {
			s.any()
		}
	case 't', 'f':
		s.bool()
	case 'n':
		s.want("null")
	default:
		s.float()
	}
}
