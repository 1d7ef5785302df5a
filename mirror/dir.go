package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/docking-event/ll2/internal/steps"
)

// Dir returns a [Store] in a folder, which several processes may share. The first
// Save creates the folder and its parents. If the path is not usable, each call
// returns an error.
//
// A process may be killed at any moment, the disk may be full, and the folder may be
// read-only: the files stay complete and are never half written. When Save returns nil,
// the data has reached the disk. Load needs no lock and no permission to write. It
// reads only the first kilobyte if the file is still the one that it read last.
//
// # Files
//
// The blob named "events" is the file events.ll2. Upper-case letters are
// percent-encoded, because names that differ only in case are one file on Windows and
// macOS. A file has two lines of text, followed by the data unchanged:
//
//	ll2-mirror sha256 7ca95478ce5946a9bfbdf459d92a1cd8e5baeac8163d19fdeb37b11a0364f5c2
//	{"format":1,"name":"events","generation":1764000000000,"length":15}
//	the data itself
//
// The first line is the checksum of all bytes that follow it. So these commands print
// the data and compute its checksum:
//
//	tail -n +3 events.ll2
//	tail -n +2 events.ll2 | sha256sum
//
// The generation of a new blob is the Unix time in milliseconds, and each Save adds
// one. So a blob that was lost and is written anew does not get a generation that
// another process still knows.
//
// A file that is damaged or truncated is renamed to events.ll2.damaged- and a time,
// and counts as missing: Load returns [fs.ErrNotExist]. At most 5 of these files are
// kept. A file of a newer format causes an error that says so, and is never replaced.
// The files events.ll2.saving and events.lock are empty and only used for locks. A
// file events.ll2.tmp- and a number is being written, or was left by a process that
// died; the next Save of that blob removes it. Dir touches no other file. Only their
// owner can use the files and folders that it creates.
//
// # Systems
//
// Locks are flock(2) on Unix and LockFileEx on Windows, so a lock is free as soon as
// its process ends. They work between processes of one machine. Whether they work
// between machines that share a folder over a network depends on its file system.
// Unlock and the lock's ttl free a lock as well.
//
// On Windows a file cannot be replaced while it is open for reading, so Save retries
// for 2 seconds. Permissions are those of the folder there, and a file that Save has
// written may lose its name if the power fails. On macOS, Save waits for the drive
// itself (F_FULLFSYNC). Plan 9, Solaris, AIX and WebAssembly have no such locks: Save
// and TryLock return [errors.ErrUnsupported], and Load works.
func Dir(path string) Store {
	d := &dir{read: make(map[string]stored)}
	if path == "" {
		d.err = fmt.Errorf("mirror: Dir needs the path of a folder, not an empty one (%w)", fs.ErrInvalid)
		return d
	}
	// The path is absolute, so that a program can change its working directory.
	if d.path, d.err = filepath.Abs(path); d.err != nil {
		d.err = fmt.Errorf("mirror: %s: %w", path, d.err)
	}
	return d
}

type dir struct {
	path string
	err  error

	mu   sync.Mutex
	read map[string]stored // by name: the blob that was loaded last
}

const (
	savingWait  = 10 * time.Second // for the Save of another process
	mostDamaged = 5                // number of damaged files kept per blob
	chunk       = 256 << 10        // bytes written between two checks of the context
	longestName = 200              // bytes of a file's name, without the suffix; most systems allow 255
)

func (d *dir) Load(ctx context.Context, name string) ([]byte, uint64, error) {
	path, err := d.file(ctx, name, ".ll2")
	if err != nil {
		return nil, 0, err
	}
	b, err := d.load(path, name)
	if isDamaged(err) {
		// The holder of the lock is writing a new file, or renames this one. If that
		// is not possible, for whatever reason, there is still no blob.
		if saving, lockErr := takeLock(path + ".saving"); lockErr == nil && saving != nil {
			if b, err = d.load(path, name); isDamaged(err) {
				_ = d.setAside(path)
			}
			saving.release()
		}
	}
	if err != nil {
		return nil, 0, fmt.Errorf("mirror: cannot load %s: %w", name, err)
	}
	return b.data, b.gen, nil
}

