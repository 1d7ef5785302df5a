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

// A Server is a Launch Library 2 in memory: an [http.RoundTripper] and an
// [http.Handler]. It is safe for concurrent use; make one with [NewServer].
type Server struct {
	mu        sync.Mutex
	endpoints []endpoint // the longest paths first
	ties      *rand.Rand // nil: in stored order
	ignored   []string   // terms of ordering
	window    window
	tokens    map[string]bool
	faults    []Fault
	requests  []Request
}

// NewServer returns a server that has these events of version 2.2.0, as if by
// [Server.SetEvents], and none of 2.3.0, for which there is
// [Server.SetEvents230]. It limits nobody, takes every token and has no faults.
func NewServer(events ...ll2.DockingEvent) *Server {
	s := &Server{}
	s.SetEvents(events...)
	s.SetEvents230()
	return s
}

// ShuffleTies makes every list come with equal sort keys in another order than
// the list before, as a database is free to do between two queries: a walk over
// several pages meets some rows twice and others never unless its order is
// total. Without ordering all keys are equal. The same seed brings the same
// orders again.
func (s *Server) ShuffleTies(seed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ties = rand.New(rand.NewPCG(seed, 0))
}

// IgnoreOrder makes every list drop these terms of ordering silently, as the
// service does with terms that it does not know. The real service probably knows
// no id in the ordering of docking events (the documentation of 2.2.0 names it,
// its code does not), so IgnoreOrder("id") shows a program what it may meet
// there. In 2.3.0 id is not even documented, and always dropped. A further call
// replaces the terms, one without any restores them all.
func (s *Server) IgnoreOrder(terms ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignored = slices.Clone(terms)
}

// SetTokens names the keys that the server knows: a request with any other is
// answered with a 401. Without keys, and before the first call, every key is
// good. Requests without a token are anonymous and always welcome, and so are
// those with another scheme than Token, which the service does not look at.
func (s *Server) SetTokens(keys ...string) {
	tokens := make(map[string]bool, len(keys))
	for _, key := range keys {
		tokens[key] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = tokens
}

// Limit lets n requests through in any window of length per, for each token
// and, together, for everybody without one. Requests that were let in before
// the call count, those of the last hour at least where there was no limit. An
// n or per below one takes the limit away.
//
// A request counts when its answer is made, which is after the Delay of its
// [Fault], and its place is free again exactly per later.
//
// Without a limit api-throttle/ shows what the production service grants
// anonymous callers, 15 an hour, and how much of it would be used: it is only
// never enforced.
func (s *Server) Limit(n int, per time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.window.limit(n, per)
}

// Fail scripts what happens to the next requests, one [Fault] each, whatever
// they ask for and whether or not they get as far as the fault. Faults wait
// behind those of earlier calls.
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

// A Request is what a [Server] was asked.
type Request struct {
	Method string
	URL    *url.URL // absolute, also over sockets
	Header http.Header

	// Status is what was answered; 0 while nothing is, and for good where the
	// fault was an Err or the caller's context ended first.
	Status int
}

// Requests returns what the server was asked so far, in order of arrival. A
// request whose context had ended before it was sent did not arrive.
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

// arrive writes a request down and takes the fault that is meant for it.
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
