// Package jsonscan reads JSON into structs in one pass and with few allocations.
//
// It knows the syntax of JSON and what encoding/json makes of it, and nothing
// else: no API, no HTTP, no name of a field. Types bring their own ScanJSON.
// A Scanner fails at whatever it does not expect (damage, another type, a key in
// capitals, bad UTF-8 in a text, deep nesting); then the caller gives the same bytes to
// encoding/json, which has the last word on the value and on the error. If a
// Scanner does not fail, its value is that of encoding/json.
package jsonscan

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A Scanner reads one JSON document from its beginning to its end. Its methods
// take the next value, or a part of it. After a failure they do nothing useful
// but end, so that callers need to ask only once, by [Scanner.Done].
//
// A null leaves a field as it is, as encoding/json does; pointers become nil.
type Scanner struct {
	data    []byte
	pos     int
	failed  bool
	at      int // where it failed
	depth   int
	deepest int
	records int    // that are being read, one within the other
	cuts    []cut  // of these records
	scratch []byte // their bytes
	listed  int    // elements of the lists of the innermost one
	blocks  Blocks // of the innermost one
	local   any    // of the type of the rows
}

// New returns a Scanner that reads data, which must not change meanwhile.
func New(data []byte) *Scanner { return &Scanner{data: data, deepest: maxDepth} }

// Done reports whether the document was read to its end, white space included,
// without a failure. If not, nothing that was read may be used.
func (s *Scanner) Done() bool {
	s.peek()
	return !s.failed && s.pos == len(s.data)
}

// Fail gives up on the document, for example because of a value that the caller
// leaves to encoding/json.
func (s *Scanner) Fail() {
	if !s.failed {
		s.failed, s.at = true, s.pos
	}
	s.pos = len(s.data) // ends all loops
}

// Rest returns how many bytes are left.
func (s *Scanner) Rest() int { return len(s.data) - s.pos }

// maxDepth is how deep a value may lie before encoding/json is to judge it.
const maxDepth = 100

// Object ranges over the keys of an object. The loop must read the value of each
// key it knows, and pass any other key to [Scanner.Unknown]; it must not break.
// The key is as it was written, with its escapes.
func (s *Scanner) Object(yield func(key []byte) bool) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		if !yield(key) {
			s.Fail()
			return
		}
	}
}

// FirstKey begins to read an object and takes its first key and colon. It returns nil
// if there is none, as in a null. It is a little faster than [Scanner.Object], which it does the
// same as in steps:
//
//	for key := s.FirstKey(); key != nil; key = s.NextKey() {
func (s *Scanner) FirstKey() []byte {
	if s.depth < s.deepest && s.Then(`{"`) { // as most begin
		s.depth++
		return s.key()
	}
	if s.Null() || !s.open('{', '}') {
		return nil
	}
	s.expect('"')
	return s.key()
}

// Then takes a text that is expected to be next, such as a comma, a key and its colon,
// and reports whether it was. It is for the keys that mostly come one behind the other:
//
//	case "id":
//		s.Int(&v.ID)
//		if !s.Then(`,"url":`) {
//			continue // with NextKey, whatever it is
//		}
//		fallthrough
//	case "url":
func (s *Scanner) Then(text string) bool {
	if len(s.data)-s.pos < len(text) || string(s.data[s.pos:s.pos+len(text)]) != text {
		return false
	}
	s.pos += len(text)
	return true
}

// NextKey takes what is behind a value of an object, and the next key and colon. It
// returns nil at the end of the object, and after a failure.
func (s *Scanner) NextKey() []byte {
	if s.Then(`,"`) {
		return s.key()
	}
	if !s.more('}') {
		return nil
	}
	s.expect('"')
	return s.key()
}

// key takes the rest of a key, and its colon.
func (s *Scanner) key() []byte {
	data, start := s.data, s.pos
	end := start
	for ; len(data)-end >= 8; end += 8 { // most keys are short
		if quotes := quotesIn(binary.LittleEndian.Uint64(data[end:])); quotes != 0 {
			end += bits.TrailingZeros64(quotes) / 8
			break
		}
	}
	for end < len(data) && data[end] != '"' { // at the end of the document
		end++
	}
	if s.pos = end + 1; s.pos < len(data) && data[s.pos] == ':' {
		s.pos++
		return data[start:end:end]
	}
	if s.pos = min(s.pos, len(data)); s.peek() != ':' {
		s.Fail()
		return nil
	}
	s.pos++
	return data[start:end:end]
}

