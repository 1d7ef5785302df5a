package ll2

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// A scanner reads the JSON that the service really sends, in one pass and with
// few allocations. Whatever it does not expect (damage, another type, a key in
// capitals, bad UTF-8, deep nesting) makes it fail, and then encoding/json reads
// the same bytes and has the last word, on the value or on the error. So where a
// scanner does not fail, its value is that of encoding/json.
type scanner struct {
	data   []byte
	pos    int
	failed bool
	depth  int
	cuts   []cut // of the record that is being read
	blocks blocks
}

// A cut is a string without escapes in the data, and the field that it is for.
type cut struct {
	field      *string
	start, end int
}

// maxDepth is how deep a value may lie before encoding/json is to judge it.
const maxDepth = 100

// fail gives up. The position at the end of the data ends all loops.
func (s *scanner) fail() {
	s.failed = true
	s.pos = len(s.data)
}

// peek skips white space and returns the byte behind it, 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\n', '\t', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// expect takes the byte c, behind white space.
func (s *scanner) expect(c byte) {
	if s.peek() != c {
		s.fail()
		return
	}
	s.pos++
}

// literal takes a word such as null.
func (s *scanner) literal(word string) {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		s.fail()
		return
	}
	s.pos += len(word)
}

// null takes a null, if there is one.
func (s *scanner) null() bool {
	if s.peek() != 'n' {
		return false
	}
	s.literal("null")
	return true
}

// object ranges over the keys of an object. The caller reads or skips the value
// of each.
func (s *scanner) object(yield func(key []byte) bool) {
	s.list('{', '}', func() {
		if s.peek() != '"' {
			s.fail()
			return
		}
		key, plain := s.quoted()
		for _, c := range key {
			// encoding/json takes a key in capitals, too; the service sends none.
			plain = plain && (c == '_' || 'a' <= c && c <= 'z' || isDigit(c))
		}
		if s.expect(':'); !plain {
			s.fail()
		}
		if !s.failed && !yield(key) {
			s.fail()
		}
	})
}

// list takes what stands between two brackets, with commas between.
func (s *scanner) list(open, end byte, element func()) {
	s.expect(open)
	if s.depth++; s.depth > maxDepth {
		s.fail()
	}
	if s.peek() == end {
		s.pos++
		s.depth--
		return
	}
	for !s.failed {
		element()
		switch s.peek() {
		case ',':
			s.pos++
		case end:
			s.pos++
			s.depth--
			return
		default:
			s.fail()
		}
	}
}

// skip takes a value of any kind.
func (s *scanner) skip() {
	switch c := s.peek(); c {
	case '"':
		s.quoted()
	case '{':
		for range s.object {
			s.skip()
		}
	case '[':
		s.list('[', ']', s.skip)
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		s.number()
	}
}

// inString are the bytes that stand for themselves in a string.
var inString = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return table
}()

// quoted takes a string and returns what is between its quotes. It is plain if
// it stands for itself: ASCII or good UTF-8, without escapes.
func (s *scanner) quoted() (text []byte, plain bool) {
	start := s.pos + 1
	ascii := byte(0)
	for i := start; i < len(s.data); i++ {
		c := s.data[i]
		if inString[c] {
			ascii |= c
			continue
		}
		switch c {
		case '"':
			s.pos = i + 1
			text = s.data[start:i]
			if ascii >= utf8.RuneSelf && !utf8.Valid(text) {
				s.fail()
			}
			return text, true
		case '\\':
			return s.escaped(start, i)
		}
		break // a control character
	}
	s.fail()
	return nil, false
}

// escaped goes on where quoted met an escape, and returns the raw text.
func (s *scanner) escaped(start, i int) (text []byte, plain bool) {
	for ; i < len(s.data) && s.data[i] != '"'; i++ {
		if s.data[i] == '\\' {
			i++
		} else if s.data[i] < ' ' {
			break
		}
	}
	if i >= len(s.data) || s.data[i] != '"' || !utf8.Valid(s.data[start:i]) {
		s.fail()
		return nil, false
	}
	s.pos = i + 1
	return s.data[start:i], false
}

// unescape returns the text that a raw one with escapes stands for.
func (s *scanner) unescape(raw []byte) string {
	text := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			text = append(text, raw...)
			break
		}
		text = append(text, raw[:i]...)
		c := raw[i+1]
		raw = raw[i+2:]
		if c == 'u' {
			r := hexRune(raw)
			if r >= 0 {
				raw = raw[4:]
			}
			if utf16.IsSurrogate(r) && len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
				if pair := utf16.DecodeRune(r, hexRune(raw[2:])); pair != utf8.RuneError {
					r, raw = pair, raw[6:]
				}
			}
			if r < 0 || utf16.IsSurrogate(r) {
				s.fail()
			}
			text = utf8.AppendRune(text, r)
			continue
		}
		i = bytes.IndexByte([]byte(`"\/bfnrt`), c)
		if i < 0 {
			s.fail()
			break
		}
		text = append(text, "\"\\/\b\f\n\r\t"[i])
	}
	return string(text)
}

// hexRune reads four hexadecimal digits; -1 where there are none.
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

