//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package mirror

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of an open file and says whether it was free. The kernel
// gives it back when the file is closed, by whatever end of the process. It belongs to
// the open file, not to the process, so that two goroutines exclude each other, too.
func lockFile(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case err != nil:
			return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
		default:
			return true, nil
		}
	}
}

// unlockFile does not leave it to closing: a process that is being started right now
// has the open file for another moment.
func unlockFile(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// syncDir brings a rename to the disk. Some file systems cannot, and need not.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}

// untilFree does what another process may stand in the way of for a moment: on
// Windows only.
func untilFree(op func() error) error { return op() }