// Array ranges over the elements of an array. The loop must read or skip each
// element; it must not break.
func (s *Scanner) Array(yield func() bool) {
	for more := s.open('[', ']'); more; more = s.more(']') {
		if !yield() {
			s.Fail()
			return
		}
	}
}

// Unknown skips the value of a key that the caller does not know. It fails if
// the key has anything but small ASCII letters, digits and underscores:
// encoding/json ignores the case of keys, and reads their escapes.
func (s *Scanner) Unknown(key []byte) {
	for _, c := range key {
		if c != '_' && (c < 'a' || 'z' < c) && !isDigit(c) {
			s.Fail()
		}
	}
	s.Skip()
}

// Skip takes a value of any kind. As encoding/json does with a value that it
// skips, it looks at the syntax only: names and texts can be any.
func (s *Scanner) Skip() {
	switch s.peek() {
	case '"':
		s.quoted()
	case '{':
		for more := s.open('{', '}'); more; more = s.more('}') {
			s.member()
			s.Skip()
		}
	case '[':
		for range s.Array {
			s.Skip()
		}
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

// Raw takes a value of any kind, as [Scanner.Skip] does, and returns its part of
// the data; nil after a failure.
func (s *Scanner) Raw() []byte {
	s.peek()
	start := s.pos
	if s.Skip(); s.failed {
		return nil
	}
	return s.data[start:s.pos]
}

// member takes a key of any kind and its colon, and returns what is between the
// key's quotes.
func (s *Scanner) member() (key []byte) {
	if s.peek() != '"' {
		s.Fail()
		return nil
	}
	key, _, _ = s.quoted()
	s.expect(':')
	return key
}

// RawArray takes an array of no more than most elements of any kind, and returns
// its part of the data; nil after a failure, which more elements are, too.
func (s *Scanner) RawArray(most int) []byte {
	s.peek()
	start := s.pos
	for range s.Array {
		if most--; most < 0 {
			return nil
		}
		s.Skip()
	}
	if s.failed {
		return nil
	}
	return s.data[start:s.pos]
}

// Longer reports whether an array, which must be JSON, has more than n elements.
func Longer(array []byte, n int) bool {
	s := New(array)
	s.deepest = math.MaxInt
	for range s.Array {
		if n--; n < 0 {
			return true
		}
		s.Skip()
	}
	return false
}

// Null takes a null, if there is one.
func (s *Scanner) Null() bool {
	if s.peek() != 'n' {
		return false
	}
	if !s.Then("null") {
		s.Fail()
	}
	return true
}

// peek skips white space and returns the byte behind it, 0 at the end.
func (s *Scanner) peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] > ' ' { // most of what stands here is no space
		return s.data[s.pos]
	}
	return s.behindSpace()
}

func (s *Scanner) behindSpace() byte {
	const spaces uint64 = 1<<' ' | 1<<'\n' | 1<<'\t' | 1<<'\r'
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		if c > ' ' || spaces>>c&1 == 0 {
			return c
		}
		s.pos++
	}
	return 0
}

// expect takes the byte c, behind white space.
func (s *Scanner) expect(c byte) {
	if s.peek() != c {
		s.Fail()
		return
	}
	s.pos++
}

// literal takes a word such as null.
func (s *Scanner) literal(word string) {
	for i := range len(word) {
		if !s.take(word[i], word[i]) {
			s.Fail()
			return
		}
	}
}

// open takes the bracket that begins an object or an array, and reports whether
// there is anything in it.
func (s *Scanner) open(begin, end byte) bool {
	s.expect(begin)
	if s.depth++; s.depth > s.deepest && !s.failed {
		s.pos-- // it is the bracket that is too much
		s.Fail()
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
func (s *Scanner) more(end byte) bool {
	switch s.peek() {
	case ',':
		s.pos++
		return true
	case end:
		s.pos++
		s.depth--
	default:
		s.Fail()
	}
	return false
}
