package service

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Kind is the kind of the values of a field.
type Kind int

// The kinds of values.
const (
	Number Kind = iota // compared as numbers: 4.0 is 4
	Time               // of RFC 3339
	Day                // a Time, or a date, which counts as its first instant in UTC
	Bool
	Text // compared byte by byte
)

// complaint is the service's message for a parameter whose value is not of the kind.
// An invalid Bool is ignored.
func (k Kind) complaint() string {
	switch k {
	case Number:
		return "Enter a number."
	case Time, Day:
		return "Enter a valid date/time."
	default:
		return ""
	}
}

// An operand is a value in the form for comparisons: one field of it is set,
// according to its kind.
type operand struct {
	number float64
	time   time.Time
	text   string
}

// parse reads a value. Numbers and Bools are compared as numbers.
func (k Kind) parse(text string) (parsed operand, ok bool) {
	var err error
	switch k {
	case Number:
		parsed.number, err = strconv.ParseFloat(text, 64)
		return parsed, err == nil && !math.IsInf(parsed.number, 0) && !math.IsNaN(parsed.number)
	case Day:
		if parsed.time, err = time.Parse(time.DateOnly, text); err == nil {
			return parsed, true
		}
		fallthrough
	case Time:
		parsed.time, err = time.Parse(time.RFC3339, text)
		return parsed, err == nil
	case Bool:
		switch strings.ToLower(text) {
		case "true", "1":
			return operand{number: 1}, true
		case "false", "0":
			return operand{}, true
		}
		return operand{}, false
	default:
		return operand{text: text}, true
	}
}

// accepts reports whether the JSON type of a row's value fits the kind.
func (k Kind) accepts(v value) bool {
	switch k {
	case Number:
		return !v.quoted
	case Bool:
		return v.text == "true" || v.text == "false"
	case Time, Day:
		return v.quoted
	default:
		return true
	}
}

func (k Kind) compare(a, b operand) int {
	switch k {
	case Number, Bool:
		return cmp.Compare(a.number, b.number)
	case Time, Day:
		return a.time.Compare(b.time)
	default:
		return cmp.Compare(a.text, b.text)
	}
}

// A column is a field of all rows. Each row has a rank instead of its value, so
// ordering rows means comparing integers, and every filter is a range of ranks.
type column struct {
	name     string
	kind     Kind
	distinct []operand // the values, in order
	rank     []int32   // by row: the index of its value in distinct; MaxInt32 for null
}

// newColumn makes a column of the rows' values. If a value is not of the kind there
// is no column, and wrong is the index of its row.
func newColumn(name string, kind Kind, values []value) (c *column, wrong int) {
	c = &column{name: name, kind: kind, rank: make([]int32, len(values))}
	keys := make([]operand, len(values))
	order := make([]int32, 0, len(values)) // sorted like lists, by the same code
	for row, v := range values {
		if v.null() {
			continue
		}
		parsed, ok := kind.parse(v.text)
		if !ok || !kind.accepts(v) {
			return nil, row
		}
		keys[row] = parsed
		order = append(order, int32(row))
	}
	sortStable(order, func(a, b int32) int { return kind.compare(keys[a], keys[b]) })
	for row := range c.rank {
		c.rank[row] = math.MaxInt32
	}
	for _, row := range order {
		last := len(c.distinct) - 1
		if last < 0 || kind.compare(c.distinct[last], keys[row]) != 0 {
			c.distinct = append(c.distinct, keys[row])
			last++
		}
		c.rank[row] = int32(last)
	}
	return c, 0
}

// openColumn makes a column of values whose kind is not known, or returns nil if
// there are none.
func openColumn(name string, values []value) *column {
	if !slices.ContainsFunc(values, func(v value) bool { return v != value{} }) {
		return nil
	}
	for _, kind := range []Kind{Number, Bool, Day} {
		if c, _ := newColumn(name, kind, values); c != nil {
			return c
		}
	}
	c, _ := newColumn(name, Text, values)
	return c
}

// A condition is a range of a column's ranks, without its end.
type condition struct {
	column     *column
	start, end int32
}

func (c condition) fits(row int32) bool {
	rank := c.column.rank[row]
	return c.start <= rank && rank < c.end
}

// where returns the condition for a filter's value, or false if the value is not of
// the column's kind. The service compares times in microseconds.
func (c *column) where(compare Compare, text string) (condition, bool) {
	want, ok := c.kind.parse(text)
	if !ok {
		return condition{}, false
	}
	want.time = want.time.Truncate(time.Microsecond)
	first := sort.Search(len(c.distinct), func(i int) bool { return c.kind.compare(c.distinct[i], want) >= 0 })
	found := first < len(c.distinct) && c.kind.compare(c.distinct[first], want) == 0
	behind := first
	if found {
		behind++
	}
	in := condition{c, 0, int32(len(c.distinct))}
	switch compare {
	case Equal:
		in.start, in.end = int32(first), int32(behind)
	case Greater:
		in.start = int32(behind)
	case GreaterOrEqual:
		in.start = int32(first)
	case Less:
		in.end = int32(first)
	case LessOrEqual:
		in.end = int32(behind)
	}
	return in, true
}
