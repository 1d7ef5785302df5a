package house_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestRoomsKnowNothingAboveThem(t *testing.T) {
	for _, complaint := range checkout(t).strangers(modulePath(t)) {
		t.Error(complaint)
	}
}

func TestNoFileNamesTheMachineThatItWasWrittenOn(t *testing.T) {
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, complaint := range checkout(t).machines(dir, registryHosts(t)) {
		t.Error(complaint)
	}
}

func modulePath(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^module (\S+)$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("go.mod names no module")
	}
	return string(found[1])
}

// rooms says what packages under internal/ never import, to know nothing of it.
var rooms = map[string][]string{
	"quota":    {"net", "encoding/json"}, // neither HTTP nor the API: times only
	"jsonscan": {"net"},                  // bytes, wherever they come from
	"service":  {"net/http"},             // rows and queries, however they come
}

// strangers complains about imports that a package must not have. The packages
// under internal/ import nothing of the module but one another, and neither does
// the root. Only tests import the helpers of tests. Examples import what a copy of
// them can, and so do the modules of their own.
func (h house) strangers(module string) []string {
	var complaints []string
	for _, name := range h.goFiles() {
		dir := path.Dir(name)
		for _, spec := range h.parsed[name].Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				complaints = append(complaints, fmt.Sprintf("%s: %v", name, err))
				continue
			}
			if why := h.stranger(dir, isTest(name), module, imported); why != "" {
				complaints = append(complaints, fmt.Sprintf("%s imports %s: %s", name, imported, why))
			}
		}
	}
	return complaints
}

// stranger says why a file in dir must not import a package; "" if it may.
func (h house) stranger(dir string, test bool, module, imported string) string {
	within, ours := strings.CutPrefix(imported+"/", module+"/")
	top, rest, _ := strings.Cut(dir, "/")
	room, _, _ := strings.Cut(rest, "/")
	switch {
	case h.inOtherModule(dir):
		if ours && !test && (strings.HasPrefix(within, "internal/") || strings.HasPrefix(within, "test/")) {
			return "a module of its own uses what other modules can use"
		}
		return ""
	case top == "internal" && room == "mutate":
		return ""
	case top == "internal" && ours && !strings.HasPrefix(within, "internal/"):
		return "packages under internal/ know nothing of those above"
	case top == "internal" && !test && slices.ContainsFunc(rooms[room], func(never string) bool {
		return strings.HasPrefix(imported+"/", never+"/")
	}):
		return room + " knows nothing of it"
	case test:
		return ""
	case dir == "." && ours && !strings.HasPrefix(within, "internal/"):
		return "the root package knows nothing of those that use it"
	case top != "test" && strings.HasPrefix(within, "test/"):
		return "only tests use the helpers of tests"
	case top == "examples" && strings.HasPrefix(within, "internal/"):
		return "a copy of the example could not"
	case top == "examples" && !ours && strings.Contains(strings.Split(imported, "/")[0], "."):
		return "an example needs the standard library and this module only"
	}
	return ""
}

func TestTheArchitectureTellsOfEveryRoom(t *testing.T) {
	const file = "doc/architecture.md"
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range checkout(t).untold(string(text)) {
		t.Errorf("%s has no link to %s", file, room)
	}
}

