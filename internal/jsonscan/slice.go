package jsonscan

import "bytes"

// Slice reads a list that can be null. The function read reads each element that is
// not null. Slice counts the elements first: the strings of a record are set after
// all of it has been read, so their fields must not move until then. It fails if the
// lists of the record have more than [MaxElements].
func Slice[T any](s *Scanner, field *[]T, read func(element *T)) {
	if s.Null() {
		*field = nil
		return
	}
	if *field == nil && bytes.HasPrefix(s.data[s.pos:], []byte("[]")) { // most lists are empty
		s.pos += len("[]")
		*field = []T{}
		return
	}
	size := s.elements()
	if s.listed += size; *field != nil || s.listed > MaxElements { // encoding/json reuses existing elements
		s.Fail()
	}
	if s.failed {
		return
	}
	list := make([]T, size)
	next := 0
	for range s.Array {
		if !s.Null() {
			read(&list[next])
		}
		next++
	}
	*field = list
}

// elements returns the number of elements of the next array, without taking it. It
// counts no further than necessary.
func (s *Scanner) elements() int {
	ahead := Scanner{data: s.data, pos: s.pos, depth: s.depth, deepest: s.deepest}
	n := 0
	for range ahead.Array {
		if n++; n > MaxElements {
			break
		}
		ahead.Skip()
	}
	if ahead.failed {
		s.Fail()
	}
	return n
}
