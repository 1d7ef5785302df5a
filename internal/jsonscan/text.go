package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text reads a string. Inside a record the field is set after the record has been
// read, see [Scanner.Record].
func (s *Scanner) Text(field *string) {
	if s.peek() != '"' {
		if !s.Null() {
			s.Fail()
		}
		return
	}
	raw, plain := s.good()
	if s.records == 0 {
		*field = s.copyOf(raw, plain)
		return
	}
	start := len(s.scratch)
	if plain {
		s.scratch = append(s.scratch, raw...)
	} else {
		s.scratch = s.unescape(s.scratch, raw)
	}
	if s.cuts = append(s.cuts, cut{field, len(s.scratch) - start}); len(s.cuts) > maxCuts {
		s.Fail()
	}
}

// CopyText returns a string, or "" for a null.
func (s *Scanner) CopyText() string {
	if s.Null() {
		return ""
	}
	if s.peek() != '"' {
		s.Fail()
		return ""
	}
	return s.copyOf(s.good())
}

// copyOf returns the string for a text between quotes.
func (s *Scanner) copyOf(raw []byte, plain bool) string {
	if plain {
		return string(raw)
	}
	return string(s.unescape(nil, raw))
}

// good takes a string of valid UTF-8 and returns the text between its quotes. It is
// plain if the text has no escapes.
func (s *Scanner) good() (text []byte, plain bool) {
	text, valid, escaped := s.quoted()
	if !valid {
		s.Fail()
	}
	return text, !escaped
}

// quoted takes a string and returns the text between its quotes, whether that is
// valid UTF-8, and whether there are escapes in it.
func (s *Scanner) quoted() (text []byte, valid, escaped bool) {
	data, start := s.data, s.pos+1
	end := special(data, start)
	if end < len(data) && data[end] == '"' { // most strings end here
		s.pos = end + 1
		return data[start:end], true, false
	}
	valid = true
	for i := end; i < len(data); i = special(data, i) {
		switch c := data[i]; {
		case c == '"':
			s.pos = i + 1
			return data[start:i], valid, escaped
		case c == '\\':
			s.pos = i + 1
			s.escape()
			i, escaped = s.pos, true
		case c >= utf8.RuneSelf:
			first := i
			for i++; i < len(data) && data[i] >= utf8.RuneSelf; i++ { // more such bytes usually follow
			}
			valid = valid && utf8.Valid(data[first:i])
		default:
			s.pos = i
			s.Fail()
			return nil, true, false
		}
	}
	s.pos = len(data)
	s.Fail()
	return nil, true, false
}

// special returns the position of the first byte, from i on, that needs attention in
// a string: one that is not ASCII, a control character, a quote or a backslash.
func special(data []byte, i int) int {
	for ; i <= len(data)-8; i += 8 {
		if found := specials(binary.LittleEndian.Uint64(data[i:])); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(data); i++ {
		if specials(uint64(data[i]))&0xff != 0 {
			return i
		}
	}
	return len(data)
}

// specials sets the high bit of the special bytes in w. The first one set is right;
// borrows can set others behind it.
func specials(w uint64) uint64 {
	const each, high = 0x0101010101010101, 0x8080808080808080
	// Exclusive or with 2 moves the quote next to the control characters, to the
	// place of the space, and keeps the control characters among themselves.
	control, escape := (w^each*('"'^' '))-each*('!'), (w^each*'\\')-each
	return (w | control | escape) & high
}

// quotesIn sets the high bit of the bytes in w that are quotes. The first one set is
// right; borrows can set others behind it.
func quotesIn(w uint64) uint64 {
	const each, high = 0x0101010101010101, 0x8080808080808080
	w ^= each * '"'
	return (w - each) &^ w & high
}

// letters are the bytes that can follow a backslash, apart from u; meant are the
// bytes that they stand for.
const letters, meant = `"\/bfnrt`, "\"\\/\b\f\n\r\t"

// escape takes the part of an escape after the backslash.
func (s *Scanner) escape() {
	if !s.take('u', 'u') {
		if s.pos == len(s.data) || strings.IndexByte(letters, s.data[s.pos]) < 0 {
			s.Fail()
			return
		}
		s.pos++
		return
	}
	for range 4 {
		if s.pos == len(s.data) || !isHex(s.data[s.pos]) {
			s.Fail()
			return
		}
		s.pos++
	}
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// unescape appends the text that a raw text with escapes stands for.
func (s *Scanner) unescape(text, raw []byte) []byte {
	text = slices.Grow(text, len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(text, raw...)
		}
		text = append(text, raw[:i]...)
		c := raw[i+1]
		raw = raw[i+2:]
		if c != 'u' {
			text = append(text, meant[strings.IndexByte(letters, c)])
			continue
		}
		r := hexRune(raw)
		raw = raw[4:]
		if utf16.IsSurrogate(r) && bytes.HasPrefix(raw, []byte(`\u`)) {
			r = utf16.DecodeRune(r, hexRune(raw[2:]))
			raw = raw[6:]
		}
		if utf16.IsSurrogate(r) || r == utf8.RuneError {
			s.Fail() // half a surrogate pair, or U+FFFD
			break
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}

// hexRune reads the four hexadecimal digits at the start of raw.
func hexRune(raw []byte) rune {
	r, _ := strconv.ParseUint(string(raw[:4]), 16, 32) // escape has checked them
	return rune(r)
}