// untold lists the packages under internal/, the programs, the other directories
// at the top level and the source files of the root package to which a document
// in doc/ has no link.
func (h house) untold(markdown string) []string {
	entries, sources := h.topLevel()
	all := slices.Clone(sources)
	for _, name := range h.files {
		parts := strings.Split(name, "/")
		if len(parts) > 2 && (parts[0] == "internal" || parts[0] == "cmd") {
			all = append(all, parts[0]+"/"+parts[1])
		} else if len(parts) > 1 && slices.Contains(entries, parts[0]) {
			all = append(all, parts[0])
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(room string) bool {
		switch room {
		case "doc.go", "doc", "testdata":
			return true
		}
		return strings.HasPrefix(room, ".") || strings.Contains(markdown, "](../"+room+")")
	})
}

// inOtherModule reports whether a directory belongs to a module of its own.
func (h house) inOtherModule(dir string) bool {
	for ; dir != "."; dir = path.Dir(dir) {
		if slices.Contains(h.files, dir+"/go.mod") {
			return true
		}
	}
	return false
}

// The surroundings of a path, so that it is not part of a longer one.
const (
	pathBegins = `(?:^|[^\w./:~-])`
	pathEnds   = `(?:[^\w-]|$)`
)

// homePath is a path that leads somewhere on one machine only.
const homePath = `/(?:home|root|Users|work|workspace|tmp|mnt)/\w+`

// machines complains about paths of a machine, among them that of a checkout, and
// about hosts.
func (h house) machines(dir string, hosts []string) []string {
	pattern := pathBegins + "(" + homePath + "|" + regexp.QuoteMeta(dir) + pathEnds + ")"
	for _, host := range hosts {
		pattern += "|(" + regexp.QuoteMeta(host) + ")"
	}
	names := regexp.MustCompile(pattern)
	var complaints []string
	for _, name := range h.files {
		text, err := fs.ReadFile(h.fsys, name)
		if err != nil {
			complaints = append(complaints, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			if found := names.FindStringSubmatch(line); found != nil {
				complaints = append(complaints, fmt.Sprintf("%s:%d names %s, which others do not have", name, n, strings.Join(found[1:], "")))
			}
		}
	}
	return complaints
}

// registryHosts lists the hosts through which this machine gets modules, but for
// those that everybody has.
func registryHosts(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatal("go env: ", err)
	}
	settings := string(out)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		settings += os.Getenv(name) + "\n"
	}
	return hostsIn(settings)
}

var hostOfURL = regexp.MustCompile(`://(?:[^/@\s]*@)?([\w.-]+)`)

func hostsIn(settings string) []string {
	var hosts []string
	for _, found := range hostOfURL.FindAllStringSubmatch(settings, -1) {
		switch host := found[1]; host {
		case "proxy.golang.org", "localhost", "127.0.0.1":
		default:
			hosts = append(hosts, host)
		}
	}
	return hosts
}

