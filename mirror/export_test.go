package mirror

import (
	"context"
	"net/url"
)

// SeqOf returns the number of the last change.
func SeqOf(m any) uint64 {
	s, _ := m.(interface{ own() *engine }).own().watch()
	return s.Seq
}

// Answer returns the body that a request for a link is answered with.
func Answer(ctx context.Context, m interface{ own() *engine }, link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", err
	}
	a, err := m.own().answer(ctx, u)
	return string(a.body), err
}

// SetRoom sets how many bytes of bodies may be on their way to readers.
func SetRoom(m *Mirror, bytes int) { m.engine.web.room = bytes }

// TableOf returns what queries are answered from.
func TableOf(m any) (any, error) {
	s, _ := m.(interface{ own() *engine }).own().watch()
	rows, err := s.queried()
	return rows.table, err
}
