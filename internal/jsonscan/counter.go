package jsonscan

import (
	"reflect"
	"slices"
)

// MaxElements is how many elements the lists of a row may have together. An element
// of a few bytes can become a struct of a few hundred, so code that reads rows must
// limit their number.
const MaxElements = 1000

// A Counter counts the elements of lists before encoding/json reads them into the
// slices of a row. It is made for one type and can be used again.
type Counter struct {
	locator
	row    reflect.Type
	slices bool // the row has slices
	left   int  // number of elements that it may still have
}

// NewCounter returns a Counter for rows of a type.
func NewCounter(row reflect.Type) *Counter {
	return &Counter{locator: locator{fields: make(map[reflect.Type][]field)}, row: row, slices: hasSlices(row, make(map[reflect.Type]bool))}
}

// Crowded reports whether a row has more than [MaxElements] in its lists, including
// nested ones. Everything after the first syntax error is ignored.
func (c *Counter) Crowded(row []byte) bool {
	if !c.slices {
		return false
	}
	c.s, c.left = Scanner{data: row, deepest: deepest}, MaxElements
	c.count(c.row)
	return c.left < 0
}

// CrowdedRow returns the number of the first crowded row in a list, from 1, or 0 if
// there is none.
func (c *Counter) CrowdedRow(rows []byte) int {
	if !c.slices {
		return 0
	}
	c.s = Scanner{data: rows, deepest: deepest}
	n := 0
	for more := c.s.open('[', ']'); more; more = c.s.more(']') {
		n++
		c.left = MaxElements
		if c.count(c.row); c.left < 0 {
			return n
		}
	}
	return 0
}

// hasSlices reports whether a type contains a list that it does not read itself.
func hasSlices(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || readsItself(t) {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Slice:
		return true
	case reflect.Pointer:
		return hasSlices(t.Elem(), seen)
	case reflect.Struct:
		return slices.ContainsFunc(fieldsOf(t), func(f field) bool { return hasSlices(f.t, seen) })
	default:
		return false
	}
}

// count counts the elements of a value for a t.
func (c *Counter) count(t reflect.Type) {
	first := c.s.peek()
	for t.Kind() == reflect.Pointer && !readsItself(t) {
		t = t.Elem()
	}
	switch kind := t.Kind(); {
	case readsItself(t):
		c.s.Skip()
	case first == '{' && kind == reflect.Struct:
		for more := c.s.open('{', '}'); more; more = c.s.more('}') {
			if of := c.typeOf(t, unquote(c.s.member())); of != nil {
				c.count(of)
			} else {
				c.s.Skip()
			}
		}
	case first == '[' && kind == reflect.Slice:
		for more := c.s.open('[', ']'); more; more = c.s.more(']') {
			if c.left--; c.left < 0 {
				c.s.Fail() // there are too many already
				return
			}
			c.count(t.Elem())
		}
	default:
		c.s.Skip()
	}
}
