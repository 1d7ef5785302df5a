package documentation_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// A ban is a form of English that readers stumble over.
type ban struct {
	form    *regexp.Regexp
	instead string
	unless  *regexp.Regexp // matches what the form finds and may stay, or nil
}

// banned lists the forms, each with the way to write it plainly. A form is
// here only if nearly every sentence that has it reads better without it.
var banned = []ban{
	{form(`(?:^|[.:!?]\s+)(?:What|Who|Whoever|Whatever|Whom|Whose)\b[^?]*?[.!](?:\s|$)`), "a sentence that is no question names its subject: Transient failures are retried", nil},
	{form(`[,;:]\s+(?:and\s+|but\s+|so\s+)?(?:what|whoever|whatever)\s+(?:is|are|was|comes|came|can|has|had)\b`), "name the thing instead of a clause with what", nil},
	{form(`(?:^|[.:;]\s+)(?:An?\s+|The\s+)?\w+(?:\s+\w+)?\s+(?:is|are|was|were)\s+(?:who|whom|what|how|where)\s+\w+`), "say what it is: Agency is the organization that operates",
		form(`(?i)^(?:it|this|that)\s|\show\s+(?:many|much|long|often|far|deep|old|large|big)$`)},
	{form(`(?i)\bwithout\s+a\s+word\b`), "silently", nil},
	{form(`(?i)\bfor\s+ever\b`), "forever", nil},
	{form(`(?i)\bmend(?:s|ed|ing)?\b`), "fix, repair or replace", nil},
	{form(`(?i)\bnot\s+begun\b`), "fails at once, or is not started", nil},
	{form(`(?i)\bno\s+more\s+than\s+that\s+in\s+any\b`), "at most 15 in any 60 minutes", nil},
	{form(`(?i)\bthrice\b`), "three times", nil},
	{form(`(?i)\b(?:of\s+one's|one's\s+own|oneself)\b`), "your, its, the caller's", nil},
	{form(`(?i)\b(?:nobody|somebody)(?:'s)?\b`), "no request, no caller, another goroutine, another process", nil},
	{form(`(?i)\b(?:thereof|therein|wherein|whereby|whereupon|hereby|herein)\b`), "of it, in which, by which", nil},
	{form(`(?i)\b(?:tells?|told)\s+of\b`), "reports", nil},
	{form(`(?i)\b(?:is|are|was|were)\s+told\b`), "receives, learns, is given", nil},
	{form(`(?i)\bin\s+trouble\b`), "on failure, or name the failure", nil},
	{form(`(?i)\bat\s+hand\b`), "available", nil},
	{form(`(?i)(?:\w+\s+)?\ball\s+the\s+same\b`), "still, anyway", form(`(?i)\b(?:are|were)\s+all`)},
	{form(`(?i)\b(?:or|and)\s+the\s+like\b`), "name it, or such as", nil},
	{form(`(?i)\bbesides\b`), "also, apart from", nil},
	{form(`(?i)\b(?:fails?|failed|ends?|ended|waits?|refuses?|stops?)\s+where\b`), "if, or when", nil},
	{form(`(?i),\s+too\.\s[^.]*,\s+too\.`), "also, and not in every sentence", nil},
}

func form(expr string) *regexp.Regexp { return regexp.MustCompile(expr) }

