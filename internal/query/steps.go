package query

import (
	"strconv"
	"strings"
)

// Steps are the queries of a walk page by page, as text: they differ in the offset
// only. So whoever walks can tell by comparing two strings whether a link leads to the
// page that comes next, and has to take apart only one that does not.
type Steps struct {
	Size   int // of a page; 0 if the query says none
	Offset int // of the page that the walk is at

	before, after string // what stands around the offset
}

// StepsFrom returns the steps of a walk that is at a query as [url.Values.Encode]
// writes it, keys in order.
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

// Next returns the query of the page behind the one that the walk is at.
func (s Steps) Next() string { return s.before + strconv.Itoa(s.Offset+s.Size) + s.after }

// SizeOf returns how many rows a query as [url.Values.Encode] writes it wants on a
// page, 0 if it does not say.
func SizeOf(text string) int {
	value, ok := strings.CutPrefix(text, Limit+"=")
	if !ok {
		_, value, _ = strings.Cut(text, "&"+Limit+"=")
	}
	value, _, _ = strings.Cut(value, "&")
	n, _ := strconv.Atoi(value) // 0 for what is no number
	return n
}
