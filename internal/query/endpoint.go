package query

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// ErrForeign is the error for a link that does not lead to the endpoint.
var ErrForeign = errors.New("foreign link")

// An Endpoint is the address of a list: a version, "" if there is none, and a name
// such as "docking_event/".
type Endpoint struct{ Version, Name string }

var (
	version = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
	number  = regexp.MustCompile(`^[0-9]+$`)
)

// IsVersion reports whether an element of a path is a version such as 2.2.0.
func IsVersion(element string) bool { return version.MatchString(element) }

// ParsePath splits the path of an endpoint, such as "2.2.0/docking_event/".
func ParsePath(path string) (Endpoint, error) {
	if strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || strings.ContainsRune("?#%\\:\x7f", r) }) {
		return Endpoint{}, errors.New("it is not a plain path")
	}
	elements := strings.Split(strings.Trim(path, "/"), "/")
	for _, element := range elements {
		if element == "" || element == "." || element == ".." {
			return Endpoint{}, errors.New("it has an element that names nothing")
		}
	}
	e := Endpoint{}
	if IsVersion(elements[0]) {
		e.Version, elements = elements[0], elements[1:]
	}
	if len(elements) == 0 {
		return Endpoint{}, errors.New("it names no endpoint")
	}
	e.Name = strings.Join(elements, "/") + "/"
	return e, nil
}

// Path returns the endpoint's path below the base URL.
func (e Endpoint) Path() string {
	if e.Version == "" {
		return e.Name
	}
	return e.Version + "/" + e.Name
}

// String returns the name of a row of the endpoint for use in texts.
func (e Endpoint) String() string {
	return strings.ReplaceAll(strings.Trim(e.Name, "/"), "_", " ")
}

// ParseLink returns the query of a link to the endpoint, without format: the
// service copies it into links, and following it would fetch HTML. ParseLink ignores
// the host and the path before the endpoint's name: mirrors and proxies differ there,
// and no request goes to the link's host anyway.
func (e Endpoint) ParseLink(link string) (url.Values, error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is not a URL", ErrForeign, link)
	}
	path, name := elements(u), strings.Split(e.Name, "/")
	if before := len(path) - len(name); before < 0 || !slices.Equal(path[before:], name) {
		return nil, fmt.Errorf("%w: the path of %q does not end in /%s", ErrForeign, link, e.Name)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("%w: the query of %q is damaged: %w", ErrForeign, link, err)
	}
	query.Del("format")
	return query, nil
}

// elements splits the path of a URL. An escaped slash does not separate two elements.
func elements(u *url.URL) []string {
	all := strings.Split(u.EscapedPath(), "/")
	for i, element := range all {
		all[i], _ = url.PathUnescape(element) // url.Parse has checked the escapes
	}
	return all
}

// endpoints lists the names in which no base URL ends, with or without the id of a row.
var endpoints = []string{"docking_event", "docking_events", "api-throttle"}

// ParseBase parses the base URL of an API. It returns an absolute URL that ends in a
// slash, and removes a version at the end. An error says to write it like example.
func ParseBase(s, example string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Opaque != "", u.Host == "" && strings.Contains(s, "@"):
		// The error does not contain the URL, which may contain a password.
		return nil, fmt.Errorf("not a URL; write it like %q", example)
	case u.User != nil:
		return nil, errors.New("the URL holds a user; use WithToken to authenticate")
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, fmt.Errorf("%q is not an absolute http or https URL like %q", s, example)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("the URL has a query or a fragment; leave it out")
	}
	u = u.JoinPath("/") // also removes dots
	path := elements(u)
	path = path[:len(path)-1]
	end := len(path) - 1
	if end > 0 && number.MatchString(path[end]) {
		end--
	}
	switch {
	case slices.Contains(endpoints, path[end]):
		return nil, fmt.Errorf("%q leads to an endpoint; give the address before %q", s, strings.Join(path[end:], "/"))
	case IsVersion(path[len(path)-1]):
		u = u.JoinPath("../")
	}
	return u, nil
}
