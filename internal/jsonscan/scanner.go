// Package jsonscan reads JSON into structs in one pass and with few allocations.
//
// It knows only the syntax of JSON and the rules of encoding/json: no API, no HTTP
// and no field names. Types have their own ScanJSON methods. A Scanner fails at
// everything that it does not expect (syntax errors, another type, a key in capitals,
// invalid UTF-8 in a text, deep nesting). The caller then gives the same bytes to
// encoding/json, which decides about the value and the error. If a Scanner does not
// fail, its value is that of encoding/json.
package jsonscan

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A Scanner reads one JSON document from its beginning to its end. Its methods take
// the next value, or a part of it. After a failure they return without a useful
// result, so callers need to check only once, with [Scanner.Done].
//
// Null leaves a field unchanged, as in encoding/json; pointers become nil.
type Scanner struct {
	data    []byte
	pos     int
	failed  bool
	at      int // position of the failure
	depth   int
	deepest int
	records int    // number of nested records being read
	cuts    []cut  // of these records
	scratch []byte // their bytes
	listed  int    // number of elements in the lists of the innermost record
	blocks  Blocks // of the innermost record
	local   any    // of the row type
}

// New returns a Scanner that reads data, which must not change meanwhile.
func New(data []byte) *Scanner { return &Scanner{data: data, deepest: maxDepth} }

// Done reports whether the document was read to its end, white space included,
// without a failure. If it returns false, no value that was read may be used.
func (s *Scanner) Done() bool {
	s.peek()
	return !s.failed && s.pos == len(s.data)
}

// Fail makes the scanner give up, for example because of a value that the caller
// leaves to encoding/json.
func (s *Scanner) Fail() {
	if !s.failed {
		s.failed, s.at = true, s.pos
	}
	s.pos = len(s.data) // ends all loops
}

// Rest returns how many bytes are left.
func (s *Scanner) Rest() int { return len(s.data) - s.pos }

// maxDepth is the nesting depth from which on a value is left to encoding/json.
const maxDepth = 100

// Object iterates over the keys of an object. The loop must read the value of each
// key that it knows, and pass any other key to [Scanner.Unknown]. It must not break.
// The key is as in the document, including escapes.
func (s *Scanner) Object(yield func(key []byte) bool) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		if !yield(key) {
			s.Fail()
			return
		}
	}
}

// FirstKey begins to read an object and takes its first key and colon. It returns nil
// if there is none, as in a null. This loop does the same as [Scanner.Object] and is
// a little faster:
//
//	for key := s.FirstKey(); key != nil; key = s.NextKey() {
func (s *Scanner) FirstKey() []byte {
	if s.depth < s.deepest && s.Then(`{"`) { // most objects begin like this
		s.depth++
		return s.key()
	}
	if s.Null() || !s.open('{', '}') {
		return nil
	}
	s.expect('"')
	return s.key()
}

// Then takes the given text if it comes next, such as a comma, a key and its colon,
// and reports whether it did. It is for keys that usually follow each other:
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

// NextKey takes the separator after a value of an object, and the next key and colon.
// It returns nil at the end of the object, and after a failure.
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

// Array iterates over the elements of an array. The loop must read or skip each
// element. It must not break.
func (s *Scanner) Array(yield func() bool) {
	for more := s.open('[', ']'); more; more = s.more(']') {
		if !yield() {
			s.Fail()
			return
		}
	}
}

// Unknown skips the value of a key that the caller does not know. It fails if the key
// has anything but small ASCII letters, digits and underscores: encoding/json ignores
// the case of keys and decodes their escapes.
func (s *Scanner) Unknown(key []byte) {
	for _, c := range key {
		if c != '_' && (c < 'a' || 'z' < c) && !isDigit(c) {
			s.Fail()
		}
	}
	s.Skip()
}

// Skip takes a value of any kind. Like encoding/json for skipped values, it only
// checks the syntax: names and texts can be any.
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

// Raw takes a value of any kind, as [Scanner.Skip] does, and returns its bytes in the
// data, or nil after a failure.
func (s *Scanner) Raw() []byte {
	s.peek()
	start := s.pos
	if s.Skip(); s.failed {
		return nil
	}
	return s.data[start:s.pos]
}

// member takes a key of any kind and its colon, and returns the text between the
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

// RawArray takes an array of at most most elements of any kind, and returns its bytes
// in the data. It returns nil after a failure; more elements are a failure as well.
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

// Longer reports whether an array, which must be valid JSON, has more than n
// elements.
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

// Null takes a null, if there is one, and reports whether there was one.
func (s *Scanner) Null() bool {
	if s.peek() != 'n' {
		return false
	}
	if !s.Then("null") {
		s.Fail()
	}
	return true
}

// peek skips white space and returns the byte after it, or 0 at the end.
func (s *Scanner) peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] > ' ' { // usually there is no white space
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

// expect takes the byte c, after optional white space.
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

// open takes the bracket that begins an object or an array, and reports whether it
// contains anything.
func (s *Scanner) open(begin, end byte) bool {
	s.expect(begin)
	if s.depth++; s.depth > s.deepest && !s.failed {
		s.pos-- // this bracket is one too many
		s.Fail()
	}
	if s.peek() != end {
		return !s.failed
	}
	s.pos++
	s.depth--
	return false
}

// more takes a comma or the closing bracket, and reports whether it was a comma.
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
