package cli_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
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

func TestAPictureHasNoStayThatHasNotBegun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "t.svg")
	if got := run(t, nil, "timeline", "--demo", "--at", "1978-07-20", "-q", "-o", file); got != (outcome{}) {
		t.Fatalf("%+v", got)
	}
	svg, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Soyuz 30 has left, Soyuz 29 and Progress 2 are docked and leave later, and Progress 3 comes later.
	for words, want := range map[string]bool{"Soyuz 29": true, "Soyuz 30": true, "Progress 2": true, "Progress 3": false, "1978-09-03": false, "(-": false} {
		if got := bytes.Contains(svg, []byte(words)); got != want {
			t.Errorf("%q is in the picture: %t, want %t", words, got, want)
		}
	}
}

func TestOnlyThePortsThatAreAskedForHaveRows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for args, want := range map[string]string{"": "10 stays at 2 ports", "aft": "7 stays at 1 port,"} {
		line := []string{"timeline", "--demo", "-o", filepath.Join(dir, "t"+args+".svg")}
		if args != "" {
			line = append(line, "--port", "*"+args)
		}
		if got := run(t, nil, line...); got.code != cli.ExitOK || !strings.Contains(got.stderr, want) {
			t.Errorf("%v: %+v, want %q", line, got, want)
		}
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

// The pictures of doc/, which -update makes anew.
var documented = map[string]string{
	"recorded.png":            "timeline --demo",
	"timeline-515.png":        "timeline --demo=515 --at 2026-01-15 --size 1600x900",
	"timeline-2000.png":       "timeline --demo=2000 --at 2026-01-15 --size 1600x900",
	"timeline-since-2020.png": "timeline --demo=515 --at 2026-01-15 --since 2020 --color-by model --dark --size 1600x900",
	"per-year-10.png":         "chart per-year --demo --size 800x450",
	"per-year-515.png":        "chart per-year --demo=515 --at 2026-01-15 --size 800x450",
	"per-year-2000.png":       "chart per-year --demo=2000 --at 2026-01-15 --by model --dark --size 800x450",
	"occupancy-10.png":        "chart occupancy --demo --size 800x450",
	"occupancy-515.png":       "chart occupancy --demo=515 --at 2026-01-15 --size 800x450",
	"occupancy-2000.png":      "chart occupancy --demo=2000 --at 2026-01-15 --size 800x450",
	"stays-10.png":            "chart stays --demo --size 800x240",
	"stays-515.png":           "chart stays --demo=515 --at 2026-01-15 --size 800x450",
	"stays-2000.png":          "chart stays --demo=2000 --at 2026-01-15 --size 800x450",
	"ports-10.png":            "chart ports --demo --size 800x240",
	"ports-515.png":           "chart ports --demo=515 --at 2026-01-15 --size 800x600",
	"ports-2000.png":          "chart ports --demo=2000 --at 2026-01-15 --size 800x600",
}

func TestThePicturesOfTheDocumentationAreThoseOfTheirCommands(t *testing.T) {
	t.Parallel()
	for name, command := range documented {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := filepath.Join("..", "..", "doc", name)
			file := want
			if !*update {
				file = filepath.Join(t.TempDir(), name)
			}
			if got := run(t, nil, append(strings.Fields(command), "-q", "-o", file)...); got != (outcome{}) {
				t.Fatal(got)
			}
			samePixels(t, want, file)
		})
	}
}

// samePixels compares two pictures, but for the edges of what is drawn: floating point is
// not the same on every machine.
func samePixels(t *testing.T, wantFile, gotFile string) {
	t.Helper()
	read := func(name string) image.Image {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 250<<10 {
			t.Errorf("%s has %d bytes", name, len(data))
		}
		picture, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return picture
	}
	want, got := read(wantFile), read(gotFile)
	if got.Bounds() != want.Bounds() {
		t.Fatalf("the picture is %v, %s %v; go test -update makes it anew", got.Bounds(), wantFile, want.Bounds())
	}
	different := 0
	for y := range got.Bounds().Max.Y {
		for x := range got.Bounds().Max.X {
			if !near(got.At(x, y), want.At(x, y)) {
				different++
			}
		}
	}
	if all := got.Bounds().Dx() * got.Bounds().Dy(); different > all/1000 {
		t.Errorf("%d of %d pixels are not those of %s; go test -update makes it anew", different, all, wantFile)
	}
}

// near reports whether two colours look the same.
func near(a, b color.Color) bool {
	const most = 16 << 8
	r, g, blue, _ := a.RGBA()
	r2, g2, blue2, _ := b.RGBA()
	return max(r, r2)-min(r, r2) <= most && max(g, g2)-min(g, g2) <= most && max(blue, blue2)-min(blue, blue2) <= most
}
