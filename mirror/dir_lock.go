package mirror

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// A heldLock is the lock of a file that exists only for this lock.
type heldLock struct {
	file *os.File
	once sync.Once
}

// release can be called more than once. The file is not removed: that would break the
// lock for processes that have opened the file but not yet locked it.
func (l *heldLock) release() {
	l.once.Do(func() {
		unlockFile(l.file)
		l.file.Close()
	})
}

// takeLock takes the lock of the file at path, which it creates if necessary. It
// returns nil if the lock is taken.
func takeLock(path string) (*heldLock, error) {
	for range 10 { // the file could be removed again and again
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		ok, err := lockFile(f)
		if !ok || err != nil {
			f.Close()
			return nil, err
		}
		// The file or the folder may have been removed after it was opened. Then
		// other processes lock another file.
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

// waitLock waits for the lock of the file at path, until the context ends or for
// savingWait at most, since a process that holds it can be stopped.
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
