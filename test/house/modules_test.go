package house_test

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docking-event/ll2"
)

func TestWhatSaysTheVersionSaysTheSame(t *testing.T) {
	for _, complaint := range checkout(t).misversioned(ll2.Version) {
		t.Error(complaint)
	}
}

func TestEveryModuleIsInTheListsOfCI(t *testing.T) {
	h := checkout(t)
	if len(h.modules()) < 3 {
		t.Errorf(".ci/modules has only %d lines", len(h.modules()))
	}
	for _, complaint := range h.unlisted() {
		t.Error(complaint)
	}
}

func TestAModuleOfItsOwnCanBeInstalledByVersion(t *testing.T) {
	for _, complaint := range checkout(t).unpublishable(modulePath(t), ll2.Version) {
		t.Error(complaint)
	}
}

// module is a line of .ci/modules.
type module struct {
	dir       string
	published bool
}

func (h house) text(name string) string {
	data, err := fs.ReadFile(h.fsys, name)
	if err != nil {
		return ""
	}
	return string(data)
}

func (h house) modules() []module {
	var all []module
	for line := range strings.Lines(h.text(".ci/modules")) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] != "#" {
			all = append(all, module{fields[0], fields[1] == "published"})
		}
	}
	return all
}

// misversioned complains about a version that is not the newest of the change log, or,
// before the first release, not 0.1.0.
func (h house) misversioned(version string) []string {
	newest := "0.1.0"
	if found := regexp.MustCompile(`(?m)^## \[(\d[^\]]*)\]`).FindStringSubmatch(h.text("CHANGELOG.md")); found != nil {
		newest = found[1]
	}
	if version != newest {
		return []string{fmt.Sprintf("options.go says version %s, and CHANGELOG.md %s", version, newest)}
	}
	return nil
}

// unlisted complains about modules that no check would look at.
func (h house) unlisted() []string {
	var complaints []string
	for _, name := range h.files {
		dir := path.Dir(name)
		if path.Base(name) != "go.mod" || dir == "internal/consumer" || strings.Contains(name, "testdata/") {
			continue // of users, or data
		}
		if !slices.ContainsFunc(h.modules(), func(m module) bool { return m.dir == dir }) {
			complaints = append(complaints, dir+": .ci/modules does not have this module")
		}
		if entry := "      - " + path.Join("/", dir) + "\n"; !strings.Contains(h.text(".github/dependabot.yml"), entry) {
			complaints = append(complaints, dir+": .github/dependabot.yml does not have this module")
		}
	}
	for _, m := range h.modules() {
		if h.text(path.Join(m.dir, "go.mod")) == "" {
			complaints = append(complaints, m.dir+": .ci/modules has it, and there is no such module")
		}
	}
	return complaints
}

// unpublishable complains about nested modules that cannot be installed by version,
// which a replace directive prevents, or whose workspace does not use this checkout.
func (h house) unpublishable(root, version string) []string {
	var complaints []string
	for _, m := range h.modules() {
		if m.dir == "." || !m.published {
			continue
		}
		mod, work := h.text(m.dir+"/go.mod"), h.text(m.dir+"/go.work")
		if strings.Contains(mod, "\nreplace ") || strings.Contains(mod, "\nexclude ") {
			complaints = append(complaints, m.dir+"/go.mod: with a replace or exclude directive go install refuses it")
		}
		if !regexp.MustCompile(`\s` + regexp.QuoteMeta(root+" v"+version) + `\n`).MatchString(mod) {
			complaints = append(complaints, fmt.Sprintf("%s/go.mod: it does not require %s v%s", m.dir, root, version))
		}
		up := strings.TrimSuffix(strings.Repeat("../", strings.Count(m.dir, "/")+1), "/")
		if replace := "replace " + root + " => " + up + "\n"; !strings.Contains(work, "\nuse .\n") || !strings.Contains(work, replace) {
			complaints = append(complaints, fmt.Sprintf("%s/go.work: it needs the lines %q and %q", m.dir, "use .", strings.TrimSpace(replace)))
		}
		oldest := regexp.MustCompile(`(?m)^go (.*)$`)
		if got, want := oldest.FindString(mod), oldest.FindString(h.text("go.mod")); got != want {
			complaints = append(complaints, fmt.Sprintf("%s/go.mod: it says %q, and the root %q", m.dir, got, want))
		}
	}
	return complaints
}