func TestTheEnglishIsPlain(t *testing.T) {
	t.Parallel()
	complaints, err := plain(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range complaints {
		t.Error(c)
	}
}

func TestTheCheckOfTheEnglishBites(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, text string
		want             []string // the line and what is found there
	}{
		{"no question", "a.md", "One.\n\nTwo. What can pass\nis tried again.", []string{"3: What can pass is tried again."}},
		{"question", "a.md", "What can pass? That which can. Who asks?", nil},
		{"heading", "a.md", "# What can pass\nAll.\n", nil},
		{"clause", "a.md", "It waits, and what is left waits.", []string{"1: and what is"}},
		{"definition", "a.md", "An Agency is who operates it.", []string{"1: An Agency is who operates"}},
		{"no definition", "a.md", "This is what it needs. A limit is how many it sends. It knows what is there.", nil},
		{"word", "a.md", "It stops\nwithout\na word.", []string{"2: without a word"}},
		{"part of a word", "a.md", "Amendments and recommendations.", nil},
		{"same", "a.md", "It is sent all the same. They are all the same.", []string{"1: sent all the same"}},
		{"list", "a.md", "- a\n- Who waits, waits.\n", []string{"2: Who waits, waits."}},
		{"table", "a.md", "| a | b |\n|---|---|\n| for ever | Whoever waits. |\n", []string{"3: for ever", "3: Whoever waits."}},
		{"code", "a.md", "`mend`\n```sh\nmend\n```\n", nil},
		{"another file", "a.txt", "mend", nil},
		{"test data", "testdata/a.md", "mend", nil},
		{"of GitHub", ".github/a/b.md", "mend", []string{"1: mend"}},
		{"other hidden files", ".b/a.md", "mend", nil},
		{"doc comment", "a/b.go", "// Package p.\n//\n// Mend\n// it.\npackage p", []string{"3: Mend"}},
		{"comment in a function", "a.go", "package p\nfunc f() {\n\t// Nobody comes.\n\t_ = 1 // for ever\n}", []string{"3: Nobody", "4: for ever"}},
		{"block", "a.go", "package p\n/*\na\nmend\n*/", []string{"4: mend"}},
		{"code in a comment", "a.go", "// Package p.\n//\n//\tmend()\npackage p", nil},
		{"list in a comment", "a.go", "// Package p.\n//   - a\n//     mend\npackage p", []string{"3: mend"}},
		{"directive", "a.go", "package p\n//go:generate mend\n", nil},
		{"output", "a_test.go", "package p\nfunc Example() {\n\t// Output:\n\t// mend\n}", nil},
		{"strings", "a.go", "package p\nvar s = \"mend\"", nil},
		{"help", "a.go", "package p\nvar c = C{Use: \"mend\", Short: \"Mend\",\n\tLong: `a ` + `mend`}", []string{"2: Mend", "3: mend"}},
		{"generated", "a.go", "// Code generated by p. DO NOT EDIT.\npackage p\n// mend\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			complaints, err := plain(fstest.MapFS{tt.file: {Data: []byte(tt.text)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range complaints {
				got = append(got, fmt.Sprintf("%d: %s", c.line, c.text))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("complaints %q, want %q", got, tt.want)
			}
		})
	}
}

// A complaint is one banned form in one file.
type complaint struct {
	file          string
	line          int
	text, instead string
}

func (c complaint) String() string {
	return fmt.Sprintf("%s:%d: %q: write instead: %s", c.file, c.line, c.text, c.instead)
}

// plain reads all Markdown and all Go files that people write, of every module.
func plain(fsys fs.FS) ([]complaint, error) {
	var complaints []complaint
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if entry.IsDir() {
			hidden := strings.HasPrefix(base, ".") && name != "." && name != ".github"
			if hidden || base == "testdata" || base == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		ext := path.Ext(name)
		if ext != ".md" && ext != ".go" {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		passages := proseOfMarkdown(string(text))
		if ext == ".go" {
			if passages, err = proseOfGo(name, string(text)); err != nil {
				return err
			}
		}
		for _, p := range passages {
			complaints = append(complaints, p.complaints(name)...)
		}
		return nil
	})
	return complaints, err
}

// A passage is text that runs on: a paragraph, or a comment of several.
type passage struct {
	line int // of its beginning
	text string
}

func (p passage) complaints(file string) []complaint {
	var complaints []complaint
	for _, ban := range banned {
		// A line for a blank line: a paragraph is the beginning of a sentence.
		line := p.line
		for paragraph := range strings.SplitSeq(p.text, "\n\n") {
			for _, at := range ban.form.FindAllStringIndex(paragraph, -1) {
				found := paragraph[at[0]:at[1]]
				if ban.unless != nil && ban.unless.MatchString(strings.TrimLeft(found, " \n.:;,!?")) {
					continue
				}
				begin := at[0] + len(found) - len(strings.TrimLeft(found, " \n.:;,!?"))
				complaints = append(complaints, complaint{
					file: file, line: line + strings.Count(paragraph[:begin], "\n"),
					text: strings.Join(strings.Fields(paragraph[begin:at[1]]), " "), instead: ban.instead,
				})
			}
			line += strings.Count(paragraph, "\n") + 2
		}
	}
	slices.SortStableFunc(complaints, func(a, b complaint) int { return cmp.Compare(a.line, b.line) })
	return complaints
}

