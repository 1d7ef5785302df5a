package mirror

import (
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"
)

var (
	kernel32     = syscall.NewLazyDLL("kernel32.dll")
	lockFileEx   = kernel32.NewProc("LockFileEx")
	unlockFileEx = kernel32.NewProc("UnlockFileEx")
)

const (
	lockfileFailImmediately = 0x1
	lockfileExclusiveLock   = 0x2

	errAccessDenied     = syscall.Errno(5)
	errSharingViolation = syscall.Errno(32)
	errLockViolation    = syscall.Errno(33)
)

// lockFile takes the lock of an open file and reports whether it was free. Windows
// frees it when the file is closed, however the process ends.
func lockFile(f *os.File) (bool, error) {
	var at syscall.Overlapped
	ok, _, err := lockFileEx.Call(f.Fd(), lockfileExclusiveLock|lockfileFailImmediately, 0, 1, 0,
		uintptr(unsafe.Pointer(&at)))
	switch {
	case ok != 0:
		return true, nil
	case errors.Is(err, errLockViolation) || errors.Is(err, syscall.ERROR_IO_PENDING):
		return false, nil
	}
	return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
}

// unlockFile does not rely on closing the file, after which Windows frees the lock
// with a delay.
func unlockFile(f *os.File) {
	var at syscall.Overlapped
	_, _, _ = unlockFileEx.Call(f.Fd(), 0, 1, 0, uintptr(unsafe.Pointer(&at)))
}

// syncDir does nothing: Windows has no such call, and NTFS keeps a journal of names.
func syncDir(string) error { return nil }

// untilFree repeats an operation that another process can block for a moment: Windows
// cannot replace a file that is open for reading, and cannot open one that is being
// replaced.
func untilFree(op func() error) error {
	const most = 2 * time.Second
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		err := op()
		busy := errors.Is(err, errAccessDenied) || errors.Is(err, errSharingViolation) || errors.Is(err, errLockViolation)
		if !busy || time.Since(start) > most {
			return err
		}
	}
}
