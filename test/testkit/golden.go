package testkit

import (
	"flag"
	"os"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the tests generate into the documents")

// Golden compares a part of a document with what a test found, or writes it there
// with -update. Two comments in the document enclose the part and name it. The
// file's name is relative to the package of the test.
func Golden(t *testing.T, file, part, got string) {
	t.Helper()
	begin, end := "<!-- begin "+part+" -->\n", "<!-- end "+part+" -->\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	want, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no part %q", file, part)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+got+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("%s, part %s (-there +found; go test -update writes it):\n%s", file, part, diff)
	}
}

// ReadFile returns the contents of a file. Its name is relative to the package of
// the test.
func ReadFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
