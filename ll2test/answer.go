package ll2test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A call is a request as the service sees it, however it came. Its URL is
// absolute.
type call struct {
	method string
	url    *url.URL
	header http.Header
}

// An answer is what the service says to a call, before it becomes a response in
// memory or on a socket.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    int // bytes of body that arrive; 0: all
}

func newAnswer(status int, mediaType string, body []byte) *answer {
	return &answer{
		status: status,
		header: http.Header{
			"Content-Type": {mediaType},
			"Date":         {time.Now().UTC().Format(http.TimeFormat)},
		},
		body: body,
	}
}

// jsonAnswer writes v as the service does: without white space, and with <, >
// and & as they are.
func jsonAnswer(status int, v any) *answer {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		// An event can hold what JSON has no form for, such as the year 10000.
		return refusal(http.StatusInternalServerError, err.Error())
	}
	return newAnswer(status, typeJSON, bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// refusal is how the API says no.
func refusal(status int, detail string) *answer {
	return jsonAnswer(status, struct {
		Detail string `json:"detail"`
	}{detail})
}

// answer is all that the service does about a call, in the order in which it
// does it: find the address, agree on a form, know the caller, hold the quota,
// and only then look at what was asked.
func (s *Server) answer(c call, f Fault) *answer {
	a, scripted := s.judge(c, f)
	if f.Status == 0 || scripted {
		f.change(a)
	}
	return a
}

func (s *Server) judge(c call, f Fault) (a *answer, scripted bool) {
	target, id, slash := route(c.url.Path)
	if target == nothing {
		return newAnswer(http.StatusNotFound, typeHTML,
			[]byte("<!doctype html>\n<title>Not Found</title>\n<h1>Not Found</h1>\n<p>Nothing is served at this address.</p>\n")), false
	}
	if !slash {
		a := newAnswer(http.StatusMovedPermanently, typeHTML, nil)
		location := url.URL{Path: c.url.Path + "/", RawQuery: c.url.RawQuery}
		a.header.Set("Location", location.String())
		return a, false
	}

	q := c.url.Query()
	mediaType, a := negotiate(last(q, "format"), c.header.Values("Accept"))
	if a == nil {
		a, scripted = s.view(c, f, target, id, q)
	}
	if scripted {
		return a, true
	}
	a.header.Set("Allow", http.MethodGet)
	a.header.Set("Vary", "Accept")
	if mediaType == typeHTML {
		a.browsable(c)
	}
	return a, false
}

// view is the part of the service that stands behind address and form.
func (s *Server) view(c call, f Fault, target resource, id string, q url.Values) (a *answer, scripted bool) {
	who, refused := s.admit(c, f, target)
	switch {
	case refused != nil:
		return refused, false
	case f.Status != 0:
		return f.scripted(), true
	case c.method != http.MethodGet:
		return refusal(http.StatusMethodNotAllowed, "Method "+strconv.Quote(c.method)+" not allowed."), false
	case target == quota:
		return s.quota(who), false
	case target == one:
		return s.get(id, q), false
	}
	return s.list(c.url, q), false
}

// admit returns who calls, or the answer to one who may not.
func (s *Server) admit(c call, f Fault, target resource) (who string, refused *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who, refused = s.authenticate(c.header.Get("Authorization"))
	if refused != nil || target == quota {
		return who, refused
	}
	if wait := s.window.admit(who, time.Now(), f.counts()); wait > 0 {
		return who, throttled(wait)
	}
	return who, nil
}

// A resource is what an address stands for.
type resource int

const (
	nothing resource = iota
	many             // docking_event/
	one              // docking_event/{id}/
	quota            // api-throttle/
)

// route finds the resource at the end of a path, whatever precedes it, and
// reports whether the path has the slash at its end.
func route(path string) (target resource, id string, slash bool) {
	path, slash = strings.CutSuffix(path, "/")
	parents, end := cutLast(path)
	_, parent := cutLast(parents)
	switch {
	case end == "docking_event":
		return many, "", slash
	case end == "api-throttle":
		return quota, "", slash
	case parent == "docking_event" && end != "" && !strings.Contains(end, "."):
		return one, end, slash
	}
	return nothing, "", slash
}

func cutLast(path string) (before, after string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}

// authenticate returns who calls: a token, or "" for nobody in particular. An
// answer instead is the refusal. The caller holds s.mu.
func (s *Server) authenticate(authorization string) (who string, refused *answer) {
	words := strings.Fields(authorization)
	if len(words) == 0 || !strings.EqualFold(words[0], "Token") {
		return "", nil
	}
	detail := "Invalid token."
	switch {
	case len(words) == 1:
		detail = "Invalid token header. No credentials provided."
	case len(words) > 2:
		detail = "Invalid token header. Token string should not contain spaces."
	case len(s.tokens) == 0 || s.tokens[words[1]]:
		return words[1], nil
	}
	refused = refusal(http.StatusUnauthorized, detail)
	refused.header.Set("WWW-Authenticate", "Token")
	return "", refused
}

// get is the answer of docking_event/{id}/, which is detailed in any mode.
func (s *Server) get(id string, q url.Values) *answer {
	s.mu.Lock()
	events := s.events
	s.mu.Unlock()
	number, err := strconv.Atoi(id)
	row, found := events.byID[number]
	if err != nil || !found {
		return refusal(http.StatusNotFound, "Not found.")
	}
	return jsonAnswer(http.StatusOK, shaped(events.rows[row], true, last(q, "format")))
}
