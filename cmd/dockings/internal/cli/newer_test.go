package cli_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"
)

// newerFormat turns a copy's file into one with a later version of the format, with a
// correct checksum.
func newerFormat(t *testing.T, file []byte) []byte {
	t.Helper()
	_, rest, _ := bytes.Cut(file, []byte("\n"))
	head, data, found := bytes.Cut(rest, []byte("\n"))
	if !found || !bytes.HasPrefix(data, []byte(`{"format":1,`)) {
		t.Fatalf("the file begins with %.300q", file)
	}
	data = bytes.Replace(data, []byte(`{"format":1,`), []byte(`{"format":9,`), 1)
	rest = fmt.Appendf(nil, "%s\n%s", head, data)
	return fmt.Appendf(nil, "ll2-mirror sha256 %x\n%s", sha256.Sum256(rest), rest)
}
