package mirror_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docking-event/ll2/internal/steps"
	"github.com/docking-event/ll2/mirror"
)

// mustLoad returns a blob that is there.
func mustLoad(t *testing.T, s mirror.Store, name string) ([]byte, uint64) {
	t.Helper()
	data, gen, err := s.Load(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return data, gen
}

// mustSave saves a blob in place of whatever is there, and returns its generation.
func mustSave(t *testing.T, s mirror.Store, name string, data []byte) uint64 {
	t.Helper()
	_, gen, err := s.Load(t.Context(), name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), name, data, gen); err != nil {
		t.Fatal(err)
	}
	got, next := mustLoad(t, s, name)
	if !bytes.Equal(got, data) || next <= gen {
		t.Fatalf("loaded %.40q of generation %d after %.40q was saved over generation %d", got, next, data, gen)
	}
	return next
}

// files lists a folder, but for the files that are there to be locked.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if ext := filepath.Ext(entry.Name()); ext != ".saving" && ext != ".lock" {
			names = append(names, entry.Name())
		}
	}
	return names
}

// write makes a new file: one that is cut off and written again would wait for the
// disk.
func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDirGivesBackWhatWasSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "not", "yet", "there")
	one, other := mirror.Dir(path), mirror.Dir(path)
	if _, gen, err := one.Load(t.Context(), "events"); gen != 0 || !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("generation %d, %v of a folder that is not there", gen, err)
	}
	var before uint64
	for _, size := range []int{0, 1, 1023, 1024, 1025, 256<<10 - 1, 256 << 10, 1<<20 + 1, 0} {
		data := bytes.Repeat([]byte("a\n"), size/2+1)[:size]
		gen := mustSave(t, one, "events", data)
		if got, same := mustLoad(t, other, "events"); !bytes.Equal(got, data) || same != gen {
			t.Errorf("%d bytes: another process loads %d bytes of generation %d, want %d", size, len(got), same, gen)
		}
		if before != 0 && gen != before+1 {
			t.Errorf("generation %d after %d, want one more", gen, before)
		}
		before = gen
	}
	mustSave(t, other, "Journal.v1", []byte("another one"))
	if got, _ := mustLoad(t, one, "events"); len(got) != 0 {
		t.Errorf("another blob changed this one to %q", got)
	}
	mustSave(t, other, strings.Repeat("a", 200), nil)
	if err := os.Remove(filepath.Join(path, strings.Repeat("a", 200)+".ll2")); err != nil {
		t.Fatal(err)
	}
	if got := files(t, path); fmt.Sprint(got) != "[%4aournal.v1.ll2 events.ll2]" {
		t.Errorf("files are %q", got)
	}
}

func TestDirSavesOverTheGenerationThatTheCallerKnows(t *testing.T) {
	dir := mirror.Dir(t.TempDir())
	conflict := func(ifGen uint64) {
		t.Helper()
		if err := dir.Save(t.Context(), "events", []byte("late"), ifGen); err != mirror.ErrConflict {
			t.Errorf("saved over generation %d: %v, want ErrConflict", ifGen, err)
		}
	}
	conflict(1) // none is there
	gen := mustSave(t, dir, "events", []byte("first"))
	conflict(0)
	conflict(gen - 1)
	conflict(gen + 1)
	if data, same := mustLoad(t, dir, "events"); string(data) != "first" || same != gen {
		t.Errorf("after conflicts it is %q of generation %d, want %d", data, same, gen)
	}
}

func TestABlobThatWasLostGetsNoGenerationThatItHad(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		dir := mirror.Dir(path)
		mustSave(t, dir, "events", []byte("one"))
		gen := mustSave(t, dir, "events", []byte("two"))
		time.Sleep(time.Second)
		if err := os.Remove(filepath.Join(path, "events.ll2")); err != nil {
			t.Fatal(err)
		}
		if again := mustSave(t, dir, "events", []byte("three")); again <= gen {
			t.Errorf("generation %d, which is not more than the lost %d", again, gen)
		}
	})
}

