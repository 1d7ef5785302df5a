package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Sent returns an event of the copy as the service sent it, with every key and null. It
// returns nil if there is no copy, or if the event is no longer in it.
func (s *Source) Sent(ctx context.Context, id int) json.RawMessage {
	if s.mirror == nil {
		return nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://localhost/2.2.0/docking_event/%d/", id), nil)
	if err != nil {
		return nil
	}
	w := &written{header: make(http.Header), status: http.StatusOK}
	s.mirror.ServeHTTP(w, request)
	if w.status != http.StatusOK {
		return nil
	}
	return w.body.Bytes()
}

// A written is a response in memory.
type written struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *written) Header() http.Header         { return w.header }
func (w *written) WriteHeader(status int)      { w.status = status }
func (w *written) Write(p []byte) (int, error) { return w.body.Write(p) }
