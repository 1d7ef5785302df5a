package mirror

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
)

// The format of a blob's file is described at [Dir]. Some of it is the same in every
// format, so that an older program can tell a newer file from a damaged one: the
// first line with the checksum of all that follows it, the second line with its key
// "format", and the limit of mostStart bytes for both lines.
const (
	fileFormat  = 1
	firstWords  = "ll2-mirror sha256 "
	firstLength = len(firstWords) + 2*sha256.Size + len("\n")
	mostStart   = 1024
)

// A fileHeader is the second line of a blob's file.
type fileHeader struct {
	Format     int    `json:"format"`
	Name       string `json:"name"`
	Generation uint64 `json:"generation"`
	Length     int64  `json:"length"`
}

// A stored is a blob that was read from its file, with the data to recognize the
// file.
type stored struct {
	blob
	start []byte // the first bytes of the file, at most mostStart, including the checksum
	size  int64
}

// fileStart returns the two lines before the data of a blob's file.
func fileStart(name string, b blob) ([]byte, error) {
	second, err := json.Marshal(fileHeader{fileFormat, name, b.gen, int64(len(b.data))})
	if err != nil {
		return nil, err
	}
	second = append(second, '\n')
	sum := sha256.New()
	sum.Write(second)
	sum.Write(b.data)
	return append(fmt.Appendf(nil, "%s%x\n", firstWords, sum.Sum(nil)), second...), nil
}

// checksum returns the SHA-256 of data.
func checksum(data []byte) []byte {
	sum := sha256.New()
	sum.Write(data)
	return sum.Sum(nil)
}

// readFile reads the file of a blob. If it is still the known one, only its start is
// read. The error is a damagedError if no Save can have written the file, and another
// error if the file may be good.
func readFile(path, name string, known stored) (stored, error) {
	// Opening a named pipe would wait for its writer.
	switch info, err := os.Stat(path); {
	case err != nil:
		return stored{}, err
	case !info.Mode().IsRegular():
		return stored{}, fmt.Errorf("%s is not a regular file: move it away", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return stored{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return stored{}, err
	}
	read := stored{start: make([]byte, min(info.Size(), mostStart)), size: info.Size()}
	if _, err := io.ReadFull(f, read.start); err != nil {
		return stored{}, unread(path, err)
	}
	if known.gen != 0 && known.size == read.size && bytes.Equal(known.start, read.start) {
		return known, nil
	}

	digits, rest, ok := cutChecksum(read.start)
	if !ok {
		return stored{}, &damagedError{path, "its first line holds no checksum"}
	}
	second, _, ok := bytes.Cut(rest, []byte("\n"))
	var header fileHeader
	if !ok || json.Unmarshal(second, &header) != nil {
		return stored{}, &damagedError{path, "its second line is no header"}
	}
	dataAt := int64(firstLength + len(second) + len("\n"))
	sum := sha256.New()
	sum.Write(rest)

	if header.Format != fileFormat {
		// The checksum covers the format, so a damaged digit does not look like a
		// newer format. The size of such a file is not known, so its data is not
		// kept.
		if _, err := io.Copy(sum, f); err != nil {
			return stored{}, unread(path, err)
		}
		if !matches(sum, digits) {
			return stored{}, &damagedError{path, "its checksum is another"}
		}
		return stored{}, fmt.Errorf("%s has format %d, and this version of the package knows format %d only: "+
			"use a newer version of the package, or another folder", path, header.Format, fileFormat)
	}
	if header.Length < 0 || header.Length != read.size-dataAt {
		return stored{}, &damagedError{path, fmt.Sprintf("its length is %d bytes, not %d", read.size-dataAt, header.Length)}
	}
	all := make([]byte, read.size)
	n := copy(all, read.start)
	if _, err := io.ReadFull(f, all[n:]); err != nil {
		return stored{}, unread(path, err)
	}
	sum.Write(all[n:])
	switch {
	case !matches(sum, digits):
		return stored{}, &damagedError{path, "its checksum is another"}
	case header.Name != name:
		return stored{}, &damagedError{path, fmt.Sprintf("it is the file of %q", header.Name)}
	case header.Generation == 0:
		return stored{}, &damagedError{path, "it has no generation"}
	}
	read.gen, read.data = header.Generation, all[dataAt:]
	return read, nil
}

// cutChecksum returns the digits of the checksum in the first line, and the bytes
// after that line.
func cutChecksum(start []byte) (digits, rest []byte, ok bool) {
	if len(start) < firstLength || start[firstLength-1] != '\n' {
		return nil, nil, false
	}
	digits, ok = bytes.CutPrefix(start[:firstLength-1], []byte(firstWords))
	return digits, start[firstLength:], ok
}

// matches compares the digits exactly, upper and lower case included, so that every
// bit of a file is checked.
func matches(sum hash.Hash, digits []byte) bool {
	return hex.EncodeToString(sum.Sum(nil)) == string(digits)
}

// unread returns the error of a failed read. If the file is shorter than a moment
// ago, it was truncated: Save never changes a file after it has its final name.
func unread(path string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &damagedError{path, "it was cut off"}
	}
	return err
}

// A damagedError reports a file that does not contain the output of Save. For Load
// the blob is missing: errors.Is with [fs.ErrNotExist] is true.
type damagedError struct{ path, why string }

func (e *damagedError) Error() string { return fmt.Sprintf("%s is damaged: %s", e.path, e.why) }

func (e *damagedError) Unwrap() error { return fs.ErrNotExist }
