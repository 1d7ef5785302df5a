//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package mirror

import (
	"errors"
	"os"
)

// lockFile fails: this system has no lock that is freed when the process ends.
func lockFile(f *os.File) (bool, error) {
	return false, &os.PathError{Op: "lock", Path: f.Name(), Err: errors.ErrUnsupported}
}

func unlockFile(*os.File) {}

func syncDir(string) error { return nil }

func untilFree(op func() error) error { return op() }
