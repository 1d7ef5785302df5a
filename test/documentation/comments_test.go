package documentation_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the directory of the module.
const root = "../.."

// The packages whose documentation people read, and where in the module they are.
var documented = map[string]string{
	"github.com/docking-event/ll2":         ".",
	"github.com/docking-event/ll2/ll230":   "ll230",
	"github.com/docking-event/ll2/ll2test": "ll2test",
	"github.com/docking-event/ll2/mirror":  "mirror",
}

func TestEveryExportedNameHasADocCommentThatBeginsWithIt(t *testing.T) {
	t.Parallel()
	for path, dir := range documented {
		for _, complaint := range readDir(t, path, dir).undocumented() {
			t.Error(complaint)
		}
	}
}

func TestEveryLinkInADocCommentLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for path, dir := range documented {
		for _, complaint := range readDir(t, path, dir).deadLinks() {
			t.Error(complaint)
		}
	}
}

func TestTheDocumentationChecksBite(t *testing.T) {
	t.Parallel()
	const head = "// Package p is made up.\npackage p\nimport \"golang.org/x/time/rate\"\nvar _ rate.Limiter\n"
	tests := []struct {
		name, source string
		want         []string // a part of each complaint
	}{
		{"package without a comment", "package p", []string{"package p does not begin"}},
		{"nothing to say", head + "func private() {}\ntype hidden struct{ Field int }\nfunc (hidden) Method() {}", nil},
		{"function without a comment", head + "func F() {}", []string{"F has no comment"}},
		{"function by another name", head + "// Frees all.\nfunc F() {}", []string{"comment of F does not begin"}},
		{"type with an article", head + "// A T is. The end.\ntype T int", nil},
		{"type of a group", head + "type (\n// T is.\nT int\nU int\n)", []string{"U has no comment"}},
		{"method", head + "// T is.\ntype T int\nfunc (*T) M() {}", []string{"T.M has no comment"}},
		{"generic method", head + "// T is.\ntype T[E any] []E\nfunc (*T[E]) M() {}", []string{"T.M has no comment"}},
		{"method of two parameters", head + "// T is.\ntype T[K comparable, E any] map[K]E\nfunc (*T[K, E]) M() {}", []string{"T.M has no comment"}},
		{"group of constants", head + "// Some numbers.\nconst (\nA = 1\nB = 2\n)", nil},
		{"group without a comment", head + "const (\nA = 1 // one\nB = 2\n)", []string{"B has no comment"}},
		{"variable in a group", head + "// All.\nvar (\n// Other is.\nA = 1\n)", []string{"comment of A does not begin"}},
		{"field", head + "// T has a Count.\ntype T struct {\nCount, Sum int\nURL string\nLast int // the latest\n}", []string{"T.Sum has no comment"}},
		{"field by another name", head + "// T is.\ntype T struct {\n// Is it?\nCount int\n}", []string{"comment of T.Count does not begin"}},
		{"field of a type with a comment", head + "// T is.\ntype T struct { Unit U }\n// U is.\ntype U int", nil},
		{"fields with the service's keys", head + "// T is.\ntype T struct {\nCount int `json:\"count\"`\n}", nil},
		{"fields of what encodes itself", head + "// T is.\ntype T struct { Day int }\n// MarshalText is.\nfunc (T) MarshalText() {}", nil},
		{"method of an interface", head + "// T is.\ntype T interface { Do() }", []string{"T.Do has no comment"}},
		{"links that lead somewhere", head + "// F is [F], [T.M], [*T], [T.Field], [p.T], [errors.Is], [net/http.Client.Do], [math.MaxInt64], [encoding/json], [rate.Limiter.Wait] and []T[E] and [one].\nfunc F() {}\n" +
			"// T is [http].\n//\n// [http]: https://example.com\ntype T struct {\n// Field is.\nField int\n}\n// M is.\nfunc (T) M() {}", nil},
		{"to a name that is not there", head + "// F is like [G].\nfunc F() {}", []string{"F: [G] is no link"}},
		{"to a member that is not there", head + "// F is like [*F.G], too.\nfunc F() {}", []string{"F: [F.G] is no link"}},
		{"to a private name", head + "// F is like [T.m].\nfunc F() {}\n// T is.\ntype T struct { m int }", []string{"F: [T.m] is no link"}},
		{"to a package that is not imported", head + "// F is like [p2.G].\nfunc F() {}", []string{"F: [p2.G] is no link"}},
		{"to this package by name", head + "// F is like [p.G].\nfunc F() {}", []string{"F: [G] leads nowhere"}},
		{"to the standard library", head + "// F is like [errors.Was].\nfunc F() {}", []string{"F: [errors.Was] leads nowhere"}},
		{"to a package that is not there", head + "// F is like [net/httpx].\nfunc F() {}", []string{"F: [net/httpx] leads nowhere"}},
		{"to another module", head + "// F is like [rate.Limiter.Weight].\nfunc F() {}", []string{"rate.Limiter.Weight] leads nowhere"}},
		{"behind a field", head + "// T is.\ntype T struct {\nCount int // see [Sum]\n}", []string{"T.Count: [Sum] is no link"}},
		{"in a list", head + "// F is:\n//   - [G]\n//\n// # Or [H]\nfunc F() {}", []string{"F: [G] is no link", "F: [H] is no link"}},
		{"in code", head + "// F is:\n//\n//\t[G]\nfunc F() {}", nil},
		{"definition of a link", head + "// F is.\n//\n// [http]: https://example.com\nfunc F() {}", []string{"defines [http] and does not use it"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := readSources(t, "p", map[string]string{"p.go": tt.source})
			got := append(p.undocumented(), p.deadLinks()...)
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

// A pkg is a package as its documentation shows it.
type pkg struct {
	fset  *token.FileSet
	files []*ast.File
	tests []*ast.File
	doc   *doc.Package
}

func readDir(t *testing.T, path, dir string) *pkg {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	sources := make(map[string]string)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sources[name] = string(text)
	}
	return readSources(t, path, sources)
}

func readSources(t *testing.T, path string, sources map[string]string) *pkg {
	t.Helper()
	p := &pkg{fset: token.NewFileSet()}
	for name, text := range sources {
		file, err := parser.ParseFile(p.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			p.tests = append(p.tests, file)
		} else {
			p.files = append(p.files, file)
		}
	}
	var err error
	if p.doc, err = doc.NewFromFiles(p.fset, slices.Concat(p.files, p.tests), path, doc.PreserveAST); err != nil {
		t.Fatal(err)
	}
	return p
}

// An entry is an exported name and what is written about it.
type entry struct {
	name   string // Client.Throttle
	pos    token.Pos
	own    string // the comment above it
	beside string // behind it, or above the group in which it stands
	plain  bool   // needs no comment
}

// undocumented says which exported names have no doc comment, or one that does
// not begin with the name.
//
// In a group, a comment above the group or behind the name will do. So it will
// for fields; and a field needs none that the comment of its struct names, nor
// one that plainFields excuses.
func (p *pkg) undocumented() []string {
	var complaints []string
	if !strings.HasPrefix(p.doc.Doc, "Package "+p.doc.Name+" ") {
		complaints = append(complaints, "the comment of package "+p.doc.Name+" does not begin with Package "+p.doc.Name)
	}
	for _, e := range p.entries() {
		short := e.name[strings.LastIndex(e.name, ".")+1:]
		begins := regexp.MustCompile(`^((A|An|The) )?` + short + `\b`)
		switch {
		case e.own != "" && !begins.MatchString(e.own):
			complaints = append(complaints, fmt.Sprintf("%s: the comment of %s does not begin with its name", p.fset.Position(e.pos), e.name))
		case e.own == "" && e.beside == "" && !e.plain:
			complaints = append(complaints, fmt.Sprintf("%s: %s has no comment", p.fset.Position(e.pos), e.name))
		}
	}
	return complaints
}

// entries lists the exported names in the order of the source.
func (p *pkg) entries() []entry {
	var entries []entry
	for _, file := range p.files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				name := decl.Name.Name
				if decl.Recv != nil {
					recv := receiver(decl.Recv.List[0].Type)
					if !ast.IsExported(recv) {
						continue
					}
					name = recv + "." + name
				}
				if decl.Name.IsExported() {
					entries = append(entries, entry{name: name, pos: decl.Pos(), own: decl.Doc.Text()})
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					entries = append(entries, p.specEntries(decl, spec)...)
				}
			}
		}
	}
	return entries
}

