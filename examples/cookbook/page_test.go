package cookbook_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

// page is the document that shows the recipes; it is written by
//
//	go -C examples/cookbook test . -update
const page = "../../doc/cookbook.md"

// recipes are the parts of the page: the functions that each shows, and the example
// whose output it shows.
var recipes = []struct {
	part    string
	shows   []string
	example string
}{
	{"docked", []string{"DockedAt"}, "DockedAt"},
	{"changes", []string{"Changed", "replaceFile"}, "Changed"},
	{"sqlite", []string{"ToSQLite"}, "ToSQLite"},
	{"csv", []string{"ToCSV"}, "ToCSV"},
	{"years", []string{"PerYear"}, "PerYear"},
	{"quota", []string{"NewFleetClient"}, "NewFleetClient"},
	{"copy", []string{"OpenFleetCopy"}, "OpenFleetCopy"},
	{"bot", []string{"RunBot", "Announce", "ToWebhook"}, ""}, // its output is that of runTheBot
	{"proxy", []string{"NewBehindProxy"}, "NewBehindProxy"},
	{"gateway", []string{"NewBehindGateway"}, "NewBehindGateway"},
	{"function", []string{"OpenForFunction", "Docked"}, "Docked"},
	{"versions", []string{"Dockings220", "Dockings230"}, "Dockings230"},
}

// source holds the functions of the module and the outputs of its examples.
type source struct {
	functions map[string]string // the text of each, its comment included
	outputs   map[string]string // of each example
}

func readSource(t *testing.T) source {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	s := source{make(map[string]string), make(map[string]string)}
	fset := token.NewFileSet()
	for _, name := range names {
		text := testkit.ReadFile(t, name)
		file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			for _, example := range doc.Examples(file) {
				s.outputs[example.Name] = example.Output
			}
			continue
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				s.functions[f.Name.Name] = string(text[fset.Position(f.Doc.Pos()).Offset:fset.Position(f.End()).Offset]) + "\n"
			}
		}
	}
	return s
}

func TestThePageShowsTheCodeAndWhatItPrints(t *testing.T) {
	t.Parallel()
	s := readSource(t)
	s.outputs[""] = runTheBot(t)
	for _, recipe := range recipes {
		var code []string
		for _, name := range recipe.shows {
			text := s.functions[name]
			if lines := strings.Count(text, "\n"); lines < 2 || lines > 45 {
				t.Errorf("%s has %d lines; a recipe is a function of at most 45", name, lines)
			}
			code = append(code, text)
			delete(s.functions, name)
		}
		output := s.outputs[recipe.example]
		if output == "" {
			t.Errorf("the part %s has no output", recipe.part)
		}
		delete(s.outputs, recipe.example)
		testkit.Golden(t, page, recipe.part, "\n```go\n"+strings.Join(code, "\n")+"```\n\nIt prints:\n\n```text\n"+output+"```\n\n")
	}
	for name := range s.functions {
		t.Errorf("no recipe shows %s", name)
	}
	for name := range s.outputs {
		t.Errorf("no recipe shows the output of Example%s", name)
	}
}

func TestThePageBeginsWithAListOfAllRecipes(t *testing.T) {
	t.Parallel()
	var listed, headings []string
	for line := range strings.Lines(string(testkit.ReadFile(t, page))) {
		line = strings.TrimSuffix(line, "\n")
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			headings = append(headings, heading)
		} else if item, ok := strings.CutPrefix(line, "- ["); ok && len(headings) == 0 {
			heading, _, _ := strings.Cut(item, "](#")
			listed = append(listed, heading)
		}
	}
	if len(headings) < 9 || !slices.Equal(listed, headings) {
		t.Errorf("the list is\n%q and the headings are\n%q", listed, headings)
	}
}
