package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

const sourceOfEachKind = `package p

const size = 7

var name = "n"

func f(a, b int, err error) (int, error) {
	if a < b && !g(a) {
		a++
		b = -a + 2
	}
	s := "x" + name
	switch s {
	case "y":
		g(1)
		return a, err
	}
	for range a {
		break
	}
	return b, nil
}

func g(int) bool { return true }
`

func listSource(t *testing.T) []*mutant {
	t.Helper()
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, "p.go", sourceOfEachKind, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return listMutants(fset, &source{name: "p.go", text: []byte(sourceOfEachKind), syntax: syntax})
}

func TestMutantsOfEachKindAreListedInOrder(t *testing.T) {
	t.Parallel()
	want := []string{
		"const: 7 becomes 8",
		"var: `\"n\"` becomes `\"\"`",
		"f: && becomes || in `a < b && !g(a)`",
		"f: < becomes <= in `a < b`",
		"f: < becomes >= in `a < b`",
		"f: ! removed in `!g(a)`",
		"f: ++ becomes -- in `a++`",
		"f: `b = -a + 2` removed",
		"f: - removed in `-a`",
		"f: + becomes - in `-a + 2`",
		"f: 2 becomes 3",
		"f: `case \"y\"` becomes `case \"\"`",
		"f: body of `case \"y\"` emptied",
		"f: `g(1)` removed",
		"f: 1 becomes 2",
		"f: err becomes nil in `return a, err`",
		"f: `break` removed",
		"g: true becomes false",
	}
	var got []string
	for _, m := range listSource(t) {
		got = append(got, m.function+": "+strings.ReplaceAll(m.change, `\|`, "|"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the mutants are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAMutantLeavesTheLinesBeforeItWhereTheyAre(t *testing.T) {
	t.Parallel()
	original := strings.Split(sourceOfEachKind, "\n")
	for _, m := range listSource(t) {
		text := string(m.apply())
		if text == sourceOfEachKind {
			t.Errorf("line %d, %s: nothing is changed", m.line, m.change)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "p.go", text, 0); err != nil {
			t.Errorf("line %d, %s: %v", m.line, m.change, err)
		}
		if lines := strings.Split(text, "\n"); !slices.Equal(lines[:m.line-1], original[:m.line-1]) {
			t.Errorf("line %d, %s: lines before it are changed", m.line, m.change)
		}
	}
}

func TestMutantsOfAFunctionShareABuildAndOthersDoNot(t *testing.T) {
	t.Parallel()
	for _, m := range listSource(t) {
		if got, want := alone(m), m.function != "f"; got != want {
			t.Errorf("line %d, %s: alone is %v, want %v", m.line, m.change, got, want)
		}
	}
}

func TestACopyIsCalledWithWhatTheOriginalWasGiven(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"func f()":                          "m(); return",
		"func f(a, b int) int":              "return m(a, b)",
		"func f(a int, more ...string)":     "m(a, more...); return",
		"func (r *T) f(a int) (x, y int)":   "return r.m(a)",
		"func f[K, V any](a map[K]V) error": "return m[K, V](a)",
		"func (r T[K]) f(a K)":              "r.m(a); return",
	} {
		syntax, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\n"+header+" { panic(0) }", parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := call(firstFunction(syntax), "m"); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

func firstFunction(file *ast.File) *ast.FuncDecl {
	f, _ := file.Decls[0].(*ast.FuncDecl)
	return f
}
