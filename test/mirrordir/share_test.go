package mirrordir_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/docking-event/ll2/mirror"
)

func TestNoSaveOfManyProcessesIsLost(t *testing.T) {
	const processes, each = 8, 25
	path := t.TempDir()
	var all []*process
	for range processes {
		all = append(all, start(t, "save", path, each))
	}
	// A reader sees them grow meanwhile.
	reader := mirror.Dir(path)
	reads, before, generation := 0, 0, uint64(0)
	for began := time.Now(); before < processes*each && time.Since(began) < longest; reads++ {
		n, gen, err := load(reader)
		if err != nil || n < before || gen < generation || generation != 0 && gen-generation != uint64(n-before) {
			t.Fatalf("read %d of generation %d, %v, after %d of %d", n, gen, err, before, generation)
		}
		before, generation = n, gen
		time.Sleep(time.Millisecond)
	}
	var saved []int
	for _, p := range all {
		mine := numbers(t, p.wait(), "saved")
		if !slices.IsSorted(mine) {
			t.Errorf("one process saved %v, which does not grow", mine)
		}
		saved = append(saved, mine...)
	}
	slices.Sort(saved)
	for i, n := range saved {
		if n != i+1 {
			t.Fatalf("the %d. save is %d: one was lost", i+1, n)
		}
	}
	if n, _, err := load(reader); n != processes*each || len(saved) != n || err != nil {
		t.Errorf("%d saves of %d left %d, %v", len(saved), processes*each, n, err)
	}
	onlyTheBlob(t, path)
	t.Logf("%d processes saved %d times each, one more than before: %d in the end, read %d times meanwhile", processes, each, before, reads)
}

func TestOneProcessHoldsALock(t *testing.T) {
	const processes, each = 6, 100
	path := t.TempDir()
	var all []*process
	for range processes {
		all = append(all, start(t, "lock", path, each))
	}
	for _, p := range all {
		if held := numbers(t, p.wait(), "held"); !slices.Equal(held, []int{each}) {
			t.Errorf("a process said %q", p.said)
		}
	}
}

func TestALockIsFreeWhenItsProcessDies(t *testing.T) {
	path := t.TempDir()
	dir := mirror.Dir(path)
	tryLock := func() (func(), bool) {
		t.Helper()
		unlock, ok, err := dir.TryLock(t.Context(), lockName, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return unlock, ok
	}
	var slowest time.Duration
	for range 20 {
		p := start(t, "hold", path, 0)
		p.await(t, "holds")
		if _, ok := tryLock(); ok {
			t.Fatal("locked what another process holds")
		}
		killed := time.Now()
		p.end()
		unlock, ok := tryLock()
		if !ok {
			t.Fatalf("still locked %v after the kill", time.Since(killed))
		}
		slowest = max(slowest, time.Since(killed))
		unlock()
	}
	t.Logf("20 locks of killed processes were free at the first try, at most %v after the kill", slowest.Round(10*time.Microsecond))
}

func TestASaveThatHangsStopsNoReader(t *testing.T) {
	path := t.TempDir()
	saveNext(t, path)
	dir := mirror.Dir(path)
	was, gen, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "hang", path, 4) // with the lock, and half a file
	p.await(t, "hangs")
	if n, same, err := load(mirror.Dir(path)); n != was || same != gen || err != nil {
		t.Errorf("read %d of generation %d, %v, want %d of %d", n, same, err, was, gen)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := dir.Save(ctx, blobName, nil, gen); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("saved while another process does: %v", err)
	}
	p.end()
	saveNext(t, path)
	onlyTheBlob(t, path)
}