func TestDirLeavesOtherFilesAlone(t *testing.T) {
	path := t.TempDir()
	dir := mirror.Dir(path)
	names := []string{"README.md", "events", "events.ll2.tmp", "events.ll2.tmp-a", "events.ll2.tmp-1.ll2", "events.ll2.damaged-by-me", "other.ll2.tmp-1"}
	for _, name := range names {
		write(t, filepath.Join(path, name), []byte(name))
	}
	if err := os.Mkdir(filepath.Join(path, "events.ll2.tmp-2"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(path, "events.ll2.tmp-3"), []byte("left by a dead process"))
	for i := range 3 {
		mustSave(t, dir, "events", []byte{byte(i)})
	}
	for _, name := range names {
		if text, err := os.ReadFile(filepath.Join(path, name)); err != nil || string(text) != name {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
	}
	if got, want := len(files(t, path)), len(names)+2; got != want { // the folder and the blob
		t.Errorf("%d files, want %d: %q", got, want, files(t, path))
	}
}

func TestDirSaysWhatItCannotUse(t *testing.T) {
	good := t.TempDir()
	file := filepath.Join(good, "file")
	write(t, file, nil)
	if err := os.MkdirAll(filepath.Join(good, "folder.ll2"), 0o700); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		what string
		path string
		ctx  context.Context
		name string
		want string
	}{
		{"no path", "", t.Context(), "events", "mirror: Dir needs the path of a folder"},
		{"a file", file, t.Context(), "events", "not a "},
		{"a folder in a file", filepath.Join(file, "folder"), t.Context(), "events", "not a "},
		{"a folder in place of the blob", good, t.Context(), "folder", "is not a regular file"},
		{"no context", good, nil, "events", "nil context"},
		{"a context that has ended", good, ended, "events", "context canceled"},
		{"no name", good, t.Context(), "", "not a valid file name"},
		{"a long name", good, t.Context(), strings.Repeat("a", 201), "at most 200"},
		{"a name that becomes long", good, t.Context(), strings.Repeat("A", 67), "at most 200"},
		{"a folder above", good, t.Context(), "../events", "letters"},
		{"a folder below", good, t.Context(), "a/b", "letters"},
		{"a Windows folder", good, t.Context(), `a\b`, "letters"},
		{"a stream of NTFS", good, t.Context(), "a:b", "letters"},
		{"a hidden file", good, t.Context(), ".events", "letters"},
		{"a digit first", good, t.Context(), "1", "letters"},
		{"a zero", good, t.Context(), "a\x00", "letters"},
		{"another alphabet", good, t.Context(), "é", "letters"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			dir := mirror.Dir(tt.path)
			_, _, loadErr := dir.Load(tt.ctx, tt.name)
			saveErr := dir.Save(tt.ctx, tt.name, nil, 0)
			_, locked, lockErr := dir.TryLock(tt.ctx, tt.name, time.Second)
			if strings.HasSuffix(tt.what, "place of the blob") {
				locked, lockErr = false, saveErr // a lock needs no blob
			}
			for what, err := range map[string]error{"Load": loadErr, "Save": saveErr, "TryLock": lockErr} {
				if err == nil || !strings.Contains(err.Error(), tt.want) || locked {
					t.Errorf("%s: %v, want ...%s...", what, err, tt.want)
				} else if errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: %v is as if there were no blob", what, err)
				}
			}
		})
	}
}

func TestASaveThatFailsLeavesAllAsItWas(t *testing.T) {
	path := t.TempDir()
	dir := mirror.Dir(path)
	long := make([]byte, 600<<10)
	full := errors.New("no space left on device")
	for failing := 0; ; failing++ {
		gen := mustSave(t, dir, "events", []byte("before"))
		was, n := "", 0
		ctx := steps.With(t.Context(), func(step string) error {
			if n++; n != failing+1 {
				return nil
			}
			was = step
			return full
		})
		err := dir.Save(ctx, "events", long, gen)
		if was == "" {
			if err != nil || failing < 8 {
				t.Errorf("%d steps were failed, and then %v", failing, err)
			}
			break
		}
		if !errors.Is(err, full) || !strings.HasPrefix(err.Error(), "mirror: cannot save events: ") {
			t.Errorf("failed to %s: %v", was, err)
		}
		data, now := mustLoad(t, mirror.Dir(path), "events")
		switch renamed := was == "sync the folder"; {
		case renamed && (now != gen+1 || !bytes.Equal(data, long)):
			t.Errorf("failed to %s: generation %d with %d bytes, want all of %d", was, now, len(data), gen+1)
		case !renamed && (now != gen || string(data) != "before"):
			t.Errorf("failed to %s: generation %d with %.20q, want %d as before", was, now, data, gen)
		}
		if got := files(t, path); len(got) != 1 {
			t.Errorf("failed to %s: files are %q", was, got)
		}
	}
}

func TestDirReadsOnlyTheStartOfWhatItKnows(t *testing.T) {
	dir := mirror.Dir(t.TempDir())
	mustSave(t, dir, "events", make([]byte, 10<<20))
	mustLoad(t, dir, "events")
	if got := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := dir.Load(b.Context(), "events"); err != nil {
				b.Fatal(err)
			}
		}
	}); got.AllocedBytesPerOp() > 8<<10 {
		t.Errorf("a second Load of 10 MiB makes %d bytes", got.AllocedBytesPerOp())
	} else {
		t.Log("a second Load of 10 MiB: ", got, got.MemString())
	}
}

func TestDirIsTheOwnersOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have the permissions of their folder there")
	}
	path := filepath.Join(t.TempDir(), "a", "b")
	dir := mirror.Dir(path)
	mustSave(t, dir, "events", nil)
	if unlock, ok, err := dir.TryLock(t.Context(), "refresh", time.Minute); !ok || err != nil {
		t.Fatal(ok, err)
	} else {
		unlock()
	}
	want := map[string]fs.FileMode{".": 0o700, "b": 0o700, "b/events.ll2": 0o600, "b/events.ll2.saving": 0o600, "b/refresh.lock": 0o600}
	fs.WalkDir(os.DirFS(filepath.Dir(path)), ".", func(name string, entry fs.DirEntry, _ error) error {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != want[name] {
			t.Errorf("%s has %v, %v, want %v", name, info.Mode(), err, want[name])
		}
		delete(want, name)
		return nil
	})
	if len(want) != 0 {
		t.Errorf("missing: %v", want)
	}
}
