// Package generated writes the generated parts of documents.
package generated

import (
	"bytes"
	"fmt"
	"os"
)

// Write puts parts into a file, each between the two comments that name it.
func Write(file string, parts map[string]string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for name, part := range parts {
		before, rest, begun := bytes.Cut(text, []byte("<!-- begin "+name+" -->\n"))
		_, after, ended := bytes.Cut(rest, []byte("<!-- end "+name+" -->\n"))
		if !begun || !ended {
			return fmt.Errorf("%s has no part %q", file, name)
		}
		text = fmt.Appendf(nil, "%s<!-- begin %[2]s -->\n%[3]s<!-- end %[2]s -->\n%[4]s", before, name, part, after)
	}
	return os.WriteFile(file, text, 0o644)
}
