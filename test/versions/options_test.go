package versions_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const (
	rootPath = "github.com/docking-event/ll2"
	path230  = rootPath + "/ll230"
)

// A checker type-checks programs against the packages of this module as they are
// built.
type checker struct {
	fset *token.FileSet
	imp  types.Importer
}

func newChecker(t *testing.T) checker {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", path230)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	built := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		built[path] = file
	}
	fset := token.NewFileSet()
	return checker{fset, importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(built[path]) })}
}

// check compiles the body of a function.
func (c checker) check(t *testing.T, body string) error {
	t.Helper()
	const head = `package p
import ("context"; "time"; "github.com/docking-event/ll2"; "github.com/docking-event/ll2/ll230")
func f(ctx context.Context, client *ll2.Client, now time.Time) { `
	file, err := parser.ParseFile(c.fset, "p.go", head+body+"; _ = ll230.Query }", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&types.Config{Importer: c.imp}).Check("p", c.fset, []*ast.File{file}, nil)
	return err
}

func TestOptionsOfOneVersionDoNotCompileWithTheOther(t *testing.T) {
	t.Parallel()
	c := newChecker(t)
	for body, good := range map[string]bool{
		`client.DockingEvents.All(ctx, ll2.ForSpaceStation(4), ll2.PageSize(7), nil)`:                                           true,
		`ll230.DockingEvents(client).All(ctx, ll230.ForStation(4), ll2.PageSize(7), nil)`:                                       true,
		`ll230.DockingEvents(client).List(ctx, ll2.Offset(7), ll2.StartAt(""), ll2.Parallel(2), ll2.OnPage(nil))`:               true,
		`_ = []ll230.ListOption{ll2.PageSize(7), ll230.DockedSince(now), ll230.OrderBy(ll230.ByDeparture.Desc())}`:              true,
		`ll230.DockingEvents(client).All(ctx, ll2.ForSpaceStation(4))`:                                                          false,
		`ll230.DockingEvents(client).List(ctx, ll2.DockedSince(now))`:                                                           false,
		`ll230.DockingEvents(client).Pages(ctx, ll2.Search("a"))`:                                                               false,
		`ll230.Query(ll2.InMode(ll2.ModeDetailed))`:                                                                             false,
		`client.DockingEvents.All(ctx, ll230.ForStation(4))`:                                                                    false,
		`client.DockingEvents.List(ctx, ll230.DockedSince(now))`:                                                                false,
		`client.DockingEvents.Pages(ctx, ll230.Search("a"))`:                                                                    false,
		`ll2.Query(ll230.InMode(ll230.ModeDetailed))`:                                                                           false,
		`ll230.OrderBy(ll2.ByDocking)`:                                                                                          false,
		`ll230.InMode(ll2.ModeDetailed)`:                                                                                        false,
		`_ = ll230.ByID`:                                                                                                        false,
		`ll2.OrderBy(ll230.ByDocking)`:                                                                                          false,
		`var opt ll2.ListOption = ll2.PageSize(7); ll230.DockingEvents(client).All(ctx, opt)`:                                   false, // it could be a filter
		`var opt ll230.ListOption = ll2.PageSize(7); client.DockingEvents.All(ctx, opt)`:                                        false,
		`for _, opt := range []ll2.WalkOption{ll2.PageSize(7)} { client.DockingEvents.All(ctx, opt); ll230.Query(opt) }; _=now`: true,
	} {
		if err := c.check(t, body); (err == nil) != good {
			t.Errorf("%s: %v, want it to compile: %t", body, err, good)
		}
	}
}

// The test also covers options that are added later.
func TestEveryOptionIsOneOfItsVersionOnlyAndEveryWalkOptionOfBoth(t *testing.T) {
	t.Parallel()
	c := newChecker(t)
	packages := make(map[string]*types.Package)
	options := make(map[string]types.Type)
	for _, path := range []string{rootPath, path230} {
		pkg, err := c.imp.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		packages[path], options[path] = pkg, pkg.Scope().Lookup("ListOption").Type()
	}
	found := make(map[string]int)
	for path, pkg := range packages {
		for _, name := range pkg.Scope().Names() {
			f, ok := pkg.Scope().Lookup(name).(*types.Func)
			if !ok || f.Signature().Results().Len() == 0 {
				continue
			}
			result := f.Signature().Results().At(0).Type()
			in220, in230 := types.AssignableTo(result, options[rootPath]), types.AssignableTo(result, options[path230])
			switch {
			case strings.HasSuffix(result.String(), ".WalkOption"):
				if found["walk"]++; !in220 || !in230 {
					t.Errorf("%s is not an option of every version", name)
				}
			case strings.HasSuffix(result.String(), ".ListOption"):
				if found[path]++; in220 != (path == rootPath) || in230 != (path == path230) {
					t.Errorf("%s.%s is an option of 2.2.0: %t, of 2.3.0: %t", pkg.Name(), name, in220, in230)
				}
			}
		}
	}
	if found["walk"] < 5 || found[rootPath] < 10 || found[path230] < 10 {
		t.Errorf("found %v options", found)
	}
}
