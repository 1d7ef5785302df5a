package mirror

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docking-event/ll2/internal/service"
)

// The limits of a request and its answer, whatever the http.Server allows.
const (
	longestURL    = 8 << 10   // bytes; a longer one gets 414
	longestHeader = 16 << 10  // bytes of names and values; more gets 431
	mostHeld      = 256 << 20 // bytes of different bodies that slow readers keep; more gets 503
	writeTime     = time.Minute
	answerTime    = 10 * time.Second
)

// ServeHTTP answers requests from the copy as the service does: for curl, browsers,
// programs in any language, and clients of this module with [ll2.WithBaseURL]:
//
//	http.ListenAndServe(":8080", m)
//
//	curl 'http://localhost:8080/2.2.0/docking_event/?space_station__id=4&ordering=-docking'
//
// It serves these paths, below any other path:
//
//   - 2.2.0/docking_event/ and an id below it, with every parameter, link, 400 and 404 of
//     the service, in JSON only. Links lead to the host that the caller used, see
//     [BehindProxy].
//   - 2.2.0/api-throttle/ reports an unused quota.
//   - healthz reports the age of the copy in JSON, with 200 if the copy answers and 503
//     if it does not.
//
// The methods are GET, HEAD and OPTIONS. The header of an answer has Age, the age of
// the copy, so that Date less Age is the time at which the copy was current;
// Cache-Control, which says how long a cache can use the answer; Last-Modified, the
// last change of the copy's content; and a strong ETag, which changes exactly if the
// body does. Requests with If-None-Match and If-Modified-Since are answered with 304
// if possible. Bodies are compressed with gzip if the client accepts it.
// [AllowOrigins] opens the answers to scripts of web pages.
//
// If there is no copy yet, or it is older than [MaxStale] allows, the answer is 503
// with Retry-After, after a wait of at most 10 seconds or twice [Patience]. Use
// [Mirror.Run], so that no client waits. A search, and an id that the copy does not
// have, are sent to the service: one at a time, without retries, and an equal query
// only once until the next refresh, or for an hour. These requests leave enough of
// the quota for a refresh with a walk, or half of the quota if that is less; further
// queries get 503.
//
// The handler is safe for a public port. Tokens neither enter nor leave it:
// Authorization is ignored. A URL of more than 8 KiB and a header of more than 16 KiB
// are refused, and request bodies are not read. A client has one minute to read an
// answer, or the WriteTimeout of the [http.Server] if that is set. Answers that slow
// readers keep take at most 256 MiB; after that, requests with other answers get 503.
// A handler cannot set the other limits: set ReadHeaderTimeout, IdleTimeout and
// MaxHeaderBytes of the [http.Server], as examples/gateway does.
func (m *Mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.own().serveHTTP(w, r) }

func (m *engine) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if m.usable() != nil {
		http.Error(w, errNotOpen.Error(), http.StatusServiceUnavailable)
		return
	}
	m.serving.Do(func() { m.web = newServer(m.config, m) })
	m.web.ServeHTTP(w, r)
}

// A source is the copy of one version of the service, which a server serves.
type source interface {
	path() string               // below the root, such as "2.2.0/docking_event/"
	rules() *service.Rules      // of its queries
	settings() config           // with which it was opened
	life() context.Context      // ends when the mirror is closed
	spare(needed int) time.Time // when a request is left for other uses, if a refresh needs so many
	status() Status             // the state of the copy

	ready(ctx context.Context) (*snapshot, error)             // the copy that answers
	search(ctx context.Context, q url.Values) (answer, error) // the service's answer to a search
	unknown(ctx context.Context, id string) (answer, error)   // the service's answer to an id that the copy lacks
}

func (m *engine) path() string          { return m.version.path }
func (m *engine) rules() *service.Rules { return m.version.rules }
func (m *engine) settings() config      { return m.config }
func (m *engine) life() context.Context { return m.ctx }

func (m *engine) spare(needed int) time.Time {
	q := m.client.Quota()
	if q.Limit > 0 {
		needed = min(needed, q.Limit/2)
	} else {
		needed = 0
	}
	return q.Next(needed + 1)
}

