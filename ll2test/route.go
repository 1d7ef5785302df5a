package ll2test

import (
	"slices"
	"strconv"
	"strings"
)

// A resource is the kind of thing that an address names.
type resource int

const (
	nothing resource = iota
	many             // a list, such as docking_event/
	one              // a row of it, such as docking_event/1/
	quota            // api-throttle/
)

const apiThrottle = "api-throttle"

// A target is the thing that a request asks for.
type target struct {
	resource resource
	endpoint endpoint // of many and one
	id       string   // of one
}

// route finds the resource at the end of a path, and reports whether the path ends
// with a slash. The part before the endpoint does not matter, with two exceptions:
// the version, if there is one, and the endpoint itself, since nothing exists below
// the docking events apart from each event.
func (s *Server) route(path string) (t target, slash bool) {
	path, slash = strings.CutSuffix(path, "/")
	elements := strings.Split(path, "/")
	parents, end := elements[:len(elements)-1], elements[len(elements)-1]
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.endpoints { // the longest path first
		switch {
		case t.resource != nothing && len(e.path) < len(t.endpoint.path):
			return t, slash
		case e.endsPath(parents) && end != "" && !strings.Contains(end, "."):
			return target{resource: one, endpoint: e, id: end}, slash
		case e.endsPath(elements):
			t = target{resource: many, endpoint: e}
		}
	}
	if t.resource == nothing && end == apiThrottle {
		t.resource = quota
	}
	return t, slash
}

// endsPath reports whether a path is the endpoint's.
func (e *endpoint) endsPath(path []string) bool {
	before := len(path) - len(e.path)
	if before < 0 || !slices.Equal(path[before:], e.path) {
		return false
	}
	if before == 0 {
		return true
	}
	parent := path[before-1]
	return !e.endsPath(path[:before]) && (e.version == "" || e.version == parent || !isVersion(parent))
}

// isVersion reports whether an element of a path is a version such as 2.3.0.
func isVersion(element string) bool {
	numbers := strings.Split(element, ".")
	return len(numbers) == 3 && !slices.ContainsFunc(numbers, func(n string) bool {
		_, err := strconv.ParseUint(n, 10, 16)
		return err != nil
	})
}
