package documentation_test

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestSnippetsOfTheReadmeCompileAndPrintWhatTheySay(t *testing.T) {
	t.Parallel()
	var snippets []block
	// The code of doc/cookbook.md is that of the module examples/cookbook, whose tests compare them.
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "doc/queries.md", "doc/quota.md", "doc/errors.md", "doc/testing.md", "doc/observability.md", "doc/mirror.md", "doc/versions.md"} {
		snippets = append(snippets, readDocument(t, os.DirFS(root), name).snippets()...)
	}
	// A module of its own, whose tests compare its snippets with an example.
	snippets = slices.DeleteFunc(snippets, func(b block) bool { return strings.Contains(b.text, "ll2otel.") })
	if len(snippets) == 0 {
		t.Fatal("no snippets")
	}
	for _, complaint := range wrongSnippets(t, snippets) {
		t.Error(complaint)
	}
}

func TestTheChecksOfSnippetsBite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, markdown string
		want           []string // a part of each complaint
	}{
		{"syntax", `
			~~~go
			if {
			~~~`, []string{"README.md:3: "}},
		{"compiler", `
			A statement, with what is in scope and with what the reader is to use.
			~~~go
			// The context is in scope, and so is the client.
			client, err := ll2.New(ll2.WithUserAgent("my-app/1.2"))
			event, err := client.DockingEvents.Get(ctx, 191)
			var left time.Time
			~~~
			Declarations.
			~~~go
			func first(c *ll2.Client) (*ll2.DockingEvent, error) {
				return c.DockingEvents.Get(context.Background(), 1)
			}
			~~~
			A method that is not there.
			~~~go
			fmt.Println(event.Docking)
			fmt.Println(event.Undocking)
			return nil
			~~~`, []string{"README.md:18:"}},
		{"output, tests, formatting", `
			~~~go
			fmt.Println(event.ID, err)
			~~~
			<!-- output -->
			~~~text
			191 <nil>
			~~~
			~~~go
			package main

			import "fmt"

			func answer() int { return 42 }

			func main() { fmt.Println( answer() ) }
			~~~
			<!-- output -->
			~~~text
			43
			~~~
			~~~go
			package main

			import "testing"

			func TestAnswer(t *testing.T) {
				if answer() != 43 {
					t.Error("not 43")
				}
			}
			~~~`, []string{"README.md:10: gofmt would change", "not 43", "README.md:10 prints\n42\n\nand not\n43"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, err := newDocument("README.md", unindent(tt.markdown))
			if err != nil {
				t.Fatal(err)
			}
			got := wrongSnippets(t, d.snippets())
			if len(got) != len(tt.want) {
				t.Fatalf("complaints %q, want %q", got, tt.want)
			}
			for i, want := range tt.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("complaint %q, want %q", got[i], want)
				}
			}
		})
	}
}

// unindent makes Markdown of what stands in a table of Go.
func unindent(text string) string {
	return strings.NewReplacer("\n\t\t\t", "\n", "~~~", "```").Replace(text)
}

// wrongSnippets says which snippets do not compile, are not formatted, or do not
// print what they say. It makes a module of them that uses this one.
func wrongSnippets(t *testing.T, snippets []block) []string {
	t.Helper()
	var complaints []string
	dir := t.TempDir()
	writeFile(t, dir, "go.sum", string(testkit.ReadFile(t, filepath.Join(root, "go.sum"))))
	writeFile(t, dir, "go.mod", outsideModule(t, string(testkit.ReadFile(t, filepath.Join(root, "go.mod")))))
	files := make([]string, len(snippets))
	for i, b := range snippets {
		if text, err := format.Source([]byte(b.text)); err == nil && string(text) != b.text {
			complaints = append(complaints, fmt.Sprintf("%s:%d: gofmt would change the snippet to\n%s", b.file, b.line, text))
		}
		name, text, err := b.source()
		if err != nil {
			return append(complaints, err.Error())
		}
		files[i] = filepath.Join(fmt.Sprintf("snippet%d", i), name)
		// A test stands beside the latest snippet that is a file of its package.
		for j, before := range slices.Backward(snippets[:i]) {
			if clause := b.packageClause(); clause != "" && clause == before.packageClause() && strings.HasSuffix(name, "_test.go") {
				files[i] = filepath.Join(filepath.Dir(files[j]), fmt.Sprintf("snippet%d_test.go", i))
				break
			}
		}
		writeFile(t, dir, files[i], text)
	}

	// The code that closes a fragment is unreachable if the fragment returns.
	if _, err := goCommand(t, dir, "vet", "-unreachable=false", "./..."); err != nil {
		return append(complaints, err.Error())
	}
	if slices.ContainsFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.go") }) {
		if _, err := goCommand(t, dir, "test", "-vet=off", "./..."); err != nil {
			complaints = append(complaints, err.Error())
		}
	}
	for i, b := range snippets {
		if !b.hasOutput {
			continue
		}
		got, err := goCommand(t, dir, "run", "./"+filepath.Dir(files[i]))
		if err != nil {
			complaints = append(complaints, err.Error())
		} else if got != b.output {
			complaints = append(complaints, fmt.Sprintf("%s:%d prints\n%s\nand not\n%s", b.file, b.line, got, b.output))
		}
	}
	return complaints
}

