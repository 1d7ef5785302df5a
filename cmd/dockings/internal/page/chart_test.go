package page_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/page"
)

// hostile closes the element that it is in, unless it is escaped.
const hostile = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)> \u2028\u2029 {{script}} '\"`${x} &amp;"

func TestAPageOfChartsKeepsHostileTextsFromBeingCode(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := page.WriteCharts(&b, hostile, hostile, page.Chart{Title: hostile, Summary: hostile,
		Option: map[string]any{"title": hostile}, Columns: []string{hostile}, Rows: [][]string{{hostile}}})
	if err != nil {
		t.Fatal(err)
	}
	harmless(t, b.String())
}

// harmless checks that a page has the expected scripts and no unescaped part of the
// hostile text.
func harmless(t *testing.T, html string) {
	t.Helper()
	if n := strings.Count(strings.ToLower(html), "<script"); n != 2 {
		t.Errorf("%d scripts", n)
	}
	for _, part := range []string{"<script>alert", "<img", "<!--"} {
		if strings.Contains(html, part) {
			t.Errorf("%q is in the page", part)
		}
	}
	_, data, _ := strings.Cut(html, `type="application/json">`)
	data, _, _ = strings.Cut(data, "</script>")
	if strings.ContainsAny(data, "<>&\u2028\u2029") || !json.Valid([]byte(data)) {
		t.Error("the data can end what it stands in")
	}
	if !strings.Contains(html, `{{script}}`) {
		t.Error("the text itself was filled in")
	}
}
