package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A source holds the declarations in the files of a package, without the generated
// one.
type source struct {
	name    string // of the package
	structs map[string][]field
	blocks  map[string]string // the field of blocks for values of a type
	readers map[string]string // the method of *blocks that reads a type
}

// A field is a struct field that has a key.
type field struct {
	name string
	key  string
	typ  string // as written
}

// readSource parses the files of a directory, except for tests and the file skip.
func readSource(dir, skip string) (*source, error) {
	src := &source{structs: map[string][]field{}, blocks: map[string]string{}, readers: map[string]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		name := entry.Name()
		if name == skip || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		src.name = file.Name.Name
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				src.addReader(decl)
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					src.addStruct(spec)
				}
			}
		}
	}
	return src, nil
}

// addStruct records the fields of a struct that have keys, and the fields of blocks.
func (src *source) addStruct(spec ast.Spec) {
	named, ok := spec.(*ast.TypeSpec)
	if !ok {
		return
	}
	list, ok := named.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range list.Fields.List {
		typ := types.ExprString(f.Type)
		for _, name := range f.Names {
			if of, ok := strings.CutPrefix(typ, "jsonscan.Block["); ok && named.Name.Name == "blocks" {
				src.blocks[strings.TrimSuffix(of, "]")] = name.Name
			} else if key := keyOf(f.Tag); key != "" {
				src.structs[named.Name.Name] = append(src.structs[named.Name.Name], field{name.Name, key, typ})
			}
		}
	}
}

// keyOf returns the key in a tag, or "" if there is none.
func keyOf(tag *ast.BasicLit) string {
	if tag == nil {
		return ""
	}
	text, _ := strconv.Unquote(tag.Value) // the parser has checked it
	key, _, _ := strings.Cut(reflect.StructTag(text).Get("json"), ",")
	return key
}

// addReader records a method of *blocks that reads a pointer to a type.
func (src *source) addReader(f *ast.FuncDecl) {
	if f.Recv == nil || types.ExprString(f.Recv.List[0].Type) != "*blocks" || len(f.Type.Params.List) != 2 {
		return
	}
	if of, ok := strings.CutPrefix(types.ExprString(f.Type.Params.List[1].Type), "**"); ok {
		src.readers[of] = f.Name.Name
	}
}

// reachable lists the structs that root refers to, beginning with root. Each one
// comes after one that refers to it.
func (src *source) reachable(root string) []string {
	var all []string
	var visit func(name string)
	visit = func(name string) {
		if _, ok := src.structs[name]; !ok || slices.Contains(all, name) {
			return
		}
		all = append(all, name)
		for _, f := range src.structs[name] {
			visit(strings.TrimLeft(f.typ, "*[]"))
		}
	}
	visit(root)
	return all
}
