// Package house_test checks the structure of the repository: files use each other in
// one direction, packages know nothing above them, the top level stays small.
//
// The file doc/architecture.md describes the checks and their reasons. Each check is
// a function that returns complaints. Tests try it on packages of a few lines, where
// it must complain, and on the repository, where it must not.
package house_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the directory of the module.
const root = "../.."

func TestFilesOfTheRootUseOnlyWhatStandsBelowThem(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	order, err := readOrder(string(text))
	if err != nil {
		t.Fatal("CONTRIBUTING.md: ", err)
	}
	p := planOfRoot(t)
	t.Log(p.figures())
	for _, complaint := range append(p.circles(), p.against(order)...) {
		t.Error(complaint)
	}
}

// planOfRoot reads the source files of the root package, its dependencies from
// source, too, so that nothing has to be built before.
func planOfRoot(t *testing.T) plan {
	t.Helper()
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	// The names are the same without cgo, which would need a C compiler.
	build.Default.CgoEnabled = false
	pkg, err := build.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := newPlan(fset, files, importer.ForCompiler(fset, "source", nil))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Between these marks is a table with one file per row, in which uses go downwards.
const (
	orderBegins = "<!-- begin order -->"
	orderEnds   = "<!-- end order -->"
)

var orderRow = regexp.MustCompile("^\\| `([^`]+\\.go)` \\|")

// readOrder returns the files in the order of the document, from the top.
func readOrder(markdown string) ([]string, error) {
	_, rest, begins := strings.Cut(markdown, orderBegins)
	table, _, ends := strings.Cut(rest, orderEnds)
	if !begins || !ends {
		return nil, errors.New("nothing stands between " + orderBegins + " and " + orderEnds)
	}
	rows := strings.Split(strings.TrimSpace(table), "\n")
	if len(rows) < 3 || !strings.HasPrefix(rows[1], "| --- |") {
		return nil, errors.New("the order is no table with a heading and a row a file")
	}
	var order []string
	for _, row := range rows[2:] {
		found := orderRow.FindStringSubmatch(row)
		switch {
		case found == nil:
			return nil, fmt.Errorf("the row %q of the order does not begin with a file such as | `client.go` |", row)
		case slices.Contains(order, found[1]):
			return nil, fmt.Errorf("%s is in the order twice", found[1])
		}
		order = append(order, found[1])
	}
	return order, nil
}

func TestTheOrderIsReadFromATable(t *testing.T) {
	const head = "# Title\n| `x.go` | not here |\n<!-- begin order -->\n"
	const table = "| file | concept |\n| --- | --- |\n"
	tests := []struct {
		name, markdown string
		want           []string
		wantErr        string
	}{
		{"two files", head + table + "| `b.go` | uses `a.go` |\n| `a.go` | is used |\n<!-- end order -->\n", []string{"b.go", "a.go"}, ""},
		{"space around the table", head + "\n" + table + "| `b.go` | |\n\n<!-- end order -->", []string{"b.go"}, ""},
		{"no marks", table + "| `b.go` | |\n", nil, "nothing stands between"},
		{"no end", head + table + "| `b.go` | |\n", nil, "nothing stands between"},
		{"no file", head + table + "<!-- end order -->", nil, "no table"},
		{"no heading", head + "| `b.go` | |\n| `a.go` | |\n| `c.go` | |\n<!-- end order -->", nil, "no table"},
		{"a row of something else", head + table + "| `b.go` | |\n| `dir/` | |\n<!-- end order -->", nil, "\"| `dir/` | |\""},
		{"two files in a row", head + table + "| `b.go`, `a.go` | |\n<!-- end order -->", nil, "does not begin with a file"},
		{"a file twice", head + table + "| `b.go` | |\n| `b.go` | |\n<!-- end order -->", nil, "b.go is in the order twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			order, err := readOrder(tt.markdown)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("error %v, want %q", err, tt.wantErr)
				}
				return
			}
			if err != nil || !slices.Equal(order, tt.want) {
				t.Errorf("order %q, error %v; want %q", order, err, tt.want)
			}
		})
	}
}

