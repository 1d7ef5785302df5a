package ll2test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/docking-event/ll2/internal/service"
)

// A call is a request as the service sees it, in memory or over a socket. Its URL is
// absolute.
type call struct {
	method string
	url    *url.URL
	header http.Header
}

// An answer is the service's answer to a call, before it becomes a response in memory
// or on a socket.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    int // number of bytes of body that arrive; 0: all
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

// jsonAnswer writes v as the service does.
func jsonAnswer(status int, v any) *answer {
	text, err := encode(v)
	if err != nil {
		return refusal(http.StatusInternalServerError, err.Error())
	}
	return newAnswer(status, typeJSON, text)
}

// refusal returns an error answer in the API's form.
func refusal(status int, detail string) *answer {
	return jsonAnswer(status, struct {
		Detail string `json:"detail"`
	}{detail})
}

// answer does all that the service does with a call, in the same order: it finds the
// address, negotiates the format, identifies the caller, checks the quota, and only
// then looks at the query.
func (s *Server) answer(c call, f Fault) *answer {
	a, scripted := s.judge(c, f)
	if f.Status == 0 || scripted {
		f.change(a)
	}
	return a
}

func (s *Server) judge(c call, f Fault) (a *answer, scripted bool) {
	t, slash := s.route(c.url.Path)
	if t.resource == nothing {
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
	mediaType, a := negotiate(q["format"], c.header.Values("Accept"))
	if a == nil {
		a, scripted = s.view(c, f, t, q)
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

// view is the part of the service behind address and format.
func (s *Server) view(c call, f Fault, t target, q url.Values) (a *answer, scripted bool) {
	who, refused := s.admit(c, f, t.resource)
	switch {
	case refused != nil:
		return refused, false
	case f.Status != 0:
		return f.scripted(), true
	case c.method != http.MethodGet:
		return refusal(http.StatusMethodNotAllowed, "Method "+strconv.Quote(c.method)+" not allowed."), false
	case t.resource == quota:
		return s.quota(who), false
	case t.endpoint.err != nil:
		return refusal(http.StatusInternalServerError, t.endpoint.err.Error()), false
	case t.resource == one:
		return get(t.endpoint.table, t.id, q), false
	}
	return s.list(t.endpoint.table, c.url), false
}

// admit returns the caller, or the answer to a caller who is refused.
func (s *Server) admit(c call, f Fault, asked resource) (who string, refused *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who, refused = s.authenticate(c.header.Get("Authorization"))
	if refused != nil || asked == quota {
		return who, refused
	}
	if wait := s.window.admit(who, time.Now(), f.counts()); wait > 0 {
		return who, throttled(wait)
	}
	return who, nil
}

// authenticate returns the token of the caller, or "" for an anonymous one. Otherwise
// it returns the refusal. The caller of authenticate holds s.mu.
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

// list returns the answer for a list.
func (s *Server) list(table *service.Table, u *url.URL) *answer {
	s.mu.Lock()
	options := service.Options{IgnoreOrder: s.ignored}
	if ties := s.ties; ties != nil {
		options.Shuffle = func(n int, swap func(i, j int)) {
			s.mu.Lock()
			defer s.mu.Unlock()
			ties.Shuffle(n, swap)
		}
	}
	s.mu.Unlock()
	body, invalid := table.List(u, options)
	if invalid != nil {
		return jsonAnswer(http.StatusBadRequest, invalid)
	}
	return newAnswer(http.StatusOK, typeJSON, body)
}

// get returns the answer for a single row, which is detailed in every mode.
func get(table *service.Table, id string, q url.Values) *answer {
	body, found := table.Get(id, q)
	if !found {
		return refusal(http.StatusNotFound, "Not found.")
	}
	return newAnswer(http.StatusOK, typeJSON, body)
}
