package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
)

var begins = map[string]string{"svg": "<svg ", "png": "\x89PNG", "pdf": "%PDF-", "html": "<!DOCTYPE html>"}

func TestAPictureCanGoToStandardOutput(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"timeline", "chart per-year", "chart occupancy", "chart stays", "chart ports"} {
		for format, begin := range begins {
			got := run(t, nil, append(strings.Fields(command), "--demo", "-o", "-", "--format", format)...)
			if got.code != cli.ExitOK || !strings.HasPrefix(strings.ToLower(got.stdout), strings.ToLower(begin)) {
				t.Errorf("%s %s: %d, %.20q, %s", command, format, got.code, got.stdout, got.stderr)
			}
			if !strings.HasPrefix(got.stderr, "dockings: wrote standard output: "+strings.ToUpper(format)+", ") || lines(got.stderr) != 1 {
				t.Errorf("%s %s: %q", command, format, got.stderr)
			}
		}
	}
}

func TestATerminalGetsNoBytesThatItCannotShow(t *testing.T) {
	t.Parallel()
	for format, code := range map[string]int{"png": cli.ExitUsage, "pdf": cli.ExitUsage, "svg": cli.ExitOK} {
		var stdout, stderr bytes.Buffer
		a := &cli.App{
			Stdout: &sheet.Stream{Writer: &stdout, Terminal: true}, Stderr: &sheet.Stream{Writer: &stderr},
			Getenv: func(string) string { return "" }, CacheDir: func() (string, error) { return t.TempDir(), nil },
		}
		got := a.Run(t.Context(), []string{"timeline", "--demo", "-o", "-", "--format", format})
		if refused := stdout.Len() == 0; got != code || refused != (code != cli.ExitOK) {
			t.Errorf("%s: exit code %d, %d bytes, %s", format, got, stdout.Len(), stderr.String())
		}
	}
}

func TestItSaysWhatItWrote(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, want := range map[string]string{
		"timeline -o a.svg":                         "SVG, 1280x239, 10 stays at 2 ports, ",
		"timeline -o a.png --size 1920x1080":        "PNG, 1920x1080, 10 stays at 2 ports, ",
		"timeline -o a.pdf":                         "PDF, 960x179 pt, 10 stays at 2 ports, ",
		"timeline -o a.html":                        "HTML, 10 stays, ",
		"timeline -o picture --format svg":          "SVG, 1280x239, 10 stays at 2 ports, ",
		"chart per-year -o a.png --size 1280x720":   "PNG, 1280x720, 10 events, ",
		"chart ports -o a.svg --size 1280x720":      "SVG, 1280x720, 10 events, ",
		"chart occupancy -o a.html --title Soyuzes": "HTML, 10 events, ",
	} {
		args := strings.Fields(name)
		for i, arg := range args {
			if arg == "-o" {
				args[i+1] = filepath.Join(dir, args[i+1])
				want = "dockings: wrote " + args[i+1] + ": " + want
			}
		}
		got := run(t, nil, append(args, "--demo")...)
		if got.code != cli.ExitOK || got.stdout != "" || !strings.HasPrefix(got.stderr, want) || !strings.HasSuffix(got.stderr, " kB\n") {
			t.Errorf("%s: %+v, want %q", name, got, want)
		}
	}
}

// The SVG says in words what a picture shows, for who points at it or does not see it.
func TestAnSVGHasTitles(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"timeline --title Salyut": {
			"<title>Salyut. 10 stays at 2 ports, 1978-06-16 to 1979-06-13 (UTC)</title>",
			"<title>Soyuz 29 at Salyut-6 forward, Salyut 6: 1978-06-16 21:58 to 1978-09-03 08:23 (78d 10h)</title>",
			"<title>Soyuz 31 moved to Salyut-6 forward on 1978-09-07</title>",
			">Soyuz 29</text>",
		},
		"chart per-year": {"<title>1978, Russian Federal Space Agency (ROSCOSMOS): 7 dockings</title>"},
		"chart ports":    {"<title>Salyut-6 forward, Salyut 6: 3 stays, 67 % of the time</title>"},
		"chart stays":    {"<title>Soyuz: 5 stays, median "},
	} {
		got := run(t, nil, append(strings.Fields(command), "--demo", "-q", "-o", "-", "--format", "svg")...)
		for _, title := range want {
			if !strings.Contains(got.stdout, title) {
				t.Errorf("%s has not %s", command, title)
			}
		}
	}
}

func TestTheSameNumbersMakeTheSameFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, command := range []string{"timeline", "chart per-year", "chart occupancy", "chart stays", "chart ports"} {
		for format := range begins {
			var files [2][]byte
			for i := range files {
				file := filepath.Join(dir, fmt.Sprintf("%d.%s", i, format))
				if got := run(t, nil, append(strings.Fields(command), "--demo=515", "--at", "2026-01-15", "-q", "-o", file)...); got != (outcome{}) {
					t.Fatal(got)
				}
				files[i], _ = os.ReadFile(file)
			}
			if !bytes.Equal(files[0], files[1]) || len(files[0]) == 0 {
				t.Errorf("two runs of %s write two different %s", command, format)
			}
		}
	}
}

func TestAChartWithoutAnEventIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"per-year", "occupancy", "stays", "ports"} {
		file := filepath.Join(t.TempDir(), "c.svg")
		got := run(t, nil, "chart", name, "--demo", "--since", "2020", "-o", file)
		if want := (outcome{"", "dockings: no event fits, so " + file + " is not written\n", cli.ExitOK}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
