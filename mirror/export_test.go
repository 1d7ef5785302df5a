package mirror

import (
	"context"
	"net/http"
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

// ServeBoth serves two mirrors, the second one at a path of its own.
func ServeBoth(first, second *Mirror, path string) http.Handler {
	return newServer(first.config, first, elsewhere{second, path})
}

// An elsewhere is a mirror that is served at another path.
type elsewhere struct {
	*Mirror
	at string
}

func (e elsewhere) path() string { return e.at }
