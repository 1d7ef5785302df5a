package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
)

// fewest is how many mutants a file has at least, if it has so many.
const fewest = 5

// A sample is what is drawn of a file's mutants.
type sample struct {
	file      *source
	mutants   []*mutant
	notViable int // drawn, but no Go
}

// draw draws about n mutants that compile, from each file in proportion to what
// there is. The same seed and source give the same ones.
func draw(c *checker, sources []*source, n int, seed uint64) []*sample {
	total := 0
	for _, s := range sources {
		total += len(s.mutants)
	}
	var samples []*sample
	number := 0
	for _, s := range sources {
		d := &sample{file: s}
		samples = append(samples, d)
		want := max(fewest, (n*len(s.mutants)+total/2)/max(1, total))
		h := fnv.New64a()
		_, _ = io.WriteString(h, s.name)
		shuffled := slices.Clone(s.mutants)
		rand.New(rand.NewPCG(seed, h.Sum64())).Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		for _, m := range shuffled {
			if len(d.mutants) == want {
				break
			}
			if c.compiles(m) != nil {
				d.notViable++
				continue
			}
			number++
			m.number = number
			d.mutants = append(d.mutants, m)
		}
	}
	return samples
}

// A checker tells which mutants are Go: one that is not says nothing of the
// tests.
type checker struct {
	fset    *token.FileSet
	path    string
	sources []*source
	config  types.Config
}

// newChecker finds the compiled imports of the package.
func newChecker(ctx context.Context, fset *token.FileSet, dir string, sources []*source) (*checker, error) {
	list := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json=ImportPath,Export,DepOnly", ".")
	list.Dir, list.Stderr = dir, os.Stderr
	out, err := list.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := list.Start(); err != nil {
		return nil, err
	}
	c := &checker{fset: fset, sources: sources}
	exports := make(map[string]string)
	for decoder := json.NewDecoder(out); ; {
		var p struct {
			ImportPath, Export string
			DepOnly            bool
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			c.path = p.ImportPath
		}
	}
	if err := list.Wait(); err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	c.config.Importer = importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	return c, c.check(nil, nil)
}

// compiles returns why a mutant is no Go.
func (c *checker) compiles(m *mutant) error {
	syntax, err := parser.ParseFile(c.fset, m.file.name, m.apply(), parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	return c.check(m.file, syntax)
}

// check checks the package with one file replaced.
func (c *checker) check(file *source, replacement *ast.File) error {
	var files []*ast.File
	for _, s := range c.sources {
		if s == file {
			files = append(files, replacement)
		} else {
			files = append(files, s.syntax)
		}
	}
	_, err := c.config.Check(c.path, c.fset, files, nil)
	return err
}
