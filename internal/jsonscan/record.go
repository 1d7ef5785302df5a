package jsonscan

import (
	"reflect"
	"strings"
	"time"
)

// A Row is a type that reads itself: exactly the keys that its JSON tags name.
type Row interface{ ScanJSON(s *Scanner) }

// Record reads a row. It cuts the row's strings out of one common copy: one
// allocation instead of twenty, and a row that is kept in memory does not keep the
// text of others.
func (s *Scanner) Record(row Row) {
	start, scratch, outer, listed := len(s.cuts), len(s.scratch), s.blocks, s.listed
	if s.records++; s.cuts == nil {
		s.cuts = make([]cut, 0, manyCuts)
	}
	s.blocks, s.listed = Blocks{}, 0
	row.ScanJSON(s)
	s.blocks, s.listed = outer, listed
	s.records--
	if s.failed {
		return
	}
	cuts := s.cuts[start:]
	size := 0
	for i := range cuts {
		size += cuts[i].size
	}
	var all strings.Builder
	all.Grow(size) // so that strings returned before stay valid
	for i := range cuts {
		from, at := s.data, cuts[i].start
		if at < 0 {
			from, at = s.scratch, ^at
		}
		begin := all.Len()
		all.Write(from[at : at+cuts[i].size])
		*cuts[i].field = all.String()[begin:]
	}
	s.cuts, s.scratch = s.cuts[:start], s.scratch[:scratch]
}

// manyCuts is the number of strings that most records do not exceed.
const manyCuts = 32

// maxCuts is how many strings a record may have before it is left to encoding/json,
// which allocates nothing for a key that comes again.
const maxCuts = 1000

// A cut is a string in the data, and the field that it is for.
type cut struct {
	field *string
	start int // ^start in the scratch for a string with escapes, which is there without them
	size  int
}

// A Block is the rest of an allocation that holds several values.
type Block[T any] []T

// Take returns a zero value of the block. If none is left it allocates more of them,
// or one if they are large. A nil block allocates each separately.
func (b *Block[T]) Take() *T {
	const more, large = 4, 64
	if b == nil {
		return new(T)
	}
	if len(*b) == 0 {
		if reflect.TypeFor[T]().Size() > large {
			return new(T)
		}
		*b = make([]T, more)
	}
	p := &(*b)[0]
	*b = (*b)[1:]
	return p
}

// Blocks hold the values that the pointers of one record point to. Records share
// none, so a record that is kept in memory does not keep others.
type Blocks struct {
	Texts  Block[string]
	Ints   Block[int]
	Floats Block[float64]
	Bools  Block[bool]
	Times  Block[time.Time]
}

// Local returns a place for a value that the row type keeps from one row to the next
// while it reads them, so that rows need not allocate it again.
func (s *Scanner) Local() *any { return &s.local }

// Use gives blocks to the record that is being read: a row that knows how much it
// usually needs can have all of it in one allocation.
func (s *Scanner) Use(b Blocks) { s.blocks = b }

// Pointer begins to read a value that can be null. It returns the value into which
// the caller must read, and to which the field then points, or nil after a null. It
// takes the value from a block, which can be nil.
func Pointer[T any](s *Scanner, field **T, from *Block[T]) *T {
	if s.Null() {
		*field = nil
	} else if *field == nil {
		*field = from.Take()
	}
	return *field
}

// TextPointer reads a string that can be null, as [Scanner.Text] does.
func (s *Scanner) TextPointer(field **string) {
	if text := Pointer(s, field, &s.blocks.Texts); text != nil {
		s.Text(text)
	}
}

// IntPointer reads a number that can be null, as [Scanner.Int] does.
func (s *Scanner) IntPointer(field **int) {
	if n := Pointer(s, field, &s.blocks.Ints); n != nil {
		s.Int(n)
	}
}

// FloatPointer reads a number that can be null.
func (s *Scanner) FloatPointer(field **float64) {
	if f := Pointer(s, field, &s.blocks.Floats); f != nil {
		s.Float(f)
	}
}

// BoolPointer reads a bool that can be null.
func (s *Scanner) BoolPointer(field **bool) {
	if b := Pointer(s, field, &s.blocks.Bools); b != nil {
		s.Bool(b)
	}
}

// TimePointer reads a time that can be null.
func (s *Scanner) TimePointer(field **time.Time) {
	if t := Pointer(s, field, &s.blocks.Times); t != nil {
		s.Time(t)
	}
}
