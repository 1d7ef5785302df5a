package mirror_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docking-event/ll2/mirror"
)

func TestTheFilesOfDirAreAsItsCommentSays(t *testing.T) {
	const sample = `ll2-mirror sha256 7ca95478ce5946a9bfbdf459d92a1cd8e5baeac8163d19fdeb37b11a0364f5c2
{"format":1,"name":"events","generation":1764000000000,"length":15}
the data itself`
	source, err := os.ReadFile("dir.go")
	if err != nil {
		t.Fatal(err)
	}
	if inComment := "//\t" + strings.ReplaceAll(sample, "\n", "\n//\t") + "\n"; !strings.Contains(string(source), inComment) {
		t.Errorf("dir.go does not show the sample:\n%s", inComment)
	}
	path := t.TempDir()
	write(t, filepath.Join(path, "events.ll2"), []byte(sample))
	dir := mirror.Dir(path)
	if data, gen := mustLoad(t, dir, "events"); string(data) != "the data itself" || gen != 1764000000000 {
		t.Fatalf("the sample holds %q of generation %d", data, gen)
	}
	gen := mustSave(t, dir, "events", []byte("more\nof\nit\n"))
	text, err := os.ReadFile(filepath.Join(path, "events.ll2"))
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	if want := fmt.Sprintf("ll2-mirror sha256 %x", sha256.Sum256(rest)); string(first) != want {
		t.Errorf("first line is %q, want %q", first, want)
	}
	second, data, _ := bytes.Cut(rest, []byte("\n"))
	var header map[string]any
	if err := json.Unmarshal(second, &header); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"format": 1.0, "name": "events", "generation": float64(gen), "length": float64(len(data))}
	if fmt.Sprint(header) != fmt.Sprint(want) || string(data) != "more\nof\nit\n" {
		t.Errorf("second line is %v, want %v, before %q", header, want, data)
	}
}

func TestDirNeverGivesDamagedData(t *testing.T) {
	path := t.TempDir()
	file := filepath.Join(path, "events.ll2")
	old := []byte(`[{"id":1},{"id":2}]`)
	gen := mustSave(t, mirror.Dir(path), "events", old)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(what string, text []byte) {
		t.Helper()
		tried++
		write(t, file, text)
		dir := mirror.Dir(path)
		if data, got, err := dir.Load(t.Context(), "events"); !errors.Is(err, fs.ErrNotExist) || data != nil || got != 0 {
			t.Errorf("%s: loaded %q of generation %d, %v", what, data, got, err)
		}
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the file is still in its place: %v", what, err)
		}
		if tried%100 != 0 {
			return
		}
		write(t, file, text)
		if err := dir.Save(t.Context(), "events", old, 0); err != nil {
			t.Errorf("%s: nothing can be saved: %v", what, err)
		}
		if data, again := mustLoad(t, dir, "events"); !bytes.Equal(data, old) || again <= gen {
			t.Errorf("%s: saved anew it is %q of generation %d, after %d", what, data, again, gen)
		}
	}
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			try(fmt.Sprintf("bit %d of byte %d flipped", bit, i), bad)
		}
		try(fmt.Sprintf("cut off at byte %d", i), good[:i])
		try(fmt.Sprintf("byte %d cut out", i), append(bytes.Clone(good[:i]), good[i+1:]...))
	}
	try("longer by a zero", append(bytes.Clone(good), 0))
	try("zeros", make([]byte, len(good)))
	try("twice", append(bytes.Clone(good), good...))
	t.Logf("%d damages of a file of %d bytes: none was read", tried, len(good))
	if got := len(files(t, path)); got > 6 {
		t.Errorf("%d files stay, want one and 5 that were set aside", got)
	}
}

func TestAProcessThatHasReadAFileGoesOnWhenItIsDamaged(t *testing.T) {
	path := t.TempDir()
	file := filepath.Join(path, "events.ll2")
	warm, old := mirror.Dir(path), bytes.Repeat([]byte("0123456789"), 1000)
	gen := mustSave(t, warm, "events", old)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 100, 1023, 1024, 5000, len(good) - 1} {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		write(t, file, good)
		mustLoad(t, warm, "events")
		write(t, file, bad)
		switch data, same, err := warm.Load(t.Context(), "events"); {
		case err == nil && bytes.Equal(data, old) && same == gen: // what it read before
		case errors.Is(err, fs.ErrNotExist) && data == nil:
		default:
			t.Errorf("byte %d flipped: loaded %.20q of generation %d, %v", at, data, same, err)
		}
		if _, _, err := mirror.Dir(path).Load(t.Context(), "events"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("byte %d flipped: a new process loads it, with error %v", at, err)
		}
		if _, _, err := warm.Load(t.Context(), "events"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("byte %d flipped: the file was set aside, and is loaded with error %v", at, err)
		}
	}
}

func TestDirTakesNoFileForAnotherBlobs(t *testing.T) {
	path := t.TempDir()
	dir := mirror.Dir(path)
	mustSave(t, dir, "events", []byte("data"))
	if err := os.Rename(filepath.Join(path, "events.ll2"), filepath.Join(path, "others.ll2")); err != nil {
		t.Fatal(err)
	}
	if data, _, err := dir.Load(t.Context(), "others"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `"events"`) {
		t.Errorf("loaded %q, %v from the file of another blob", data, err)
	}
}

func TestDirLeavesANewerFormatAlone(t *testing.T) {
	path := t.TempDir()
	file := filepath.Join(path, "events.ll2")
	rest := []byte(`{"format":2,"anything":[` + strings.Repeat("1,", 300) + "1]}\n" + strings.Repeat("packed", 1000))
	text := append(fmt.Appendf(nil, "ll2-mirror sha256 %x\n", sha256.Sum256(rest)), rest...)
	write(t, file, text)
	dir := mirror.Dir(path)
	_, _, loadErr := dir.Load(t.Context(), "events")
	for what, err := range map[string]error{"Load": loadErr, "Save": dir.Save(t.Context(), "events", nil, 0)} {
		if err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "format 2") || !strings.Contains(err.Error(), "newer version") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, text) {
		t.Errorf("the file was changed: %v", err)
	}
	text[len(text)-1]++ // damaged, so it may be of any format
	write(t, file, text)
	mustSave(t, dir, "events", []byte("anew"))
}
