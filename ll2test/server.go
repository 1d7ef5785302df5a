package ll2test

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/docking-event/ll2"
)

// A Server is an in-memory Launch Library 2: an [http.RoundTripper] and an
// [http.Handler]. Create it with [NewServer]. It is safe for concurrent use.
type Server struct {
	mu        sync.Mutex
	endpoints []endpoint // the longest paths first
	ties      *rand.Rand // nil: equal rows stay in the stored order
	ignored   []string   // terms of ordering
	window    window
	tokens    map[string]bool
	faults    []Fault
	requests  []Request
}

// NewServer returns a server with these events of version 2.2.0, as if set by
// [Server.SetEvents], and no events of 2.3.0, which [Server.SetEvents230] sets. It
// does not limit requests, accepts every token and has no faults.
func NewServer(events ...ll2.DockingEvent) *Server {
	s := &Server{}
	s.SetEvents(events...)
	s.SetEvents230()
	return s
}

// ShuffleTies makes every list sort rows with equal keys differently from the list
// before, as a database may do between two queries. A program that reads several
// pages then gets some rows twice and others never, unless its order is unique.
// Without ordering all keys are equal. The same seed produces the same orders.
func (s *Server) ShuffleTies(seed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ties = rand.New(rand.NewPCG(seed, 0))
}

// IgnoreOrder makes every list silently ignore these terms of ordering, as the
// service does with unknown terms. The real service probably does not know id in the
// ordering of docking events (the documentation of 2.2.0 names it, its code does
// not), so IgnoreOrder("id") shows how a program copes with that. In 2.3.0 id is not
// even documented, and always ignored. Another call replaces the terms; a call
// without terms restores all.
func (s *Server) IgnoreOrder(terms ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignored = slices.Clone(terms)
}

// SetTokens sets the keys that the server knows. A request with any other key gets a
// 401. Before the first call, and after a call without keys, every key is accepted.
// Requests without a token are anonymous and always accepted. So are requests whose
// scheme is not Token, because the service ignores other schemes.
func (s *Server) SetTokens(keys ...string) {
	tokens := make(map[string]bool, len(keys))
	for _, key := range keys {
		tokens[key] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = tokens
}

// Limit allows n requests in any window of length per, for each token, and for all
// anonymous requests together. Requests that passed before the call count; if there
// was no limit before, at least those of the last hour count. An n or per below one
// removes the limit.
//
// A request counts from the time of its answer, which is after the Delay of its
// [Fault], and stops counting exactly per later.
//
// Without a limit, api-throttle/ shows the quota of anonymous callers in production,
// 15 an hour, and how much of it would be used, but the quota is not enforced.
func (s *Server) Limit(n int, per time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.window.limit(n, per)
}

// Fail sets faults for the next requests, one [Fault] per request, whatever they ask
// for and even if they do not get as far as the fault. The faults come after those of
// earlier calls.
func (s *Server) Fail(faults ...Fault) {
	added := make([]Fault, len(faults))
	for i, f := range faults {
		f.Header = f.Header.Clone()
		added[i] = f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, added...)
}

// A Request is a request that a [Server] received.
type Request struct {
	Method string
	URL    *url.URL // absolute, also over sockets
	Header http.Header

	// Status is the status of the answer. It is 0 as long as there is no answer, and
	// stays 0 if the fault had an Err or the caller's context ended first.
	Status int
}

// Requests returns the requests that the server received so far, in order of arrival.
// It does not contain requests whose context had ended before they were sent.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := slices.Clone(s.requests)
	for i := range requests {
		requests[i].URL = cloneURL(requests[i].URL)
		requests[i].Header = requests[i].Header.Clone()
	}
	return requests
}

// arrive records a request and takes its fault.
func (s *Server) arrive(c call) (number int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{Method: c.method, URL: cloneURL(c.url), Header: c.header.Clone()})
	if len(s.faults) > 0 {
		f, s.faults = s.faults[0], s.faults[1:]
	}
	return len(s.requests) - 1, f
}

func (s *Server) answered(number, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[number].Status = status
}

func cloneURL(u *url.URL) *url.URL {
	c := *u
	return &c
}
