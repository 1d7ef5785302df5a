package ll2

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"strings"
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

// A cut is a string in the data, and the field that it is for.
type cut struct {
	field      *string
	start, end int
	own        string // what one with escapes stands for; then there is nothing to cut
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

// object ranges over the keys of an object. The caller reads the value of each,
// or passes it to unknown with its key, which may have escapes.
func (s *scanner) object(yield func(key []byte) bool) {
	for more := s.open('{', '}'); more; more = s.more('}') {
		s.expect('"')
		size := bytes.IndexByte(s.data[s.pos:], '"')
		if size < 0 {
			s.fail()
			return
		}
		key := s.data[s.pos : s.pos+size]
		s.pos += size + 1
		s.expect(':')
		if s.failed || !yield(key) {
			s.fail()
			return
		}
	}
}

// array calls element at each element of an array, to read or skip it.
func (s *scanner) array(element func()) {
	for more := s.open('[', ']'); more; more = s.more(']') {
		element()
	}
}

// open takes the bracket that begins an object or an array, and reports whether
// there is anything in it.
func (s *scanner) open(begin, end byte) bool {
	s.expect(begin)
	if s.depth++; s.depth > maxDepth {
		s.fail()
	}
	if s.peek() != end {
		return !s.failed
	}
	s.pos++
	s.depth--
	return false
}

// more takes a comma, or the bracket at the end, and reports whether there is
// anything behind it.
func (s *scanner) more(end byte) bool {
	switch s.peek() {
	case ',':
		s.pos++
		return true
	case end:
		s.pos++
		s.depth--
	default:
		s.fail()
	}
	return false
}

// unknown skips the value of a key that nobody reads. encoding/json takes keys in
// capitals, too, so it is to judge those; the service sends none.
func (s *scanner) unknown(key []byte) {
	for _, c := range key {
		if c != '_' && (c < 'a' || 'z' < c) && !isDigit(c) {
			s.fail()
		}
	}
	s.skip()
}

// skip takes a value of any kind.
func (s *scanner) skip() {
	switch c := s.peek(); c {
	case '"':
		if raw, plain := s.quoted(); !plain {
			s.unescape(raw) // which checks it
		}
	case '{':
		for key := range s.object {
			s.unknown(key)
		}
	case '[':
		s.array(s.skip)
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

// quoted takes a string and returns what is between its quotes. It is plain if
// it stands for itself: ASCII or good UTF-8, without escapes.
func (s *scanner) quoted() (text []byte, plain bool) {
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
				s.fail()
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
	s.fail()
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
			s.fail()
			break
		}
		raw = raw[4:]
		if utf16.IsSurrogate(r) && bytes.HasPrefix(raw, []byte(`\u`)) {
			r = utf16.DecodeRune(r, hexRune(raw[2:]))
			raw = raw[min(6, len(raw)):]
		}
		if utf16.IsSurrogate(r) || r == utf8.RuneError {
			s.fail() // half a pair, or the mark for one
			break
		}
		text.WriteRune(r)
	}
	return text.String()
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
		c := cut{field: field, start: s.pos - 1 - len(raw), end: s.pos - 1}
		if !plain {
			c.own, c.start = s.unescape(raw), c.end
		}
		s.cuts = append(s.cuts, c)
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

// record reads an object and cuts its strings out of one copy of them all: one
// allocation in place of twenty, and a record that is kept keeps no other's text.
func (s *scanner) record(read scannable) {
	s.cuts, s.blocks = s.cuts[:0], newBlocks()
	read.scan(s)
	if s.failed {
		return
	}
	size := 0
	for _, c := range s.cuts {
		size += c.end - c.start
	}
	var all strings.Builder
	all.Grow(size)
	for _, c := range s.cuts {
		all.Write(s.data[c.start:c.end])
	}
	rest := all.String()
	for _, c := range s.cuts {
		if size := c.end - c.start; c.own == "" {
			*c.field, rest = rest[:size], rest[size:]
		} else {
			*c.field = c.own
		}
	}
}

// number takes a number and returns its text.
func (s *scanner) number() []byte {
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
func (s *scanner) take(a, b byte) bool {
	if s.pos == len(s.data) || s.data[s.pos] != a && s.data[s.pos] != b {
		return false
	}
	s.pos++
	return true
}

// digits takes one digit or more.
func (s *scanner) digits() {
	start := s.pos
	for s.pos < len(s.data) && isDigit(s.data[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		s.fail()
	}
}

func (s *scanner) int(field *int) {
	if s.null() {
		return
	}
	const most = 18 // digits that an int64 holds, whatever they are
	text := s.number()
	sign, digits := 1, text
	if len(text) > 0 && text[0] == '-' {
		sign, digits = -1, text[1:]
	}
	n := int64(0)
	for _, c := range digits {
		if !isDigit(c) {
			s.fail() // a fraction or an exponent
			return
		}
		n = 10*n + int64(c-'0')
	}
	if len(digits) > most || int64(int(n)) != n {
		s.fail()
	}
	if !s.failed {
		*field = sign * int(n)
	}
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
func pointer[T any](s *scanner, field **T, from *block[T], read func(*T)) {
	if s.null() {
		*field = nil
		return
	}
	if *field == nil {
		*field = from.take()
	}
	read(*field)
}

func (s *scanner) textPointer(field **string)   { pointer(s, field, &s.blocks.texts, s.text) }
func (s *scanner) intPointer(field **int)       { pointer(s, field, &s.blocks.ints, s.int) }
func (s *scanner) floatPointer(field **float64) { pointer(s, field, &s.blocks.floats, s.float) }
func (s *scanner) boolPointer(field **bool)     { pointer(s, field, &s.blocks.bools, s.bool) }
func (s *scanner) timePointer(field **time.Time) {
	pointer(s, field, &s.blocks.times, s.time)
}

func (s *scanner) durationPointer(field **Duration) {
	pointer(s, field, &s.blocks.durations, s.duration)
}

func (s *scanner) datePointer(field **Date) {
	pointer(s, field, &block[Date]{make([]Date, 1)}, s.date)
}

// blocks hold what the pointers of one record point to. Records share none, so
// that one that is kept keeps no other.
type blocks struct {
	texts     block[string]
	ints      block[int]
	floats    block[float64]
	bools     block[bool]
	times     block[time.Time]
	durations block[Duration]
	agencies  block[Agency]
}

// newBlocks begins with what an event in the normal shape needs, in one
// allocation.
func newBlocks() blocks {
	first := new(struct {
		texts     [5]string
		ints      [2]int
		times     [2]time.Time
		durations [2]Duration
		agencies  [1]Agency
	})
	return blocks{
		texts:     block[string]{first.texts[:]},
		ints:      block[int]{first.ints[:]},
		times:     block[time.Time]{first.times[:]},
		durations: block[Duration]{first.durations[:]},
		agencies:  block[Agency]{first.agencies[:]},
	}
}

// A block is what is left of an allocation.
type block[T any] struct{ rest []T }

func (b *block[T]) take() *T {
	const more = 4
	if len(b.rest) == 0 {
		b.rest = make([]T, more)
	}
	p := &b.rest[0]
	b.rest = b.rest[1:]
	return p
}
