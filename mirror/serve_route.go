package mirror

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A resource is the kind of thing that an address names.
type resource int

const (
	nothing resource = iota
	many             // a list
	one              // a row of it
	quota            // api-throttle/
	health           // healthz
)

// A target is the thing that a request asks for.
type target struct {
	resource resource
	copy     *served // of many and one
	id       string  // of one
	slash    bool    // at the end of the path, as the service wants it
}

// route finds the resource at the end of a path. The part before it does not matter,
// as long as it is a plain path.
func (s *server) route(address string) target {
	name, slash := strings.CutSuffix(address, "/")
	if name == "" || path.Clean(name) != name || name[0] != '/' {
		return target{}
	}
	if !slash && strings.HasSuffix(name, "/healthz") {
		return target{resource: health}
	}
	parent, id := path.Split(name)
	for _, c := range s.copies {
		list := "/" + c.path()
		switch {
		case strings.HasSuffix(name+"/", list):
			return target{resource: many, copy: c, slash: slash}
		case strings.HasSuffix(parent, list) && !strings.Contains(id, "."):
			return target{resource: one, copy: c, id: id, slash: slash}
		}
	}
	// All versions have one quota, and clients ask for it in the first version.
	if strings.HasSuffix(name, "/2.2.0/api-throttle") {
		return target{resource: quota, slash: slash}
	}
	return target{}
}

// negotiate refuses requests for other formats than JSON, as the service's framework
// does if it has no other: the weights of Accept are ignored.
func negotiate(formats, accept []string) *response {
	if len(formats) > 0 {
		if format := formats[len(formats)-1]; format != "" && format != "json" {
			return refusal(http.StatusNotFound, "Not found.")
		}
	}
	if len(accept) == 0 {
		return nil
	}
	for wish := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		wish, _, _ = strings.Cut(wish, ";")
		if slices.Contains([]string{"application/json", "application/*", "*/*"}, strings.ToLower(strings.TrimSpace(wish))) {
			return nil
		}
	}
	return refusal(http.StatusNotAcceptable, "Could not satisfy the request Accept header.")
}

func notAllowed(method string) *response {
	p := refusal(http.StatusMethodNotAllowed, "Method "+strconv.Quote(method)+" not allowed.")
	p.allow = true
	return p
}

// unknownAddress is the service's answer for unknown paths.
func unknownAddress() *response {
	return &response{status: http.StatusNotFound, mediaType: typeHTML, body: []byte(
		"<!doctype html>\n<title>Not Found</title>\n<h1>Not Found</h1>\n<p>The requested resource was not found on this server.</p>\n")}
}

// throttle reports the quota of a client of the copy: as many requests per second as
// clients of this module believe. It says nothing about the service's own quota.
func throttle() *response {
	return &response{status: http.StatusOK, mediaType: typeJSON, cacheControl: "no-store", body: fmt.Appendf(nil,
		`{"your_request_limit":%d,"limit_frequency_secs":1,"current_use":0,"next_use_secs":0,"ident":"mirror"}`, 10_000)}
}