var (
	fence = regexp.MustCompile("^\\s*(?:```|~~~)")
	// A line that begins a paragraph of its own: a heading, a list's item, a
	// row of a table, HTML.
	ownLine = regexp.MustCompile(`^\s*(?:#+\s+|[-*+]\s+|\d+\.\s+|\||<)`)
)

// proseOfMarkdown returns the paragraphs of a document without its code.
func proseOfMarkdown(markdown string) []passage {
	var passages []passage
	inCode, inParagraph := false, false
	for i, line := range strings.Split(markdown, "\n") {
		isFence := fence.MatchString(line)
		line = inlineCode.ReplaceAllString(strings.TrimSuffix(line, "\r"), "`code`")
		switch {
		case isFence:
			inCode, inParagraph = !inCode, false
		case inCode:
		case strings.TrimSpace(line) == "":
			inParagraph = false
		case ownLine.MatchString(line) || !inParagraph:
			inParagraph = !strings.HasPrefix(strings.TrimSpace(line), "#")
			// The cells of a row are sentences, or parts of them.
			for cell := range strings.SplitSeq(ownLine.ReplaceAllString(line, ""), "|") {
				passages = append(passages, passage{line: i + 1, text: strings.TrimSpace(cell)})
			}
		default:
			last := &passages[len(passages)-1]
			last.text += "\n" + line
		}
	}
	return passages
}

var (
	isGenerated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)
	directive   = regexp.MustCompile(`^//(?:[a-z0-9]+:[a-z0-9]|nolint)`)
	output      = regexp.MustCompile(`(?i)^(?:unordered )?output:`)
	goListItem  = regexp.MustCompile(`^\s+(?:[-*+]|\d+\.)\s`)
)

// proseOfGo returns the comments of a file, and the help texts of its commands.
func proseOfGo(name, source string) ([]passage, error) {
	if isGenerated.MatchString(source) {
		return nil, nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var passages []passage
	for _, group := range file.Comments {
		passages = append(passages, proseOfComment(fset, group))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && (key.Name == "Short" || key.Name == "Long") {
				passages = append(passages, passage{line: fset.Position(pair.Value.Pos()).Line, text: literal(pair.Value)})
			}
		}
		return true
	})
	return passages, nil
}

// proseOfComment takes the code out of a comment and keeps its lines: every
// line of the source is one of the passage.
func proseOfComment(fset *token.FileSet, group *ast.CommentGroup) passage {
	var lines []string
	inCode := false
	for _, c := range group.List {
		text := strings.TrimPrefix(c.Text, "//")
		if block, ok := strings.CutPrefix(c.Text, "/*"); ok {
			text = strings.TrimSuffix(block, "*/")
		}
		for line := range strings.SplitSeq(text, "\n") {
			content := strings.TrimPrefix(line, " ")
			indented := strings.HasPrefix(content, "\t") || strings.HasPrefix(content, "    ")
			switch {
			case output.MatchString(content):
				inCode = true // to the end of the comment
			case directive.MatchString(c.Text), indented && !goListItem.MatchString(content) && !inList(lines):
				content = ""
			}
			if inCode {
				content = ""
			}
			lines = append(lines, inlineCode.ReplaceAllString(content, "`code`"))
		}
	}
	return passage{line: fset.Position(group.Pos()).Line, text: strings.Join(lines, "\n")}
}

// inList reports whether the line after these, if it is indented, goes on with
// a list's item.
func inList(lines []string) bool {
	for _, line := range slices.Backward(lines) {
		switch {
		case goListItem.MatchString(line):
			return true
		case !strings.HasPrefix(line, "  "):
			return false
		}
	}
	return false
}

// literal returns the text of a string that may be put together with +.
func literal(expr ast.Expr) string {
	switch expr := expr.(type) {
	case *ast.BinaryExpr:
		return literal(expr.X) + literal(expr.Y)
	case *ast.BasicLit:
		if text, err := strconv.Unquote(expr.Value); err == nil && expr.Kind == token.STRING {
			return text
		}
	}
	return ""
}