// text reads a string into the field. One without escapes is cut out when the
// record has been read, see record.
func (s *scanner) text(field *string) {
	switch c := s.peek(); {
	case c == '"':
		raw, plain := s.quoted()
		if !plain {
			*field = s.unescape(raw)
			return
		}
		s.cuts = append(s.cuts, cut{field, s.pos - 1 - len(raw), s.pos - 1})
	case !s.null():
		s.fail()
	}
}

// link reads a string that can be null, outside of a record.
func (s *scanner) link(field *string) {
	if s.null() {
		*field = ""
		return
	}
	if s.peek() != '"' {
		s.fail()
		return
	}
	raw, plain := s.quoted()
	if *field = string(raw); !plain {
		*field = s.unescape(raw)
	}
}

// end reports whether all of the data was read, and was good.
func (s *scanner) end() bool {
	s.peek()
	return !s.failed && s.pos == len(s.data)
}

// record reads an object of which the strings are cut out of one copy of its
// text: one allocation in place of twenty, and a record that is kept keeps the
// others' text free to go.
func (s *scanner) record(read scannable) {
	s.peek()
	s.cuts, s.blocks = s.cuts[:0], blocks{}
	start := s.pos
	read.scan(s)
	if s.failed {
		return
	}
	text := string(s.data[start:s.pos])
	for _, c := range s.cuts {
		*c.field = text[c.start-start : c.end-start]
	}
}

// number takes a number and returns its text.
func (s *scanner) number() []byte {
	s.peek()
	start := s.pos
	digits := func() {
		from := s.pos
		for s.pos < len(s.data) && isDigit(s.data[s.pos]) {
			s.pos++
		}
		if s.pos == from {
			s.fail()
		}
	}
	at := func(set string) bool {
		return s.pos < len(s.data) && bytes.IndexByte([]byte(set), s.data[s.pos]) >= 0
	}
	if at("-") {
		s.pos++
	}
	if at("0") {
		s.pos++
	} else {
		digits()
	}
	if at(".") {
		s.pos++
		digits()
	}
	if at("eE") {
		if s.pos++; at("+-") {
			s.pos++
		}
		digits()
	}
	if s.failed {
		return nil
	}
	return s.data[start:s.pos]
}

func (s *scanner) int(field *int) {
	if s.null() {
		return
	}
	n, err := strconv.ParseInt(string(s.number()), 10, strconv.IntSize)
	if err != nil {
		s.fail()
		return
	}
	*field = int(n)
}

func (s *scanner) float(field *float64) {
	if s.null() {
		return
	}
	f, err := strconv.ParseFloat(string(s.number()), 64)
	if err != nil || math.IsInf(f, 0) {
		s.fail()
		return
	}
	*field = f
}

func (s *scanner) bool(field *bool) {
	switch s.peek() {
	case 't':
		s.literal("true")
		*field = true
	case 'f':
		s.literal("false")
		*field = false
	default:
		if !s.null() {
			s.fail()
		}
	}
}

// time reads a time as time.Time itself reads it: without unescaping.
func (s *scanner) time(field *time.Time) { s.parse(field.UnmarshalText) }

func (s *scanner) duration(field *Duration) { s.parse(field.UnmarshalText) }

func (s *scanner) date(field *Date) { s.parse(field.UnmarshalText) }

func (s *scanner) parse(unmarshal func([]byte) error) {
	if s.null() {
		return
	}
	if s.peek() != '"' {
		s.fail()
		return
	}
	if raw, plain := s.quoted(); !plain || unmarshal(raw) != nil {
		s.fail()
	}
}

// pointer reads a value that can be null. What the pointer points to is one of
// several in an allocation of the record's.
func pointer[T any](s *scanner, field **T, from *block[T], size int, read func(*T)) {
	if s.null() {
		*field = nil
		return
	}
	if *field == nil {
		*field = from.take(size)
	}
	read(*field)
}

func (s *scanner) textPointer(field **string)   { pointer(s, field, &s.blocks.texts, 5, s.text) }
func (s *scanner) intPointer(field **int)       { pointer(s, field, &s.blocks.ints, 2, s.int) }
func (s *scanner) floatPointer(field **float64) { pointer(s, field, &s.blocks.floats, 2, s.float) }
func (s *scanner) boolPointer(field **bool)     { pointer(s, field, &s.blocks.bools, 2, s.bool) }
func (s *scanner) timePointer(field **time.Time) {
	pointer(s, field, &s.blocks.times, 2, s.time)
}

func (s *scanner) durationPointer(field **Duration) {
	pointer(s, field, &s.blocks.durations, 2, s.duration)
}

func (s *scanner) datePointer(field **Date) {
	pointer(s, field, new(block[Date]), 1, s.date)
}

// blocks hold what the pointers of one record point to.
type blocks struct {
	texts     block[string]
	ints      block[int]
	floats    block[float64]
	bools     block[bool]
	times     block[time.Time]
	durations block[Duration]
}

// A block is what is left of an allocation.
type block[T any] struct{ rest []T }

func (b *block[T]) take(size int) *T {
	if len(b.rest) == 0 {
		b.rest = make([]T, size)
	}
	p := &b.rest[0]
	b.rest = b.rest[1:]
	return p
}
