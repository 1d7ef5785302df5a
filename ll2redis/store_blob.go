package ll2redis

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

const (
	// Smaller data is written uncompressed, so that it can be read without a tool.
	leastPacked = 1 << 10

	// mostData limits the memory that invalid data can take. Redis itself holds 512
	// MB in a field.
	mostData = 1 << 30
)

// pack returns data as it is stored. A copy is JSON, which shrinks to a tenth.
func pack(data []byte) (form string, packed []byte, err error) {
	if len(data) < leastPacked {
		return "raw", data, nil
	}
	if len(data) > mostData {
		return "", nil, fmt.Errorf("%d bytes are too many; at most %d", len(data), mostData)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return "", nil, err
	}
	if err := w.Close(); err != nil {
		return "", nil, err
	}
	return "gzip", b.Bytes(), nil
}

// unpack returns the argument of pack, in exactly as much memory as needed, because
// mirrors keep it.
func unpack(form, packed string) ([]byte, error) {
	if form == "raw" {
		return []byte(packed), nil
	}
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		return nil, err
	}
	// The last four bytes are the size.
	size := binary.LittleEndian.Uint32([]byte(packed[len(packed)-4:]))
	if size > mostData {
		return nil, fmt.Errorf("%d bytes are too many", size)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, err
	}
	// The checksum is at the end.
	if n, err := io.Copy(io.Discard, r); err != nil || n > 0 {
		return nil, fmt.Errorf("it goes on for %d bytes, %w", n, cmp.Or(err, io.ErrUnexpectedEOF))
	}
	return data, nil
}
