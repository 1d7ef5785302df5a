package main

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
)

// fewest is the minimum number of mutants per file, if the file has so many and the
// sample is large enough.
const fewest = 5

// A sample holds the mutants drawn from a file.
type sample struct {
	file      *source
	mutants   []*mutant
	notViable int // drawn, but do not compile
}

// draw draws n mutants that compile, from each file in proportion to its mutants. The
// same seed and source give the same mutants.
func draw(compiles func(*mutant) error, sources []*source, n int, seed uint64) []*sample {
	var samples []*sample
	number := 0
	want := portions(sources, n)
	for i, s := range sources {
		d := &sample{file: s}
		samples = append(samples, d)
		h := fnv.New64a()
		_, _ = io.WriteString(h, s.name)
		shuffled := slices.Clone(s.mutants)
		rand.New(rand.NewPCG(seed, h.Sum64())).Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		for _, m := range shuffled {
			if len(d.mutants) == want[i] {
				break
			}
			if compiles(m) != nil {
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

// portions divides n among the files: a few for each, if these are not more than half
// of n, and the others in proportion to the number of mutants.
func portions(sources []*source, n int) []int {
	total := 0
	for _, s := range sources {
		total += len(s.mutants)
	}
	n = min(n, total)
	portion := make([]int, len(sources))
	left := n
	for i, s := range sources {
		portion[i] = min(len(s.mutants), fewest, n/2/len(sources))
		left -= portion[i]
	}
	// Each of the others goes to the file that is furthest behind its share.
	behind := func(i int) float64 {
		if portion[i] == len(sources[i].mutants) {
			return math.Inf(-1)
		}
		return float64(n)*float64(len(sources[i].mutants))/float64(total) - float64(portion[i])
	}
	for ; left > 0; left-- {
		next := 0
		for i := range sources {
			if behind(i) > behind(next) {
				next = i
			}
		}
		portion[next]++
	}
	return portion
}

// A checker decides which mutants compile. Those that do not say nothing about the
// tests.
type checker struct {
	fset   *token.FileSet
	config types.Config
}

// newChecker finds the compiled imports of the packages.
func newChecker(ctx context.Context, fset *token.FileSet, root string, packages []*pkg) (*checker, error) {
	args := []string{"-export", "-deps", "-json=ImportPath,Export"}
	for _, p := range packages {
		args = append(args, p.path)
	}
	exports := make(map[string]string)
	err := goList(ctx, root, func(d *json.Decoder) error {
		var p struct{ ImportPath, Export string }
		err := d.Decode(&p)
		exports[p.ImportPath] = p.Export
		return err
	}, args...)
	if err != nil {
		return nil, err
	}
	c := &checker{fset: fset}
	c.config.Importer = importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	for _, p := range packages {
		if err := c.check(p, nil, nil); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// compiles returns the reason why a mutant does not compile.
func (c *checker) compiles(m *mutant) error {
	syntax, err := parser.ParseFile(c.fset, m.file.name, m.apply(), parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	return c.check(m.file.pkg, m.file, syntax)
}

// check checks the package with one file replaced.
func (c *checker) check(p *pkg, file *source, replacement *ast.File) error {
	var files []*ast.File
	for _, s := range p.sources {
		if s == file {
			files = append(files, replacement)
		} else {
			files = append(files, s.syntax)
		}
	}
	_, err := c.config.Check(p.path, c.fset, files, nil)
	return err
}
