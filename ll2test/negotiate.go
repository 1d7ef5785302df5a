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

// The forms in which the service can answer, its favourite first.
var forms = []struct {
	format, mediaType string
	wishes            [3]string // that ask for it, the most exact first
}{
	{"json", typeJSON, [...]string{"application/json", "application/*", "*/*"}},
	{"api", typeHTML, [...]string{"text/html", "text/*", "*/*"}},
}

// negotiate finds the form that both the format parameter, of which the last
// value counts, and the Accept headers allow. If there is none, the refusal
// comes in JSON.
//
// The most exact of the caller's wishes decides; weights (q=0.5) are not looked
// at, which is how the service's framework does it.
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

// browsable turns an answer into the page that a browser gets, which shows the
// answer that a program would have got.
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
	_ = json.Indent(&b, a.body, "", "    ") // what views answer is JSON
	a.header.Set("Content-Type", typeHTML)
	a.body = []byte("<!doctype html>\n<title>Docking Event</title>\n<pre>" + html.EscapeString(b.String()) + "</pre>\n")
}
