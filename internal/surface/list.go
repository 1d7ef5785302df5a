package main

import (
	"bytes"
	"context"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// listing lists the API of the packages, as named in a directory. A line is the name of
// the package, a kind, and the name with its type:
//
//	ll2 func New(...Option) (*Client, error)
//	ll2 method (*Client) Quota() Quota
//	ll2 field Page.Count int
//
// Names of parameters are left out, since changing them is compatible.
func listing(ctx context.Context, dir string, patterns []string) ([]string, error) {
	paths, exports, err := build(ctx, dir, patterns)
	if err != nil {
		return nil, err
	}
	from := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var all []string
	for _, path := range paths {
		pkg, err := from.Import(path)
		if err != nil {
			return nil, err
		}
		all = append(all, api(pkg)...)
	}
	slices.Sort(all)
	return all, nil
}

// build compiles packages and returns their import paths, and the file of types for
// each package that they need.
func build(ctx context.Context, dir string, patterns []string) (paths []string, exports map[string]string, err error) {
	args := append([]string{"list", "-export", "-deps", "-f", "{{.DepOnly}} {{.ImportPath}} {{.Export}}"}, patterns...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("go list: %w: %s", err, complaint.Bytes())
	}
	exports = make(map[string]string)
	for line := range strings.Lines(string(out)) {
		dependency, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		path, file, _ := strings.Cut(rest, " ")
		exports[path] = file
		if dependency == "false" {
			paths = append(paths, path)
		}
	}
	return paths, exports, nil
}

// api lists the exported names of a package.
func api(pkg *types.Package) []string {
	w := writer{pkg: pkg}
	for _, name := range pkg.Scope().Names() {
		if !token.IsExported(name) {
			continue
		}
		switch o := pkg.Scope().Lookup(name).(type) {
		case *types.Const:
			value := " = " + o.Val().ExactString()
			if name == "Version" { // another one in each release
				value = ""
			}
			w.add("const %s %s%s", name, w.text(o.Type()), value)
		case *types.Var:
			w.add("var %s %s", name, w.text(o.Type()))
		case *types.Func:
			w.add("func %s%s", name, w.signature(o.Type()))
		case *types.TypeName:
			w.typeName(o)
		}
	}
	return w.lines
}

type writer struct {
	pkg   *types.Package
	lines []string
}

func (w *writer) add(format string, args ...any) {
	w.lines = append(w.lines, w.pkg.Name()+" "+fmt.Sprintf(format, args...))
}

// text prints a type as this package would write it.
func (w *writer) text(t types.Type) string {
	return types.TypeString(unnamed(t), func(other *types.Package) string {
		if other == w.pkg {
			return ""
		}
		return other.Name()
	})
}

// signature prints the type of a function without the word func.
func (w *writer) signature(t types.Type) string { return strings.TrimPrefix(w.text(t), "func") }

func (w *writer) typeName(o *types.TypeName) {
	name := o.Name()
	if o.IsAlias() {
		w.add("type %s = %s", name, w.text(types.Unalias(o.Type())))
		return
	}
	named := o.Type().(*types.Named)
	title := name
	if list := named.TypeParams(); list.Len() > 0 {
		var parameters []string
		for parameter := range list.TypeParams() {
			parameters = append(parameters, w.text(parameter)+" "+w.text(parameter.Constraint()))
		}
		title += "[" + strings.Join(parameters, ", ") + "]"
	}
	switch t := named.Underlying().(type) {
	case *types.Struct:
		w.add("type %s struct%s", title, equality(named))
		w.fields(name, t)
	case *types.Interface:
		w.interfaceType(name, title, t)
		return // its methods are part of it
	default:
		w.add("type %s %s", title, w.text(t))
	}
	w.methods(name, named)
}

const isComparable = ", comparable"

func equality(t types.Type) string {
	if types.Comparable(t) {
		return isComparable
	}
	return ""
}

// fields lists the exported fields, and those that come from an unexported struct.
func (w *writer) fields(name string, t *types.Struct) {
	for field := range t.Fields() {
		inner, isStruct := field.Type().Underlying().(*types.Struct)
		switch {
		case field.Exported() && field.Embedded():
			w.add("field %s.%s embedded %s", name, field.Name(), w.text(field.Type()))
		case field.Exported():
			w.add("field %s.%s %s", name, field.Name(), w.text(field.Type()))
		case field.Embedded() && isStruct:
			w.fields(name, inner)
		}
	}
}

// interfaceType lists an interface that others can implement as one line, since a
// method more breaks them. One with an unexported method only this package implements,
// so it can grow.
func (w *writer) interfaceType(name, title string, t *types.Interface) {
	var methods []string
	closed := false
	for method := range t.Methods() {
		if method.Exported() {
			methods = append(methods, method.Name()+w.signature(method.Type()))
		} else {
			closed = true
		}
	}
	for embedded := range t.EmbeddedTypes() {
		if _, isUnion := embedded.(*types.Union); isUnion {
			methods = append(methods, w.text(embedded))
		}
	}
	if !closed {
		w.add("type %s interface { %s }", title, strings.Join(methods, "; "))
		return
	}
	w.add("type %s interface of this package", title)
	for _, method := range methods {
		w.add("field %s.%s", name, method)
	}
}

// methods lists the methods of a type, those that it has from embedded ones, too.
func (w *writer) methods(name string, named *types.Named) {
	of := types.NewMethodSet(named)
	for selection := range types.NewMethodSet(types.NewPointer(named)).Methods() {
		method := selection.Obj()
		if !method.Exported() {
			continue
		}
		receiver := "*" + name
		if of.Lookup(method.Pkg(), method.Name()) != nil {
			receiver = name
		}
		w.add("method (%s) %s%s", receiver, method.Name(), w.signature(selection.Type()))
	}
}

// unnamed returns a type without the names of parameters.
func unnamed(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.Signature:
		var parameters []*types.TypeParam
		for parameter := range t.TypeParams().TypeParams() {
			// A type parameter belongs to one signature, so the new one gets copies.
			parameters = append(parameters, types.NewTypeParam(parameter.Obj(), parameter.Constraint()))
		}
		return types.NewSignatureType(nil, nil, parameters, tuple(t.Params()), tuple(t.Results()), t.Variadic())
	case *types.Pointer:
		return types.NewPointer(unnamed(t.Elem()))
	case *types.Slice:
		return types.NewSlice(unnamed(t.Elem()))
	case *types.Array:
		return types.NewArray(unnamed(t.Elem()), t.Len())
	case *types.Map:
		return types.NewMap(unnamed(t.Key()), unnamed(t.Elem()))
	case *types.Chan:
		return types.NewChan(t.Dir(), unnamed(t.Elem()))
	}
	return t
}

func tuple(t *types.Tuple) *types.Tuple {
	var variables []*types.Var
	for v := range t.Variables() {
		variables = append(variables, types.NewParam(token.NoPos, v.Pkg(), "", unnamed(v.Type())))
	}
	return types.NewTuple(variables...)
}
