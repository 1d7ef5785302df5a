package service

import (
	"encoding/json"
	"net/url"
)

// Bounds reads the size of a page and where it begins as the service does: nothing
// that is wrong with them is an error.
func Bounds(q url.Values) (limit, offset int) { return limitOf(q), offsetOf(q) }

// Envelope returns the page that the address u asks for, of a list of count rows that
// somebody else found: with rows, and links as in [Table.List].
func Envelope(u *url.URL, count int, rows []json.RawMessage) []byte {
	q := u.Query()
	limit, offset := Bounds(q)
	next, previous := links(u, q, limit, offset, count)
	b := appendHead(nil, count, next, previous)
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, row...)
	}
	return append(b, "]}"...)
}
