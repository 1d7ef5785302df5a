package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// mutantEnv names the variable that selects the mutant of a binary that holds
	// many.
	mutantEnv = "LL2_MUTANT"

	// reachedEnv names the variable with the file to which such a binary writes the
	// number of each function with mutants that it reaches, once per function.
	reachedEnv = "LL2_MUTANT_REACHED"
)

// compile builds the tests of a package, with some files of the module replaced or
// added.
func compile(ctx context.Context, p *pkg, work, binary string, files map[string][]byte) error {
	if err := os.MkdirAll(work, 0o700); err != nil {
		return err
	}
	overlay := make(map[string]string)
	for name, text := range files {
		at := filepath.Join(work, fmt.Sprintf("%d.go", len(overlay)))
		if err := os.WriteFile(at, text, 0o600); err != nil {
			return err
		}
		overlay[name] = at
	}
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return err
	}
	at := filepath.Join(work, "overlay.json")
	if err := os.WriteFile(at, text, 0o600); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "test", "-overlay", at, "-vet=off", "-ldflags=-s -w", "-c", "-o", binary, ".")
	build.Dir = p.dir
	if out, err := build.CombinedOutput(); err != nil {
		return &buildError{fmt.Errorf("go test -c in %s: %w\n%s", p.rel, err, out)}
	}
	return nil
}

// A buildError is an error of the compiler.
type buildError struct{ error }

func (e *buildError) Unwrap() error { return e.error }

// picker is added to each package with mutants that share a build.
const picker = `package %s

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

var (
	mutantOfThisRun, _ = strconv.Atoi(os.Getenv("` + mutantEnv + `"))
	mutantsReached     = os.Getenv("` + reachedEnv + `")
	mutantsSeen        sync.Map
)

func mutantIn(function int) int {
	if mutantsReached != "" {
		noteMutantsReached(function)
	}
	return mutantOfThisRun
}

func noteMutantsReached(function int) {
	if _, seen := mutantsSeen.LoadOrStore(function, true); seen {
		return
	}
	f, err := os.OpenFile(mutantsReached, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	_, _ = fmt.Fprintln(f, function)
	_ = f.Close()
}
`

// together returns the files of one build with all mutants that are inside functions,
// so that these mutants need no builds of their own. A function with mutants begins
// with a switch that selects a copy of itself with one of them. The number of such a
// function is that of its first mutant.
func together(mutants []*mutant) map[string][]byte {
	byFile := make(map[*source]map[*ast.FuncDecl][]*mutant)
	for _, m := range mutants {
		if byFile[m.file] == nil {
			byFile[m.file] = make(map[*ast.FuncDecl][]*mutant)
		}
		byFile[m.file][m.inside] = append(byFile[m.file][m.inside], m)
	}
	number := numbers(mutants)
	files := make(map[string][]byte)
	for file, functions := range byFile {
		files[filepath.Join(file.pkg.dir, "zz_mutant.go")] = fmt.Appendf(nil, picker, file.pkg.name)
		var text, copies bytes.Buffer
		base := int(file.syntax.FileStart)
		done := 0
		for _, decl := range file.syntax.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || functions[f] == nil {
				continue
			}
			brace := int(f.Body.Lbrace) + 1 - base
			text.Write(file.text[done:brace])
			done = brace
			fmt.Fprintf(&text, " switch mutantIn(%d) {", number[f])
			for _, m := range functions[f] {
				name := fmt.Sprintf("%sMutant%d", f.Name.Name, m.number)
				fmt.Fprintf(&text, " case %d: %s;", m.number, call(f, name))
				from, named, to := int(f.Pos())-base, int(f.Name.Pos())-base, int(f.End())-base
				fmt.Fprintf(&copies, "\n%s%s%s%s%s\n", file.text[from:named], name,
					file.text[int(f.Name.End())-base:m.from], m.text, file.text[m.to:to])
			}
			text.WriteString(" }; ")
		}
		text.Write(file.text[done:])
		text.Write(copies.Bytes())
		files[file.at] = text.Bytes()
	}
	return files
}

// numbers returns the number of each mutant's function in the common build.
func numbers(mutants []*mutant) map[*ast.FuncDecl]int {
	numbers := make(map[*ast.FuncDecl]int)
	for _, m := range mutants {
		if _, ok := numbers[m.inside]; !ok {
			numbers[m.inside] = m.number
		}
	}
	return numbers
}

// call returns the statement with which a function calls another one of the same
// signature in its place.
func call(f *ast.FuncDecl, name string) string {
	if f.Recv != nil {
		name = f.Recv.List[0].Names[0].Name + "." + name
	} else if f.Type.TypeParams != nil {
		name += "[" + strings.Join(names(f.Type.TypeParams), ", ") + "]"
	}
	args := strings.Join(names(f.Type.Params), ", ")
	if list := f.Type.Params.List; len(list) > 0 {
		if _, variadic := list[len(list)-1].Type.(*ast.Ellipsis); variadic {
			args += "..."
		}
	}
	if f.Type.Results == nil {
		return name + "(" + args + "); return"
	}
	return "return " + name + "(" + args + ")"
}

// alone reports whether a mutant needs a build of its own: it is not in a function,
// or in one that cannot name its own parameters.
func alone(m *mutant) bool {
	if m.inside == nil {
		return true
	}
	for _, list := range []*ast.FieldList{m.inside.Recv, m.inside.Type.Params} {
		if list != nil && len(names(list)) < list.NumFields() || slices.Contains(names(list), "_") {
			return true
		}
	}
	return false
}

func names(list *ast.FieldList) []string {
	var names []string
	if list != nil {
		for _, field := range list.List {
			for _, name := range field.Names {
				names = append(names, name.Name)
			}
		}
	}
	return names
}
