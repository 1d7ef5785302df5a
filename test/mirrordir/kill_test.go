package mirrordir_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2/internal/steps"
	"github.com/docking-event/ll2/mirror"
)

// saveNext shows that life goes on: it saves one more than there is, at once.
func saveNext(t *testing.T, path string) {
	t.Helper()
	dir := mirror.Dir(path)
	n, gen, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // less than any wait for another process
	defer cancel()
	if err := dir.Save(ctx, blobName, content(n+1), gen); err != nil {
		t.Fatal(err)
	}
	if got, next, err := load(mirror.Dir(path)); got != n+1 || next <= gen || err != nil {
		t.Fatalf("after a Save of %d over generation %d it is %d of generation %d, %v", n+1, gen, got, next, err)
	}
}

// onlyTheBlob complains about files other than those that are always there.
func onlyTheBlob(t *testing.T, path string, others ...string) {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if name != "events.ll2" && name != "events.ll2.saving" && !slices.ContainsFunc(others, func(prefix string) bool {
			return strings.HasPrefix(name, prefix)
		}) {
			t.Errorf("%s was left", name)
		}
	}
}

func TestAProcessCanDieAtEveryStepOfASave(t *testing.T) {
	damage := func(t *testing.T, path string) {
		if err := os.Truncate(filepath.Join(path, "events.ll2"), 300); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		before func(t *testing.T, path string)
		others []string
	}{
		{"of a first blob", func(*testing.T, string) {}, nil},
		{"over another", saveNext, nil},
		{"over a damaged file", func(t *testing.T, path string) { saveNext(t, path); damage(t, path) }, []string{"events.ll2.damaged-"}},
	}
	killed := 0
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			names := stepsOfASave(t, tt.before)
			for at, name := range names {
				path := t.TempDir()
				tt.before(t, path)
				was, gen, _ := load(mirror.Dir(path))
				said := start(t, "die", path, at+1).wait()
				killed++
				if len(said) != 0 {
					t.Fatalf("a process that should die before %q said %q", name, said)
				}
				now, next, err := load(mirror.Dir(path))
				switch renamed := at > slices.Index(names, "rename"); {
				case err != nil:
					t.Errorf("died before %q: %v", name, err)
				case renamed && (now != was+1 || next <= gen), !renamed && (now != was || next != gen):
					t.Errorf("died before %q: it is %d of generation %d, after %d of %d", name, now, next, was, gen)
				}
				saveNext(t, path)
				onlyTheBlob(t, path, tt.others...)
			}
		})
	}
	t.Logf("%d processes were killed, one before each step", killed)
}

// stepsOfASave returns the names of the steps that a Save makes in a new folder.
func stepsOfASave(t *testing.T, before func(*testing.T, string)) []string {
	t.Helper()
	path := t.TempDir()
	before(t, path)
	dir := mirror.Dir(path)
	n, gen, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ctx := steps.With(t.Context(), func(step string) error {
		names = append(names, step)
		return nil
	})
	if err := dir.Save(ctx, blobName, content(n+1), gen); err != nil {
		t.Fatal(err)
	}
	// The data reaches the disk before its name does.
	end := []string{"create", "write", "sync", "rename", "sync the folder"}
	if got := slices.Compact(slices.Clone(names)); len(got) < len(end) || !slices.Equal(got[len(got)-len(end):], end) {
		t.Fatalf("a Save has the steps %q, want %q in the end", names, end)
	}
	return names
}

func TestProcessesCanDieAtAnyMoment(t *testing.T) {
	const together = 3
	path := t.TempDir()
	reader := mirror.Dir(path)
	var running []*process
	begin := func() { running = append(running, start(t, "save", path, 1_000_000)) }
	for range together {
		begin()
	}
	began := time.Now()
	saved, seen, generation, within := 0, 0, uint64(0), 0
	for round := range *kills {
		// One dies within a few milliseconds after it began a Save.
		i := rand.IntN(len(running))
		running[i].await(t, "tries")
		time.Sleep(rand.N(12 * time.Millisecond))
		said := running[i].end()
		running = slices.Delete(running, i, i+1)
		begin()

		for _, n := range numbers(t, said, "saved") {
			saved = max(saved, n)
		}
		if strings.HasPrefix(said[len(said)-1], "tries") {
			within++
		}
		n, gen, err := load(reader)
		if err != nil {
			t.Fatalf("kill %d: %v", round, err)
		}
		if n < saved || n < seen || gen < generation || uint64(n-seen) != gen-generation && generation != 0 {
			t.Fatalf("kill %d: it is %d of generation %d, after %d of %d was read and %d was saved", round, n, gen, seen, generation, saved)
		}
		seen, generation = n, gen
	}
	tried := 0
	for _, p := range running {
		p.await(t, "saved") // the others go on
		said := p.end()
		for _, n := range numbers(t, said, "tries") {
			tried = max(tried, n)
		}
	}
	n, _, err := load(mirror.Dir(path))
	if err != nil || n < seen || n > tried {
		t.Errorf("in the end it is %d, %v; at most %d was tried", n, err, tried)
	}
	saveNext(t, path)
	onlyTheBlob(t, path)
	t.Logf("%d processes were killed, %d of them within a Save, while %d saves were made in %v",
		*kills, within, n, time.Since(began).Round(time.Second))
}