// load reads a file without any lock.
func (d *dir) load(path, name string) (stored, error) {
	d.mu.Lock()
	known := d.read[name]
	d.mu.Unlock()
	var b stored
	err := untilFree(func() (err error) {
		b, err = readFile(path, name, known)
		return err
	})
	if err != nil && !isDamaged(err) {
		if info, statErr := os.Stat(d.path); statErr == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a folder (%w)", d.path, fs.ErrInvalid) // Windows does not report this
		}
	}
	if err != nil {
		d.forget(name)
		return stored{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.read[name] = b
	return b, nil
}

func (d *dir) Save(ctx context.Context, name string, data []byte, ifGen uint64) error {
	path, err := d.file(ctx, name, ".ll2")
	if err != nil {
		return err
	}
	switch err := d.save(ctx, path, name, data, ifGen); {
	case errors.Is(err, ErrConflict):
		return ErrConflict
	case err != nil:
		return fmt.Errorf("mirror: cannot save %s: %w", name, err)
	}
	return nil
}

// save does everything under the lock. So a file that looks as if it is being written
// was left by a process that died.
func (d *dir) save(ctx context.Context, path, name string, data []byte, ifGen uint64) error {
	if err := step(ctx, "make the folder", func() error { return os.MkdirAll(d.path, 0o700) }); err != nil {
		return err
	}
	saving, err := waitLock(ctx, path+".saving")
	if err != nil {
		return err
	}
	defer saving.release()

	// The existing file is read under the lock, however recent the caller's knowledge
	// is: check and rename must not be separated.
	now, err := d.load(path, name)
	switch {
	case isDamaged(err):
		// A file that cannot be renamed is replaced: it is not readable anyway.
		_ = step(ctx, "set aside", func() error { return d.setAside(path) })
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if now.gen != ifGen {
		return ErrConflict
	}
	next := ifGen + 1
	if ifGen == 0 {
		next = uint64(max(1, time.Now().UnixMilli()))
	}
	start, err := fileStart(name, blob{data, next})
	if err != nil {
		return err
	}
	if err := step(ctx, "clean up", func() error { return d.removeAll(filepath.Base(path)+".tmp-", 0) }); err != nil {
		return err
	}
	if err := replace(ctx, path, start, data); err != nil {
		return err
	}
	d.forget(name)
	return step(ctx, "sync the folder", func() error { return syncDir(d.path) })
}

// forget drops the data that was read.
func (d *dir) forget(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.read, name)
}

// replace writes a file next to the one at path and renames it. If that fails, the
// one at path is unchanged.
func replace(ctx context.Context, path string, parts ...[]byte) error {
	var f *os.File
	err := step(ctx, "create", func() (err error) {
		f, err = os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp-*") // 0o600
		return err
	})
	if err != nil {
		return err
	}
	err = write(ctx, f, parts...)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = step(ctx, "rename", func() error {
			return untilFree(func() error { return os.Rename(f.Name(), path) })
		})
	}
	if err != nil {
		_ = os.Remove(f.Name()) // or else the next Save removes it
	}
	return err
}

func write(ctx context.Context, f *os.File, parts ...[]byte) error {
	for _, part := range parts {
		for len(part) > 0 {
			now := part[:min(chunk, len(part))]
			part = part[len(now):]
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := step(ctx, "write", func() error { _, err := f.Write(now); return err }); err != nil {
				return err
			}
		}
	}
	// This must come before the rename, or the name may reach the disk before the
	// data.
	return step(ctx, "sync", f.Sync)
}

// step does one step of a Save, unless a test makes it fail.
func step(ctx context.Context, name string, do func() error) error {
	if err := steps.At(ctx, name); err != nil {
		return err
	}
	return do()
}

// setAside renames a damaged file, under the lock.
func (d *dir) setAside(path string) error {
	prefix := path + ".damaged-"
	if err := d.removeAll(filepath.Base(prefix), mostDamaged-1); err != nil {
		return err
	}
	return untilFree(func() error {
		return os.Rename(path, prefix+time.Now().UTC().Format("20060102T150405.000000Z"))
	})
}

// removeAll removes the files whose names are prefix and a number or a time, all
// except the last keep of them.
func (d *dir) removeAll(prefix string, keep int) error {
	entries, err := os.ReadDir(d.path) // sorted
	if err != nil {
		return err
	}
	var found []string
	for _, entry := range entries {
		// The rest must be checked as well: there may be a blob named
		// "events.ll2.tmp-".
		rest, ok := strings.CutPrefix(entry.Name(), prefix)
		if ok && strings.Trim(rest, "0123456789.TZ") == "" && entry.Type().IsRegular() {
			found = append(found, filepath.Join(d.path, entry.Name()))
		}
	}
	for _, path := range found[:max(0, len(found)-keep)] {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (d *dir) TryLock(ctx context.Context, name string, ttl time.Duration) (func(), bool, error) {
	path, err := d.file(ctx, name, ".lock")
	if err != nil {
		return nil, false, err
	}
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return nil, false, fmt.Errorf("mirror: cannot lock %s: %w", name, err)
	}
	held, err := takeLock(path)
	if err != nil {
		return nil, false, fmt.Errorf("mirror: cannot lock %s: %w", name, err)
	}
	if held == nil {
		return nil, false, nil
	}
	// This also frees the lock of a process that hangs.
	timer := time.AfterFunc(ttl, held.release)
	return func() {
		timer.Stop()
		held.release()
	}, true, nil
}

// file checks the arguments that all calls have, and returns the path of the file for
// a name.
func (d *dir) file(ctx context.Context, name, suffix string) (string, error) {
	if d.err != nil {
		return "", d.err
	}
	if ctx == nil {
		return "", errors.New("mirror: a nil context")
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	var file strings.Builder
	for i, c := range []byte(name) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		switch {
		case !letter && (i == 0 || (c < '0' || c > '9') && c != '.' && c != '_' && c != '-'):
			return "", fmt.Errorf("mirror: the name %.80q must consist of letters, digits, dots, underscores and hyphens, and begin with a letter", name)
		case letter && c < 'a':
			fmt.Fprintf(&file, "%%%02x", c)
		default:
			file.WriteByte(c)
		}
	}
	if file.Len() > longestName {
		return "", fmt.Errorf("mirror: the name %.80q... makes a file name of %d bytes; at most %d are allowed", name, file.Len(), longestName)
	}
	file.WriteString(suffix)
	if name == "" || !filepath.IsLocal(file.String()) { // such as nul.ll2 on Windows
		return "", fmt.Errorf("mirror: %q is not a valid file name", name)
	}
	return filepath.Join(d.path, file.String()), nil
}

func isDamaged(err error) bool {
	var damaged *damagedError
	return errors.As(err, &damaged)
}