// outsideModule makes the go.mod of a module that uses this one, and has all
// that its tests have.
func outsideModule(t *testing.T, mod string) string {
	t.Helper()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	const self = "github.com/docking-event/ll2"
	head, rest, found := strings.Cut(mod, "module "+self+"\n")
	if !found {
		// A module that requires itself keeps the go command busy forever.
		t.Fatalf("go.mod has no line %q, or one with another line end: %.60q", "module "+self, mod)
	}
	return head + "module readme\n" + rest +
		"\nrequire " + self + " v0.0.0\n\nreplace " + self + " => " + here + "\n"
}

// goCommand runs the go command without a network and returns what it prints.
func goCommand(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("go %s: %w\n%s%s", strings.Join(args, " "), err, stderr.String(), out)
	}
	return string(out), nil
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The packages that a fragment has without importing them.
var fragmentImports = map[string]string{
	"context": "context", "errors": "errors", "fmt": "fmt", "iter": "iter", "math": "math", "http": "net/http", "url": "net/url",
	"os": "os", "slices": "slices", "slog": "log/slog", "strings": "strings", "synctest": "testing/synctest", "testing": "testing", "time": "time",
	"httpmock": "github.com/jarcoal/httpmock", "rate": "golang.org/x/time/rate",
	"ll2": "github.com/docking-event/ll2", "ll230": "github.com/docking-event/ll2/ll230", "ll2test": "github.com/docking-event/ll2/ll2test",
	"mirror": "github.com/docking-event/ll2/mirror",
}

var clausePattern = regexp.MustCompile(`(?m)^package (\w+)$`)

// packageClause returns the package of a snippet that is a whole file, else "".
func (b block) packageClause() string {
	if found := clausePattern.FindStringSubmatch(b.text); found != nil {
		return found[1]
	}
	return ""
}

// source makes a file of a snippet, in a package of its own, and names it. Compiler
// errors have the line of the document.
func (b block) source() (name, text string, err error) {
	name = "main.go"
	if strings.Contains(b.text, "\nfunc Test") || strings.HasPrefix(b.text, "func Test") {
		name = "main_test.go"
	}
	line := fmt.Sprintf("//line %s:%d\n", path.Base(b.file), b.line)
	if b.packageClause() != "" {
		return name, line + b.text, nil
	}
	// Declarations, or else statements.
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package snippet\n"+b.text, parser.SkipObjectResolution); err == nil {
		text, err := withImports("package snippet", line+b.text)
		return name, text, err
	}
	body, err := usingAll(b.text)
	if err != nil {
		return "", "", fmt.Errorf("%s:%d: %w", b.file, b.line, err)
	}
	text, err = withImports("package main", `func main() {
	server := ll2test.NewServer(ll2test.Recorded()...)
	client := server.Client()
	page, err := client.DockingEvents.List(context.Background())
	if err != nil {
		panic(err)
	}
	if err := fragment(context.Background(), client, server, nil, &ll2test.Recorded()[0], page, slog.Default(), nil); err != nil {
		panic(err)
	}
}

func fragment(ctx context.Context, client *ll2.Client, server *ll2test.Server, err error, event *ll2.DockingEvent,
	page *ll2.Page[ll2.DockingEvent], log *slog.Logger, t *testing.T) error {
	{
`+line+body+`
	}
	return nil
}
`)
	return name, text, err
}

// withImports adds the packages that are used and not imported.
func withImports(clause, text string) (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", clause+"\n"+text, 0)
	if err != nil {
		return "", err
	}
	for _, ident := range file.Unresolved {
		if path := fragmentImports[ident.Name]; path != "" {
			line := fmt.Sprintf("; import %q", path)
			if !strings.Contains(clause, line) {
				clause += line
			}
		}
	}
	return clause + "\n" + text, nil
}

// usingAll uses what statements declare and leave for the reader to use.
func usingAll(text string) (string, error) {
	const head = "package p; func _() {\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", head+text+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	stmts := file.Decls[0].(*ast.FuncDecl).Body.List
	for _, stmt := range slices.Backward(stmts) {
		var names []*ast.Ident
		switch stmt := stmt.(type) {
		case *ast.AssignStmt:
			if stmt.Tok == token.DEFINE {
				for _, expr := range stmt.Lhs {
					names = append(names, expr.(*ast.Ident))
				}
			}
		case *ast.DeclStmt:
			for _, spec := range stmt.Decl.(*ast.GenDecl).Specs {
				if spec, ok := spec.(*ast.ValueSpec); ok {
					names = append(names, spec.Names...)
				}
			}
		}
		end := fset.Position(stmt.End()).Offset - len(head)
		for _, name := range names {
			if name.Name != "_" {
				text = text[:end] + "; _ = " + name.Name + text[end:]
			}
		}
	}
	return text, nil
}
