//go:build unix

package mirrordir_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docking-event/ll2/mirror"
)

// special does the work of processes with fewer rights.
func special(word string, dir mirror.Store, n int) error {
	switch word {
	case "limit": // saves n kilobytes, and may write files of one
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 10, Max: 1 << 10}); err != nil {
			return err
		}
		_, gen, err := load(dir)
		if err != nil {
			return err
		}
		return dir.Save(context.Background(), blobName, make([]byte, n<<10), gen)
	case "guest": // may read only
		if os.Getuid() == 0 {
			if err := errors.Join(syscall.Setgid(n), syscall.Setuid(n)); err != nil {
				return err
			}
		}
		got, gen, err := load(dir)
		fmt.Printf("load %d, %v\n", got, err)
		fmt.Printf("save %v\n", dir.Save(context.Background(), blobName, nil, gen))
		_, ok, err := dir.TryLock(context.Background(), lockName, time.Minute)
		fmt.Printf("lock %v, %v\n", ok, err)
		return nil
	}
	return fmt.Errorf("no process does %q", word)
}

// asBefore complains if a Save that failed left anything else than was there.
func asBefore(t *testing.T, path string, was int, others ...string) {
	t.Helper()
	if n, _, err := load(mirror.Dir(path)); n != was || err != nil {
		t.Errorf("it is %d, %v, want %d as before", n, err, was)
	}
	onlyTheBlob(t, path, others...)
}

func TestAFileThatMayNotGrowStaysAsItWas(t *testing.T) {
	path := t.TempDir()
	saveNext(t, path)
	said := start(t, "limit", path, 2).wait()
	if len(said) != 1 || !strings.Contains(said[0], "mirror: cannot save events: write ") || !strings.Contains(said[0], syscall.EFBIG.Error()) {
		t.Errorf("said %q", said)
	}
	asBefore(t, path, 1)
	saveNext(t, path)
}

func TestAFullDiskLeavesTheOldFile(t *testing.T) {
	path := t.TempDir()
	mount(t, path, "256k")
	saveNext(t, path)
	dir := mirror.Dir(path)
	was, gen, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		err := dir.Save(t.Context(), blobName, make([]byte, 1<<20), gen)
		if !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(err.Error(), "mirror: cannot save events: write ") {
			t.Errorf("saved on a full disk: %v", err)
		}
		asBefore(t, path, was)
	}
	// The files of a dead process take room that is needed.
	if err := os.WriteFile(filepath.Join(path, "events.ll2.tmp-1"), make([]byte, 200<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := dir.Save(t.Context(), blobName, bytes.Repeat([]byte("a"), 180<<10), gen); err != nil {
		t.Error("what a dead process left is still in the way: ", err)
	}
	onlyTheBlob(t, path)
}

func TestWhoMayOnlyReadReads(t *testing.T) {
	path := t.TempDir()
	saveNext(t, path)
	// The process of the unprivileged user must be able to pass the folders above.
	for dir := path; dir != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{"events.ll2": 0o444, "events.ll2.saving": 0o444, ".": 0o555} {
		if err := os.Chmod(filepath.Join(path, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(path, 0o755)
	said := start(t, "guest", path, 65534).wait()
	denied := syscall.EACCES.Error()
	if len(said) != 3 || said[0] != "load 1, <nil>" ||
		!strings.HasPrefix(said[1], "save mirror: cannot save events: ") || !strings.Contains(said[1], denied) ||
		!strings.HasPrefix(said[2], "lock false, mirror: cannot lock refresh: ") || !strings.Contains(said[2], denied) {
		t.Errorf("said %q", said)
	}
	asBefore(t, path, 1)

	// A damaged file cannot be set aside, and is as none.
	if err := os.WriteFile(filepath.Join(path, "events.ll2"), []byte("damaged"), 0o444); err != nil {
		t.Skip("only root writes to a file of these permissions: ", err)
	}
	if said := start(t, "guest", path, 65534).wait(); len(said) != 3 || said[0] != "load 0, <nil>" {
		t.Errorf("said %q of a damaged file", said)
	}
	onlyTheBlob(t, path)
}

func TestAPipeIsNotWaitedFor(t *testing.T) {
	path := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(path, "events.ll2"), 0o600); err != nil {
		t.Skip(err)
	}
	if _, _, err := load(mirror.Dir(path)); err == nil || !strings.Contains(err.Error(), "is not a regular file") {
		t.Error(err)
	}
}
