package ll2test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
)

const (
	typeJSON = "application/json"
	typeHTML = "text/html; charset=utf-8"
)

// The formats in which the service can answer, its favourite first.
var forms = []struct {
	format, mediaType string
	wishes            [3]string // media types that select it, the most exact first
}{
	{"json", typeJSON, [...]string{"application/json", "application/*", "*/*"}},
	{"api", typeHTML, [...]string{"text/html", "text/*", "*/*"}},
}

// negotiate finds the format that both the format parameter and the Accept headers
// allow. The last value of the parameter counts. If there is no such format, the
// refusal is sent as JSON.
//
// The most exact media type of the caller decides. Weights (q=0.5) are ignored, as in
// the service's framework.
func negotiate(formats, accept []string) (mediaType string, refused *answer) {
	format := ""
	if len(formats) > 0 {
		format = formats[len(formats)-1]
	}
	wishes := strings.Split(strings.Join(accept, ","), ",")
	for i, wish := range wishes {
		wish, _, _ = strings.Cut(wish, ";")
		wishes[i] = strings.ToLower(strings.TrimSpace(wish))
	}
	if len(accept) == 0 {
		wishes = []string{"*/*"}
	}
	known := false
	for exactness := range 3 {
		for _, form := range forms {
			if format != "" && format != form.format {
				continue
			}
			known = true
			if slices.Contains(wishes, form.wishes[exactness]) {
				return form.mediaType, nil
			}
		}
	}
	if !known {
		return typeJSON, refusal(http.StatusNotFound, "Not found.")
	}
	return typeJSON, refusal(http.StatusNotAcceptable, "Could not satisfy the request Accept header.")
}

// browsable turns an answer into the page for browsers, which shows the answer that a
// program would have received.
func (a *answer) browsable(c call) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\nHTTP %s\n", c.method, c.url.RequestURI(), statusLine(a.status))
	keys := make([]string, 0, len(a.header))
	for key := range a.header {
		if key != "Date" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		fmt.Fprintf(&b, "%s: %s\n", key, a.header.Get(key))
	}
	b.WriteByte('\n')
	_ = json.Indent(&b, a.body, "", "    ") // answers of views are JSON
	a.header.Set("Content-Type", typeHTML)
	a.body = []byte("<!doctype html>\n<title>Docking Event</title>\n<pre>" + html.EscapeString(b.String()) + "</pre>\n")
}
