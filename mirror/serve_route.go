package mirror

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A resource is what an address stands for.
type resource int

const (
	nothing resource = iota
	many             // a list
	one              // a row of it
	quota            // api-throttle/
	health           // healthz
)

// A target is what a request is for.
type target struct {
	resource resource
	copy     *served // of many and one
	id       string  // of one
	slash    bool    // at the end of the path, which the service wants
}

// route finds the resource at the end of a path. What stands before it does not
// matter, as long as it is a plain path.
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
	// There is one quota for all versions, and clients ask for it in the first one.
	if strings.HasSuffix(name, "/2.2.0/api-throttle") {
		return target{resource: quota, slash: slash}
	}
	return target{}
}

// negotiate refuses what asks for another form than JSON, as the service's framework
// does where it has no other: the weights of Accept are not looked at.
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

// unknownAddress is the service's answer where it serves nothing.
func unknownAddress() *response {
	return &response{status: http.StatusNotFound, mediaType: typeHTML, body: []byte(
		"<!doctype html>\n<title>Not Found</title>\n<h1>Not Found</h1>\n<p>The requested resource was not found on this server.</p>\n")}
}

// throttle is the quota of a caller of the copy: as many requests in a second as
// clients of this module believe. The service's own quota is no business of his.
func throttle() *response {
	return &response{status: http.StatusOK, mediaType: typeJSON, cacheControl: "no-store", body: fmt.Appendf(nil,
		`{"your_request_limit":%d,"limit_frequency_secs":1,"current_use":0,"next_use_secs":0,"ident":"mirror"}`, 10_000)}
}
