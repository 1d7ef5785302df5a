package manual_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/manual"
	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write share/")

// files are the texts of all files below a folder.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		all[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPagesAndCompletionsAreThoseOfTheCommands(t *testing.T) {
	t.Parallel()
	made := t.TempDir()
	if err := manual.Write(made); err != nil {
		t.Fatal(err)
	}
	share := filepath.Join("..", "..", "share")
	if *update {
		if err := manual.Write(share); err != nil {
			t.Fatal(err)
		}
	}
	want := files(t, made)
	if len(want) < 15 {
		t.Errorf("only %d files", len(want))
	}
	if diff := gocmp.Diff(want, files(t, share)); diff != "" {
		t.Errorf("share/ is not what the commands say (-want +got); go test -update writes it:\n%.3000s", diff)
	}
}