func receiver(expr ast.Expr) string {
	switch expr := expr.(type) {
	case *ast.StarExpr:
		return receiver(expr.X)
	case *ast.IndexExpr:
		return receiver(expr.X)
	case *ast.IndexListExpr:
		return receiver(expr.X)
	case *ast.Ident:
		return expr.Name
	}
	return ""
}

func (p *pkg) specEntries(decl *ast.GenDecl, spec ast.Spec) []entry {
	own, group := decl.Doc.Text(), ""
	if decl.Lparen.IsValid() {
		own, group = "", decl.Doc.Text()
	}
	var entries []entry
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if name.IsExported() {
				entries = append(entries, entry{
					name: name.Name, pos: name.Pos(),
					own: own + spec.Doc.Text(), beside: group + spec.Comment.Text(),
				})
			}
		}
	case *ast.TypeSpec:
		if !spec.Name.IsExported() {
			return nil
		}
		text := own + spec.Doc.Text()
		entries = append(entries, entry{name: spec.Name.Name, pos: spec.Pos(), own: text})
		var fields *ast.FieldList
		switch typ := spec.Type.(type) {
		case *ast.StructType:
			fields = typ.Fields
		case *ast.InterfaceType:
			fields = typ.Methods
		default:
			return entries
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				if !name.IsExported() {
					continue
				}
				named := regexp.MustCompile(`\b` + name.Name + `\b`).MatchString(text)
				entries = append(entries, entry{
					name: spec.Name.Name + "." + name.Name, pos: name.Pos(),
					own: field.Doc.Text(), beside: field.Comment.Text(),
					plain: named || p.isWire(spec, fields) || p.isPlain(name.Name, field),
				})
			}
		}
	}
	return entries
}

