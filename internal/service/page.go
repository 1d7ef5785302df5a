package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// The sizes of pages.
const (
	defaultLimit = 10
	maxLimit     = 100
)

// A Page is what a query asks for, before it is written.
type Page struct {
	Count          int
	Next, Previous string  // "" if there is none
	Rows           []int32 // by their place in the table; not to be changed
	Shape          Shape
}

// A Shape is how rows are written.
type Shape struct {
	Detailed bool
	Format   string // in links to the service, "" for none
}

// page returns the page of a list that q asks for.
func page(u *url.URL, q url.Values, list []int32) Page {
	limit, offset := limitOf(q), offsetOf(q)
	start := min(offset, len(list))
	end := min(start+limit, len(list))
	p := Page{Count: len(list), Rows: list[start:end:end], Shape: Shape{last(q, "mode") == "detailed", last(q, "format")}}
	p.Next, p.Previous = links(u, q, limit, offset, p.Count)
	return p
}

// links returns the addresses of the pages around one of a list of count rows.
func links(u *url.URL, q url.Values, limit, offset, count int) (next, previous string) {
	if offset+limit < count {
		next = linkTo(u, q, limit, offset+limit)
	}
	if offset > 0 {
		previous = linkTo(u, q, limit, offset-limit)
	}
	return next, previous
}

// Encode writes a page as the service does.
func (t *Table) Encode(p Page) []byte {
	size := 1000 // of the envelope, roughly
	for _, row := range p.Rows {
		size += t.rows[row].size(p.Shape.Detailed, p.Shape.Format) + 1
	}
	b := appendHead(make([]byte, 0, size), p.Count, p.Next, p.Previous)
	for i, row := range p.Rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = t.rows[row].append(b, p.Shape.Detailed, p.Shape.Format)
	}
	return append(b, "]}"...)
}

// appendHead writes what stands before the rows of a page.
func appendHead(b []byte, count int, next, previous string) []byte {
	b = append(b, `{"count":`...)
	b = strconv.AppendInt(b, int64(count), 10)
	b = append(b, `,"next":`...)
	b = appendLink(b, next)
	b = append(b, `,"previous":`...)
	b = appendLink(b, previous)
	return append(b, `,"results":[`...)
}

// limitOf reads the page size. Nothing that is wrong with it is an error.
func limitOf(q url.Values) int {
	n, ok := wholeNumber(last(q, "limit"))
	if !ok || n <= 0 {
		return defaultLimit
	}
	return min(n, maxLimit)
}

func offsetOf(q url.Values) int {
	n, ok := wholeNumber(last(q, "offset"))
	if !ok || n < 0 {
		return 0
	}
	return min(n, math.MaxInt-maxLimit) // so that a page further is a number, too
}

// wholeNumber reads an integer of any length: one that is too long for an int
// is the nearest that is not.
func wholeNumber(s string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

// linkTo returns the address of another page of the same list. It has all parameters as
// they were, known or not, sorted by name, with limit spelt out. The first page is the
// one without an offset.
func linkTo(u *url.URL, q url.Values, limit, offset int) string {
	params := maps.Clone(q)
	params.Set("limit", strconv.Itoa(limit))
	params.Del("offset")
	if offset > 0 {
		params.Set("offset", strconv.Itoa(offset))
	}
	link := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath, RawQuery: params.Encode()}
	return link.String()
}

func appendLink(b []byte, link string) []byte {
	if link == "" {
		return append(b, "null"...)
	}
	return appendText(b, link)
}

// appendText adds a text in JSON, with <, > and & as they are.
func appendText(b []byte, text string) []byte {
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string has JSON
	return append(b, bytes.TrimSpace(quoted.Bytes())...)
}
