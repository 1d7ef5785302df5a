package service

import (
	"encoding/json"
	"net/url"
)

// Bounds reads the size and the offset of a page as the service does: invalid values
// are not errors.
func Bounds(q url.Values) (limit, offset int) { return limitOf(q), offsetOf(q) }

// Envelope returns the page for the address u, of a list of count rows that the
// caller has found: with rows, and with links as in [Table.List].
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