func TestTheChecksOfTheModulesBite(t *testing.T) {
	const (
		root = "example.com/m"
		mod  = "module example.com/m/a\n\ngo 1.25.0\n\nrequire example.com/m v0.2.0\n"
		work = "go 1.25.0\n\nuse .\n\nreplace example.com/m => ../..\n"
	)
	published := func(h house) []string { return h.unpublishable(root, "0.2.0") }
	version := func(h house) []string { return h.misversioned("0.2.0") }
	for name, tt := range map[string]struct {
		files map[string]string
		check func(house) []string
		want  []string // a part of each complaint
	}{
		"a version that is in the change log":    {map[string]string{"CHANGELOG.md": "## [Unreleased]\n\n## [0.2.0] - 2026\n\n## [0.1.0]\n"}, version, nil},
		"a version that is not the newest":       {map[string]string{"CHANGELOG.md": "## [0.3.0]\n\n## [0.2.0]\n"}, version, []string{"options.go says version 0.2.0, and CHANGELOG.md 0.3.0"}},
		"a version before the first":             {map[string]string{"CHANGELOG.md": "## [Unreleased]\n"}, version, []string{"options.go says version 0.2.0, and CHANGELOG.md 0.1.0"}},
		"a module that can be installed":         {map[string]string{"x/a/go.mod": mod, "x/a/go.work": work}, published, nil},
		"one with a replace directive":           {map[string]string{"x/a/go.mod": mod + "\nreplace example.com/m => ../..\n", "x/a/go.work": work}, published, []string{"x/a/go.mod: with a replace"}},
		"one of another version":                 {map[string]string{"x/a/go.mod": strings.Replace(mod, "0.2.0", "0.2.0-rc", 1), "x/a/go.work": work}, published, []string{"x/a/go.mod: it does not require example.com/m v0.2.0"}},
		"one without a workspace":                {map[string]string{"x/a/go.mod": mod}, published, []string{`x/a/go.work: it needs the lines "use ." and "replace example.com/m => ../.."`}},
		"one whose workspace leads elsewhere":    {map[string]string{"x/a/go.mod": mod, "x/a/go.work": strings.Replace(work, "../..", "..", 1)}, published, []string{"x/a/go.work: it needs"}},
		"one that needs a newer Go":              {map[string]string{"x/a/go.mod": strings.Replace(mod, "1.25", "1.26", 1), "x/a/go.work": work}, published, []string{`x/a/go.mod: it says "go 1.26.0", and the root "go 1.25.0"`}},
		"one that nobody installs":               {map[string]string{"x/a/go.mod": "replace ", ".ci/modules": "x/a private\n"}, published, nil},
		"a module that is in the lists":          {map[string]string{"x/a/go.mod": mod}, house.unlisted, nil},
		"a module that is in none":               {map[string]string{"x/a/go.mod": mod, "b/go.mod": mod}, house.unlisted, []string{"b: .ci/modules does not", "b: .github/dependabot.yml does not"}},
		"a module of the lists that is not here": {nil, house.unlisted, []string{"x/a: .ci/modules has it, and there is no such module"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{
				"go.mod": "module example.com/m\n\ngo 1.25.0\n", ".ci/modules": "# The modules\n.    published\nx/a  published\n",
				".github/dependabot.yml": "    directories:\n      - /\n      - /x/a\n",
			}
			maps.Copy(files, tt.files)
			compare(t, tt.check(houseOf(t, files)), tt.want)
		})
	}
}
