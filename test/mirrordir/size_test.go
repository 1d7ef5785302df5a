package mirrordir_test

import (
	"debug/buildinfo"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

// Programs that say the same, the second one from a copy.
const without = `package main

import (
	"context"
	"fmt"

	"github.com/docking-event/ll2"
)

func main() {
	client, err := ll2.New()
	if err != nil {
		panic(err)
	}
	for event, err := range client.DockingEvents.All(context.Background()) {
		fmt.Println(event, err)
	}
}
`

const with = `package main

import (
	"context"
	"fmt"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/mirror"
)

func main() {
	client, err := ll2.New()
	if err != nil {
		panic(err)
	}
	m, err := mirror.Open(client, mirror.Dir("dockings"))
	if err != nil {
		panic(err)
	}
	for event, err := range m.DockingEvents.All(context.Background()) {
		fmt.Println(event, err)
	}
}
`

// build builds a program of this module, stripped, and returns its size and how many
// modules are in it.
func build(t *testing.T, program string) (size int64, modules int) {
	t.Helper()
	source := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(source, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := source + ".exe"
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, source)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=",
		"GOEXPERIMENT=") // of Go as it is released
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	return file.Size(), len(info.Deps)
}

func TestAMirrorAddsLittleToAProgram(t *testing.T) {
	before, modulesBefore := build(t, without)
	after, modulesAfter := build(t, with)
	more, modules := (after-before)/1000, modulesAfter-modulesBefore
	t.Logf("%d kB and %d modules with a mirror, %d kB and %d modules without", after/1000, modulesAfter, before/1000, modulesBefore)
	most := int64(400)
	if version.Compare(runtime.Version(), "go1.26") < 0 {
		most = 420 // whose linker leaves more in
	}
	if more <= 0 || more > most || modules > 1 {
		t.Errorf("a mirror adds %d kB and %d modules to a program, at most %d kB and one module", more, modules, most)
	}
	if *kills == 500 {
		testkit.Golden(t, "../../doc/mirror.md", "size", fmt.Sprintf(
			"| | size | modules |\n| --- | ---: | ---: |\n| without | %.1f MB | %d |\n| with | %.1f MB | %d |\n| more | about %d kB | %d |\n",
			float64(before)/1e6, modulesBefore, float64(after)/1e6, modulesAfter, (more+5)/10*10, modules))
	}
}
