package house_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// How much there may be of everything.
const (
	mostEntries     = 36  // at the top level, hidden ones too, but for tests
	mostSourceFiles = 14  // of the root package
	mostLines       = 400 // of a Go file that is not generated
)

func TestTheTopLevelIsSmall(t *testing.T) {
	h := checkout(t)
	entries, sources := h.topLevel()
	t.Logf("%d entries at the top level besides tests, %d source files of the root package, %d Go files with %d lines at most",
		len(entries), len(sources), len(h.goFiles()), h.longest())
	for _, complaint := range h.crowded() {
		t.Error(complaint)
	}
}

func TestATestStandsBesideWhatItTests(t *testing.T) {
	for _, complaint := range checkout(t).strayTests() {
		t.Error(complaint)
	}
}

func TestNoGoFileIsLong(t *testing.T) {
	for _, complaint := range checkout(t).long() {
		t.Error(complaint)
	}
}

func TestEveryRoomSaysWhatItHolds(t *testing.T) {
	for _, complaint := range checkout(t).silent() {
		t.Error(complaint)
	}
}

// A house holds the files of a commit: those that git knows and those that it would
// add, so that a new file is seen before it is committed. Ignored files, such as a
// tool that was built, are not included.
type house struct {
	files  []string // with slashes, relative to the root
	fsys   fs.FS
	parsed map[string]*ast.File // package clause, imports and comments
	lines  map[string]int
}

