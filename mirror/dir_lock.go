package mirror

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// A heldLock is the lock of a file, which exists for that alone.
type heldLock struct {
	file *os.File
	once sync.Once
}

// release can be called more than once. The file stays: who removes it takes it from
// those who have opened it and not yet its lock.
func (l *heldLock) release() {
	l.once.Do(func() {
		unlockFile(l.file)
		l.file.Close()
	})
}

// takeLock takes the lock of the file at path, which it makes if need be. It returns
// nil if somebody else has it.
func takeLock(path string) (*heldLock, error) {
	for range 10 { // the file can be removed again and again, though nobody does
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		ok, err := lockFile(f)
		if !ok || err != nil {
			f.Close()
			return nil, err
		}
		// Somebody may have removed the file, or the folder, after it was opened: then
		// others lock another one.
		mine, err := f.Stat()
		if err == nil {
			if named, err := os.Stat(path); err == nil && os.SameFile(mine, named) {
				return &heldLock{file: f}, nil
			}
		}
		unlockFile(f)
		f.Close()
	}
	return nil, fmt.Errorf("%s was removed again and again", path)
}

// waitLock waits for the lock of the file at path: until the context ends, and not
// longer than savingWait, since a process that holds it can be stopped.
func waitLock(ctx context.Context, path string) (*heldLock, error) {
	start := time.Now()
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		if held, err := takeLock(path); held != nil || err != nil {
			return held, err
		}
		if waited := time.Since(start); waited > savingWait {
			return nil, fmt.Errorf("another process has held the lock of %s for %v", path, waited.Round(time.Second))
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, fmt.Errorf("another process has the lock of %s: %w", path, ctx.Err())
		case <-timer.C:
		}
	}
}
