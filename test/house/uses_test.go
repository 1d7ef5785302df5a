package house_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// A use is a name that is declared in one file and stands in another.
type use struct {
	name string // such as Client, or Client.base for a field or a method
	line int    // of the file that uses it
}

// A pair is a file and another one that it uses, in however many places.
type pair struct{ from, to string }

// A plan says which file of a package uses which.
type plan struct {
	files []string       // in alphabetical order
	uses  map[pair][]use // in the order of their lines
}

// newPlan reads the uses of a package. A name counts for the file that declares
// it: a field and a method do so wherever the type stands to which they belong, a
// method of an interface for the file of the interface.
func newPlan(fset *token.FileSet, files []*ast.File, importer types.Importer) (plan, error) {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer}
	pkg, err := config.Check("p", fset, files, info)
	if err != nil {
		return plan{}, err
	}
	p := plan{uses: map[pair][]use{}}
	names := map[token.Pos]string{}
	for _, f := range files {
		p.files = append(p.files, fileOf(fset, f.Package))
		maps.Copy(names, members(f))
	}
	slices.Sort(p.files)
	for ident, object := range info.Uses {
		if object.Pkg() != pkg {
			continue
		}
		between := pair{fileOf(fset, ident.Pos()), fileOf(fset, object.Pos())}
		if between.from == between.to {
			continue
		}
		name := cmp.Or(names[object.Pos()], object.Name())
		p.uses[between] = append(p.uses[between], use{name, fset.Position(ident.Pos()).Line})
	}
	for _, uses := range p.uses {
		slices.SortFunc(uses, func(a, b use) int {
			return cmp.Or(a.line-b.line, strings.Compare(a.name, b.name))
		})
	}
	return p, nil
}

func fileOf(fset *token.FileSet, pos token.Pos) string {
	return filepath.Base(fset.Position(pos).Filename)
}

// members returns the full names of the fields and methods of a file, by where
// they are declared.
func members(f *ast.File) map[token.Pos]string {
	names := map[token.Pos]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv != nil {
				names[n.Name.Pos()] = baseName(n.Recv.List[0].Type).Name + "." + n.Name.Name
			}
		case *ast.TypeSpec:
			ast.Inspect(n.Type, func(inner ast.Node) bool {
				if field, ok := inner.(*ast.Field); ok {
					for _, name := range field.Names {
						names[name.Pos()] = n.Name.Name + "." + name.Name
					}
					if name := baseName(field.Type); field.Names == nil && name != nil {
						names[name.Pos()] = n.Name.Name + "." + name.Name
					}
				}
				return true
			})
		}
		return true
	})
	return names
}

// baseName returns the name of the type in *p.T[E], or nil if there is none.
func baseName(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.StarExpr:
		return baseName(e.X)
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return baseName(e.X)
	case *ast.IndexListExpr:
		return baseName(e.X)
	}
	return nil
}

// pairs lists the pairs in alphabetical order.
func (p plan) pairs() []pair {
	return slices.SortedFunc(maps.Keys(p.uses), func(a, b pair) int {
		return cmp.Or(strings.Compare(a.from, b.from), strings.Compare(a.to, b.to))
	})
}

// reaches reports whether one file uses another, be it through others.
func (p plan) reaches(from, to string) bool { return p.way(from, to) != nil }

// way returns the files on a shortest way along uses, both ends included, or nil
// if there is none. It has one use at least, also from a file to itself.
func (p plan) way(from, to string) []string {
	pairs := p.pairs()
	ways := [][]string{{from}}
	seen := map[string]bool{}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		for _, next := range pairs {
			if next.from != way[len(way)-1] || seen[next.to] {
				continue
			}
			seen[next.to] = true
			longer := append(slices.Clone(way), next.to)
			if next.to == to {
				return longer
			}
			ways = append(ways, longer)
		}
	}
	return nil
}

// inCircles lists the pairs whose second file uses the first one, too, be it
// through others.
func (p plan) inCircles() []pair {
	return slices.DeleteFunc(p.pairs(), func(b pair) bool { return !p.reaches(b.to, b.from) })
}

// figures says how many uses there are. A pair of files is one.
func (p plan) figures() string {
	mutual := 0
	for b := range p.uses {
		if _, ok := p.uses[pair{b.to, b.from}]; ok {
			mutual++
		}
	}
	return fmt.Sprintf("%d files, %d pairs of a file and one that it uses, %d of them in circles, %d of them both ways",
		len(p.files), len(p.uses), len(p.inCircles()), mutual)
}

// circles complains about each group of files that all use each other, be it
// through others, and names a shortest circle in it.
func (p plan) circles() []string {
	var complaints []string
	told := map[string]bool{}
	for _, file := range p.files {
		if told[file] || !p.reaches(file, file) {
			continue
		}
		group := slices.DeleteFunc(slices.Clone(p.files), func(other string) bool {
			return !p.reaches(file, other) || !p.reaches(other, file)
		})
		var shortest []string
		for _, member := range group {
			told[member] = true
			if way := p.way(member, member); shortest == nil || len(way) < len(shortest) {
				shortest = way
			}
		}
		var steps []string
		for i, from := range shortest[:len(shortest)-1] {
			to := shortest[i+1]
			first := p.uses[pair{from, to}][0]
			steps = append(steps, fmt.Sprintf("%s:%d uses %s of %s", from, first.line, first.name, to))
		}
		complaints = append(complaints, fmt.Sprintf("a circle: %s (in circles: %s)", strings.Join(steps, ", "), strings.Join(group, ", ")))
	}
	return complaints
}

// against complains about each use of a file that stands higher in the order,
// and about files that the order does not name, or names and are not there.
func (p plan) against(order []string) []string {
	var complaints []string
	for _, file := range p.files {
		if !slices.Contains(order, file) {
			complaints = append(complaints, file+" is not in the order")
		}
	}
	for _, file := range order {
		if !slices.Contains(p.files, file) {
			complaints = append(complaints, file+" is in the order, but not in the package")
		}
	}
	for _, b := range p.pairs() {
		from, to := slices.Index(order, b.from), slices.Index(order, b.to)
		if from < 0 || to < 0 || from < to {
			continue
		}
		var places []string
		told := map[string]bool{}
		for _, u := range p.uses[b] {
			if !told[u.name] {
				places = append(places, fmt.Sprintf("%s:%d uses %s", b.from, u.line, u.name))
			}
			told[u.name] = true
		}
		complaints = append(complaints, fmt.Sprintf("%s stands above %s in the order, but %s", b.to, b.from, strings.Join(places, ", ")))
	}
	return complaints
}
