package ll2otel_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The examples compile, so snippets that equal them do.
func TestTheSnippetsOfTheDocumentationAreThoseOfTheExample(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	example := plain(strings.ReplaceAll(string(source), "log.Fatal(err)", "return err"))
	found := 0
	for _, name := range []string{"README.md", "doc.go", "../doc/observability.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1)
		if name == "doc.go" {
			snippets = regexp.MustCompile(`((?:\n//\t.*(?:=|return|if|}).*)+)`).FindAllStringSubmatch(string(text), 1)
		}
		for _, snippet := range snippets {
			if !strings.Contains(snippet[1], "ll2otel.") {
				continue
			}
			found++
			if !strings.Contains(example, plain(snippet[1])) {
				t.Errorf("%s has a snippet that is not in example_test.go:\n%s", name, snippet[1])
			}
		}
	}
	if found != 3 {
		t.Errorf("%d snippets, want 3", found)
	}
}

// plain leaves out comments and white space at the ends of lines.
func plain(code string) string {
	var lines []string
	for line := range strings.Lines(code) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "//\t")
		line, _, _ = strings.Cut(line, " // ")
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
