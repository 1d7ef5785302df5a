package cli_test

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/ll2test"
)

func TestATimelineHasTheStaysOfItsSpan(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "t.svg")
	if got := run(t, madeUp(515), "timeline", "-q", "--since", "2024", "-o", file); got != (outcome{}) {
		t.Error(got)
	}
	stays := 0
	for _, e := range ll2test.Events(515) {
		if e.Docked() || !e.Departure.Before(january(2024, 1)) {
			stays++
		}
	}
	want := fmt.Sprintf(">%d stays at ", stays)
	if data, err := os.ReadFile(file); err != nil || !strings.Contains(string(data), want) {
		t.Errorf("%v; the picture has not %q", err, want)
	}
}

func TestATimelineWithoutAStayIsAsAListWithoutAnEvent(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "t.svg")
	got := run(t, nil, "timeline", "--demo", "--station", "99", "-o", file)
	if want := (outcome{"", "dockings: no event fits, so " + file + " is not written\n", cli.ExitOK}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPicturesAreWhatTheirNamesSay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range []string{"--demo", "--demo=515 --since 2020 --at 2026-01-15"} {
		for ext, begin := range map[string]string{".svg": "<svg ", ".png": "\x89PNG", ".pdf": "%PDF-", ".PNG": "\x89PNG"} {
			file := filepath.Join(dir, "t"+ext)
			got := run(t, nil, append([]string{"timeline", "-q", "-o", file}, strings.Fields(args)...)...)
			data, err := os.ReadFile(file)
			if got != (outcome{}) || err != nil || !bytes.HasPrefix(data, []byte(begin)) {
				t.Errorf("timeline %s -o t%s: %+v, %v, %.10q", args, ext, got, err, data)
			}
			if ext == ".png" {
				if _, err := png.Decode(bytes.NewReader(data)); err != nil {
					t.Error(err)
				}
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestThePictureIsAsRecorded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, args := range map[string]string{
		"timeline.svg":        "--demo",
		"timeline-docked.svg": "--demo=40 --since 2010 --at 2026-01-15",
	} {
		file := filepath.Join(dir, name)
		if got := run(t, nil, append([]string{"timeline", "-q", "-o", file}, strings.Fields(args)...)...); got != (outcome{}) {
			t.Error(got)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		golden(t, name, string(data))
	}
}

func TestTheReadmeShowsTheRecordedEvents(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "doc", "recorded.png")
	if !*update {
		file = filepath.Join(t.TempDir(), "recorded.png")
	}
	if got := run(t, nil, "timeline", "-q", "--demo", "-o", file); got != (outcome{}) {
		t.Error(got)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 200<<10 {
			t.Errorf("%s has %d bytes", name, len(data))
		}
		return data
	}
	want, err := png.Decode(bytes.NewReader(read(filepath.Join("..", "..", "doc", "recorded.png"))))
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(read(file)))
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("the picture is %v, doc/recorded.png %v; go test -update makes it anew", got.Bounds(), want.Bounds())
	}
	// Floating point is not the same on every machine, so edges may differ.
	different := 0
	for y := range got.Bounds().Max.Y {
		for x := range got.Bounds().Max.X {
			if got.At(x, y) != want.At(x, y) {
				different++
			}
		}
	}
	if all := got.Bounds().Dx() * got.Bounds().Dy(); different > all/200 {
		t.Errorf("%d of %d pixels are not those of doc/recorded.png; go test -update makes it anew", different, all)
	}
}