// A server serves copies, each below its path.
type server struct {
	config
	copies []*served

	mu      sync.Mutex
	room    int           // bytes for bodies that are being written
	held    int           // bytes of room in use
	readers map[*byte]int // number of readers of a body, by its first byte
}

func newServer(c config, sources ...source) *server {
	s := &server{config: c, readers: make(map[*byte]int), room: mostHeld}
	for _, v := range sources {
		s.copies = append(s.copies, newServed(v))
	}
	return s
}

const allowed = "GET, HEAD, OPTIONS"

// ServeHTTP answers a request. It checks limits, address, format, method and then the
// query, in the order in which the service checks them.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("X-Content-Type-Options", "nosniff")
	h["Vary"] = []string{"Accept, Accept-Encoding"}
	s.share(h, r)
	bound(w, r)
	s.write(w, r, s.answer(r))
}

// bound limits the time of a request.
func bound(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 && r.ProtoMajor == 1 {
		// Without it, net/http reads the body before it answers.
		w.Header().Set("Connection", "close")
	}
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.WriteTimeout <= 0 {
		// net/http removes the deadline when the request is over.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime)) // not every writer supports it
	}
}

// answer answers a request.
func (s *server) answer(r *http.Request) *response {
	u := s.address(r)
	switch {
	case len(r.URL.Path)+len(r.URL.RawPath)+len(r.URL.RawQuery) > longestURL:
		return refusal(http.StatusRequestURITooLong, "The address is too long.")
	case headerSize(r.Header) > longestHeader:
		return refusal(http.StatusRequestHeaderFieldsTooLarge, "The header is too long.")
	case u == nil:
		return refusal(http.StatusBadRequest, "The host is not a name.")
	}
	t := s.route(r.URL.Path)
	switch {
	case t.resource == nothing:
		return unknownAddress()
	case r.Method == http.MethodOptions:
		return &response{status: http.StatusNoContent, allow: true}
	case t.resource == health:
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			return notAllowed(r.Method)
		}
		return s.health()
	case !t.slash:
		to := url.URL{Path: r.URL.Path + "/", RawQuery: r.URL.RawQuery}
		return &response{status: http.StatusMovedPermanently, mediaType: typeHTML, location: to.String()}
	}
	q := u.Query()
	if refused := negotiate(q["format"], r.Header.Values("Accept")); refused != nil {
		return refused
	}
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return notAllowed(r.Method)
	case t.resource == quota:
		return throttle()
	}
	ctx, cancel := context.WithTimeout(r.Context(), max(answerTime, 2*t.copy.settings().patience))
	defer cancel()
	return t.copy.answer(ctx, t.id, u, q, wantsGzip(r.Header.Values("Accept-Encoding")))
}

func headerSize(h http.Header) (n int) {
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}

// address returns the absolute URL that the caller requested, or nil if it is not
// valid.
func (s *server) address(r *http.Request) *url.URL {
	u := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	if s.proxied {
		if host := first(r.Header.Get("X-Forwarded-Host")); host != "" {
			u.Host = host
		}
		if scheme := strings.ToLower(first(r.Header.Get("X-Forwarded-Proto"))); scheme == "http" || scheme == "https" {
			u.Scheme = scheme
		}
	}
	if u.Host == "" { // HTTP/1.0
		u.Host = "localhost"
		if own, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			u.Host = own.String()
		}
	}
	if len(u.Host) > 300 || strings.ContainsFunc(u.Host, notOfHosts) {
		return nil
	}
	return &u
}

// first returns the first value of a list, which is the one of the outermost proxy.
func first(list string) string {
	value, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(value)
}

func notOfHosts(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:[]", r)
}

// share lets scripts of the allowed origins read the answer.
func (s *server) share(h http.Header, r *http.Request) {
	if len(s.origins) == 0 {
		return
	}
	origin := "*"
	if !slices.Contains(s.origins, "*") {
		h.Add("Vary", "Origin")
		if origin = r.Header.Get("Origin"); !slices.Contains(s.origins, origin) {
			return
		}
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Age, Date, ETag, Last-Modified, Retry-After")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", allowed)
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Modified-Since, If-None-Match")
		h.Set("Access-Control-Max-Age", strconv.Itoa(24*60*60))
	}
}
