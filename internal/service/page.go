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

// page writes the service's envelope around the rows of a list that are on the
// page that q asks for.
func (t *Table) page(u *url.URL, q url.Values, list []int32) []byte {
	limit, offset := limitOf(q), offsetOf(q)
	start := min(offset, len(list))
	rows := list[start:min(start+limit, len(list))]
	detailed, format := last(q, "mode") == "detailed", last(q, "format")

	size := 1000 // of the envelope, roughly
	for _, row := range rows {
		size += t.rows[row].size(detailed, format) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, `{"count":`...)
	b = strconv.AppendInt(b, int64(len(list)), 10)
	b = append(b, `,"next":`...)
	b = appendLink(b, offset+limit < len(list), u, q, limit, offset+limit)
	b = append(b, `,"previous":`...)
	b = appendLink(b, offset > 0, u, q, limit, offset-limit)
	b = append(b, `,"results":[`...)
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = t.rows[row].append(b, detailed, format)
	}
	return append(b, "]}"...)
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

// appendLink adds the address of another page of the same list, or null if there
// is none. It has all parameters as they were, known or not, sorted by name,
// with limit spelt out. The first page is the one without an offset.
func appendLink(b []byte, there bool, u *url.URL, q url.Values, limit, offset int) []byte {
	if !there {
		return append(b, "null"...)
	}
	params := maps.Clone(q)
	params.Set("limit", strconv.Itoa(limit))
	params.Del("offset")
	if offset > 0 {
		params.Set("offset", strconv.Itoa(offset))
	}
	link := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath, RawQuery: params.Encode()}
	return appendText(b, link.String())
}

// appendText adds a text in JSON, with <, > and & as they are.
func appendText(b []byte, text string) []byte {
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string has JSON
	return append(b, bytes.TrimSpace(quoted.Bytes())...)
}