// isWire reports whether the fields are the service's own, which documents them:
// they have its keys, or the type encodes itself.
func (p *pkg) isWire(spec *ast.TypeSpec, fields *ast.FieldList) bool {
	for _, field := range fields.List {
		if field.Tag != nil && strings.Contains(field.Tag.Value, "json:") {
			return true
		}
	}
	find := parserOf(p.doc).LookupSym
	return find(spec.Name.Name, "MarshalJSON") || find(spec.Name.Name, "MarshalText")
}

// plainFields mean the same wherever they stand, as in net/http and in errors
// that wrap another.
var plainFields = []string{"Method", "URL", "Header", "StatusCode", "Err"}

// isPlain reports whether a field needs no comment: its name says it, or its
// type, which is this package's and has a comment of its own.
func (p *pkg) isPlain(name string, field *ast.Field) bool {
	typ, ok := field.Type.(*ast.Ident)
	return slices.Contains(plainFields, name) || ok && typ.IsExported()
}

// maybeLink matches plain text that was meant to be a link: [Name], [Type.Name],
// [pkg.Name]. The character before the bracket distinguishes it from
// Page[DockingEvent].
var maybeLink = regexp.MustCompile(`(?:^|[^\w\])])\[\*?((?:[\w./-]+\.)?[A-Z]\w*(?:\.\w+)?)\]`)

// deadLinks says which links in the comments of exported names lead nowhere, by
// the rules of go doc. It does not show fields' comments as text, but the rules
// are the same for them.
func (p *pkg) deadLinks() []string {
	var complaints []string
	parser := parserOf(p.doc)
	check := func(name, text string) {
		d := parser.Parse(text)
		for _, def := range d.Links {
			if !def.Used {
				complaints = append(complaints, fmt.Sprintf("the comment of %s defines [%s] and does not use it", name, def.Text))
			}
		}
		blocks(d.Content, func(t comment.Text) {
			switch t := t.(type) {
			case comment.Plain:
				for _, match := range maybeLink.FindAllStringSubmatch(string(t), -1) {
					complaints = append(complaints, fmt.Sprintf("the comment of %s: [%s] is no link", name, match[1]))
				}
			case *comment.DocLink:
				found := t.ImportPath == "" && parser.LookupSym(t.Recv, t.Name)
				if !found && !exists(t.ImportPath, t.Recv, t.Name) {
					complaints = append(complaints, fmt.Sprintf("the comment of %s: [%s] leads nowhere", name,
						strings.Trim(t.ImportPath+"."+strings.TrimPrefix(t.Recv+"."+t.Name, "."), ".")))
				}
			}
		})
	}
	check("package "+p.doc.Name, p.doc.Doc)
	for _, e := range p.entries() {
		check(e.name, e.own)
		check(e.name, e.beside)
	}
	slices.Sort(complaints)
	return slices.Compact(complaints) // a group's comment comes with every name in it
}

// parserOf returns a parser of a package's comments that knows the fields of its
// structs, as go doc itself does from Go 1.26 on.
func parserOf(d *doc.Package) *comment.Parser {
	fields := make(map[[2]string]bool)
	for _, typ := range d.Types {
		for _, spec := range typ.Decl.Specs {
			if structure, ok := spec.(*ast.TypeSpec).Type.(*ast.StructType); ok {
				for _, field := range structure.Fields.List {
					for _, name := range field.Names {
						fields[[2]string{typ.Name, name.Name}] = name.IsExported()
					}
				}
			}
		}
	}
	parser := d.Parser()
	known := parser.LookupSym
	parser.LookupSym = func(recv, name string) bool { return known(recv, name) || fields[[2]string{recv, name}] }
	return parser
}

// blocks calls f for all texts but code.
func blocks(list []comment.Block, f func(comment.Text)) {
	texts := func(list []comment.Text) {
		for _, text := range list {
			f(text)
		}
	}
	for _, block := range list {
		switch block := block.(type) {
		case *comment.Heading:
			texts(block.Text)
		case *comment.Paragraph:
			texts(block.Text)
		case *comment.List:
			for _, item := range block.Items {
				blocks(item.Content, f)
			}
		}
	}
}

// exists looks a name up in the source of another package: the standard
// library's, or of a module that this one requires. No name is the package.
func exists(path, recv, name string) bool {
	found, err := build.Import(path, ".", 0)
	if err != nil {
		return false
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range found.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(found.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return false
		}
		files = append(files, file)
	}
	d, err := doc.NewFromFiles(fset, files, path)
	return err == nil && (name == "" || parserOf(d).LookupSym(recv, name))
}
