package mirror

import (
	"context"
	"net/url"
)

// SeqOf returns the number of the last change.
func SeqOf(m *Mirror) uint64 {
	s, _ := m.watch()
	return s.Seq
}

// Answer returns the body that a request for a link is answered with.
func Answer(ctx context.Context, m *Mirror, link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", err
	}
	a, err := m.answer(ctx, u)
	return string(a.body), err
}

// SetRoom sets how many bytes of bodies may be on their way to readers.
func SetRoom(m *Mirror, bytes int) { m.web.room = bytes }