// checkout reads the files of this checkout.
func checkout(t *testing.T) house {
	t.Helper()
	out := git(t, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	fsys := os.DirFS(root)
	names := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	names = slices.DeleteFunc(names, func(name string) bool { // those that are deleted, but not yet in git
		_, err := fs.Stat(fsys, name)
		return err != nil
	})
	return newHouse(t, fsys, names)
}

func newHouse(t *testing.T, fsys fs.FS, names []string) house {
	t.Helper()
	slices.Sort(names)
	h := house{files: slices.Compact(names), fsys: fsys, parsed: map[string]*ast.File{}, lines: map[string]int{}}
	for _, name := range h.goFiles() {
		fset := token.NewFileSet()
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		if h.parsed[name], err = parser.ParseFile(fset, name, text, parser.ImportsOnly|parser.ParseComments); err != nil {
			t.Fatal(err)
		}
		h.lines[name] = strings.Count(string(text), "\n")
	}
	return h
}

// goFiles lists the files that are Go's, but for data of tests.
func (h house) goFiles() []string {
	return slices.DeleteFunc(slices.Clone(h.files), func(name string) bool {
		return path.Ext(name) != ".go" || slices.Contains(strings.Split(path.Dir(name), "/"), "testdata")
	})
}

// topLevel lists the entries of the top level but for tests, and the source
// files of the root package, which are among them.
func (h house) topLevel() (entries, sources []string) {
	for _, name := range h.files {
		entry, _, inDir := strings.Cut(name, "/")
		if isTest(name) && !inDir || slices.Contains(entries, entry) {
			continue
		}
		entries = append(entries, entry)
		if path.Ext(name) == ".go" && !inDir {
			sources = append(sources, name)
		}
	}
	return entries, sources
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

func (h house) crowded() []string {
	var complaints []string
	entries, sources := h.topLevel()
	if n := len(entries); n > mostEntries {
		complaints = append(complaints, fmt.Sprintf("%d entries at the top level besides tests, at most %d: %s", n, mostEntries, strings.Join(entries, " ")))
	}
	if n := len(sources); n > mostSourceFiles {
		complaints = append(complaints, fmt.Sprintf("%d source files of the root package, at most %d: %s", n, mostSourceFiles, strings.Join(sources, " ")))
	}
	return complaints
}

// strayTests complains about tests at the top level that are not named after a
// source file.
func (h house) strayTests() []string {
	var complaints []string
	_, sources := h.topLevel()
	for _, name := range h.files {
		subject, isTest := strings.CutSuffix(name, "_test.go")
		switch {
		case !isTest || strings.Contains(name, "/"):
		case slices.Contains(sources, subject+".go"):
		case subject == "example" || strings.HasPrefix(subject, "example_") || subject == "export" || subject == "main":
		default:
			complaints = append(complaints, fmt.Sprintf("%s: there is no %s.go; a suite over the public surface goes to test/", name, subject))
		}
	}
	return complaints
}

// longest returns the length of the longest file that was not generated.
func (h house) longest() int {
	n := 0
	for name, file := range h.parsed {
		if !ast.IsGenerated(file) {
			n = max(n, h.lines[name])
		}
	}
	return n
}

func (h house) long() []string {
	var complaints []string
	for _, name := range h.goFiles() {
		if n := h.lines[name]; n > mostLines && !ast.IsGenerated(h.parsed[name]) {
			complaints = append(complaints, fmt.Sprintf("%s: %d lines, at most %d: look for the second concept", name, n, mostLines))
		}
	}
	return complaints
}

// silent complains about packages under internal/ and test/ without a comment.
// In test/ it is the first line of a file, so that head shows it.
func (h house) silent() []string {
	var complaints []string
	said := map[string]bool{}
	var dirs []string
	for _, name := range h.goFiles() {
		dir := path.Dir(name)
		if !strings.HasPrefix(dir, "internal/") && !strings.HasPrefix(dir, "test/") {
			continue
		}
		if !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		file := h.parsed[name]
		first, _, _ := strings.Cut(file.Doc.Text(), "\n")
		switch {
		case first == "":
		case file.Name.Name != "main" && !strings.HasPrefix(first, "Package "+file.Name.Name+" "):
			complaints = append(complaints, fmt.Sprintf("%s: the package comment does not begin with Package %s", name, file.Name.Name))
			said[dir] = true
		case strings.HasPrefix(dir, "test/") && file.Doc.Pos() != file.FileStart:
			complaints = append(complaints, fmt.Sprintf("%s: the package comment is not the first line", name))
			said[dir] = true
		default:
			said[dir] = true
		}
	}
	for _, dir := range dirs {
		if !said[dir] {
			complaints = append(complaints, dir+": no package comment says what it holds")
		}
	}
	return complaints
}

func TestTheChecksOfTheLayoutBite(t *testing.T) {
	long := strings.Repeat("\n", mostLines)
	tests := []struct {
		name  string
		files map[string]string
		check func(house) []string
		want  []string // a part of each complaint
	}{
		{"a small top level", numbered(mostEntries-mostSourceFiles, "%d.md", numbered(mostSourceFiles, "f%d.go", nil)), house.crowded, nil},
		{"an entry too many", numbered(mostEntries-mostSourceFiles, "%d.md", numbered(mostSourceFiles, "f%d.go", map[string]string{".hidden/file": ""})),
			house.crowded, []string{"37 entries at the top level besides tests, at most 36: .hidden 0.md 1.md"}},
		{"a source file too many", numbered(mostSourceFiles+1, "f%d.go", nil), house.crowded,
			[]string{"15 source files of the root package, at most 14: f0.go f1.go f10.go"}},
		{"tests do not count", numbered(50, "f%d_test.go", nil), house.crowded, nil},
		{"a directory counts once", numbered(50, "dir/f%d.go", nil), house.crowded, nil},

		{"a test beside its source", map[string]string{"a.go": "", "a_test.go": ""}, house.strayTests, nil},
		{"tests that need no source", map[string]string{"example_test.go": "", "example_list_test.go": "", "export_test.go": "", "main_test.go": ""}, house.strayTests, nil},
		{"a test of a directory", map[string]string{"test/corners/corners_test.go": "", "ll2test/helper_test.go": ""}, house.strayTests, nil},
		{"a test without its source", map[string]string{"a.go": "", "a_more_test.go": ""}, house.strayTests, []string{"a_more_test.go: there is no a_more.go"}},
		{"a test of a source elsewhere", map[string]string{"dir/a.go": "", "a_test.go": ""}, house.strayTests, []string{"a_test.go: there is no a.go"}},
		{"a test that looks like an example", map[string]string{"examples_test.go": ""}, house.strayTests, []string{"examples_test.go: there is"}},

		{"a file of the greatest length", map[string]string{"a/a.go": "package a" + long}, house.long, nil},
		{"a long file", map[string]string{"a/a.go": "package a\n" + long, "b_test.go": "package b\n\n" + long}, house.long,
			[]string{"a/a.go: 401 lines, at most 400", "b_test.go: 402 lines"}},
		{"a long file that was generated", map[string]string{"a.go": "// Code generated by hand. DO NOT EDIT.\n\npackage a" + long}, house.long, nil},
		{"a long file that says so too late", map[string]string{"a.go": "package a\n\n// Code generated by hand. DO NOT EDIT." + long}, house.long, []string{"a.go: 402"}},
		{"long data", map[string]string{"testdata/a.go": "?" + long + "\n", "a.txt": long + "\n"}, house.long, nil},

		{"a room with a comment", map[string]string{"internal/a/a.go": "// Copyright.\n\n// Package a keeps.\npackage a", "internal/a/b.go": "package a"}, house.silent, nil},
		{"a program with a comment", map[string]string{"internal/a/a.go": "// A keeps.\npackage main"}, house.silent, nil},
		{"a room without a comment", map[string]string{"internal/a/a.go": "// Package a keeps.\n\npackage a"}, house.silent, []string{"internal/a: no package comment"}},
		{"a room with another one's comment", map[string]string{"internal/a/a.go": "// Package b keeps.\npackage a"}, house.silent, []string{"internal/a/a.go: the package comment does not begin with Package a"}},
		{"a room in a room", map[string]string{"internal/a/a.go": "// Package a keeps.\npackage a", "internal/a/b/b.go": "package b"}, house.silent, []string{"internal/a/b: no"}},
		{"a theme with a first line", map[string]string{"test/a/a_test.go": "// Package a_test holds.\npackage a_test", "test/a/b.go": "package a"}, house.silent, nil},
		{"a theme with a second line", map[string]string{"test/a/a_test.go": "\n// Package a_test holds.\npackage a_test"}, house.silent, []string{"test/a/a_test.go: the package comment is not the first line"}},
		{"a theme without a line", map[string]string{"test/a/a_test.go": "package a_test"}, house.silent, []string{"test/a: no package comment"}},
		{"a package elsewhere", map[string]string{"a/a.go": "package a", "internal/a/testdata/a.go": "?"}, house.silent, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			compare(t, tt.check(houseOf(t, tt.files)), tt.want)
		})
	}
}

// numbered adds n empty files to others.
func numbered(n int, format string, others map[string]string) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf(format, i)] = ""
	}
	maps.Copy(files, others)
	return files
}

// houseOf is a house of files in memory. A Go file that is empty gets a package
// clause.
func houseOf(t *testing.T, files map[string]string) house {
	t.Helper()
	fsys := fstest.MapFS{}
	var names []string
	for name, text := range files {
		if text == "" && path.Ext(name) == ".go" {
			text = "package p\n"
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
		names = append(names, name)
	}
	return newHouse(t, fsys, names)
}

func compare(t *testing.T, complaints, want []string) {
	t.Helper()
	if len(complaints) != len(want) {
		t.Fatalf("complaints %q, want %q", complaints, want)
	}
	for i := range want {
		if !strings.Contains(complaints[i], want[i]) {
			t.Errorf("complaint %q, want %q", complaints[i], want[i])
		}
	}
}
