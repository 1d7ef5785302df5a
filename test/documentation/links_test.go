package documentation_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestWhatTheDocumentsPointAtIsThere(t *testing.T) {
	t.Parallel()
	fsys := os.DirFS(root)
	for _, pattern := range []string{"*.md", "doc/*.md", "examples/*.md"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			for _, complaint := range readDocument(t, fsys, name).dangling(t, fsys) {
				t.Error(complaint)
			}
		}
	}
}

func TestDocumentsAreReadAsMarkdown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, markdown string
		want           []block // without file
		wantErr        string
	}{
		{"no block", "# Title\n`go`", nil, ""},
		{"one block", "# Title\n```go\nfmt.Println()\n\n```\n", []block{{line: 3, lang: "go", text: "fmt.Println()\n\n"}}, ""},
		{"no language", "```\nx\n```", []block{{line: 2, text: "x\n"}}, ""},
		{"more than a language", "```go title\na\n```", []block{{line: 2, lang: "go", text: "a\n"}}, ""},
		{"no text", "```sh\n```", []block{{line: 2, lang: "sh"}}, ""},
		{"with output", "```go\na\n```\n\n<!-- output -->\n\n```text\nb\n```\n```go\nc\n```", []block{
			{line: 2, lang: "go", text: "a\n", output: "b\n", hasOutput: true},
			{line: 8, lang: "text", text: "b\n"},
			{line: 11, lang: "go", text: "c\n"},
		}, ""},
		{"output of nothing", "text\n<!-- output -->\n```text\n```", nil, "README.md:2: an output, and no snippet before it"},
		{"output of a command", "```sh\n```\n<!-- output -->\n```text\n```", nil, "README.md:3: an output, and no snippet before it"},
		{"output of something above", "```go\n```\nThen:\n<!-- output -->\n```text\n```", nil, "README.md:4: an output, and no snippet before it"},
		{"output that is not there", "```go\n```\n<!-- output -->\nThen:", nil, "README.md:4: no block where an output should be"},
		{"output at the end", "```go\n```\n<!-- output -->", nil, "has no end, or is not there"},
		{"no end", "```go\na", nil, "has no end, or is not there"},
		{"line ends of Windows", "```go\r\na\r\n```\r\n", nil, "README.md has line ends of Windows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, err := newDocument("README.md", tt.markdown)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("error %v, want %q", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range d.blocks {
				d.blocks[i].file = ""
			}
			if diff := gocmp.Diff(tt.want, d.blocks, gocmp.AllowUnexported(block{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheChecksOfWhatDocumentsPointAtBite(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"doc/other.md":       {Data: []byte("# What's `new`, and [not](x)?\n## Twice\n## Twice\n```sh\n# no heading\n```\n")},
		"examples/a/main.go": {},
		"a_test.go":          {Data: []byte("func TestIt(t *testing.T) {}\nfunc FuzzIt(f *testing.F) {}\n")},
	}
	tests := []struct {
		name, markdown, want string // want is a part of the one complaint
	}{
		{"address", "[a](https://example.com/#x) [b](mailto:a@example.com)", ""},
		{"file", "[a](doc/other.md) [b](examples/a) ![c](examples/a/main.go \"title\")", ""},
		{"file that is not there", "a [b](doc/another.md)", "link to doc/another.md"},
		{"picture that is not there", "![a](doc/a.svg)", "link to doc/a.svg"},
		{"picture in HTML", `<img src="doc/a.svg">`, "link to doc/a.svg"},
		{"out of the tree", "[a](../a.md)", "link to ../a.md"},
		{"reference", "[a]\n\n[a]: doc/another.md", "link to doc/another.md"},
		{"link in code", "`[a](b)`\n```go\n[a](b)\n```", ""},
		{"heading", "# A title\n[a](#a-title)", ""},
		{"heading that is not there", "# A title\n[a](#title)", "link to #title: no such heading"},
		{"heading elsewhere", "[a](doc/other.md#whats-new-and-not) [b](doc/other.md#twice-1)", ""},
		{"heading that is not elsewhere", "[a](doc/other.md#twice-2)", "no such heading"},
		{"heading in a block", "[a](doc/other.md#no-heading)", "no such heading"},
		{"command", "```sh\ngo run ./examples/a -live\ngo test ./... && go vet ./examples/...\n```", ""},
		{"command with a path that is not there", "```sh\ngo run ./examples/b -live\n```", "command with ./examples/b"},
		{"command of another kind", "```sh\n./app -o ./out\n```", ""},
		{"test", "`TestIt`, `FuzzIt`", ""},
		{"test that is not there", "`TestI`", "no test TestI"},
		{"command with tests", "```sh\ngo test -run ^Test .\ngo test -run TestI .\n```", ""},
		{"command with a test that is not there", "```sh\ngo test -run TestThat .\n```", "no such test"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(fsys)
			files["README.md"] = &fstest.MapFile{Data: []byte(tt.markdown)}
			got := readDocument(t, files, "README.md").dangling(t, files)
			switch {
			case tt.want == "" && len(got) == 0:
			case len(got) == 1 && tt.want != "" && strings.Contains(got[0], tt.want):
			default:
				t.Errorf("complaints %q, want %q", got, tt.want)
			}
		})
	}
}

// A document is a Markdown file, its fenced blocks apart.
type document struct {
	name   string
	blocks []block
	prose  string // the rest of it, line by line
}

// A block is the content of a fence.
type block struct {
	file      string
	line      int // of its text's first one
	lang      string
	text      string
	hasOutput bool // a comment, <!-- output -->, and another block follow
	output    string
}

var fencePattern = regexp.MustCompile("^ *```(\\S*)")

func readDocument(t *testing.T, fsys fs.FS, name string) document {
	t.Helper()
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDocument(name, string(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newDocument(name, markdown string) (document, error) {
	d := document{name: name}
	if strings.Contains(markdown, "\r") {
		return d, fmt.Errorf("%s has line ends of Windows, which .gitattributes forbids; check it out again", name)
	}
	var open *block
	source := -1 // the block before, while nothing stands behind it
	output := -1 // the block whose output comes next
	for i, line := range strings.Split(markdown, "\n") {
		found := fencePattern.FindStringSubmatch(line)
		switch {
		case open == nil && found != nil:
			open = &block{file: name, line: i + 2, lang: found[1]}
		case open != nil && found != nil && found[1] == "":
			if output >= 0 {
				d.blocks[output].output, d.blocks[output].hasOutput = open.text, true
			}
			source, output = len(d.blocks), -1
			d.blocks = append(d.blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case line == "<!-- output -->":
			if source < 0 || d.blocks[source].lang != "go" {
				return d, fmt.Errorf("%s:%d: an output, and no snippet before it", name, i+1)
			}
			output = source
		case strings.TrimSpace(line) != "":
			if output >= 0 {
				return d, fmt.Errorf("%s:%d: no block where an output should be", name, i+1)
			}
			source = -1
			d.prose += line
		}
		d.prose += "\n"
	}
	if open != nil || output >= 0 {
		return d, fmt.Errorf("%s: the last block has no end, or is not there", name)
	}
	return d, nil
}

// snippets lists the blocks of Go.
func (d document) snippets() []block {
	return slices.DeleteFunc(slices.Clone(d.blocks), func(b block) bool { return b.lang != "go" })
}

var (
	inlineCode     = regexp.MustCompile("`[^`\n]*`")
	linkPattern    = regexp.MustCompile(`\]\(([^()\s]+)(?: "[^"]*")?\)|(?m:^\[[^\]]+\]: *(\S+))|\b(?:src|srcset|href)="([^"]+)"`)
	absoluteLink   = regexp.MustCompile(`^[a-z]+:`)
	headingPattern = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	linkText       = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	notInAnchor    = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	goLine         = regexp.MustCompile(`(?m)^.*\bgo [a-z]+ .*$`)
	testName       = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)
	testFunc       = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
)

// dangling returns the links, paths of go commands and names of tests in the document
// that lead nowhere. Commands are meant to run in the root.
func (d document) dangling(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	var complaints []string
	complain := func(format string, args ...any) {
		complaints = append(complaints, d.name+": "+fmt.Sprintf(format, args...))
	}
	for _, found := range linkPattern.FindAllStringSubmatch(inlineCode.ReplaceAllString(d.prose, ""), -1) {
		target := found[1] + found[2] + found[3]
		if absoluteLink.MatchString(target) {
			continue
		}
		file, anchor, _ := strings.Cut(target, "#")
		if file = path.Join(path.Dir(d.name), file); strings.HasPrefix(target, "#") {
			file = d.name
		}
		if _, err := fs.Stat(fsys, file); err != nil {
			complain("link to %s: %v", target, err)
		} else if anchor != "" && path.Ext(file) == ".md" && !slices.Contains(readDocument(t, fsys, file).anchors(), anchor) {
			complain("link to %s: no such heading", target)
		}
	}
	tests := testsOf(t, fsys)
	for _, name := range testName.FindAllString(d.prose, -1) {
		if !slices.Contains(tests, name) {
			complain("no test %s", name)
		}
	}
	for _, b := range d.blocks {
		if b.lang != "sh" {
			continue
		}
		for word := range strings.FieldsSeq(strings.Join(goLine.FindAllString(b.text, -1), "\n")) {
			if dir := strings.TrimSuffix(word, "/..."); strings.HasPrefix(word, "./") {
				if _, err := fs.Stat(fsys, path.Clean(dir)); err != nil {
					complain("command with %s: %v", word, err)
				}
			}
			name := testName.FindString(word)
			if name != "" && !slices.ContainsFunc(tests, func(s string) bool { return strings.HasPrefix(s, name) }) {
				complain("command with %s: no such test", word)
			}
		}
	}
	return complaints
}

// anchors lists what a link can point at, as GitHub names it.
func (d document) anchors() []string {
	var anchors []string
	for _, found := range headingPattern.FindAllStringSubmatch(d.prose, -1) {
		text := linkText.ReplaceAllString(found[1], "$1")
		name := strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
		anchor := name
		for n := 1; slices.Contains(anchors, anchor); n++ {
			anchor = fmt.Sprintf("%s-%d", name, n)
		}
		anchors = append(anchors, anchor)
	}
	return anchors
}

// testsOf lists the tests of all packages.
func testsOf(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	var tests []string
	err := fs.WalkDir(fsys, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		for _, found := range testFunc.FindAllSubmatch(text, -1) {
			tests = append(tests, string(found[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
