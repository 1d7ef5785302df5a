package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// blindPackages are packages whose tests read documents and source files, or that
// only have benchmarks.
var blindPackages = regexp.MustCompile(`^test/(documentation|bench)(/|$)`)

// A pkg is a package of the module.
type pkg struct {
	rel     string // its directory in the module, such as "." or "internal/quota"
	dir     string
	path    string // import path
	name    string
	files   []string
	tested  bool // has tests
	sources []*source
}

// A source is a file of a package.
type source struct {
	name    string // in the module's directory
	at      string // path of the file
	pkg     *pkg
	text    []byte
	syntax  *ast.File
	mutants []*mutant
}

// listPackages lists all packages of the module in a directory.
func listPackages(ctx context.Context, root string) ([]*pkg, error) {
	var packages []*pkg
	err := goList(ctx, root, func(d *json.Decoder) error {
		var p struct {
			ImportPath, Dir, Name              string
			GoFiles, TestGoFiles, XTestGoFiles []string
		}
		if err := d.Decode(&p); err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p.Dir)
		if err != nil {
			return err
		}
		packages = append(packages, &pkg{
			rel: filepath.ToSlash(rel), dir: p.Dir, path: p.ImportPath, name: p.Name, files: p.GoFiles,
			tested: len(p.TestGoFiles)+len(p.XTestGoFiles) > 0,
		})
		return nil
	}, "-json=ImportPath,Dir,Name,GoFiles,TestGoFiles,XTestGoFiles", "./...")
	return packages, err
}

// goList runs go list and reads the values that it prints, one after the other.
func goList(ctx context.Context, dir string, read func(*json.Decoder) error, args ...string) error {
	list := exec.CommandContext(ctx, "go", append([]string{"list"}, args...)...)
	list.Dir, list.Stderr = dir, os.Stderr
	out, err := list.StdoutPipe()
	if err != nil {
		return err
	}
	if err := list.Start(); err != nil {
		return err
	}
	decoder := json.NewDecoder(out)
	for err == nil {
		err = read(decoder)
	}
	if !errors.Is(err, io.EOF) {
		return errors.Join(err, list.Wait())
	}
	if err := list.Wait(); err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	return nil
}

// choose returns the packages to mutate, in the order of the names, and the names
// that do not exist. A name that ends in /... stands for all packages below a
// directory that others can import.
func choose(packages []*pkg, names []string) (chosen []*pkg, missing []string) {
	for _, name := range names {
		found := false
		dir, below := strings.CutSuffix(name, "/...")
		for _, p := range packages {
			if p.rel == name || below && strings.HasPrefix(p.rel, dir+"/") && p.name != "main" {
				found = true
				if !slices.Contains(chosen, p) {
					chosen = append(chosen, p)
				}
			}
		}
		if !found {
			missing = append(missing, name)
		}
	}
	return chosen, missing
}

// chooseSuites returns the suites that can kill a mutant: the tests of the mutated
// packages, of the module's own package, and of each directory and those below it.
func chooseSuites(packages, mutated []*pkg, dirs []string) []*suite {
	var suites []*suite
	for _, p := range packages {
		below := slices.ContainsFunc(dirs, func(dir string) bool { return p.rel == dir || strings.HasPrefix(p.rel, dir+"/") })
		if p.tested && !blindPackages.MatchString(p.rel) && (p.rel == "." || below || slices.Contains(mutated, p)) {
			suites = append(suites, &suite{pkg: p, mutated: slices.Contains(mutated, p)})
		}
	}
	return suites
}

// read parses the files of the package that are not generated, and lists the
// mutants of each.
func (p *pkg) read(fset *token.FileSet) error {
	for _, name := range p.files {
		s := &source{name: name, at: filepath.Join(p.dir, name), pkg: p}
		if p.rel != "." {
			s.name = p.rel + "/" + name
		}
		var err error
		if s.text, err = os.ReadFile(s.at); err != nil {
			return err
		}
		s.syntax, err = parser.ParseFile(fset, s.at, s.text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if !ast.IsGenerated(s.syntax) {
			s.mutants = listMutants(fset, s)
		}
		p.sources = append(p.sources, s)
	}
	return nil
}
