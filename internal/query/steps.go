package query

import (
	"strconv"
	"strings"
)

// Steps are the queries for reading a list page by page (a walk), as text. They differ
// only in the offset. A string comparison therefore shows whether a link leads to the next
// page, and only other links must be parsed.
type Steps struct {
	Size   int // of a page; 0 if the query does not set it
	Offset int // of the current page

	before, after string // the text around the offset
}

// StepsFrom returns the steps of a walk whose current query is text, as
// [url.Values.Encode] writes it with sorted keys.
func StepsFrom(text string) Steps {
	s := Steps{Size: SizeOf(text)}
	at := len(text) // where the offset belongs
	rest := ""
	for i := 0; i < len(text); {
		part, _, _ := strings.Cut(text[i:], "&")
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name == Offset:
			s.Offset, _ = strconv.Atoi(value)
			at, rest = i, text[i+len(part):]
		case name > Offset && at == len(text):
			at, rest = i, "&"+text[i:]
		}
		i += len(part) + 1
	}
	s.before, s.after = text[:at], rest
	if at == len(text) && at > 0 {
		s.before += "&"
	}
	s.before += Offset + "="
	return s
}

// Next returns the query of the page after the current one.
func (s Steps) Next() string { return s.before + strconv.Itoa(s.Offset+s.Size) + s.after }

// SizeOf returns the page size of a query in the form of [url.Values.Encode], or 0 if the
// query does not set it.
func SizeOf(text string) int {
	value, ok := strings.CutPrefix(text, Limit+"=")
	if !ok {
		_, value, _ = strings.Cut(text, "&"+Limit+"=")
	}
	value, _, _ = strings.Cut(value, "&")
	n, _ := strconv.Atoi(value) // 0 if it is not a number
	return n
}
