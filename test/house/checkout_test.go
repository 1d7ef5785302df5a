package house_test

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// On Windows git gives text the line ends of Windows unless .gitattributes says
// otherwise. Then tests fail that compare files with what a program prints, and
// what reads a file line by line finds no line that it knows.
func TestEveryFileHasTheSameLineEndsOnEveryMachine(t *testing.T) {
	for _, complaint := range foreignLineEnds(git(t, "ls-files", "-z", "--eol", "--cached", "--others", "--exclude-standard")) {
		t.Error(complaint)
	}
}

// After a program was built, git add must not add 25 MB.
func TestGitIgnoresWhatGoBuildLeaves(t *testing.T) {
	h := checkout(t)
	var programs []string
	for _, name := range h.goFiles() {
		if h.parsed[name].Name.Name == "main" && !isTest(name) {
			programs = append(programs, path.Dir(name))
		}
	}
	if programs = slices.Compact(programs); len(programs) == 0 {
		t.Fatal("no package main")
	}
	var built []string
	for _, dir := range programs {
		// In its own directory; the module's own programs at the top level, too.
		places := []string{dir}
		if !slices.ContainsFunc(h.files, func(name string) bool {
			return path.Base(name) == "go.mod" && name != "go.mod" && strings.HasPrefix(dir+"/", path.Dir(name)+"/")
		}) {
			places = append(places, ".")
		}
		for _, place := range places {
			name := path.Join(place, path.Base(dir))
			built = append(built, name+".exe")
			// A folder of that name is not overwritten.
			if !slices.ContainsFunc(h.files, func(file string) bool { return strings.HasPrefix(file, name+"/") }) {
				built = append(built, name)
			}
		}
	}
	ignored := strings.Split(git(t, append([]string{"check-ignore", "--"}, built...)...), "\n")
	for _, name := range built {
		if !slices.Contains(ignored, name) {
			t.Errorf("git would add %s; name it in .gitignore", name)
		}
	}
}

// git runs git at the root of the checkout and returns what it prints.
func git(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		t.Skip("this is no checkout: ", err) // as in the module cache, which has a part of the files only
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", args[0], err)
	}
	return string(out)
}

// foreignLineEnds reads what git ls-files -z --eol prints, such as
//
//	i/lf    w/crlf  attr/text=auto eol=lf	name
//
// and complains about files that have other line ends than those of Unix, here or
// in git, and about those that could get them. A file is let alone if its
// attributes say that it is no text, or not to be changed.
func foreignLineEnds(listing string) []string {
	var complaints []string
	for entry := range strings.SplitSeq(strings.TrimSuffix(listing, "\x00"), "\x00") {
		about, name, found := strings.Cut(entry, "\t")
		if !found {
			return append(complaints, fmt.Sprintf("git prints %q, which is not what git ls-files --eol prints", entry))
		}
		about, attributes, _ := strings.Cut(about, "attr/")
		attributes = strings.TrimSpace(attributes)
		foreign := strings.Contains(about, "crlf") || strings.Contains(about, "mixed")
		switch {
		case attributes == "-text":
		case !strings.Contains(attributes, "eol=lf"):
			complaints = append(complaints, fmt.Sprintf("%s: its line ends depend on the machine; .gitattributes says %q of it", name, attributes))
		case foreign:
			complaints = append(complaints, fmt.Sprintf("%s: it has line ends of Windows (%s); remove it and check it out again", name, strings.Join(strings.Fields(about), " ")))
		}
	}
	return complaints
}

func TestTheCheckOfLineEndsBites(t *testing.T) {
	for name, tt := range map[string]struct{ listing, want string }{ // a part of the one complaint
		"text":                 {"i/lf    w/lf    attr/text=auto eol=lf\tdir/a.go\x00", ""},
		"a new file":           {"i/      w/lf    attr/text=auto eol=lf\ta.go\x00", ""},
		"a picture":            {"i/-text w/-text attr/-text         \ta.png\x00", ""},
		"what was recorded":    {"i/crlf  w/crlf  attr/-text         \ttestdata/a.txt\x00", ""},
		"Windows":              {"i/lf    w/crlf  attr/text=auto eol=lf\ta.go\x00", "a.go: it has line ends of Windows (i/lf w/crlf)"},
		"Windows, in git, too": {"i/crlf  w/crlf  attr/text=auto eol=lf\ta b.go\x00", "a b.go: it has line ends of Windows"},
		"some of Windows":      {"i/lf    w/mixed attr/text=auto eol=lf\ta.go\x00", "a.go: it has line ends of Windows"},
		"nothing is said":      {"i/lf    w/lf    attr/                 \ta.go\x00", `a.go: its line ends depend on the machine; .gitattributes says "" of it`},
		"no line end is said":  {"i/lf    w/lf    attr/text=auto        \ta.go\x00", `a.go: its line ends depend on the machine; .gitattributes says "text=auto" of it`},
		"something else":       {"fatal: no", "which is not what git ls-files --eol prints"},
	} {
		t.Run(name, func(t *testing.T) {
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			compare(t, foreignLineEnds(tt.listing), want)
		})
	}
}
