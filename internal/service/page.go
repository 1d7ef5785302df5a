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

// A Page is the result of a query, before it is encoded.
type Page struct {
	Count          int
	Next, Previous string  // "" if there is none
	Rows           []int32 // indexes in the table; must not be changed
	Shape          Shape
}

// A Shape selects the form in which rows are written.
type Shape struct {
	Detailed bool
	Format   string // in links to the service, "" for none
}

// page returns the page of a list for the query q.
func page(u *url.URL, q url.Values, list []int32) Page {
	limit, offset := limitOf(q), offsetOf(q)
	start := min(offset, len(list))
	end := min(start+limit, len(list))
	p := Page{Count: len(list), Rows: list[start:end:end], Shape: Shape{last(q, "mode") == "detailed", last(q, "format")}}
	p.Next, p.Previous = links(u, q, limit, offset, p.Count)
	return p
}

// links returns the addresses of the pages before and after a page of a list of count
// rows.
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
	size := 1000 // of the envelope, approximately
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

// appendHead writes the part of a page before its rows.
func appendHead(b []byte, count int, next, previous string) []byte {
	b = append(b, `{"count":`...)
	b = strconv.AppendInt(b, int64(count), 10)
	b = append(b, `,"next":`...)
	b = appendLink(b, next)
	b = append(b, `,"previous":`...)
	b = appendLink(b, previous)
	return append(b, `,"results":[`...)
}

// limitOf reads the page size. Invalid values are not errors.
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
	return min(n, math.MaxInt-maxLimit) // so that the offset of the next page is a number as well
}

// wholeNumber reads an integer of any length. If it does not fit into an int, the
// result is the nearest int.
func wholeNumber(s string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

// linkTo returns the address of another page of the same list. It keeps all
// parameters, known or not, sorted by name, and always has a limit. The first page
// has no offset.
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

// appendText adds a text as JSON, without escaping <, > and &.
func appendText(b []byte, text string) []byte {
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string can always be encoded
	return append(b, bytes.TrimSpace(quoted.Bytes())...)
}