func TestTheChecksOfTheRoomsBite(t *testing.T) {
	const module = "example.com/m"
	tests := []struct {
		name, file, imports string
		want                string // a part of the one complaint
	}{
		{"a room and another one", "internal/wire/a.go", "example.com/m/internal/quota", ""},
		{"a room and the root", "internal/quota/a.go", "example.com/m",
			"internal/quota/a.go imports example.com/m: packages under internal/ know nothing of those above"},
		{"a room and a package", "internal/service/a.go", "example.com/m/ll2test", "know nothing"},
		{"a room that is new", "internal/new/a.go", "example.com/m/ll2test", "know nothing"},
		{"a room in a room", "internal/quota/a/a.go", "example.com/m", "know nothing"},
		{"the test of a room", "internal/quota/a_test.go", "example.com/m", "know nothing"},
		{"the tester that breaks code", "internal/mutate/a.go", "example.com/m", ""},
		{"a room and a module with a longer name", "internal/quota/a.go", "example.com/more", ""},
		{"a room and the standard library", "internal/wire/a.go", "net/http", ""},
		{"a room and what it does not know", "internal/quota/a.go", "net/http", "quota knows nothing of it"},
		{"the test of a room and what it does not know", "internal/quota/a_test.go", "net/http", ""},
		{"a room and what is called alike", "internal/quota/a.go", "network", ""},

		{"the root and a room", "a.go", "example.com/m/internal/quota", ""},
		{"the root and another module", "a.go", "example.com/n/ll2test", ""},
		{"the root and the fake", "a.go", "example.com/m/ll2test", "the root package knows nothing"},
		{"a test of the root and the fake", "a_test.go", "example.com/m/ll2test", ""},
		{"the root and helpers of tests", "a.go", "example.com/m/test/testkit", "the root package knows nothing"},

		{"helpers of tests", "test/testkit/a.go", "example.com/m/test/golden", ""},
		{"helpers of tests in a test", "ll2test/a_test.go", "example.com/m/test/testkit", ""},
		{"helpers of tests elsewhere", "ll2test/a.go", "example.com/m/test/testkit", "only tests use the helpers"},

		{"an example", "examples/a/main.go", "net/http", ""},
		{"an example and the module", "examples/a/main.go", "example.com/m", ""},
		{"an example and the fake", "examples/a/main.go", "example.com/m/ll2test", ""},
		{"an example and a room", "examples/a/main.go", "example.com/m/internal/quota", "a copy of the example could not"},
		{"an example and another module", "examples/a/main.go", "example.com/n", "the standard library and this module only"},
		{"the test of an example and another module", "examples/a/main_test.go", "example.com/n", ""},
		{"a module of its own", "internal/consumer/main.go", "example.com/m", ""},
		{"a module of its own and its own room", "internal/consumer/main.go", "example.com/m/internal2/quota", ""},
		{"a module of its own and a room", "internal/consumer/main.go", "example.com/m/internal/quota", "uses what other modules can use"},
		{"the test of a module of its own", "internal/consumer/a_test.go", "example.com/m/test/testkit", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := houseOf(t, map[string]string{
				tt.file:                    fmt.Sprintf("package p\n\nimport %q\n", tt.imports),
				"internal/consumer/go.mod": "module example.com/consumer\n",
			})
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			compare(t, h.strangers(module), want)
		})
	}
}

func TestTheCheckOfTheArchitectureBites(t *testing.T) {
	h := houseOf(t, map[string]string{
		"a.go": "", "b.go": "", "doc.go": "", "a_test.go": "", "go.mod": "", ".ci/run": "", "doc/a.md": "", "testdata/a/b.json": "",
		"internal/a/a.go": "", "internal/b/b.go": "", "internal/b/c/c.go": "", "cmd/a/main.go": "", "ll2test/a.go": "", "test/a/a_test.go": "",
	})
	compare(t, h.untold("[a](../a.go) [a](../internal/a) [a](../internal/bc) [a](../test)"), []string{"b.go", "cmd/a", "internal/b", "ll2test"})
	compare(t, h.untold("[b](../a.go) [b](../b.go) [b](../internal/a) [b](../internal/b) [b](../cmd/a) [b](../test) [b](../ll2test)"), nil)
}

func TestTheCheckOfMachinesBites(t *testing.T) {
	const home = "/home" // in two parts, since this file is checked, too
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "# Title\nhttps://example.com" + home + "/page ./root" + home + "/x $TMPDIR/home example.com/m\n", nil},
		{"a home", "a\nb `" + home + "/me/go`\n", []string{"a.md:2 names " + home + "/me, which others do not have"}},
		{"a home at the beginning", home + "/me", []string{"a.md:1 names " + home + "/me,"}},
		{"the checkout", "a (/m/go.mod)", []string{"a.md:1 names /m/,"}},
		{"a path that is longer than the checkout's", "a /m2 /m-n", nil},
		{"a registry", "\n\nGET https://registry.example/x\n", []string{"a.md:3 names registry.example,"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			compare(t, houseOf(t, map[string]string{"a.md": tt.text}).machines("/m", []string{"registry.example"}), tt.want)
		})
	}
	hosts := hostsIn("https://proxy.golang.org,https://me:secret@one.example:8080/go|direct\nhttp://127.0.0.1:9\nhttp://two.example\n")
	if want := []string{"one.example", "two.example"}; !slices.Equal(hosts, want) {
		t.Errorf("hosts %q, want %q", hosts, want)
	}
}
