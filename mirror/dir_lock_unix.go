//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package mirror

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of an open file and reports whether it was free. The kernel
// frees it when the file is closed, however the process ends. The lock belongs to the
// open file and not to the process, so it also excludes other goroutines.
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

// unlockFile does not rely on closing the file: a child process that is just being
// started keeps it open for another moment.
func unlockFile(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// syncDir brings a rename to the disk. Some file systems cannot do that and do not
// need it.
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

// untilFree runs an operation that another process can block for a moment, which
// happens on Windows only.
func untilFree(op func() error) error { return op() }
