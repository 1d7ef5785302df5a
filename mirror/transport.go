package mirror

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/hint"
	"github.com/docking-event/ll2/internal/service"
)

// A transport answers the requests of a mirror's DockingEvents.
type transport engine

// RoundTrip answers a request. Its errors have all the context that the caller needs.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	m := (*engine)(t)
	a, err := m.answer(req.Context(), req.URL)
	if err != nil {
		return nil, &hint.FinalError{Err: err}
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if !a.date.IsZero() {
		header.Set("Date", a.date.UTC().Format(http.TimeFormat))
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: req,
	}, nil
}

// An answer is the answer to a request.
type answer struct {
	status int
	body   []byte    // nil if the rows were given decoded
	date   time.Time // when the copy was current
}

// answer answers a request for u from the copy, or asks the service if only that can
// answer. It returns an error if neither can.
func (m *engine) answer(ctx context.Context, u *url.URL) (answer, error) {
	if m.ctx.Err() != nil {
		return answer{}, errClosed
	}
	id, found := strings.CutPrefix(u.Path, m.base.JoinPath(m.version.path).Path)
	if !found {
		return says(http.StatusNotFound, map[string]string{"detail": "Not found."}), nil
	}
	q := u.Query()
	if strings.TrimSpace(q.Get("search")) != "" && id == "" {
		return m.search(ctx, q)
	}
	// All requests of a walk use the copy with which it began.
	s, err := hint.Keep(ctx, m, func() (*snapshot, error) { return m.ready(ctx) })
	if err != nil {
		return answer{}, err
	}
	rows, err := s.queried()
	if err != nil {
		return answer{}, err
	}
	a := answer{status: http.StatusOK, date: s.Refreshed}
	if id = strings.TrimSuffix(id, "/"); id != "" {
		i, found := rows.table.Find(id)
		switch {
		case !found:
			return m.unknown(ctx, id)
		case q.Get("format") != "" || !rows.row(ctx, i):
			a.body, _ = rows.table.Get(id, q)
		}
		return a, nil
	}
	page, invalid := rows.table.Page(u, service.Options{})
	if invalid != nil {
		return says(http.StatusBadRequest, invalid), nil
	}
	if !rows.page(ctx, page) {
		a.body = rows.table.Encode(page)
	}
	return a, nil
}

// says returns an answer in the service's words.
func says(status int, words any) answer {
	body, err := json.Marshal(words)
	if err != nil { // cannot happen for strings
		body = []byte("{}")
	}
	return answer{status: status, body: body}
}

// search sends a search to the service.
func (m *engine) search(ctx context.Context, q url.Values) (answer, error) {
	if m.offline {
		return answer{}, fmt.Errorf("%w: only the service can search", ErrOffline)
	}
	var opts []ll2.WalkOption
	if limit, err := strconv.Atoi(q.Get("limit")); err == nil {
		opts = append(opts, ll2.PageSize(limit))
	}
	if offset, err := strconv.Atoi(q.Get("offset")); err == nil {
		opts = append(opts, ll2.Offset(offset))
	}
	q.Del("limit")
	q.Del("offset")
	p, err := m.events.List(ctx, q, opts...)
	if err != nil {
		return answer{}, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"count":%d,"next":%s,"previous":%s,"results":[`, p.Count, link(p.Next), link(p.Previous))
	for i := range p.Results {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(p.Results[i].raw)
	}
	b.WriteString("]}")
	return answer{http.StatusOK, b.Bytes(), p.Date}, nil
}

// link encodes a link, null for "".
func link(s string) []byte {
	if s == "" {
		return []byte("null")
	}
	text, err := json.Marshal(s)
	if err != nil { // cannot happen for a string
		return []byte("null")
	}
	return text
}

// unknown asks the service for an event that the copy does not have: it may be newer.
func (m *engine) unknown(ctx context.Context, id string) (answer, error) {
	number, _ := strconv.Atoi(id)
	if number < 1 {
		return says(http.StatusNotFound, map[string]string{"detail": "Not found."}), nil
	}
	if m.offline {
		return answer{}, fmt.Errorf("%w: the copy has no event %d", ErrOffline, number)
	}
	r, err := m.events.Get(ctx, number)
	var api *ll2.APIError
	if errors.As(err, &api) && errors.Is(err, ll2.ErrNotFound) {
		return answer{status: api.StatusCode, body: api.Body}, nil
	}
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: r.raw}, nil
}
