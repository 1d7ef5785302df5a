package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the parts of the page
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"
)

//go:generate ./build/build.sh

var (
	//go:embed page.html
	document string
	//go:embed timeline.html
	timelineBody string
	//go:embed asset/timeline.js
	timelineScript string
	//go:embed asset/charts.js
	chartsScript string
	//go:embed asset/page.css
	style string
)

// A shell is a page without its content.
type shell struct {
	title, summary string
	body           string // HTML, only from this package
	script         string // also from this package
	data           any    // for the script
	live           bool   // whether the page may make requests to its own server
}

// policy returns the Content-Security-Policy of the page. A page may run its script, use its
// style, and show its embedded pictures. A live page may also ask its server for changes.
func (s *shell) policy() string {
	policy := fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src data:; base-uri 'none'; form-action 'none'",
		hashed(s.script), hashed(style))
	if s.live {
		policy += "; connect-src 'self'"
	}
	return policy
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// write writes the page. encoding/json escapes <, >, & and JavaScript's line separators in
// the data, so the data cannot close its element.
func (s *shell) write(w io.Writer) error {
	data, err := json.Marshal(s.data)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	var whole bytes.Buffer
	whole.Grow(len(document) + len(s.body) + len(data) + len(s.script) + len(style))
	// One pass: a replacement is not replaced again, since a craft may be called {{script}}.
	_, err = strings.NewReplacer(
		"{{policy}}", html.EscapeString(s.policy()),
		"{{title}}", html.EscapeString(s.title),
		"{{summary}}", html.EscapeString(s.summary),
		"{{style}}", style,
		"{{body}}", s.body,
		"{{data}}", string(data),
		"{{script}}", s.script,
	).WriteString(&whole, document)
	if err == nil {
		_, err = w.Write(whole.Bytes())
	}
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}
