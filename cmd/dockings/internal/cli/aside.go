package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// An asideFile is written next to the file that it replaces when it is complete.
// A file that is not regular, such as a device, cannot be replaced; it is written
// directly.
type asideFile struct {
	*os.File
	name   string // as the user wrote it
	target string // "" if there is nothing to rename
}

func writeAside(name string) (*asideFile, error) {
	f := &asideFile{name: name, target: name}
	if resolved, err := filepath.EvalSymlinks(name); err == nil {
		f.target = resolved // else the link would be replaced
	}
	info, err := os.Stat(f.target)
	switch {
	case err == nil && info.IsDir():
		return nil, usagef("-o %s is a directory; add the name of a file", name)
	case err == nil && !info.Mode().IsRegular():
		f.target = ""
		f.File, err = os.OpenFile(name, os.O_WRONLY, 0)
	default:
		f.File, err = os.CreateTemp(filepath.Dir(f.target), "."+filepath.Base(f.target)+".*")
		if err == nil && info != nil {
			err = f.Chmod(info.Mode().Perm())
		} else if err == nil {
			err = f.Chmod(0o644)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot write %s: there is no directory %s; make it first", name, filepath.Dir(name))
	}
	if err != nil {
		return nil, f.failed(err)
	}
	return f, nil
}

func (f *asideFile) failed(err error) error {
	return fmt.Errorf("cannot write %s: %s", f.name, cause(err))
}

// commit replaces the target by the file.
func (f *asideFile) commit() error {
	if f.target != "" {
		if err := f.Sync(); err != nil {
			return f.failed(err)
		}
	}
	if err := f.Close(); err != nil {
		return f.failed(err)
	}
	if f.target == "" {
		return nil
	}
	if err := os.Rename(f.Name(), f.target); err != nil {
		return f.failed(err)
	}
	f.target = ""
	return nil
}

// discard removes a file that was not committed.
func (f *asideFile) discard() error {
	_ = f.Close() // fails if commit has closed it, which does not matter
	if f.target == "" {
		return nil
	}
	return os.Remove(f.Name())
}
