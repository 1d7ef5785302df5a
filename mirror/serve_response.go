package mirror

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	typeJSON = "application/json"
	typeHTML = "text/html; charset=utf-8"
)

// A response is the answer to a request. It does not change; [response.as] copies it.
type response struct {
	status    int
	mediaType string
	body      []byte
	zipped    bool
	etag      string // "" if the body does not need one

	date         time.Time // at which the body was current; zero if it has no such time
	modified     time.Time // the last change of the content; zero if that is not known
	cacheControl string
	location     string
	retryAfter   int  // in seconds; 0: not sent
	allow        bool // list the allowed methods
}

// refusal returns an error answer in the service's form.
func refusal(status int, detail string) *response {
	a := says(status, map[string]string{"detail": detail})
	return &response{status: status, mediaType: typeJSON, body: a.body, cacheControl: "no-store"}
}

// as returns the response as part of a copy of a certain time.
func (p *response) as(date, modified time.Time, cacheControl string) *response {
	next := *p
	next.date, next.modified, next.cacheControl = date, modified, cacheControl
	return &next
}

// write writes a response, or 304 if the client already has it.
func (s *server) write(w http.ResponseWriter, r *http.Request, p *response) {
	if !s.hold(p) {
		p = refusal(http.StatusServiceUnavailable, "Too many answers are being read.")
		p.retryAfter = 1
	} else {
		defer s.release(p)
	}
	now, h := time.Now(), w.Header()
	set := func(name, value string) {
		if value != "" {
			h.Set(name, value)
		}
	}
	set("Cache-Control", p.cacheControl)
	set("Location", p.location)
	set("ETag", p.etag)
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.allow {
		h.Set("Allow", allowed)
	}
	if !p.date.IsZero() {
		h.Set("Age", strconv.FormatInt(max(0, now.Unix()-p.date.Unix()), 10))
	}
	// A time in the future belongs to one of several changes within a second. It
	// cannot be used until it has passed.
	known := !p.modified.IsZero() && !p.modified.After(now)
	if known {
		h.Set("Last-Modified", p.modified.UTC().Format(http.TimeFormat))
	}
	if p.status == http.StatusOK && p.etag != "" && p.had(r.Header, known) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	set("Content-Type", p.mediaType)
	if p.zipped {
		h.Set("Content-Encoding", "gzip")
	}
	if p.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(p.body)))
	}
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(p.body) // the client has hung up
	}
}

// had reports whether the client has the body, by the conditions of its request.
func (p *response) had(h http.Header, known bool) bool {
	if tags := h.Values("If-None-Match"); len(tags) > 0 {
		for tag := range strings.SplitSeq(strings.Join(tags, ","), ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == p.etag {
				return true
			}
		}
		return false
	}
	if !known || h.Get("If-Modified-Since") == "" {
		return false
	}
	since, err := http.ParseTime(h.Get("If-Modified-Since"))
	return err == nil && !p.modified.After(since)
}

// hold reports whether there is room for a body until it is written. A body that
// several clients read at the same time counts once.
func (s *server) hold(p *response) bool {
	if len(p.body) == 0 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body := &p.body[0]
	if s.readers[body] == 0 {
		if s.held+len(p.body) > s.room {
			return false
		}
		s.held += len(p.body)
	}
	s.readers[body]++
	return true
}

func (s *server) release(p *response) {
	if len(p.body) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body := &p.body[0]
	if s.readers[body]--; s.readers[body] == 0 {
		delete(s.readers, body)
		s.held -= len(p.body)
	}
}