func TestTheChecksOfTheDirectionBite(t *testing.T) {
	// top.go uses middle.go, and that uses bottom.go: this is the order.
	order := []string{"top.go", "middle.go", "bottom.go"}
	good := map[string]string{
		"top.go":    "type Top struct{ M *Middle }\nfunc (t *Top) Do() int { return t.M.b.n }",
		"middle.go": "type Middle struct{ b Bottom }\nfunc (m *Middle) Do() int { return m.b.Do() }",
		"bottom.go": "type Bottom struct{ n int }\nfunc (Bottom) Do() int { return Zero }\nconst Zero = 0",
	}
	const circle = "in circles: "
	tests := []struct {
		name   string
		change map[string]string // appended to the good ones
		want   []string          // a part of each complaint
	}{
		{"as it should be", nil, nil},
		{"a name of one's own", map[string]string{"bottom.go": "func f() { Zero := 1; _ = Zero; g() }\nfunc g() {}"}, nil},
		{"a local variable, a parameter and a label of the same name",
			map[string]string{"bottom.go": "func f(Top int) { Middle := Top; _ = Middle }"}, nil},
		{"function against the order", map[string]string{"top.go": "func Help() {}", "middle.go": "func f() { Help() }"}, []string{
			"a circle: middle.go:5 uses Help of top.go, top.go:3 uses Middle of middle.go (in circles: middle.go, top.go)",
			"top.go stands above middle.go in the order, but middle.go:5 uses Help"}},
		{"type", map[string]string{"bottom.go": "type _ []Top"}, []string{circle + "bottom.go, middle.go, top.go", "bottom.go:6 uses Top"}},
		{"constant", map[string]string{"top.go": "const Max = 3", "middle.go": "type _ [Max]int"}, []string{circle, "middle.go:5 uses Max"}},
		{"variable", map[string]string{"top.go": "var Max = 3", "middle.go": "func f() { Max++ }"}, []string{circle, "middle.go:5 uses Max"}},
		{"method", map[string]string{
			"top.go":    "func (Bottom) Help() {}",
			"bottom.go": "func f(b Bottom) { b.Help() }",
		}, []string{circle, "bottom.go:6 uses Bottom.Help"}},
		{"method as a value", map[string]string{
			"top.go":    "func (*Bottom) Help() {}",
			"bottom.go": "var f = (*Bottom).Help",
		}, []string{circle, "bottom.go:6 uses Bottom.Help"}},
		{"method of a type that is declared below", map[string]string{"middle.go": "func (b Bottom) Help() {}"}, nil},
		{"method of a type that is declared above", map[string]string{"middle.go": "func (t *Top) Help() {}"}, []string{circle, "middle.go:5 uses Top"}},
		{"field through the type of a variable", map[string]string{
			"top.go":    "type box struct{ lid int }",
			"middle.go": "func open() (b box) { return }",
			"bottom.go": "var n = open().lid",
		}, []string{circle, "middle.go stands above bottom.go in the order, but bottom.go:6 uses open",
			"top.go stands above bottom.go in the order, but bottom.go:6 uses box.lid",
			"middle.go:5 uses box"}},
		{"field of a literal", map[string]string{
			"top.go":    "type box = struct{ lid int }",
			"middle.go": "var b = box{lid: 1}",
		}, []string{circle, "middle.go:5 uses box, middle.go:5 uses box.lid"}},
		{"promoted field", map[string]string{
			"top.go":    "type box struct{ lid int }\ntype Crate struct{ box }",
			"middle.go": "type crate = Crate",
			"bottom.go": "func f(c crate) { _ = c.lid; _ = c.box }",
		}, []string{circle, "bottom.go:6 uses crate", "bottom.go:6 uses Crate.box, bottom.go:6 uses box.lid", "middle.go:5 uses Crate"}},
		{"method of an interface", map[string]string{
			"top.go":    "type Doer interface{ Do() int }",
			"middle.go": "type doer = Doer",
			"bottom.go": "func f(d doer) { d.Do() }",
		}, []string{circle, "bottom.go:6 uses doer", "bottom.go:6 uses Doer.Do", "middle.go:5 uses Doer"}},
		{"method and field of a generic type", map[string]string{
			"top.go":    "type list[T any] struct{ head T }\nfunc (list[T]) Len() int { return 0 }",
			"middle.go": "var l list[int]",
			"bottom.go": "var n = l.Len() + l.head",
		}, []string{circle, "bottom.go:6 uses l", "bottom.go:6 uses list.Len, bottom.go:6 uses list.head", "middle.go:5 uses list"}},
		{"several places", map[string]string{"top.go": "func Help() {}\nfunc Again() {}", "middle.go": "func f() {\nHelp()\nHelp()\nAgain()\n}"},
			[]string{circle, "middle.go:6 uses Help, middle.go:8 uses Again"}},
		{"a file that is not in the order", map[string]string{"new.go": "type New struct{ Top }"}, []string{"new.go is not in the order"}},
		{"a file that is not there", map[string]string{"bottom.go": "!"}, []string{"bottom.go is in the order, but not in the package"}},
		{"a circle outside of the order", map[string]string{"new.go": "type New struct{ t Top }", "newer.go": "var n New\nfunc f() {}", "newest.go": "", "top.go": "func g() { f() }"},
			[]string{"a circle: new.go:4 uses Top of top.go, top.go:5 uses f of newer.go, newer.go:4 uses New of new.go (in circles: new.go, newer.go, top.go)",
				"new.go is not", "newer.go is not", "newest.go is not"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sources := maps.Clone(good)
			for name, more := range tt.change {
				sources[name] += "\n" + more
				if more == "!" { // without the file, and without who uses it
					delete(sources, name)
					sources["middle.go"] = "type Bottom struct{ n int }\ntype Middle struct{ b Bottom }"
				}
			}
			p := planOf(t, sources)
			complaints := append(p.circles(), p.against(order)...)
			if len(complaints) != len(tt.want) {
				t.Fatalf("complaints %q, want %q", complaints, tt.want)
			}
			for i, want := range tt.want {
				if !strings.Contains(complaints[i], want) {
					t.Errorf("complaint %q, want %q", complaints[i], want)
				}
			}
		})
	}
}

func TestAPairOfFilesIsOneUse(t *testing.T) {
	p := planOf(t, map[string]string{
		"a.go": "type A struct{ B }\nvar a1, a2 B",
		"b.go": "type B struct{ c *C }\ntype b = A",
		"c.go": "type C struct{ *D }",
		"d.go": "type D struct{ e *E }\nfunc (d D) f() { d.C() }",
		"e.go": "type E struct{}\nfunc (D) C() {}",
		"f.go": "",
	})
	const want = "6 files, 6 pairs of a file and one that it uses, 4 of them in circles, 4 of them both ways"
	if got := p.figures(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// planOf reads a package whose files have no package clause, but for the first
// two lines.
func planOf(t *testing.T, sources map[string]string) plan {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		f, err := parser.ParseFile(fset, name, "package p\n\n"+sources[name], parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := newPlan(fset, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
