package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text reads a string. Within a record the field is set when the record has been
// read, see [Scanner.Record].
func (s *Scanner) Text(field *string) {
	switch c := s.peek(); {
	case c == '"' && s.records == 0:
		*field = s.CopyText()
	case c == '"':
		raw, plain := s.quoted()
		c := cut{field: field, start: s.pos - 1 - len(raw), end: s.pos - 1}
		if !plain {
			c.own, c.start = s.unescape(raw), c.end
		}
		s.cuts = append(s.cuts, c)
	case !s.Null():
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
	raw, plain := s.quoted()
	if !plain {
		return s.unescape(raw)
	}
	return string(raw)
}

// quoted takes a string and returns what is between its quotes. It is plain if
// it stands for itself: ASCII or good UTF-8, without escapes.
func (s *Scanner) quoted() (text []byte, plain bool) {
	start := s.pos + 1
	ascii := true
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
			text = s.data[start:i]
			if !ascii && !utf8.Valid(text) {
				s.Fail()
			}
			return text, true
		case c == '\\':
			return s.escaped(start, i)
		case c >= utf8.RuneSelf:
			ascii = false
		case c < ' ':
			i = len(s.data)
		}
	}
	s.Fail()
	return nil, false
}

// specials sets the high bit of the bytes in w that do not just stand for
// themselves in a string: those that are not ASCII, control characters, quotes
// and backslashes. The first one set is right; borrows can set others behind it.
func specials(w uint64) uint64 {
	const each, high = 0x0101010101010101, 0x8080808080808080
	control, quote, escape := w-each*' ', (w^each*'"')-each, (w^each*'\\')-each
	return (w | control | quote | escape) & high
}

// escaped goes on where quoted met an escape, and returns the raw text.
func (s *Scanner) escaped(start, i int) (text []byte, plain bool) {
	for ; i < len(s.data) && s.data[i] != '"'; i++ {
		if s.data[i] == '\\' {
			i++
		} else if s.data[i] < ' ' {
			break
		}
	}
	if i >= len(s.data) || s.data[i] != '"' || !utf8.Valid(s.data[start:i]) {
		s.Fail()
		return nil, false
	}
	s.pos = i + 1
	return s.data[start:i], false
}

// unescape returns the text that a raw one with escapes stands for.
func (s *Scanner) unescape(raw []byte) string {
	const letters, meant = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	var text strings.Builder
	text.Grow(len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			text.Write(raw)
			break
		}
		text.Write(raw[:i])
		c := raw[i+1]
		raw = raw[i+2:]
		if letter := strings.IndexByte(letters, c); letter >= 0 {
			text.WriteByte(meant[letter])
			continue
		}
		r := hexRune(raw)
		if c != 'u' || r < 0 {
			s.Fail()
			break
		}
		raw = raw[4:]
		if utf16.IsSurrogate(r) && bytes.HasPrefix(raw, []byte(`\u`)) {
			r = utf16.DecodeRune(r, hexRune(raw[2:]))
			raw = raw[min(6, len(raw)):]
		}
		if utf16.IsSurrogate(r) || r == utf8.RuneError {
			s.Fail() // half a pair, or the mark for one
			break
		}
		text.WriteRune(r)
	}
	return text.String()
}

// hexRune reads four hexadecimal digits; -1 if there are none.
func hexRune(raw []byte) rune {
	if len(raw) < 4 {
		return -1
	}
	r, err := strconv.ParseUint(string(raw[:4]), 16, 32)
	if err != nil {
		return -1
	}
	return rune(r)
}
