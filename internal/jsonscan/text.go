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

// Text reads a string. Within a record the field is set when the record has been
// read, see [Scanner.Record].
func (s *Scanner) Text(field *string) {
	if s.records > 0 && s.pos < len(s.data) && s.data[s.pos] == '"' {
		// Most strings stand for themselves.
		start := s.pos + 1
		for i := start; len(s.data)-i >= 8; i += 8 {
			special := specials(binary.LittleEndian.Uint64(s.data[i:]))
			if special == 0 {
				continue
			}
			if i += bits.TrailingZeros64(special) / 8; s.data[i] == '"' {
				s.pos = i + 1
				s.cut(cut{field, start, i - start})
				return
			}
			break
		}
	}
	switch c := s.peek(); {
	case c == '"' && s.records == 0:
		*field = s.CopyText()
	case c == '"':
		raw, plain := s.good()
		c := cut{field: field, start: s.pos - 1 - len(raw), size: len(raw)}
		if !plain {
			start := len(s.scratch)
			s.scratch = s.unescape(s.scratch, raw)
			c.start, c.size = ^start, len(s.scratch)-start
		}
		s.cut(c)
	case !s.Null():
		s.Fail()
	}
}

// cut notes a string of the record.
func (s *Scanner) cut(c cut) {
	if s.cuts = append(s.cuts, c); len(s.cuts) > maxCuts {
		s.Fail()
	}
}

// CopyText returns a string, "" for a null.
func (s *Scanner) CopyText() string {
	if s.Null() {
		return ""
	}
	if s.peek() != '"' {
		s.Fail()
		return ""
	}
	raw, plain := s.good()
	if !plain {
		return string(s.unescape(nil, raw))
	}
	return string(raw)
}

// good takes a string of good UTF-8 and returns what is between its quotes. It is
// plain if it has no escapes, and so stands for itself.
func (s *Scanner) good() (text []byte, plain bool) {
	text, ascii, escaped := s.quoted()
	if !ascii && !utf8.Valid(text) {
		s.Fail()
	}
	return text, !escaped
}

// quoted takes a string and returns what is between its quotes, whether that is
// ASCII, and whether there are escapes in it.
func (s *Scanner) quoted() (text []byte, ascii, escaped bool) {
	start := s.pos + 1
	ascii = true
	for i := start; i < len(s.data); i++ {
		if len(s.data)-i >= 8 {
			special := specials(binary.LittleEndian.Uint64(s.data[i:]))
			if special == 0 {
				i += 7
				continue
			}
			i += bits.TrailingZeros64(special) / 8
		}
		switch c := s.data[i]; {
		case c == '"':
			s.pos = i + 1
			return s.data[start:i], ascii, escaped
		case c == '\\':
			s.pos = i + 1
			s.escape()
			i, escaped = s.pos-1, true
		case c >= utf8.RuneSelf:
			ascii = false
			for i+1 < len(s.data) && s.data[i+1] >= utf8.RuneSelf { // there is mostly more of it
				i++
			}
		case c < ' ':
			s.pos = i
			s.Fail()
			return nil, true, false
		}
	}
	s.pos = len(s.data)
	s.Fail()
	return nil, true, false
}

// specials sets the high bit of the bytes in w that do not just stand for
// themselves in a string: those that are not ASCII, control characters, quotes
// and backslashes. The first one set is right; borrows can set others behind it.
func specials(w uint64) uint64 {
	const each, high = 0x0101010101010101, 0x8080808080808080
	control, quote, escape := w-each*' ', (w^each*'"')-each, (w^each*'\\')-each
	return (w | control | quote | escape) & high
}

// quotesIn sets the high bit of the bytes in w that are quotes. The first one set is
// right; borrows can set others behind it.
func quotesIn(w uint64) uint64 {
	const each, high = 0x0101010101010101, 0x8080808080808080
	w ^= each * '"'
	return (w - each) &^ w & high
}

// letters are what can follow a backslash, beside u; meant is what it stands for.
const letters, meant = `"\/bfnrt`, "\"\\/\b\f\n\r\t"

// escape takes what follows a backslash.
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

// unescape appends the text that a raw one with escapes stands for.
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
			s.Fail() // half a pair, or the mark for one
			break
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}

// hexRune reads the four hexadecimal digits at the start of raw.
func hexRune(raw []byte) rune {
	r, _ := strconv.ParseUint(string(raw[:4]), 16, 32) // escape has looked at them
	return rune(r)
}
